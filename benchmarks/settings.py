"""The portal's settings with what a benchmark needs beside them: named connections and one more entry."""

from benchmarks import STOCK_USERS
from helpdesk_site.settings import *  # noqa: F403
from helpdesk_site.settings import AUTHENTICATION_BACKENDS, DATABASES, MIDDLEWARE

WSGI_APPLICATION = "benchmarks.wsgi.application"
NAME = "helpdesk-benchmark"  # by which the database's own processes for the server are known
ALLOWED_HOSTS = ["127.0.0.1"]
MIDDLEWARE = ["benchmarks.counting.statements", *MIDDLEWARE]

# The bare page has the sessions, users and middleware that `startproject` gives: the unit holds nothing of ours.
STOCK_SESSIONS = "django.contrib.sessions.backends.db"
AUTHENTICATION_BACKENDS = [*AUTHENTICATION_BACKENDS, STOCK_USERS]  # the cookie says which of them reads the user
STOCK_MIDDLEWARE = [
    "benchmarks.counting.statements",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

if "postgresql" in DATABASES["default"]["ENGINE"]:
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["application_name"] = NAME
    # No helpers beside the connection's own process: their work would not be counted.
    options["options"] = f"{options.get('options', '')} -c max_parallel_workers_per_gather=0".strip()

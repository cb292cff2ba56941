"""A pytest plugin that gives each test process its own data folder and secrets before the settings are read."""

import atexit
import os
import shutil
import sys
import tempfile

if "HELPDESK_VAR" not in os.environ:
    os.environ["HELPDESK_VAR"] = tempfile.mkdtemp(prefix="helpdesk-test-")
    atexit.register(shutil.rmtree, os.environ["HELPDESK_VAR"], ignore_errors=True)
os.makedirs(os.path.join(os.environ["HELPDESK_VAR"], "static"), exist_ok=True)
os.environ.setdefault("HELPDESK_TESTING", "1")
os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-of-more-than-fifty-characters-0123456789")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "dGVzdHMtb25seS1maWVsZC1lbmNyeXB0aW9uLWtleTE=")
os.environ.setdefault("HISTORY_KEYS", "tests-only-history-key-0123456789")
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's sync API keeps a loop in the test thread

# What was compiled once, assertions included, is not compiled again by every worker and subprocess.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
if worker.isdecimal() and os.environ.get("REDIS_URL"):  # a Redis database each: nobody clears another's counts
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{int(worker) + 1}"


def pytest_configure():
    """The other languages speak in the tests too: a fresh checkout has its translations uncompiled."""
    from helpdesk_site.preparing import compile_translations

    compile_translations()


def environment_of_this_database(**changes):
    """The environment of a subprocess that works in the database of this very test."""
    from django.db import connection

    found = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{found['NAME']}"
    else:
        who = f"{found['USER']}:{found['PASSWORD']}@" if found["PASSWORD"] else f"{found['USER']}@"
        url = f"postgres://{who}{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "helpdesk_site.settings", "DATABASE_URL": url, **changes}

"""One settings file. The machine's values come from the environment; everything an operator decides is in the admin."""
import socket
from datetime import timedelta
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .environment import BASE_DIR, VAR, env, keys

VAR.mkdir(parents=True, exist_ok=True)

# --- The machine ------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("HELPDESK_DEMO", default=False)
PORT = env.int("PORT", default=8000)
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
BASE_HOST = urlsplit(BASE_URL).hostname or "127.0.0.1"
SITE_HOSTNAME = BASE_HOST if "." in BASE_HOST and not BASE_HOST.replace(".", "").isdigit() else socket.getfqdn()
SECRET_KEY, *SECRET_KEY_FALLBACKS = keys("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = keys("FIELD_ENCRYPTION_KEYS")
HISTORY_KEYS = keys("HISTORY_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[BASE_HOST])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
if "*" in ALLOWED_HOSTS or any(host.startswith(".") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name each host; '*' and '.domain' are refused (SECURITY, V13).")
if DEBUG and HTTPS:
    raise ImproperlyConfigured("DEBUG must be off when BASE_URL is https.")

# --- Apps, floor by floor (ARCHITECTURE) ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "helpdesk_site",
    "engine",
    "audit",
    "mail",
    "accounts",
    "departments",
    "tickets",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_htmx",
    "helpdesk_site.admin_config.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "helpdesk_site.middleware.arrivals",
    "helpdesk_site.middleware.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.viewer",
    "accounts.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tickets.middleware.refusals",
]

ROOT_URLCONF = "helpdesk_site.urls"
WSGI_APPLICATION = "helpdesk_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MESSAGE_STORAGE = "helpdesk_site.lib.toasts.Storage"
FORM_RENDERER = "helpdesk_site.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helpdesk_site.context.house",
            ],
            "loaders": [
                (
                    "helpdesk_site.loader.Loader",  # the cached one, which draws once what is the same for everybody
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ]
            if not DEBUG
            else [
                "django.template.loaders.filesystem.Loader",
                "django.template.loaders.app_directories.Loader",
            ],
        },
    }
]

# --- Database, cache, broker ------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'helpdesk.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # DEFERRED gave "database is locked" in two of three writes (STACK 7)
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728;"
        " PRAGMA journal_size_limit=27103364; PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;",
    }
    _database["TEST"] = {"NAME": str(VAR / "test.sqlite3")}  # a file: threads share it without table locks (STACK 6)
else:
    if _database["ENGINE"] == "django.db.backends.postgresql":
        _database["ENGINE"] = "helpdesk_site.postgresql"  # Django's, with a cheaper health check
    _database.setdefault("CONN_MAX_AGE", 600)
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    # Prepared statements (lib/prepared) ask by the ids of single rows: one plan is as good for the next, and is kept.
    _database["OPTIONS"].setdefault(
        "options", "-c statement_timeout=30000 -c lock_timeout=10000 -c plan_cache_mode=force_generic_plan"
    )

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "helpdesk_site.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "max_retries": 0,  # a page whose broker is gone does not wait for it (ARCHITECTURE)
    }
else:
    # The web server is one process with threads (bin/run), so one process's memory is everybody's.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "djangodb://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60}
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # half the polling; the heartbeat says whether a worker lives

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0, "interval_start": 0}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    # Half a minute for what people wait for, a minute for the rest (issue text, part 7).
    "sweep-outbox": {"task": "mail.tasks.sweep", "schedule": timedelta(seconds=30)},
    "fetch-mail": {"task": "mail.tasks.fetch", "schedule": timedelta(minutes=1)},
    "release-replies": {"task": "tickets.tasks.release_replies", "schedule": timedelta(seconds=30)},
    "write-letters": {"task": "tickets.tasks.write_letters", "schedule": timedelta(seconds=30)},
    "run-left-behind": {"task": "tickets.tasks.run_left_behind", "schedule": timedelta(seconds=30)},
    "send-digests": {"task": "tickets.tasks.send_digests", "schedule": timedelta(minutes=1)},
    "take-in": {"task": "tickets.tasks.take_in", "schedule": timedelta(seconds=30)},
    "watch-mailboxes": {"task": "tickets.tasks.watch_mailboxes", "schedule": timedelta(minutes=1)},
    "settle": {"task": "tickets.tasks.settle", "schedule": timedelta(minutes=1)},
    "wake": {"task": "tickets.tasks.wake", "schedule": timedelta(minutes=1)},
    "close-idle": {"task": "tickets.tasks.close_idle", "schedule": timedelta(minutes=1)},
    "run-rules": {"task": "tickets.tasks.run_rules", "schedule": timedelta(minutes=1)},
    "anchor-history": {"task": "tickets.tasks.anchor_history", "schedule": timedelta(hours=1)},
    "empty-trash": {"task": "tickets.tasks.empty_trash", "schedule": timedelta(hours=1)},
    "tidy": {"task": "tickets.tasks.tidy", "schedule": timedelta(hours=1)},
    "heartbeat": {"task": "engine.tasks.heartbeat", "schedule": timedelta(seconds=30)},
    "tidy-people": {"task": "accounts.tasks.tidy", "schedule": timedelta(hours=1)},
    "tidy-engine": {"task": "engine.tasks.tidy", "schedule": timedelta(hours=1)},
}

# --- Mail -------------------------------------------------------------------------------------------------------------

# Django's own mail calls (allauth's) become outbox rows; SMTP is spoken only by mail.delivery.
EMAIL_BACKEND = "mail.backend.OutboxBackend"
EMAIL_URL = env.str("EMAIL_URL", default="")
MAIL_FOLDER = VAR / "mail"
MAIL_TIMEOUT = 20  # seconds for each step of a dialogue with a mail server
MAIL_PATIENCE = 300  # seconds for the answer to a whole letter, which a server may scan before it says yes
MAIL_OAUTH = {  # where a mailbox's access tokens come from
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
}
MAIL_OAUTH_QUESTION = {  # where the mailbox's owner is asked whether the portal may
    "google": "https://accounts.google.com/o/oauth2/v2/auth",
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"support@{SITE_HOSTNAME}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- People -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PORTAL = "departments.models.Portal"  # what has a `get().name`; lower floors may not import it
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.WalkValidator"},
    {"NAME": "accounts.passwords.ContextValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Addresses are proven by accounts.confirmations, before a password exists; allauth's own table stays empty.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session lives on, accounts.sessions ends the others
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "user_token": "accounts.forms.UserTokenForm",
}
# "key" is the address; for failed sign-ins the address and the visitor, so that nobody can lock somebody else out.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,60/h/ip,5/5m/key,15/h/key",
    "signup": "20/m/ip",
    "confirm_email": "5/h/key",
    "confirm_password": "5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "guest_link": "20/m/ip,5/h/key",
    "change_password": "5/m/user",
    "manage_email": "10/h/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTED_PROXIES else 0

SESSION_ENGINE = "accounts.backends"  # Django's in the database, read by a prepared statement
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "helpdesk_site.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# --- Headers and limits (SECURITY, deploy settings) -------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SECURE_REFERRER_POLICY = "same-origin"  # not no-referrer: Origin would be null and CSRF refuse every form
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# W002: our own middleware sets X-Frame-Options, on errors and files too. W021: preloading is the operator's decision.
SILENCED_SYSTEM_CHECKS = ["security.W002", "security.W021"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600  # 500 tickets of a list, and what stands around them
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Languages, time, files -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("ru", _("Russian")), ("pt-br", _("Brazilian Portuguese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["helpdesk_site.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
ATTACHMENT_ROOT = VAR / "attachments"
LETTER_ROOT = VAR / "letters"  # incoming mail as it came, byte for byte
ACCEL_PREFIX = env.str("ACCEL_PREFIX", default="")  # nginx serves files itself from this internal location
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_ROOT)}},
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(ATTACHMENT_ROOT),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "letters": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(LETTER_ROOT),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not (DEBUG or env.bool("HELPDESK_TESTING", default=False))
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Logs: JSON lines, UTC, no secrets (SECURITY, V16) ----------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "helpdesk_site.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}

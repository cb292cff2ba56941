"""A pytest plugin that gives each test process its own data folder and secrets before the settings are read."""
import os
import tempfile

os.environ.setdefault("HELPDESK_VAR", tempfile.mkdtemp(prefix="helpdesk-test-"))
os.environ.setdefault("HELPDESK_TESTING", "1")
os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-of-more-than-fifty-characters-0123456789")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "dGVzdHMtb25seS1maWVsZC1lbmNyeXB0aW9uLWtleTE=")
os.environ.setdefault("HISTORY_KEYS", "tests-only-history-key-0123456789")
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's sync API keeps a loop in the test thread

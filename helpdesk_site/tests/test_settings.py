"""T24: the deploy check is clean, every answer carries the headers, and an unsafe configuration does not start."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path

from helpdesk_site import urls
from helpdesk_site.middleware import HEADERS, is_trusted_proxy

PRODUCTION = {
    "BASE_URL": "https://help.example.com",
    "ALLOWED_HOSTS": "help.example.com",
    "SECRET_KEY": "kept-nowhere-else-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "FIELD_ENCRYPTION_KEYS": "dGVzdHMtb25seS1maWVsZC1lbmNyeXB0aW9uLWtleTE=",
    "HISTORY_KEYS": "a-history-key-of-our-own-0123456789",
    "DEBUG": "0",
    "HELPDESK_TESTING": "0",
    "DJANGO_ALLOW_ASYNC_UNSAFE": None,
}


def python(*words, tmp_path, **changes):
    """Run Python with a production environment and these changes; None takes a variable away."""
    environ = {**os.environ, **PRODUCTION, "HELPDESK_VAR": str(tmp_path), **changes}
    environ = {name: value for name, value in environ.items() if value is not None}
    return subprocess.run(
        [sys.executable, *words], cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True, timeout=60
    )


def test_the_deploy_check_has_nothing_to_say(tmp_path):
    """T24."""
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr


SECRETS = {name: PRODUCTION[name] for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HISTORY_KEYS")}


def example():
    """The variables of .env.example, as somebody copies them."""
    lines = (settings.BASE_DIR / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_with_its_secrets_filled_in_is_a_sound_portal(tmp_path):
    """“The host of BASE_URL when empty”: left empty, it let nobody in at all."""
    given = {**example(), **SECRETS, "HELPDESK_VAR": str(tmp_path)}
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, **given)
    assert done.returncode == 0, done.stderr
    words = "from django.conf import settings; print(settings.ALLOWED_HOSTS)"
    done = python("manage.py", "shell", "-v", "0", "-c", words, tmp_path=tmp_path, **given)
    assert done.stdout.strip().splitlines()[-1] == "['support.example.com']"


def test_a_variable_set_to_nothing_is_not_set(tmp_path):
    """Each has its default."""
    empty = dict.fromkeys(example().keys() - SECRETS.keys() - {"HELPDESK_VAR", "BASE_URL"}, "")
    words = "from django.conf import settings as s; print(s.PORT, s.DEBUG, s.DATABASES['default']['ENGINE'], s.DEMO)"
    done = python("manage.py", "shell", "-v", "0", "-c", words, tmp_path=tmp_path, **empty)
    assert done.stdout.strip().splitlines()[-1] == "8000 False django.db.backends.sqlite3 False", done.stderr


UNSAFE = {
    "no secret key": {"SECRET_KEY": None},
    "an empty secret key": {"SECRET_KEY": " , "},
    "no encryption key": {"FIELD_ENCRYPTION_KEYS": None},
    "no history key": {"HISTORY_KEYS": None},
    "any host": {"ALLOWED_HOSTS": "*"},
    "any host below": {"ALLOWED_HOSTS": ".example.com"},
    "debug in the open": {"DEBUG": "1"},
}


@pytest.mark.parametrize("changes", UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_configuration_does_not_start(changes, tmp_path):
    """T24, SECURITY V13."""
    done = python("-c", "import helpdesk_site.settings", tmp_path=tmp_path, **changes)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr


def test_the_same_with_safe_values_starts(tmp_path):
    """T24: the control of the test above."""
    assert python("-c", "import helpdesk_site.settings", tmp_path=tmp_path).returncode == 0


def test_over_https_cookies_are_bound_to_the_host(tmp_path):
    """T24."""
    said = python(
        "-c",
        "from helpdesk_site import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE)",
        tmp_path=tmp_path,
    ).stdout
    assert said == "__Host-session True __Host-csrf True\n"


def test_the_environment_wins_over_the_file(tmp_path):
    """CONTRACT: HELPDESK_VAR/env answers for what the environment does not say."""
    (tmp_path / "env").write_text("SECRET_KEY=from-the-file\nHISTORY_KEYS=from-the-file\n")
    said = python(
        "-c",
        "from helpdesk_site import settings as s; print(s.SECRET_KEY, s.HISTORY_KEYS)",
        tmp_path=tmp_path,
        HISTORY_KEYS=None,
    ).stdout
    assert said == f"{PRODUCTION['SECRET_KEY']} ['from-the-file']\n"


# --- Headers ----------------------------------------------------------------------------------------------------------


def view(answer):
    @login_not_required
    def one(request):
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return one


handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
urlpatterns = [
    path("broken/", view(ZeroDivisionError("token=secret-word"))),
    path("denied/", view(PermissionDenied())),
    path("gone/", view(Http404())),
    path("down/", view(OperationalError("connection refused"))),
    path("own/", view(HttpResponse(headers={"Content-Security-Policy": "sandbox", "Cache-Control": "public"}))),
    *urls.urlpatterns,
]


@pytest.fixture
def stranger(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


ANSWERS = {
    "/accounts/login/": 200,
    "/healthz": 200,
    "/desk/": 302,
    "/accounts/profile": 301,
    "/denied/": 403,
    "/nowhere/": 404,
    "/gone/": 404,
    "/broken/": 500,
    "/down/": 503,
}


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), ANSWERS.items())
def test_every_answer_carries_the_headers(stranger, address, status):
    """T24, SECURITY V3: on every response, errors included."""
    response = stranger.get(address)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Request-ID"]


def test_a_wrong_host_is_refused_with_the_headers(stranger):
    """T24: no link is ever made from a Host header that is not ours."""
    response = stranger.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    assert b"evil.example" not in response.content


def test_a_header_the_view_chose_stands(stranger):
    """T24: files carry a stricter policy of their own."""
    response = stranger.get("/own/")
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["Cache-Control"] == "public"


@pytest.mark.django_db
def test_a_file_is_sandboxed(client_of, anna, support, django_capture_on_commit_callbacks):
    """T24, SECURITY: an uploaded file never runs as a page of ours."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = client_of(anna)
    upload = SimpleUploadedFile("report.html.txt", b"<script>alert(1)</script>", "text/html")
    data = {"subject": "A file", "message": "See the file.", "attachments": upload}
    client.post("/tickets/new/support/", data)
    from tickets.models import Attachment

    attachment = Attachment.objects.get()
    response = client.get(f"/attachments/{attachment.token}/{attachment.name}")
    assert response.status_code == 200
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_the_policy_allows_nothing_inline():
    """T24."""
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]


def test_an_error_page_tells_its_number_and_nothing_else(stranger):
    """SECURITY V16: a generic 500 with an id."""
    response = stranger.get("/broken/")
    assert response.headers["X-Request-ID"] in response.content.decode()
    assert b"secret-word" not in response.content
    assert b"ZeroDivision" not in response.content


def test_a_database_that_does_not_answer_is_a_page_that_says_when_to_come_back(stranger, django_assert_num_queries):
    """SECURITY, reliability promises: 503 with Retry-After, drawn without the database."""
    response = stranger.get("/down/")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_clears_what_the_browser_kept(client_of, operator, door):
    """SECURITY V14."""
    response = client_of(operator).post(door)
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("address", "trusted"),
    [("10.0.0.7", True), ("192.0.2.1", True), ("10.0.1.7", False), ("", False), ("unix:", False)],
)
def test_forwarded_headers_count_from_trusted_proxies_only(settings, address, trusted):
    """SECURITY V4."""
    settings.TRUSTED_PROXIES = ["10.0.0.0/24", "192.0.2.1"]
    assert is_trusted_proxy(address) == trusted


@pytest.mark.parametrize(("address", "trusted"), [("", True), ("10.0.0.7", True), ("192.0.2.1", False), ("x", False)])
def test_a_proxy_may_come_by_a_socket(settings, address, trusted):
    """SECURITY V4: “unix” among TRUSTED_PROXIES was read as a network, and every page of such a portal was a 500."""
    settings.TRUSTED_PROXIES = ["unix", "10.0.0.0/24"]
    assert is_trusted_proxy(address) == trusted


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["rot13", "hex", "idna", "utf-16", "no-such"])
def test_a_form_is_read_as_utf_8_whatever_it_claims(stranger, charset):
    """Bad input: a charset that is no text encoding was a 500 for any stranger, on every form there is."""
    body = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nanna@example.com\r\n--x--\r\n'
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert "anna@example.com" in stranger.generic("POST", "/accounts/login/", body, content_type=kind).text


@pytest.mark.django_db
def test_a_visitor_cannot_forge_https(settings, client):
    """SECURITY V4: the header of a stranger is dropped before anybody reads it."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    forged = {"X-Forwarded-Proto": "https"}
    assert not client.get("/accounts/login/", headers=forged).wsgi_request.is_secure()
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert client.get("/accounts/login/", headers=forged).wsgi_request.is_secure()

"""EMAIL_URL and the line to the server, encrypted ones too (CONTRACT, variables; SECURITY V12)."""
import datetime
import ipaddress
import socket
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured

from mail import checks, delivery, post

from .conftest import MailServer, free_port

# aiosmtpd asks for TLS beside AUTH, and does not see that the whole line is TLS already.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("", None),
        ("smtp://mail.example.com", ("", "mail.example.com", 25, "", "")),
        ("smtp+tls://u%40a.org:p%3A%2Fw@mail.example.com", ("starttls", "mail.example.com", 587, "u@a.org", "p:/w")),
        ("smtps://u:p@mail.example.com", ("tls", "mail.example.com", 465, "u", "p")),
        ("smtp+ssl://mail.example.com:2465", ("tls", "mail.example.com", 2465, "", "")),
    ],
)
def test_the_url_names_server_encryption_and_account(url, place):
    assert post.server(url) == place


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://a:port", "smtp://a:99999"])
def test_a_url_that_names_no_server_is_an_error_of_the_check(url, settings):
    with pytest.raises(ImproperlyConfigured):
        post.server(url)
    settings.EMAIL_URL = url
    assert [problem.id for problem in checks.email_url(None)] == ["mail.E001"]


@pytest.mark.parametrize(
    ("url", "warned"),
    [("", False), ("smtp://127.0.0.1:25", False), ("smtp://10.0.0.2", False), ("smtp://postfix", False),
     ("smtp+tls://mail.example.com", False), ("smtp://mail.example.com", True), ("smtp://8.8.8.8", True)],
)  # fmt: skip
def test_plain_text_to_a_foreign_machine_is_warned_of(url, warned, settings):
    """SECURITY V12: plaintext shows a warning."""
    settings.EMAIL_URL = url
    assert [problem.id for problem in checks.email_url(None)] == (["mail.W001"] if warned else [])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server")])
    today = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(today + datetime.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture(params=["smtp+tls", "smtps"])
def encrypted(request, certificate, settings):
    """A server that speaks only encrypted and only to support:right; `server.url(password)`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    handler, port = MailServer(), free_port()

    def check(server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (b"support", b"right")
        return AuthResult(success=right, handled=right)

    class Server(Controller):
        def factory(self):
            starttls = {"tls_context": context, "require_starttls": True} if request.param == "smtp+tls" else {}
            return SMTP(self.handler, authenticator=check, auth_required=True,
                        auth_require_tls=bool(starttls), **starttls)  # fmt: skip

        def _trigger_server(self):
            """Greets itself to see whether it lives; it would not trust its own certificate."""
            with socket.create_connection(("127.0.0.1", port)) as line:
                if request.param == "smtps":
                    line = ssl.create_default_context(cafile=certificate).wrap_socket(line, server_hostname="127.0.0.1")
                line.recv(100)
                line.close()

    implicit = {"ssl_context": context} if request.param == "smtps" else {}
    controller = Server(handler, hostname="127.0.0.1", port=port, **implicit)
    controller.start()
    handler.url = lambda password: f"{request.param}://support:{password}@127.0.0.1:{port}"
    settings.MAIL_TIMEOUT = 3
    yield handler
    controller.stop()


def test_an_encrypted_line_to_a_known_certificate_carries_letters(encrypted, certificate, write, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.EMAIL_URL = encrypted.url("right")
    assert delivery.deliver([write().pk]) == {"sent": 1}
    assert len(encrypted.letters) == 1


def test_a_wrong_password_carries_none_and_costs_no_attempt(encrypted, certificate, write, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.EMAIL_URL = encrypted.url("wrong")
    mail = write()
    assert delivery.deliver([mail.pk]) == {"unreachable": 1}
    mail.refresh_from_db()
    assert mail.attempts == 0 and mail.answer.startswith("535") and "wrong" not in mail.answer


def test_an_unknown_certificate_is_never_trusted(encrypted, write, settings):
    """SECURITY V12: certificates verified by default."""
    settings.EMAIL_URL = encrypted.url("right")
    mail = write()
    assert delivery.deliver([mail.pk]) == {"unreachable": 1}
    mail.refresh_from_db()
    assert "CERTIFICATE_VERIFY_FAILED" in mail.answer and encrypted.letters == []


def test_a_letter_that_takes_too_long_in_all_is_cut_off(server, write, settings, monkeypatch):
    """A server that answers each step just in time cannot hold a sender until the sweep takes it for dead."""
    monkeypatch.setattr(post, "LONGEST", 0.3)
    settings.MAIL_TIMEOUT = settings.MAIL_PATIENCE = 30
    server.says["before keeping"] = ["hang"]
    mail = write()
    assert delivery.deliver([mail.pk]) == {"retry": 1}
    mail.refresh_from_db()
    assert mail.trouble == "broken_off"

"""A real IMAP and POP3 server on this machine: dovecot with a configuration, a folder and ports of its own."""
import contextlib
import datetime
import imaplib
import ipaddress
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
PASSWORD = "mailbox-secret"
COMMON = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap pop3
listen = 127.0.0.1
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0 secs
mail_max_userip_connections = 100
ssl = yes
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Done {{
    auto = create
  }}
  mailbox Spam {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
  chroot =
}}
service stats {{
  chroot =
}}
"""
UP_TO_2_3 = """
disable_plaintext_auth = no
ssl_cert = <{root}/server.pem
ssl_key = <{root}/server.key
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={owner} gid={owners} home={root}/mail/%u
}}
"""
SINCE_2_4 = """
auth_allow_cleartext = yes
ssl_server_cert_file = {root}/server.pem
ssl_server_key_file = {root}/server.key
mail_driver = maildir
mail_path = ~/Maildir
passdb static {{
  password = {password}
}}
oauth2 {{
  tokeninfo_url = {token_info}
  username_attribute = email
}}
userdb static {{
  fields {{
    uid = {owner}
    gid = {owners}
    home = {root}/mail/%{{user}}
  }}
}}
"""


def configuration(version):
    """The words of a version such as (2, 4): since 2.4 versions come first, and many settings have other names."""
    if version < (2, 4):
        return COMMON + UP_TO_2_3
    return "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n" + COMMON + SINCE_2_4


def version():
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in re.match(r"(\d+)\.(\d+)", said).groups())


class Dovecot:
    """Every user name signs in with PASSWORD, and gets an empty mailbox with the folders INBOX, Done and Spam."""

    def __init__(self, *, token_info=""):
        self.root = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.root.chmod(0o755)
        self.imap, self.imaps, self.pop3, self.pop3s = free_ports(4)
        self.authority = certificates(self.root)
        self.process = None
        self.token_info = token_info

    def start(self):
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        owner = pwd.getpwnam("nobody") if root else me
        mail = self.root / "mail"
        mail.mkdir()
        os.chown(mail, owner.pw_uid, owner.pw_gid)
        (self.root / "oauth2.conf").write_text(
            f"tokeninfo_url = {self.token_info}\nusername_attribute = email\n"
        )
        (self.root / "dovecot.conf").write_text(
            configuration(version()).format(
                root=self.root, password=PASSWORD, owner=owner.pw_uid, owners=owner.pw_gid, imap=self.imap,
                imaps=self.imaps, pop3=self.pop3, pop3s=self.pop3s, internal="dovecot" if root else me.pw_name,
                login="dovenull" if root else me.pw_name, group="dovecot" if root else me.pw_gid,
                token_info=self.token_info,
            )
        )  # fmt: skip
        self.process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(self.root / "dovecot.conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        ends = time.monotonic() + 15
        while time.monotonic() < ends:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.imap), 1) as line:
                if line.recv(10).startswith(b"* OK"):
                    return self
            assert self.process.poll() is None, self.process.stderr.read()
            time.sleep(0.05)
        raise AssertionError((self.root / "log").read_text())

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def user(self, name):
        """A mail program of this user, signed in."""
        program = imaplib.IMAP4("127.0.0.1", self.imap, timeout=10)
        program.login(name, PASSWORD)
        return program


class MailProgram:
    """What a person, or the mail server, does in one mailbox while the portal fetches from it."""

    def __init__(self, dovecot, name):
        self.dovecot, self.name = dovecot, name
        self.line = dovecot.user(name)

    def put(self, *mails, folder="INBOX", flags=None):
        for mail in mails:
            status, answer = self.line.append(folder, flags, None, mail)
            assert status == "OK", answer

    def flags(self, folder="INBOX"):
        """The flags of each mail, in order."""
        self.line.select(folder, readonly=True)
        found = self.line.fetch("1:*", "(FLAGS)")[1] if self.count(folder) else []
        self.line.close()
        return [set(imaplib.ParseFlags(one)) - {b"\\Recent"} for one in found if one]

    def count(self, folder="INBOX"):
        status, [number] = self.line.select(folder, readonly=True)
        assert status == "OK"
        return int(number)

    def read_all(self, folder="INBOX"):
        self.line.select(folder)
        self.line.store("1:*", "+FLAGS", r"(\Seen)")
        self.line.close()

    def make_anew(self, folder):
        """The folder gets another UIDVALIDITY."""
        self.line.delete(folder)
        time.sleep(1.1)
        self.line.create(folder)

    def close(self):
        self.line.logout()


def free_ports(count):
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(contextlib.closing(socket.socket())) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def certificates(folder):
    """A certificate for localhost in `folder`; returns the file of the authority that signed it."""
    now = datetime.datetime.now(datetime.UTC)

    def signed(name, key, by, signer, *extensions):
        found = x509.CertificateBuilder(
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, by)]),
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
            key.public_key(), x509.random_serial_number(), now - datetime.timedelta(days=1),
            now + datetime.timedelta(days=2),
        )  # fmt: skip
        for extension, critical in extensions:
            found = found.add_extension(extension, critical)
        return found.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    identifier = x509.SubjectKeyIdentifier.from_public_key(root.public_key())
    authority = folder / "authority.pem"
    signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority.write_bytes(
        signed("Authority", root, "Authority", root, (x509.BasicConstraints(True, None), True), (identifier, False),
               (signs, True))
    )  # fmt: skip
    points = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
    (folder / "server.pem").write_bytes(
        signed("localhost", server, "Authority", root, (x509.SubjectAlternativeName(names), False), (points, False))
    )
    (folder / "server.key").write_bytes(
        server.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return authority


def server_context(folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context

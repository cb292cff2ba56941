"""Lines to mail servers: only where a mail server may live, and for no longer than we have patience."""
import ipaddress
import socket
import ssl
import threading
import time

from django.conf import settings

from .trouble import Problem, Trouble

# Where clouds answer their machines with secrets, and where nobody lives. A private network may hold a mail server.
NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "192.0.0.192/32", "224.0.0.0/3",
        "::/128", "fe80::/10", "fd00:ec2::/32", "fd20:ce::/32", "ff00::/8",
    )
]  # fmt: skip
WRAPPED = [ipaddress.ip_network(network) for network in ("64:ff9b::/96", "::/96")]  # an IPv4 address in its last bytes


class Patience:
    """How long a conversation may take: `step` seconds for each answer, `total` in all, however slowly bytes drip."""

    def __init__(self, *, step=None, total=None):
        self.step = step or settings.MAIL_TIMEOUT
        self.ends = time.monotonic() + total if total else None
        self.watched = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for timer, line in self.watched:
            timer.cancel()
            line.close()

    @property
    def is_over(self):
        return self.ends is not None and time.monotonic() >= self.ends

    def seconds(self):
        """The time for the next step. Raises Trouble when there is none left."""
        if self.is_over:
            raise Trouble(Problem.HUNG)
        return self.step if self.ends is None else min(self.step, max(0.1, self.ends - time.monotonic()))

    def watch(self, line):
        """Hang up when the time is over, whatever TLS is wound around the line by then: we keep a handle of our own."""
        if self.ends is not None:
            handle = line.dup()
            timer = threading.Timer(max(0, self.ends - time.monotonic()), hang_up, [handle])
            timer.daemon = True
            timer.start()
            self.watched.append((timer, handle))


def dial(host, port, patience):
    """A TCP connection to the host. Raises Trouble when it may not be called, OSError when nobody answers."""
    failed = None
    for family, address in look_up(host, port, patience):
        if is_never(address[0]):
            raise Trouble(Problem.FORBIDDEN, address[0])
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(patience.seconds())
            line.connect(address)
        except (OSError, Trouble) as error:
            line.close()
            failed = error
            continue
        patience.watch(line)
        return line
    raise failed or socket.gaierror(socket.EAI_NONAME, "No address")


def secured(line, host):
    """TLS around the line; the certificate must be valid for the name the operator typed (SECURITY V12)."""
    return context().wrap_socket(line, server_hostname=host)


def context():
    """A private authority is made known by SSL_CERT_FILE in the environment."""
    return ssl.create_default_context()


def look_up(host, port, patience):
    """The host's addresses. A resolver that hangs cannot be interrupted, so it is left behind in a thread."""
    found = []

    def ask():
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience.seconds())
    if not found:
        raise Trouble(Problem.NO_HOST, "The name server does not answer.")
    if isinstance(found[0], UnicodeError):
        raise Trouble(Problem.NO_HOST, found[0])
    if isinstance(found[0], OSError):
        raise found[0]
    return [(family, address) for family, _type, _protocol, _name, address in found[0]]


def is_never(text):
    """Whether this address is none a mail server may have."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if address.version == 6 and (address.ipv4_mapped or any(address in network for network in WRAPPED)):
        inside = ipaddress.ip_address(int(address) & 0xFFFFFFFF)
        return address != ipaddress.ip_address("::1") and is_never(str(inside))
    return any(address in network for network in NEVER)


def hang_up(line):
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass

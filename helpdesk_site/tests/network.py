"""No network: a test reaches nothing but this machine."""

import socket


class Outside(OSError):
    """A test reached for the network."""


def is_here(host):
    return host in (None, "", "localhost", socket.gethostname()) or str(host).startswith(("127.", "::1", "0.0.0.0"))


def forbid_the_network():
    """Sockets connect to loopback and to files only, and no other name is looked up."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(method):
        def connect_to(self, address):
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
                raise Outside(f"the tests may not connect to {address[0]}")
            return method(self, address)

        return connect_to

    def look_up_here(host, *args, **kwargs):
        if not is_here(host.decode() if isinstance(host, bytes) else host):
            raise socket.gaierror(socket.EAI_NONAME, f"the tests may not look up {host!r}")
        return look_up(host, *args, **kwargs)

    socket.socket.connect, socket.socket.connect_ex = guarded(connect), guarded(connect_ex)
    socket.getaddrinfo = look_up_here

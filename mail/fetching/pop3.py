"""A line to a POP3 mailbox. What is taken in is deleted at the end of the conversation, or stays and is known again by
its UIDL."""
import base64
import contextlib
import hashlib
import poplib

from ..models import Mailbox
from . import access, places
from .dialing import context, dial, secured
from .places import Place
from .trouble import Problem, during

LINE = 1 << 20  # bytes read at once; a longer line comes in pieces
HEAD = 20_000  # lines of a mail that is too large


class Client(poplib.POP3):
    """poplib over a line of ours, which reads lines of any length and keeps each byte of a mail."""

    def __init__(self, mailbox, patience):
        self.mailbox, self.patience = mailbox, patience
        super().__init__(mailbox.host, mailbox.reached_at)

    def _create_socket(self, timeout):
        line = dial(self.host, self.port, self.patience)
        return secured(line, self.host) if self.mailbox.security == Mailbox.Security.TLS else line

    def mail(self, command):
        """The bytes that RETR or TOP answers with, dots unstuffed (RFC 1939, 3)."""
        self._putcmd(command)
        self._getresp()
        mail, begins = bytearray(), True
        while True:
            line = self.file.readline(LINE)
            if not line:
                raise poplib.error_proto("-ERR EOF")
            if begins and line in (b".\r\n", b".\n"):
                return bytes(mail)
            mail += line[1:] if begins and line.startswith(b".") else line
            begins = line.endswith(b"\n")
            if len(mail) > 2 * places.LARGEST:
                raise poplib.error_proto("The mail is longer than the server said.")


class Pop3:
    """`with Pop3(mailbox, patience) as line:` is signed in. Raises Trouble at every step."""

    folder, uid_validity, can_idle = "", 0, False

    def __init__(self, mailbox, patience, *, readonly=False):
        self.mailbox, self.patience, self.readonly = mailbox, patience, readonly
        self.client = None

    def __enter__(self):
        try:
            with during(Problem.PROTOCOL, broken=Problem.UNREACHABLE):
                self.client = Client(self.mailbox, self.patience)
            if self.mailbox.security == Mailbox.Security.STARTTLS:
                with during(Problem.NO_TLS):
                    self.client.stls(context())
            with during(Problem.SIGN_IN):
                self._sign_in()
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(self, kind, error, trace):
        """Only QUIT deletes; after a broken line the mails are there again, and the store knows them."""
        if kind is not None and not isinstance(error, Exception):
            return self._hang_up()
        try:
            with during(Problem.NOT_MARKED):
                self.client.quit()
        except Exception:
            self._hang_up()
            if kind is None:
                raise
        return None

    def waiting(self):
        """The places of all mails; the store knows which are new."""
        with during(Problem.PROTOCOL):
            names = dict(line.split(None, 1) for line in self.client.uidl()[1])
            sizes = dict(line.split()[:2] for line in self.client.list()[1])
            return [
                Place(number.decode(), number_of(names[number]), int(size))
                for number, size in sizes.items()
                if number in names
            ]

    def read(self, place):
        """The mail's bytes. Of one that is too large the first part."""
        with during(Problem.PROTOCOL):
            return self.client.mail(f"RETR {place.key}" if place.is_whole else f"TOP {place.key} {HEAD}")

    def done(self, place):
        """Delete a mail that is stored, if mails are to be deleted. One that was cut stays."""
        if self.mailbox.after == Mailbox.After.DELETE and place.is_whole:
            with during(Problem.NOT_MARKED):
                self.client.dele(place.key)

    def remember(self, *, finished):
        """Nothing: each mail is known by its own name."""

    def total(self):
        """How many mails lie in the mailbox."""
        with during(Problem.PROTOCOL):
            return self.client.stat()[0]

    def check(self):
        """What can be known to fail later on: nothing."""

    def _sign_in(self):
        mailbox, client = self.mailbox, self.client
        if mailbox.auth == Mailbox.Auth.PASSWORD:
            client.user(plain(mailbox.username))
            client.pass_(plain(access.password(mailbox)))
            return
        words = base64.b64encode(access.xoauth2(mailbox, self.patience)).decode()
        client._shortcmd("AUTH XOAUTH2")
        client._shortcmd(words)

    def _hang_up(self):
        if self.client is not None:
            with contextlib.suppress(OSError):
                self.client.close()


def number_of(name):
    """A number for a UIDL, as the store wants it: 63 bits of its hash."""
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big") >> 1


def plain(text):
    """A word of a command: a line end in it would be another command."""
    if any(ord(character) < 32 for character in text):
        raise poplib.error_proto("-ERR control characters")
    return text

"""The way to the mail server: a conversation over SMTP, or files in a folder where no server is named (EMAIL_URL).

Both know `open`, `send` and `close`. `open` raises Unreachable before any letter is touched; `send` returns the
server's words or raises Refused (never again), Delayed (try later) or BrokenOff (nobody knows whether it arrived).
"""
import os
import smtplib
import ssl
import threading
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from helpdesk_site.lib.text import clean_line

SLOWEST = 20_000  # bytes a second that we still wait for
LONGEST = 600  # seconds for one letter, shorter than delivery's idea of a dead sender
LETTERS_A_LINE = 50  # servers dislike endless conversations
ENCRYPTION = {"smtp": "", "smtp+tls": "starttls", "smtps": "tls", "smtp+ssl": "tls"}


class Trouble(Exception):
    """What the server said, or what happened to the line."""

    def __init__(self, answer):
        super().__init__(answer)
        self.answer = answer


class Unreachable(Trouble):
    """No conversation: not the fault of any letter."""


class Refused(Trouble):
    """The server does not want this letter (5xx)."""


class Delayed(Trouble):
    """The server asks to try this letter later (4xx)."""


class BrokenOff(Trouble):
    """The line broke in the middle of this letter."""


class Server(NamedTuple):
    """Where EMAIL_URL points to."""

    encryption: str  # "", "starttls" or "tls"
    host: str
    port: int
    user: str
    password: str


def server(url) -> Server | None:
    """Read EMAIL_URL; None when it is empty. Raises ImproperlyConfigured for one that names no server."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        encryption, port = ENCRYPTION[parts.scheme], parts.port
    except (KeyError, ValueError):
        raise ImproperlyConfigured(f"EMAIL_URL must begin with {':// or '.join(ENCRYPTION)}://; a port is a number.")
    if not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL names no host.")
    usual = {"": 25, "starttls": 587, "tls": 465}[encryption]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(encryption, parts.hostname, port or usual, user, password)


def post_office():
    """The way out that the settings name."""
    place = server(settings.EMAIL_URL)
    return Smtp(place) if place else Folder(settings.MAIL_FOLDER)


class Smtp:
    """One line to the mail server, used for many letters and opened anew when it broke.

    `timeout` holds for each step, `patience` for the answer to a whole letter: a server that scans it may take
    minutes, and one that is not waited for gets the letter twice (RFC 5321, 4.5.3.2).
    """

    def __init__(self, place, *, timeout=None, patience=None):
        self.place = place
        self.timeout = timeout or settings.MAIL_TIMEOUT
        self.patience = patience or settings.MAIL_PATIENCE
        self.line = None
        self.letters = 0
        self.breaks = 0  # in a row: a server that hangs up twice running is down

    def open(self):
        if self.breaks > 1:
            raise Unreachable("The server hung up twice in a row.")
        if self.letters >= LETTERS_A_LINE:
            self.close()
        if self.line is None:
            self.line = self._dial()

    def send(self, letter):
        watchdog = threading.Timer(LONGEST, self._hang_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            answer = self._converse(letter)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._hang_up()
            self.breaks += 1
            raise BrokenOff(words(error))
        except (Refused, Delayed) as trouble:
            self.breaks = 0
            self._start_over(trouble)
            raise
        finally:
            watchdog.cancel()
        self.breaks = 0
        self.letters += 1
        return answer

    def close(self):
        line, self.line, self.letters = self.line, None, 0
        if line is not None:
            try:
                line.sock.settimeout(min(self.timeout, 5))
                line.quit()
            except (smtplib.SMTPException, OSError, AttributeError):
                line.close()

    def _dial(self):
        dial = smtplib.SMTP_SSL if self.place.encryption == "tls" else smtplib.SMTP
        secure = {"context": ssl.create_default_context()}
        line = None
        try:
            line = dial(
                self.place.host, self.place.port, local_hostname=settings.SITE_HOSTNAME, timeout=self.timeout,
                **(secure if self.place.encryption == "tls" else {}),
            )
            if self.place.encryption == "starttls":
                line.starttls(**secure)
            line.ehlo_or_helo_if_needed()
            if self.place.user:
                line.login(self.place.user, self.place.password)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            if line is not None:
                line.close()
            raise Unreachable(words(error))
        return line

    def _converse(self, letter):
        size = [f"size={len(letter.content)}"] if self.line.has_extn("size") else []
        self.line.sock.settimeout(self.timeout)
        expect(self.line.mail(letter.sender, size))
        expect(self.line.rcpt(letter.recipient))
        self.line.sock.settimeout(self.patience + len(letter.content) / SLOWEST)
        try:
            return expect(self.line.data(letter.content))
        except smtplib.SMTPDataError as error:  # it did not even want to begin
            return expect((error.smtp_code, error.smtp_error))

    def _start_over(self, trouble):
        """After a refusal the same line serves the next letter, unless the server said that it is leaving (421)."""
        try:
            if trouble.answer.startswith("421"):
                self._hang_up()
            else:
                self.line.sock.settimeout(self.timeout)
                self.line.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self):
        line, self.line, self.letters = self.line, None, 0
        if line is not None:
            shut(line)


class Folder:
    """Letters as files, one each, for development and for whoever has no mail server yet."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def open(self):
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(words(error))

    def send(self, letter):
        """Write beside, then rename: whoever reads the folder sees whole letters; the same letter twice is one file."""
        draft = self.folder / f".{letter.file_name}.part"
        try:
            with open(draft, "wb") as file:
                file.write(letter.content.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.folder / letter.file_name)
        except OSError as error:
            raise Delayed(words(error))
        return letter.file_name

    def close(self):
        pass


def expect(reply):
    """The server's words when it said yes (2xx). Raises Delayed for 4xx and Refused for anything else."""
    code, said = reply
    answer = clean_line(f"{code} {said.decode('utf-8', 'replace')}")[:1000]
    if 200 <= code < 300:
        return answer
    if code == -1:
        raise smtplib.SMTPServerDisconnected(answer)
    raise (Delayed if 400 <= code < 500 else Refused)(answer)


def words(error):
    """An exception in one line for the operator: the server's words where it has them."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return clean_line(f"{error.smtp_code} {said}")[:1000]
    return clean_line(f"{type(error).__name__}: {error}")[:1000]


def shut(line):
    """Close a line from any thread: whoever waits on it is woken."""
    try:
        if line.sock is not None:
            line.sock.shutdown(2)
    except OSError:
        pass
    line.close()

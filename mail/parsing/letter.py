"""What a mail says once it is read: plain values, no models, nothing of tickets.

Every text is clean: no NUL, no lone surrogates, line ends are ``\\n``, and what is a line is one line.
"""

from dataclasses import dataclass, field
from datetime import datetime

NORMAL, AUTO_REPLY, BOUNCE, FEEDBACK, LIST = KINDS = ("normal", "auto_reply", "bounce", "feedback", "list")


@dataclass(frozen=True)
class Address:
    """Somebody's name and address; the address is "" when the header held none."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class File:
    """A file of the mail. `inline` says that the HTML shows it, by its `cid`."""

    name: str
    content_type: str = "application/octet-stream"
    size: int = 0
    data: bytes = field(default=b"", repr=False)
    cid: str = ""
    inline: bool = False


@dataclass(frozen=True)
class Bounce:
    """A report about a mail that was not, or not yet, delivered (RFC 3464)."""

    recipient: str = ""
    action: str = ""  # failed, delayed, delivered, relayed, expanded
    status: str = ""  # such as 5.1.1
    diagnostic: str = ""
    message_id: str = ""  # of the mail that failed
    permanent: bool = False


@dataclass(frozen=True)
class Forward:
    """A mail somebody passed on, as it stands in the text."""

    sender: Address
    subject: str = ""
    body: str = ""
    date: str = ""
    words: str = ""  # of the person who passed it on


@dataclass(frozen=True)
class Event:
    """What an invitation is about; times as the calendar writes them, in its `zone`."""

    summary: str = ""
    start: str = ""
    end: str = ""
    zone: str = ""
    location: str = ""
    organizer: str = ""


@dataclass(frozen=True)
class AuthenticationResult:
    """One verdict of an Authentication-Results header (RFC 8601); `domain` is whom it speaks about."""

    authserv_id: str
    instance: int = 0  # which of the headers said it, the topmost is 0
    method: str = ""
    result: str = ""
    domain: str = ""


@dataclass(frozen=True)
class Letter:
    """A mail that was read."""

    sender: Address = Address()  # the first one of From with an address
    senders: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    envelope: tuple[str, ...] = ()  # to whom it was delivered, in the words of the servers on the way
    return_path: str | None = None  # "" is the empty one, of automatic mail
    subject: str = ""
    date: datetime | None = None  # in UTC; None when it is missing or nonsense
    message_id: str = ""  # with its angle brackets
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""  # the new words, without what they answer
    full_text: str = ""
    html: str = ""  # as it came: not safe to show
    html_text: bool = False  # the text was made from the HTML
    files: tuple[File, ...] = ()
    events: tuple[Event, ...] = ()
    kind: str = NORMAL
    auto_submitted: bool = False  # nothing automatic may answer this mail
    out_of_office: bool = False
    bounce: Bounce | None = None
    forward: Forward | None = None
    marker: str = ""  # ours, hidden in the body we sent
    language: str = ""
    authentication: tuple[AuthenticationResult, ...] = ()  # topmost first
    trouble: tuple[str, ...] = ()  # codes of what was wrong or left out

    @property
    def recipients(self) -> tuple[Address, ...]:
        return self.to + self.cc

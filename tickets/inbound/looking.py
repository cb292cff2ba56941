"""One mail of the import log, read again for a person to look at. Nothing is changed."""

from dataclasses import dataclass

from helpdesk_site.lib.text import clean_input, render_plain, shown
from mail import intake
from mail.parsing.warden import Unreadable, read

from . import filing

HEADERS = 64_000  # bytes of a mail's head that are shown


@dataclass(frozen=True)
class Look:
    """What a mail says; `letter` is None for one that cannot be read, `headers` are as they came."""

    letter: object = None
    headers: str = ""

    @property
    def html(self):
        """Its new words as a page shows them."""
        return shown(render_plain(self.letter.text)) if self.letter else ""

    @property
    def quoted(self):
        return filing.quoted(self.letter) if self.letter else ""


def at(row):
    """The Look at a mail. One that cannot be read any more, or not at all, still has what is left of it."""
    try:
        raw = intake.open_raw(row)
    except OSError:
        return Look()
    try:
        return Look(read(raw), head_of(raw))
    except Unreadable:
        return Look(headers=head_of(raw))


def head_of(raw):
    """The headers of a mail as they came, as text."""
    head = raw[:HEADERS].lstrip(b"\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n").partition(b"\n\n")[0]
    return clean_input(head.decode("utf-8", "replace"))

"""What a message that came by mail has besides its text: pictures in place, what it repeats, logos nobody looks for."""

from dataclasses import dataclass

from django.urls import reverse

from helpdesk_site.lib import pictures
from helpdesk_site.lib.files import is_inline

SMALL = 10_000  # bytes of a picture: a logo rather than something to look at
QUOTED = 4_000  # characters of what a mail repeats that stand on the page; all of it is a click away


@dataclass(frozen=True, slots=True)
class Rest:
    """What stands folded below the text of a message."""

    message: object
    folded: list  # pictures that need no place among its files
    has_foreign: bool  # pictures on other servers, which were not loaded

    @property
    def quoted(self):
        return self.message.quoted[:QUOTED]

    @property
    def is_cut(self):
        return len(self.message.quoted) > QUOTED


def rest(message, html, folded):
    """The Rest of a message shown as `html`; None where there is none, as with all that was written here."""
    has_foreign = message.format == message.Format.HTML and pictures.has_foreign(html)
    return Rest(message, folded, has_foreign) if message.quoted or folded or has_foreign else None


def whole(message):
    """All that a mail said, new and repeated."""
    return message.quoted if message.body in message.quoted else f"{message.body}\n\n{message.quoted}".strip("\n")


# --- Pictures ---------------------------------------------------------------------------------------------------------


def known(files):
    """{content id: (address, name)} of the pictures among a message's own files, as text.shown wants them."""
    return {row.cid: (address(row), row.name) for row in files if row.cid and is_inline(row.content_type)}


def address(row):
    return reverse("attachment", args=[row.token, row.name]) + "?inline"


def apart(html, files, seen):
    """(files to list, files to fold away) of a message: folded are the pictures its text shows, and those that look
    like logos of a signature, small or in an earlier mail of the ticket too.

    `seen` is a set that goes along from message to message.
    """
    if not any(row.cid for row in files):
        return files, []
    shown = pictures.named_in(html)
    folded = [row for row in files if row.cid and (row.cid in shown or row.size <= SMALL or row.sha256 in seen)]
    seen.update(row.sha256 for row in files if row.cid)
    return [row for row in files if row not in folded], folded

"""What stands under the bell: a line for each thing a member of staff was told of, the unread first.

The lines are the Notification rows themselves; what of them is shown there, and by whose wish, `recipients` says. It is
told in the words of the log, and only as long as its reader works on the ticket.
"""

from html import unescape
from typing import NamedTuple

from django.db.models import F
from django.utils.html import strip_tags

from helpdesk_site.lib.paging import page_by_key

from ..conversation import telling
from ..models import Notification, Ticket

PAGE = 40
LATEST = 3  # that a hidden page tells of


class Line(NamedTuple):
    """One notice: `words` are a safe sentence."""

    pk: int
    is_unread: bool
    number: str
    subject: str
    url: str
    words: object
    icon: str
    tone: str
    reason: str
    at: object

    @property
    def plain(self):
        """The sentence without its marks."""
        return unescape(strip_tags(self.words))


def mine(viewer):
    """The notices of somebody who works at the desk, as far as they still see what is told."""
    seen = Ticket.objects.workable_by(viewer).values("pk")
    return Notification.objects.filter(user=viewer.user, in_portal=True, event__ticket__in=seen)


def page(viewer, cursor=""):
    """(Lines, Page) of the notices a cursor points to: unread ones first, the latest first."""
    found = page_by_key(rows_of(mine(viewer)), order=["-is_unread", "-id"], cursor=cursor, size=PAGE)
    return lines_of(found.rows), found


def since(viewer, after):
    """The latest unread Lines that came after the one with this id, for a page that nobody looks at."""
    rows = mine(viewer).filter(is_unread=True, pk__gt=after).order_by("-pk")
    return lines_of(list(rows_of(rows)[:LATEST]))


def newest(viewer):
    """The id of the latest notice; 0 for none."""
    return mine(viewer).order_by("-pk").values_list("pk", flat=True).first() or 0


EVENT = [f"event__{name}" for name in telling.EVENT]


def rows_of(notices):
    return notices.annotate(number=F("event__ticket__number"), subject=F("event__ticket__subject")).values(
        "id", "is_unread", "reason", "created_at", "number", "subject", *EVENT
    )


def lines_of(rows):
    events = [telling.Event._make(row[name] for name in EVENT) for row in rows]
    names = telling.names_for(events)
    return [line_of(row, event, names) for row, event in zip(rows, events, strict=True)]


def line_of(row, event, names):
    ticket = Ticket(number=row["number"])
    names.page = ticket.get_absolute_url()
    told = telling.tell(event, names)
    anchor = f"#{'n' if event.is_note else 'm'}{event.number}" if event.number else ""
    reason = Notification.Reason(row["reason"]).label
    shown = row["id"], row["is_unread"], row["number"], row["subject"], f"{names.page}{anchor}"
    return Line(*shown, told.words, told.icon, told.tone, reason, row["created_at"])


def mark_read(viewer, pk=None):
    """One's notices, or the one with this id, have been seen. Returns how many were unread."""
    rows = Notification.objects.filter(user=viewer.user, is_unread=True)
    return (rows if pk is None else rows.filter(pk=pk)).update(is_unread=False)

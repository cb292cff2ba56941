"""Calling off replies that wait: what is said or done before one set for later goes may have overtaken it, and nobody
answers where they do not work any more, be it for the seconds of an Undo.

The text is in its author's box again, with its files, and the author is told. Whoever does not work there any more
leaves it to the colleagues, as a note.
"""

from accounts.models import SYSTEM_EMAIL
from departments.policy import snapshot
from helpdesk_site.lib.prepared import Prepared

from .. import access
from ..composing import drafts
from ..events import Happened
from ..models import PendingReply, Verb
from ..writing import Written
from .noting import add_note
from .timing import log_kept

MESSAGE, CLOSED, HAND, LEFT, TRASH = "message", "closed", "hand", "left", "trash"  # why

waiting = Prepared(lambda ticket: PendingReply.objects.filter(ticket=ticket, is_later=True).values("pk"))


def call_off_by_message(ticket, *, held=None):
    """Call off what a new public message of a locked ticket overtakes. Returns what happened, to be recorded.

    A message that waited itself (`held`) overtakes what was set before it was written, and nothing of the same plan.
    """
    rows = rows_of(ticket)
    if held:
        rows = [row for row in rows if row.created_at < held.created_at]
        rows = [row for row in rows if not (held.is_later and row.author_id == held.author_id)]
    return [call_off(row, why=MESSAGE) for row in rows]


def call_off(pending, *, why):
    """Give a waiting reply back to its author. Returns what happened."""
    happened = told(pending, why=why)
    drafts.give_back(pending, why=why)
    return happened


def leave_as_note(pending):
    """What somebody who has left wrote, with its files and the time it took, where colleagues find it. Returns the
    note."""
    written, files = Written(body=pending.body, html=pending.html), list(pending.attachments.all())
    note = add_note(pending.ticket, author=pending.author, written=written, attachments=files)
    if spent := pending.after.get("time"):
        log_kept(pending.ticket, spent, pending.author, note)
    pending.delete()
    return note


def told(pending, *, why):
    return Happened(
        Verb.UNSCHEDULED, {"why": why, "author": pending.author_id, "until": pending.due_at.isoformat()}
    )


def overtaken(pending, ticket):
    """Why a reply that is due is not to go, "" when it is: the sure way, should nobody have called it off before."""
    if ticket.is_trashed:
        return TRASH
    if not pending.is_note and not may_answer(pending, ticket):
        return LEFT
    if not pending.is_later:
        return ""
    if ticket.is_closed and ticket.closed_at > pending.created_at and ticket.closed_by_id != pending.author_id:
        return CLOSED
    if pending.seen and others_since(ticket, pending).exists():
        return MESSAGE
    return ""


def may_answer(pending, ticket):
    """Whether the author of what waits may still answer there. Within its Undo it goes on in a ticket that is moved out
    of their sight, unless they have lost their place where they wrote it."""
    author = pending.author
    if not author.is_active or access.works_on(author, ticket):
        return author.is_active
    return not pending.is_later and left_place_of(ticket, since=pending.created_at) in access.departments_of(author)


def left_place_of(ticket, *, since):
    """The id of the department a ticket was moved out of first since then; None for one that was not moved."""
    moved = ticket.events.filter(verb=Verb.MOVED, at__gte=since).order_by("sequence").first()
    known = {row.slug: pk for pk, row in snapshot().departments.items()}
    return moved and known.get(moved.data["from"])


def others_since(ticket, pending):
    """The public messages of others in this ticket after what the author of a reply had before their eyes."""
    rows = ticket.messages.filter(is_note=False, deleted_at=None, number__gt=pending.seen[0])
    return rows.exclude(author=pending.author_id).exclude(author__email=SYSTEM_EMAIL)


def rows_of(ticket):
    ids = [pk for (pk,) in waiting.rows(ticket.pk)]
    return list(PendingReply.objects.filter(pk__in=ids).select_related("author", "ticket", "status")) if ids else []

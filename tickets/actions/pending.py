"""A reply with a delay: undo-send and send-later are the same row (ARCHITECTURE, "Events, notifications, outbox").

The ticket is locked before the row, as by everything that calls a reply off.
"""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.policy import status_rules
from engine import once

from .. import found, kicks, states
from ..events import action, click_in_hand, one_click, record, record_all
from ..models import Attachment, PendingReply, Verb
from ..refused import Refused
from ..writing import Written
from ._shared import locked, locked_anywhere
from .afterwards import carry_out
from .noting import add_note
from .replying import refuse_crossing, reply
from .unscheduling import HAND, LEFT, TRASH, call_off, leave_as_note, overtaken, told

LONGEST = timedelta(days=366)  # ahead


@action
def hold_reply(
    ticket, *, author, written, due_at, attachments=(), status=None, seen=None, to=(), after=None, is_later=False
):  # fmt: skip
    """Keep a staff reply until `due_at`; nothing is public before. Raises Crossed like reply(). Returns the row.

    `after` is what else happens when it is sent (`carry_out`). `is_later`: set for that time by its author; a newer
    message calls it off. Raises Refused for a time that has gone or is more than a year away.
    """
    ticket = locked(ticket)
    refuse_crossing(ticket, author=author, seen=seen)
    if is_later:
        refuse_time(due_at)
    if status:
        rules = status_rules(status, ticket.shown_department)
        if not states.may_follow(ticket.category, rules.category):
            raise Refused(_("A ticket cannot go from this status to “%(status)s”.") % {"status": status})
    once.claim(reverse("ticket", args=[ticket.number]))
    pending = PendingReply.objects.create(
        ticket=ticket, author=author, body=written.body, html=written.html, status=status, due_at=due_at,
        to=[person.pk for person in to], after=after or {}, is_later=is_later,
        seen=[ticket.last_number, ticket.last_note] if is_later else [], click=click_in_hand(),
    )  # fmt: skip
    ids = [file.pk for file in attachments]
    Attachment.objects.filter(pk__in=ids, message=None).update(pending=pending, draft=None)
    if is_later:
        record(ticket, Verb.SCHEDULED, actor=author, until=due_at.isoformat())
    kicks.release(pending)
    return pending


@action
def hold_note(ticket, *, author, written, due_at):
    """Keep a note until `due_at`: it tells of replies of the same click, which may be called back before. Returns the
    row."""
    ticket = locked(ticket)
    pending = PendingReply.objects.create(
        ticket=ticket, author=author, body=written.body, html=written.html, due_at=due_at, is_note=True,
        click=click_in_hand(),
    )  # fmt: skip
    kicks.release(pending)
    return pending


def refuse_time(due_at):
    """Raise Refused for a time nobody can wait for."""
    now = timezone.now()
    if not now < due_at <= now + LONGEST:
        raise Refused(_("Choose a moment within the next year."))


def release(pending, *, now=None):
    """Send a pending reply that is due, or give it back where something has overtaken it; safe to run twice. Returns
    the message, or None when nothing was sent. What goes within its Undo belongs to the click that wrote it."""
    with one_click(None if pending.is_later else pending.click):
        return release_locked(pending, now=now)


def release_locked(pending, *, now):
    ticket, row = locked_with_ticket(pending)
    if row is None or row.due_at > (now or timezone.now()):
        return None
    if why := overtaken(row, ticket):
        give_back(row, ticket, why=why)
        return None
    written = Written(body=row.body, html=row.html)
    if stands_already(row, ticket):
        row.delete()
        return None
    if row.is_note:
        note = add_note(ticket, author=row.author, written=written)
        row.delete()
        return note
    files = list(row.attachments.all())
    to = get_user_model().objects.filter(pk__in=row.to)
    message = reply(
        ticket, author=row.author, written=written, by_staff=True, attachments=files, status=row.status, to=to, held=row
    )
    carry_out(message.ticket, row.after, actor=row.author, message=message)
    row.delete()
    return message


def stands_already(row, ticket):
    """Whether the same click said the same here: two tickets that one post went to were merged since."""
    said = ticket.messages.filter(author=row.author_id, is_note=row.is_note, body=row.body)
    return not row.is_later and said.filter(events__click=row.click).exists()


def locked_with_ticket(pending):
    """(its ticket, the row), both locked; (None, None) when it has gone. Who had to wait, and finds that it has moved
    with a ticket taken out of a merge, lets go and begins anew."""
    while known := PendingReply.objects.select_related("ticket").filter(pk=pending.pk).first():
        before, ticket = transaction.savepoint(), locked_anywhere(known.ticket)
        row = PendingReply.objects.select_for_update().filter(pk=pending.pk).first()
        if row is None or row.ticket_id == ticket.pk:
            transaction.savepoint_commit(before)
            return ticket, row
        transaction.savepoint_rollback(before)
    return None, None


def give_back(row, ticket, *, why):
    """Call off what is not to go; what somebody wrote who does not work there any more, colleagues find as a note. The
    history of a ticket in the trash is left alone."""
    system = get_user_model().objects.system()
    if why == LEFT:
        happened = told(row, why=why)._replace(message=leave_as_note(row))
        ticket = locked_anywhere(ticket)  # the note is in its chain already
    else:
        happened = call_off(row, why=why)
    if why != TRASH:
        record_all(ticket, [happened], actor=system)


@action
def call_off_of_leaver(pending):
    """Leave to the colleagues what somebody wrote who may not answer its ticket any more. Returns whether it was so."""
    ticket, row = locked_with_ticket(pending)
    has_left = row is not None and overtaken(row, ticket) == LEFT
    if has_left:
        give_back(row, ticket, why=LEFT)
    return has_left


@action
def change_later(pending, *, author, written, due_at):
    """Another text or time for a reply set for later. Returns the row; raises Refused when it has gone."""
    ticket, row = locked_with_ticket(pending)
    if row is None or row.author_id != author.pk or not row.is_later:
        raise Refused(_("This reply does not wait any more."))
    refuse_time(due_at)
    row.body, row.html = written.body, written.html
    if row.due_at != due_at:
        row.due_at = due_at
        record(ticket, Verb.SCHEDULED, actor=author, until=due_at.isoformat())
    row.save(update_fields=["body", "html", "due_at"])
    kicks.release(row)
    return row


@action
def call_back(pending, *, actor):
    """Undo a reply that was not sent yet. Returns (text, loose files); raises Refused when it has gone."""
    ticket, row = locked_with_ticket(pending)
    if row is None or row.author_id != actor.pk:
        raise Refused(_("The reply has already been sent."))
    files = list(row.attachments.all())
    Attachment.objects.filter(pending=row).update(pending=None, owner=f"user:{actor.pk}")
    text = row.body
    if row.is_later and not ticket.is_trashed:
        record_all(ticket, [told(row, why=HAND)], actor=actor)
    row.delete()
    return text, files


@action
def take_back_held(click):
    """Take back all replies of one click that have not gone yet, with the note about them. They are in no box again:
    nobody typed them there."""
    rows = PendingReply.objects.filter(click=click, is_later=False)
    found.ends_locked(rows.values_list("ticket", flat=True))
    rows.delete()

"""Replying: a public message that passes the turn to the other side (S18, S22, S26, S29, S136)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import clock
from ..events import Happened, action, record, record_all
from ..models import Message, Snooze, Ticket, Verb
from ..refused import Refused
from ._shared import let_go, locked, proof, write_message
from .closing import close_fields, reply_refusal
from .snoozing import ended
from .spamming import stays_in_spam
from .unscheduling import call_off_by_message


class Crossed(Refused):
    """Somebody wrote while this reply was being written; it is held back (S6). `newer` are the messages to show."""

    def __init__(self, newer):
        self.newer = list(newer)
        super().__init__(_("Somebody wrote while you were writing. Read it, then send your reply or change it."))


@action
def reply(
    ticket, *, author, written, by_staff, attachments=(), status=None, seen=None, channel=Ticket.Channel.PORTAL, to=(),
    held=None,
):  # fmt: skip
    """Add a public message and pass the turn to the other side.

    `by_staff` says in which role the author writes (an agent's own request is answered as a client). `status` is the
    one staff chose to follow; a closed category closes with the reply. `seen` is (last message, last note) the author
    saw: newer ones raise Crossed. `to` are the contacts who get its mail, nobody meaning the client (S169). `held` is
    the PendingReply it waited as. A rule's words (the system's) leave status and clock alone. Raises Refused when the
    ticket takes no reply (S109, S114). Returns the message.
    """
    ticket = locked(ticket)
    refuse_crossing(ticket, author=author, seen=seen)
    by_mail = channel == Ticket.Channel.EMAIL
    if ticket.is_closed and not by_staff and (refusal := reply_refusal(ticket, by_mail=by_mail)):
        raise Refused(refusal)
    message = write_message(
        ticket, author=author, written=written, by_staff=by_staff, attachments=attachments, channel=channel
    )
    kept = proof(message, attachments)
    if not by_staff and stays_in_spam(ticket, author=author, by_mail=by_mail):
        record(ticket, Verb.REPLIED, actor=author, message=message, saving=["last_number"], **kept, quiet=True)
        return message
    if to:
        kept["to"] = sorted(person.pk for person in to)
    followed = pass_turn(ticket, author=author, by_staff=by_staff, status=status)
    if woken := next((happened for happened in followed if happened.verb == Verb.WOKEN), None):
        kept["woke"] = woken.data["by"]
    if not author.is_system:
        followed += call_off_by_message(ticket, held=held)
    happened = [Happened(Verb.REPLIED, kept, message=message), *followed]
    record_all(ticket, happened, actor=author, saving=[*clock.TIMED, "last_number", "assignee"])
    return message


def pass_turn(ticket, *, author, by_staff, status):
    """Give a locked ticket to the other side, in memory; returns what happened by it, in order."""
    now, by_rule = timezone.now(), author.is_system
    before, was_closed, was_spam = ticket.shown_status, ticket.is_closed, ticket.hidden
    woken = [ended(ticket, why=Snooze.Ended.CLIENT)] if wakes(ticket, by_staff) else []
    clock.note_message(ticket, by_staff=by_staff, at=now, by_rule=by_rule)
    default = ticket.policy.status_after_staff if by_staff else ticket.policy.status_after_client
    clock.enter_status(ticket, status or (before if by_rule else default), at=now)
    if ticket.is_closed:
        close_fields(ticket, by=author, at=now)
    moved, happened = {"from": before.code, "to": ticket.status.code}, []
    if was_spam and not ticket.hidden:
        happened.append(Happened(Verb.NOT_SPAM, moved))
    happened += woken
    if before.pk != ticket.status_id:
        verb = Verb.CLOSED if ticket.is_closed else Verb.REOPENED if was_closed else Verb.STATUS
        happened.append(Happened(verb, moved))
    if was_closed and not ticket.is_closed:
        happened += let_go(ticket)
    if by_staff and ticket.assignee_id is None and ticket.policy.claim_on_reply and not by_rule:
        ticket.assignee = author
        happened.append(Happened(Verb.ASSIGNED, {"from": None, "to": author.pk}))
    return happened


def wakes(ticket, by_staff):
    """Whether a message ends the ticket's snooze: a client's does."""
    return bool(ticket.snoozed_at) and not by_staff


def refuse_crossing(ticket, *, author, seen):
    """Raise Crossed when somebody else wrote after what the author saw."""
    if seen is None:
        return
    number, note = seen
    if ticket.last_number <= number and ticket.last_note <= note:
        return
    rows = Message.objects.filter(ticket=ticket, deleted_at=None).exclude(author=author).select_related("author")
    newer = list(rows.filter(is_note=False, number__gt=number))
    newer += list(rows.filter(is_note=True, number__gt=note))
    if newer:
        raise Crossed(sorted(newer, key=lambda row: row.created_at))

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
    was_closed = ticket.is_closed
    if was_closed and not by_staff:
        refusal = reply_refusal(ticket, by_mail=channel == Ticket.Channel.EMAIL)
        if refusal:
            raise Refused(refusal)
    now = timezone.now()
    message = write_message(
        ticket, author=author, written=written, by_staff=by_staff, attachments=attachments, channel=channel
    )
    if not by_staff and stays_in_spam(ticket, author=author, by_mail=channel == Ticket.Channel.EMAIL):
        kept = proof(message, attachments) | {"quiet": True}
        record(ticket, Verb.REPLIED, actor=author, message=message, saving=["last_number"], **kept)
        return message
    was_spam, woken = ticket.hidden, ended(ticket, why=Snooze.Ended.CLIENT) if wakes(ticket, by_staff) else None
    by_rule = author.is_system
    clock.note_message(ticket, by_staff=by_staff, at=now, by_rule=by_rule)
    before = ticket.shown_status
    default = ticket.policy.status_after_staff if by_staff else ticket.policy.status_after_client
    clock.enter_status(ticket, status or (before if by_rule else default), at=now)
    closes = ticket.is_closed
    if closes:
        close_fields(ticket, by=author, at=now)
    left = let_go(ticket) if was_closed and not closes else []
    claims = by_staff and ticket.assignee_id is None and ticket.policy.claim_on_reply and not by_rule
    if claims:
        ticket.assignee = author
    kept = proof(message, attachments) | ({"to": sorted(person.pk for person in to)} if to else {})
    if woken:
        kept["woke"] = woken.data["by"]
    happened = [Happened(Verb.REPLIED, kept, message=message)]
    if was_spam and not ticket.hidden:
        happened.append(Happened(Verb.NOT_SPAM, {"from": before.code, "to": ticket.status.code}))
    if woken:
        happened.append(woken)
    if before.pk != ticket.status_id:
        verb = Verb.CLOSED if closes else Verb.REOPENED if was_closed else Verb.STATUS
        happened.append(Happened(verb, {"from": before.code, "to": ticket.status.code}))
    happened += left
    if claims:
        happened.append(Happened(Verb.ASSIGNED, {"from": None, "to": author.pk}))
    if not by_rule:
        happened += call_off_by_message(ticket, held=held)
    record_all(ticket, happened, actor=author, saving=[*clock.TIMED, "last_number", "assignee"])
    return message


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

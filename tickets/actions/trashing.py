"""The trash: for thirty days a ticket is seen by nobody but those who work there, and comes back whole; then what was
written in it is erased (S133, S135, S155, C5). Where nobody deletes, nothing goes there (S46)."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from departments import addresses
from departments.models import Policy
from departments.policy import snapshot
from mail import blocking
from mail.models import BlockedSender

from .. import clock, found, merged
from ..events import action, record
from ..keeping import erasing
from ..models import Notification, Ticket, TicketEvent, Verb
from ..notices import notify
from ..refused import Refused
from ._shared import locked_anywhere, save_times, status_again, waiting_of
from .closing import close_fields

KEPT = timedelta(days=30)


@action
def trash(ticket, *, actor, block=None):
    """Move a ticket to the trash. Nobody is told; what still waits to be mailed is not sent, and replies that come due
    while it lies there are in their authors' boxes again. `block` is a BlockedSender made with it: Undo takes back
    both. Raises Refused where policy locks it (C5). Returns the ticket."""
    ticket = locked_anywhere(ticket)
    if not ticket.is_trashed:
        throw_away(ticket, actor=actor, **({"block": block.pk} if block else {}))
    return ticket


@action
def block_and_trash(ticket, *, actor, why="", until=None):
    """Keep out the mail of its client from now on, and move the ticket to the trash (S135). Raises Refused for
    colleagues' addresses and our own. Returns the ticket."""
    ticket = locked_anywhere(ticket)
    if not ticket.is_trashed:
        address = ticket.client.email
        refuse_blocking(address)
        known = BlockedSender.objects.in_force().filter(kind=BlockedSender.Kind.ADDRESS, value=address.lower()).exists()
        block = None if known else blocked(address, by=actor, why=why, until=until)
        throw_away(ticket, actor=actor, **({"block": block.pk} if block else {}))
    return ticket


@action
def restore(ticket, *, actor):
    """Take a ticket out of the trash: in the status it had, open tickets back in the queue. Returns the ticket."""
    ticket = locked_anywhere(ticket)
    if ticket.hidden == Ticket.Hidden.TRASH:
        before = ticket.status
        take_out(ticket)
        record(ticket, Verb.RESTORED, actor=actor, **{"from": before.code, "to": ticket.status.code})
    return ticket


@action
def empty(ticket, *, actor):
    """Delete a ticket of the trash for good: everything written in it, its files and mails. What happened, when and by
    whom stays, and the history verifies. Raises Refused where nobody deletes (S46). Returns whether it did."""
    ticket = locked_anywhere(ticket)
    if ticket.hidden != Ticket.Hidden.TRASH:
        return False
    refuse_keeping(ticket)
    for part in found.all_locked(merged.ids(ticket)).values():
        erasing.erase(part)
        part.hidden, part.hidden_at = Ticket.Hidden.GONE, timezone.now()
        part.save(update_fields=["hidden", "hidden_at"])
        record(part, Verb.EMPTIED, actor=actor)
    return True


# --- In and out -------------------------------------------------------------------------------------------------------


def throw_away(ticket, *, actor, **data):
    refuse_keeping(ticket)
    record(ticket, Verb.TRASHED, actor=actor, **put_away(ticket, by=actor), **data)


def put_away(ticket, *, by):
    """Close a locked ticket without a word, and list it in the trash alone. Returns what taking it out again wants, for
    the event."""
    before, waited, now = ticket.status, waiting_of(ticket), timezone.now()
    if not ticket.is_closed:
        clock.enter_status(ticket, ticket.policy.status_closed, at=now)
        close_fields(ticket, by=by, at=now)
    was, ticket.hidden, ticket.hidden_at = ticket.hidden, Ticket.Hidden.TRASH, now
    clock.end_snooze(ticket)
    save_times(ticket)
    hushed = notify.hush(Notification.objects.filter(event__ticket__in=merged.ids(ticket)))
    return {"from": before.code, "to": ticket.status.code, **({"was": was} if was else {}), **waited, **hushed}


def take_out(ticket):
    """Where it was: one that was open is open again, as if it had never been away; spam is spam."""
    known, event = snapshot().statuses_by_code, last_time(ticket)
    data = event.data if event.verb == Verb.TRASHED else event.data.get("put_away", {})
    before, was = known.get(data.get("from")) or ticket.policy.status_after_client, data.get("was", "")
    if before.code != ticket.status.code:
        status_again(ticket, before, data)
    ticket.hidden, ticket.hidden_at = was, timezone.now() if was else None
    ticket.save(update_fields=["hidden", "hidden_at"])


def trashing_taken_back(ticket, event, actor):
    """Undo: as if it had not been thrown away, its letters that waited included; the sender is let in again."""
    if ticket.hidden != Ticket.Hidden.TRASH or event.pk != last_time(ticket).pk:
        return False
    take_out(ticket)
    notify.speak_again(event.data)
    block = BlockedSender.objects.filter(pk=event.data.get("block")).first()
    if block:
        blocking.lift(block)
    return True


def last_time(ticket):
    """The event that moved it to the trash: by hand, or because its splitting off was taken back."""
    rows = TicketEvent.objects.filter(ticket=ticket, verb__in=(Verb.TRASHED, Verb.UNSPLIT))
    return rows.order_by("-sequence").first()


# --- What is refused --------------------------------------------------------------------------------------------------


def refuse_keeping(ticket):
    """Raise Refused where nobody may delete (S46, C5)."""
    if ticket.policy.history_policy != Policy.History.REVISIONS:
        raise Refused(_("Nothing is deleted in this department."))


def refuse_blocking(address):
    """Raise Refused for those whom nobody may keep out: colleagues, and ourselves."""
    ours = get_user_model().objects.filter(email=address, is_staff=True, is_active=True).exists()
    if ours or addresses.is_ours(address):
        raise Refused(_("Colleagues write from there. Their mail cannot be kept out."))


def blocked(address, *, by, why, until):
    try:
        return blocking.block(BlockedSender.Kind.ADDRESS, address, by=by, why=why, until=until)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error

"""Spam: closed without a letter and in no list but its own. Later mail stays there and is told to nobody; a client who
is signed in brings the ticket back by writing."""

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.policy import snapshot

from .. import clock
from ..events import action, record
from ..models import Ticket, TicketEvent, Verb
from ..refused import Refused
from ._shared import locked, save_times, status_again, waiting_of
from .closing import close_fields


@action
def mark_spam(ticket, *, actor):
    """Put the ticket into spam. Doing so twice changes nothing."""
    ticket = locked(ticket)
    if ticket.hidden == Ticket.Hidden.SPAM:
        return ticket
    before, waited = ticket.status, waiting_of(ticket)
    hide(ticket, by=actor)
    record(ticket, Verb.SPAM, actor=actor, **{"from": before.code, "to": ticket.status.code}, **waited)
    return ticket


def hide(ticket, *, by):
    """Close it without a word, and list it in spam alone."""
    now = timezone.now()
    clock.enter_status(ticket, ticket.policy.status_closed, at=now)
    close_fields(ticket, by=by, at=now)
    ticket.hidden, ticket.hidden_at = Ticket.Hidden.SPAM, now
    save_times(ticket)


@action
def unmark_spam(ticket, *, actor):
    """It is no spam after all: back where it was. Raises Refused for one that is not there."""
    ticket = locked(ticket)
    if ticket.hidden != Ticket.Hidden.SPAM:
        raise Refused(_("This ticket is not in spam."))
    before = ticket.status
    go_back(ticket)
    record(ticket, Verb.NOT_SPAM, actor=actor, **{"from": before.code, "to": ticket.status.code})
    return ticket


def go_back(ticket):
    """As it was when it was marked; in the status of a client's reply where the one it had is gone."""
    event = TicketEvent.objects.filter(ticket=ticket, verb=Verb.SPAM).order_by("-sequence").first()
    before = snapshot().statuses_by_code.get(event and event.data["from"]) or ticket.policy.status_after_client
    status_again(ticket, before, event.data if event else {})
    take_out(ticket)


def take_out(ticket):
    """It was closed before already: it is listed again."""
    if ticket.hidden:
        ticket.hidden, ticket.hidden_at = Ticket.Hidden.NO, None
        ticket.save(update_fields=["hidden", "hidden_at"])


def stays_in_spam(ticket, *, author, by_mail):
    """Whether what this client writes stays in spam: mail does, and words of guests, who came by mail."""
    return ticket.hidden == Ticket.Hidden.SPAM and (by_mail or author.is_guest)


def marking_taken_back(ticket, event, actor):
    """Undo of marking it."""
    if ticket.hidden != Ticket.Hidden.SPAM:
        return False
    go_back(ticket)
    return True


def unmarking_taken_back(ticket, event, actor):
    """Undo of taking the mark off."""
    if ticket.hidden or ticket.status.code != event.data["to"]:
        return False
    hide(ticket, by=actor)
    return True

"""Closing, by hand or by idleness, and opening again (S19, S28, S29, S113, S173-S175, C1, C3, C8)."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Policy
from departments.policy import status_rules

from .. import clock
from ..events import Happened, action, record, record_all
from ..models import Verb
from ..refused import Refused
from ._shared import let_go, locked, save_times, waiting_of


@action
def close(ticket, *, actor):
    """Close the ticket. Closing a closed one changes nothing."""
    ticket = locked(ticket)
    if ticket.is_closed:
        return ticket
    _close(ticket, verb=Verb.CLOSED, actor=actor, at=timezone.now())
    return ticket


@action
def auto_close(ticket, *, actor, now):
    """Close an idle ticket if its time has come (S28, S173-S175). Returns whether it did.

    The settings are asked once more: they may have changed since its time was set.
    """
    ticket = locked(ticket)
    if not ticket.close_at or ticket.close_at > now or stays_open(ticket):
        return False
    _close(ticket, verb=Verb.AUTO_CLOSED, actor=actor, at=now)
    return True


@action
def remind(ticket, *, actor, now):
    """Tell the client that the ticket will close soon, once (C1). Returns whether it did."""
    ticket = locked(ticket)
    if not ticket.remind_at or ticket.remind_at > now or stays_open(ticket):
        return False
    ticket.remind_at = None
    ticket.save(update_fields=["remind_at"])
    record(ticket, Verb.REMINDED, actor=actor, closes=ticket.close_at.isoformat())
    return True


def stays_open(ticket):
    """Whether an idle ticket is not to be closed after all; its times are taken off then (S174, C2)."""
    if clock.closes_itself(ticket, status_rules(ticket.status, ticket.shown_department)):
        return False
    ticket.close_at = ticket.remind_at = None
    ticket.save(update_fields=["close_at", "remind_at"])
    return True


def _close(ticket, *, verb, actor, at):
    before, waited = ticket.status, waiting_of(ticket)
    clock.enter_status(ticket, ticket.policy.status_closed, at=at)
    close_fields(ticket, by=actor, at=at)
    save_times(ticket)
    record(ticket, verb, actor=actor, **{"from": before.code, "to": ticket.status.code}, **waited)


def close_fields(ticket, *, by, at):
    """Who closed it and when; nothing is due any more."""
    ticket.closed_at, ticket.closed_by, ticket.updated_at = at, by, at
    ticket.settle_at = ticket.close_at = ticket.remind_at = ticket.waiting_since = None


@action
def reopen(ticket, *, actor, by_staff):
    """Open a closed ticket again without a message. Raises Refused where policy wants a new one (C3)."""
    ticket = locked(ticket)
    if not ticket.is_closed:
        return ticket
    refusal = None if by_staff else reply_refusal(ticket)
    if ticket.hidden and actor.is_guest:
        refusal = closed_words(ticket)
    if refusal:
        raise Refused(refusal)
    before, waited, now = ticket.status, waiting_of(ticket), timezone.now()
    ticket.waiting_since = now
    ticket.updated_at = now
    clock.enter_status(ticket, ticket.policy.status_after_client, at=now)
    data = {"from": before.code, "to": ticket.status.code, **waited}
    happened = [Happened(Verb.REOPENED, data), *let_go(ticket)]
    record_all(ticket, happened, actor=actor, saving=[*clock.TIMED, "assignee"])
    return ticket


def reply_refusal(ticket, *, by_mail=False):
    """Why a client's reply to this closed ticket is not taken, as a sentence; "" when it is (C3, S109, S114, S117).

    The portal and mail have a setting each.
    """
    if not ticket.is_closed or ticket.hidden == ticket.Hidden.SPAM:
        return ""  # nobody who is marked as spam is to know, and a client marked by mistake comes back by writing
    until = reopens_until(ticket, by_mail=by_mail)
    if way_of_closed(ticket, by_mail=by_mail) == Policy.ClosedReply.REOPEN or (until and timezone.now() <= until):
        return ""
    return closed_words(ticket)


def closed_words(ticket):
    return _("This ticket is closed. Open a new ticket that names %(number)s.") % {"number": ticket.number}


def way_of_closed(ticket, *, by_mail=False):
    """What becomes of a client's reply to a closed ticket: a Policy.ClosedReply (C3)."""
    return ticket.policy.closed_reply_mail if by_mail else ticket.policy.closed_reply


def reopens_until(ticket, *, by_mail=False):
    """Until when a reply reopens a closed ticket, where policy sets some days; else None (C3)."""
    if not ticket.is_closed or way_of_closed(ticket, by_mail=by_mail) != Policy.ClosedReply.REOPEN_FOR:
        return None
    return (ticket.closed_at or ticket.updated_at) + timedelta(days=ticket.policy.closed_reply_days)

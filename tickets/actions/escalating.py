"""What rules and the outbox do to a ticket: mark it, tell staff, bring it back to us (S176, S185)."""

from django.utils import timezone

from departments.models import Category
from departments.policy import snapshot, status_rules

from .. import clock
from ..events import action, record
from ..models import TicketEvent, Verb
from ._shared import locked, locked_anywhere, save_times


@action
def escalate(ticket, *, rule, refused=(), actor):
    """Mark the ticket as escalated by a rule; `refused` are the rule's actions that the ticket did not allow."""
    ticket = locked(ticket)
    if not ticket.escalated:
        ticket.escalated = True
        ticket.save(update_fields=["escalated"])
    record(ticket, Verb.ESCALATED, actor=actor, rule=rule.pk, **({"refused": list(refused)} if refused else {}))
    return ticket


@action
def alert(ticket, *, to, rule, actor):
    """Tell these staff of the ticket by mail, as a rule says."""
    ticket = locked(ticket)
    record(ticket, Verb.ALERTED, actor=actor, rule=rule.pk, to=sorted(person.pk for person in to))
    return ticket


@action
def bring_back(ticket, *, mail, message, actor):
    """A letter about the ticket was given up: note it, and take the turn back when its client waits in vain (S185).

    A closed ticket stays closed, one in the trash is told nothing. Returns whether that was news: the outbox may tell
    twice.
    """
    ticket = locked_anywhere(ticket)
    if ticket.is_trashed:
        return False
    failed_at = mail.claimed_at or mail.created_at
    known = TicketEvent.objects.filter(ticket=ticket, verb=Verb.MAIL_FAILED, at__gte=failed_at, data__mail=mail.pk)
    if known.exists():
        return False
    record(ticket, Verb.MAIL_FAILED, actor=actor, message=message, mail=mail.pk, to=mail.user_id, trouble=mail.trouble)
    status = waiting_status(ticket)
    if mail.user_id == ticket.client_id and ticket.category == Category.WAITS_CLIENT and status:
        before = ticket.status
        clock.enter_status(ticket, status, at=timezone.now())
        save_times(ticket)
        record(ticket, Verb.STATUS, actor=actor, **{"from": before.code, "to": status.code})
    return True


def waiting_status(ticket):
    """The status of a ticket that waits for us though its client said nothing: the last of that category in order."""
    rows = sorted(snapshot().statuses.values(), key=lambda row: (row.position, row.pk))
    rules = [status_rules(row, ticket.shown_department) for row in rows if row.is_active]
    waiting = [rule.status for rule in rules if rule.category == Category.WAITS_STAFF and rule.awaiting_reply]
    return waiting[-1] if waiting else None

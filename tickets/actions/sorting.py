"""Status, priority, type, subject, department: where a ticket stands and what it is (S137, S162, S167)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Category
from departments.policy import status_rules

from .. import access, clock, states
from ..events import Happened, action, record, record_all
from ..lists import search
from ..models import Verb
from ..refused import Refused
from ._shared import let_go, locked, save_times, take_mails_along, waiting_of
from .closing import close_fields
from .teaming import leave_team


@action
def set_status(ticket, *, status, actor, expected=None):
    """Put the ticket into another status. `expected` is the status the person saw: a stale page is refused."""
    ticket = locked(ticket)
    if expected is not None and ticket.status_id != expected.pk:
        raise Refused(_("The status was changed meanwhile. Look again before you change it."))
    if ticket.status_id == status.pk:
        return ticket
    rules = status_rules(status, ticket.shown_department)
    if not states.may_follow(ticket.category, rules.category):
        raise Refused(_("A ticket cannot go from this status to “%(status)s”.") % {"status": status})
    before, was_closed, now, waited = ticket.status, ticket.is_closed, timezone.now(), waiting_of(ticket)
    clock.enter_status(ticket, status, at=now)
    if ticket.is_closed and not was_closed:
        close_fields(ticket, by=actor, at=now)
    if rules.category == Category.WAITS_STAFF and ticket.waiting_since is None:
        ticket.waiting_since = now
        ticket.queue_at = clock.queue_time(ticket)
    ticket.updated_at = now
    verb = Verb.STATUS if ticket.is_closed == was_closed else Verb.CLOSED if ticket.is_closed else Verb.REOPENED
    happened = [Happened(verb, {"from": before.code, "to": status.code, **waited})]
    happened += let_go(ticket) if verb == Verb.REOPENED else []
    record_all(ticket, happened, actor=actor, saving=[*clock.TIMED, "assignee"])
    return ticket


@action
def settle(ticket, *, actor, now):
    """Let a status turn into the next one by itself, if it is due (S21, S27, C7). Returns whether it did."""
    ticket = locked(ticket)
    if not ticket.settle_at or ticket.settle_at > now:
        return False
    before = ticket.status
    target = status_rules(before, ticket.shown_department).settles_into
    ticket.settle_at = None
    if target is None or target.pk == before.pk:
        ticket.save(update_fields=["settle_at"])
        return False
    clock.enter_status(ticket, target, at=now)
    save_times(ticket)
    record(ticket, Verb.SETTLED, actor=actor, **{"from": before.code, "to": target.code})
    return True


@action
def set_priority(ticket, *, priority, actor):
    """Change how urgent the ticket is (S3, S204)."""
    return _set(ticket, "priority", priority, Verb.PRIORITY, actor=actor)


@action
def set_type(ticket, *, type, actor):
    """Change what kind of request it is, or take the type off (S55)."""
    return _set(ticket, "type", type, Verb.TYPE, actor=actor)


def _set(ticket, field, value, verb, *, actor):
    ticket = locked(ticket)
    before = getattr(ticket, field)
    if before == value:
        return ticket
    setattr(ticket, field, value)
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=[field, "updated_at"])
    record(ticket, verb, actor=actor, **{"from": before and before.code, "to": value and value.code})
    return ticket


@action
def set_subject(ticket, *, subject, actor):
    """Change the subject; the old one stays in the history, erasable."""
    ticket = locked(ticket)
    if not subject.strip():
        raise Refused(_("Enter a subject."))
    if ticket.subject == subject:
        return ticket
    before, ticket.subject, ticket.updated_at = ticket.subject, subject, timezone.now()
    ticket.save(update_fields=["subject", "updated_at"])
    record(ticket, Verb.SUBJECT, actor=actor, texts={"from": before, "to": subject})
    search.reindex(ticket)
    return ticket


@action
def move(ticket, *, to, actor):
    """Move the ticket to another department (S33). Its team, and an assignee who does not work there, let go of it."""
    ticket = locked(ticket)
    if not to.is_active:
        raise Refused(_("This department takes no tickets."))
    if ticket.department_id == to.pk:
        return ticket
    leave_team(ticket, actor=actor)
    before, ticket.department, now = ticket.department, to, timezone.now()
    ticket.updated_at = now
    leaves = ticket.assignee if ticket.assignee and not access.works_on(ticket.assignee, ticket) else None
    if leaves:
        ticket.assignee = None
    clock.enter_status(ticket, ticket.status, at=now)
    save_times(ticket, "department", "assignee")
    take_mails_along(ticket)
    record(ticket, Verb.MOVED, actor=actor, **{"from": before.slug, "to": to.slug})
    if leaves:
        record(ticket, Verb.ASSIGNED, actor=actor, **{"from": leaves.pk, "to": None})
    return ticket

"""Who looks after a ticket, and whom it is flagged to (S4, S48, S166)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Category

from .. import access, clock
from ..events import action, record
from ..models import Flag, Verb
from ..refused import Refused
from ._shared import locked, save_times


@action
def assign(ticket, *, to, actor):
    """Hand the ticket to `to` (a person of its department), or to nobody. Raises Refused for anybody else."""
    ticket = locked(ticket)
    if to and not access.may_flag(ticket, to):
        raise Refused(_("%(person)s does not work in this department.") % {"person": to})
    before, after = ticket.assignee_id, to.pk if to else None
    if before == after:
        return ticket
    ticket.assignee = to
    status_before = ticket.status
    follows = ticket.policy.status_when_assigned
    if to and follows and ticket.category == Category.NEW:
        clock.enter_status(ticket, follows, at=timezone.now())
    save_times(ticket, "assignee")
    record(ticket, Verb.ASSIGNED, actor=actor, **{"from": before, "to": after})
    if status_before.pk != ticket.status_id:
        record(ticket, Verb.STATUS, actor=actor, **{"from": status_before.code, "to": ticket.status.code})
    return ticket


@action
def flag(ticket, *, to, actor):
    """Flag the ticket to a colleague, who finds it above the queue and is mailed unless it is the actor (S166)."""
    ticket = locked(ticket)
    if not access.may_flag(ticket, to):
        raise Refused(_("%(person)s does not work in this department.") % {"person": to})
    _row, made = Flag.objects.get_or_create(ticket=ticket, user=to, defaults={"by": actor})
    if made:
        record(ticket, Verb.FLAGGED, actor=actor, to=to.pk)
    return ticket


@action
def unflag(ticket, *, to, actor):
    """Take a colleague's (or one's own) flag off."""
    ticket = locked(ticket)
    deleted, _rows = Flag.objects.filter(ticket=ticket, user=to).delete()
    if deleted:
        record(ticket, Verb.UNFLAGGED, actor=actor, to=to.pk)
    return ticket

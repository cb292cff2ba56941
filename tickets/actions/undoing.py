"""Undo: any reversible act can be taken back for a minute (FIELD 2.3, 12; DESIGN 2.6)."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Department
from departments.policy import snapshot

from .. import clock
from ..events import action, record
from ..models import Flag, Ticket, TicketEvent, Verb
from ..refused import Refused
from ._shared import locked, save_times, take_mails_along

UNDO_SECONDS = 60
STATUSES = {Verb.STATUS, Verb.CLOSED, Verb.REOPENED}
REVERSIBLE = STATUSES | {Verb.ASSIGNED, Verb.PRIORITY, Verb.TYPE, Verb.MOVED, Verb.FLAGGED, Verb.UNFLAGGED}


@action
def undo(click, *, actor, tickets=None, since=None):
    """Take back everything `actor` did with one click, at most a minute ago. Returns the tickets touched.

    Of a click on many `tickets` (ids) may be only some at a time, and `since` another moment than a minute ago. What
    somebody changed since is left alone. Raises Refused when nothing can be taken back.
    """
    since = since or timezone.now() - timedelta(seconds=UNDO_SECONDS)
    own = TicketEvent.objects.filter(click=click, actor=actor, at__gte=since, verb__in=REVERSIBLE)
    events = list((own if tickets is None else own.filter(ticket__in=tickets)).order_by("-id"))
    if not events or TicketEvent.objects.filter(click=click, verb=Verb.REPLIED).exists():
        raise Refused(_("This can no longer be undone."))
    touched = {}
    for ticket in Ticket.objects.filter(pk__in={event.ticket_id for event in events}).order_by("pk"):
        touched[ticket.pk] = locked(ticket)
    undone = [event for event in events if _take_back(touched[event.ticket_id], event, actor=actor)]
    if not undone:
        raise Refused(_("Somebody changed this since. Look again before you change it."))
    for event in undone:
        record(touched[event.ticket_id], Verb.UNDONE, actor=actor, of=event.sequence)
    return list(touched.values())


def _take_back(ticket, event, *, actor):
    """Undo one event on a locked ticket. Returns whether it still stood as the event left it."""
    before, after = event.data.get("from"), event.data.get("to")
    if event.verb in STATUSES:
        return _status_back(ticket, before, after)
    if event.verb == Verb.ASSIGNED:
        if ticket.assignee_id != after:
            return False
        ticket.assignee = get_user_model().objects.filter(pk=before).first() if before else None
        ticket.save(update_fields=["assignee"])
        return True
    if event.verb == Verb.PRIORITY:
        return _row_back(ticket, "priority", before, after, snapshot().priorities)
    if event.verb == Verb.TYPE:
        return _row_back(ticket, "type", before, after, snapshot().types)
    if event.verb == Verb.MOVED:
        if ticket.department.slug != after:
            return False
        ticket.department = Department.objects.get(slug=before)
        clock.enter_status(ticket, ticket.status, at=timezone.now())
        save_times(ticket, "department")
        take_mails_along(ticket)
        return True
    if event.verb == Verb.FLAGGED:
        return bool(Flag.objects.filter(ticket=ticket, user_id=after).delete()[0])
    Flag.objects.get_or_create(ticket=ticket, user_id=after, defaults={"by": actor})
    return True


def _status_back(ticket, before, after):
    statuses = snapshot().statuses_by_code
    if ticket.status.code != after or before not in statuses:
        return False
    now = timezone.now()
    clock.enter_status(ticket, statuses[before], at=now)
    if ticket.is_closed:
        ticket.closed_at = ticket.closed_at or now
    else:
        unanswered = None if ticket.last_by_staff else ticket.waiting_since or ticket.last_message_at
        ticket.waiting_since = unanswered
        ticket.queue_at = clock.queue_time(ticket)
    save_times(ticket)
    return True


def _row_back(ticket, field, before, after, rows):
    current = getattr(ticket, field)
    if (current and current.code) != after:
        return False
    setattr(ticket, field, next((row for row in rows.values() if row.code == before), None))
    ticket.save(update_fields=[field])
    return True

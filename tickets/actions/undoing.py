"""Undo: any reversible act can be taken back for a minute (FIELD 2.3, 12; DESIGN 2.6)."""

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Department
from departments.policy import snapshot

from .. import access, clock, found, merged
from ..events import action, record
from ..lists import search
from ..models import Flag, Ticket, TicketEvent, Verb
from ..refused import Refused
from . import checking, clients, deleting, linking, noting, snoozing, spamming, tagging, talking, teaming, trashing
from ._shared import save_times, status_again, take_mails_along
from .splitting import unsplit
from .unmerging import unmerge


@action
def undo(click, *, actor, tickets=None, since=None):
    """Take back everything `actor` did with one click, at most a minute ago. Returns the tickets touched.

    Of a click on many `tickets` (ids) may be only some at a time, and `since` another moment than a minute ago. What
    somebody changed since is left alone. Raises Refused when nothing can be taken back.
    """
    if longer := TicketEvent.objects.filter(click=click, actor=actor, verb__in=LONGER).first():
        refuse_left(longer, actor)
        return [LONGER[longer.verb](longer, actor=actor)]
    since = since or timezone.now() - clock.UNDO
    own = TicketEvent.objects.filter(click=click, actor=actor, at__gte=since, verb__in=BACK)
    events = list((own if tickets is None else own.filter(ticket__in=tickets)).order_by("-id"))
    if not events or TicketEvent.objects.filter(click=click, verb=Verb.REPLIED).exists():
        raise Refused(_("This can no longer be undone."))
    rows = found.all_locked({event.ticket_id for event in events})
    touched = {pk: rows[pk] for pk in sorted({event.ticket_id for event in events})}
    before = taken_back_of(touched)
    events = [event for event in events if (event.ticket_id, event.sequence) not in before]
    undone = [event for event in events if _take_back(touched[event.ticket_id], event, actor)]
    if not undone:
        raise Refused(_("Somebody changed this since. Look again before you change it."))
    for event in undone:
        record(touched[event.ticket_id], Verb.UNDONE, actor=actor, of=event.sequence)
    return list(touched.values())


def refuse_left(event, actor):
    """Raise Refused for what may be taken back for a day, where its ticket is its doer's no more (S119): of a split the
    old one, the new one may have gone elsewhere by it."""
    ticket = Ticket.objects.get(pk=event.data["from"][0]) if "from" in event.data else event.ticket
    if not (actor.is_active and access.works_on(actor, merged.survivor(ticket))):
        raise Refused(_("The ticket has left your departments."))


def taken_back_of(tickets):
    """(ticket id, sequence) of the events of these locked tickets that were taken back before, in another browser."""
    rows = TicketEvent.objects.filter(ticket__in=tickets.keys(), verb=Verb.UNDONE)
    return {(ticket, data["of"]) for ticket, data in rows.values_list("ticket_id", "data")}


def touched_by(click, *, tickets):
    """The ids of those of these tickets that a click has changed in a way that can be taken back."""
    events = TicketEvent.objects.filter(click=click, ticket__in=tickets, verb__in=REVERSIBLE)
    return set(events.values_list("ticket_id", flat=True))


def _take_back(ticket, event, actor):
    """Undo one event on its locked ticket. Returns whether it still stood as the event left it."""
    if ticket.is_trashed and event.verb != Verb.TRASHED:
        return False
    if ticket.merged_into_id and event.verb not in OF_MESSAGES:
        return False
    return BACK[event.verb](ticket, event, actor)


def _status(ticket, event, actor):
    before, after = event.data.get("from"), event.data.get("to")
    statuses = snapshot().statuses_by_code
    if ticket.hidden or ticket.status.code != after or before not in statuses:
        return False
    status_again(ticket, statuses[before], event.data)
    return True


def _assignee(ticket, event, actor):
    before = event.data.get("from")
    if ticket.assignee_id != event.data.get("to"):
        return False
    ticket.assignee = get_user_model().objects.filter(pk=before).first() if before else None
    ticket.save(update_fields=["assignee"])
    return True


def _priority(ticket, event, actor):
    return _row_back(ticket, "priority", event, snapshot().priorities)


def _type(ticket, event, actor):
    return _row_back(ticket, "type", event, snapshot().types)


def _subject(ticket, event, actor):
    said = dict(event.contents.values_list("name", "text"))
    if "from" not in said or ticket.subject != said.get("to"):
        return False
    ticket.subject = said["from"]
    ticket.save(update_fields=["subject"])
    search.reindex(ticket)
    return True


def _department(ticket, event, actor):
    if ticket.department.slug != event.data.get("to"):
        return False
    ticket.department = Department.objects.get(slug=event.data.get("from"))
    clock.enter_status(ticket, ticket.status, at=timezone.now())
    save_times(ticket, "department")
    take_mails_along(ticket)
    return True


def _flag(ticket, event, actor):
    return bool(Flag.objects.filter(ticket=ticket, user_id=event.data.get("to")).delete()[0])


def _flag_taken_off(ticket, event, actor):
    Flag.objects.get_or_create(ticket=ticket, user_id=event.data.get("to"), defaults={"by": actor})
    return True


def _row_back(ticket, field, event, rows):
    current = getattr(ticket, field)
    if (current and current.code) != event.data.get("to"):
        return False
    setattr(ticket, field, next((row for row in rows.values() if row.code == event.data.get("from")), None))
    ticket.save(update_fields=[field])
    return True


# How an event of each verb is taken back: a function of its locked ticket, the event and who does it, which says
# whether the ticket still stood as the event left it. What is here can be undone.
BACK = {
    Verb.STATUS: _status,
    Verb.CLOSED: _status,
    Verb.REOPENED: _status,
    Verb.ASSIGNED: _assignee,
    Verb.PRIORITY: _priority,
    Verb.TYPE: _type,
    Verb.SUBJECT: _subject,
    Verb.MOVED: _department,
    Verb.FLAGGED: _flag,
    Verb.UNFLAGGED: _flag_taken_off,
    Verb.EDITED: noting.changing_taken_back,
    Verb.DELETED: deleting.deleting_taken_back,
    Verb.TRASHED: trashing.trashing_taken_back,
    Verb.TAGGED: tagging.take_back,
    Verb.CHECKED: checking.take_back,
    Verb.SNOOZED: snoozing.snooze_taken_back,
    Verb.WOKEN: snoozing.waking_taken_back,
    Verb.SPAM: spamming.marking_taken_back,
    Verb.NOT_SPAM: spamming.unmarking_taken_back,
    Verb.LINKED: linking.linking_taken_back,
    Verb.UNLINKED: linking.unlinking_taken_back,
    Verb.CLIENT: clients.change_taken_back,
    Verb.TEAMED: teaming.team_taken_back,
    Verb.TALKED: talking.take_back,
}
OF_MESSAGES = (Verb.EDITED, Verb.DELETED)  # they stay with the ticket they were written under, merged or not
# Acts on several tickets that belong together, taken back as a whole and for longer: a function of the event
LONGER = {Verb.TOOK_IN: unmerge, Verb.SPLIT: unsplit}
REVERSIBLE = BACK.keys() | LONGER.keys()

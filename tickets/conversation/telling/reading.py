"""A ticket's events as they are told, and the names they speak of: looked up in bulk, so that a log of any length costs
the same few statements."""

from collections import namedtuple
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model

from departments.models import Rule
from helpdesk_site.lib.prepared import Prepared

from ... import colleagues, merged
from ...models import EventContent, TicketEvent, Verb

EVENT = [
    "id", "ticket_id", "sequence", "verb", "actor_id", "data", "click", "at", "message__number", "message__is_note",
]  # fmt: skip
Event = namedtuple("Event", EVENT[:-2] + ["number", "is_note"])
EVENTS = Prepared(lambda ticket: TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values(*EVENT))


def events_of(ticket):
    """A ticket's events in order, as plain rows with the numbers of their messages: a long history has hundreds. With
    those of the tickets merged into it."""
    if ticket.has_merged:
        rows = TicketEvent.objects.filter(ticket__in=merged.ids(ticket)).order_by("at", "ticket_id", "sequence")
        return list(map(Event._make, rows.values_list(*EVENT)))
    return list(map(Event._make, EVENTS.rows(ticket.pk)))


def names_for(events, *, known=(), more=(), homes=None):
    """The Names these events need, and the people with the ids `more`. At most three statements, mostly none."""
    people = {user.pk: user for user in known if user} | colleagues.staff().people
    wanted = set(more).union(*map(people_in, events)) - {None} - people.keys()
    if wanted:
        people |= get_user_model().objects.in_bulk(wanted)
    rules = {event.data.get("rule") for event in events} - {None}
    return Names(
        people=people,
        rules=Rule.objects.in_bulk(rules) if rules else {},
        texts=texts_of([event.id for event in events if "texts" in event.data]),
        verbs={(event.ticket_id, event.sequence): event.verb for event in events},
        homes=homes or {},
    )


def texts_of(ids):
    """{(event, name): text} of the texts that events speak of and nobody has erased."""
    rows = EventContent.objects.filter(event__in=ids) if ids else []
    return {(row.event_id, row.name): row.text for row in rows}


OF_ONE = (Verb.FLAGGED, Verb.UNFLAGGED, Verb.MAIL_FAILED, Verb.JOINED, Verb.PARTED, Verb.READDRESSED)


def people_in(event):
    """The ids of everybody an event speaks of."""
    data = event.data
    if event.verb in (Verb.ASSIGNED, Verb.CLIENT):
        return (event.actor_id, data.get("from"), data.get("to"))
    if event.verb in OF_ONE:
        return (event.actor_id, data.get("to"))
    if event.verb == Verb.ALERTED:
        return (event.actor_id, *data.get("to", ()))
    if event.verb == Verb.UNSCHEDULED:
        return (event.actor_id, data.get("author"))
    if event.verb in (Verb.NOTED, Verb.EDITED):
        return (event.actor_id, *data.get("mentions", ()))
    return (event.actor_id,)


def is_unproven(event):
    """Whether it is the opening of a ticket by somebody who only typed the client's address (T16)."""
    return event.verb == Verb.OPENED and "unproven" in event.data


# --- Whom and what they speak of --------------------------------------------------------------------------------------


@dataclass
class Names:
    """The people, rules and texts that events speak of, by id; `verbs` are what happened, by ticket and sequence.

    `homes` are the numbers of tickets merged into the one whose thread it is, by id: what happened there says so.
    `page` is the address where the messages stand, "" for the page the words are shown on.
    """

    people: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)
    verbs: dict = field(default_factory=dict)
    homes: dict = field(default_factory=dict)
    page: str = ""

"""The staff queue: the tickets of a list, in its order, a page at a time (S24, S81, S129-S131, S166, C11).

Each list walks an index and is cut by key. What a list is asked for is read in `asked`, and offered here as well.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from helpdesk_site.lib import tokens
from helpdesk_site.lib.paging import FirstPage, Page, neighbour, page_by_key
from helpdesk_site.lib.prepared import Prepared

from .. import access
from ..models import Message, Ticket
from . import search
from .asked import (
    FIELDS,
    ME,
    NOBODY,
    NONE,
    SORTS,
    VIEWS,
    Asked,
    departments_of,
    flagged_for,
    is_id,
    lost,
    offered_statuses,
    only_department,
    query_of,
    read,
)

__all__ = [
    "FIELDS",
    "ME",
    "NOBODY",
    "NONE",
    "SORTS",
    "VIEWS",
    "Asked",
    "clean",
    "departments_of",
    "flagged",
    "ids",
    "is_id",
    "lost",
    "next_after",
    "offered_statuses",
    "only_department",
    "page",
    "query_of",
    "read",
    "selected",
    "shows_flagged",
    "tickets",
]
PAGE = 50
MOST_SELECTED = 500

# --- The list ---------------------------------------------------------------------------------------------------------


def tickets(viewer, asked):
    """The tickets of a list, unordered: what the viewer works on, narrowed to what was asked for."""
    rows = narrowed(asked, access.workable(viewer), viewer.user.pk)
    return search.matching(rows, asked.words, notes=True) if asked.words else rows


def narrowed(asked, where, me):
    """The same without words. `where` is what somebody works on, `me` the id of that person."""
    view = VIEWS[asked.view]
    rows = Ticket.objects.filter(where).filter(merged_into=None, hidden=view.hidden).filter(asked.state, view.who(me))
    if asked.departments:
        rows = rows.filter(department_id__in=asked.departments)
    if asked.statuses:
        rows = rows.filter(status_id__in=asked.statuses)
    if asked.priorities:
        rows = rows.filter(priority_id__in=asked.priorities)
    if asked.assignees:
        rows = rows.filter(looked_after_by(asked.assignees, me))
    if asked.tags:
        rows = rows.filter(pk__in=Ticket.tags.through.objects.filter(tag__in=asked.tags).values("ticket_id"))
    rows = narrowed_more(rows, asked)
    return with_keys(rows, {key.removeprefix("-") for key in asked.order}, me)


def narrowed_more(rows, asked):
    """The filters that are used less."""
    if asked.types:
        rows = rows.filter(one_of("type", asked.types))
    if asked.teams:
        rows = rows.filter(one_of("team", asked.teams))
    if asked.channels:
        rows = rows.filter(channel__in=asked.channels)
    if asked.clients:
        rows = rows.filter(client_id__in=asked.clients)
    if asked.organisations:
        rows = rows.filter(organisation_id__in=asked.organisations)
    if asked.since:
        rows = rows.filter(created_at__gte=beginning_of(asked.since))
    if asked.until and asked.until < date.max:
        rows = rows.filter(created_at__lt=beginning_of(asked.until + timedelta(days=1)))
    return rows.filter(escalated=True) if asked.escalated else rows


def one_of(name, values):
    """A Q: one of these rows, or NONE."""
    ids = [value for value in values if value != NONE]
    return Q(**{f"{name}_id__in": ids}) | (Q(**{name: None}) if NONE in values else Q(pk__in=[]))


def beginning_of(day):
    """Midnight of a day in the person's time zone; a day that is out of this world is its nearest."""
    day = min(max(day, date(1970, 1, 1)), date(2200, 1, 1))
    return timezone.make_aware(datetime(day.year, day.month, day.day))


FAR = datetime(9999, 1, 1, tzinfo=UTC)  # stands for “until the client writes”


NAMED = {"kind": "type__name", "given_to": "team__name", "about": "service__name", "belongs_to": "organisation__name"}


def with_keys(rows, keys, me):
    """What an order needs that is no column of a ticket."""
    if "who" in keys:
        rows = rows.annotate(who=Coalesce("assignee__name", Value("")))
    for key, path in NAMED.items():
        if key in keys:
            rows = rows.annotate(**{key: Coalesce(path, Value(""))})
    if "unanswered_at" in keys:
        rows = rows.annotate(unanswered_at=Coalesce("waiting_since", Value(FAR)))
    if "wakes_at" in keys:
        rows = rows.annotate(wakes_at=Coalesce("snoozed_until", Value(FAR)))
    if "called_at" in keys:
        mine = FilteredRelation("mentions", condition=Q(mentions__user=me))
        rows = rows.annotate(called=mine, called_unread=F("called__is_unread"), called_at=F("called__at"))
    return rows


def selected(viewer, numbers):
    """{number: id} of the tickets among these numbers that the viewer works on; merged-away and hidden ones too."""
    rows = Ticket.objects.workable_by(viewer).filter(number__in=clean(numbers))
    return dict(rows.values_list("number", "pk"))


def clean(numbers):
    """The ticket numbers among some words, each once."""
    return {tokens.clean_number(number) for number in numbers[:MOST_SELECTED]} - {""}


def departments_among(viewer, ids):
    """Ids of the departments in which those of these tickets lie that the viewer works on."""
    return set(Ticket.objects.workable_by(viewer).filter(pk__in=ids).values_list("department_id", flat=True).distinct())


def first_among(viewer, ids, *, most):
    """The first few of these tickets, as far as the viewer works on them, with what their fields say."""
    rows = Ticket.objects.workable_by(viewer).filter(pk__in=ids[:most])
    return rows.select_related("client", "organisation", "service").order_by("pk")


def ids(viewer, asked, *, most):
    """The ids of the first `most` tickets of a list, in its order."""
    return list(tickets(viewer, asked).order_by(*asked.order, "pk").values_list("pk", flat=True)[:most])


def looked_after_by(who, me):
    people = [me if one == ME else one for one in who if one != NOBODY]
    return Q(assignee_id__in=people) | (Q(assignee=None) if NOBODY in who else Q(pk__in=[]))


COLUMNS = [
    "id", "number", "subject", "department_id", "status_id", "priority_id", "category", "awaiting", "escalated",
    "queue_at", "updated_at", "last_number", "last_by_staff", "assignee_id", "snoozed_at", "snoozed_until", "team_id",
]  # fmt: skip
JOINED = [
    "client__name", "client__email", "organisation__name", "assignee__name", "assignee__email", "assignee__picture",
    "my_reading__number",
]  # fmt: skip


EXTRA = {  # what a column reads that the usual ones do not
    "service": ["service__name"],
    "type": ["type_id"],
    "channel": ["channel"],
    "team": ["team__name"],
    "since": ["waiting_since"],
    "client_message": ["client_wrote_at"],
    "created": ["created_at"],
}


def with_columns(rows, me, columns=(), order=()):
    """What a row of the queue shows, as dicts in one statement: the objects would cost more than the database.

    With it comes what the `order` goes by, which the next page is cut by.
    """
    mine = FilteredRelation("readings", condition=Q(readings__user=me))
    if "client_message" in columns:
        theirs = Message.objects.filter(ticket=OuterRef("pk"), is_note=False, by_staff=False).order_by("-number")
        rows = rows.annotate(client_wrote_at=Subquery(theirs.values("created_at")[:1]))
    extra = [name for column in columns for name in EXTRA.get(column, ())]
    keys = [key.removeprefix("-") for key in order if "__" not in key]
    return rows.annotate(my_reading=mine).values(*dict.fromkeys([*COLUMNS, *JOINED, *extra, *keys]))


def beyond_usual(columns):
    """Those of the columns that read more: lists that differ in others alone share their statement."""
    return tuple(column for column in columns if column in EXTRA)


def page(viewer, asked, *, size=PAGE, columns=()):
    """One page of the list, without what stands apart above it."""
    me, where, more = viewer.user.pk, access.workable(viewer), beyond_usual(columns)
    if asked.cursor or asked.since or asked.until:  # days begin at other moments for other people
        rows = with_columns(without_apart(tickets(viewer, asked), asked, me), me, more, asked.order)
        return page_by_key(rows, order=asked.order, cursor=asked.cursor, size=size)
    if not asked.words:
        return first_page(asked, where, asked.state, size, more)(me)
    way, value = search.way_to(asked.words, notes=True)
    if way == search.Way.NOTHING:
        return Page([])
    return first_found(replace(asked, words=way), where, asked.state, size, more)(me, value)


@lru_cache(maxsize=512)
def first_page(asked, where, state, size, more=()):
    """The page everybody looks at every half minute.

    `state` follows the operator's rows: another state is another statement.
    """

    def build(me):
        return with_columns(without_apart(narrowed(asked, where, me), asked, me), me, more, asked.order)

    return FirstPage(build, order=asked.order, size=size)


@lru_cache(maxsize=512)
def first_found(asked, where, state, size, more=()):
    """The same of a search; the `words` of `asked` are the way to what they find, whatever they are."""

    def build(me, value):
        rows = narrowed(asked, where, me).filter(search.found_by(asked.words, value, notes=True))
        return with_columns(rows, me, more, asked.order)

    return FirstPage(build, order=asked.order, size=size, slots=(int, str))


def without_apart(rows, asked, me):
    return rows.exclude(flagged_for(me)) if shows_flagged(asked) else rows


def shows_flagged(asked):
    """Whether the tickets flagged for the viewer stand apart above this list (S166)."""
    return asked.view == "waiting" and not asked.is_filtered


def flagged(viewer, *, columns=()):
    """The tickets flagged for the viewer, longest in the queue first."""
    return flagged_rows(access.workable(viewer), beyond_usual(columns)).dicts(viewer.user.pk)


@lru_cache(maxsize=128)
def flagged_rows(where, more):
    def build(me):
        rows = Ticket.objects.filter(where).listed().filter(flagged_for(me))
        return with_columns(rows, me, more).order_by("queue_at", "id")[:PAGE]

    return Prepared(build)


# --- Neighbours -------------------------------------------------------------------------------------------------------


def next_after(viewer, asked, ticket, *, back=False):
    """The number of the ticket that follows (or precedes) this one in the list; "" at its end.

    A ticket that has left the list meanwhile is followed by the list's first.
    """
    rows = tickets(viewer, asked).values("number")
    found = neighbour(rows, order=asked.order, pk=ticket.pk, back=back)
    return found["number"] if found and found["number"] != ticket.number else ""

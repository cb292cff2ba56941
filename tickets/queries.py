"""What the pages of the desk read besides their list: the counts of the rail, and what stands around one ticket."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import SYSTEM_EMAIL, User
from helpdesk_site.lib.prepared import Prepared

from . import access, queues
from .models import Presence, Ticket

MOST = 1000  # counts stop here
STALE = timedelta(seconds=45)  # a browser that is open says so every 15 seconds
OTHERS = 5
MOST_PEOPLE = 10

# --- The rail ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How many tickets wait where, for one person; every number stops at MOST + 1."""

    waiting: int = 0
    mine: int = 0
    flagged: int = 0
    unassigned: int = 0
    open: int = 0
    mails: int = 0  # that wait for a decision
    departments: dict = field(default_factory=dict)  # by id, open ones
    statuses: dict = field(default_factory=dict)  # by id, open ones


def counts(viewer):
    """The Counts of somebody who works at the desk, in one statement whose cost does not grow with the tickets."""
    departments = tuple(row.pk for row in queues.departments_of(viewer))
    if not departments:
        return Counts()
    found = defaultdict(dict)
    for what, pk, number in counting(departments, mails_of(viewer.user)).rows(viewer.user.pk, viewer.user.pk):
        found[what][pk] = number
    by_department = found["departments_department"]
    return Counts(
        **{view: found[view][0] for view in ("waiting", "mine", "unassigned", "flagged", "mails")},
        open=min(sum(by_department.values()), MOST + 1),
        departments=by_department,
        statuses=found["departments_status"],
    )


def mails_of(user):
    """What access.mails_seen says of somebody who works at the desk, as `counting` wants it."""
    return "all" if user.is_superuser else "lead" if access.leads_somewhere(user) else "own"


@lru_cache(maxsize=256)
def counting(departments, mails):
    """The statement that counts for somebody who works in these departments (ids); both slots are the person's id."""
    every = ", ".join(map(str, departments))
    here = f"department_id IN ({every}) AND "  # for operators too: the indexes that answer this begin with it
    still = "NOT (category = 'closed') AND merged_into_id IS NULL"
    mine = "id IN (SELECT ticket_id FROM tickets_flag WHERE user_id = %s)"
    for_me = f"{here}merged_into_id IS NULL AND hidden = '' AND {mine}"
    parts = [
        one("waiting", f"{here}awaiting AND merged_into_id IS NULL"),
        one("mine", f"{here}assignee_id = %s AND {still}"),
        one("unassigned", f"{here}assignee_id IS NULL AND {still}"),
        one("flagged", for_me),
        f"SELECT 'mails', 0, {capped(mails_waiting(every, mails), 'mail_incomingmail')}",
        each("departments_department", f"department_id = here.id AND {still}", f"here.id IN ({every})"),
        each("departments_status", f"{here}status_id = here.id AND {still}", "NOT (here.category = 'closed')"),
    ]
    return Prepared.of_sql(" UNION ALL ".join(parts), slots=(int, int))


def one(name, condition):
    """The count of one list."""
    return f"SELECT '{name}', 0, {capped(condition)}"  # noqa: S608 - made of our own words and ids


def each(table, condition, which):
    """A count for each row of a table of the operator's, planned once."""
    return f"SELECT '{table}', here.id, {capped(condition)} FROM {table} AS here WHERE {which}"  # noqa: S608


def mails_waiting(every, mails):
    """The condition of mails that staff decide on; the index `incomingmail_waiting` holds no others."""
    own = f"desk IN ({every})"
    whose = {"all": "TRUE", "own": own, "lead": f"({own} OR desk IS NULL)"}[mails]
    return f"state IN ('held', 'quarantined') AND {whose}"


def capped(condition, table="tickets_ticket"):
    return f"(SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {condition} LIMIT {MOST + 1}) AS found)"  # noqa: S608


def shown_count(number):
    """A count for people: nothing for none, “1,000+” beyond what was counted."""
    return _shown_count(number, get_language()) if number else ""


@lru_cache(maxsize=8192)
def _shown_count(number, language):
    if number > MOST:
        return _("%(number)s+") % {"number": number_format(MOST, force_grouping=True)}
    return number_format(number, force_grouping=True)


def rail(viewer, current="", counted=None):
    """The rows of templates/_rail.html. `current` is the key of the row the page belongs to, as `key_of` says it."""
    counted, desk = counted or counts(viewer), reverse("desk")
    views = [
        rail_row(key_of(view=code), f"{desk}?view={code}", view.name, view.icon, getattr(counted, code, 0), current)
        for code, view in queues.VIEWS.items()
        if code != "all"
    ]
    departments = [
        rail_row(
            key_of(department=row.slug), f"{desk}?department={row.slug}", row.said("name"), row.icon,
            counted.departments.get(row.pk, 0), current,
        )
        for row in queues.departments_of(viewer)
    ]  # fmt: skip
    mails = rail_row("mails", reverse("desk_mails"), _("Incoming mail"), "mail", counted.mails, current)
    return {"views": [*views, mails], "departments": departments}


def key_of(*, view="", department=""):
    """The key of a row of the rail."""
    return f"department-{department}" if department else f"view-{view}"


def rail_row(key, url, label, icon, number, current):
    return RailRow(key, url, str(label), icon, shown_count(number), key == current)


class RailRow(NamedTuple):
    """A row of the rail, all plain text; as one value it is drawn once for all who see the same."""

    key: str
    url: str
    label: str
    icon: str
    count: str
    current: bool


# --- Around one ticket ------------------------------------------------------------------------------------------------


HERE = Prepared(
    lambda: Presence.objects.filter(at__gte=Now() - STALE).values(
        "ticket_id", "mode", "user_id", "user__name", "user__email", "user__picture"
    ),
    slots=(),
)


def present(tickets, *, but):
    """[(ticket id, person, whether they write)]: who looks at these tickets (ids) just now, without one person (S6)."""
    wanted = set(tickets)
    return [
        (ticket, User(pk=pk, name=name, email=email, picture=picture), mode == Presence.Mode.WRITING)
        for ticket, mode, pk, name, email, picture in HERE.rows()
        if ticket in wanted and pk != but.pk
    ]


def others(viewer, ticket):
    """Other tickets of its client and organisation, as far as the viewer works on them, newest first (S76, S160)."""
    rows = others_of(access.workable(viewer), bool(ticket.organisation_id))
    return rows.dicts(ticket.pk, ticket.client_id, *([ticket.organisation_id] if ticket.organisation_id else []))


@lru_cache(maxsize=256)
def others_of(where, with_organisation):
    columns = ["number", "subject", "status_id", "category", "updated_at"]

    def build(ticket, client, organisation=None):
        theirs = Q(client=client) | Q(organisation=organisation) if organisation else Q(client=client)
        rows = Ticket.objects.filter(where).listed().filter(theirs).exclude(pk=ticket)
        return rows.order_by("-updated_at", "-id").values(*columns)[: OTHERS + 1]

    return Prepared(build, slots=(int,) * (3 if with_organisation else 2))


# --- People -----------------------------------------------------------------------------------------------------------


def people(words):
    """Those whose name, address or organisation holds these words, at most MOST_PEOPLE (S168)."""
    fits = Q()
    for form in {words, words.lower(), words.title()}:  # SQLite folds no case beyond ASCII
        fits |= Q(name__icontains=form) | Q(email__istartswith=form) | Q(organisations__name__icontains=form)
    found = User.objects.filter(pk__in=User.objects.filter(fits).values("pk")[: MOST_PEOPLE * 10])
    rows = found.exclude(email=SYSTEM_EMAIL).filter(is_active=True).prefetch_related("organisations")
    return list(rows.order_by("name", "email")[:MOST_PEOPLE])

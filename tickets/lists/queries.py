"""What the pages of the desk read besides their list: the counts of the rail, and what stands around one ticket."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import SYSTEM_EMAIL, User
from helpdesk_site.lib.numbers import Number
from helpdesk_site.lib.prepared import Prepared

from .. import access, colleagues
from ..models import Presence, Ticket
from . import queues
from .people import named

MOST = 1000  # counts stop here
MOST_NOTICES = 100
STALE = timedelta(seconds=45)  # a browser that is open says so every 15 seconds
UNREAD = "is_unread AND in_portal"  # of the notices under the bell
FEW = f"LIMIT {MOST_NOTICES}"
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
    mentions: int = 0  # in notes not yet read
    called: int = 0  # whether any note calls this person
    teams: int = 0  # given to a team of mine
    in_teams: int = 0  # whether this person is in any
    watched: int = 0
    snoozed: int = 0
    drafts: int = 0  # what this person typed and did not send, on tickets and for new ones
    spam: int = 0
    trash: int = 0
    mails: int = 0  # that wait for a decision
    notices: int = 0  # unread, under the bell
    departments: dict = field(default_factory=dict)  # by id, open ones
    statuses: dict = field(default_factory=dict)  # by id, open ones
    saved: tuple = ()  # (id, name) of the saved views in this person's rail, in order
    choices: dict = field(default_factory=dict)  # by view ("waiting", "saved-12"): what this person chose for it
    job: tuple = ()  # the last act on many tickets: (id, done, total, state, whether some failed, when it ended)


COUNTED = (
    "waiting", "mine", "unassigned", "flagged", "teams", "in_teams", "mentions", "called", "watched", "snoozed",
    "drafts", "spam", "trash", "mails", "notices",
)  # fmt: skip


def counts(viewer):
    """The Counts of somebody who works at the desk, as far as the rail shows them: in one statement whose cost does not
    grow with the tickets."""
    return read_counts(viewer, counting)


def counts_of_list(viewer):
    """The same with what a list shows besides: its statuses, what this person chose for it, their last act on many."""
    return read_counts(viewer, counting_for_list)


def read_counts(viewer, statement):
    departments = tuple(row.pk for row in queues.departments_of(viewer))
    if not departments:
        return Counts()
    found, said = defaultdict(dict), defaultdict(list)
    for what, pk, number, words in statement(departments, mails_of(viewer.user)).rows(viewer.user.pk):
        found[what][pk] = number
        said[what].append((number, pk, words))
    by_department = found["departments_department"]
    return Counts(
        **{view: found[view][0] for view in COUNTED},
        open=min(sum(by_department.values()), MOST + 1),
        departments=by_department,
        statuses=found["departments_status"],
        saved=tuple((pk, name) for _position, pk, name in sorted(said["saved"], key=lambda row: (row[0], row[2]))),
        choices=dict(choice_of(*row) for row in said["choice"]),
        job=job_of(*said["job"][0]) if said["job"] else (),
    )


def counts_of(viewer, lists):
    """[(key, number)] of some lists [(key, Asked)], capped, in one statement. Those without end, and those that search
    for words, are not counted: that would cost more than the page."""
    short = [(key, asked) for key, asked in lists if not asked.is_long and not asked.words]
    if not short:
        return []
    lists = [queues.tickets(viewer, asked).order_by().values("pk")[: MOST + 1] for _key, asked in short]
    parts = [rows.query.sql_with_params() for rows in lists]
    sql = " UNION ALL ".join(f"SELECT {at}, count(*) FROM ({sql}) AS found" for at, (sql, _params) in enumerate(parts))
    with connection.cursor() as cursor:
        cursor.execute(sql, [param for _sql, params in parts for param in params])
        numbers = dict(cursor.fetchall())
    return [(key, numbers[at]) for at, (key, _asked) in enumerate(short)]


def choice_of(_number, view, words):
    """(view, (columns, order)) of a row of `counting`."""
    builtin, sort, columns = words.split("|", 2)
    return builtin or f"saved-{view}", (tuple(json.loads(columns)), sort)


def job_of(done, pk, words):
    """(id, done, total, state, whether some failed, when it ended or "") of a row of `counting`."""
    state, total, failed, ended = words.split("|")
    return pk, done, int(total), state, bool(failed), ended


def mails_of(user):
    """What access.mails_seen says of somebody who works at the desk, as `counting` wants it."""
    return "all" if user.is_superuser else "lead" if access.leads_somewhere(user) else "own"


@lru_cache(maxsize=256)
def counting(departments, mails):
    """The statement that counts for somebody who works in these departments (ids): (what, id, number, words)."""
    return Prepared.of_sql(" UNION ALL ".join(for_rail(departments, mails)), slots={"me": int})


@lru_cache(maxsize=256)
def counting_for_list(departments, mails):
    """The same with what is shown beside a list, for no statement more."""
    every = ", ".join(map(str, departments))
    of_status = f"department_id IN ({every}) AND status_id = here.id AND {STILL}"
    parts = [
        *for_rail(departments, mails),
        each("departments_status", of_status, "NOT (here.category = 'closed')"),
        CHOSEN,
        LAST_JOB,
    ]
    return Prepared.of_sql(" UNION ALL ".join(parts), slots={"me": int})


def for_rail(departments, mails):
    """What the rail counts, and the saved views that stand in it."""
    every = ", ".join(map(str, departments))
    here = f"department_id IN ({every}) AND "  # for operators too: the indexes that answer this begin with it
    listed, unread = f"{here}merged_into_id IS NULL AND hidden = ''", "user_id = %(me)s AND is_unread"
    mine = "id IN (SELECT ticket_id FROM tickets_flag WHERE user_id = %(me)s)"
    notices = f"user_id = %(me)s AND {UNREAD} AND EXISTS ({OF_EVENT.format(every=every)})"
    return [
        one("waiting", f"{here}awaiting AND merged_into_id IS NULL"),
        one("mine", f"{here}assignee_id = %(me)s AND snoozed_at IS NULL AND {STILL}"),
        one("unassigned", f"{here}assignee_id IS NULL AND snoozed_at IS NULL AND {STILL}"),
        one("flagged", f"{listed} AND {mine}"),
        one("teams", f"{here}snoozed_at IS NULL AND {STILL} AND team_id IN ({TEAMS})"),
        f"SELECT 'in_teams', 0, {capped('user_id = %(me)s', 'departments_team_members', most=1)}, ''",
        one("mentions", f"{listed} AND id IN (SELECT ticket_id FROM tickets_mention WHERE {unread})"),
        one("called", f"{listed} AND id IN (SELECT ticket_id FROM tickets_mention WHERE user_id = %(me)s)", most=1),
        one("watched", f"{here}{STILL} AND id IN (SELECT ticket_id FROM tickets_watcher WHERE user_id = %(me)s)"),
        one("snoozed", f"{here}snoozed_at IS NOT NULL AND merged_into_id IS NULL"),
        f"SELECT 'drafts', 0, {capped(DRAFTS, 'tickets_draft')}, ''",
        one("spam", f"{here}hidden = 'spam' AND NOT (hidden = '') AND merged_into_id IS NULL"),
        one("trash", f"{here}hidden = 'trash' AND NOT (hidden = '') AND merged_into_id IS NULL"),
        f"SELECT 'mails', 0, {capped(mails_waiting(every, mails), 'mail_incomingmail')}, ''",
        f"SELECT 'notices', 0, {capped(notices, 'tickets_notification', most=MOST_NOTICES)}, ''",
        each("departments_department", f"department_id = here.id AND {STILL}", f"here.id IN ({every})"),
        SAVED.format(every=every),
    ]


STILL = "NOT (category = 'closed') AND merged_into_id IS NULL"
DRAFTS = "owner = 'user:' || CAST(%(me)s AS text)"
OF_EVENT = """SELECT 1 FROM tickets_ticketevent AS event JOIN tickets_ticket AS one ON one.id = event.ticket_id
WHERE event.id = event_id AND one.department_id IN ({every})"""
TEAMS = "SELECT team_id FROM departments_team_members WHERE user_id = %(me)s"
SAVED = """
SELECT 'saved', view.id, COALESCE(choice.position, view.position), view.name FROM tickets_savedview AS view
LEFT JOIN tickets_viewchoice AS choice ON choice.view_id = view.id AND choice.user_id = %(me)s
WHERE (view.owner_id = %(me)s OR view.department_id IN ({every})) AND COALESCE(choice.pinned, TRUE)"""
CHOSEN = """
SELECT 'choice', COALESCE(view_id, 0), 0, builtin || '|' || sort || '|' || CAST(columns AS text)
FROM tickets_viewchoice WHERE user_id = %(me)s AND (sort <> '' OR CAST(columns AS text) <> '[]')"""
LAST_JOB = """
SELECT 'job', id, done, state || '|' || total || '|' || failures || '|' || COALESCE(CAST(finished_at AS text), '') FROM
(SELECT id, done, state, total, finished_at, CASE WHEN CAST(failed AS text) = '[]' THEN '' ELSE 'some' END AS failures
FROM tickets_bulkjob WHERE user_id = %(me)s ORDER BY id DESC LIMIT 1) AS latest"""


def one(name, condition, *, most=MOST + 1):
    """The count of one list."""
    return f"SELECT '{name}', 0, {capped(condition, most=most)}, ''"  # noqa: S608 - made of our own words and ids


def each(table, condition, which):
    """A count for each row of a table of the operator's, planned once."""
    return f"SELECT '{table}', here.id, {capped(condition)}, '' FROM {table} AS here WHERE {which}"  # noqa: S608


def mails_waiting(every, mails):
    """The condition of mails that staff decide on; the index `incomingmail_waiting` holds no others."""
    own = f"desk IN ({every})"
    whose = {"all": "TRUE", "own": own, "lead": f"({own} OR desk IS NULL)"}[mails]
    return f"state IN ('held', 'quarantined') AND {whose}"


def capped(condition, table="tickets_ticket", *, most=MOST + 1):
    return f"(SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {condition} LIMIT {most}) AS found)"  # noqa: S608


def shown_count(number):
    """A count for people: nothing for none, “1,000+” beyond what was counted."""
    return _shown_count(number, get_language()) if number else ""


@lru_cache(maxsize=8192)
def _shown_count(number, language):
    if number > MOST:
        return _("%(number)s+") % {"number": Number(MOST)}
    return str(Number(number))


def rail(viewer, current="", counted=None):
    """The rows of templates/_rail.html. `current` is the key of the row the page belongs to, as `key_of` says it."""
    counted, desk = counted or counts(viewer), reverse("desk")
    views, away = [], []
    for code, view in queues.VIEWS.items():
        key = key_of(view=code)
        if code != "all" and (not view.is_rare or current == key or holds(counted, code)):
            row = rail_row(key, page_of(code), view.name, view.icon, getattr(counted, code, 0), current)
            (away if view.is_put_away else views).append(row)
    departments = [
        rail_row(
            key_of(department=row.slug), f"{desk}?department={row.slug}", row.said("name"), row.icon,
            counted.departments.get(row.pk, 0), current,
        )
        for row in queues.departments_of(viewer)
    ]  # fmt: skip
    mails = rail_row("mails", reverse("desk_mails"), _("Incoming mail"), "mail", counted.mails, current)
    saved = [
        rail_row(key_of(view=f"saved-{pk}"), f"{desk}?view=saved-{pk}", name, "bookmark", 0, current)
        for pk, name in counted.saved
    ]
    unread = f"{MOST_NOTICES - 1}+" if counted.notices >= MOST_NOTICES else counted.notices or ""
    return {
        "views": [*views, mails], "away": away, "is_away": any(row.current for row in away), "departments": departments,
        "saved": saved, "unread": unread,
    }  # fmt: skip


def page_of(view):
    """Where a view is: in the queue, but for drafts, which are not of tickets alone."""
    return reverse("desk_drafts") if view == "drafts" else f"{reverse('desk')}?view={view}"


def holds(counted, view):
    """Whether a rare view stands in the rail: mentions are counted by what is unread, and stay to be found; teams are
    there for whoever is in one."""
    return bool(getattr(counted, {"mentions": "called", "teams": "in_teams"}.get(view, view)))


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
    """[(ticket id, Face, whether they write)]: who looks at these tickets (ids) just now, without one person (S6)."""
    wanted = set(tickets)
    return [
        (ticket, colleagues.face_of(pk, name, email, picture), mode == Presence.Mode.WRITING)
        for ticket, mode, pk, name, email, picture in HERE.rows()
        if ticket in wanted and pk != but.pk
    ]


def others(viewer, ticket):
    """Other tickets of its client and organisation, as far as the viewer works on them, newest first (S76, S160)."""
    rows = others_of(access.workable(viewer), bool(ticket.organisation_id))
    return rows.dicts(ticket.pk, ticket.client_id, *([ticket.organisation_id] if ticket.organisation_id else []))


@lru_cache(maxsize=256)
def others_of(where, with_organisation):
    columns = ["number", "subject", "department_id", "status_id", "category", "updated_at"]

    def build(ticket, client, organisation=None):
        theirs = Q(client=client) | Q(organisation=organisation) if organisation else Q(client=client)
        rows = Ticket.objects.filter(where).listed().filter(theirs).exclude(pk=ticket)
        return rows.order_by("-updated_at", "-id").values(*columns)[: OTHERS + 1]

    return Prepared(build, slots=(int,) * (3 if with_organisation else 2))


# --- People -----------------------------------------------------------------------------------------------------------


def people(words):
    """Those whose name, address or organisation holds these words, at most MOST_PEOPLE (S168)."""
    found = User.objects.filter(pk__in=User.objects.filter(named(words)).values("pk")[: MOST_PEOPLE * 10])
    rows = found.exclude(email=SYSTEM_EMAIL).filter(is_active=True).prefetch_related("organisations")
    return list(rows.order_by("name", "email")[:MOST_PEOPLE])

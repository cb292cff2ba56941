"""What a client's pages list and count. Each function is one statement, whatever the number of rows."""

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import FilteredRelation, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User
from departments.models import Category
from departments.policy import snapshot
from helpdesk_site.lib import dates, paging
from helpdesk_site.lib.prepared import Prepared

from .. import merged, ratings
from ..conversation import delivered
from ..models import Ticket
from . import search

COUNTED = 1000  # a count stops here: "1,000+"
LATELY = 10  # rows of each list of the start page
STATES = {
    "waiting": Q(category=Category.WAITS_CLIENT),
    "open": ~Q(category=Category.CLOSED),
    "closed": Q(category=Category.CLOSED),
}


# By hand, because the ORM takes longer to write a union down than the database to answer it, and these pages are open
# all day. Two indexed reads; an OR over both would make PostgreSQL read every ticket.
MINE = (
    "SELECT id FROM tickets_ticket WHERE client_id = %s"
    " UNION ALL SELECT ticket_id FROM tickets_participant WHERE user_id = %s"
)


def mine(me):
    """A Q: tickets the person with this id opened or takes part in."""
    return Q(pk__in=RawSQL(MINE, [me, me]))  # noqa: S611 - two numbers of ours


# --- What was asked for -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A client's list as the address asks for it; what nobody offers is as if it were not there (T19)."""

    words: str = ""
    state: str = ""
    department: object = None
    status: str = ""
    first: object = None  # days
    last: object = None
    organisation: object = None  # None: mine

    @property
    def narrows(self):
        """Whether anything but tab and scope narrows the list."""
        return bool(self.words or self.filters)

    @property
    def filters(self):
        """How many of the filters behind “Filters” are on."""
        return sum(1 for value in (self.department, self.status, self.first, self.last) if value)


def asked(parameters, *, organisations):
    """The Asked of a query string. `organisations` are those whose tickets the person may list (S116)."""
    department = parameters.get("department", "")
    status = parameters.get("status", "")
    state = parameters.get("state", "")
    return Asked(
        words=parameters.get("q", "").replace("\x00", "").strip()[:200],
        state=state if state in STATES else "",
        department=next((row for row in snapshot().departments.values() if row.slug == department), None),
        status=status if status in snapshot().statuses_by_code or status in Category.values else "",
        first=dates.parse_day(parameters.get("from")),
        last=dates.parse_day(parameters.get("to")),
        organisation=organisation_of(parameters, organisations),
    )


def organisation_of(parameters, organisations):
    if parameters.get("scope") != "organisation" or not organisations:
        return None
    chosen = parameters.get("organisation", "")
    return next((row for row in organisations if str(row.pk) == chosen), organisations[0])


# --- Lists ------------------------------------------------------------------------------------------------------------


def scope(viewer, organisation=None):
    """The viewer's own tickets, or all they may see of one organisation (S116); merged-away ones left out."""
    tickets = Ticket.objects.listed()
    if organisation is None:
        return tickets.filter(mine(viewer.user.pk))
    return tickets.visible_to(viewer).filter(organisation=organisation)


def client_list(viewer, wanted):
    """The tickets of one list, filtered and searched, not yet ordered (lib/paging)."""
    tickets = scope(viewer, wanted.organisation)
    if wanted.state:
        tickets = tickets.filter(STATES[wanted.state])
    if wanted.department:
        tickets = tickets.filter(department=wanted.department)
    if wanted.status:
        tickets = tickets.filter(of_status(wanted.status))
    start, end = dates.day_range(wanted.first, wanted.last, timezone.get_current_timezone())
    if start:
        tickets = tickets.filter(updated_at__gte=start)
    if end:
        tickets = tickets.filter(updated_at__lt=end)
    return search.matching(tickets, wanted.words, few=True) if wanted.words else tickets


PAGE, ORDER = 25, ["-updated_at", "-pk"]
SHOWN = {
    "id", "number", "subject", "department_id", "status_id", "type_id", "client_id", "assignee_id", "category",
    "escalated", "created_at", "updated_at", "last_by_staff", "last_number", "channel",
}  # fmt: skip
COLUMNS = [field.attname for field in Ticket._meta.concrete_fields if field.attname in SHOWN]
CLIENT = ["id", "email", "name"]


def page(viewer, wanted, cursor=""):
    """One page of a list. Its tickets hold what a row shows: columns, `client`, and `unread`."""
    me = viewer.user.pk
    if cursor or wanted.narrows:
        rows = with_columns(client_list(viewer, wanted), me)
        found = paging.page_by_key(rows, order=ORDER, cursor=cursor, size=PAGE)
    else:
        of = wanted.organisation.pk if wanted.organisation else me
        found = first_page(wanted.state, wanted.organisation is not None)(of, me)
    return replace(found, rows=list(map(row_of, found.rows)))


@lru_cache(maxsize=8)
def first_page(state, organised):
    """The list as it opens: of a person, or of an organisation all of whose tickets the person sees (`asked`, S116)."""

    def build(of, me):
        rows = Ticket.objects.listed().filter(Q(organisation=of) if organised else mine(of))
        return with_columns(rows.filter(STATES[state]) if state else rows, me)

    return paging.FirstPage(build, order=ORDER, size=PAGE, slots=(int, int))


def with_columns(rows, me):
    """What a row shows, as dicts in one statement."""
    rows = rows.annotate(my_reading=FilteredRelation("readings", condition=Q(readings__user=me)))
    return rows.values(*COLUMNS, *(f"client__{name}" for name in CLIENT), "my_reading__number")


def row_of(row):
    """The Ticket of such a dict."""
    ticket = Ticket.from_db(DEFAULT_DB_ALIAS, COLUMNS, [row[name] for name in COLUMNS])
    ticket.client = User.from_db(DEFAULT_DB_ALIAS, CLIENT, [row[f"client__{name}"] for name in CLIENT])
    ticket.unread = ticket.last_by_staff and ticket.last_number > (row["my_reading__number"] or 0)
    return ticket


def of_status(code):
    """A Q for a status by its code, or for all statuses of a category by the category's (words.status_choices)."""
    status = snapshot().statuses_by_code.get(code)
    by_category = Q(category=code) if code in Category.values else Q(pk__in=[])
    return by_category | Q(status=status) if status else by_category


READ = "SELECT ticket_id, number FROM tickets_reading WHERE user_id = %s AND ticket_id IN ({tickets})"


def mark_unread(tickets, user):
    """Set `unread` on each: support wrote last, and this person has not seen it. One statement."""
    ids, read = [ticket.pk for ticket in tickets if ticket.last_by_staff], {}
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(READ.format(tickets=", ".join(["%s"] * len(ids))), [user.pk, *ids])
            read = dict(cursor.fetchall())
    for ticket in tickets:
        ticket.unread = ticket.last_by_staff and ticket.last_number > read.get(ticket.pk, 0)
    return tickets


COUNTS = f"""
SELECT '{{name}}', count(*), count(CASE WHEN category = 'waits_client' THEN 1 END),
 count(CASE WHEN category = 'closed' THEN 1 END)
FROM (SELECT category FROM tickets_ticket
 WHERE {{where}} AND merged_into_id IS NULL AND hidden = '' LIMIT {COUNTED + 1}) AS counted
"""
COUNTED_MINE = COUNTS.format(name="mine", where=f"id IN ({MINE})")
COUNTED_THEIRS = COUNTS.format(name="shown", where="organisation_id = %s")
COUNT_MINE = Prepared.of_sql(COUNTED_MINE, slots=(int, int))
COUNT_BOTH = Prepared.of_sql(f"{COUNTED_MINE} UNION ALL {COUNTED_THEIRS}", slots=(int, int, int))


def counts(user, organisation=None):
    """(mine, shown): {"all", "waiting", "open", "closed"} of one's own tickets, and of what the list shows.

    One statement; no number is above COUNTED + 1.
    """
    counted = COUNT_BOTH.rows(user.pk, user.pk, organisation.pk) if organisation else COUNT_MINE.rows(user.pk, user.pk)
    found = {
        name: {"all": every, "waiting": waiting, "open": every - closed, "closed": closed}
        for name, every, waiting, closed in counted
    }
    return found["mine"], found.get("shown", found["mine"])


# --- The start page ---------------------------------------------------------------------------------------------------


def home_lists(viewer, among=Q()):  # noqa: B008 - empty and never changed
    """(what waits for me, what waits for support, what was closed lately), at most LATELY rows each (S53, S54), of the
    tickets in `among`."""
    newest = scope(viewer).filter(among).order_by("-updated_at", "-pk")
    for_me = list(newest.filter(STATES["waiting"])[:LATELY])
    for_support = list(newest.exclude(category__in=[Category.CLOSED, Category.WAITS_CLIENT])[:LATELY])
    closed = list(newest.filter(STATES["closed"])[:LATELY])
    mark_unread([*for_me, *for_support, *closed], viewer.user)
    return for_me, for_support, closed


# --- One conversation -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """What stands around one conversation for one reader."""

    read: int = 0  # how far they had read
    has_read: bool = False
    draft: dict | None = None  # the fields of what they are typing, None for nothing
    draft_at: str | None = None  # when that was saved
    receipt: str = ""  # state of the mail that confirmed the ticket to them
    mails: dict = field(default_factory=dict)  # message id: what became of its mails (delivered.Delivery)
    ratings: dict = field(default_factory=dict)  # message id, or None for the ticket: what they gave (ratings.Given)
    has_participants: bool = False
    has_links: bool = False
    waiting: int = 0  # the number beside “Tickets”


# By hand: nine small questions in one statement, on a page people open all day. The ORM takes longer to write it down
# than the database to answer it.
AROUND = Prepared.of_sql(
    f"""
SELECT
 (SELECT number FROM tickets_reading WHERE ticket_id = %(ticket)s AND user_id = %(user)s),
 (SELECT fields FROM tickets_draft WHERE owner IN (%(writer)s, %(stranger)s) AND place = %(place)s
  ORDER BY updated_at DESC, id DESC LIMIT 1),
 (SELECT updated_at FROM tickets_draft WHERE owner IN (%(writer)s, %(stranger)s) AND place = %(place)s
  ORDER BY updated_at DESC, id DESC LIMIT 1),
 (SELECT mail.state FROM tickets_ticketevent AS event
  JOIN tickets_notification AS told ON told.event_id = event.id AND told.user_id = %(user)s AND told.reason = 'receipt'
  JOIN mail_outgoingmail AS mail ON mail.id = told.mail_id
  WHERE event.ticket_id = %(ticket)s AND event.sequence = 1),
 {delivered.sql(connection.vendor)},
 {ratings.sql(connection.vendor)},
 EXISTS (SELECT 1 FROM tickets_participant WHERE ticket_id = %(ticket)s),
 EXISTS (SELECT 1 FROM tickets_ticket WHERE follow_up_of_id = %(ticket)s),
 (SELECT count(*) FROM (
   SELECT 1 FROM tickets_ticket
   WHERE id IN (SELECT id FROM tickets_ticket WHERE client_id = %(user)s
                UNION ALL SELECT ticket_id FROM tickets_participant WHERE user_id = %(user)s)
    AND category = 'waits_client' AND merged_into_id IS NULL LIMIT 100) AS waiting)
""",
    slots={"ticket": int, "user": int, "writer": str, "stranger": str, "place": str},
)


def around(ticket, user, *, writers, place):
    """The Around of a ticket, in one statement. `writers`: the one or two names the drafts are kept under."""
    names = list(writers) or [""]
    row = AROUND.rows(ticket.pk, user.pk, names[0], names[-1], place)[0]
    number, fields, saved_at, receipt, mails, given, has_participants, followed, waiting = row
    mails, given = delivered.deliveries(mails, user.pk), ratings.given(given)
    if ticket.has_merged:
        mails |= delivered.of_merged(merged.family(ticket), user.pk)
        theirs = ratings.of_merged(merged.family(ticket), user=user)
        given |= {row.message_id: ratings.Given(row.stars, row.at) for row in theirs}
    return Around(
        read=number or 0,
        has_read=number is not None,
        draft=json.loads(fields) if isinstance(fields, str) else fields,
        draft_at=saved_at and dates.of_cursor(saved_at).isoformat(),
        receipt=receipt or "",
        mails=mails,
        ratings=given,
        has_participants=bool(has_participants),
        has_links=bool(followed) or ticket.follow_up_of_id is not None,
        waiting=waiting,
    )


def linked(viewer, ticket):
    """The ticket this one follows and those that follow it, as far as the viewer may see them (S110, S114)."""
    near = Q(follow_up_of=ticket) | Q(pk=ticket.follow_up_of_id)
    return list(Ticket.objects.visible_to(viewer).listed().filter(near).order_by("created_at", "pk")[:20])

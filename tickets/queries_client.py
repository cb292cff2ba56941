"""What a client's pages list and count. Each function is one statement, whatever the number of rows."""
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from departments.models import Category
from departments.policy import snapshot
from helpdesk_site.lib import dates

from . import access, search
from .models import Draft, Participant, Reading, Ticket

COUNTED = 1000  # a count stops here: "1,000+"
LATELY = 10  # rows of each list of the start page
STATES = {
    "waiting": Q(category=Category.WAITS_CLIENT),
    "open": ~Q(category=Category.CLOSED),
    "closed": Q(category=Category.CLOSED),
}


def mine(user):
    """A Q: tickets the user opened or takes part in. A union of two indexed reads, as in `access.own`."""
    own = Ticket.objects.filter(client=user).values("pk")
    joined = Participant.objects.filter(user=user).values("ticket_id")
    return Q(pk__in=own.union(joined, all=True))


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
        return tickets.filter(mine(viewer.user))
    return tickets.visible_to(viewer).filter(organisation=organisation)


def client_list(viewer, wanted):
    """The tickets of one list, filtered and searched, each with what its row shows; not yet ordered (lib/paging)."""
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
    if wanted.words:
        tickets = search.matching(tickets, wanted.words)
    return with_unread(tickets.with_people(), viewer.user)


def of_status(code):
    """A Q for a status by its code, or for all statuses of a category by the category's (words.status_choices)."""
    status = snapshot().statuses_by_code.get(code)
    by_category = Q(category=code) if code in Category.values else Q(pk__in=[])
    return by_category | Q(status=status) if status else by_category


def with_unread(tickets, user):
    """Add `unread`: support wrote something this person has not seen."""
    read = Reading.objects.filter(ticket=OuterRef("pk"), user=user).values("number")[:1]
    return tickets.annotate(read_number=Coalesce(Subquery(read), 0)).annotate(
        unread=Case(
            When(last_by_staff=True, last_number__gt=F("read_number"), then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        )
    )


def counts(viewer, organisation=None):
    """{"all", "waiting", "open", "closed"} of a scope, none above COUNTED + 1."""
    capped = scope(viewer, organisation).order_by()[: COUNTED + 1]
    by_state = {state: Count("pk", filter=condition) for state, condition in STATES.items()}
    return capped.aggregate(all=Count("pk"), **by_state)


def waiting(user):
    """How many of the user's tickets wait for their reply: the number beside “Tickets”."""
    rows = Ticket.objects.listed().filter(mine(user), STATES["waiting"])
    return rows.order_by()[:100].count()


# --- The start page ---------------------------------------------------------------------------------------------------


def home_lists(viewer):
    """(what waits for me, what waits for support, what was closed lately), at most LATELY rows each (S53, S54)."""
    own = with_unread(scope(viewer).with_people(), viewer.user)
    newest = own.order_by("-updated_at", "-pk")
    for_me = newest.filter(STATES["waiting"])[:LATELY]
    for_support = newest.exclude(category__in=[Category.CLOSED, Category.WAITS_CLIENT])[:LATELY]
    return list(for_me), list(for_support), list(newest.filter(STATES["closed"])[:LATELY])


# --- One conversation -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """What stands around one conversation for one reader."""

    read: int = 0  # how far they had read
    has_read: bool = False
    draft: dict | None = None  # the fields of what they are typing, None for nothing
    has_participants: bool = False
    has_links: bool = False
    waiting: int = 0


def around(ticket, user, *, writers, place):
    """The Around of a ticket, in one statement. `writers` are the names the reader's drafts are kept under."""
    read = Reading.objects.filter(ticket=OuterRef("pk"), user=user).values("number")[:1]
    typed = Draft.objects.filter(owner__in=writers, place=place).order_by("-updated_at", "-pk").values("fields")[:1]
    waits = Ticket.objects.listed().filter(mine(user), STATES["waiting"]).order_by().values("merged_into")
    row = Ticket.objects.filter(pk=ticket.pk).values_list(
        Subquery(read),
        Subquery(typed),
        Exists(Participant.objects.filter(ticket=OuterRef("pk"))),
        Exists(Ticket.objects.filter(follow_up_of=OuterRef("pk"))),
        Coalesce(Subquery(waits.annotate(number=Count("pk")).values("number")), 0),
    )[0]
    number, fields, has_participants, followed, waiting = row
    return Around(
        read=number or 0,
        has_read=number is not None,
        draft=fields,
        has_participants=has_participants,
        has_links=followed or ticket.follow_up_of_id is not None,
        waiting=waiting,
    )


def linked(viewer, ticket):
    """The ticket this one follows and those that follow it, as far as the viewer may see them (S110, S114)."""
    near = Q(follow_up_of=ticket) | Q(pk=ticket.follow_up_of_id)
    return list(Ticket.objects.visible_to(viewer).filter(near).order_by("created_at", "pk")[:20])

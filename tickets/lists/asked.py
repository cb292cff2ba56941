"""What a page of the queue is asked for: a view, its filters and its order, read from an address and said as one again
(S81, S129-S131, C11). What nobody offers in the address is left out, never an error (T19)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import TooManyFieldsSent
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat, StrIndex, Substr
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from departments.models import Category, Team
from departments.policy import snapshot
from helpdesk_site.lib.text import clean_line

from .. import access
from ..models import Draft, Flag, Mention, SavedView, Ticket, Watcher
from . import tagged

WORDS_LIMIT = 200
MOST_TAGS = 20  # in one address
CHANNELS = Ticket.Channel.values
ME, NOBODY = "me", "nobody"

# --- Views and orders -------------------------------------------------------------------------------------------------

WAITING, OPEN, CLOSED, ANY = Q(awaiting=True), ~Q(category=Category.CLOSED), Q(category=Category.CLOSED), Q()


@dataclass(frozen=True)
class View:
    """One of the lists of the desk: whose tickets (`who`), in which state, and how they are sorted unasked."""

    name: str
    icon: str
    state: Q
    who: Callable = lambda me: Q()
    sort: str = "-waiting"
    is_short: bool = False  # it ends soon, though closed tickets are in it
    is_rare: bool = False  # stands in the rail only while it holds something
    hidden: str = ""  # what is in no other list: a Ticket.Hidden

    @property
    def is_put_away(self):
        """Whether nobody works through it: closed, spam, trash."""
        return bool(self.hidden) or self.state == CLOSED


def flagged_for(me):
    """A Q: the tickets flagged for the person with this id (S166)."""
    return Q(pk__in=Flag.objects.filter(user=me).values("ticket_id"))


def called_me(me):
    """A Q: the tickets whose notes call this person by name (S161)."""
    return Q(pk__in=Mention.objects.filter(user=me).values("ticket_id"))


def watched_by(me):
    """A Q: the tickets this person watches."""
    return Q(pk__in=Watcher.objects.filter(user=me).values("ticket_id"))


def of_my_teams(me):
    """A Q: the tickets given to a team this person is in (S4)."""
    return Q(team__in=Team.members.through.objects.filter(user=me).values("team_id"), snoozed_at=None)


def typed_by(me):
    """A Q: the tickets in which this person has typed something that was not sent."""
    owner = Concat(Value("user:"), Cast(Value(me), CharField()))  # as a number it can be put into a prepared statement
    mine = Draft.objects.filter(owner=owner, kind__in=[Draft.Kind.REPLY, Draft.Kind.NOTE])
    return Q(number__in=mine.annotate(to=Substr("place", StrIndex("place", Value("/")) + 1)).values("to"))


VIEWS = {
    "waiting": View(_("Waiting for us"), "inbox", WAITING),
    "mine": View(pgettext_lazy("tickets", "Mine"), "user-check", OPEN, lambda me: Q(assignee=me, snoozed_at=None)),
    "flagged": View(_("Flagged for me"), "flag", ANY, flagged_for, is_short=True),
    "unassigned": View(
        pgettext_lazy("tickets", "Unassigned"), "user", OPEN, lambda me: Q(assignee=None, snoozed_at=None)
    ),
    "teams": View(_("My teams"), "users", OPEN, of_my_teams, is_rare=True),
    "mentions": View(_("Mentions"), "at", ANY, called_me, sort="called", is_short=True, is_rare=True),
    "watched": View(_("Watched by me"), "eye", OPEN, watched_by, is_rare=True),
    "snoozed": View(
        pgettext_lazy("tickets", "Snoozed"),
        "zzz",
        OPEN,
        lambda me: Q(snoozed_at__isnull=False),
        sort="until",
        is_rare=True,
    ),
    "drafts": View(pgettext_lazy("tickets", "Drafts"), "pencil", ANY, typed_by, is_short=True, is_rare=True),
    "open": View(_("All open"), "messages", OPEN),
    "closed": View(pgettext_lazy("tickets", "Closed"), "circle-check", CLOSED, sort="updated"),
    "all": View(_("All tickets"), "search", ANY, sort="updated"),
    "spam": View(pgettext_lazy("tickets", "Spam"), "ban", ANY, sort="updated", is_rare=True, hidden=Ticket.Hidden.SPAM),
    "trash": View(_("Trash"), "trash", ANY, sort="updated", is_rare=True, hidden=Ticket.Hidden.TRASH),
}

# What a click on a heading sorts by. Times sort by age, as they are shown: "updated" begins with the latest.
SORTS = {
    "waiting": ["-queue_at"],
    "updated": ["-updated_at"],
    "number": ["number"],
    "priority": ["-priority__level", "queue_at"],
    "subject": ["subject"],
    "client": ["client__name", "client__email"],
    "department": ["department__position", "department__name", "queue_at"],
    "status": ["status__position", "status__name", "queue_at"],
    "assignee": ["who", "queue_at"],
    "created": ["-created_at"],
    "since": ["-unanswered_at"],
    "type": ["kind", "queue_at"],
    "team": ["given_to", "queue_at"],
    "service": ["about", "queue_at"],
    "organisation": ["belongs_to", "queue_at"],
    "channel": ["channel", "queue_at"],
}
OWN_SORTS = {  # what one view alone begins with: those who wake next, and the notes not yet read
    "until": ["wakes_at"],
    "called": ["-called_unread", "-called_at"],
}
ON_LONG_LISTS = {"updated", "number", "created"}  # orders that walk an index even through every ticket there ever was


# --- What was asked for -----------------------------------------------------------------------------------------------


FIELDS = (  # what an address may say besides its view and its place in the list, in the order it is said
    "q", "department", "status", "priority", "assignee", "tag", "type", "team", "channel", "client", "organisation",
    "since", "until", "escalated", "sort",
)  # fmt: skip
NONE = "none"  # no type, no team
SAVED = "saved-"


@dataclass(frozen=True)
class Asked:
    """A page of the queue as its address asks for it, with everything unknown left out."""

    view: str
    words: str = ""
    departments: tuple[int, ...] = ()
    statuses: tuple[int, ...] = ()
    priorities: tuple[int, ...] = ()
    assignees: tuple = ()  # ME, NOBODY or ids
    tags: tuple[int, ...] = ()
    types: tuple = ()  # NONE or ids
    teams: tuple = ()  # NONE or ids
    channels: tuple[str, ...] = ()
    clients: tuple[int, ...] = ()
    organisations: tuple[int, ...] = ()
    since: date | None = None  # days of opening, in the person's time zone
    until: date | None = None
    escalated: bool = False
    sort: str = ""
    cursor: str = ""
    saved: SavedView | None = field(default=None, compare=False, repr=False)  # whose filters these are,
    changed: tuple[str, ...] = field(default=(), compare=False)  # but for these FIELDS, which the address says anew

    @property
    def is_filtered(self):
        return replace(self, sort="", cursor="") != Asked(view=self.view)

    @property
    def state(self):
        """The view's state, unless statuses are asked for by name: then those are the state."""
        if not self.statuses:
            return VIEWS[self.view].state
        return ANY if any(map(may_mean_closed, self.statuses)) else OPEN

    @property
    def is_long(self):
        """Whether the list has no end in sight: closed tickets are in it."""
        return self.state in (ANY, CLOSED) and not VIEWS[self.view].is_short

    @property
    def sorts(self):
        """The headings that sort this list."""
        return ON_LONG_LISTS if self.is_long else {*SORTS, VIEWS[self.view].sort.removeprefix("-")}

    @property
    def sorted_by(self):
        """The order in force, as the address says it: the one asked for if it is offered here, else the view's own."""
        if self.sort.removeprefix("-") in self.sorts:
            return self.sort
        return "updated" if self.is_long else VIEWS[self.view].sort

    @property
    def order(self):
        """The same for `order_by`."""
        keys = {**SORTS, **OWN_SORTS}[self.sorted_by.removeprefix("-")]
        return [turned(key) for key in keys] if self.sorted_by.startswith("-") else keys

    @property
    def key(self):
        """By what name a person's own choices for this list are kept."""
        return f"{SAVED}{self.saved.pk}" if self.saved else self.view

    @property
    def pairs(self):
        """[(name, value)] of everything asked for besides the view."""
        known = snapshot()
        return [
            *([("q", self.words)] if self.words else []),
            *(("department", known.departments[pk].slug) for pk in self.departments),
            *(("status", known.statuses[pk].code) for pk in self.statuses),
            *(("priority", known.priorities[pk].code) for pk in self.priorities),
            *(("assignee", who) for who in self.assignees),
            *(("tag", tag.name) for tag in tagged.known().values() if tag.pk in self.tags),
            *(("type", pk if pk == NONE else known.types[pk].code) for pk in self.types),
            *(("team", pk) for pk in self.teams),
            *(("channel", code) for code in self.channels),
            *(("client", pk) for pk in self.clients),
            *(("organisation", pk) for pk in self.organisations),
            *([("since", self.since.isoformat())] if self.since else []),
            *([("until", self.until.isoformat())] if self.until else []),
            *([("escalated", "1")] if self.escalated else []),
            *([("sort", self.sort)] if self.sort else []),
        ]

    @property
    def query(self):
        """The list in full, as a saved view keeps it."""
        return urlencode([("view", self.view), *self.pairs])

    @property
    def address(self):
        """The query that asks for this list again, from its first page; of a saved view only what differs from it."""
        if not self.saved:
            return self.query
        said = [(name, value) for name, value in self.pairs if name in self.changed or name == "sort"]
        said += [(name, "") for name in self.changed if name not in dict(said)]
        return urlencode([("view", self.key), *said])


def turned(key):
    """The order key the other way round."""
    return key[1:] if key.startswith("-") else f"-{key}"


def may_mean_closed(status_id):
    """Whether a status is of the category closed, here or in some department (C6)."""
    known = snapshot()
    means = {known.statuses[status_id].category}
    means |= {row.category for (_department, status), row in known.overrides.items() if status == status_id}
    return Category.CLOSED in means


def read(query, viewer):
    """The Asked of an address (a QueryDict), for somebody who works at the desk."""
    saved = saved_view(query.get("view", ""), viewer)
    if not saved:
        asked = read_plain(query, viewer)
        return asked if asked.view in VIEWS else replace(asked, view=likely_view(asked))
    base, asked = read_plain(query_of(saved.query), viewer), read_plain(laid_over(saved.query, query), viewer)
    changed = tuple(name for name in FIELDS if valued(base, name) != valued(asked, name))
    asked = replace(asked, saved=saved, changed=changed)
    return asked if asked.view in VIEWS else replace(asked, view=likely_view(asked))


def valued(asked, name):
    return [value for each, value in asked.pairs if each == name]


def read_plain(query, viewer):
    known = snapshot()
    words, tags = tagged.taken_out(clean_line(query.get("q", ""))[:WORDS_LIMIT])
    tags += [tag for tag in map(tagged.of_name, query.getlist("tag")[:MOST_TAGS]) if tag]
    types = {row.code: row.pk for row in known.types.values()} | {NONE: NONE}
    return Asked(
        view=query.get("view", ""),
        words=words,
        tags=tuple(dict.fromkeys(tag.pk for tag in tags)),
        departments=ids_of(query.getlist("department"), {row.slug: row.pk for row in departments_of(viewer)}),
        statuses=ids_of(query.getlist("status"), {row.code: row.pk for row in known.statuses.values()}),
        priorities=ids_of(query.getlist("priority"), {row.code: row.pk for row in known.priorities.values()}),
        assignees=numbers_of(query.getlist("assignee"), words=(ME, NOBODY)),
        types=ids_of(query.getlist("type"), types),
        teams=numbers_of(query.getlist("team"), words=(NONE,)),
        channels=ids_of(query.getlist("channel"), dict(zip(CHANNELS, CHANNELS, strict=True))),
        clients=numbers_of(query.getlist("client")),
        organisations=numbers_of(query.getlist("organisation")),
        since=day_of(query.get("since", "")),
        until=day_of(query.get("until", "")),
        escalated=query.get("escalated") == "1",
        sort=query.get("sort", ""),
        cursor=query.get("cursor", ""),
    )


def saved_view(name, viewer):
    """The saved view an address names, if this person may use it; else None."""
    pk = name.removeprefix(SAVED) if name.startswith(SAVED) else ""
    return SavedView.objects.filter(access.saved_views(viewer), pk=pk).first() if is_id(pk) else None


def query_of(text):
    """A query that comes as text, from a cookie, a form or a saved view; an empty one where it is none."""
    try:
        return QueryDict(text)
    except TooManyFieldsSent:
        return QueryDict("")


def laid_over(saved, query):
    """The filters of a saved view with those in their place that the address says anew."""
    whole = query_of(saved).copy()
    for name in (*FIELDS, "cursor"):
        if name in query:
            whole.setlist(name, query.getlist(name))
    return whole


def lost(saved, viewer):
    """[(field, value)] a saved view filters by and this person's list cannot: gone, or of no department of theirs."""
    query = query_of(saved.query)
    asked = replace(read_plain(query, viewer), words="")
    kept = {(name, str(value).casefold()) for name, value in asked.pairs}
    told = [(name, value) for name in FIELDS[1:-1] for value in query.getlist(name) if value]
    return [(name, value) for name, value in told if (name, value.casefold()) not in kept]


def likely_view(asked):
    """The view somebody means who names none: words and statuses look everywhere, other filters among the open."""
    if asked.words or asked.statuses:
        return "all"
    return "open" if asked.is_filtered else "waiting"


def departments_of(viewer):
    """The departments the viewer works in, in their order."""
    rows = snapshot().departments.values()
    if viewer.user.is_superuser:
        return list(rows)
    mine = set(access.departments_of(viewer.user))
    return [row for row in rows if row.pk in mine]


def offered_statuses():
    """The statuses staff choose among."""
    return [row for row in snapshot().statuses.values() if row.is_active]


def only_department(asked):
    """The one department a list is about, when it is about nothing else; else None."""
    alone = Asked(view="open", departments=asked.departments[:1])
    if asked.saved or not asked.departments or replace(asked, sort="", cursor="") != alone:
        return None
    return snapshot().departments[asked.departments[0]]


def ids_of(codes, known):
    """The ids behind the codes that exist, each once."""
    return tuple(dict.fromkeys(known[code] for code in codes if code in known))


MOST_VALUES = 100  # of one filter


def numbers_of(values, *, words=()):
    """The ids among these values, and those of the `words`, each once."""
    offered = [value for value in values[:MOST_VALUES] if value in words or is_id(value)]
    return tuple(dict.fromkeys(value if value in words else int(value) for value in offered))


def day_of(text):
    """The day an address names, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_id(text):
    return text.isascii() and text.isdigit() and len(text) < 10

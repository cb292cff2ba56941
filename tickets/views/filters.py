"""The filter bar of the queue: one chip a kind, each a menu of boxes."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Organisation, User
from departments.policy import snapshot
from helpdesk_site.lib import looks
from helpdesk_site.lib.text import clean_line

from .. import colleagues
from ..lists import queries, queues, tagged
from ..models import Ticket


@dataclass(frozen=True)
class Option:
    """One box of a chip. `shown` is what stands beside it, `name` the same in plain words."""

    value: object
    name: str
    shown: str
    chosen: bool
    count: str = ""


@dataclass(frozen=True)
class Chip:
    """One filter; `field` is its name in the address."""

    field: str
    name: str
    options: list

    @property
    def chosen(self):
        """What is chosen, in a few words; "" for nothing."""
        names = [option.name for option in self.options if option.chosen]
        if len(names) < 3:
            return ", ".join(names)
        return ngettext("%(n)s chosen", "%(n)s chosen", len(names)) % {"n": len(names)}


def chips(viewer, asked, counted):
    """The chips of the queue for this viewer."""
    departments = queues.departments_of(viewer)
    found = [
        Chip("status", _("Status"), [status(row, asked, counted) for row in queues.offered_statuses()]),
        Chip("department", _("Department"), [department(row, asked, counted) for row in departments]),
        Chip("assignee", _("Assignee"), assignees(viewer, asked, departments)),
        Chip("priority", _("Priority"), [priority(row, asked) for row in snapshot().priorities.values()]),
        Chip("tag", _("Tag"), [tag(row, asked) for row in tags_offered(asked)]),
        Chip("type", _("Type"), type_options(asked)),
        Chip("team", _("Team"), team_options(asked, departments)),
    ]
    return [chip for chip in found if chip.options and (chip.field != "department" or len(departments) > 1)]


def type_options(asked):
    """The types, and none; nothing where there are none."""
    rows = [row for row in snapshot().types.values() if row.is_active or row.pk in asked.types]
    none = Option(queues.NONE, type_name(queues.NONE), look_of_name(type_name(queues.NONE)), queues.NONE in asked.types)
    named = [Option(row.code, row.said(), look_of_name(row.said()), row.pk in asked.types) for row in rows]
    return [none, *named] if named else []


def team_options(asked, departments=()):
    """The teams of these departments (rows), those chosen, and none; nothing where there are none."""
    places = {row.pk for row in departments}
    rows = [
        row
        for row in colleagues.teams().values()
        if row.pk in asked.teams or (row.is_active and row.department_id in places)
    ]
    words = pgettext("team", "none")
    none = Option(queues.NONE, words, look_of_name(words), queues.NONE in asked.teams)
    named = [Option(row.pk, row.said(), look_of_name(row.said()), row.pk in asked.teams) for row in rows]
    return [none, *named] if named or none.chosen else []


@dataclass(frozen=True)
class More:
    """The filters behind one chip of their own: how the ticket came, when, escalated, of whom."""

    channels: list
    people: list
    asked: object
    found: list
    typed: str = ""

    @property
    def chosen(self):
        """How many of them are in force."""
        asked = self.asked
        whose, when = asked.clients or asked.organisations, asked.since or asked.until
        return sum(map(bool, (asked.channels, whose, when, asked.escalated)))


def more(request, asked):
    """The chip of further filters. A client is found by name (`find`), which shows the page again with those found."""
    typed = clean_line(request.GET.get("find", ""))[:80]
    channels = [
        Option(code, str(label), look_of_name(str(label)), code in asked.channels)
        for code, label in Ticket.Channel.choices
    ]
    chosen = chosen_people(asked)
    have = {(option.field, option.value) for option in chosen}
    found = [option for option in found_people(typed) if (option.field, option.value) not in have] if typed else []
    return More(channels, chosen, asked, found, typed)


@dataclass(frozen=True)
class Whose(Option):
    """A box for a client or an organisation; `field` is its name in the address."""

    field: str = ""


def chosen_people(asked):
    """The clients and organisations a list is narrowed to. Asked for only when it is."""
    people = User.objects.filter(pk__in=asked.clients) if asked.clients else []
    groups = Organisation.objects.filter(pk__in=asked.organisations) if asked.organisations else []
    return [whose("client", row.pk, row.full_name, True) for row in people] + [
        whose("organisation", row.pk, row.name, True) for row in groups
    ]


def found_people(typed):
    people = [whose("client", row.pk, f"{row.full_name} ({row.email})", False) for row in queries.people(typed)]
    groups = Organisation.objects.filter(name__icontains=typed).order_by("name")[: queries.MOST_PEOPLE]
    return [*(whose("organisation", row.pk, row.name, False) for row in groups), *people]


def whose(field, pk, name, chosen):
    return Whose(pk, name, look_of_name(name), chosen, field=field)


MOST_TAGS = 100  # in the menu; others are found by typing tag:name into the search


def tags_offered(asked):
    """The tags to choose among, those chosen first."""
    rows = sorted(tagged.known().values(), key=lambda tag: (tag.pk not in asked.tags, tag.key))
    return rows[: max(MOST_TAGS, len(asked.tags))]


def tag(row, asked):
    return Option(row.name, row.name, look_of_tag(row.name, row.tone), row.pk in asked.tags)


def status(row, asked, counted):
    count = queries.shown_count(counted.statuses.get(row.pk, 0))
    return Option(
        row.code, row.said(), look_of_status(row.category, row.said(), row.colour), row.pk in asked.statuses, count
    )


def department(row, asked, counted):
    name, count = row.said("name"), queries.shown_count(counted.departments.get(row.pk, 0))
    return Option(row.slug, name, look_of_name(name), row.pk in asked.departments, count)


def priority(row, asked):
    return Option(row.code, row.said(), look_of_priority(row.level, row.said()), row.pk in asked.priorities)


@lru_cache(maxsize=1024)
def look_of_status(category, name, tone):
    return looks.status(category, name, False, tone)


@lru_cache(maxsize=1024)
def look_of_priority(level, name):
    return format_html('<span class="row">{}</span>', looks.prio(level, name))


@lru_cache(maxsize=4096)
def look_of_name(name):
    return format_html("<span>{}</span>", name)


@lru_cache(maxsize=4096)
def look_of_tag(name, tone):
    return format_html('<span class="tag{}" dir="auto">{}</span>', f" t-{tone}" if tone else "", name)


def assignees(viewer, asked, departments):
    """Nobody, me, then the colleagues."""
    people = colleagues.of_departments([row.pk for row in departments])
    rows = [(queues.NOBODY, _("Nobody")), (queues.ME, _("Me"))]
    rows += [(user.pk, user.full_name) for user in people if user.pk != viewer.user.pk]
    return [Option(value, name, look_of_name(name), value in asked.assignees) for value, name in rows]


# --- In words ---------------------------------------------------------------------------------------------------------


def in_words(asked):
    """What a list shows, in a line: “All open, Status: Open, On hold; Priority: Critical”."""
    known = snapshot()
    parts = [str(queues.VIEWS[asked.view].name)]
    named = [
        (_("Search"), [asked.words]),
        (_("Status"), [known.statuses[pk].said() for pk in asked.statuses]),
        (_("Department"), [known.departments[pk].said("name") for pk in asked.departments]),
        (_("Assignee"), [name_of(who) for who in asked.assignees]),
        (_("Priority"), [known.priorities[pk].said() for pk in asked.priorities]),
        (_("Tag"), [tag.name for tag in tagged.known().values() if tag.pk in asked.tags]),
        (_("Type"), [type_name(pk) for pk in asked.types]),
        (_("Team"), [option.name for option in team_options(asked) if option.chosen]),
        (_("Came by"), [str(Ticket.Channel(code).label) for code in asked.channels]),
        (_("Client"), [option.name for option in chosen_people(asked)]),
        (_("Opened from"), [formats.date_format(asked.since)] if asked.since else []),
        (_("Opened until"), [formats.date_format(asked.until)] if asked.until else []),
        (_("Escalated"), [_("yes")] if asked.escalated else []),
    ]
    parts += [
        _("%(what)s: %(values)s") % {"what": what, "values": ", ".join(filter(None, values))}
        for what, values in named
        if any(values)
    ]
    return "; ".join(parts)


def name_of_field(name):
    """What a filter is called."""
    names = {
        "status": _("Status"),
        "department": _("Department"),
        "assignee": _("Assignee"),
        "priority": _("Priority"),
        "tag": _("Tag"),
        "type": _("Type"),
        "channel": _("Came by"),
    }
    return names.get(name, name)


def name_of(who):
    if who in (queues.NOBODY, queues.ME):
        return _("Nobody") if who == queues.NOBODY else _("Me")
    person = colleagues.staff().people.get(who)
    return person.full_name if person else ""


def type_name(pk):
    return pgettext("ticket type", "none") if pk == queues.NONE else snapshot().types[pk].said()

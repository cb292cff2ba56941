"""The filter bar of the queue: one chip a kind, each a menu of boxes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from departments.policy import snapshot
from helpdesk_site.lib import looks
from helpdesk_site.lib.text import clean_line

from .. import colleagues
from ..lists import queries, queues, tagged
from ..models import Ticket
from .menus import drawn


class Option(NamedTuple):
    """One box of a chip; `field` is its name in the address. `shown` is what stands beside it, `name` the same in plain
    words."""

    field: str
    value: object
    name: str
    shown: str
    chosen: bool
    count: str = ""


class Chip(NamedTuple):
    """One filter, and the kind of its boxes. As one value it is drawn once for all who see the same."""

    field: str
    name: str
    options: tuple

    @property
    def chosen(self):
        """What is chosen, in a few words; "" for nothing."""
        names = [option.name for option in self.options if option.chosen]
        if len(names) < 3:
            return ", ".join(names)
        return ngettext("%(n)s chosen", "%(n)s chosen", len(names)) % {"n": len(names)}

    @property
    def html(self):
        return drawn("desk/_chip.html", get_language(), chip=self)


def chips(viewer, asked, counted):
    """The chips of the queue for this viewer."""
    departments = queues.departments_of(viewer)
    found = [
        Chip("status", _("Status"), tuple(status(row, asked, counted) for row in queues.offered_statuses())),
        Chip("department", _("Department"), tuple(department(row, asked, counted) for row in departments)),
        Chip("assignee", _("Assignee"), tuple(assignees(viewer, asked, departments))),
        Chip("priority", _("Priority"), tuple(priority(row, asked) for row in snapshot().priorities.values())),
        Chip("tag", _("Tag"), tuple(tag(row, asked) for row in tags_offered(asked))),
        Chip("type", _("Type"), tuple(type_options(asked))),
        Chip("team", _("Team"), tuple(team_options(asked, departments))),
    ]
    return [chip for chip in found if chip.options and (chip.field != "department" or len(departments) > 1)]


def type_options(asked):
    """The types, and none; nothing where there are none."""
    rows = [row for row in snapshot().types.values() if row.is_active or row.pk in asked.types]
    none = plain("type", queues.NONE, type_name(queues.NONE), queues.NONE in asked.types)
    named = [plain("type", row.code, row.said(), row.pk in asked.types) for row in rows]
    return [none, *named] if named else []


def team_options(asked, departments=()):
    """The teams of these departments (rows), those chosen, and none; nothing where there are none."""
    places = {row.pk for row in departments}
    rows = [
        row
        for row in colleagues.teams().values()
        if row.pk in asked.teams or (row.is_active and row.department_id in places)
    ]
    none = plain("team", queues.NONE, pgettext("team", "none"), queues.NONE in asked.teams)
    named = [plain("team", row.pk, row.said(), row.pk in asked.teams) for row in rows]
    return [none, *named] if named or none.chosen else []


@dataclass(frozen=True)
class More:
    """The filters behind one chip of their own: how the ticket came, when, escalated, of whom."""

    channels: tuple
    people: list
    asked: object
    found: list
    typed: str = ""

    @property
    def boxes(self):
        """The boxes of the channels."""
        return drawn("desk/_boxes.html", get_language(), options=self.channels)

    @property
    def chosen(self):
        """How many of them are in force."""
        asked = self.asked
        whose, when = asked.clients or asked.organisations, asked.since or asked.until
        return sum(map(bool, (asked.channels, whose, when, asked.escalated)))


def more(request, asked):
    """The chip of further filters. A client is found by name (`find`), which shows the page again with those found."""
    typed = clean_line(request.GET.get("find", ""))[:80]
    channels = tuple(
        plain("channel", code, str(label), code in asked.channels) for code, label in Ticket.Channel.choices
    )
    chosen = chosen_people(asked)
    have = {(option.field, option.value) for option in chosen}
    found = [option for option in found_people(typed) if (option.field, option.value) not in have] if typed else []
    return More(channels, chosen, asked, found, typed)


def chosen_people(asked):
    """The clients and organisations a list is narrowed to. Asked for only when it is."""
    people = User.objects.filter(pk__in=asked.clients) if asked.clients else []
    groups = Organisation.objects.filter(pk__in=asked.organisations) if asked.organisations else []
    return [plain("client", row.pk, row.full_name, True) for row in people] + [
        plain("organisation", row.pk, row.name, True) for row in groups
    ]


def found_people(typed):
    people = [plain("client", row.pk, f"{row.full_name} ({row.email})", False) for row in queries.people(typed)]
    groups = Organisation.objects.filter(name__icontains=typed).order_by("name")[: queries.MOST_PEOPLE]
    return [*(plain("organisation", row.pk, row.name, False) for row in groups), *people]


def plain(field, value, name, chosen):
    """A box that shows a name."""
    return Option(field, value, name, look_of_name(name), chosen)


MOST_TAGS = 100  # in the menu; others are found by typing tag:name into the search


def tags_offered(asked):
    """The tags to choose among, those chosen first."""
    rows = sorted(tagged.known().values(), key=lambda tag: (tag.pk not in asked.tags, tag.key))
    return rows[: max(MOST_TAGS, len(asked.tags))]


def tag(row, asked):
    return Option("tag", row.name, row.name, look_of_tag(row.name, row.tone), row.pk in asked.tags)


def status(row, asked, counted):
    name, count = row.said(), queries.shown_count(counted.statuses.get(row.pk, 0))
    look = look_of_status(row.category, name, row.colour)
    return Option("status", row.code, name, look, row.pk in asked.statuses, count)


def department(row, asked, counted):
    name, count = row.said("name"), queries.shown_count(counted.departments.get(row.pk, 0))
    return plain("department", row.slug, name, row.pk in asked.departments)._replace(count=count)


def priority(row, asked):
    name = row.said()
    return Option("priority", row.code, name, look_of_priority(row.level, name), row.pk in asked.priorities)


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
    return [plain("assignee", value, name, value in asked.assignees) for value, name in rows]


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

"""The filter bar of the queue: one chip a kind, each a menu of boxes."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.policy import snapshot
from helpdesk_site.templatetags import ui

from .. import colleagues, queries, queues, tagged


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
    ]
    return [chip for chip in found if chip.options and (chip.field != "department" or len(departments) > 1)]


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
    return ui.status(category, name, False, tone)


@lru_cache(maxsize=1024)
def look_of_priority(level, name):
    return format_html('<span class="row">{}</span>', ui.prio(level, name))


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

"""What staff hung on one ticket, as its page shows it: tags, who watches, the points to tick, and its snooze."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from departments.models import Category, ChecklistTemplate
from departments.policy import snapshot

from ..models import Snooze

_kept = (None, [])


class OneTag(NamedTuple):
    name: str
    tone: str


class Point(NamedTuple):
    """One point of the checklist; `by` is who ticked it, when it is done."""

    pk: int
    text: str
    by: object
    at: object
    position: int = 0
    heading: str = ""
    html: str = ""  # its text with links, where it names something (pointing)

    @property
    def is_done(self):
        return self.at is not None


class List(NamedTuple):
    """The points under one heading."""

    heading: str
    points: list

    @property
    def done(self):
        return sum(point.is_done for point in self.points)


class Snoozed(NamedTuple):
    """The last snooze of the ticket; `ended` by what (Snooze.Ended), "" while it lasts."""

    by: object
    until: object  # None: until the client writes
    note: str
    ended: str


@dataclass(frozen=True)
class Marks:
    """People are ids, or Users after `named`."""

    tags: list = field(default_factory=list)
    watchers: list = field(default_factory=list)
    points: list = field(default_factory=list)
    snooze: Snoozed | None = None
    called: bool = False  # a note calls the reader, who has not read it yet

    @property
    def people(self):
        """The ids of everybody named here."""
        by = {point.by for point in self.points} | ({self.snooze.by} if self.snooze else set())
        return {*self.watchers, *by} - {0, None}

    def named(self, people):
        """The same with the people themselves, from {id: User}; whoever is unknown is nobody."""
        snooze = self.snooze and self.snooze._replace(by=people.get(self.snooze.by))
        points = [point._replace(by=people.get(point.by)) for point in self.points]
        watchers = sorted((people[pk] for pk in self.watchers if pk in people), key=lambda person: person.full_name)
        return replace(self, watchers=watchers, points=points, snooze=snooze)

    @property
    def lists(self):
        return lists_of(self.points)

    @property
    def done(self):
        return sum(point.is_done for point in self.points)

    @property
    def open(self):
        return len(self.points) - self.done

    def woken(self, ticket):
        """The snooze that ended by itself, as long as the ticket waits for what it was snoozed for."""
        waits = ticket.awaiting or ticket.category == Category.IN_PROGRESS
        by_itself = self.snooze and self.snooze.ended in (Snooze.Ended.TIME, Snooze.Ended.CLIENT)
        return self.snooze if waits and by_itself and not ticket.snoozed_at else None


def lists_of(points):
    """The Lists of these points, each where its first point stands."""
    found = {}
    for point in points:
        found.setdefault(point.heading, []).append(point)
    return [List(heading, rows) for heading, rows in found.items()]


def checklists(department_id):
    """The lists staff may put on a ticket of this department, at most as old as the snapshot of the policy."""
    global _kept
    now = snapshot()
    if _kept[0] is not now:
        _kept = (now, list(ChecklistTemplate.objects.filter(is_active=True).prefetch_related("departments")))
    return [row for row in _kept[1] if department_id in (ids := [one.pk for one in row.departments.all()]) or not ids]

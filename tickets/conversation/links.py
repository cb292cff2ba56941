"""A ticket's links as staff read them: what each means from this side, and the ticket at its other end."""

from dataclasses import dataclass, replace

from django.utils.translation import pgettext_lazy

from departments.models import Category
from departments.policy import snapshot

from .. import access
from ..models import TicketLink

Kind = TicketLink.Kind
FOLLOWS = "follow"
WORDS = {  # (kind, read backwards): above the tickets at the other end
    (Kind.PARENT, True): pgettext_lazy("linked tickets", "Part of"),
    (Kind.PARENT, False): pgettext_lazy("linked tickets", "Parts"),
    (Kind.INCIDENT, True): pgettext_lazy("linked tickets", "Caused by incident"),
    (Kind.INCIDENT, False): pgettext_lazy("linked tickets", "Tickets of this incident"),
    (Kind.BLOCKS, True): pgettext_lazy("linked tickets", "Blocked by"),
    (Kind.BLOCKS, False): pgettext_lazy("linked tickets", "Blocks"),
    (Kind.DUPLICATES, False): pgettext_lazy("linked tickets", "Duplicate of"),
    (Kind.DUPLICATES, True): pgettext_lazy("linked tickets", "Duplicates"),
    (Kind.RELATES, False): pgettext_lazy("linked tickets", "Related"),
    (Kind.RELATES, True): pgettext_lazy("linked tickets", "Related"),
    (FOLLOWS, False): pgettext_lazy("linked tickets", "Follow-ups"),
}
SHOWN = 20  # of one kind; an incident may have hundreds


@dataclass(frozen=True)
class Link:
    """One link: its id (0 for a follow-up), and what is known of the other ticket."""

    pk: int
    kind: str
    back: bool
    number: str
    subject: str
    category: str
    status_id: int
    department_id: int
    is_seen: bool = False  # the reader works on it, and so may know its subject

    @property
    def is_closed(self):
        return self.category == Category.CLOSED

    @property
    def status(self):
        return snapshot().statuses.get(self.status_id)


@dataclass(frozen=True)
class Group:
    """The links that mean the same: at most SHOWN of them, the open ones first, and how many there are."""

    title: str
    links: list
    count: int

    @property
    def more(self):
        return self.count - len(self.links)


def of_row(pk, status_id, kind, back, about, subject):
    """The Link of a row read with everything else around a ticket; `about` is “number category department”."""
    number, category, department = about.split(" ")
    return Link(pk, kind, back, number, subject, category, status_id, int(department))


def groups(links, viewer):
    """The Groups of these links for this reader, in the order of WORDS; “related” is the same from both sides."""
    found, mine = {}, access.departments_of(viewer.user)
    links = [replace(link, is_seen=viewer.user.is_superuser or link.department_id in mine) for link in links]
    for (kind, back), title in WORDS.items():
        rows = [link for link in links if link.kind == kind and link.back == back]
        found.setdefault(str(title), []).extend(rows)
    return [
        Group(title, sorted(rows, key=lambda link: (link.is_closed, link.pk))[:SHOWN], len(rows))
        for title, rows in found.items()
        if rows
    ]


def open_parts(groups):
    """How many open tickets stand below this one, as parts of it or of the incident it is."""
    below = {str(WORDS[kind, False]) for kind in (Kind.PARENT, Kind.INCIDENT)}
    return sum(1 for group in groups if group.title in below for link in group.links if not link.is_closed)

"""What hangs on one ticket for one member of staff, in one statement: flags, who else is here, replies that wait, and
what they are typing themselves."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from helpdesk_site.lib import dates
from helpdesk_site.lib.prepared import Prepared

from .. import merged
from ..access import SEES_ALL, departments_of
from ..composing import drafts
from ..lists.queries import STALE
from ..models import Draft, Participant, Presence
from ..ratings import LATEST, Average, Rated, of_merged
from ..times import Times, spent
from . import links
from .marks import Marks, OneTag, Point, Snoozed

MOST_CONTACTS = 50  # of an organisation, offered as readers of a reply
MOST_SERVICES = 20
MOST_EARLIER = 100  # counts stop here

ABOUT = "one.number || ' ' || one.category || ' ' || CAST(one.department_id AS text)"  # of a linked ticket (links)

TIME = (  # of an entry (times)
    "CAST(minutes AS text) || ' ' || CAST(COALESCE(message_id, 0) AS text) || ' ' || "
    "CAST(COALESCE(activity_id, 0) AS text) || CASE WHEN is_billable THEN ' 1 ' ELSE ' 0 ' END || "
    "COALESCE(CAST(amount AS text), '-') || ' ' || CAST(day AS text)"
)

# Through the ORM this union costs ten times as much as the database takes for it, on every page of a ticket.
STATEMENT = """
SELECT 'reply', id, author_id, CASE WHEN is_later THEN 'later' WHEN is_note THEN 'note' ELSE '' END, html, due_at
FROM tickets_pendingreply WHERE ticket_id = %s
UNION ALL SELECT 'flag', id, user_id, '', '', at FROM tickets_flag WHERE ticket_id = %s
UNION ALL SELECT 'here', id, user_id, mode, '', at FROM tickets_presence WHERE ticket_id = %s
UNION ALL SELECT 'may ' || rights, part.id, user_id, name, email, NULL
FROM tickets_participant AS part JOIN accounts_user AS person ON person.id = user_id WHERE ticket_id = %s
UNION ALL SELECT 'tag', tag.id, 0, tone, name, NULL
FROM tickets_ticket_tags AS held JOIN tickets_tag AS tag ON tag.id = held.tag_id WHERE held.ticket_id = %s
UNION ALL SELECT 'watcher', id, user_id, '', '', at FROM tickets_watcher WHERE ticket_id = %s
UNION ALL SELECT 'point', id, COALESCE(done_by_id, 0), CAST(position AS text) || ' ' || heading, text, done_at
FROM tickets_checkpoint WHERE ticket_id = %s
UNION ALL SELECT 'snooze', id, by_id, ended, note, until FROM tickets_snooze WHERE ticket_id = %s
UNION ALL SELECT 'mention', id, user_id, '', '', at FROM tickets_mention WHERE ticket_id = %s AND is_unread
UNION ALL SELECT 'time', id, user_id, {time}, text, created_at FROM tickets_timeentry WHERE ticket_id = %s
UNION ALL SELECT 'rating', COALESCE(message_id, 0), user_id, CAST(stars AS text), '', NULL
FROM tickets_rating WHERE ticket_id = %s
UNION ALL SELECT 'link ' || kind, link.id, one.status_id, {about}, one.subject, NULL
FROM tickets_ticketlink AS link JOIN tickets_ticket AS one ON one.id = link.other_id
WHERE link.ticket_id = %s AND one.hidden = ''
UNION ALL SELECT 'back ' || kind, link.id, one.status_id, {about}, one.subject, NULL
FROM tickets_ticketlink AS link JOIN tickets_ticket AS one ON one.id = link.ticket_id
WHERE link.other_id = %s AND one.hidden = ''
UNION ALL SELECT 'link follow', id, status_id, {about}, subject, NULL FROM tickets_ticket AS one
WHERE follow_up_of_id = %s AND merged_into_id IS NULL AND hidden = ''
UNION ALL SELECT 'contact', member.id, user_id, name, email, NULL
FROM (SELECT id, user_id FROM accounts_membership WHERE organisation_id = %s AND role IN ({sees_all})
 ORDER BY id LIMIT {most}) AS member JOIN accounts_user AS person ON person.id = user_id
UNION ALL SELECT 'service', id, CASE WHEN is_active THEN 1 ELSE 0 END, kind, name, NULL
FROM (SELECT * FROM accounts_service WHERE user_id = %s OR organisation_id = %s
 ORDER BY is_active DESC, name LIMIT {services}) AS ordered
UNION ALL SELECT 'earlier', count(*), COALESCE(sum(CASE WHEN category = 'closed' THEN 0 ELSE 1 END), 0), '', '', NULL
FROM (SELECT category FROM tickets_ticket WHERE client_id = %s AND {works} AND merged_into_id IS NULL AND hidden = ''
 AND id <> %s ORDER BY updated_at DESC, id DESC LIMIT {earlier} + 1) AS theirs
UNION ALL SELECT 'average', count(*), COALESCE(sum(stars), 0), '', '', NULL
FROM (SELECT stars FROM tickets_rating AS rating JOIN tickets_ticket AS one ON one.id = rating.ticket_id
 WHERE user_id = %s AND {works} ORDER BY rating.id DESC LIMIT {rated}) AS given
UNION ALL SELECT 'draft', id, 0, place, CAST(fields AS text), updated_at FROM tickets_draft
WHERE place IN (%s, %s) AND owner IN ({owners})
ORDER BY 2
"""


@lru_cache(maxsize=256)
def statement(owners, departments):
    """The statement for somebody whose drafts are kept under so many names, and who works in these departments (ids;
    None: in all)."""
    sees_all = ", ".join(f"'{role.value}'" for role in SEES_ALL)
    marks = ", ".join(["%s"] * owners)
    works = "TRUE" if departments is None else f"department_id IN ({', '.join(map(str, departments)) or '0'})"
    sql = STATEMENT.format(
        owners=marks, sees_all=sees_all, most=MOST_CONTACTS, about=ABOUT, works=works, services=MOST_SERVICES,
        earlier=MOST_EARLIER, time=TIME, rated=LATEST,
    )  # fmt: skip
    return Prepared.of_sql(sql, slots=(*[int] * 20, *[str] * (2 + owners)))


class Ordered(NamedTuple):
    """Something the client or the organisation has ordered (Service), as the ticket's page shows it."""

    pk: int
    name: str
    kind: str
    is_active: bool


class Earlier(NamedTuple):
    """How many other tickets of the client the reader works on, up to MOST_EARLIER + 1, and how many of them are
    open."""

    all: int = 0
    open: int = 0

    @property
    def is_more(self):
        return self.all > MOST_EARLIER

    @property
    def shown(self):
        return min(self.all, MOST_EARLIER)


@dataclass
class Around:
    """By ids of people, but for those who are looked at nowhere else: `taking_part` are (User, whether they may reply),
    `contacts` members of the client's organisation who see the ticket (S169). `waiting` are (id, author, html,
    due at, "later" for one set for that time, "note"), `typed` is {kind: (id of the draft, its fields)}."""

    flagged: list = field(default_factory=list)
    present: list = field(default_factory=list)  # (person, whether they write)
    taking_part: list = field(default_factory=list)
    contacts: list = field(default_factory=list)
    waiting: list = field(default_factory=list)
    typed: dict = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    links: list = field(default_factory=list)  # links.Link
    times: Times = field(default_factory=Times)
    services: list = field(default_factory=list)  # Ordered
    earlier: Earlier = Earlier()
    ratings: dict = field(default_factory=lambda: defaultdict(list))  # message id, 0 for the ticket: Rated
    average: Average = Average()  # of the client's latest ratings

    @property
    def people(self):
        """Everybody named here."""
        present, waiting = (pk for pk, _writes in self.present), (row[1] for row in self.waiting)
        raters = (row.by for rows in self.ratings.values() for row in rows)
        return {*self.flagged, *present, *waiting, *raters, *self.marks.people, *self.times.people}


def around(ticket, user, *, writers=()):
    """The Around of a ticket for one of its staff. `writers` are the names their drafts are kept under."""
    places = {drafts.place_of(kind, ticket): kind for kind in (Draft.Kind.REPLY, Draft.Kind.NOTE)}
    owners, fresh = list(writers) or [""], timezone.now() - STALE
    house, client = ticket.organisation_id or 0, ticket.client_id
    here = [*[ticket.pk] * 14, house, client, house, client, ticket.pk, client]
    departments = None if user.is_superuser else tuple(sorted(departments_of(user)))
    rows = statement(len(owners), departments).rows(*here, *places, *owners)
    found, hung = Around(), defaultdict(list)
    for kind, pk, person, word, text, at in rows:
        if kind == "flag":
            found.flagged.append(person)
        elif kind == "here":
            if person != user.pk and dates.of_cursor(at) >= fresh:
                found.present.append((person, word == Presence.Mode.WRITING))
        elif kind.startswith("may "):
            replies = kind == f"may {Participant.Rights.REPLY}"
            found.taking_part.append((User(pk=person, name=word, email=text), replies))
        elif kind == "contact":
            found.contacts.append(User(pk=person, name=word, email=text))
        elif kind == "service":
            found.services.append(Ordered(pk, text, word, bool(person)))
        elif kind == "earlier":
            found.earlier = Earlier(pk, person)
        elif kind == "rating":
            found.ratings[pk].append(Rated(person, int(word)))
        elif kind == "average":
            found.average = Average(pk, person)
        elif kind == "reply":
            found.waiting.append((pk, person, text, dates.of_cursor(at), word))
        elif kind.startswith(("link ", "back ")):
            way, _space, what = kind.partition(" ")
            found.links.append(links.of_row(pk, person, what, way == "back", word, text))
        elif kind == "time":
            found.times.entries.append(spent(pk, person, word, text))
        elif kind == "draft":
            found.typed[places[word]] = (pk, json.loads(text) | {"saved_at": dates.of_cursor(at).isoformat()})
        else:
            hung[kind].append((pk, person, word, text, at and dates.of_cursor(at)))
    if ticket.has_merged:
        for row in of_merged(merged.family(ticket)):
            found.ratings[row.message_id].append(Rated(row.user_id, row.stars))
    found.services.sort(key=lambda row: (not row.is_active, row.name.casefold()))
    found.marks = marks_of(hung, user)
    return found


def point_of(row):
    pk, by, place, text, at = row
    position, _space, heading = place.partition(" ")
    return Point(pk, text, by, at, int(position), heading)


def marks_of(hung, user):
    """The Marks of these rows, by kind, for this reader."""
    points = sorted(map(point_of, hung["point"]), key=lambda point: (point.position, point.pk))
    snoozed = [Snoozed(by, until, note, ended) for _pk, by, ended, note, until in hung["snooze"]]
    return Marks(
        tags=sorted(OneTag(name, tone) for _pk, _by, tone, name, _at in hung["tag"]),
        watchers=[person for _pk, person, _word, _text, _at in hung["watcher"]],
        points=points,
        snooze=snoozed[0] if snoozed else None,
        called=any(person == user.pk for _pk, person, _word, _text, _at in hung["mention"]),
    )

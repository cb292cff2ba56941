"""Whether a list of the desk still looks as it did: a mark of everything its page shows, read in one statement.

The queue is asked for every half minute by everybody at the desk, and mostly nothing has happened. What can change it
leaves a trace here: every act on a ticket is an event; what is no act (who is looking, what I have read or watch, my
choices and views) is read as it is; the operator's rows, tags and colleagues are those the page would be drawn with.
What leaves no trace, such as a client's new name, shows within FORGOTTEN.
"""

import time
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from departments.policy import snapshot
from helpdesk_site.lib.prepared import Prepared

from .. import colleagues
from ..models import Presence
from . import queries, tagged

FORGOTTEN = 300  # seconds
LATEST = 100  # events: one that began earlier may come later, and changes their sum
_known = (None, "")


class Now(NamedTuple):
    """A list's mark, and the traces it was made of."""

    mark: str = ""
    traces: tuple | list = ()

    @property
    def present(self):
        """[(ticket id, Face, whether they write)] (S6). Faces are as old as the configuration, which the mark knows."""
        faces = colleagues.staff().faces
        here = [(pk, *words.split()) for what, pk, words in self.traces if what == "here"]
        found = [(pk, faces.get(int(person)), mode) for pk, mode, person in here]
        return [(pk, face, mode == Presence.Mode.WRITING) for pk, face, mode in found if face]


def now(viewer, address):
    """The Now of a list (its address) for somebody who works at the desk. Read it before the list: what happens in
    between makes the list newer than its mark, never older."""
    traces = traced(viewer.user.is_superuser).rows(viewer.user.pk)
    if not viewer.user.is_superuser and not any(what == "place" for what, _number, _words in traces):
        return Now()
    traces.sort()
    look = address, viewer.user.pk, get_language(), timezone.get_current_timezone_name(), timezone.localdate()
    whole = traces, look, viewer.user.is_superuser, configured(), int(time.time() // FORGOTTEN)
    mark = blake2b(repr(whole).encode(), digest_size=12).hexdigest()
    return Now(mark, traces)


def configured():
    """A digest of what is kept as long as the operator's configuration: its rows, tags, teams and colleagues."""
    global _known
    now = snapshot()
    if _known[0] is not now:
        kept = (
            now.statuses,
            now.priorities,
            now.types,
            now.departments,
            now.overrides,
            tagged.known(),
            colleagues.teams(),
        )
        rows = [now.portal, *(row for each in kept for row in each.values())]
        said = [columns_of(row) for row in rows], list(colleagues.staff().faces.values())
        _known = (now, blake2b(repr(said).encode(), digest_size=12).hexdigest())
    return _known[1]


def columns_of(row):
    return [row.__dict__.get(field.attname) for field in row._meta.concrete_fields]


@lru_cache(maxsize=2)
def traced(of_all):
    """The statement that reads the traces: (what, number, words). `of_all` departments, or of those where somebody has
    a place; it reads the places as well, so that asking again costs no other statement."""
    every = "SELECT id FROM departments_department" if of_all else PLACES.format("department_id")
    unread = f"SELECT id FROM tickets_notification WHERE user_id = %(me)s AND {queries.UNREAD} {queries.FEW}"
    mine, since = "user_id = %(me)s", STALE[connection.vendor]
    mails = queries.mails_waiting(every, "all" if of_all else "lead")
    parts = [
        EVENTS,
        PLACES.format("'place', department_id, role"),
        f"""SELECT 'here', ticket_id, mode || ' ' || user_id FROM tickets_presence
        WHERE at >= {since} AND user_id <> %(me)s AND department_id IN ({every})""",
        f"""SELECT 'read', ticket_id, CAST(number AS text) FROM
        (SELECT ticket_id, number FROM tickets_reading WHERE {mine} ORDER BY at DESC LIMIT 5) AS latest""",
        counted("called", f"tickets_mention WHERE {mine} AND is_unread"),
        counted("flagged", f"tickets_flag WHERE {mine}"),
        counted("watched", f"tickets_watcher WHERE {mine}"),
        counted("drafts", f"tickets_draft WHERE {queries.DRAFTS}"),
        counted("teams", f"departments_team_members WHERE {mine}"),
        counted("notices", f"({unread}) AS unread"),
        f"SELECT 'mails', {queries.capped(mails, 'mail_incomingmail')}, ''",
        f"""SELECT 'view', id, name || '|' || query || '|' || position || '|' || CAST(columns AS text)
        FROM tickets_savedview WHERE owner_id = %(me)s OR department_id IN ({every})""",
        f"""SELECT 'choice', id, builtin || '|' || sort || '|' || CAST(pinned AS text) || '|' ||
        COALESCE(CAST(position AS text), '') || '|' || CAST(columns AS text) FROM tickets_viewchoice WHERE {mine}""",
        f"""SELECT 'job', id, state || '|' || done || '|' || total FROM (SELECT id, state, done, total
        FROM tickets_bulkjob WHERE {mine} ORDER BY id DESC LIMIT 1) AS latest""",
    ]
    return Prepared.of_sql(" UNION ALL ".join(parts), slots={"me": int})


PLACES = "SELECT {} FROM departments_staffplace WHERE user_id = %(me)s"
EVENTS = f"""SELECT 'event', max(id), CAST(sum(id) AS text) FROM
(SELECT id FROM tickets_ticketevent ORDER BY id DESC LIMIT {LATEST}) AS latest"""  # noqa: S608 - a number of our own
STALE = {
    "postgresql": f"statement_timestamp() - interval '{queries.STALE.seconds} seconds'",
    "sqlite": f"datetime('now', '-{queries.STALE.seconds} seconds')",
}


def counted(what, of):
    """How many rows, and the newest: none comes or goes unseen, for each comes with a new id."""
    return f"SELECT '{what}', count(*), CAST(COALESCE(max(id), 0) AS text) FROM {of}"  # noqa: S608 - our own names

"""Tags as pages show them: all there are, kept as long as the operator's configuration, and those of a list's rows."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection

from departments.policy import snapshot
from helpdesk_site.lib.prepared import Prepared
from helpdesk_site.lib.text import clean_line

from ..models import Tag

IN_WORDS = re.compile(r'(?:^|(?<=\s))tag:(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_kept = (None, {})


def known():
    """{key: Tag} of all tags by name, at most as old as the snapshot of the policy."""
    global _kept
    now = snapshot()
    if _kept[0] is not now:
        _kept = (now, {tag.key: tag for tag in Tag.objects.all()})
    return _kept[1]


def forget():
    """Read them anew next time: somebody has just made or changed one."""
    global _kept
    _kept = (None, {})


def named(name):
    """The tag of this name, or None; one that was made a moment ago, too."""
    return of_name(name) or Tag.objects.filter(key=key_of(name)).first()


def of_name(name):
    """The same without asking the database: for addresses, which anybody may fill with names."""
    return known().get(key_of(name))


def key_of(name):
    return clean_line(name).removeprefix("#").casefold()[:120]


def taken_out(words):
    """(the other words, tags) of a search that names tags: “502 tag:php tag:"needs a call"”."""
    tags = []

    def found(match):
        tag = of_name(match[1] or match[2] or "")
        tags.append(tag)
        return "" if tag else match[0]

    rest = IN_WORDS.sub(found, words)
    return " ".join(rest.split()), [tag for tag in tags if tag]


@dataclass
class Marks:
    """What staff hung on one ticket, for its row."""

    tags: list = field(default_factory=list)  # (name, tone)
    done: int = 0
    points: int = 0
    is_draft: bool = False  # the reader types something here that was not sent


STATEMENT = """
SELECT held.ticket_id, tag.name, tag.tone, 0, 0, tag.key FROM tickets_ticket_tags AS held
JOIN tickets_tag AS tag ON tag.id = held.tag_id WHERE held.ticket_id {among}
UNION ALL
SELECT ticket_id, '', '', count(done_at), count(*), '' FROM tickets_checkpoint WHERE ticket_id {among}
GROUP BY ticket_id
UNION ALL
SELECT one.id, '', 'draft', 0, 0, '' FROM tickets_draft
JOIN tickets_ticket AS one ON one.number = CASE kind WHEN 'reply' THEN substr(place, 7) ELSE substr(place, 6) END
WHERE owner = %(owner)s AND kind IN ('reply', 'note') AND one.id {among}
ORDER BY 6
"""


AMONG = {  # these ids, which come as one text: a statement with as many slots as rows would be planned for each number
    "postgresql": ("= ANY (CAST(%(ids)s AS bigint[]))", "{{{}}}"),
    "sqlite": ("IN (SELECT value FROM json_each(%(ids)s))", "[{}]"),
}


def marks_of(ids, me):
    """{ticket id: Marks} of these tickets (ids), in one statement; nothing for those without. `me` is the reader."""
    found = defaultdict(Marks)
    for pk, name, tone, done, points, _key in marked(ids, f"user:{me}") if ids else ():
        if name:
            found[pk].tags.append((name, tone))
        elif tone:
            found[pk].is_draft = True
        else:
            found[pk].done, found[pk].points = done, points
    return dict(found)


def marked(ids, owner):
    _among, several = AMONG[connection.vendor]
    return marking(connection.vendor).rows(several.format(",".join(map(str, ids))), owner)


@lru_cache(maxsize=2)
def marking(vendor):
    among, _several = AMONG[vendor]
    return Prepared.of_sql(STATEMENT.format(among=among), slots={"ids": str, "owner": str})

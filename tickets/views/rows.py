"""How a ticket looks in the queue. A page has fifty, so all that repeats is made once: the row's template is drawn once
a language, a status or a face once a page, the spelling of a moment once a process."""

from collections import defaultdict
from datetime import UTC, datetime
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from departments.policy import snapshot
from helpdesk_site.lib import looks, moments, shapes

from .. import colleagues
from ..lists import tagged
from ..models import Ticket

PIECES = (
    "number", "url", "select", "unread_class", "dot", "unread", "priority", "subject", "present", "client",
    "organisation", "department", "status", "waits", "assignee", "updated", "tags",
    "organisation_name", "service", "type", "channel", "since", "client_message", "team", "created",
)  # fmt: skip


def draw(rows, *, columns, me, present=()):
    """Add its HTML to each row of `queues.page`: words, glyphs and times, and who looks at the ticket now, as `live`
    says it. `me` is the reader's id."""
    fill = Filler(rows, present, me)
    shape, more = shape_of(get_language(), columns), [MORE[column] for column in columns if column in MORE]
    for row in rows:
        row["html"] = shapes.filled(shape, fill.pieces(row, more))


@lru_cache(maxsize=256)
def shape_of(language, columns):
    """The row's template with `{piece}` where each piece goes."""
    return str(render_to_string("desk/_row.html", {"row": shapes.holes(PIECES), "columns": columns}))


class Filler:
    """Makes the pieces of one page's rows. Each is safe HTML; what people wrote is escaped here (T04)."""

    def __init__(self, rows, present, me):
        self.known, self.made, self.now = snapshot(), {}, timezone.now()
        self.language, self.zone = get_language(), timezone.get_current_timezone_name()
        ids = [row["id"] for row in rows]
        self.present, self.marks = badges(present), tagged.marks_of(ids, me)
        self.url, self.select = reverse("ticket", args=["NUMBER"]), escape(_("Select %(number)s"))
        self.dot = format_html('<span class="dot" title="{}" aria-hidden="true"></span>', _("unread"))
        self.unread = format_html('<span class="vh"> ({})</span>', _("unread"))
        self.clock = looks.icon("clock")

    def once(self, key, make, *args):
        """A piece many rows share."""
        if key not in self.made:
            self.made[key] = make(*args)
        return self.made[key]

    def pieces(self, row, more=()):
        """Everything _row.html names: the usual, and what the columns ask for that are no usual ones."""
        number, organisation = escape(row["number"]), row["organisation__name"]
        news = not row["last_by_staff"] and (row["my_reading__number"] or 0) < row["last_number"]
        usual = {
            "number": number,
            "url": self.url.replace("NUMBER", number),
            "select": self.select % {"number": number},
            "unread_class": ' class="is-unread"' if news else "",
            "dot": self.dot if news else "",
            "unread": self.unread if news else "",
            "priority": self.once(("priority", row["priority_id"]), priority, row),
            "subject": escape(row["subject"]),
            "present": self.present.get(row["id"], ""),
            "client": escape(row["client__name"] or row["client__email"]),
            "organisation": f", {escape(organisation)}" if organisation else "",
            "department": self.once(("department", row["department_id"]), department, row),
            "status": self.once((row["status_id"], row["category"]), status, row),
            "waits": self.waits(row["queue_at"]) if row["awaiting"] else self.snoozed(row),
            "tags": tags(self.marks[row["id"]]) if row["id"] in self.marks else "",
            "assignee": self.once(("assignee", row["assignee_id"], row["team_id"]), assignee, row),
            "updated": self.updated(row["updated_at"]),
        }
        for piece, make in more:
            usual[piece] = make(self, row)
        return usual

    def waits(self, since):
        """How long somebody waits for us: “2 h”, “27 d”; never a date."""
        (exact, _day), age = self.spelled(since), self.age(since)
        return f'<span class="sla sla-ok">{self.clock}<time {exact} data-rel="short">{age}</time></span>'

    def snoozed(self, row):
        """Until when a snoozed ticket is out of the queue; a sign alone where its client is waited for."""
        if not row["snoozed_at"]:
            return ""
        until, sleeps = row["snoozed_until"], self.once("zzz", looks.icon, "zzz")
        if until is None:
            words = escape(_("Snoozed until the client writes"))
            return f'<span class="sla sla-paused" title="{words}">{sleeps}<span class="vh">{words}</span></span>'
        exact, day = self.spelled(until)
        words = escape(_("Snoozed until"))
        return f'<span class="sla sla-paused">{sleeps}<span class="vh">{words} </span><time {exact}>{day}</time></span>'

    def updated(self, at):
        """How long ago something happened, or the day when that is more than a week ago."""
        exact, day = self.spelled(at)
        if (self.now - at).total_seconds() < moments.WEEK:
            return f'<time {exact} data-rel="short">{self.age(at)}</time>'
        return f"<time {exact}>{day}</time>"

    def age(self, at):
        return short_age(int((self.now - at).total_seconds() // 60), self.language)

    def spelled(self, at):
        return spelled(int(at.timestamp()), self.now.year, self.language, self.zone)


MORE = {  # column: the piece it adds, and how to make it of a row
    "organisation": ("organisation_name", lambda fill, row: escape(row["organisation__name"] or "")),
    "service": ("service", lambda fill, row: escape(row["service__name"] or "")),
    "type": ("type", lambda fill, row: fill.once(("type", row["type_id"]), type_of, row)),
    "channel": ("channel", lambda fill, row: fill.once(("channel", row["channel"]), channel, row)),
    "team": ("team", lambda fill, row: escape(row["team__name"] or "")),
    "since": ("since", lambda fill, row: fill.updated(row["waiting_since"]) if row["waiting_since"] else ""),
    "client_message": (
        "client_message",
        lambda fill, row: fill.updated(row["client_wrote_at"]) if row["client_wrote_at"] else "",
    ),
    "created": ("created", lambda fill, row: fill.updated(row["created_at"])),
}


# --- Pieces -----------------------------------------------------------------------------------------------------------


def status(row):
    shown = snapshot().statuses[row["status_id"]]
    return looks.status(row["category"], shown.said(), False, shown.colour)


def priority(row):
    shown = snapshot().priorities[row["priority_id"]]
    return looks.prio(shown.level, shown.said(), False)


def department(row):
    return escape(snapshot().departments[row["department_id"]].said())


def type_of(row):
    known = snapshot().types.get(row["type_id"])
    return escape(known.said()) if known else ""


def channel(row):
    return escape(Ticket.Channel(row["channel"]).label) if row["channel"] in Ticket.Channel.values else ""


MOST_TAGS = 3  # in a row


def tags(marks):
    """Whether the reader has a draft there, the tags of a ticket, and how far its checklist is."""
    first, more = marks.tags[:MOST_TAGS], marks.tags[MOST_TAGS:]
    draft = looks.icon("pencil", "icon-sm"), _("draft")
    shown = [format_html('<span class="tag t-amber">{}{}</span>', *draft)] if marks.is_draft else []
    shown += [f'<span class="{tone_class(tone)}" dir="auto">{escape(name)}</span>' for name, tone in first]
    if more:
        others = escape(", ".join(name for name, _tone in more))
        shown.append(f'<span class="tag num" title="{others}">+{len(more)}</span>')
    if marks.points:
        words, far = escape(_("%(done)s of %(n)s points done")), {"done": marks.done, "n": marks.points}
        glyph = looks.icon("list-details", "icon-sm")
        shown.append(f'<span class="tag num" title="{words % far}">{glyph}{marks.done}/{marks.points}</span>')
    return f'<span class="tags">{"".join(shown)}</span>' if shown else ""


def tone_class(tone):
    return f"tag t-{tone}" if tone else "tag"


def assignee(row):
    """The assignee's picture or initials, from the columns of the row; the team's name where nobody has it yet."""
    team = None if row["assignee_id"] else colleagues.teams().get(row["team_id"])
    if team:
        name = escape(team.said())
        icon = looks.icon("users", "icon-sm")
        return f'<span class="tag" title="{name}">{icon}<span class="clip" dir="auto">{name}</span></span>'
    if not row["assignee_id"]:
        return looks.avatar(None, "sm")
    face = row["assignee_id"], row["assignee__name"], row["assignee__email"], row["assignee__picture"]
    return looks.avatar(colleagues.face_of(*face), "sm", False)


def badges(present):
    """{ticket id: badges of the others who look at it or write in it} (S6)."""
    found = defaultdict(list)
    for ticket, person, writes in present:
        found[ticket].append((looks.viewing(person, writes),))
    return {pk: format_html_join("", "{}", each) for pk, each in found.items()}


@lru_cache(maxsize=8192)
def short_age(minutes, language):
    return escape(moments.ago_short(minutes * 60))


@lru_cache(maxsize=8192)
def spelled(second, year, language, zone):
    """(the attributes that say a moment exactly, its day in few signs), in one language and zone, read in one year."""
    moment = datetime.fromtimestamp(second, UTC)
    return moments.exactly(moment), escape(moments.short_day(timezone.localtime(moment), timezone.localdate()))


def named(rows):
    """Give the short rows of `queries.others` their status and department."""
    for row in rows:
        row["status"], row["department"] = status(row), department(row)
    return rows


# --- Beside a ticket --------------------------------------------------------------------------------------------------


def beside(rows, ticket):
    """The same, each with its line beside `ticket`."""
    language, reader = get_language(), moments.reader()
    url, merge = reverse("ticket", args=["NUMBER"]), reverse("ticket_merge", args=[ticket.number])
    for row in named(rows):
        number = escape(row["number"])
        pieces = {
            "number": number,
            "url": url.replace("NUMBER", number),
            "subject": escape(row["subject"]),
            "status": row["status"],
            "department": row["department"],
            "merge": f"{merge}?other={number}",
            "when": moments.when_in(reader, row["updated_at"], "short"),
        }
        row["html"] = shapes.filled(beside_shape(language, row["department_id"] != ticket.department_id), pieces)
    return rows


@lru_cache(maxsize=16)
def beside_shape(language, elsewhere):
    """The line's template, for tickets of the same department and of others."""
    pieces = shapes.holes(("number", "url", "subject", "status", "department", "merge", "when"))
    return str(render_to_string("desk/_other.html", {"row": pieces, "elsewhere": elsewhere}))

"""A conversation as its client reads it: messages, what happened between them, and where the news begins.

The staff's thread with its notes is drawn by the desk; both show a message's text with `shown`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth import get_user_model

from departments.policy import snapshot
from helpdesk_site.lib import text
from helpdesk_site.lib.prepared import PreparedRows

from .. import colleagues, merged, ratings, words
from ..access import participants_of
from ..models import Attachment, Message, Participant, TicketEvent, Verb
from . import mailed, split_off
from .references import References

PAGE = 200  # messages at once; older ones a click further
MOST_EVENTS = 1000
SHOWN_EVENTS = (Verb.OPENED, Verb.ASSIGNED, Verb.CLOSED, Verb.AUTO_CLOSED, Verb.REOPENED, Verb.MOVED)
JOINING = (Verb.TOOK_IN, Verb.UNMERGED, Verb.SPLIT, Verb.UNSPLIT)
TOLD = (*SHOWN_EVENTS, *JOINING, Verb.UNDONE)
CHAT, CHAT_TIME = 3, timedelta(minutes=10)  # so many messages in so much time read like a chat (C20)


@dataclass(frozen=True, slots=True)
class Said:
    """One message: what it is, who wrote it as this reader may know them, and its files."""

    message: object
    who: str
    role: str
    face: object  # a person, or the name to draw initials from
    mine: bool
    html: str
    files: list
    rest: object  # mailed.Rest, or None
    is_new: bool = False
    mails: list = ()  # what became of its mails (delivered.Delivery)
    moved: str = ""  # to a ticket of its own: its number, or “-” for whoever may not see that
    came: str = ""  # from another ticket, likewise
    rated: object = None  # ratings.Asked, where this reader may rate it

    @property
    def kind(self):
        return "said"

    @property
    def moment(self):
        return self.message.created_at, 0


@dataclass(frozen=True, slots=True)
class Happened:
    """One event clients see; `who` did it, `person` is whom it is about."""

    verb: str
    at: object
    who: str
    mine: bool
    person: str = ""
    department: str = ""
    numbers: str = ""  # of the tickets that were merged, or of the one it was split off

    @property
    def kind(self):
        return "happened"

    @property
    def moment(self):
        return self.at, 1


@dataclass(frozen=True, slots=True)
class Divider:
    """Here begins what this reader has not seen."""

    kind: str = "divider"


@dataclass
class Thread:
    rows: list = field(default_factory=list)
    people: dict = field(default_factory=dict)  # everybody the page speaks of, by id
    earlier: int = 0  # number of the first message shown, when there are older ones
    unread: bool = False  # there is something to mark as read


# --- A message's text -------------------------------------------------------------------------------------------------


def shown(message, references=None, files=()):
    """The safe HTML of a message, with the pictures among its own files in place, and what it names by number linked
    (`references`). One saved by an older renderer is rendered anew, in memory (SECURITY, mail body)."""
    html = message.html if message.renderer == text.RENDERER_VERSION else rendered(message)
    refer = references and (lambda html: references.shown(html, message))
    return text.shown(html, refer, mailed.known(files))


def rendered(message):
    if message.format == Message.Format.HTML:
        return text.clean_html(message.html)
    body = getattr(message, "old_body", "") or Message.objects.values_list("body", flat=True).get(pk=message.pk)
    return text.render_markdown(body) if message.format == Message.Format.MARKDOWN else text.render_plain(body)


# --- Reading: each function one statement -----------------------------------------------------------------------------


LATEST = PreparedRows(lambda ticket: newest(ticket)[: PAGE + 1], but=("body",))
FILES = PreparedRows(
    lambda ticket: Attachment.objects.filter(message__ticket=ticket, message__is_note=False).order_by("pk"),
)
EVENTS = PreparedRows(
    lambda ticket: TicketEvent.objects.filter(ticket=ticket, verb__in=TOLD).order_by("sequence")[:MOST_EVENTS],
)


def newest(ticket):
    return Message.objects.filter(ticket=ticket, is_note=False).order_by("-number")


def messages_of(ticket, *, before=0):
    """The newest public messages, oldest first, up to PAGE + 1; `before` a message's number for older ones (where
    tickets were merged into it, its id: numbers stand twice there)."""
    if ticket.has_merged:
        return merged.messages_of(ticket, before, PAGE + 1, is_note=False)
    if before:
        return list(newest(ticket).filter(number__lt=before).defer("body")[: PAGE + 1])[::-1]
    return LATEST.models(ticket.pk)[::-1]


def files_of(ticket):
    """{message id: its files}, of all public messages of a ticket."""
    found = defaultdict(list)
    for row in merged.public_files_of(ticket) if ticket.has_merged else FILES.models(ticket.pk):
        found[row.message_id].append(row)
    return found


def events_of(ticket, events, *, since=None):
    """What clients may know of a ticket's own history, without what was undone."""
    own = [event for event in events if event.ticket_id == ticket.pk]
    undone = {event.data.get("of") for event in own if event.verb == Verb.UNDONE}
    told = [event for event in own if event.verb != Verb.UNDONE and event.sequence not in undone]
    return [event for event in told if since is None or event.at >= since]


def told_of(ticket):
    """All events of which anything is told to clients; those of merged tickets tell where their messages went."""
    return merged.events_of(ticket, JOINING, TOLD) if ticket.has_merged else EVENTS.models(ticket.pk)


def people_of(ticket, viewer, messages, events):
    """{id: person} of everybody these rows speak of. No statement as a rule: the reader and staff are known."""
    known = {viewer.user.pk: viewer.user} | colleagues.staff().people
    ids = {ticket.client_id, ticket.assignee_id, ticket.closed_by_id, *(row.author_id for row in messages)}
    for event in events:
        ids |= {event.actor_id, event.data.get("to") if event.verb == Verb.ASSIGNED else None}
    unknown = ids - {None} - set(known)
    return known | (get_user_model().objects.in_bulk(unknown) if unknown else {})


# --- Putting together -------------------------------------------------------------------------------------------------


def for_client(viewer, ticket, *, around, rates=False, before=0):
    """The Thread this reader sees: public messages and the events that concern them, staff as policy shows them.
    `rates`: whether they may rate replies."""
    messages = messages_of(ticket, before=before)
    older, messages = len(messages) > PAGE, messages[-PAGE:]
    told = told_of(ticket)
    events = [] if before else events_of(ticket, told, since=messages[0].created_at if older else None)
    people, files = people_of(ticket, viewer, messages, events), files_of(ticket)
    references = References(ticket, messages)
    more = {"split": split_off.marks(told), "out": taken_out(told)}
    more["given"] = around.ratings if rates and ratings.asks_for_replies(ticket) else None
    reader = Reader(viewer.user, ticket, people, around.mails, references=references, **more)
    first_new = first_news(viewer, ticket, messages, around)
    rows = [reader.said(row, files.get(row.pk), is_new=is_new(row, first_new)) for row in messages]
    rows = sorted(rows + [row for row in map(reader.happened, events) if row], key=lambda row: row.moment)
    if first_new:
        rows.insert(next(at for at, row in enumerate(rows) if row.kind == "said" and row.is_new), Divider())
    return Thread(
        rows=rows,
        people=people,
        earlier=(messages[0].pk if ticket.has_merged else messages[0].number) if older else 0,
        unread=ticket.last_number > around.read and not before,
    )


def taken_out(events):
    """{sequence of a merge: ids of the tickets that were taken out of it again}."""
    out = defaultdict(set)
    for event in events:
        if event.verb == Verb.UNMERGED and "of" in event.data:
            out[event.data["of"]] |= {pk for pk, _number in event.data["tickets"]}
    return out


def first_news(viewer, ticket, messages, around):
    """The number of the first message of somebody else the reader has not seen; 0 for none.

    Somebody who was never here sees a conversation, not news; its client wrote the beginning.
    """
    if not around.has_read and ticket.client_id != viewer.user.pk:
        return 0
    own = (row for row in messages if not row.home)
    unseen = (row.number for row in own if row.number > around.read and row.author_id != viewer.user.pk)
    first = next(unseen, 0)
    return first if first > 1 else 0


def is_new(message, first_new):
    """Whether it is among the news; what came along with a merged ticket is as old as it was there."""
    return bool(first_new) and message.number >= first_new and not message.home


@dataclass(frozen=True, slots=True)
class TakingPart:
    """Somebody who takes part, as this reader may know them."""

    pk: int
    name: str
    face: object
    mine: bool
    replies: bool


def taking_part(viewer, ticket, talk, can):
    """The people who take part, for a client. A name is shown of whoever has written here; of others the address, by
    which they were added, so that nobody learns who is behind an address by adding it (T16)."""
    written = {row.message.author_id for row in talk.rows if row.kind == "said"}
    found = []
    for row in participants_of(ticket):
        person, mine = row.user, row.user_id == viewer.user.pk
        known = mine or row.user_id in written
        name = person.full_name if known else person.email if can.invite else words.masked(person.email)
        replies = row.rights == Participant.Rights.REPLY
        found.append(TakingPart(person.pk, name, person if known else name, mine, replies))
    return found


def is_chatting(rows, now):
    """Whether the reader wrote the last three messages, all within ten minutes, just now (S61, C20)."""
    last = [row for row in rows if row.kind == "said"][-CHAT:]
    return len(last) == CHAT and all(row.mine and now - row.message.created_at <= CHAT_TIME for row in last)


class Reader:
    """Who reads: turns messages and events into what this person may know of them."""

    def __init__(self, user, ticket, people, mails, *, references, split, out, given=None):
        self.user, self.ticket, self.people, self.mails = user, ticket, people, mails
        self.split, self.out = split, out
        self.given = given  # {message id: ratings.Given} of this reader, None for whoever is not asked
        self.department = ticket.shown_department
        self.references = references
        self.seen = set()  # pictures that earlier mails brought

    def said(self, message, files, *, is_new):
        author, staff = self.people[message.author_id], message.by_staff
        who = words.staff_name(author, self.department) if staff else author.full_name
        role = words.staff_role(author, self.department) if staff else ""
        mine = author.pk == self.user.pk
        if message.deleted_at:
            return Said(message, who, role, who if staff else author, mine, "", [], None, is_new)
        html = shown(message, self.references, files or ())
        listed, folded = mailed.apart(message.html, files or (), self.seen)
        rest = mailed.rest(message, html, folded)
        mails = self.mails.get(message.pk, ())
        verb, number = self.split.get(message.pk, ("", ""))
        other = number if self.ticket.client_id == self.user.pk else "-"  # the other ticket has the same client
        split = {"moved": other} if verb == Verb.SPLIT else {"came": other} if verb else {}
        face = who if staff else author
        rated = None if self.given is None or verb == Verb.SPLIT else self.rated(message, author)
        return Said(message, who, role, face, mine, html, listed, rest, is_new, mails, **split, rated=rated)

    def rated(self, message, author):
        """What this reader is asked of a message, or has said (ratings.Asked); None where there is nothing to rate."""
        return ratings.of_reply(message, author, self.given.get(message.pk), by=self.user)

    def happened(self, event):
        """The event as a Happened, or None where it tells a client nothing."""
        person = department = ""
        if event.verb == Verb.OPENED and event.actor_id == self.ticket.client_id:
            return None
        if event.verb == Verb.ASSIGNED:
            if event.data.get("to") is None:
                return None
            person = words.staff_name(self.people[event.data["to"]], self.department)
        if event.verb == Verb.MOVED:
            slug = event.data.get("to")
            department = next((str(row) for row in snapshot().departments.values() if row.slug == slug), "")
        numbers = self.numbers_of(event) if event.verb in JOINING else ""
        if event.verb in JOINING and not numbers:
            return None
        mine = event.actor_id == self.user.pk
        return Happened(event.verb, event.at, self.name(event.actor_id), mine, person, department, numbers)

    def numbers_of(self, event):
        """The tickets that were merged into this one and are in it yet, or the one it was split off."""
        if event.verb == Verb.TOOK_IN:
            return ", ".join(n for pk, n in event.data["tickets"] if pk not in self.out.get(event.sequence, ()))
        return event.data["from"][1] if event.verb == Verb.SPLIT and "from" in event.data else ""

    def name(self, pk):
        """A person's name as this reader may know it."""
        person = self.people[pk]
        outside = pk == self.ticket.client_id or not (person.is_staff or person.is_system)
        return person.full_name if outside else words.staff_name(person, self.department)

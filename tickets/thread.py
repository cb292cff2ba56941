"""A conversation as its client reads it: messages, what happened between them, and where the news begins.

The staff's thread with its notes is drawn by the desk; both show a message's text with `shown`.
"""

from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db.models import Case, F, OuterRef, Subquery, TextField, Value, When

from departments.policy import snapshot
from helpdesk_site.lib import text

from . import words
from .models import Attachment, Message, Notification, TicketEvent, Verb

PAGE = 200  # messages at once; older ones a click further
SHOWN_EVENTS = (Verb.OPENED, Verb.ASSIGNED, Verb.CLOSED, Verb.AUTO_CLOSED, Verb.REOPENED, Verb.MOVED)


@dataclass(frozen=True)
class Said:
    """One message: what it is, who wrote it as this reader may know them, and its files."""

    message: Message
    who: str
    role: str
    face: object  # a person, or the name to draw initials from
    mine: bool
    html: str
    files: list
    is_new: bool = False
    receipt: str = ""  # state of the mail that confirmed it

    is_event = is_divider = False


@dataclass(frozen=True)
class Happened:
    """One event clients see; `person` is the name of whom it is about, "" for the reader themself or nobody."""

    event: TicketEvent
    verb: str
    who: str
    mine: bool
    person: str = ""
    department: str = ""

    is_event, is_divider = True, False


@dataclass(frozen=True)
class Divider:
    """Here begins what this reader has not seen."""

    is_event, is_divider = False, True


@dataclass
class Thread:
    rows: list = field(default_factory=list)
    earlier: int = 0  # number of the first message shown, when there are older ones
    unread: bool = False  # there is something to mark as read


# --- Messages ---------------------------------------------------------------------------------------------------------


def shown(message, numbers=()):
    """The safe HTML of a message. One saved by an older renderer is rendered anew, in memory (SECURITY, mail body)."""
    html = message.html
    if message.renderer != text.RENDERER_VERSION:
        html = rendered(message)
    return text.shown(html, numbers)


def rendered(message):
    body = getattr(message, "old_body", "") or message.body
    if message.format == Message.Format.MARKDOWN:
        return text.render_markdown(body)
    return text.clean_html(message.html) if message.format == Message.Format.HTML else text.render_plain(body)


def messages_of(ticket, *, before=0):
    """The newest public messages with their authors, oldest first, up to PAGE + 1; `before` a number for older ones."""
    rows = Message.objects.filter(ticket=ticket, is_note=False).select_related("author").defer("body")
    current = When(renderer=text.RENDERER_VERSION, then=Value(""))
    rows = rows.annotate(old_body=Case(current, default=F("body"), output_field=TextField()))
    if before:
        rows = rows.filter(number__lt=before)
    return list(rows.order_by("-number")[: PAGE + 1])[::-1]


def files_of(messages):
    """{message id: its files} in one statement."""
    found = {}
    for row in Attachment.objects.filter(message__in=[message.pk for message in messages]).order_by("pk"):
        found.setdefault(row.message_id, []).append(row)
    return found


# --- For a client -----------------------------------------------------------------------------------------------------


def for_client(viewer, ticket, *, around, before=0):
    """The Thread this reader sees: public messages and the events that concern them, staff as policy shows them (C22)."""
    messages = messages_of(ticket, before=before)
    older, messages = len(messages) > PAGE, messages[-PAGE:]
    events = [] if before else events_of(ticket, viewer.user, since=messages[0].created_at if older else None)
    reader = Reader(viewer.user, ticket, events, messages)
    files = files_of(messages)
    numbers = range(1, ticket.last_number + 1)
    first_new = first_news(viewer, ticket, messages, around)
    said = [
        reader.said(message, files.get(message.pk, []), numbers, is_new=bool(first_new and message.number >= first_new))
        for message in messages
    ]
    rows = sorted([*said, *reader.happened()], key=moment)
    unread = ticket.last_number > around.read and not before
    thread = Thread(rows=rows, earlier=messages[0].number if older else 0, unread=unread)
    if first_new:
        at = next(at for at, row in enumerate(rows) if not row.is_event and row.message.number == first_new)
        rows.insert(at, Divider())
    return thread


def moment(row):
    return (row.event.at, 1) if row.is_event else (row.message.created_at, 0)


def first_news(viewer, ticket, messages, around):
    """The number of the first message of somebody else the reader has not seen; 0 for none, and on a first visit of others."""
    if not around.has_read and ticket.client_id != viewer.user.pk:
        return 0
    unseen = (row for row in messages if row.number > around.read and row.author_id != viewer.user.pk)
    first = next(unseen, None)
    return first.number if first and first.number > 1 else 0


def events_of(ticket, user, *, since=None):
    """What clients may know of the history, what was undone, and whether this reader got a receipt; one statement."""
    verbs = [*SHOWN_EVENTS, Verb.UNDONE]
    receipts = Notification.objects.filter(event=OuterRef("pk"), user=user, reason=Notification.Reason.RECEIPT)
    events = TicketEvent.objects.filter(ticket=ticket, verb__in=verbs).select_related("actor")
    events = events.annotate(receipt=Subquery(receipts.values("mail__state")[:1]))
    if since:
        events = events.filter(at__gte=since)
    return list(events.order_by("sequence")[:1000])


class Reader:
    """Who reads: turns messages and events into what this person may know of them."""

    def __init__(self, user, ticket, events, messages):
        self.user, self.ticket, self.events = user, ticket, events
        self.department = ticket.shown_department
        people = [ticket.client, ticket.assignee, *(event.actor for event in events), *(row.author for row in messages)]
        self.known = {person.pk: person for person in people if person}
        self.receipts = {event.message_id: event.receipt for event in events if event.receipt}

    def said(self, message, files, numbers, *, is_new):
        author, mine = message.author, message.author_id == self.user.pk
        who = self.staff(author) if message.by_staff else author.full_name
        return Said(
            message=message,
            who=who,
            role=words.staff_role(author, self.department) if message.by_staff else "",
            face=who if message.by_staff else author,
            mine=mine,
            html=shown(message, numbers),
            files=files,
            is_new=is_new,
            receipt=self.receipts.get(message.pk, ""),
        )

    def happened(self):
        """The events shown, without those that were taken back."""
        undone = {event.data.get("of") for event in self.events if event.verb == Verb.UNDONE}
        rows = [event for event in self.events if event.verb in SHOWN_EVENTS and event.sequence not in undone]
        self.meet(rows)
        return [row for row in map(self.one, rows) if row]

    def meet(self, events):
        """Read the people events speak of who are not known yet: nobody, as a rule."""
        ids = {event.data.get("to") for event in events if event.verb == Verb.ASSIGNED} - {None} - set(self.known)
        if ids:
            self.known |= get_user_model().objects.in_bulk(ids)

    def one(self, event):
        person = department = ""
        if event.verb == Verb.OPENED and event.actor_id == self.ticket.client_id:
            return None
        if event.verb == Verb.ASSIGNED:
            assignee = self.known.get(event.data.get("to"))
            if assignee is None:
                return None
            person = self.staff(assignee)
        if event.verb == Verb.MOVED:
            slug = event.data.get("to")
            department = next((str(row) for row in snapshot().departments.values() if row.slug == slug), "")
        mine = event.actor_id == self.user.pk
        return Happened(event, event.verb, self.name(event.actor), mine, person=person, department=department)

    def name(self, person):
        """A person's name as this reader may know it."""
        outside = person.pk == self.ticket.client_id or not (person.is_staff or person.is_system)
        return person.full_name if outside else self.staff(person)

    def staff(self, person):
        return words.staff_name(person, self.department)

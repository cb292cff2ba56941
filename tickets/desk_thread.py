"""A ticket's thread as staff read it: messages, notes and events in one line (S145, S161), with its files, the fate of
its mails and the replies that still wait."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, Case, CharField, F, Q, TextField, Value, When
from django.utils import timezone

from helpdesk_site.lib import text
from mail.models import OutgoingMail

from . import drafts, telling, thread
from .models import Attachment, Draft, Flag, Message, Notification, PendingReply, Presence, Verb
from .queries import STALE

LOG = 50  # lines of the log beside the thread; the whole log has its own page
PAGE = 200  # messages at once; older ones a click further
RUN = 2  # longer runs of events are folded
QUIET = {Verb.OPENED, Verb.REPLIED, Verb.NOTED, Verb.EDITED, Verb.UNDONE}  # told by the messages, or in the log alone


@dataclass(frozen=True)
class Said:
    """A message or note, its author, its files and what became of its mails."""

    message: Message
    author: object
    html: str
    files: list
    mails: list

    is_message = True


@dataclass(frozen=True)
class Happened:
    """Events in a row; more than RUN are shown folded."""

    told: list

    is_message = False

    @property
    def folded(self):
        return len(self.told) > RUN


@dataclass(frozen=True)
class Waiting:
    """A reply that is not sent yet: its author may take it back (DESIGN, "Undo send")."""

    pk: int
    author: object
    html: str
    due_at: object
    files: list
    status_id: int | None

    @property
    def seconds(self):
        return max(0, round((self.due_at - timezone.now()).total_seconds()))


@dataclass
class Thread:
    """All of it. `log` is the latest LOG events of any kind, newest first."""

    rows: list = field(default_factory=list)
    waiting: list = field(default_factory=list)
    log: list = field(default_factory=list)
    longer_log: bool = False
    flagged: list = field(default_factory=list)  # people
    present: list = field(default_factory=list)  # (person, whether they write)
    drafts: dict = field(default_factory=dict)  # by kind
    draft_files: dict = field(default_factory=dict)  # by kind
    earlier: int = 0  # id of the first message shown, when there are older ones


# --- Reading: each function one statement -----------------------------------------------------------------------------


def messages_of(ticket, before=0):
    """The newest messages and notes, oldest first, up to PAGE + 1; `before` is a message's id for older ones."""
    rows = Message.objects.filter(ticket=ticket).defer("body", "salt")
    rows = rows.annotate(
        old_body=Case(When(renderer=text.RENDERER_VERSION, then=Value("", TextField())), default=F("body"))
    )
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-created_at", "-id")[: PAGE + 1])[::-1]


def files_of(messages, pending, typed):
    """The files of these messages, of replies that wait, and of drafts: three dicts of lists by id."""
    of = Q(message__in=[row.pk for row in messages])
    if pending:
        of |= Q(pending__in=[row[0] for row in pending])
    if typed:
        of |= Q(draft__in=[row.pk for row in typed.values()], message=None, pending=None)
    found = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in Attachment.objects.filter(of).order_by("pk"):
        by_message, by_pending, by_draft = found
        if row.message_id:
            by_message[row.message_id].append(row)
        elif row.pending_id:
            by_pending[row.pending_id].append(row)
        else:
            by_draft[row.draft_id].append(row)
    return found


REASONS = Notification.Reason
MAILED = [REASONS.RECEIPT, REASONS.CLIENT, REASONS.PARTICIPANT, REASONS.ORGANISATION]
MAIL_COLUMNS = [
    "pk",
    "state",
    "to_address",
    "sent_at",
    "retry_at",
    "due_at",
    "claimed_at",
    "created_at",
    "trouble",
    "answer",
]


def mails_of(ticket):
    """{message id: the mails that carried it to the client's side}, as unsaved OutgoingMail rows with their state."""
    rows = Notification.objects.filter(event__ticket=ticket, reason__in=MAILED, mail__isnull=False).order_by("pk")
    found = defaultdict(list)
    for message_id, *values in rows.values_list("event__message_id", *(f"mail__{name}" for name in MAIL_COLUMNS)):
        found[message_id].append(OutgoingMail(**dict(zip(MAIL_COLUMNS, values, strict=True))))
    return found


def around(ticket, user):
    """(ids flagged for, {id: writes} of who else is here, replies that wait), in one statement.

    Empty columns hold a value, not NULL: PostgreSQL takes two NULLs of a union for text.
    """

    word, text_, status = Value("", CharField()), Value("", TextField()), Value(0, BigIntegerField())
    flags = Flag.objects.filter(ticket=ticket)
    flags = flags.values_list(Value("flag", CharField()), "pk", "user_id", word, text_, status, "at")
    here = Presence.objects.filter(ticket=ticket, at__gte=timezone.now() - STALE).exclude(user=user)
    here = here.values_list(Value("here", CharField()), "pk", "user_id", "mode", text_, status, "at")
    pending = PendingReply.objects.filter(ticket=ticket).order_by()
    pending = pending.values_list(Value("reply", CharField()), "pk", "author_id", word, "html", "status_id", "due_at")
    found = defaultdict(list)
    for kind, *values in flags.union(here, pending, all=True):
        found[kind].append(values)
    return found


def drafts_of(ticket, writers):
    """{kind: what the viewer is typing here}. `writers` are the names their drafts are kept under."""
    places = [drafts.place_of(kind, ticket) for kind in (Draft.Kind.REPLY, Draft.Kind.NOTE)]
    rows = Draft.objects.filter(owner__in=writers, place__in=places).order_by("updated_at", "pk")
    return {row.kind: row for row in rows}


# --- Putting together -------------------------------------------------------------------------------------------------


def build(viewer, ticket, *, writers=(), before=0):
    """The Thread of a ticket for somebody who works on it."""
    messages = messages_of(ticket, before)
    older, messages = len(messages) > PAGE, messages[-PAGE:]
    found, typed = around(ticket, viewer.user), drafts_of(ticket, writers)
    files, pending_files, draft_files = files_of(messages, found["reply"], typed)
    events = list(telling.events_of(ticket))
    mentioned = [row.author_id for row in messages] + [row[1] for rows in found.values() for row in rows]
    names = telling.names_for(events, known=[ticket.client, ticket.assignee, viewer.user], more=mentioned)
    people, mails, numbers = names.people, mails_of(ticket), range(1, ticket.last_number + 1)
    said = [
        Said(row, people[row.author_id], thread.shown(row, numbers), files[row.pk], mails[row.pk]) for row in messages
    ]
    shown = within(shown_events(events), messages if older else [], messages if before else [])
    rows = in_line(said, [telling.tell(event, names) for event in shown])
    return Thread(
        rows=rows[::-1] if viewer.user.newest_first else rows,
        waiting=[
            Waiting(pk, people[author], text.shown(html), due_at, pending_files[pk], status)
            for pk, author, _word, html, status, due_at in found["reply"]
        ],
        log=[telling.tell(event, names) for event in events[: -LOG - 1 : -1]],
        longer_log=len(events) > LOG,
        flagged=[people[row[1]] for row in found["flag"]],
        present=[(people[row[1]], row[2] == Presence.Mode.WRITING) for row in found["here"]],
        drafts=typed,
        draft_files={kind: draft_files[row.pk] for kind, row in typed.items()},
        earlier=messages[0].pk if older else 0,
    )


def shown_events(events):
    """The events worth a line between the messages: not what a message says itself, nor what was taken back, nor the
    status that a reply brings along."""
    undone = {event.data.get("of") for event in events if event.verb == Verb.UNDONE}
    replies = {event.click for event in events if event.verb in (Verb.REPLIED, Verb.OPENED)}
    return [
        event
        for event in events
        if event.verb not in QUIET
        and event.sequence not in undone
        and not (event.verb == Verb.STATUS and event.click in replies)
    ]


def flagged_and_present(viewer, ticket):
    """(people it is flagged for, others who are here), for the head of the page alone."""
    found = around(ticket, viewer.user)
    people = telling.names_for([], more=[row[1] for rows in found.values() for row in rows]).people
    return (
        [people[row[1]] for row in found["flag"]],
        [(people[row[1]], row[2] == Presence.Mode.WRITING) for row in found["here"]],
    )


def told_now(viewer, ticket, events):
    """The lines that these events add to the thread, read again with all they speak of."""
    if not events:
        return []
    rows = list(telling.events_of(ticket).filter(pk__in=[event.pk for event in events]))
    names = telling.names_for(rows, known=[ticket.client, ticket.assignee, viewer.user])
    return [telling.tell(event, names) for event in shown_events(rows)]


def within(events, after, until):
    """Those from the first message of `after` to the last of `until`; an empty list is no bound."""
    first = after[0].created_at if after else None
    last = until[-1].created_at if until else None
    return [event for event in events if (not first or event.at >= first) and (not last or event.at <= last)]


def in_line(said, told):
    """Messages and events in order of time, neighbouring events in one row."""
    rows = []
    for row in sorted([*said, *told], key=moment):
        if isinstance(row, Said):
            rows.append(row)
        elif rows and isinstance(rows[-1], Happened):
            rows[-1].told.append(row)
        else:
            rows.append(Happened([row]))
    return rows


def moment(row):
    return (row.message.created_at, 0) if isinstance(row, Said) else (row.event.at, 1)

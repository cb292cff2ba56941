"""A ticket's thread as staff read it: messages, notes and events in one line (S145, S161), with its files, the fate of
its mails and the replies that still wait."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.utils import timezone

from helpdesk_site.lib import text
from helpdesk_site.lib.prepared import Prepared, PreparedRows
from mail.models import OutgoingMail

from .. import merged
from ..models import Attachment, Message, Notification, Verb
from ..ratings import Average
from ..times import Times
from . import links, mailed, pointing, split_off, telling, thread
from .around import Earlier, around
from .marks import Marks
from .references import References

LOG = 30  # lines of the log beside the thread; the whole log has its own page
PAGE = 200  # messages at once; older ones a click further
RUN = 2  # longer runs of events are folded
# Told by the messages, or in the log alone
QUIET = {
    Verb.OPENED, Verb.REPLIED, Verb.NOTED, Verb.MAIL_KEPT, Verb.EDITED, Verb.UNDONE, Verb.MERGED, Verb.DELETED,
    Verb.UNDELETED, Verb.TAGGED, Verb.CHECKED, Verb.SCHEDULED, Verb.TIMED,
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A message or note, its author, its files and what became of its mails."""

    message: Message
    author: object
    html: str
    files: list
    mails: list
    rest: object  # mailed.Rest, or None
    editor: object = None  # who changed it last
    deleter: object = None
    ratings: list = ()  # ratings.Rated, with its people

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
    kind: str = ""  # "later": set for that time by its author; "note"

    @property
    def is_later(self):
        return self.kind == "later"

    @property
    def is_note(self):
        return self.kind == "note"

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
    times: Times = field(default_factory=Times)
    marks: Marks = field(default_factory=Marks)
    present: list = field(default_factory=list)  # (person, whether they write)
    taking_part: list = field(default_factory=list)  # (person, whether they may reply)
    contacts: list = field(default_factory=list)  # people of the client's organisation who may get a reply's mail
    typed: dict = field(default_factory=dict)  # kind: fields of the viewer's draft
    typed_files: dict = field(default_factory=dict)  # kind: its files
    earlier: int = 0  # id of the first message shown, when there are older ones
    unproven: bool = False  # opened by somebody who only typed the client's address
    undelivered: object = None  # the latest mail to the client that reached nobody
    links: list = field(default_factory=list)  # links.Group
    split: tuple | None = None  # (click, number) by which it was split off, where that can be taken back
    services: list = field(default_factory=list)  # around.Ordered: of the client and the organisation
    counted: Earlier = Earlier()  # other tickets of the client
    average: Average = Average()  # of the client's latest ratings
    rated: list = field(default_factory=list)  # ratings.Rated of how this ticket was solved
    may_belong: str = ""  # number of a ticket that its mail named, and its sender may not see


# --- Reading: each function one statement -----------------------------------------------------------------------------


LATEST = PreparedRows(lambda ticket: newest(ticket))
EARLIER = PreparedRows(lambda ticket, before: newest(ticket, pk__lt=before), slots=(int, int))


def newest(ticket, **more):
    return Message.objects.filter(ticket=ticket, **more).order_by("-created_at", "-id")[: PAGE + 1]


def messages_of(ticket, before=0):
    """The newest messages and notes, oldest first, up to PAGE + 1; `before` is a message's id for older ones."""
    if ticket.has_merged:
        return merged.messages_of(ticket, before, PAGE + 1)
    rows = EARLIER.models(ticket.pk, before) if before else LATEST.models(ticket.pk)
    return rows[::-1]


FILES = PreparedRows(lambda ticket: Attachment.objects.filter(message__ticket=ticket).order_by("pk"))


def files_of(ticket, found):
    """The files of its messages, of replies that wait, and of drafts: three dicts of lists by id."""
    by_message, by_waiting, by_draft = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in all_files(ticket, found):
        if row.message_id:
            by_message[row.message_id].append(row)
        elif row.pending_id:
            by_waiting[row.pending_id].append(row)
        else:
            by_draft[row.draft_id].append(row)
    return by_message, by_waiting, by_draft


def all_files(ticket, found):
    if not (found.waiting or found.typed or ticket.has_merged):
        return FILES.models(ticket.pk)
    of = Q(message__in=Message.objects.filter(ticket__in=merged.ids(ticket)).values("pk"))
    of |= Q(pending__in=[row[0] for row in found.waiting])
    of |= Q(draft__in=[pk for pk, _fields in found.typed.values()], message=None, pending=None)
    return Attachment.objects.filter(of).order_by("pk")


REASONS = Notification.Reason
MAILED = [REASONS.RECEIPT, REASONS.CLIENT, REASONS.PARTICIPANT, REASONS.CONTACT, REASONS.ORGANISATION]
SHOWN = {"id", "to_address", "state", "due_at", "retry_at", "claimed_at", "sent_at", "trouble", "answer", "created_at"}
MAIL = [column.attname for column in OutgoingMail._meta.concrete_fields if column.attname in SHOWN]  # in their order


def mailed_of(**which):
    told = Notification.objects.filter(**which, reason__in=MAILED, mail__isnull=False).order_by("pk")
    return told.values("event__message_id", *(f"mail__{name}" for name in MAIL))


MAILS = Prepared(lambda ticket: mailed_of(event__ticket=ticket))


def mails_of(ticket):
    """{message id: the mails that carried it to the client's side}, as OutgoingMail rows that hold their state only."""
    found = defaultdict(list)
    together = ticket.has_merged and mailed_of(event__ticket__in=merged.ids(ticket))
    rows = (row.values() for row in together) if together else MAILS.rows(ticket.pk)
    for message_id, *values in rows:
        found[message_id].append(OutgoingMail.from_db(DEFAULT_DB_ALIAS, MAIL, values))
    return found


# --- Putting together -------------------------------------------------------------------------------------------------


def build(viewer, ticket, *, writers=(), before=0):
    """The Thread of a ticket for somebody who works on it."""
    messages = messages_of(ticket, before)
    older, messages = len(messages) > PAGE, messages[-PAGE:]
    found = around(ticket, viewer.user, writers=writers)
    files, waiting_files, typed_files = files_of(ticket, found)
    events, mails = telling.events_of(ticket), mails_of(ticket)
    joined = [person for person, _replies in found.taking_part]
    known, authors = [ticket.client, ticket.assignee, viewer.user, *joined], {row.author_id for row in messages}
    authors |= {row.deleted_by_id for row in messages}
    names = telling.names_for(events, known=known, more=found.people | authors, homes=merged.family(ticket))
    people, references, seen = names.people, References(ticket, messages), set()
    first = next((event for event in events if event.ticket_id == ticket.pk), None)
    moved = split_off.marks(events)
    for row in messages:
        row.split = moved.get(row.pk)
    editors = editors_of(events)
    rated = {pk: [row._replace(by=people[row.by]) for row in rows] for pk, rows in found.ratings.items()}
    said = [
        said_by(people, row, files[row.pk], mails[row.pk], references, seen, editors.get(key_of(row)), rated)
        for row in messages
    ]
    shown = within(shown_events(events), messages if older else [], messages if before else [])
    latest = events[: -LOG - 1 : -1]
    told = {pk: telling.tell(event, names) for pk, event in {row.id: row for row in [*shown, *latest]}.items()}
    rows = in_line(said, [told[event.id] for event in shown])
    return Thread(
        rows=rows[::-1] if viewer.user.newest_first else rows,
        waiting=held(found, people, waiting_files),
        log=[told[event.id] for event in latest],
        longer_log=len(events) > LOG,
        flagged=[people[pk] for pk in found.flagged],
        marks=pointing.linked(found.marks.named(people), viewer, ticket, references),
        times=found.times.named(people),
        links=links.groups(found.links, viewer),
        split=split_off.to_take_back(events, ticket, viewer.user),
        services=found.services,
        counted=found.earlier,
        average=found.average,
        rated=rated.get(0, []),
        present=[(people[pk], writes) for pk, writes in found.present],
        taking_part=found.taking_part,
        contacts=[person for person in found.contacts if person.pk != ticket.client_id],
        typed={kind: fields for kind, (_pk, fields) in found.typed.items()},
        typed_files={kind: typed_files[pk] for kind, (pk, _fields) in found.typed.items()},
        earlier=messages[0].pk if older else 0,
        undelivered=undelivered(ticket, mails),
        unproven=first is not None and telling.is_unproven(first),
        may_belong=first.data.get("may_belong", "") if first else "",
    )


def held(found, people, files):
    """The replies that wait, each a Waiting with its files."""
    return [
        Waiting(pk, people[author], text.shown(html), due_at, files[pk], kind)
        for pk, author, html, due_at, kind in found.waiting
    ]


def editors_of(events):
    """{key of a message: who changed it last}."""
    return {(row.ticket_id, row.is_note, row.number): row.actor_id for row in events if row.verb == Verb.EDITED}


def key_of(message):
    return message.ticket_id, message.is_note, message.number


def said_by(people, message, files, mails, references, seen, editor, rated):
    """The Said of a message; `seen` are pictures that earlier mails brought (mailed.apart), `editor` is the id of who
    changed it last, `rated` are the ratings of all messages."""
    html = thread.shown(message, references, files)
    listed, folded = mailed.apart(message.html, files, seen)
    rest, author, ratings = mailed.rest(message, html, folded), people[message.author_id], rated.get(message.pk, ())
    deleter = people.get(message.deleted_by_id)
    return Said(message, author, html, listed, mails, rest, people.get(editor), deleter, ratings)


def undelivered(ticket, mails):
    """The latest of these mails to the client, if it failed."""
    to_client = [mail for group in mails.values() for mail in group if mail.to_address == ticket.client.email]
    last = max(to_client, key=lambda mail: mail.pk, default=None)
    return last if last and last.state == OutgoingMail.State.FAILED else None


def shown_events(events):
    """The events worth a line between the messages: not what a message says itself, nor what was taken back, nor the
    status that a reply brings along, nor how a message was rated, which stands at it."""
    undone = {(event.ticket_id, event.data.get("of")) for event in events if event.verb == Verb.UNDONE}
    replies = {event.click for event in events if event.verb in (Verb.REPLIED, Verb.OPENED)}
    return [
        event
        for event in events
        if event.verb not in QUIET
        and (event.ticket_id, event.sequence) not in undone
        and not (event.verb == Verb.STATUS and event.click in replies)
        and not (event.verb == Verb.RATED and event.number is not None)
    ]


def for_head(viewer, ticket):
    """(people it is flagged for, others who are here, its Marks), for the head of the page alone."""
    found = around(ticket, viewer.user)
    people = telling.names_for([], more=found.people).people
    present = [(people[pk], writes) for pk, writes in found.present]
    marks = pointing.linked(found.marks.named(people), viewer, ticket)
    return [people[pk] for pk in found.flagged], present, marks


def told_now(viewer, ticket, events):
    """The lines that these events add to the thread, read again with all they speak of."""
    new = {event.pk for event in events}
    rows = [event for event in telling.events_of(ticket) if event.id in new] if new else []
    homes = merged.family(ticket)
    names = telling.names_for(rows, known=[ticket.client, ticket.assignee, viewer.user], homes=homes)
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

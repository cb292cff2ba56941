"""Is the history whole? Each ticket's chain of events, what they say of texts and files, and the daily anchors (T20).

A chain breaks when an event is changed, taken out, put in or moved; a text no longer fits when it is changed behind the
actions' back; an anchor no longer fits when a chain was written anew from its end, or a whole ticket is gone. What was
erased on purpose is no break: an EventContent row, whose event keeps only its fingerprint; words taken out of a
message, of which a later event tells with the fingerprint of what is left; all texts of a ticket deleted for good.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from audit import chain
from engine.leases import lease

from ..models import Anchor, Attachment, EventContent, Message, Ticket, TicketEvent, Verb

CHUNK = 500  # tickets read at once
SETTLED = timedelta(hours=1)  # after midnight: an event gets its time before its transaction ends
DAY = timedelta(days=1)
TICKET = ("pk", "number", "event_count", "head")
AUTHORED = {Verb.OPENED, Verb.REPLIED, Verb.NOTED}  # the author of the message is the actor of the event


@dataclass(frozen=True)
class Bad:
    """The first thing that is wrong: with an event of a ticket, or with the anchor of a day."""

    place: str
    what: str

    def __str__(self):
        return f"{self.place}: {self.what}"


def verify(numbers=None):
    """The first Bad thing in the history of these tickets, or of all and of the anchors; None when all is whole."""
    for tickets in chunks_of_tickets(numbers):
        bad = first_bad(tickets) and first_bad_at_rest(tickets)
        if bad:
            return bad
    return first_bad_anchor() if numbers is None else missing_of(numbers)


def first_bad_at_rest(tickets):
    """As first_bad, with each ticket's row locked while it is read: an event written between two reads is no break."""
    return next(filter(None, (bad_at_rest(row[0]) for row in tickets)), None)


@transaction.atomic
def bad_at_rest(pk):
    rows = Ticket.objects.select_for_update(no_key=True).filter(pk=pk)
    return first_bad(list(rows.values_list(*TICKET)))


def missing_of(numbers):
    known = set(Ticket.objects.filter(number__in=numbers).values_list("number", flat=True))
    return next((Bad(number, "there is no such ticket") for number in numbers if number not in known), None)


def chunks_of_tickets(numbers):
    """(id, number, event_count, head) of the tickets, CHUNK at a time, by id."""
    rows = Ticket.objects.order_by("pk")
    if numbers is not None:
        rows = rows.filter(number__in=numbers)
    last = 0
    while True:
        chunk = list(rows.filter(pk__gt=last).values_list(*TICKET)[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1][0]


# --- Chains -----------------------------------------------------------------------------------------------------------


EVENT = (
    "pk", "ticket_id", "sequence", "verb", "actor_id", "message_id", "data", "click", "at", "previous_hash", "hash",
    "key_id",
)  # fmt: skip


def first_bad(tickets):
    """The first Bad thing among these tickets, which are read together: five statements for all."""
    ids = [row[0] for row in tickets]
    events = TicketEvent.objects.filter(ticket__in=ids).order_by("ticket_id", "sequence").values(*EVENT)
    by_ticket = {pk: list(rows) for pk, rows in groupby(events, key=itemgetter("ticket_id"))}
    texts, messages = Texts(ids), Messages(ids)
    for pk, number, count, head in tickets:
        own = by_ticket.get(pk, [])
        bad = bad_in_chain(number, own, count=count, head=head)
        bad = bad or texts.bad(number, own) or messages.bad(number, pk, own)
        if bad:
            return bad
    return None


def bad_in_chain(number, events, *, count, head):
    """Gaps, broken links and wrong hashes in the events of one ticket, in order."""
    previous = ""
    for expected, event in enumerate(events, 1):
        place = f"{number} event {event['sequence']}"
        if event["sequence"] != expected:
            return Bad(place, f"event {expected} is missing")
        if event["previous_hash"] != previous:
            return Bad(place, "it does not follow the event before it")
        key = chain.key_named(event["key_id"])
        if key is None:
            return Bad(place, f"its key {event['key_id']!r} is not in HISTORY_KEYS")
        if event["hash"] != chain.seal(content_of(event), previous_hash=previous, key=key):
            return Bad(place, "its content was changed")
        previous = event["hash"]
    if len(events) != count:
        return Bad(f"{number} event {len(events) + 1}", f"the ticket counts {count} events and has {len(events)}")
    if previous != head:
        return Bad(f"{number} event {len(events)}", "the ticket's head is not its last event")
    return None


def content_of(event):
    """As events.content_of, of a row read as values."""
    return {
        "ticket": event["ticket_id"],
        "sequence": event["sequence"],
        "verb": event["verb"],
        "actor": event["actor_id"],
        "message": event["message_id"],
        "data": event["data"],
        "click": str(event["click"]),
        "at": event["at"].astimezone(UTC).isoformat(),
    }


# --- What events say of texts and files -------------------------------------------------------------------------------


class Texts:
    """The erasable texts of some tickets' events: those that are there must be what their event saw."""

    def __init__(self, ticket_ids):
        rows = EventContent.objects.filter(event__ticket__in=ticket_ids).values_list("event_id", "name", "text", "salt")
        self.of_event = defaultdict(list)
        for event_id, name, text, salt in rows:
            self.of_event[event_id].append((name, text, salt))

    def bad(self, number, events):
        for event in events:
            for name, text, salt in self.of_event.get(event["pk"], ()):
                if (event["data"].get("texts") or {}).get(name) != chain.fingerprint(text, salt):
                    return Bad(f"{number} event {event['sequence']}", f"its text {name!r} was changed")
        return None


class Messages:
    """The messages and files of some tickets: each as the last event that names it saw it."""

    def __init__(self, ticket_ids):
        self.rows = defaultdict(list)
        fields = ("ticket_id", "pk", "author_id", "is_note", "body", "salt")
        for ticket_id, *rest in Message.objects.filter(ticket__in=ticket_ids).order_by("pk").values_list(*fields):
            self.rows[ticket_id].append(rest)
        files = Attachment.objects.filter(message__ticket__in=ticket_ids).values_list("message_id", "pk", "sha256")
        self.files = {(message, pk): digest for message, pk, digest in files}

    def bad(self, number, ticket_id, events):
        written, seen = {}, {}
        emptied = any(event["verb"] == Verb.EMPTIED for event in events)
        for event in events:
            if event["verb"] in AUTHORED:
                written[event["message_id"]] = event
            if "body" in event["data"]:
                seen[event["message_id"]] = event
            for copy in event["data"].get("copies", ()):  # split off another ticket: others wrote them (S158)
                written[copy["message"]] = seen[copy["message"]] = {
                    "sequence": event["sequence"], "actor_id": copy["author"], "data": copy,
                    "verb": Verb.NOTED if copy["is_note"] else Verb.REPLIED,
                }  # fmt: skip
        for pk, author, is_note, body, salt in self.rows.get(ticket_id, ()):
            if pk not in written:
                return Bad(f"{number} message {pk}", "no event tells who wrote it")
            place = f"{number} event {written[pk]['sequence']}"
            if author != written[pk]["actor_id"] or is_note != (written[pk]["verb"] == Verb.NOTED):
                return Bad(place, "its message was given another author or kind")
            erased = not body and not salt and emptied
            if not erased and chain.fingerprint(body, salt) != seen[pk]["data"]["body"]:
                return Bad(f"{number} event {seen[pk]['sequence']}", "the text of its message was changed")
            bad = self.bad_file(pk, written[pk], place)
            if bad:
                return bad
        gone = written.keys() - {row[0] for row in self.rows.get(ticket_id, ())}
        if gone:
            return Bad(f"{number} event {written[min(gone)]['sequence']}", "its message is gone")
        return None

    def bad_file(self, message, event, place):
        for pk, digest in event["data"].get("files", ()):
            if self.files.get((message, pk), digest) != digest:
                return Bad(place, f"its file {pk} was changed")
        return None


# --- Anchors: one a day, over the heads of the tickets that changed ---------------------------------------------------


def anchor_days(now=None):
    """Anchor every day that is over and not anchored yet, from the first event on. Returns how many were made.

    Safe to run twice or twice at once; what was missed is caught up.
    """
    last_day = ((now or timezone.now()).astimezone(UTC) - SETTLED).date() - DAY
    made = 0
    with lease("anchor-history") as mine:
        day = next_day() if mine else None
        while day and day <= last_day and mine:
            made += anchor(day)
            day += DAY
            mine.renew()
    return made


def next_day():
    """The day after the last anchor, else the day of the first event; None in an empty portal."""
    last = Anchor.objects.aggregate(day=Max("day"))["day"]
    if last:
        return last + DAY
    first = TicketEvent.objects.aggregate(at=Min("at"))["at"]
    return first.astimezone(UTC).date() if first else None


@transaction.atomic
def anchor(day):
    """Write the anchor of one day unless it is there. Returns whether it was written."""
    before = Anchor.objects.filter(day=day - DAY).values_list("hash", flat=True).first() or ""
    events, digest = heads_of(day)
    key = chain.current_key()
    row = {
        "events": events,
        "previous_hash": before,
        "hash": chain.seal(anchor_content(day, events, digest), previous_hash=before, key=key),
        "key_id": chain.key_id(key),
    }
    _row, made = Anchor.objects.get_or_create(day=day, defaults=row)
    return made


def anchor_content(day, events, digest):
    return {"day": day.isoformat(), "events": events, "heads": digest}


def heads_of(day):
    """(number of events, SHA-256 over "ticket:head" lines) of a day in UTC; a head is that of the day's last event."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    rows = TicketEvent.objects.filter(at__gte=start, at__lt=start + DAY).order_by("ticket_id", "sequence")
    count, digest = 0, sha256()
    for ticket_id, events in groupby(rows.values_list("ticket_id", "hash").iterator(), key=itemgetter(0)):
        heads = [head for _ticket, head in events]
        count += len(heads)
        digest.update(f"{ticket_id}:{heads[-1]}\n".encode())
    return count, digest.hexdigest()


def first_bad_anchor():
    """The first anchor that does not fit its day or the anchor before it; None when all do."""
    expected, previous = None, ""
    for row in Anchor.objects.order_by("day").iterator():
        place = f"anchor of {row.day.isoformat()}"
        if expected is None:
            first = TicketEvent.objects.aggregate(at=Min("at"))["at"]
            expected = first.astimezone(UTC).date() if first else row.day
        if row.day != expected:
            return Bad(f"anchor of {expected.isoformat()}", "it is missing")
        key = chain.key_named(row.key_id)
        if key is None:
            return Bad(place, f"its key {row.key_id!r} is not in HISTORY_KEYS")
        if row.previous_hash != previous:
            return Bad(place, "it does not follow the anchor before it")
        events, digest = heads_of(row.day)
        if row.events != events:
            return Bad(place, f"the day had {row.events} events and has {events}")
        if row.hash != chain.seal(anchor_content(row.day, events, digest), previous_hash=previous, key=key):
            return Bad(place, "the events of its day were changed")
        expected, previous = row.day + DAY, row.hash
    return None

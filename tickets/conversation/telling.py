"""History in words: one event as a sentence in the reader's language (S167). The rows hold codes only; names are
looked up in bulk, so that a log of any length costs the same few statements."""

from collections import namedtuple
from dataclasses import dataclass, field
from functools import lru_cache

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from departments.models import Rule
from departments.policy import snapshot
from helpdesk_site.lib.prepared import Prepared
from helpdesk_site.lib.spans import clock_of
from mail.models import OutgoingMail

from .. import colleagues, merged
from ..models import EventContent, Participant, Snooze, Talk, TicketEvent, TicketLink, Verb

LOOKS = {  # verb: icon, tone
    Verb.OPENED: ("messages", "blue"),
    Verb.REPLIED: ("arrow-back-up", ""),
    Verb.NOTED: ("lock", "amber"),
    Verb.EDITED: ("pencil", ""),
    Verb.STATUS: ("refresh", ""),
    Verb.SETTLED: ("clock", ""),
    Verb.CLOSED: ("check", "green"),
    Verb.AUTO_CLOSED: ("check", "green"),
    Verb.REMINDED: ("bell", ""),
    Verb.REOPENED: ("arrow-back-up", "blue"),
    Verb.ASSIGNED: ("user-plus", ""),
    Verb.PRIORITY: ("alert-circle", ""),
    Verb.TYPE: ("tag", ""),
    Verb.SUBJECT: ("pencil", ""),
    Verb.MOVED: ("arrow-right", ""),
    Verb.FLAGGED: ("flag", "red"),
    Verb.UNFLAGGED: ("flag", ""),
    Verb.ESCALATED: ("stairs-up", "violet"),
    Verb.ALERTED: ("bell", "violet"),
    Verb.UNDONE: ("history", ""),
    Verb.MAIL_KEPT: ("mail", ""),
    Verb.MAIL_TAKEN: ("mail", "green"),
    Verb.CONFIRMED: ("check", "green"),
    Verb.DISOWNED: ("ban", "red"),
    Verb.JOINED: ("user-plus", ""),
    Verb.PARTED: ("user", ""),
    Verb.READDRESSED: ("mail", ""),
    Verb.MAIL_FAILED: ("alert-circle", "red"),
    Verb.TRASHED: ("trash", "red"),
    Verb.RESTORED: ("arrow-back-up", "blue"),
    Verb.EMPTIED: ("trash", "red"),
    Verb.DELETED: ("trash", ""),
    Verb.UNDELETED: ("arrow-back-up", ""),
    Verb.REDACTED: ("eye-off", "red"),
    Verb.TAGGED: ("tag", ""),
    Verb.CHECKED: ("list-details", ""),
    Verb.SNOOZED: ("zzz", ""),
    Verb.WOKEN: ("clock", ""),
    Verb.SPAM: ("ban", "red"),
    Verb.NOT_SPAM: ("circle-check", "green"),
    Verb.MERGED: ("arrow-merge", ""),
    Verb.TOOK_IN: ("arrow-merge", "violet"),
    Verb.UNMERGED: ("arrow-merge", ""),
    Verb.SPLIT: ("arrows-split-2", "violet"),
    Verb.UNSPLIT: ("arrows-split-2", ""),
    Verb.LINKED: ("link", ""),
    Verb.UNLINKED: ("link", ""),
    Verb.CLIENT: ("user", "amber"),
    Verb.TEAMED: ("users", ""),
    Verb.TALKED: ("phone", ""),
    Verb.SCHEDULED: ("clock", ""),
    Verb.UNSCHEDULED: ("clock", "amber"),
    Verb.TIMED: ("hourglass", ""),
}


@dataclass(frozen=True)
class Told:
    """One event (a row of `events_of`), told: `words` is safe HTML."""

    event: object
    icon: str
    tone: str
    words: str


@dataclass
class Names:
    """The people, rules and texts that events speak of, by id; `verbs` are what happened, by ticket and sequence.

    `homes` are the numbers of tickets merged into the one whose thread it is, by id: what happened there says so.
    `page` is the address where the messages stand, "" for the page the words are shown on.
    """

    people: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)
    verbs: dict = field(default_factory=dict)
    homes: dict = field(default_factory=dict)
    page: str = ""


# --- Reading ----------------------------------------------------------------------------------------------------------


EVENT = [
    "id", "ticket_id", "sequence", "verb", "actor_id", "data", "click", "at", "message__number", "message__is_note",
]  # fmt: skip
Event = namedtuple("Event", EVENT[:-2] + ["number", "is_note"])
EVENTS = Prepared(lambda ticket: TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values(*EVENT))


def events_of(ticket):
    """A ticket's events in order, as plain rows with the numbers of their messages: a long history has hundreds. With
    those of the tickets merged into it."""
    if ticket.has_merged:
        rows = TicketEvent.objects.filter(ticket__in=merged.ids(ticket)).order_by("at", "ticket_id", "sequence")
        return list(map(Event._make, rows.values_list(*EVENT)))
    return list(map(Event._make, EVENTS.rows(ticket.pk)))


def names_for(events, *, known=(), more=(), homes=None):
    """The Names these events need, and the people with the ids `more`. At most three statements, mostly none."""
    people = {user.pk: user for user in known if user} | colleagues.staff().people
    wanted = set(more).union(*map(people_in, events)) - {None} - people.keys()
    if wanted:
        people |= get_user_model().objects.in_bulk(wanted)
    rules = {event.data.get("rule") for event in events} - {None}
    return Names(
        people=people,
        rules=Rule.objects.in_bulk(rules) if rules else {},
        texts=texts_of([event.id for event in events if "texts" in event.data]),
        verbs={(event.ticket_id, event.sequence): event.verb for event in events},
        homes=homes or {},
    )


def texts_of(ids):
    """{(event, name): text} of the texts that events speak of and nobody has erased."""
    rows = EventContent.objects.filter(event__in=ids) if ids else []
    return {(row.event_id, row.name): row.text for row in rows}


OF_ONE = (Verb.FLAGGED, Verb.UNFLAGGED, Verb.MAIL_FAILED, Verb.JOINED, Verb.PARTED, Verb.READDRESSED)


def people_in(event):
    """The ids of everybody an event speaks of."""
    data = event.data
    if event.verb in (Verb.ASSIGNED, Verb.CLIENT):
        return (event.actor_id, data.get("from"), data.get("to"))
    if event.verb in OF_ONE:
        return (event.actor_id, data.get("to"))
    if event.verb == Verb.ALERTED:
        return (event.actor_id, *data.get("to", ()))
    if event.verb == Verb.UNSCHEDULED:
        return (event.actor_id, data.get("author"))
    if event.verb in (Verb.NOTED, Verb.EDITED):
        return (event.actor_id, *data.get("mentions", ()))
    return (event.actor_id,)


# --- Telling ----------------------------------------------------------------------------------------------------------


def tell(event, names):
    """One event as a Told."""
    icon, tone = LOOKS.get(event.verb, ("clock", ""))
    words, home = Teller(event, names).sentence(), names.homes.get(event.ticket_id)
    return Told(event, icon, tone, format_html('<span class="num muted">{}</span> {}', home, words) if home else words)


class Teller:
    """Finds the words for one event. A method a verb; where it says nothing of its own, a sentence of SENTENCES."""

    def __init__(self, event, names):
        self.event, self.names, self.data = event, names, event.data

    def sentence(self):
        own = getattr(self, str(self.event.verb), None)
        return own() if own else self.say(event_name(self.event.verb))

    def say(self, sentence, **more):
        """Fill a translated sentence; everything put in is escaped."""
        return format_html(sentence, actor=self.person(self.event.actor_id), **more)

    # What events speak of

    def person(self, pk):
        user = self.names.people.get(pk)
        return strong(user.full_name if user else _("somebody"))

    def people(self, ids):
        return format_html_join(", ", "{}", ((self.person(pk),) for pk in ids))

    def text(self, name):
        """A text this event speaks of; "" where it was erased."""
        return self.names.texts.get((self.event.id, name)) or ""

    def message(self):
        number = self.event.number
        if number is None:
            return strong("–")
        letter, sign = ("n", "N") if self.event.is_note else ("m", "#")
        home = self.names.homes.get(self.event.ticket_id)
        anchor = f"{letter}{number}-{home}" if home else f"{letter}{number}"
        return format_html('<a href="{}#{}">{}{}</a>', self.names.page, anchor, sign, number)

    def change(self, rows):
        """The names of what was and what is, from rows by their code."""
        return {"before": named(rows, self.data.get("from")), "after": named(rows, self.data.get("to"))}

    def rule(self):
        row = self.names.rules.get(self.data.get("rule"))
        return strong(row.name if row else _("A rule"))

    # What they say

    def opened(self):
        if is_unproven(self.event):
            return self.say(_("Somebody opened the ticket with the address of {actor}, without proving it"))
        return self.say(_("{actor} opened the ticket"))

    def replied(self):
        return self.say(_("{actor} wrote {message}"), message=self.message())

    def noted(self):
        called = self.data.get("mentions")
        if called:
            return self.say(
                _("{actor} added note {message} and called {people}"),
                message=self.message(),
                people=self.people(called),
            )
        return self.say(_("{actor} added note {message}"), message=self.message())

    def edited(self):
        if called := self.data.get("mentions"):
            said = {"message": self.message(), "people": self.people(called)}
            return self.say(_("{actor} changed note {message} and called {people}"), **said)
        return self.say(_("{actor} changed the text of {message}"), message=self.message())

    def status(self):
        return self.say(_("{actor} set the status from {before} to {after}"), **self.change(statuses()))

    def settled(self):
        return self.say(_("The status went from {before} to {after} by itself"), **self.change(statuses()))

    def closed(self):
        if "from" in self.data:
            return self.say(_("{actor} closed the ticket, from {before} to {after}"), **self.change(statuses()))
        return self.say(_("{actor} closed the ticket"))

    def auto_closed(self):
        return self.say(_("The ticket closed by itself, because no answer came"))

    def reminded(self):
        closes = parse_datetime(self.data.get("closes", ""))
        if closes is None:
            return self.say(_("The client was reminded"))
        shown = formats.date_format(timezone.localtime(closes), "DATETIME_FORMAT")
        return self.say(_("The client was reminded that the ticket closes on {moment}"), moment=shown)

    def reopened(self):
        if "from" in self.data:
            return self.say(_("{actor} opened the ticket again, from {before} to {after}"), **self.change(statuses()))
        return self.say(_("{actor} opened the ticket again"))

    def assigned(self):
        before, after, actor = self.data.get("from"), self.data.get("to"), self.event.actor_id
        if after == actor and before:
            return self.say(_("{actor} took the ticket from {person}"), person=self.person(before))
        if after == actor:
            return self.say(_("{actor} took the ticket"))
        if after and before:
            people = {"before": self.person(before), "after": self.person(after)}
            return self.say(_("{actor} handed it from {before} to {after}"), **people)
        if after:
            return self.say(_("{actor} assigned it to {person}"), person=self.person(after))
        if before == actor:
            return self.say(_("{actor} let go of the ticket"))
        return self.say(_("{actor} took it from {person}; nobody looks after it"), person=self.person(before))

    def priority(self):
        rows = {row.code: row for row in snapshot().priorities.values()}
        return self.say(_("{actor} changed the priority from {before} to {after}"), **self.change(rows))

    def type(self):
        rows = {row.code: row for row in snapshot().types.values()}
        return self.say(_("{actor} changed the type from {before} to {after}"), **self.change(rows))

    def subject(self):
        before, after = (self.names.texts.get((self.event.id, name)) for name in ("from", "to"))
        if before is None or after is None:
            return self.say(_("{actor} changed the subject"))
        return self.say(_("{actor} changed the subject from “{before}” to “{after}”"), before=before, after=after)

    def moved(self):
        rows = {row.slug: row for row in snapshot().departments.values()}
        return self.say(_("{actor} moved it from {before} to {after}"), **self.change(rows))

    def flagged(self):
        to = self.data.get("to")
        if to == self.event.actor_id:
            return self.say(_("{actor} took a flag"))
        return self.say(_("{actor} flagged it for {person}"), person=self.person(to))

    def unflagged(self):
        to = self.data.get("to")
        if to == self.event.actor_id:
            return self.say(_("{actor} put the flag down"))
        return self.say(_("{actor} took the flag for {person} off"), person=self.person(to))

    def escalated(self):
        return self.say(_("{rule} escalated the ticket"), rule=self.rule())

    def alerted(self):
        return self.say(_("{rule} told {people}"), rule=self.rule(), people=self.people(self.data.get("to", ())))

    def undone(self):
        verb = self.names.verbs.get((self.event.ticket_id, self.data.get("of")))
        return self.say(_("{actor} took back: {what}"), what=event_name(verb) if verb else "–")

    def tagged(self):
        put, taken = self.text("on"), self.text("off")
        if put and taken:
            return self.say(_("{actor} tagged it {tags} and took off {others}"), tags=tags(put), others=tags(taken))
        if put:
            return self.say(_("{actor} tagged it {tags}"), tags=tags(put))
        if taken:
            return self.say(_("{actor} took the tags {tags} off"), tags=tags(taken))
        return self.say(_("{actor} changed the tags"))

    def checked(self):
        words, old = self.text("text"), self.text("from")
        said = {
            "added": _("{actor} put on the checklist: {points}"),
            "ticked": _("{actor} ticked: {points}"),
            "unticked": _("{actor} took the tick off: {points}"),
            "renamed": _("{actor} changed “{before}” on the checklist to {points}"),
            "removed": _("{actor} took off the checklist: {points}"),
        }.get(self.data.get("did"))
        if not said or not words or ("{before}" in said and not old):
            return self.say(_("{actor} changed the checklist"))
        return self.say(said, points=tags(words), before=old)

    def snoozed(self):
        until, note = parse_datetime(self.data.get("until") or ""), self.text("note")
        if until is None:
            why = _("{actor} snoozed it until the client writes: {note}")
            return self.say(why if note else _("{actor} snoozed it until the client writes"), note=note)
        shown = formats.date_format(timezone.localtime(until), "DATETIME_FORMAT")
        why = _("{actor} snoozed it until {moment}: {note}")
        return self.say(why if note else _("{actor} snoozed it until {moment}"), moment=shown, note=note)

    def woken(self):
        why = self.data.get("why")
        if why == Snooze.Ended.CLIENT:
            return self.say(_("It came back from snoozing: {actor} wrote"))
        if why == Snooze.Ended.HAND:
            return self.say(_("{actor} took it back from snoozing"))
        return self.say(_("It came back from snoozing: its time has come"))

    def scheduled(self):
        return self.say(_("{actor} set a reply for {moment}"), moment=self.moment())

    def unscheduled(self):
        """Why a reply was not sent, and whose it was."""
        person, moment = self.person(self.data.get("author")), self.moment()
        said = {
            "message": _("The reply of {person} set for {moment} was called off: {actor} wrote before"),
            "closed": _("The reply of {person} set for {moment} was called off: the ticket was closed before"),
            "left": _("The reply of {person} set for {moment} was called off: {person} does not work here any more"),
            "hand": _("{person} called off the reply set for {moment}"),
        }
        words = said.get(self.data.get("why"), said["hand"])
        if self.event.number is not None:
            words = _("The reply of {person}, who works here no more, was not sent; it is kept as {message}")
        return self.say(words, person=person, moment=moment, message=self.message())

    def moment(self):
        """The time an event speaks of, as the reader has it."""
        until = parse_datetime(self.data.get("until") or "")
        return formats.date_format(timezone.localtime(until), "DATETIME_FORMAT") if until else "–"

    def timed(self):
        """Time logged, changed, or taken off: how much, and of whom where it is a colleague's."""
        said = {
            "logged": _("{actor} logged {time}"),
            "changed": _("{actor} changed {before} logged to {time}"),
            "removed": _("{actor} took off {time} logged"),
        }
        time, before = (format_html("<b>{}</b>", clock_of(self.data.get(name) or 0)) for name in ("minutes", "from"))
        return self.say(said.get(self.data.get("did"), said["logged"]), time=time, before=before)

    def spam(self):
        return self.say(_("{actor} marked it as spam"))

    def not_spam(self):
        return self.say(_("{actor} said that it is no spam"))

    def mail_kept(self):
        return self.say(_("An automatic mail of {actor} was kept as {message}"), message=self.message())

    def mail_taken(self):
        return self.say(_("{actor} accepted the mail {message}"), message=self.message())

    def disowned(self):
        return self.say(_("{actor} says that somebody else wrote this"))

    def confirmed(self):
        return self.say(_("{actor} confirmed the ticket in the portal"))

    def joined(self):
        """Who was added by whom, and what they may do; or that they may do something else now."""
        reads, person = self.data.get("rights") == Participant.Rights.READ, self.person(self.data.get("to"))
        if "from" in self.data:
            changed = _("{actor} lets {person} read only") if reads else _("{actor} lets {person} read and reply")
            return self.say(changed, person=person)
        added = _("{actor} added {person}, who may read") if reads else _("{actor} added {person}, who may reply")
        return self.say(added, person=person)

    def parted(self):
        to = self.data.get("to")
        if to == self.event.actor_id:
            return self.say(_("{actor} takes part no more"))
        return self.say(_("{actor} took {person} off the ticket"), person=self.person(to))

    def client(self):
        before, after = self.person(self.data.get("from")), self.person(self.data.get("to"))
        return self.say(_("{actor} changed the client from {before} to {after}"), before=before, after=after)

    def teamed(self):
        before, after = self.data.get("from"), self.data.get("to")
        if not after:
            return self.say(_("{actor} took it off the team {team}"), team=team(before))
        if not before:
            return self.say(_("{actor} gave it to the team {team}"), team=team(after))
        return self.say(_("{actor} gave it from the team {before} to {after}"), before=team(before), after=team(after))

    def talked(self):
        if self.data.get("to") and len(self.data["changed"]) == 1:
            said = {"before": talk_state(self.data.get("from")), "after": talk_state(self.data["to"])}
            return self.say(_("{actor} set the state of the call from {before} to {after}"), **said)
        fields = (Talk._meta.get_field(name).verbose_name for name in self.data["changed"])
        named = format_html_join(", ", "{}", ((strong(field),) for field in fields))
        return self.say(_("{actor} changed the details of the call: {fields}"), fields=named)

    def readdressed(self):
        address = self.names.texts.get((self.event.id, "address")) or "–"
        sentence = _("{actor} sent the mail to {person} again, to {address}")
        if self.data.get("corrected"):
            sentence = _("{actor} corrected the address of {person} to {address} and sent the mail again")
        return self.say(sentence, person=self.person(self.data.get("to")), address=address)

    def merged(self):
        return self.say(_("{actor} merged it into {ticket}"), ticket=number_link(self.data["into"]))

    def took_in(self):
        return self.say(_("{actor} merged {tickets} into this ticket"), tickets=self.tickets())

    def unmerged(self):
        if "tickets" not in self.data:
            return self.say(_("{actor} made it a ticket of its own again"))
        return self.say(_("{actor} took {tickets} out of this ticket again"), tickets=self.tickets())

    def split(self):
        if "from" in self.data:
            return self.say(_("{actor} opened it with messages of {ticket}"), ticket=number_link(self.data["from"]))
        n, ticket = len(self.data["messages"]), number_link(self.data["to"])
        moved = ngettext("{actor} moved {n} message to {ticket}", "{actor} moved {n} messages to {ticket}", n)
        return self.say(moved, n=n, ticket=ticket)

    def unsplit(self):
        if "from" in self.data:
            return self.say(_("{actor} took the messages back to {ticket}"), ticket=number_link(self.data["from"]))
        return self.say(_("{actor} took the messages back from {ticket}"), ticket=number_link(self.data["to"]))

    def linked(self):
        return self.say(LINKED[self.data["kind"]]["back" in self.data](), ticket=number_link(self.data["other"]))

    def unlinked(self):
        return self.say(_("{actor} took the link to {ticket} off"), ticket=number_link(self.data["other"]))

    def tickets(self):
        return format_html_join(", ", "{}", ((number_link(pair),) for pair in self.data["tickets"]))

    def trashed(self):
        if "block" in self.data:
            return self.say(_("{actor} blocked the sender and moved the ticket to the trash"))
        return self.say(_("{actor} moved the ticket to the trash"))

    def restored(self):
        return self.say(_("{actor} took the ticket out of the trash"))

    def emptied(self):
        return self.say(_("{actor} deleted for good what was written here"))

    def deleted(self):
        return self.say(_("{actor} deleted {message}"), message=self.message())

    def undeleted(self):
        return self.say(_("{actor} restored {message}"), message=self.message())

    def redacted(self):
        if "file" in self.data:
            return self.say(_("{actor} deleted a file of {message} for good"), message=self.message())
        if self.event.number is None:
            return self.say(_("{actor} took words out for good"))
        return self.say(_("{actor} took words out of {message} for good"), message=self.message())

    def mail_failed(self):
        trouble = self.data.get("trouble", "")
        known = trouble in OutgoingMail.Trouble.values
        why = OutgoingMail.Trouble(trouble).label if known else ""
        to = self.data.get("to")
        person = self.person(to) if to else _("the recipient")
        return self.say(_("The mail to {person} was not delivered. {why}"), person=person, why=why)


def number_link(pair):
    """A ticket as events keep it, [id, number]."""
    return format_html('<a class="num" href="{}">{}</a>', reverse("ticket", args=[pair[1]]), pair[1])


LINKED = {  # kind: (read from this ticket, read from the other one)
    TicketLink.Kind.RELATES: (
        lambda: _("{actor} linked it with {ticket}"),
        lambda: _("{actor} linked it with {ticket}"),
    ),
    TicketLink.Kind.BLOCKS: (
        lambda: _("{actor} noted that it blocks {ticket}"),
        lambda: _("{actor} noted that it is blocked by {ticket}"),
    ),
    TicketLink.Kind.DUPLICATES: (
        lambda: _("{actor} noted that it is a duplicate of {ticket}"),
        lambda: _("{actor} noted that {ticket} is a duplicate of it"),
    ),
    TicketLink.Kind.PARENT: (
        lambda: _("{actor} made {ticket} a part of it"),
        lambda: _("{actor} made it a part of {ticket}"),
    ),
    TicketLink.Kind.INCIDENT: (
        lambda: _("{actor} noted that it is the incident behind {ticket}"),
        lambda: _("{actor} noted that the incident {ticket} is behind it"),
    ),
}


def is_unproven(event):
    """Whether it is the opening of a ticket by somebody who only typed the client's address (T16)."""
    return event.verb == Verb.OPENED and "unproven" in event.data


def tags(lines):
    """Names, a line each, one after another."""
    return format_html_join(", ", "<b>{}</b>", ((line,) for line in lines.splitlines()))


def statuses():
    return snapshot().statuses_by_code


def named(rows, code):
    """The name of a row by its code, in the reader's language; the code of one that is gone; “none” for nothing."""
    if code is None:
        return strong(pgettext("ticket type", "none"))
    row = rows.get(code)
    return strong(row.said("name") if row else code)


def team(pk):
    """The name of a team; a dash for one that was deleted."""
    row = colleagues.teams().get(pk)
    return strong(row.said() if row else "–")


def talk_state(code):
    return strong(Talk.State(code).label if code in Talk.State.values else "–")


def strong(text):
    """A name, which a long history says hundreds of times."""
    return _strong(str(text) + "")  # + "": a cache key is never a safe string


@lru_cache(maxsize=4096)
def _strong(text):
    return format_html("<b>{}</b>", text)


def event_name(verb):
    """What kind of event it is, in a word or two."""
    return Verb(verb).label if verb in Verb.values else str(verb)

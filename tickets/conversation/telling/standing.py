"""Where a ticket stands and who has it, a function a verb: each gives the sentence of an event (a Teller)."""

from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from departments.policy import snapshot

from ...models import Snooze
from .teller import event_name, statuses, team


def status(it):
    return it.say(_("{actor} set the status from {before} to {after}"), **it.change(statuses()))


def settled(it):
    return it.say(_("The status went from {before} to {after} by itself"), **it.change(statuses()))


def closed(it):
    if "from" in it.data:
        return it.say(_("{actor} closed the ticket, from {before} to {after}"), **it.change(statuses()))
    return it.say(_("{actor} closed the ticket"))


def auto_closed(it):
    return it.say(_("The ticket closed by itself, because no answer came"))


def reminded(it):
    closes = parse_datetime(it.data.get("closes", ""))
    if closes is None:
        return it.say(_("The client was reminded"))
    shown = formats.date_format(timezone.localtime(closes), "DATETIME_FORMAT")
    return it.say(_("The client was reminded that the ticket closes on {moment}"), moment=shown)


def reopened(it):
    if "from" in it.data:
        return it.say(_("{actor} opened the ticket again, from {before} to {after}"), **it.change(statuses()))
    return it.say(_("{actor} opened the ticket again"))


def assigned(it):
    before, after, actor = it.data.get("from"), it.data.get("to"), it.event.actor_id
    if after == actor and before:
        return it.say(_("{actor} took the ticket from {person}"), person=it.person(before))
    if after == actor:
        return it.say(_("{actor} took the ticket"))
    if after and before:
        people = {"before": it.person(before), "after": it.person(after)}
        return it.say(_("{actor} handed it from {before} to {after}"), **people)
    if after:
        return it.say(_("{actor} assigned it to {person}"), person=it.person(after))
    if before == actor:
        return it.say(_("{actor} let go of the ticket"))
    return it.say(_("{actor} took it from {person}; nobody looks after it"), person=it.person(before))


def teamed(it):
    before, after = it.data.get("from"), it.data.get("to")
    if not after:
        return it.say(_("{actor} took it off the team {team}"), team=team(before))
    if not before:
        return it.say(_("{actor} gave it to the team {team}"), team=team(after))
    return it.say(_("{actor} gave it from the team {before} to {after}"), before=team(before), after=team(after))


def priority(it):
    rows = {row.code: row for row in snapshot().priorities.values()}
    return it.say(_("{actor} changed the priority from {before} to {after}"), **it.change(rows))


def type(it):
    rows = {row.code: row for row in snapshot().types.values()}
    return it.say(_("{actor} changed the type from {before} to {after}"), **it.change(rows))


def subject(it):
    before, after = (it.names.texts.get((it.event.id, name)) for name in ("from", "to"))
    if before is None or after is None:
        return it.say(_("{actor} changed the subject"))
    return it.say(_("{actor} changed the subject from “{before}” to “{after}”"), before=before, after=after)


def moved(it):
    rows = {row.slug: row for row in snapshot().departments.values()}
    return it.say(_("{actor} moved it from {before} to {after}"), **it.change(rows))


def flagged(it):
    to = it.data.get("to")
    if to == it.event.actor_id:
        return it.say(_("{actor} took a flag"))
    return it.say(_("{actor} flagged it for {person}"), person=it.person(to))


def unflagged(it):
    to = it.data.get("to")
    if to == it.event.actor_id:
        return it.say(_("{actor} put the flag down"))
    return it.say(_("{actor} took the flag for {person} off"), person=it.person(to))


def escalated(it):
    return it.say(_("{rule} escalated the ticket"), rule=it.rule())


def alerted(it):
    return it.say(_("{rule} told {people}"), rule=it.rule(), people=it.people(it.data.get("to", ())))


def snoozed(it):
    until, note = parse_datetime(it.data.get("until") or ""), it.text("note")
    if until is None:
        why = _("{actor} snoozed it until the client writes: {note}")
        return it.say(why if note else _("{actor} snoozed it until the client writes"), note=note)
    shown = formats.date_format(timezone.localtime(until), "DATETIME_FORMAT")
    why = _("{actor} snoozed it until {moment}: {note}")
    return it.say(why if note else _("{actor} snoozed it until {moment}"), moment=shown, note=note)


def woken(it):
    why = it.data.get("why")
    if why == Snooze.Ended.CLIENT:
        return it.say(_("It came back from snoozing: {actor} wrote"))
    if why == Snooze.Ended.HAND:
        return it.say(_("{actor} took it back from snoozing"))
    return it.say(_("It came back from snoozing: its time has come"))


def spam(it):
    return it.say(_("{actor} marked it as spam"))


def not_spam(it):
    return it.say(_("{actor} said that it is no spam"))


def undone(it):
    verb = it.names.verbs.get((it.event.ticket_id, it.data.get("of")))
    return it.say(_("{actor} took back: {what}"), what=event_name(verb) if verb else "–")

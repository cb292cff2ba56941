"""Snoozing: a ticket out of the queue until a time, or until its client writes.

While it is snoozed it waits for nobody, and neither settles nor closes by itself (clock.rest). A client's message ends
it, and so does closing; a reply of ours does not.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Category
from helpdesk_site.lib.text import clean_line

from .. import clock
from ..events import Happened, action, record, record_all
from ..models import Snooze, Verb
from ..refused import Refused
from ._shared import locked, parsed, save_times, snooze_again, waiting_of
from .escalating import waiting_status

LONGEST = timedelta(days=730)
NOTE_LENGTH = Snooze._meta.get_field("note").max_length
WAITS_FOR_OTHERS = (Category.WAITS_CLIENT, Category.PAUSED)


@action
def snooze(ticket, *, until, note="", actor):
    """Put the ticket aside until a moment, or (None) until its client writes; `note` says why. Again changes the time.

    Raises Refused for a closed one, and for a moment that has gone or is years away.
    """
    ticket, now = locked(ticket), timezone.now()
    if ticket.is_closed:
        raise Refused(_("A closed ticket waits for nobody."))
    if until is not None and not now < until <= now + LONGEST:
        raise Refused(_("Choose a moment in the next two years."))
    note, before = clean_line(note)[:NOTE_LENGTH], waiting_of(ticket).get("snoozed")
    texts = {"note": note, "before": ticket.snooze.note if before else ""}
    ticket.snoozed_at, ticket.snoozed_until, ticket.snoozed_by = now, until, actor
    clock.rest(ticket)
    save_times(ticket)
    kept = {"by": actor, "at": now, "until": until, "note": note, "ended": Snooze.Ended.NOT}
    Snooze.objects.update_or_create(ticket=ticket, defaults=kept)
    record(
        ticket, Verb.SNOOZED, actor=actor, until=until and until.isoformat(),
        texts={name: text for name, text in texts.items() if text}, **({"snoozed": before} if before else {}),
    )  # fmt: skip
    return ticket


@action
def wake(ticket, *, actor):
    """Take a snoozed ticket back into the queue by hand. One that is not snoozed stays as it is."""
    ticket = locked(ticket)
    if ticket.snoozed_at:
        happened = ended(ticket, why=Snooze.Ended.HAND)
        clock.enter_status(ticket, ticket.status, at=timezone.now())
        save_times(ticket)
        record_all(ticket, [happened], actor=actor)
    return ticket


@action
def wake_in_time(ticket, *, actor, now):
    """Wake a ticket whose time has come; one that waited for its client comes back to us. Returns whether it did."""
    ticket = locked(ticket)
    if ticket.snoozed_until is None or ticket.snoozed_until > now:
        return False
    before, happened = ticket.status, [ended(ticket, why=Snooze.Ended.TIME)]
    follows = waiting_status(ticket) if ticket.category in WAITS_FOR_OTHERS else None
    clock.enter_status(ticket, follows or before, at=now)
    if before.pk != ticket.status_id:
        happened.append(Happened(Verb.STATUS, {"from": before.code, "to": ticket.status.code}))
    save_times(ticket)
    record_all(ticket, happened, actor=actor)
    return True


def ended(ticket, *, why):
    """End the snooze of a locked ticket, for this reason, and return what happened; its status is the caller's."""
    until, by = ticket.snoozed_until, ticket.snoozed_by_id
    clock.end_snooze(ticket)
    Snooze.objects.filter(ticket=ticket).update(ended=why)
    return Happened(Verb.WOKEN, {"why": str(why), "by": by, "until": until and until.isoformat()})


def snooze_taken_back(ticket, event, actor):
    """Undo of putting it aside, or of doing so until another moment."""
    as_set = (event.actor_id, parsed(event.data["until"]))
    if not ticket.snoozed_at or (ticket.snoozed_by_id, ticket.snoozed_until) != as_set:
        return False
    ended(ticket, why=Snooze.Ended.HAND)
    if "snoozed" in event.data:
        asleep_again(ticket, event)
    clock.enter_status(ticket, ticket.status, at=timezone.now())
    save_times(ticket)
    return True


def asleep_again(ticket, event):
    """The snooze that another one has taken the place of lasts on, unless its time has come meanwhile."""
    snooze_again(ticket, *event.data["snoozed"], now=timezone.now())
    if ticket.snoozed_at:
        note = dict(event.contents.values_list("name", "text")).get("before", "")
        Snooze.objects.filter(ticket=ticket).update(
            by=ticket.snoozed_by_id, at=ticket.snoozed_at, until=ticket.snoozed_until, note=note,
            ended=Snooze.Ended.NOT,
        )  # fmt: skip


def waking_taken_back(ticket, event, actor):
    """Undo of taking it back by hand: put aside as it was, unless its time has come meanwhile."""
    until = parsed(event.data["until"])
    if ticket.snoozed_at or ticket.is_closed or (until and until <= timezone.now()):
        return False
    ticket.snoozed_at, ticket.snoozed_until, ticket.snoozed_by_id = timezone.now(), until, event.data["by"]
    clock.rest(ticket)
    save_times(ticket)
    Snooze.objects.filter(ticket=ticket).update(ended=Snooze.Ended.NOT)
    return True

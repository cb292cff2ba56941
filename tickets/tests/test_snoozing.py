"""Snoozing: out of the queue until a time or the client's word, and back with the reason why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from departments.models import Status
from mail.models import OutgoingMail
from tickets import actions
from tickets.automation import timers
from tickets.events import one_click
from tickets.models import Snooze, TicketEvent, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomorrow():
    return timezone.now() + timedelta(days=1)


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def mailed(kind):
    return sorted(OutgoingMail.objects.filter(kind=kind).values_list("to_address", flat=True))


def test_a_snoozed_ticket_waits_for_nobody_and_nothing_becomes_of_it_by_itself(ticket, cast, say, set_policy, tomorrow):
    """S173, C1, C7: it neither settles nor closes nor reminds."""
    set_policy(cast.support, auto_close_after=24, auto_close_reminder=4)
    say(ticket, cast.sam)
    ticket.refresh_from_db()
    assert ticket.close_at and ticket.remind_at
    actions.snooze(ticket, until=None, actor=cast.sam)
    ticket.refresh_from_db()
    assert ticket.snoozed_at and not ticket.awaiting
    assert (ticket.close_at, ticket.remind_at, ticket.settle_at) == (None, None, None)
    assert timers.close_idle(tomorrow + timedelta(days=30)) == (0, 0) and timers.settle_due(tomorrow) == 0


def test_it_stays_snoozed_whatever_staff_do_but_close_it(ticket, cast, say, tomorrow):
    """A reply, another status, another department: the queue has it back when its time has come."""
    actions.snooze(ticket, until=tomorrow, actor=cast.sam)
    say(ticket, cast.sam)
    actions.set_status(ticket, status=Status.objects.get(code="on-hold"), actor=cast.sam)
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    ticket.refresh_from_db()
    assert ticket.snoozed_until == tomorrow and not ticket.awaiting
    actions.close(ticket, actor=cast.lena)
    ticket.refresh_from_db()
    assert (ticket.snoozed_at, ticket.snoozed_until, ticket.snoozed_by) == (None, None, None)


def test_it_wakes_in_time_once_and_tells_why(ticket, cast, say, tomorrow):
    """T07: found by an index, safe to run twice; one that waited for its client comes back to us."""
    actions.assign(ticket, to=cast.lena, actor=cast.sam)
    say(ticket, cast.sam)
    actions.snooze(ticket, until=tomorrow, note="Ask the data centre first", actor=cast.sam)
    OutgoingMail.objects.all().delete()
    assert timers.wake_due() == 0
    assert timers.wake_due(tomorrow) == 1 and timers.wake_due(tomorrow) == 0
    ticket.refresh_from_db()
    assert ticket.awaiting and ticket.snoozed_at is None and ticket.status.code == "on-hold"
    assert verbs(ticket)[-2:] == [Verb.WOKEN, Verb.STATUS]
    assert mailed("woken") == sorted([cast.sam.email, cast.lena.email])
    assert "Ask the data centre first" in OutgoingMail.objects.filter(kind="woken").first().text
    assert Snooze.objects.get(ticket=ticket).ended == "time"


def test_waking_keeps_the_status_of_what_is_being_worked_on(ticket, cast, tomorrow):
    actions.set_status(ticket, status=Status.objects.get(code="in-progress"), actor=cast.sam)
    actions.snooze(ticket, until=tomorrow, actor=cast.sam)
    timers.wake_due(tomorrow)
    ticket.refresh_from_db()
    assert ticket.status.code == "in-progress" and ticket.snoozed_at is None


def test_one_put_off_again_meanwhile_sleeps_on(ticket, cast, tomorrow):
    """T07: the timer has read it before; its time is asked once more under the lock."""
    actions.snooze(ticket, until=tomorrow, actor=cast.sam)
    assert not actions.wake_in_time(ticket, actor=cast.system, now=tomorrow - timedelta(seconds=1))
    ticket.refresh_from_db()
    assert ticket.snoozed_until == tomorrow and Verb.WOKEN not in verbs(ticket)


def test_a_clients_message_wakes_it_and_tells_whoever_snoozed_it(ticket, cast, say, set_policy):
    """FIELD 1.2: until the client writes; one letter, of the message."""
    set_policy(cast.support, group_minutes=0)
    actions.assign(ticket, to=cast.lena, actor=cast.lena)
    actions.snooze(ticket, until=None, actor=cast.sam)
    OutgoingMail.objects.all().delete()
    say(ticket, cast.anna, "It is back.")
    ticket.refresh_from_db()
    assert ticket.awaiting and ticket.snoozed_at is None and Verb.WOKEN in verbs(ticket)
    assert mailed("client_reply") == sorted([cast.sam.email, cast.lena.email]) and mailed("woken") == []


def test_a_mail_wakes_it_too(ticket, cast, arrive, tomorrow):
    actions.snooze(ticket, until=tomorrow, actor=cast.sam)
    arrive(cast.anna, subject=f"Re: {ticket.number}", to=cast.support.email)
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None and ticket.awaiting


def test_it_is_woken_by_hand_and_put_back(ticket, cast, tomorrow):
    actions.snooze(ticket, until=tomorrow, actor=cast.sam)
    click = TicketEvent.objects.filter(ticket=ticket).last().click
    actions.undo(click, actor=cast.sam)
    ticket.refresh_from_db()
    assert ticket.awaiting and ticket.snoozed_at is None
    actions.snooze(ticket, until=tomorrow, actor=cast.sam)
    actions.wake(ticket, actor=cast.lena)
    ticket.refresh_from_db()
    assert ticket.awaiting and verbs(ticket)[-1] == Verb.WOKEN
    actions.undo(TicketEvent.objects.filter(ticket=ticket).last().click, actor=cast.lena)
    ticket.refresh_from_db()
    assert ticket.snoozed_until == tomorrow and not ticket.awaiting and ticket.snoozed_by == cast.sam


def test_undo_of_another_moment_gives_back_the_one_before(ticket, cast, tomorrow):
    """By whom, until when and why; what somebody snoozed since is left alone."""
    actions.snooze(ticket, until=tomorrow, note="The part comes.", actor=cast.lena)
    with one_click() as first:
        actions.snooze(ticket, until=None, note="Gone quiet.", actor=cast.sam)
    actions.undo(first.id, actor=cast.sam)
    ticket.refresh_from_db()
    assert (ticket.snoozed_until, ticket.snoozed_by, ticket.awaiting) == (tomorrow, cast.lena, False)
    row = Snooze.objects.get()
    assert (row.note, row.by, row.until, row.ended) == ("The part comes.", cast.lena, tomorrow, "")
    with one_click() as second:
        actions.snooze(ticket, until=tomorrow + timedelta(days=1), actor=cast.sam)
    actions.snooze(ticket, until=tomorrow + timedelta(days=2), actor=cast.sam)
    with pytest.raises(Refused):
        actions.undo(second.id, actor=cast.sam)
    ticket.refresh_from_db()
    assert ticket.snoozed_until == tomorrow + timedelta(days=2)


def test_what_cannot_be_snoozed(ticket, cast, tomorrow):
    """Bad input: yesterday, in a hundred years, a closed ticket."""
    for until in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=40000)):
        with pytest.raises(Refused):
            actions.snooze(ticket, until=until, actor=cast.sam)
    actions.close(ticket, actor=cast.sam)
    with pytest.raises(Refused):
        actions.snooze(ticket, until=tomorrow, actor=cast.sam)


def test_settings_of_the_operator_do_not_wake_it(ticket, cast, tomorrow):
    """C6, C7: what a status means anew is known; the queue has the ticket back when it wakes."""
    from tickets.retiming import retime

    actions.snooze(ticket, until=tomorrow, actor=cast.sam)
    Status.objects.filter(pk=ticket.status_id).update(auto_close=True)
    retime()
    ticket.refresh_from_db()
    assert not ticket.awaiting and ticket.close_at is None and ticket.snoozed_until == tomorrow

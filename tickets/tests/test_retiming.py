"""A change of the settings reaches the open tickets and means what entering the status would mean (C1, C2, C6, C7)."""

import contextlib
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from departments.models import Category, Department, Policy, Status, StatusInDepartment
from departments.policy import forget
from tickets import actions, clock, retiming
from tickets.automation import timers
from tickets.models import Ticket, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TIMES = ["category", "awaiting", "settle_at", "close_at", "queue_at", "closed_at"]


def test_new_hours_reach_tickets_that_are_answered_already(ticket, anna, sam, support, say):
    say(ticket, sam)
    support.auto_close_after = 24
    support.auto_close_reminder = 2
    support.save(update_fields=["auto_close_after", "auto_close_reminder"])
    timers.retime(departments=[support])
    ticket.refresh_from_db()
    assert ticket.close_at == ticket.last_message_at + 24 * HOUR
    assert ticket.remind_at == ticket.close_at - 2 * HOUR
    support.auto_close_after = 0
    support.save(update_fields=["auto_close_after"])
    timers.retime(departments=[support])
    ticket.refresh_from_db()
    assert ticket.close_at is None and ticket.remind_at is None


def test_who_was_reminded_is_not_reminded_again(ticket, sam, support, say):
    say(ticket, sam)
    ticket.refresh_from_db()
    timers.close_idle(ticket.remind_at)
    timers.retime()
    ticket.refresh_from_db()
    assert ticket.close_at and ticket.remind_at is None
    assert timers.close_idle(ticket.close_at - HOUR) == (0, 0)


def test_saving_without_a_change_changes_no_time(ticket, sam, say):
    """A status set by hand counts from then, not from the last message."""
    say(ticket, sam)
    actions.set_status(ticket, status=Status.objects.get(code="in-progress"), actor=sam)
    actions.set_status(ticket, status=Status.objects.get(code="answered"), actor=sam)
    before = Ticket.objects.filter(pk=ticket.pk).values(*TIMES, "remind_at").get()
    assert timers.retime() == 0
    assert Ticket.objects.filter(pk=ticket.pk).values(*TIMES, "remind_at").get() == before


def test_a_status_can_mean_another_category_in_one_department(ticket, open_ticket, billing, lena, sam, support):
    """C6: the same label, mapped."""
    hold = Status.objects.get(code="on-hold")
    other = open_ticket(department=billing)
    for each in (ticket, other):
        actions.set_status(each, status=hold, actor=lena)
    StatusInDepartment.objects.create(department=support, status=hold, category=Category.PAUSED)
    timers.retime(statuses=[hold])
    ticket.refresh_from_db()
    other.refresh_from_db()
    assert (ticket.category, ticket.awaiting) == (Category.PAUSED, False)
    assert (other.category, other.awaiting) == (Category.WAITS_STAFF, True)


def test_a_status_that_means_closed_from_now_on_closes_and_back(ticket, sam, support, say):
    say(ticket, sam)
    row = StatusInDepartment.objects.create(
        department=support, status=Status.objects.get(code="answered"), category=Category.CLOSED
    )
    timers.retime()
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.closed_at and ticket.close_at is None
    row.delete()
    timers.retime()
    ticket.refresh_from_db()
    assert not ticket.is_closed and ticket.closed_at is None and ticket.close_at


def test_tickets_of_other_departments_and_closed_ones_are_left_alone(ticket, open_ticket, billing, anna, sam, say):
    say(ticket, sam)
    actions.close(ticket, actor=anna)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    assert timers.retime(departments=[billing]) == 0
    timers.retime()
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before


def test_retiming_says_the_same_as_entering_the_status(open_ticket, cast, say, monkeypatch):
    """Two sentences for one rule, held against each other over random settings."""
    monkeypatch.setattr(retiming, "CHUNK", 3)
    chance = random.Random(4)
    tickets = [open_ticket(department=chance.choice([cast.sales, cast.support])) for _n in range(10)]
    statuses = list(Status.objects.all())
    for _round in range(12):
        for ticket in tickets:
            with contextlib.suppress(Refused):
                actions.set_status(ticket, status=chance.choice(statuses), actor=cast.lena)
            if chance.random() < 0.4:
                say(ticket, chance.choice([cast.lena, cast.anna]))
        for status in statuses:
            status.auto_close = chance.random() < 0.5
            status.settles_into = chance.choice([None, *statuses])
            status.settles_after = chance.choice([0, 5, 90])
            if status.category != Category.CLOSED:
                status.category = chance.choice([c for c in Category if c != Category.CLOSED])
            status.save()
        for department in (cast.sales, cast.support):
            department.auto_close_after = chance.choice([None, 0, 5, 300])
            department.auto_close_reminder = chance.choice([None, 0, 7, 24])
            department.queue_clock = chance.choice(["", *Policy.QueueClock])
            department.save()
        timers.retime()
        for ticket in Ticket.objects.all():
            wanted = Ticket.objects.get(pk=ticket.pk)
            wanted.department = Department.objects.get(pk=wanted.department_id)
            if ticket.is_closed:
                continue
            clock.enter_status(wanted, wanted.status, at=wanted.status_since)
            for name in [*TIMES, "remind_at"]:
                assert getattr(ticket, name) == getattr(wanted, name), name


def test_the_preview_counts_what_would_close_now(ticket, sam, support, say):
    """Issue part 7: "would close 37 tickets now"."""
    say(ticket, sam)
    assert timers.preview_close() == 0
    Ticket.objects.filter(pk=ticket.pk).update(last_message_at=timezone.now() - 30 * HOUR, status_since=None)
    support.auto_close_after = 24
    support.save(update_fields=["auto_close_after"])
    forget()
    timers.retime(departments=[support])
    assert timers.preview_close() == 1
    assert Verb.AUTO_CLOSED not in ticket.events.values_list("verb", flat=True)

"""What happens by itself in time, once, whoever runs it (S21, S27, S28, S173-S175, S202, C1, C2, C7; T07)."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Status, StatusInDepartment
from departments.policy import forget
from engine import leases
from engine.models import Lease
from tickets import actions, tasks
from tickets.automation import due, rules, timers
from tickets.models import Attachment, Draft, Message, PendingReply, Presence, Ticket, TicketEvent, Verb
from tickets.notices import notify
from tickets.writing import write

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def switch(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    forget()


def status(code):
    return Status.objects.get(code=code)


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


@pytest.fixture
def answered(ticket, sam, say):
    """Anna's ticket, answered by Sam just now."""
    say(ticket, sam, "Try again.")
    return fresh(ticket)


# --- Closing idle tickets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [24, 48, 120, 168])
def test_an_answered_ticket_closes_after_the_departments_hours(open_ticket, anna, sam, support, say, hours):
    """S28, S173, S202, C1: a day, two days, seven days; the notice goes to the client (S175)."""
    switch(support, auto_close_after=hours)
    ticket = open_ticket()
    say(ticket, sam)
    end = fresh(ticket).last_message_at + hours * HOUR
    assert timers.close_idle(end - timedelta(seconds=1))[0] == 0
    assert timers.close_idle(end)[0] == 1
    ticket = fresh(ticket)
    assert ticket.is_closed and ticket.closed_by.is_system and ticket.closed_at == end
    assert verbs(ticket)[-1] == Verb.AUTO_CLOSED
    assert ticket.events.latest("sequence").notifications.get().user == anna


@pytest.mark.parametrize("code", ["open", "customer-reply", "on-hold", "in-progress"])
def test_tickets_that_wait_for_us_or_are_in_work_are_never_closed(ticket, sam, code):
    """S174, C2."""
    actions.set_status(ticket, status=status(code), actor=sam)
    timers.close_idle(timezone.now() + 10_000 * HOUR)
    assert not fresh(ticket).is_closed


def test_an_open_status_closes_too_where_it_is_flagged(open_ticket, support):
    """S174, C2: "only Open and Answered", in one department only."""
    StatusInDepartment.objects.create(department=support, status=status("open"), auto_close=True)
    forget()
    ticket = open_ticket()
    assert timers.close_idle(fresh(ticket).close_at)[0] == 1


def test_zero_hours_is_never(open_ticket, sam, support, say):
    """C1."""
    switch(support, auto_close_after=0)
    ticket = open_ticket()
    say(ticket, sam)
    assert fresh(ticket).close_at is None
    assert timers.close_idle(timezone.now() + 100_000 * HOUR) == (0, 0)


def test_a_switch_turned_off_meanwhile_is_heard_at_the_last_moment(answered, support):
    """S174: a stale time closes nothing."""
    StatusInDepartment.objects.create(department=support, status=status("answered"), auto_close=False)
    forget()
    assert timers.close_idle(answered.close_at) == (0, 0)
    ticket = fresh(answered)
    assert not ticket.is_closed and ticket.close_at is None


def test_nobody_is_reminded_of_what_will_not_close_after_all(answered, support):
    """C1, S174."""
    StatusInDepartment.objects.create(department=support, status=status("answered"), auto_close=False)
    forget()
    assert timers.close_idle(answered.remind_at) == (0, 0)
    assert fresh(answered).remind_at is None and Verb.REMINDED not in verbs(answered)


def test_nobody_is_reminded_before_the_ticket_was_idle_at_all(open_ticket, sam, support, say):
    """C1: a reminder a day before is none where tickets close after some hours."""
    switch(support, auto_close_after=4, auto_close_reminder=24)
    ticket = open_ticket()
    say(ticket, sam)
    assert fresh(ticket).close_at == fresh(ticket).status_since + 4 * HOUR and fresh(ticket).remind_at is None


def test_what_is_closed_closes_no_second_time(answered, sam):
    """S174: in whatever closed status, flagged by mistake."""
    done = Status.objects.create(code="done", name="Done", category="closed", auto_close=True, position=90)
    forget()
    actions.close(answered, actor=sam)
    actions.set_status(fresh(answered), status=done, actor=sam)
    assert fresh(answered).close_at is None and fresh(answered).remind_at is None


def test_the_client_is_reminded_once_a_day_before_and_an_answer_stops_it(answered, anna, say):
    """C1."""
    before = answered.close_at - 24 * HOUR
    assert answered.remind_at == before
    assert timers.close_idle(before - timedelta(seconds=1)) == (0, 0)
    assert timers.close_idle(before) == (0, 1)
    assert timers.close_idle(before + HOUR) == (0, 0)
    assert verbs(answered)[-1] == Verb.REMINDED
    say(answered, anna, "Still broken.")
    ticket = fresh(answered)
    assert ticket.close_at is None and ticket.remind_at is None
    assert timers.close_idle(answered.close_at) == (0, 0)


def test_what_nobody_ran_for_a_week_is_closed_once_and_not_reminded(answered):
    late = answered.close_at + 48 * HOUR
    assert timers.close_idle(late) == (1, 0)
    assert timers.close_idle(late) == (0, 0)
    assert verbs(answered).count(Verb.AUTO_CLOSED) == 1 and Verb.REMINDED not in verbs(answered)


def test_a_note_does_not_keep_a_ticket_open(answered, sam):
    """C1: the clock is the last public message."""
    close_at = answered.close_at
    actions.add_note(answered, author=sam, written=write("Hm."))
    assert fresh(answered).close_at == close_at


# --- Settling ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def settling(cast):
    """The preset "Hosting": Open → On hold after 5 minutes, Customer-reply → On hold after one."""
    Status.objects.filter(code="open").update(settles_into=status("on-hold"), settles_after=5)
    Status.objects.filter(code="customer-reply").update(settles_into=status("on-hold"), settles_after=1)
    forget()


def test_open_turns_to_on_hold_by_itself_and_stays_in_the_queue(settling, open_ticket, cast):
    """S21, S22, C7: logged as the system's act, told to nobody."""
    ticket = open_ticket()
    start = fresh(ticket).status_since
    assert timers.settle_due(start + timedelta(minutes=4)) == 0
    assert timers.settle_due(start + timedelta(minutes=5)) == 1
    assert timers.settle_due(start + timedelta(minutes=6)) == 0
    ticket = fresh(ticket)
    event = ticket.events.latest("sequence")
    assert ticket.status.code == "on-hold" and ticket.awaiting and not ticket.is_closed
    assert event.verb == Verb.SETTLED and event.actor == cast.system and not event.notifications.exists()


def test_a_clients_reply_is_marked_shortly_before_on_hold(settling, open_ticket, anna, sam, say):
    """S27."""
    ticket = open_ticket()
    say(ticket, sam)
    say(ticket, anna)
    assert fresh(ticket).status.code == "customer-reply"
    timers.settle_due(timezone.now() + timedelta(minutes=1))
    assert fresh(ticket).status.code == "on-hold"


def test_a_status_that_turns_into_itself_stays_and_is_told_of_never(ticket):
    """C7: a mistake of the operator's fills no history."""
    Status.objects.filter(code="open").update(settles_into=status("open"), settles_after=5)
    forget()
    Ticket.objects.update(settle_at=ticket.created_at)
    assert timers.settle_due() == 0
    assert fresh(ticket).settle_at is None and verbs(ticket) == [Verb.OPENED]


def test_settling_is_off_as_shipped(ticket):
    """C7."""
    assert timers.settle_due(timezone.now() + 1000 * HOUR) == 0


# --- Pending replies --------------------------------------------------------------------------------------------------


def test_a_pending_reply_is_sent_when_due_and_once(ticket, sam):
    due_at = timezone.now() + timedelta(seconds=10)
    pending = actions.hold_reply(ticket, author=sam, written=write("Hello"), due_at=due_at)
    assert timers.release_due_replies(due_at - timedelta(seconds=1)) == 0
    assert timers.release_due_replies(due_at) == 1
    assert timers.release_due_replies(due_at) == 0
    assert timers.release_reply(pending.pk) is False
    assert Message.objects.filter(ticket=ticket).count() == 2


# --- How a run goes ---------------------------------------------------------------------------------------------------


def test_two_schedulers_at_once_do_nothing_twice(answered):
    """Issue part 7: whoever comes second finds the lease taken."""
    with leases.lease("close-idle") as mine:
        assert mine
        assert timers.close_idle(answered.close_at + HOUR)[0] == 0
    assert timers.close_idle(answered.close_at + HOUR)[0] == 1


@pytest.mark.django_db(transaction=True)
def test_four_schedulers_in_threads_close_remind_and_send_once(answered, open_ticket, sam, say):
    """T07, T09: with the lease, and without it by the rows' locks."""
    pending = actions.hold_reply(open_ticket(), author=sam, written=write("Hello"), due_at=timezone.now())
    start = threading.Barrier(4)

    def run(take):
        try:
            start.wait(timeout=20)
            timers.close_idle(answered.close_at)
            timers.release_due_replies()
            take.append(actions.auto_close(answered, actor=answered.client, now=answered.close_at))
            take.append(timers.release_reply(pending.pk))
        finally:
            connection.close()

    took = []
    threads = [threading.Thread(target=run, args=[took]) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(took) == 8
    assert verbs(answered).count(Verb.AUTO_CLOSED) == 1
    assert Message.objects.filter(ticket=pending.ticket).count() == 2


def test_one_ticket_that_fails_stops_no_other(open_ticket, sam, say, monkeypatch):
    tickets = [open_ticket() for _n in range(3)]
    for ticket in tickets:
        say(ticket, sam)
    broken, close = tickets[1].pk, actions.auto_close

    def auto_close(ticket, **rest):
        if ticket.pk == broken:
            raise RuntimeError("this one")
        return close(ticket, **rest)

    monkeypatch.setattr(actions, "auto_close", auto_close)
    late = timezone.now() + 1000 * HOUR
    assert timers.close_idle(late)[0] == 2
    monkeypatch.undo()
    assert timers.close_idle(late)[0] == 1


def test_a_run_goes_on_past_its_first_batch_and_past_rows_that_stay(open_ticket, sam, say, monkeypatch):
    monkeypatch.setattr(due, "BATCH", 2)
    for _n in range(5):
        say(open_ticket(), sam)
    Ticket.objects.update(close_at=timezone.now())
    assert timers.preview_close() == 5
    assert timers.close_idle(timezone.now() + HOUR)[0] == 5
    asked = []
    Ticket.objects.update(close_at=timezone.now())
    assert due.each("test", timers.to_close(timezone.now()), "close_at", lambda row: asked.append(row.pk)) == 0
    assert len(asked) == 5


def test_a_run_whose_lease_another_has_taken_over_ends_with_its_batch(open_ticket, sam, say, monkeypatch):
    """T07: it was thought dead; who took over does the rest."""
    monkeypatch.setattr(due, "BATCH", 1)
    for _n in range(3):
        say(open_ticket(), sam)
    Ticket.objects.update(close_at=timezone.now())
    taken_over = Lease.objects.filter(name="test").update
    idle = timers.to_close(timezone.now())
    assert due.each("test", idle, "close_at", lambda row: taken_over(holder="another")) == 1


def test_nothing_due_costs_the_same_whatever_exists(open_ticket, sam, say):
    """Issue part 7: cost grows with what is due."""

    def cost():
        with CaptureQueriesContext(connection) as caught:
            timers.close_idle()
            timers.settle_due()
            timers.release_due_replies()
            timers.write_letters()
        return len(caught)

    before = cost()
    for _n in range(5):
        say(open_ticket(), sam)
    assert cost() == before


@pytest.mark.parametrize(
    ("rows", "column", "index"),
    [
        (timers.to_settle, "settle_at", "ticket_settle_due"),
        (timers.to_close, "close_at", "ticket_close_due"),
        (timers.to_remind, "remind_at", "ticket_remind_due"),
        (rules.to_ask, "rules_at", "ticket_rules_due"),
        (notify.due, "letter_due_at", "notification_letter_due"),
    ],
)
def test_what_is_due_is_found_by_its_own_index(db, rows, column, index):
    """Issue part 7: cost grows with what is due, not with what exists."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows(timezone.now()).order_by(column, "pk")[:200].explain()


@pytest.mark.parametrize(
    "task",
    ["release_replies", "write_letters", "settle", "close_idle", "run_rules", "anchor_history", "tidy"],
)
def test_every_task_may_run_three_times(answered, settling, task):
    """T07."""
    Ticket.objects.update(close_at=timezone.now(), settle_at=timezone.now())
    for _run in range(3):
        getattr(tasks, task).apply(throw=True)
    assert verbs(answered).count(Verb.AUTO_CLOSED) <= 1


def test_the_kick_for_a_reply_may_come_three_times(ticket, sam):
    """T07."""
    pending = actions.hold_reply(ticket, author=sam, written=write("Hello"), due_at=timezone.now())
    for _run in range(3):
        tasks.release_reply.apply([pending.pk], throw=True)
    assert Message.objects.filter(ticket=ticket).count() == 2 and not PendingReply.objects.exists()


# --- Tidying ----------------------------------------------------------------------------------------------------------


def test_tidy_deletes_what_nobody_needs_and_keeps_what_is_in_use(ticket, sam):
    now = timezone.now()
    store = storages["attachments"]

    def loose(age, **fields):
        name = store.save("test/loose", ContentFile(b"x"))
        row = Attachment.objects.create(
            name="x", content_type="text/plain", size=1, sha256="0" * 64, stored_as=name, **fields
        )
        Attachment.objects.filter(pk=row.pk).update(created_at=now - age)
        return row

    old_draft = Draft.objects.create(owner="user:1", kind="new", place="new/a")
    draft = Draft.objects.create(owner="user:1", kind="new", place="new/b")
    Draft.objects.filter(pk=old_draft.pk).update(updated_at=now - timedelta(days=61))
    Draft.objects.filter(pk=draft.pk).update(updated_at=now - timedelta(days=59))
    Presence.objects.create(ticket=ticket, department=ticket.department, user=sam, at=now - timedelta(days=1))
    gone, young, drafted = loose(timedelta(days=3)), loose(HOUR), loose(timedelta(days=3), draft=draft)
    sent = loose(timedelta(days=3), message=ticket.messages.get())
    kept = {"links": 0, "uses": 0, "jobs": 0, "tags": 0}
    assert timers.tidy(now) == {"presences": 1, "drafts": 1, "files": 1, **kept}
    assert set(Attachment.objects.all()) == {young, drafted, sent}
    assert set(Draft.objects.all()) == {draft}
    assert timers.tidy(now) == {"presences": 0, "drafts": 0, "files": 0, **kept}
    assert gone.pk not in set(Attachment.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_deleted_row_leaves_the_disk(ticket):
    store = storages["attachments"]
    name = store.save("test/loose", ContentFile(b"x"))
    row = Attachment.objects.create(name="x", content_type="text/plain", size=1, sha256="0" * 64, stored_as=name)
    Attachment.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=3))
    timers.tidy()
    assert not store.exists(name)


# --- Commands ---------------------------------------------------------------------------------------------------------


def said(*args):
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def test_close_idle_as_of_a_moment_and_as_a_dry_run(answered):
    """CONTRACT."""
    at = (answered.close_at + HOUR).isoformat()
    assert answered.number in said("close_idle", "--at", at, "--dry-run")
    assert not fresh(answered).is_closed
    assert "1 closed" in said("close_idle", "--at", at)
    assert fresh(answered).is_closed
    with pytest.raises(CommandError):
        said("close_idle", "--at", "tomorrow")
    with pytest.raises(CommandError):
        said("close_idle", "--at", "2026-13-45T00:00:00")

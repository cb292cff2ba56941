"""T07: every registered task may run three times; the second and third change nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import Confirmation
from departments.models import Rule, RuleAction, Status
from departments.policy import forget
from engine.models import FormKey
from engine.once import new_form_key
from helpdesk_site.celery import app
from mail import intake
from mail.models import Mailbox, OutgoingMail
from tickets.actions import hold_reply, snooze, trash
from tickets.models import BulkJob, Draft, Notification, PendingReply, Presence
from tickets.writing import write

app.loader.import_default_modules()
DAY = timedelta(days=1)


@pytest.fixture
def busy_desk(db, settings, tmp_path, open_ticket, say, anna, sam, lena, support, client_of):
    """A desk where everything is due at once: nothing has run for a while."""
    settings.MAIL_FOLDER = tmp_path
    Status.objects.filter(code="open").update(settles_into=Status.objects.get(code="on-hold"), settles_after=5)
    rule = Rule.objects.create(name="Waiting for days", is_active=True, after_minutes=60, since="created")
    RuleAction.objects.create(rule=rule, do="priority", value="critical")
    forget()
    now = timezone.now()
    with time_machine.travel(now - 90 * DAY, tick=False):
        Draft.objects.create(owner="user:0", kind="new", place="new/support")
        FormKey.objects.create(owner="user:0", key=new_form_key())
        Confirmation.objects.create(purpose="sign_up", email="mira@example.org", token_hash="-", expires_at=now - DAY)
    with time_machine.travel(now - 40 * DAY, tick=False):
        trash(open_ticket(subject="To be deleted for good"), actor=sam)
    with time_machine.travel(now - 10 * DAY, tick=False):
        idle, forgotten = open_ticket(subject="To be closed"), open_ticket(subject="To be escalated")
        Presence.objects.create(ticket=idle, department=idle.department, user=sam, at=timezone.now())
        say(idle, sam)
    with time_machine.travel(now - timedelta(days=4, hours=12), tick=False):
        say(open_ticket(subject="To be reminded of"), sam)
    with time_machine.travel(now - timedelta(hours=1), tick=False):
        open_ticket(subject="To settle")
        pending = hold_reply(forgotten, author=sam, written=write("On it."), due_at=timezone.now())
        snooze(open_ticket(subject="To wake"), until=timezone.now() + timedelta(minutes=30), actor=sam)
        left = BulkJob.objects.create(user=sam, act="close", tickets=[forgotten.pk, idle.pk], total=2)
    told = Notification.objects.exclude(mail=None).latest("pk")
    mail, told.mail, told.letter_due_at = told.mail, None, now - DAY
    told.save(update_fields=["mail", "letter_due_at"])
    Notification.objects.filter(user=sam).update(digest_due_at=now - DAY)
    mail.delete()
    raw = f"From: {anna.email}\r\nTo: {support.email}\r\nSubject: By mail\r\n\r\nIt burns.".encode()
    intake.store(raw, source="pipe")
    resting = {"problem": "hung", "failing_since": now - DAY, "retry_at": now + DAY}
    Mailbox.objects.create(name="Support", host="imap.example.com", username="support", **resting)
    first = OutgoingMail.objects.filter(state="queued").earliest("pk")
    return {"job": left.pk, "pending": pending.pk, "mail": first.pk}


TASKS = {  # name: (its arguments, whether it has something to do at the busy desk)
    "accounts.tasks.tidy": (lambda desk: [], True),
    "engine.tasks.heartbeat": (lambda desk: [], False),
    "engine.tasks.tidy": (lambda desk: [], True),
    "mail.tasks.deliver": (lambda desk: [desk["mail"]], True),
    "mail.tasks.fetch": (lambda desk: [], False),  # no mailbox is configured; mail/tests/test_fetching.py has some
    "mail.tasks.sweep": (lambda desk: [], True),
    "tickets.tasks.anchor_history": (lambda desk: [], True),
    "tickets.tasks.close_idle": (lambda desk: [], True),
    "tickets.tasks.release_replies": (lambda desk: [], True),
    "tickets.tasks.release_reply": (lambda desk: [desk["pending"]], True),
    "tickets.tasks.run_bulk": (lambda desk: [desk["job"]], True),
    "tickets.tasks.run_left_behind": (lambda desk: [], True),
    "tickets.tasks.run_rules": (lambda desk: [], True),
    "tickets.tasks.settle": (lambda desk: [], True),
    "tickets.tasks.take_in": (lambda desk: [], True),
    "tickets.tasks.empty_trash": (lambda desk: [], True),
    "tickets.tasks.tidy": (lambda desk: [], True),
    "tickets.tasks.send_digests": (lambda desk: [], True),
    "tickets.tasks.wake": (lambda desk: [], True),
    "tickets.tasks.watch_mailboxes": (lambda desk: [], True),
    "tickets.tasks.write_letters": (lambda desk: [], True),
}


def ours():
    return {name for name in app.tasks if not name.startswith("celery.")}


def everything():
    """{table: its rows}, but of the engine's own, which keep times of runs."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            if table not in ("engine_heartbeat", "engine_lease", "engine_queuemessage"):
                cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
                found[table] = cursor.fetchall()
    return found


def test_every_registered_task_is_listed_here():
    """T07: an unlisted task is a failure."""
    assert ours() == set(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_run_three_times_did_its_work_once(name, busy_desk):
    """T07."""
    arguments, works = TASKS[name]
    before = everything()
    app.tasks[name](*arguments(busy_desk))
    after = everything()
    assert (after != before) == works
    for _ in range(2):
        app.tasks[name](*arguments(busy_desk))
        assert everything() == after


def test_the_tasks_of_the_schedule_exist():
    """T07: nothing is due that nobody does."""
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= ours()


def test_every_timer_run_after_the_other_three_times_settles_down(busy_desk):
    """T07: timers wake each other up; when all have run, all is done."""
    for _ in range(3):
        for entry in app.conf.beat_schedule.values():
            app.tasks[entry["task"]]()
    done = everything()
    for entry in app.conf.beat_schedule.values():
        app.tasks[entry["task"]]()
    assert everything() == done
    assert not PendingReply.objects.exists()


def test_a_message_is_acknowledged_after_the_work():
    """SECURITY, "tasks idempotent": a worker that dies gives its task to the next."""
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]

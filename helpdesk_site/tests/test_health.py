"""T23: health tells which part is not well, and the process alone is well without any of them."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from engine import heartbeats
from helpdesk_site.celery import app
from mail import outbox
from mail.models import Mailbox, OutgoingMail

WELL = dict.fromkeys(["database", "migrations", "scheduler", "fetchers", "outbox", "mailboxes"], "ok")


@pytest.fixture
def well(db):
    heartbeats.beat(heartbeats.SCHEDULER)


def test_all_is_well(client, well):
    """T23."""
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == WELL


def test_a_silent_scheduler_is_stale(client, well):
    """T23: also when it never worked."""
    heartbeats.beat(heartbeats.SCHEDULER, now=timezone.now() - timedelta(minutes=10))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {**WELL, "scheduler": "stale"}


def test_a_scheduler_that_never_worked_is_stale(client, db):
    """T23."""
    assert client.get("/readyz").json()["scheduler"] == "stale"


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({}, "stale"),
        ({"is_active": False}, "ok"),
        ({"checked_at": None}, "ok"),
        ({"problem": "sign_in", "retry_at": timezone.now() + timedelta(hours=1)}, "ok"),
    ],
)
def test_a_mailbox_nobody_looks_into_is_told_and_one_that_refuses_us_is_not(how, word, client, well):
    """T23."""
    long_ago = {"checked_at": timezone.now() - timedelta(minutes=11)}
    Mailbox.objects.create(name="Support", host="imap.example.com", username="support", **{**long_ago, **how})
    assert client.get("/readyz").json()["fetchers"] == word


@pytest.mark.parametrize(
    ("how", "failing"),
    [
        ({"failing_since": 16}, True),
        ({"failing_since": 14}, False),
        ({"failing_since": 16, "alarm_after": 60}, False),
        ({"failing_since": 16, "alarm_after": None}, False),
        ({"failing_since": 16, "is_active": False}, False),
        ({}, False),
    ],
)
def test_a_mailbox_that_keeps_failing_is_told_by_its_number_and_the_portal_is_ready_all_the_same(
    how, failing, client, well
):
    """T23: times are minutes ago; its name and its server's words are nothing for strangers."""
    since = timezone.now() - timedelta(minutes=how["failing_since"]) if "failing_since" in how else None
    given = {**how, "failing_since": since}
    box = Mailbox.objects.create(name="Secret name", host="imap.example.com", username="s", **given)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["mailboxes"] == (f"failing: {box.pk}" if failing else "ok")


@pytest.mark.parametrize(
    ("letter", "word"),
    [
        ({"state": "queued", "due_at": 11}, "late"),
        ({"state": "queued", "due_at": 9}, "ok"),
        ({"state": "queued", "due_at": -60}, "ok"),  # to be sent later
        ({"state": "retry", "due_at": 90, "retry_at": 11}, "late"),
        ({"state": "retry", "due_at": 90, "retry_at": -5}, "ok"),  # put off by a mail server
        ({"state": "sending", "due_at": 90, "claimed_at": 26}, "late"),
        ({"state": "sending", "due_at": 90, "claimed_at": 9}, "ok"),
        ({"state": "sent", "due_at": 900}, "ok"),
        ({"state": "failed", "due_at": 900}, "ok"),
    ],
)
def test_letters_nobody_carries_are_told(client, well, letter, word):
    """T23: the worker is dead or stuck, and no page shows it. Times are minutes ago."""
    now = timezone.now()
    when = {name: now - timedelta(minutes=ago) for name, ago in letter.items() if name != "state"}
    mail = outbox.enqueue(to="anna@example.com", kind="reply", subject="Re: 502", text="Done.")
    OutgoingMail.objects.filter(pk=mail.pk).update(state=letter["state"], **when)
    response = client.get("/readyz")
    assert response.json()["outbox"] == word
    assert response.status_code == (200 if word == "ok" else 503)


def test_tables_of_an_older_release_are_not_ready(client, well):
    """T23."""
    MigrationRecorder.Migration.objects.filter(app="tickets").latest("id").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": "missing"}


def test_the_process_answers_without_asking_anything(client, django_assert_num_queries, db):
    """T23."""
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"process": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_only_asked_never_told(client, address):
    """T18."""
    assert client.post(address).status_code == 405


WITHOUT_DATABASE = """
import json, django; django.setup()
from django.test import Client
answers = {}
for address in ["/healthz", "/readyz", "/", "/t/KTR-482913/"]:
    client = Client(raise_request_exception=False)
    if address.endswith("/"):
        client.cookies["session"] = "x" * 32
    response = client.get(address)
    answers[address] = [response.status_code, response.headers.get("Retry-After"), response.content.decode()]
print(json.dumps(answers))
"""


def test_without_a_database_the_process_lives_and_pages_say_when_to_come_back():
    """T23, SECURITY (reliability): a real connection that is refused, no page hangs or breaks."""
    environ = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    environ["DJANGO_SETTINGS_MODULE"] = "helpdesk_site.settings"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DATABASE],
        cwd=settings.BASE_DIR,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    answers = json.loads(done.stdout)
    assert answers["/healthz"][0] == 200
    assert answers["/readyz"][0] == 503
    assert json.loads(answers["/readyz"][2]) == {"database": "down"}
    for address in ("/", "/t/KTR-482913/"):
        status, retry_after, page = answers[address]
        assert status == 503
        assert int(retry_after) > 0
        assert "<h1>" in page


def test_the_scheduler_beats_twice_within_the_patience_of_health():
    """T23: one lost beat is no alarm."""
    every = app.conf.beat_schedule["heartbeat"]["schedule"]
    assert every * 2 < heartbeats.STALE_AFTER

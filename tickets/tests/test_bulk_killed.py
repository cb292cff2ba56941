"""SIGKILL: a worker that is killed again and again does every ticket of a job once, and takes it back once (T07)."""

import random
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from accounts.viewer import Viewer
from engine.models import Lease
from mail.models import OutgoingMail
from mail.tests.conftest import another_process  # noqa: F401 - fixture
from tickets import bulk
from tickets.automation import timers
from tickets.models import BulkJob, Notification, Ticket, TicketEvent, Verb

KILLS, TICKETS = 6, 200
WORKER = (
    "import time\n"
    "from tickets import bulk\n"
    "bulk.run.__kwdefaults__['turn'] = 0.05\n"
    "while True:\n"
    "    for pk in bulk.BulkJob.objects.filter(state__in=bulk.UNFINISHED).values_list('pk', flat=True):\n"
    "        bulk.run(pk)\n"
    "    time.sleep(0.01)\n"
)


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_job_killed_again_and_again_closes_each_ticket_once_and_takes_all_back(
    cast, open_ticket, another_process  # noqa: F811
):
    """Part 3, T07: as a dead worker leaves it, another goes on; letters are written once."""
    lot = [open_ticket(subject=f"Outage {number}").pk for number in range(TICKETS)]
    job = bulk.start(Viewer(cast.sam), "close", {}, lot)
    killed(another_process, job)
    job.refresh_from_db()
    assert (job.state, job.done, job.changed, job.failed) == ("done", TICKETS, TICKETS, [])
    assert happened(lot, Verb.CLOSED) == {1}
    timers.write_letters()
    told = Notification.objects.filter(event__click=job.click, reason="client")
    assert told.values("event__ticket").annotate(n=Count("pk")).filter(n=1).count() == TICKETS
    assert OutgoingMail.objects.filter(notifications__in=told).count() == TICKETS
    BulkJob.objects.filter(pk=job.pk).update(finished_at=timezone.now())
    bulk.undo(job)
    killed(another_process, job)
    job.refresh_from_db()
    assert (job.state, job.failed) == ("undone", [])
    assert happened(lot, Verb.UNDONE) == {1}
    assert not Ticket.objects.filter(pk__in=lot, category="closed").exists()


def happened(lot, verb):
    """How often it happened to each."""
    rows = TicketEvent.objects.filter(ticket__in=lot, verb=verb).values("ticket").annotate(n=Count("pk"))
    assert len(rows) == len(lot)
    return {row["n"] for row in rows}


def killed(another_process, job):  # noqa: F811
    """Let workers begin and kill each after a moment, until the job has ended."""
    chance, here = random.Random(15), {"HELPDESK_VAR": str(settings.LETTER_ROOT.parent)}
    for _kill in range(KILLS):
        worker, before = another_process(WORKER, **here), done(job)
        until(lambda before=before: done(job) != before or ended(job), worker)
        time.sleep(chance.uniform(0, 0.1))
        worker.kill()
        worker.communicate()
    Lease.objects.all().delete()
    worker = another_process(WORKER, **here)
    until(lambda: ended(job), worker)
    worker.terminate()
    worker.communicate()
    assert not bulk.run_left_behind(timezone.now() + timedelta(hours=1))


def done(job):
    return BulkJob.objects.values_list("done", flat=True).get(pk=job.pk)


def ended(job):
    return BulkJob.objects.filter(pk=job.pk).exclude(state__in=bulk.UNFINISHED).exists()


def until(happens, worker):
    ends = time.monotonic() + 60
    while time.monotonic() < ends and not happens():
        assert worker.poll() is None, worker.communicate()[1]
        time.sleep(0.005)
    assert happens()

"""SIGKILL: a worker that dies again and again sends each reply that was due once, with all that goes along (T07)."""

import random
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from engine.models import Lease
from mail.models import OutgoingMail
from mail.tests.conftest import another_process  # noqa: F401 - fixture
from tickets import actions
from tickets.actions import timing
from tickets.keeping import history
from tickets.models import Message, PendingReply, TicketEvent, TimeEntry, Verb
from tickets.writing import write

KILLS, REPLIES = 8, 120
WORKER = (
    "import time\n"
    "from tickets.automation import timers\n"
    "while True:\n"
    "    timers.release_due_replies()\n"
    "    time.sleep(0.01)\n"
)


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_replies_that_are_due_go_once_however_often_their_worker_dies(
    cast, open_ticket, another_process  # noqa: F811
):
    """T05, T07: set for later and held within their Undo; message, letter, time and tag come together or not at all."""
    lot = [open_ticket(subject=f"Question {number}") for number in range(REPLIES)]
    after = {"tags": ["answered"], "time": spent()}
    for number, ticket in enumerate(lot):
        actions.hold_reply(
            ticket, author=cast.sam, written=write(f"Answer {number}."), due_at=timezone.now() + timedelta(minutes=5),
            is_later=bool(number % 2), after=after,
        )  # fmt: skip
    PendingReply.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    chance, here = random.Random(7), {"HELPDESK_VAR": str(settings.LETTER_ROOT.parent)}
    for _kill in range(KILLS):
        left, worker = PendingReply.objects.count(), another_process(WORKER, **here)
        until(lambda left=left: PendingReply.objects.count() < left or not left, worker)
        time.sleep(chance.uniform(0, 0.05))
        worker.kill()
        worker.communicate()
        Lease.objects.all().delete()  # it would end by itself; the test does not wait for it
    worker = another_process(WORKER, **here)
    until(lambda: not PendingReply.objects.exists(), worker)
    worker.terminate()
    worker.communicate()
    assert times(Message.objects.filter(ticket__in=lot, by_staff=True), "ticket") == {1}
    assert times(TicketEvent.objects.filter(ticket__in=lot, verb=Verb.REPLIED), "ticket") == {1}
    assert times(TicketEvent.objects.filter(ticket__in=lot, verb=Verb.TAGGED), "ticket") == {1}
    assert times(TimeEntry.objects.filter(ticket__in=lot, message__isnull=False), "ticket") == {1}
    assert OutgoingMail.objects.filter(kind="reply", to_address=cast.anna.email).count() == REPLIES
    assert not TicketEvent.objects.filter(verb=Verb.UNSCHEDULED).exists() and history.verify() is None


def spent():
    """Time of five minutes, as a waiting reply keeps it."""
    said = {"minutes": 5, "activity": None, "is_billable": False, "amount": None, "invoicing": "no", "text": ""}
    return timing.kept(said)


def times(rows, field):
    """How often each of all tickets is among these rows."""
    counted = rows.order_by().values(field).annotate(n=Count("pk"))
    assert len(counted) == REPLIES
    return {row["n"] for row in counted}


def until(happens, worker):
    ends = time.monotonic() + 90
    while time.monotonic() < ends and not happens():
        assert worker.poll() is None, worker.communicate()[1]
        time.sleep(0.005)
    assert happens()

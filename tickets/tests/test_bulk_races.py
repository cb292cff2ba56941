"""Jobs side by side: two workers on one, two jobs on the same tickets, an agent in between (T07, T09)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.viewer import Viewer
from departments.models import Status
from tickets import actions, bulk
from tickets.keeping import history
from tickets.models import BulkJob, Message, PendingReply, Ticket, TicketEvent, Verb
from tickets.tests.test_races import at_once
from tickets.writing import write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lot(open_ticket, monkeypatch):
    """Twelve tickets; jobs of more than three are large, and done two at a time."""
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk.step.__wrapped__, "__kwdefaults__", {"size": 2})
    return [open_ticket().pk for _each in range(12)]


def begin(person, tickets, name, **params):
    return bulk.start(Viewer(person), name, params, tickets)


def test_two_workers_on_one_job_do_each_ticket_once(lot, sam):
    """T07: the kick and the sweep meet."""
    job = begin(sam, lot, "close")
    at_once(*[lambda: bulk.run(job.pk) for _worker in range(3)])
    job.refresh_from_db()
    assert (job.state, job.done, job.changed, job.failed) == ("done", 12, 12, [])
    assert TicketEvent.objects.filter(ticket__in=lot, verb=Verb.CLOSED).count() == 12
    assert all(history.verify([number]) is None for number in Ticket.objects.values_list("number", flat=True))


def test_two_jobs_on_the_same_tickets_end_both(lot, sam, lena):
    """T09: rows are locked in one order; neither waits for the other for ever."""
    jobs = begin(sam, lot, "close"), begin(lena, lot, "status", status="on-hold")
    at_once(*[lambda pk=job.pk: bulk.run(pk) for job in jobs])
    bulk.run_left_behind()
    assert set(BulkJob.objects.values_list("state", "done")) == {("done", 12)}
    assert Ticket.objects.filter(status__code__in=["closed", "on-hold"]).count() == 12


def test_an_agent_who_answers_meanwhile_loses_nothing(lot, sam, lena):
    """T09: the reply is kept, whichever came first."""
    job, ticket = begin(sam, lot, "priority", priority="critical"), Ticket.objects.get(pk=lot[5])
    reply = lambda: actions.reply(ticket, author=lena, written=write("On it."), by_staff=True)  # noqa: E731
    at_once(lambda: bulk.run(job.pk), reply)
    assert Message.objects.filter(ticket=ticket, by_staff=True).count() == 1
    assert Ticket.objects.filter(pk__in=lot, priority__code="critical").count() == 12
    assert history.verify([ticket.number]) is None


def test_undo_while_it_runs_leaves_nothing_changed(lot, sam):
    """T09: what a worker does at the same moment is taken back with the rest."""
    job = begin(sam, lot, "status", status="on-hold")
    at_once(lambda: bulk.run(job.pk), lambda: bulk.undo(job))
    bulk.run(job.pk)
    job.refresh_from_db()
    assert job.state == "undone"
    assert Ticket.objects.filter(status=Status.objects.get(code="open")).count() == 12


@pytest.mark.parametrize("attempt", range(2))
def test_a_post_called_back_the_moment_it_goes_is_sent_or_taken_back_and_never_both(lot, sam, attempt):
    """T09: each of its replies goes to its client, and is told, or to nobody."""
    due_at = timezone.now() + timedelta(seconds=30)
    job = begin(sam, lot[:4], "incident", incident="It works again.", due_at=due_at.timestamp(), of=lot[0])
    bulk.run(job.pk)
    rows = list(PendingReply.objects.order_by("-pk"))
    at_once(lambda: bulk.undo(job), *[lambda row=row: actions.release(row, now=due_at) for row in rows])
    bulk.run(job.pk)
    job.refresh_from_db()
    assert len(rows) == 4 and job.state == "undone" and not PendingReply.objects.exists()
    went = Message.objects.filter(body="It works again.").values_list("ticket__number", flat=True)
    assert sorted(went) == sorted(number for number, _why in job.failed)
    assert all(history.verify([number]) is None for number in went)

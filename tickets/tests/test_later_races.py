"""Replies set for later when things happen at once: sent or called off, never both (T07, T08)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import people
from accounts.models import User
from tickets import actions
from tickets.keeping import history
from tickets.models import Draft, Message, PendingReply, TicketEvent, Verb
from tickets.writing import write

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Do all of these at the same moment; what each gave or raised."""
    start, found = threading.Barrier(len(acts)), []

    def run(act):
        try:
            start.wait()
            found.append(act())
        except Exception as error:  # what came of it is asserted
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.parametrize("attempt", range(3))
def test_a_client_who_writes_the_moment_it_is_due(ticket, anna, sam, attempt):
    """Either it went before the client's message, or its text is in the box: no deadlock, no reply lost or doubled."""
    due_at = timezone.now() + timedelta(hours=1)
    row = actions.hold_reply(ticket, author=sam, written=write("Later."), due_at=due_at, is_later=True)
    found = at_once(
        lambda: actions.release(row, now=due_at),
        lambda: actions.reply(ticket, author=anna, written=write("Wait."), by_staff=False),
        lambda: actions.release(row, now=due_at),
    )
    assert [each for each in found if isinstance(each, Exception)] == []
    went = Message.objects.filter(body="Later.").count()
    called_off = TicketEvent.objects.filter(verb=Verb.UNSCHEDULED).count()
    assert went + called_off == 1 and not PendingReply.objects.exists()
    assert Draft.objects.filter(owner=f"user:{sam.pk}").count() == called_off
    assert history.verify([ticket.number]) is None


@pytest.mark.parametrize("is_later", [True, False])
def test_its_author_leaves_the_moment_it_is_due(ticket, sam, is_later):
    """Either it went before, or colleagues find it as a note: no deadlock, nothing lost or doubled."""
    due_at = timezone.now() + timedelta(hours=1)
    row = actions.hold_reply(ticket, author=sam, written=write("Later."), due_at=due_at, is_later=is_later)
    found = at_once(
        lambda: actions.release(row, now=due_at),
        lambda: people.deactivate(User.objects.get(pk=sam.pk)),
        lambda: actions.release(row, now=due_at),
    )
    assert [each for each in found if isinstance(each, Exception)] == []
    (kept,) = Message.objects.filter(body="Later.")
    assert kept.is_note == TicketEvent.objects.filter(verb=Verb.UNSCHEDULED, message=kept).exists()
    assert not PendingReply.objects.exists() and history.verify([ticket.number]) is None


def test_called_back_the_moment_it_is_due(ticket, sam):
    due_at = timezone.now() + timedelta(hours=1)
    row = actions.hold_reply(ticket, author=sam, written=write("Later."), due_at=due_at, is_later=True)
    at_once(lambda: actions.release(row, now=due_at), lambda: actions.call_back(row, actor=sam))
    events = TicketEvent.objects.filter(verb__in=[Verb.UNSCHEDULED, Verb.REPLIED])
    assert events.count() == 1 and not PendingReply.objects.exists()
    assert history.verify([ticket.number]) is None

"""Two agents who join tickets at the same moment (T09): one of them wins, nothing goes in a circle; and the race is
there without the locks."""

import contextlib
import time

import pytest
from django.db import DatabaseError, OperationalError, transaction

from tickets import actions, found
from tickets.actions import linking, merging
from tickets.keeping import history
from tickets.models import Message, Ticket, TicketEvent, TicketLink, Verb
from tickets.refused import Refused
from tickets.writing import write

from .test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PAUSE = 0.4  # seconds between reading and writing: the race is wide open


@pytest.fixture
def wide_open(monkeypatch):
    """Every merge and link stops between its check and its change."""
    refuse, leads = merging.refuse, linking.leads

    def slow_refuse(*args, **kwargs):
        refuse(*args, **kwargs)
        time.sleep(PAUSE)

    def slow_leads(*args):
        found = leads(*args)
        time.sleep(PAUSE)
        return found

    monkeypatch.setattr(merging, "refuse", slow_refuse)
    monkeypatch.setattr(linking, "leads", slow_leads)


@pytest.fixture
def unlocked(monkeypatch):
    """Rows are read without their lock."""
    monkeypatch.setattr(merging.found, "locked", lambda pk: Ticket.objects.get(pk=pk))


def test_two_agents_who_merge_each_into_the_other_make_one_survivor(open_ticket, sam, lena, wide_open):
    """T09, bad input: A into B and B into A at once."""
    one, other = open_ticket(), open_ticket()
    answers = at_once(
        lambda: actions.merge([one, other], into=one, actor=sam),
        lambda: actions.merge([one, other], into=other, actor=lena),
    )
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    rows = Ticket.objects.order_by("pk")
    assert sorted(row.merged_into_id is None for row in rows) == [False, True]
    assert sorted(row.has_merged for row in rows) == [False, True]
    assert history.verify() is None


def test_three_merges_in_a_ring_make_no_circle(open_ticket, sam, wide_open):
    """T09: A into B, B into C, C into A."""
    rows = [open_ticket() for _ in range(3)]
    at_once(*[lambda a=rows[n], b=rows[n - 1]: actions.merge([a, b], into=b, actor=sam) for n in range(3)])
    assert Ticket.objects.filter(merged_into=None).count() >= 1
    for row in Ticket.objects.all():
        seen = set()
        while row.merged_into_id:
            assert row.pk not in seen, "a circle"
            seen.add(row.pk)
            row = row.merged_into
    assert history.verify() is None


@pytest.mark.postgres
def test_without_the_lock_neither_is_refused(open_ticket, sam, lena, wide_open, unlocked):
    """T09's control: both look before either has written, so both go on, and only the history's unique numbers stop
    one of them, by an error. On SQLite a transaction that writes locks everything from its beginning."""
    one, other = open_ticket(), open_ticket()
    answers = at_once(
        lambda: actions.merge([one, other], into=one, actor=sam),
        lambda: actions.merge([one, other], into=other, actor=lena),
    )
    assert not [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer for answer in answers if isinstance(answer, DatabaseError)]


def test_a_reply_and_a_merge_at_once_lose_nothing(open_ticket, sam, anna, wide_open):
    """T09: whatever comes first, the words are in the survivor's thread."""
    one, other = open_ticket(), open_ticket()
    at_once(
        lambda: actions.merge([one, other], actor=sam),
        lambda: actions.reply(other, author=anna, written=write("Wait!"), by_staff=False),
    )
    assert Message.objects.get(body="Wait!").ticket in (one, other)
    assert Ticket.objects.get(pk=other.pk).merged_into == one
    assert history.verify() is None


def test_unmerging_and_replying_to_the_merged_one_do_not_lock_each_other_up(open_ticket, sam, anna):
    """T09: both lock the merged ticket before its survivor."""
    one, other = open_ticket(), open_ticket()
    actions.merge([one, other], actor=sam)
    event = TicketEvent.objects.get(verb=Verb.TOOK_IN)
    answers = at_once(
        lambda: actions.unmerge(event, actor=sam),
        *[lambda: actions.reply(other, author=anna, written=write("Hello"), by_staff=False) for _ in range(3)],
    )
    assert not [answer for answer in answers if isinstance(answer, OperationalError)]
    assert Message.objects.filter(body="Hello").count() == 3
    assert history.verify() is None


def test_two_who_link_each_above_the_other_make_no_circle(open_ticket, sam, lena, wide_open):
    """T09: A blocks B and B blocks A at once."""
    one, other = open_ticket(), open_ticket()
    answers = at_once(
        lambda: actions.link(one, to=other, kind="blocks", actor=sam),
        lambda: actions.link(other, to=one, kind="blocks", actor=lena),
    )
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert TicketLink.objects.count() == 1


def test_a_split_twice_at_once_is_done_once(open_ticket, say, sam, lena, anna, support):
    """T09: the second finds its messages moved already."""
    ticket = open_ticket()
    message = say(ticket, anna, "Something else")
    about = {"messages": [message], "subject": "Else", "department": support}
    answers = at_once(*[lambda who=who: actions.split(ticket, actor=who, **about) for who in (sam, lena)])
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert Message.objects.filter(origin=message).count() == 1
    assert history.verify() is None


def test_a_lock_outside_a_transaction_is_a_mistake(ticket):
    """The rows are locked until the act is done."""
    with contextlib.suppress(transaction.TransactionManagementError):
        found.locked(ticket.pk)
        pytest.fail("locked nothing")

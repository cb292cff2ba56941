"""Who waits for a ticket or a tag finds it as the other left it, and holds nothing that others wait for (T09)."""

import logging
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts import people
from accounts.viewer import Viewer
from tickets import actions, bulk, found
from tickets.automation import due
from tickets.keeping import history
from tickets.models import Tag, Ticket, TicketEvent, Verb
from tickets.refused import Refused
from tickets.writing import write

from .test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PAUSE = 0.4  # seconds for which an act is not committed yet


def while_open(first, then):
    """Do `then` while `first` is done and not committed. Returns what `then` returned or raised."""
    done = threading.Event()

    def hold():
        with transaction.atomic():
            first()
            done.set()
            time.sleep(PAUSE)

    def come():
        done.wait(10)
        return then()

    first_said, then_said = at_once(hold, come)
    assert first_said is None, first_said
    return then_said


def is_free(ticket):
    """Whether nobody holds this ticket's row, asked on another connection."""

    @transaction.atomic
    def ask():
        return list(Ticket.objects.select_for_update(nowait=True).filter(pk=ticket.pk).values_list("pk"))

    [answer] = at_once(ask)
    assert isinstance(answer, list | OperationalError), answer
    return isinstance(answer, list)


# --- One order of locks -----------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_an_act_on_a_merged_ticket_holds_its_survivor_alone(open_ticket, sam):
    """T09: somebody who holds the survivor may wait for the merged one."""
    one, other = open_ticket(), open_ticket()
    actions.merge([one, other], actor=sam)
    with transaction.atomic():
        actions.assign(other, to=sam, actor=sam)  # from a page as it was before
        assert is_free(other) and not is_free(one)


@pytest.mark.postgres
def test_who_waited_for_a_ticket_that_was_merged_lets_go_of_it(open_ticket, sam):
    """T09."""
    one, other = open_ticket(), open_ticket()

    @transaction.atomic
    def act():
        row = found.end_locked(other.pk)
        return row, is_free(other)

    assert while_open(lambda: actions.merge([one, other], actor=sam), act) == (one, True)


@pytest.mark.postgres
def test_who_waited_for_one_of_several_asks_for_no_other_while_holding_what_was_merged(open_ticket, sam, monkeypatch):
    """T09: the survivor is held by somebody who may wait for the merged one."""
    one, other = open_ticket(), open_ticket()
    locked, asked = found.locked, []

    @transaction.atomic
    def act():
        monkeypatch.setattr(found, "locked", lambda pk: asked.append(pk) or locked(pk))
        return found.ends_locked([one.pk, other.pk])

    rows = while_open(lambda: actions.merge([one, other], into=other, actor=sam), act)
    assert rows == {one.pk: other, other.pk: other}
    assert asked == [one.pk, other.pk]


def test_a_reply_that_moves_while_it_is_waited_for_goes_where_it_is(open_ticket, sam, lena):
    """T09: its ticket is taken out of a merge the moment it is due."""
    one, other = open_ticket(), open_ticket()
    row = actions.hold_reply(other, author=sam, written=write("Hello"), due_at=timezone.now())
    actions.merge([one, other], actor=sam)
    event = TicketEvent.objects.get(verb=Verb.TOOK_IN)
    message = while_open(lambda: actions.unmerge(event, actor=lena), lambda: actions.release(row))
    assert message.ticket == other
    assert history.verify() is None


@pytest.mark.postgres
def test_naming_a_ticket_waits_for_nobody_who_acts_on_it(open_ticket, ticket, anna, sam):
    """T09: a follow-up, or a tag merged into another, points to it; only who deletes it would be in the way."""
    with transaction.atomic():
        actions.assign(ticket, to=sam, actor=sam)
        assert at_once(lambda: open_ticket(follow_up_of=ticket).follow_up_of) == [ticket]


@pytest.mark.postgres
def test_who_leaves_and_who_links_their_tickets_do_not_lock_each_other_up(open_ticket, sam, lena):
    """T09: what waits to be sent on a later ticket is called off, and an earlier one is freed, at once."""
    first, second = open_ticket(), open_ticket()
    actions.assign(first, to=sam, actor=sam)
    due_at = timezone.now() + timedelta(days=1)
    actions.hold_reply(second, author=sam, written=write("Later."), due_at=due_at, is_later=True)
    begun = threading.Event()

    @transaction.atomic
    def link():
        actions.assign(first, to=lena, actor=lena)
        begun.set()
        time.sleep(PAUSE)
        actions.link(first, to=second, kind="relates", actor=lena)

    def leave():
        begun.wait(10)
        return people.deactivate(sam)

    assert at_once(link, leave) == [None, 0]


# --- What was waited for is read anew ---------------------------------------------------------------------------------


def test_a_job_that_waited_for_a_merge_says_so(open_ticket, sam, lena):
    """Bad input: tickets merged meanwhile."""
    one, other = open_ticket(), open_ticket()
    job = while_open(
        lambda: actions.merge([one, other], actor=lena), lambda: bulk.start(Viewer(sam), "close", {}, [other.pk])
    )
    assert (job.changed, job.failed) == (0, [[other.number, f"It was merged into {one.number}."]])


def test_a_job_that_waited_for_another_client_leaves_no_ticket_out(ticket, sam, lena, olga):
    """Bad input: tickets changed meanwhile."""
    job = while_open(
        lambda: actions.change_client(ticket, to=olga, actor=lena, across=True),
        lambda: bulk.start(Viewer(sam), "priority", {"priority": "critical"}, [ticket.pk]),
    )
    assert (job.changed, job.failed) == (1, [])
    ticket.refresh_from_db()
    assert (ticket.client, ticket.priority.code) == (olga, "critical")


# --- Tags -------------------------------------------------------------------------------------------------------------


def test_a_tag_put_on_while_another_is_merged_into_it_is_on_once(ticket, sam, lena):
    one, other = actions.tags_named("php, web")
    actions.tag(ticket, on=[one], actor=sam)
    answer = while_open(
        lambda: actions.merge_tag(one, into=other, actor=lena), lambda: actions.tag(ticket, on=[other], actor=sam)
    )
    assert answer == ticket
    assert list(ticket.tags.all()) == [other]


def test_tickets_merged_while_a_tag_of_theirs_is_deleted_go_without_it(open_ticket, sam, lena):
    one, other = open_ticket(), open_ticket()
    [tag] = actions.tags_named("php")
    actions.tag(other, on=[tag], actor=sam)
    answer = while_open(lambda: actions.delete_tag(tag, actor=lena), lambda: actions.merge([one, other], actor=sam))
    assert answer == one and not one.tags.exists()
    assert history.verify() is None


@pytest.mark.parametrize("way", ["renamed", "brought back"])
def test_two_tags_that_get_one_name_at_once_are_one(sam, lena, way):
    [tag] = actions.tags_named("php")
    gone = actions.delete_tag(actions.tags_named("web")[0], actor=lena)
    answer = while_open(
        lambda: actions.tags_named("web"),
        lambda: actions.bring_back_tag(gone) if way == "brought back" else actions.change_tag(tag, name="Web", tone=""),
    )
    assert isinstance(answer, Refused)
    assert sorted(Tag.objects.values_list("key", flat=True)) == ["php", "web"]


# --- Timers -----------------------------------------------------------------------------------------------------------


def test_a_timer_that_comes_too_late_is_no_error(ticket, sam, caplog):
    """T07: it was put in the trash between being found and being locked."""
    rows = Ticket.objects.filter(pk=ticket.pk)
    actions.assign(ticket, to=sam, actor=sam)

    def act(row):
        actions.trash(row, actor=sam)
        return actions.remind(row, actor=sam, now=row.created_at)

    with caplog.at_level(logging.ERROR):
        assert due.each("remind", rows, "created_at", act) == 0
    assert not caplog.records


# --- Many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_what_changes_many_tickets_holds_none_while_it_waits_for_one(open_ticket, sam):
    """T09: settings and rules are saved while somebody holds the second of three."""
    rows, seen = [open_ticket() for _each in range(3)], []

    def change(ids):
        with_them = Ticket.objects.filter(pk__in=ids)
        return seen.append(ids) or with_them.update(rules_at=None)

    ids = [row.pk for row in rows]
    assert while_open(lambda: actions.assign(rows[1], to=sam, actor=sam), lambda: found.in_turns(ids, change)) == 3
    assert [sorted(some) for some in seen] == [[ids[0], ids[2]], [ids[1]]]


def test_a_ticket_nobody_holds_is_locked_by_one_statement(ticket, django_assert_num_queries):
    """T27: without a savepoint, for there is nothing to let go of."""
    with transaction.atomic(), django_assert_num_queries(1):
        assert found.end_locked(ticket.pk) == ticket


def test_a_ticket_that_was_merged_leads_to_its_survivor(open_ticket, cast):
    older, newer = open_ticket(), open_ticket()
    actions.merge([older, newer], into=older, actor=cast.lena)
    with transaction.atomic():
        assert found.end_locked(newer.pk) == older

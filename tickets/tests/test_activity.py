"""My activity: what I did lately, told by click, and Undo while it is possible (issue 4, "Undo")."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.viewer import Viewer
from departments.models import Priority
from tickets import actions, activity, bulk
from tickets.events import one_click
from tickets.models import PendingReply, TicketEvent
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(cast):
    """The Acts of Sam, the latest first."""
    return lambda before="": activity.lately(Viewer(cast.sam), before)[0]


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def words(act):
    return " ".join(act.words)


def test_what_i_did_is_listed_a_line_a_click_the_latest_first(client_of, open_ticket, cast, mine):
    """Part 8: close, assign, priority; what others do is none of it."""
    first, second = open_ticket(subject="First"), open_ticket(subject="Second")
    actions.close(first, actor=cast.sam)
    with one_click():
        actions.assign(second, to=cast.sam, actor=cast.sam)
        actions.set_priority(second, priority=Priority.objects.get(code="critical"), actor=cast.sam)
    actions.close(second, actor=cast.lena)
    acts = mine()
    assert [act.numbers[0][0] for act in acts] == [second.number, first.number]
    assert len(acts[0].words) == 2 and all(0 < act.undo_seconds <= 60 for act in acts)
    page = client_of(cast.sam).get("/desk/activity/").content.decode()
    assert "First" in page and page.count('data-key="g a"') == 1 and page.count(">Undo<") == 2
    assert "First" not in client_of(cast.lena).get("/desk/activity/").content.decode()


def test_undo_from_the_list_and_what_was_taken_back_says_so(client_of, open_ticket, cast, mine):
    """Part 8: by the same list; twice is too late."""
    ticket = open_ticket()
    actions.close(ticket, actor=cast.sam)
    (act,), browser = mine(), client_of(cast.sam)
    answer = browser.post(f"/desk/activity/{act.click}/undo/")
    assert answer.url == "/desk/activity/" and told(answer) == ["Taken back."]
    ticket.refresh_from_db()
    assert not ticket.is_closed
    (act,) = mine()
    assert act.is_undone and not act.undo_seconds
    assert "taken back" in browser.get("/desk/activity/").content.decode()
    assert told(browser.post(f"/desk/activity/{act.click}/undo/"))[-1] != "Taken back."


def test_after_a_minute_nothing_is_offered(open_ticket, cast, mine, client_of):
    """Part 8: 60 seconds; the list stays."""
    actions.close(open_ticket(), actor=cast.sam)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        (act,) = mine()
        assert not act.undo_seconds
        assert told(client_of(cast.sam).post(f"/desk/activity/{act.click}/undo/")) == ["This can no longer be undone."]


def test_a_move_out_of_my_departments_is_taken_back_all_the_same(client_of, open_ticket, cast, mine):
    """Part 8: of a ticket out of sight the number is shown, and nothing of it (T01)."""
    ticket = open_ticket(subject="Secret of Billing")
    actions.move(ticket, to=cast.billing, actor=cast.sam)
    (act,), browser = mine(), client_of(cast.sam)
    page = browser.get("/desk/activity/").content.decode()
    assert ticket.number in page and "Secret of Billing" not in page
    browser.post(f"/desk/activity/{act.click}/undo/")
    ticket.refresh_from_db()
    assert ticket.department == cast.support


def test_a_reply_that_waits_stands_above_and_is_called_back(client_of, ticket, cast):
    """Part 8: a send within its delay."""
    due = timezone.now() + timedelta(seconds=20)
    row = actions.hold_reply(ticket, author=cast.sam, written=write("Soon."), due_at=due)
    browser = client_of(cast.sam)
    page = browser.get("/desk/activity/").content.decode()
    assert "Not sent yet" in page and f"/t/{ticket.number}/call-back/{row.pk}/" in page
    assert "Not sent yet" not in client_of(cast.lena).get("/desk/activity/").content.decode()
    browser.post(f"/t/{ticket.number}/call-back/{row.pk}/")
    assert not PendingReply.objects.exists()


def test_an_act_on_many_is_one_line(client_of, open_ticket, cast, mine):
    """Part 8: told by its job, with its own Undo; its events are none of the list's."""
    lot = [open_ticket() for _each in range(3)]
    actions.assign(lot[0], to=cast.sam, actor=cast.sam)
    job = bulk.start(Viewer(cast.sam), "close", {}, [each.pk for each in lot])
    first, second = mine()
    assert words(first) == "3 tickets closed." and first.job == job and first.undo_seconds
    assert second.job is None
    page = client_of(cast.sam).get("/desk/activity/").content.decode()
    assert f"/desk/bulk/{job.pk}/undo/" in page
    bulk.undo(job)
    assert mine()[0].is_undone


def test_merge_and_split_are_listed_and_taken_back_for_a_day(client_of, open_ticket, cast, mine):
    """Part 8: while nobody wrote since."""
    old, new = open_ticket(), open_ticket()
    actions.merge([old, new], actor=cast.sam)
    (act,) = mine()
    assert act.is_for_long and {number for number, *_more in act.numbers} == {old.number, new.number}
    client_of(cast.sam).post(f"/desk/activity/{act.click}/undo/")
    new.refresh_from_db()
    assert new.merged_into is None
    assert any(each.is_undone for each in mine())


@pytest.mark.parametrize("before", ["", "nonsense", "2026-99-99", "2026-01-01T00:00:00", "9" * 50, "%00"])
def test_a_page_that_begins_nowhere_is_the_first(client_of, open_ticket, cast, before):
    """T19."""
    actions.close(open_ticket(subject="Lamp"), actor=cast.sam)
    answer = client_of(cast.sam).get("/desk/activity/", {"before": before})
    assert answer.status_code == 200 and "Lamp" in answer.content.decode()


def test_pages_by_time_repeat_and_lose_nothing(open_ticket, cast, monkeypatch):
    """Part 8: newest first, however many events a click has, and jobs among them."""
    monkeypatch.setattr(activity, "PAGE", 2)
    made = [open_ticket() for _each in range(5)]
    for each in made:
        with one_click():
            actions.assign(each, to=cast.sam, actor=cast.sam)
            actions.close(each, actor=cast.sam)
        bulk.start(Viewer(cast.sam), "priority", {"priority": "critical"}, [each.pk])
    seen, before = [], ""
    while True:
        acts, before = activity.lately(Viewer(cast.sam), before)
        seen += [act.click or act.job.pk for act in acts]
        if not before:
            break
    assert len(seen) == len(set(seen)) == 10


def test_as_many_statements_for_many_acts_as_for_one(open_ticket, cast, client_of):
    """T27."""
    actions.close(open_ticket(), actor=cast.sam)
    browser = client_of(cast.sam)

    def statements():
        browser.get("/desk/activity/")
        with CaptureQueriesContext(connection) as asked:
            browser.get("/desk/activity/")
        return len(asked)

    before = statements()
    for _each in range(5):
        actions.close(open_ticket(), actor=cast.sam)
    assert statements() == before <= 14


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben", "lena", "operator"])
def test_nobody_takes_back_what_somebody_else_did(client_of, open_ticket, cast, name):
    """T01: a click is its actor's."""
    ticket = open_ticket()
    actions.close(ticket, actor=cast.sam)
    click = TicketEvent.objects.filter(ticket=ticket).latest("sequence").click
    browser = client_of(getattr(cast, name))
    assert browser.post(f"/desk/activity/{click}/undo/").status_code == 404
    assert browser.post(f"/desk/activity/{uuid.uuid4()}/undo/").status_code == 404
    ticket.refresh_from_db()
    assert ticket.is_closed

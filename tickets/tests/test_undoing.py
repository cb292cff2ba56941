"""Undo: what comes back, and who may still take what back (FIELD 2.3, 12)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from departments.models import Priority, StaffPlace, Status
from departments.policy import forget
from tickets import actions
from tickets.events import one_click
from tickets.keeping import history
from tickets.models import Ticket, TicketEvent, TicketLink, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def click_of(ticket, verb):
    return TicketEvent.objects.filter(ticket=ticket, verb=verb).latest("sequence").click


# --- A closed ticket --------------------------------------------------------------------------------------------------


def closed_long_ago(ticket, by):
    actions.close(ticket, actor=by)
    then = timezone.now() - timezone.timedelta(days=9)
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=then)
    return then


@pytest.mark.parametrize("way", ["button", "status"])
def test_reopening_taken_back_it_is_closed_since_when_and_by_whom_it_was(ticket, anna, sam, way):
    """C3: the days in which a reply opens it again are counted from the closing, not from the Undo."""
    then = closed_long_ago(ticket, anna)
    if way == "button":
        actions.reopen(fresh(ticket), actor=sam, by_staff=True)
    else:
        actions.set_status(fresh(ticket), status=Status.objects.get(code="in-progress"), actor=sam)
    assert fresh(ticket).closed_at is None
    actions.undo(click_of(ticket, Verb.REOPENED), actor=sam)
    row = fresh(ticket)
    assert row.is_closed and row.closed_at == then and row.closed_by == anna and row.waiting_since is None
    assert history.verify([ticket.number]) is None


def test_a_status_among_the_closed_keeps_it_too(ticket, sam, lena):
    then = closed_long_ago(ticket, sam)
    done = Status.objects.create(code="done", name="Done", category="closed", position=90)
    forget()
    actions.set_status(fresh(ticket), status=done, actor=lena)
    actions.undo(click_of(ticket, Verb.STATUS), actor=lena)
    assert (fresh(ticket).closed_at, fresh(ticket).closed_by) == (then, sam)


# --- Merges and splits, which can be taken back for a day -------------------------------------------------------------


@pytest.fixture
def merge(open_ticket, sam):
    """(the survivor, the merged one, the click)."""
    into, other = open_ticket(), open_ticket(subject="Again")
    actions.merge([into, other], actor=sam)
    return fresh(into), other, click_of(into, Verb.TOOK_IN)


def test_whoever_works_there_no_more_takes_no_merge_back(merge, sam, client_of, support):
    """S119: neither by the toast nor from the list of one's acts; with the place it goes."""
    into, other, click = merge
    StaffPlace.objects.filter(user=sam, department=support).delete()
    with pytest.raises(Refused, match="left your departments"):
        actions.undo(click, actor=fresh(sam))
    page = client_of(sam).post(f"/desk/activity/{click}/undo/", follow=True).content.decode()
    assert "Taken back" not in page
    assert fresh(other).merged_into == into
    StaffPlace.objects.create(user=sam, department=support)
    actions.undo(click, actor=fresh(sam))
    assert fresh(other).merged_into is None


def test_a_merge_whose_ticket_was_moved_away_is_no_longer_theirs(merge, sam, operator, billing):
    into, other, click = merge
    actions.move(into, to=billing, actor=operator)
    with pytest.raises(Refused):
        actions.undo(click, actor=sam)
    assert fresh(other).merged_into == into


def test_a_split_into_another_department_is_taken_back_by_whoever_has_the_old_ticket(
    ticket, say, anna, sam, billing, support
):
    """S159: the new ticket is out of their sight, the old one is not."""
    message = say(ticket, anna, "And the invoice?")
    new = actions.split(fresh(ticket), messages=[message], actor=sam, subject="Invoice", department=billing)
    click = click_of(ticket, Verb.SPLIT)
    StaffPlace.objects.filter(user=sam).delete()
    with pytest.raises(Refused):
        actions.undo(click, actor=fresh(sam))
    StaffPlace.objects.create(user=sam, department=support)
    actions.undo(click, actor=fresh(sam))
    assert fresh(new).hidden == "trash"


# --- What is not taken back -------------------------------------------------------------------------------------------


def test_a_click_whose_reply_has_gone_is_taken_back_in_no_part(ticket, sam, say):
    """FIELD 12: what was mailed cannot be unsaid, so the close that went with it stands."""
    with one_click() as click:
        say(ticket, sam, "Done.")
        actions.close(ticket, actor=sam)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=sam)
    assert fresh(ticket).is_closed


def test_what_was_taken_back_is_not_taken_back_again(ticket, sam):
    """From another browser: the same change made anew since is somebody's wish."""
    high = Priority.objects.get(code="high")
    with one_click() as click:
        actions.set_priority(ticket, priority=high, actor=sam)
    actions.undo(click.id, actor=sam)
    actions.set_priority(fresh(ticket), priority=high, actor=sam)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=sam)
    assert fresh(ticket).priority == high


def test_an_old_undo_takes_nothing_out_of_spam(ticket, sam, lena):
    with one_click() as click:
        actions.close(ticket, actor=sam)
    actions.mark_spam(fresh(ticket), actor=lena)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=sam)
    assert fresh(ticket).hidden == Ticket.Hidden.SPAM and fresh(ticket).is_closed


def test_an_old_undo_changes_no_ticket_that_lives_on_in_another(open_ticket, sam, lena):
    """S142: nothing happens to it any more but to its messages."""
    older, newer = open_ticket(), open_ticket()
    with one_click() as click:
        actions.set_priority(newer, priority=Priority.objects.get(code="high"), actor=sam)
    actions.merge([older, newer], actor=lena)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=sam)
    assert fresh(newer).priority.code == "high" and verbs(newer)[-1] == Verb.MERGED


def test_throwing_away_is_taken_back_only_as_long_as_nobody_did_it_again(ticket, sam):
    with one_click() as click:
        actions.trash(ticket, actor=sam)
    actions.restore(fresh(ticket), actor=sam)
    actions.trash(fresh(ticket), actor=sam)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=sam)
    assert fresh(ticket).is_trashed


def test_closing_taken_back_leaves_a_snooze_whose_time_has_come_over(ticket, sam):
    actions.snooze(ticket, until=timezone.now() + timedelta(seconds=20), actor=sam)
    with one_click() as click:
        actions.close(fresh(ticket), actor=sam)
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        actions.undo(click.id, actor=sam)
    assert not fresh(ticket).is_closed and fresh(ticket).snoozed_at is None and fresh(ticket).awaiting


@pytest.mark.parametrize("meanwhile", ["closed", "in time"])
def test_waking_is_not_taken_back_once_it_is_closed_or_its_time_has_come(ticket, sam, lena, meanwhile):
    actions.snooze(ticket, until=timezone.now() + timedelta(seconds=20), actor=sam)
    with one_click() as click:
        actions.wake(fresh(ticket), actor=sam)
    if meanwhile == "closed":
        actions.close(fresh(ticket), actor=lena)
    then = timezone.now() + timedelta(seconds=30 if meanwhile == "in time" else 0)
    with time_machine.travel(then), pytest.raises(Refused):
        actions.undo(click.id, actor=sam)
    assert fresh(ticket).snoozed_at is None


def test_a_link_taken_off_does_not_come_back_in_a_circle(open_ticket, sam, lena):
    one, other = open_ticket(), open_ticket()
    row = actions.link(one, to=other, kind=TicketLink.Kind.BLOCKS, actor=sam)
    with one_click() as click:
        actions.unlink(row, actor=sam)
    back = actions.link(other, to=one, kind=TicketLink.Kind.BLOCKS, actor=lena)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=sam)
    assert TicketLink.objects.get() == back

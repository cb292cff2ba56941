"""Undo: what comes back, and who may still take what back (FIELD 2.3, 12)."""

import pytest
from django.utils import timezone

from departments.models import StaffPlace, Status
from departments.policy import forget
from tickets import actions
from tickets.keeping import history
from tickets.models import Ticket, TicketEvent, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


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

"""Acts that meet: what one of them set right, the undo of another one leaves alone."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from departments.models import Status
from tickets import actions
from tickets.events import one_click
from tickets.keeping import history
from tickets.models import PendingReply, Ticket, TicketEvent, Verb
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def clicked(act, *args, **said):
    with one_click() as click:
        act(*args, **said)
    return click.id


def status(code):
    return Status.objects.get(code=code)


PUT_AWAY = {"closed": actions.close, "spam": actions.mark_spam, "trashed": actions.trash}


@pytest.mark.parametrize("act", PUT_AWAY.values(), ids=PUT_AWAY)
def test_a_snoozed_ticket_put_away_and_taken_back_is_snoozed_as_it_was(ticket, say, sam, act):
    """S19, S155: until the same moment, by the same person, and waiting since its first unanswered message."""
    say(ticket, ticket.client, "And the cart, too.")
    first, until = fresh(ticket).waiting_since, timezone.now() + timedelta(days=1)
    actions.snooze(ticket, until=until, actor=sam)
    actions.undo(clicked(act, ticket, actor=sam), actor=sam)
    after = fresh(ticket)
    assert (after.snoozed_until, after.snoozed_by, after.awaiting) == (until, sam, False)
    assert after.waiting_since == first


OPENED = {
    "reopened": lambda ticket, sam: actions.reopen(ticket, actor=sam, by_staff=True),
    "set in progress": lambda ticket, sam: actions.set_status(ticket, status=status("in-progress"), actor=sam),
}


@pytest.mark.parametrize("act", OPENED.values(), ids=OPENED)
def test_spam_that_was_opened_by_mistake_is_spam_again(ticket, sam, act):
    """S135: not a closed ticket among the others."""
    actions.mark_spam(ticket, actor=sam)
    click = clicked(act, ticket, sam)
    assert not fresh(ticket).hidden
    actions.undo(click, actor=sam)
    assert fresh(ticket).hidden == Ticket.Hidden.SPAM and fresh(ticket).is_closed


def test_what_was_split_off_spam_and_taken_back_leaves_it_as_it_was(ticket, say, sam):
    """S158: its times, too; it was no other place that it was moved to since."""
    question = say(ticket, ticket.client, "One more thing.")
    actions.mark_spam(ticket, actor=sam)
    before = fresh(ticket)
    click = clicked(actions.split, ticket, messages=[question], subject="x", department=ticket.department, actor=sam)
    assert fresh(ticket).last_message_at != before.last_message_at
    actions.undo(click, actor=sam)
    assert fresh(ticket).last_message_at == before.last_message_at and fresh(ticket).hidden == before.hidden


def test_a_ticket_whose_snooze_is_over_meanwhile_waits_for_us(ticket, sam):
    now = timezone.now()
    actions.snooze(ticket, until=now + timedelta(seconds=30), actor=sam)
    click = clicked(actions.close, ticket, actor=sam)
    with time_machine.travel(now + timedelta(seconds=45)):
        actions.undo(click, actor=sam)
    assert fresh(ticket).snoozed_at is None and fresh(ticket).awaiting


def test_undoing_a_close_opens_nothing_that_was_marked_as_spam_since(ticket, sam, lena):
    """Whatever is hidden is closed."""
    click = clicked(actions.close, ticket, actor=sam)
    actions.mark_spam(ticket, actor=lena)
    with pytest.raises(Refused):
        actions.undo(click, actor=sam)
    assert fresh(ticket).hidden == Ticket.Hidden.SPAM and fresh(ticket).is_closed


def test_undoing_an_act_leaves_a_ticket_alone_that_was_merged_since(ticket, open_ticket, sam):
    """S142: a merged-away ticket has neither status nor clock of its own."""
    other = open_ticket()
    click = clicked(actions.close, other, actor=sam)
    actions.merge([ticket, other], into=ticket, actor=sam)
    with pytest.raises(Refused):
        actions.undo(click, actor=sam)
    assert fresh(other).is_closed and fresh(other).close_at is None


def test_a_merge_is_not_taken_back_in_the_trash(ticket, open_ticket, say, sam):
    """S155: what lies in the trash can be restored, and nothing else."""
    other = open_ticket()
    actions.close(other, actor=sam)
    say(ticket, sam)
    say(other, sam, "Closed again.", status=fresh(other).status)
    click = clicked(actions.merge, [ticket, other], into=ticket, actor=sam)
    assert fresh(ticket).is_closed
    actions.trash(ticket, actor=sam)
    with pytest.raises(Refused):
        actions.undo(click, actor=sam)
    with pytest.raises(Refused):
        actions.detach(other, actor=sam)
    assert fresh(ticket).is_closed and fresh(other).merged_into_id == ticket.pk
    actions.restore(ticket, actor=sam)
    actions.undo(click, actor=sam)
    assert not fresh(ticket).is_closed and fresh(other).merged_into_id is None


def test_a_ticket_of_a_split_taken_back_can_be_restored(ticket, say, sam):
    """S158: it went to the trash as any other: what waited there is not sent, and it comes out as it was."""
    say(ticket, sam)
    message = say(ticket, ticket.client, "Another thing.")
    with one_click() as click:
        new = actions.split(ticket, messages=[message], subject="Another", department=ticket.department, actor=sam)
    later = timezone.now() + timedelta(days=1)
    actions.hold_reply(new, author=sam, written=write("Soon."), due_at=later, is_later=True)
    actions.undo(click.id, actor=sam)
    assert not PendingReply.objects.filter(ticket=new).exists()
    assert fresh(new).hidden == Ticket.Hidden.TRASH
    actions.restore(new, actor=sam)
    assert fresh(new).hidden == "" and fresh(new).awaiting
    assert TicketEvent.objects.filter(ticket=new, verb=Verb.RESTORED).exists()


def test_a_message_split_off_a_merged_ticket_is_gone_from_it_after_unmerging_too(ticket, open_ticket, say, sam):
    """S158: nothing is split off twice."""
    other = open_ticket()
    say(other, sam)
    message = say(other, other.client, "Another thing.")
    actions.merge([ticket, other], into=ticket, actor=sam)
    said = {"messages": [message], "subject": "Another", "department": ticket.department, "actor": sam}
    actions.split(ticket, **said)
    actions.detach(other, actor=sam)
    with pytest.raises(Refused):
        actions.split(other, **said)


@pytest.mark.parametrize("out", ["alone", "whole"])
def test_a_message_split_off_a_merged_ticket_keeps_its_mark_when_that_is_taken_out(
    ticket, open_ticket, say, sam, client_of, out
):
    """S158: for staff and client, and until the splitting is taken back."""
    other = open_ticket()
    message = say(other, other.client, "Another thing.")
    actions.merge([ticket, other], into=ticket, actor=sam)
    said = {"messages": [message], "subject": "Another", "department": ticket.department, "actor": sam}
    with one_click() as click:
        new = actions.split(ticket, **said)
    if out == "alone":
        actions.detach(other, actor=sam)
    else:
        actions.unmerge(TicketEvent.objects.get(verb=Verb.TOOK_IN), actor=sam)
    mark = f"Moved to {new.number}"
    for person in (sam, other.client):
        assert mark in client_of(person).get(f"/t/{other.number}/").content.decode()
        assert mark not in client_of(person).get(f"/t/{ticket.number}/").content.decode()
    actions.undo(click.id, actor=sam)
    for person in (sam, other.client):
        assert mark not in client_of(person).get(f"/t/{other.number}/").content.decode()
    assert actions.split(other, **said) and history.verify() is None


def test_who_takes_out_what_others_work_on_stays_where_they_are(
    ticket, open_ticket, say, sam, lena, billing, client_of,
):  # fmt: skip
    """No page of a department they have no place in (S119)."""
    other = open_ticket(department=billing)
    actions.merge([ticket, other], into=ticket, actor=lena)
    say(ticket, sam)
    answer = client_of(sam).post(f"/t/{ticket.number}/unmerge/{other.number}/")
    assert fresh(other).merged_into_id is None
    assert answer.status_code == 302 and answer.url == f"/t/{ticket.number}/"


def test_what_was_taken_back_in_another_browser_is_not_taken_back_again(ticket, sam, lena):
    """T09: what a colleague did after the first Undo stays."""
    php = actions.tags_named("php")
    actions.tag(ticket, on=php, actor=lena)
    click = clicked(actions.tag, ticket, off=php, actor=sam)
    actions.undo(click, actor=sam)
    actions.tag(ticket, off=php, actor=lena)
    with pytest.raises(Refused):
        actions.undo(click, actor=sam)
    assert not ticket.tags.exists()

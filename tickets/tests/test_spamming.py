"""Spam: gone from every list without a word, kept quiet, and brought back by a client who is signed in."""

import pytest

from departments.models import Status
from mail.models import OutgoingMail
from tickets import actions
from tickets.models import Notification, TicketEvent, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def test_it_closes_without_a_letter_and_leaves_the_lists(ticket, cast, client_of):
    """S135: its client is told nothing and finds it in no list."""
    OutgoingMail.objects.all().delete()
    actions.mark_spam(ticket, actor=cast.sam)
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.hidden == "spam" and not OutgoingMail.objects.exists()
    assert ticket.number not in client_of(cast.anna).get("/tickets/").content.decode()
    desk = client_of(cast.sam)
    for view in ("waiting", "open", "closed", "all"):
        assert ticket.number not in desk.get(f"/desk/?view={view}").content.decode()
    assert ticket.number in desk.get("/desk/?view=spam").content.decode()
    assert ticket.number not in client_of(cast.ben).get("/desk/?view=spam").content.decode()


def test_marking_is_taken_back(ticket, cast):
    actions.mark_spam(ticket, actor=cast.sam)
    actions.undo(TicketEvent.objects.filter(ticket=ticket).last().click, actor=cast.sam)
    ticket.refresh_from_db()
    assert ticket.status.code == "open" and ticket.hidden == "" and ticket.awaiting and ticket.waiting_since


def test_taking_the_mark_off_puts_it_back_where_it_was(ticket, cast):
    actions.mark_spam(ticket, actor=cast.sam)
    actions.unmark_spam(ticket, actor=cast.lena)
    ticket.refresh_from_db()
    assert ticket.status.code == "open" and ticket.hidden == "" and ticket.awaiting
    with pytest.raises(Refused):
        actions.unmark_spam(ticket, actor=cast.lena)
    actions.undo(TicketEvent.objects.filter(ticket=ticket).last().click, actor=cast.lena)
    ticket.refresh_from_db()
    assert ticket.hidden == "spam" and ticket.is_closed


def test_a_closed_ticket_that_was_spam_is_closed_again_afterwards(ticket, cast):
    actions.close(ticket, actor=cast.sam)
    actions.mark_spam(ticket, actor=cast.sam)
    actions.unmark_spam(ticket, actor=cast.sam)
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.hidden == ""


@pytest.mark.parametrize("way", ["reopen", "refuse", "new_linked"])
def test_later_mail_stays_in_it_and_is_told_to_nobody(ticket, cast, arrive, set_policy, way):
    """FIELD (a blocked sender's reply reopened spam): whatever becomes of replies to closed tickets."""
    set_policy(cast.support, closed_reply_mail=way, group_minutes=0)
    actions.mark_spam(ticket, actor=cast.sam)
    told = Notification.objects.count()
    came = arrive(cast.anna, subject=f"Re: {ticket.number}", to=cast.support.email, text="Buy now.")
    ticket.refresh_from_db()
    assert came.ticket == ticket and ticket.hidden == "spam" and ticket.is_closed and ticket.last_number == 2
    assert came.letters == [] and Notification.objects.count() == told


def test_a_guest_stays_in_it_too(open_ticket, cast, by_pass):
    """Who came by mail has no more than the link of a letter."""
    ticket = open_ticket(client=cast.greta, department=cast.sales)
    actions.mark_spam(ticket, actor=cast.operator)
    browser = by_pass(ticket)
    browser.post(f"/t/{ticket.number}/reply/", {"message": "Hello?"})
    browser.post(f"/t/{ticket.number}/reopen/")
    ticket.refresh_from_db()
    assert ticket.hidden == "spam" and ticket.is_closed and ticket.last_number == 2


def test_a_client_who_is_signed_in_brings_it_back(ticket, cast, client_of, set_policy):
    """C3: a ticket marked by mistake is no closed one."""
    set_policy(cast.support, closed_reply="refuse")
    actions.mark_spam(ticket, actor=cast.sam)
    client_of(cast.anna).post(f"/t/{ticket.number}/reply/", {"message": "I am no spam."})
    ticket.refresh_from_db()
    assert ticket.hidden == "" and ticket.awaiting and Verb.NOT_SPAM in verbs(ticket)


def test_our_reply_takes_it_out(ticket, cast, say):
    actions.mark_spam(ticket, actor=cast.sam)
    say(ticket, cast.sam)
    ticket.refresh_from_db()
    assert ticket.hidden == "" and not ticket.is_closed and Verb.NOT_SPAM in verbs(ticket)


def test_a_reply_that_closes_leaves_it_there(ticket, cast, say):
    """Its history says that it is no spam only when it is none."""
    actions.mark_spam(ticket, actor=cast.sam)
    say(ticket, cast.sam, "Please stop.", status=Status.objects.get(code="closed"))
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.hidden == "spam" and Verb.NOT_SPAM not in verbs(ticket)

"""Delivery is shown as it is, to staff and to clients; what reached nobody is sent elsewhere (S185; FIELD 2.2, 4)."""

import re

import pytest
from django.utils import timezone

from accounts import confirmations, passes
from accounts.models import User
from mail import delivery
from mail.models import OutgoingMail
from tickets import actions
from tickets.models import Participant, Ticket, TicketEvent, Verb

pytestmark = pytest.mark.django_db


def letters_to(person):
    return OutgoingMail.objects.filter(user=person).order_by("pk")


def fail(mail, trouble="refused", answer="550 mailbox full"):
    """The mail server gave this letter up."""
    OutgoingMail.objects.filter(pk=mail.pk).update(state="sending", claimed_by="me", claimed_at=timezone.now())
    mail.refresh_from_db()
    delivery.give_up(mail, trouble, answer)
    mail.refresh_from_db()


def sent(*mails):
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(state="sent", sent_at=timezone.now())


@pytest.fixture
def answered(ticket, anna, sam, carl, say):
    """Anna's ticket, in which Carl takes part, with an answer of Sam's."""
    Participant.objects.create(ticket=ticket, user=carl)
    say(ticket, sam, "It is fixed.")
    return ticket


def page_of(browser, ticket):
    return browser.get(f"/t/{ticket.number}/").text


# --- In the portal ----------------------------------------------------------------------------------------------------


def test_a_client_reads_where_an_answer_was_mailed_and_when(answered, anna, carl, olga, client_of):
    """One's own address in full, the others' masked."""
    sent(*OutgoingMail.objects.all())
    page = page_of(client_of(anna), answered)
    assert re.search(r"We e-mailed anna@example\.com, (car|olg)…@example\.com, (car|olg)…@example\.com, ", page)
    assert "We e-mailed carl@example.com, ann…@example.com" in page_of(client_of(carl), answered)


def test_what_is_on_its_way_is_not_said_to_be_sent(answered, anna, client_of):
    page = page_of(client_of(anna), answered)
    assert "An e-mail to anna@example.com, " in page and "is on its way" in page and "We e-mailed anna" not in page


def test_what_failed_says_so_and_what_to_do(answered, anna, carl, client_of):
    sent(*letters_to(carl))
    fail(letters_to(anna).last())
    page = page_of(client_of(anna), answered)
    assert "Our e-mail to anna@example.com could not be delivered." in page and "/accounts/email/" in page
    assert "550 mailbox full" not in page
    page = page_of(client_of(carl), answered)
    assert "Our e-mail to ann…@example.com could not be delivered." in page and "/accounts/email/" not in page


def test_a_guest_is_asked_for_another_address(open_ticket, greta, sales, lena, say, by_pass):
    ticket = open_ticket(client=greta, department=sales)
    say(ticket, lena, "Hello.")
    fail(letters_to(greta).last())
    page = page_of(by_pass(ticket), ticket)
    assert "Tell us in a reply which address reaches you." in page and "/accounts/email/" not in page


def test_notes_and_staffs_own_mail_are_no_clients_business(answered, anna, sam, lena, client_of):
    """S161."""
    from tickets.writing import write

    actions.add_note(answered, author=sam, written=write("Hm."), mentions=[lena])
    sent(*OutgoingMail.objects.all())
    page = page_of(client_of(anna), answered)
    assert "len…" not in page and "sam…" not in page and "sam@" not in page


def test_delivery_costs_the_clients_page_no_statement(ticket, anna, sam, say, client_of, statements):
    """T27."""
    browser = client_of(anna)
    say(ticket, sam, "One.")
    browser.get(f"/t/{ticket.number}/")
    counts = []
    for text in ("Two.", "Three."):
        with statements() as seen:
            browser.get(f"/t/{ticket.number}/")
        counts.append(len(seen))
        say(ticket, sam, text)
        sent(*OutgoingMail.objects.all())
    assert counts == [6, 6]


# --- An address that reaches nobody -----------------------------------------------------------------------------------


def test_an_address_that_reaches_nobody_is_flagged_on_the_clients_card(answered, anna, sam, client_of):
    """A hard failure, by a report or by the server at once; not a mailbox that is full."""
    mail = letters_to(anna).last()
    fail(mail)
    assert User.objects.get(pk=anna.pk).bounced_at is None
    assert "Mail to this address came back" not in page_of(client_of(sam), answered)
    fail(mail, answer="550 5.1.1 no such user here")
    assert User.objects.get(pk=anna.pk).bounced_at
    page = page_of(client_of(sam), answered)
    assert "Mail to this address came back" in page and "Send to another address" in page


def test_further_letters_to_it_fail_at_once_and_the_flag_goes_when_mail_comes_from_it(
    answered, anna, sam, say, arrive
):
    User.objects.filter(pk=anna.pk).update(bounced_at=timezone.now())
    say(Ticket.objects.get(pk=answered.pk), sam, "Are you there?")
    assert letters_to(anna).last().trouble == "bounced"
    arrive(anna, subject=f"[{answered.number}]", text="Here I am.")
    assert User.objects.get(pk=anna.pk).bounced_at is None
    say(Ticket.objects.get(pk=answered.pk), sam, "Good.")
    assert letters_to(anna).last().state == "queued"


def test_forged_mail_takes_no_flag_off(answered, anna, arrive, checking):
    """T10."""
    User.objects.filter(pk=anna.pk).update(bounced_at=timezone.now())
    arrive(anna, subject=f"[{answered.number}]", text="Me.", verdict="fail")
    assert User.objects.get(pk=anna.pk).bounced_at


def test_a_changed_address_takes_the_flag_off(anna, operator, client_of):
    User.objects.filter(pk=anna.pk).update(bounced_at=timezone.now())
    waiting, _token = confirmations.wait_for(confirmations.NEW_ADDRESS, email="anna@example.org", user=anna)
    anna.refresh_from_db()
    waiting.user = anna
    assert confirmations.finish_new_address(waiting)
    assert User.objects.get(pk=anna.pk).bounced_at is None


def test_only_the_address_that_failed_is_flagged(answered, anna):
    """A letter that went to another address of hers says nothing about this one."""
    mail = letters_to(anna).last()
    OutgoingMail.objects.filter(pk=mail.pk).update(to_address="elsewhere@example.org")
    mail.refresh_from_db()
    fail(mail, trouble="bounced", answer="")
    assert User.objects.get(pk=anna.pk).bounced_at is None


# --- Sending it elsewhere ---------------------------------------------------------------------------------------------


def readdress(browser, ticket, mail, **fields):
    return browser.post(f"/t/{ticket.number}/mail/{mail.pk}/readdress/", fields, follow=True)


def test_staff_send_a_failed_mail_to_another_address_and_it_is_written_down(answered, anna, sam, client_of):
    """S185: an action with its event; the address in it can be erased."""
    mail = letters_to(anna).last()
    fail(mail, answer="550 5.1.1 no such user")
    page = readdress(client_of(sam), answered, mail, address="Anna@Elsewhere.example")
    again = letters_to(anna).last()
    assert again.pk != mail.pk and again.to_address == "anna@elsewhere.example" and again.state == "queued"
    assert "It is fixed." in again.text and again.message_id != mail.message_id
    event = TicketEvent.objects.get(ticket=answered, verb=Verb.READDRESSED)
    assert event.actor == sam and event.message.body == "It is fixed." and "anna@elsewhere" not in str(event.data)
    assert event.contents.get().text == "anna@elsewhere.example"
    assert "sent the mail to" in page.text and "anna@elsewhere.example: " in re.sub("<[^>]+>", "", page.text)
    assert User.objects.get(pk=anna.pk).email == "anna@example.com"


def test_a_guests_address_is_corrected_and_the_letter_brings_a_fresh_pass(
    open_ticket, greta, sales, lena, say, client_of
):
    ticket = open_ticket(client=greta, department=sales)
    say(ticket, lena, "Hello.")
    mail = letters_to(greta).last()
    fail(mail, answer="550 5.1.1 no such user")
    assert mail.is_blanked
    readdress(client_of(lena), ticket, mail, address="greta@right.example", corrects="on")
    greta.refresh_from_db()
    assert greta.email == "greta@right.example" and greta.bounced_at is None
    again = letters_to(greta).last()
    assert again.to_address == "greta@right.example"
    token = re.search(r"/g/([\w-]+)/", again.text)[1]
    assert passes.redeem(token).user == greta


@pytest.mark.parametrize("address", ["", "x", "support@example.com", "a b@example.org"])
def test_what_is_no_address_of_somebody_elses_is_refused(answered, anna, sam, client_of, address):
    mail = letters_to(anna).last()
    fail(mail)
    before = OutgoingMail.objects.count()
    readdress(client_of(sam), answered, mail, address=address)
    assert OutgoingMail.objects.count() == before and not answered.events.filter(verb=Verb.READDRESSED).exists()


def test_nobody_who_signs_in_gets_another_address_from_an_agent_nor_takes_anothers(
    answered, anna, sam, lena, greta, sales, open_ticket, say, client_of
):
    """An address is the way to a password: its owner changes it, or an operator."""
    mail = letters_to(anna).last()
    fail(mail)
    readdress(client_of(sam), answered, mail, address="evil@example.org", corrects="on")
    anna.refresh_from_db()
    assert anna.email == "anna@example.com" and not OutgoingMail.objects.filter(to_address="evil@example.org").exists()
    ticket = open_ticket(client=greta, department=sales)
    say(ticket, lena, "Hello.")
    mail = letters_to(greta).last()
    fail(mail)
    readdress(client_of(lena), ticket, mail, address="carl@example.com", corrects="on")
    greta.refresh_from_db()
    assert greta.email == "greta@example.com"


def test_clients_and_other_departments_send_nothing_elsewhere(answered, anna, carl, ben, client_of):
    mail = letters_to(anna).last()
    for person in (anna, carl, ben):
        answer = client_of(person).post(f"/t/{answered.number}/mail/{mail.pk}/readdress/", {"address": "x@example.org"})
        assert answer.status_code == 404


def test_a_letter_whose_links_are_gone_is_written_anew_when_sent_again(open_ticket, greta, sales, lena, say, client_of):
    """The outbox keeps no pass: a guest's letter gets a fresh one."""
    ticket = open_ticket(client=greta, department=sales)
    say(ticket, lena, "Hello.")
    mail = letters_to(greta).last()
    fail(mail)
    page = client_of(lena).post(f"/t/{ticket.number}/mail/{mail.pk}/again/", follow=True)
    assert "The mail is sent again." in page.text
    again = letters_to(greta).last()
    assert again.pk != mail.pk and "/g/" in again.text and again.to_address == "greta@example.com"

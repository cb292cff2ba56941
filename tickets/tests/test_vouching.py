"""A mail about an account waits until its client says in the portal who wrote it (S69, C23)."""

import pytest
from django.urls import reverse

from engine.once import new_form_key
from tickets import actions
from tickets.models import Notification, Ticket, Verb
from tickets.refused import Refused
from tickets.writing import write


@pytest.fixture
def unsure(arrive, anna, support, set_policy, checking):
    """A mail in Anna's name that nobody vouches for, to a department of account matters."""
    set_policy(support, account_matters=True)
    ticket = arrive(anna, subject="Change my address", text="Send all bills to me@evil.example.").ticket
    assert ticket.unconfirmed_since
    return ticket


def say(browser, name, ticket):
    return browser.post(reverse(name, args=[ticket.number]), {"form_key": new_form_key()}, follow=True)


def page_of(browser, ticket):
    return browser.get(ticket.get_absolute_url()).content.decode()


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_its_client_is_asked_and_staff_see_that_it_waits(unsure, client_of, anna, sam):
    """S69."""
    page = page_of(client_of(anna), unsure)
    assert "Did you write this?" in page and reverse("ticket_confirm", args=[unsure.number]) in page
    assert "Waits for its client’s word" in page_of(client_of(sam), unsure)


def test_the_receipt_says_so(unsure, letter_to, anna, arrive):
    """S69, S13: and that of another mail does not."""
    assert "once you say on the ticket's page that it was you" in letter_to(anna, unsure).text
    sure = arrive(anna, verdict="pass").ticket
    assert "that it was you" not in letter_to(anna, sure).text


def test_nobody_else_is_asked(unsure, client_of, cast):
    """Olga may read Anna's tickets; only Anna knows what she wrote."""
    Ticket.objects.filter(pk=unsure.pk).update(organisation=cast.quillmark)
    page = page_of(client_of(cast.olga), unsure)
    assert "This ticket waits for its client" in page and "Yes, I wrote it" not in page
    for person in (cast.olga, cast.carl, cast.sam, cast.lena, cast.operator):
        for door in ("ticket_confirm", "ticket_disown"):
            assert say(client_of(person), door, unsure).status_code == 404
    assert fresh(unsure).unconfirmed_since


def test_yes_lets_it_go_on(unsure, client_of, anna, sam):
    """S69: the history keeps who said so."""
    answer = say(client_of(anna), "ticket_confirm", unsure)
    assert "Did you write this?" not in answer.content.decode()
    assert fresh(unsure).unconfirmed_since is None and not fresh(unsure).is_closed
    assert unsure.events.get(verb=Verb.CONFIRMED).actor == anna
    assert "Waits for its client’s word" not in page_of(client_of(sam), unsure)


def test_yes_twice_is_said_once(unsure, client_of, anna):
    for _time in range(2):
        say(client_of(anna), "ticket_confirm", unsure)
    assert unsure.events.filter(verb=Verb.CONFIRMED).count() == 1


def test_no_closes_it_and_tells_staff(unsure, client_of, anna, sam):
    """S69: those who look after it are told, the client is not."""
    last = Notification.objects.latest("pk").pk
    say(client_of(anna), "ticket_disown", unsure)
    ticket = fresh(unsure)
    assert ticket.is_closed and ticket.unconfirmed_since is None
    assert ticket.messages.latest("pk").body == "I did not write this."
    assert [row.verb for row in unsure.events.order_by("sequence")][1:] == ["disowned", "replied", "status", "closed"]
    told = {row.user for row in Notification.objects.filter(pk__gt=last)}
    assert sam in told and anna not in told
    assert "I did not write this." in page_of(client_of(sam), unsure)


def test_after_yes_there_is_no_no(unsure, client_of, anna):
    say(client_of(anna), "ticket_confirm", unsure)
    answer = say(client_of(anna), "ticket_disown", unsure)
    assert "This has been answered already." in answer.content.decode() and not fresh(unsure).is_closed
    with pytest.raises(Refused):
        actions.disown(fresh(unsure), written=write("No."), actor=anna)


def test_the_link_of_a_letter_is_enough_unless_a_sign_in_is_asked_for(
    arrive, by_pass, greta, support, set_policy, checking
):
    """C23: whoever reads the mailbox has the address; some departments want more."""
    set_policy(support, account_matters=True, email_new="anyone")
    ticket = arrive(greta).ticket
    browser = by_pass(ticket)
    assert "Yes, I wrote it" in page_of(browser, ticket)
    set_policy(support, account_level="portal")
    page = page_of(browser, ticket)
    assert "once you sign in" in page and "Yes, I wrote it" not in page
    assert say(browser, "ticket_confirm", ticket).status_code == 404
    set_policy(support, account_level="authenticated")
    assert say(browser, "ticket_confirm", ticket).status_code == 200
    assert fresh(ticket).unconfirmed_since is None


def test_an_authenticated_mail_waits_for_nobody(arrive, anna, support, set_policy, checking, client_of):
    set_policy(support, account_matters=True)
    ticket = arrive(anna, verdict="pass").ticket
    assert ticket.unconfirmed_since is None
    assert "Did you write this?" not in page_of(client_of(anna), ticket)


def test_looking_changes_nothing(unsure, client_of, anna):
    """T18."""
    browser = client_of(anna)
    for door in ("ticket_confirm", "ticket_disown"):
        assert browser.get(reverse(door, args=[unsure.number])).status_code == 405
    assert fresh(unsure).unconfirmed_since


def test_staff_are_warned_where_they_read_it_in_the_mail_and_on_the_page(unsure, client_of, anna, sam, letter_to):
    """S69: who answers from the mail program must know as well as who comes to the desk."""
    warned = "Nothing proves that Anna Harding wrote this"
    assert warned in letter_to(sam, unsure).text and warned in letter_to(sam, unsure).html
    assert warned in page_of(client_of(sam), unsure)
    say(client_of(anna), "ticket_confirm", unsure)
    assert warned not in page_of(client_of(sam), unsure)


def test_nobody_is_warned_of_a_mail_somebody_vouches_for(arrive, anna, sam, support, set_policy, checking, letter_to):
    set_policy(support, account_matters=True)
    assert "Nothing proves" not in letter_to(sam, arrive(anna, verdict="pass").ticket).text

"""Moving to another e-mail address: proven there, told here (S8, T15, T16)."""
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import passes

from .post import last_letter, letters_to, link_in, said

NEW = "anna@example.net"


def ask(client, email=NEW, password="demo-helpdesk", **more):
    return client.post(reverse("account_email"), {"email": email, "password": password, **more})


def test_anna_moves_when_she_confirms_from_the_new_address(client_of, anna):
    client = client_of(anna)
    assert ask(client, " Anna@Example.NET ").url == reverse("profile")
    anna.refresh_from_db()
    assert anna.email == "anna@example.com", "nothing before the new address is proven"
    link = link_in(last_letter(NEW))
    assert client.get(link).status_code == 200
    anna.refresh_from_db()
    assert anna.email == "anna@example.com", "looking changes nothing"
    assert client.post(link).url == reverse("profile")
    anna.refresh_from_db()
    assert anna.email == NEW
    told = last_letter("anna@example.com")
    assert told.subject == "Your e-mail address was changed" and NEW in told.text


def test_the_old_mailbox_opens_no_ticket_any_more(client_of, anna):
    """S7, T15: links to tickets sent to the old address while she was a guest stayed good for whoever reads it."""
    token = passes.issue(anna, "KTR-482913")
    ask(client_of(anna))
    assert passes.redeem(token), "nothing before the new address is proven"
    client_of(anna).post(link_in(last_letter(NEW)))
    assert passes.redeem(token) is None


def test_the_password_is_asked_for(client_of, anna):
    """V7: a borrowed session moves nobody's address."""
    assert ask(client_of(anna), password="wrong").context["form"].errors["password"]
    assert not letters_to(NEW)


def test_somebody_elses_address_gives_the_same_answer_and_changes_nothing(client_of, anna, carl):
    """T16."""
    pages = []
    for email in (NEW, carl.email):
        client = client_of(anna)
        answer = ask(client, email)
        pages.append((answer.status_code, answer.url, said(client.get(answer.url))))
    assert pages[0] == pages[1]
    assert last_letter(carl.email).subject == "Somebody wanted to use your address"
    assert "/accounts/email/" not in last_letter(carl.email).text


def test_only_anna_herself_can_confirm(client_of, anna, carl):
    """T15: a typing error must not hand her account to whoever reads that mailbox."""
    ask(client_of(anna))
    link = link_in(last_letter(NEW))
    assert client_of(carl).post(link).status_code == 410
    assert client_of(None).post(link).url.startswith("/accounts/login/")
    anna.refresh_from_db()
    assert anna.email == "anna@example.com"


def test_the_link_works_once_and_for_an_hour(client_of, anna):
    """T15."""
    client = client_of(anna)
    ask(client)
    link = link_in(last_letter(NEW))
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert client.post(link).status_code == 410
    assert client.post(link).status_code == 302
    assert client.post(link).status_code == 410


def test_asking_again_ends_the_link_before(client_of, anna):
    client = client_of(anna)
    ask(client)
    ask(client, "third@example.net")
    assert client.post(link_in(last_letter(NEW))).status_code == 410
    assert client.post(link_in(last_letter("third@example.net"))).status_code == 302


def test_an_address_taken_in_the_meantime_stays_where_it_is(client_of, anna, carl):
    client = client_of(anna)
    ask(client)
    carl.email = NEW
    carl.save(update_fields=["email"])
    assert client.post(link_in(last_letter(NEW))).status_code == 410
    anna.refresh_from_db()
    assert anna.email == "anna@example.com"


@pytest.mark.parametrize("email", ["", "anna", "anna@example.com", "a@b\x00.com", "a" * 1_000_000])
def test_nonsense_and_the_address_of_now_are_errors_at_the_field(client_of, anna, email):
    assert ask(client_of(anna), email).context["form"].errors["email"]


def test_asking_too_often_is_refused(client_of, anna):
    client = client_of(anna)
    assert [ask(client, f"new{n}@example.net").status_code for n in range(11)] == [302] * 10 + [429]

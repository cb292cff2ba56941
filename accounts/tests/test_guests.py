"""Guests come in by a pass from a letter: one ticket, no password (S7, T15, T16)."""
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import passes
from accounts.models import GuestPass
from accounts.signals import sight_asked

from .post import last_letter, letters_to, said

NUMBER = "KTR-482913"


def way_in(client, token, **headers):
    return client.get(reverse("guest_way_in", args=[token]), **headers)


def only_ticket(client):
    return client.get("/healthz").wsgi_request.viewer.only_ticket


def test_a_token_is_told_once_and_only_its_hash_is_kept(greta):
    token = passes.issue(greta, NUMBER)
    kept = GuestPass.objects.get()
    assert len(token) >= 43 and token != kept.token_hash and passes.redeem(token) == kept


def test_two_tokens_are_never_alike(greta):
    assert len({passes.issue(greta, NUMBER) for _ in range(20)}) == 20


@pytest.mark.parametrize("token", ["", None, [], ["x"], {}, 0, 1, "x", "\x00", "\ud800", "a" * 100_000])
def test_nothing_else_opens_anything(greta, token):
    """T15: blank, arrays, guesses."""
    passes.issue(greta, NUMBER)
    assert passes.redeem(token) is None


def test_the_hash_is_no_token(greta):
    passes.issue(greta, NUMBER)
    assert passes.redeem(GuestPass.objects.get().token_hash) is None


def test_a_pass_ends_after_thirty_days(greta):
    token = passes.issue(greta, NUMBER)
    with time_machine.travel(timezone.now() + timedelta(days=29, hours=23)):
        assert passes.redeem(token)
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert passes.redeem(token) is None


def test_a_revoked_pass_opens_nothing_and_the_others_still_do(greta):
    closed, other = passes.issue(greta, NUMBER), passes.issue(greta, "BCD-000001")
    passes.revoke(greta, ticket_number=NUMBER)
    assert passes.redeem(closed) is None and passes.redeem(other)
    passes.revoke(greta)
    assert passes.redeem(other) is None


def test_somebody_switched_off_does_not_come_in_by_a_pass(greta):
    token = passes.issue(greta, NUMBER)
    greta.is_active = False
    greta.save(update_fields=["is_active"])
    assert passes.redeem(token) is None


def test_greta_comes_in_and_the_token_leaves_the_address_at_once(client, greta):
    """S7, V14."""
    answer = way_in(client, passes.issue(greta, NUMBER))
    assert answer.status_code == 302 and answer.url == reverse("ticket", args=[NUMBER])
    assert answer.headers["Referrer-Policy"] == "same-origin" and "no-store" in answer.headers["Cache-Control"]
    assert only_ticket(client) == NUMBER


def test_the_session_gets_a_new_key(client, greta):
    """T17: a key planted before is worth nothing after."""
    way_in(client, passes.issue(greta, "BCD-000001"))
    before = client.session.session_key
    way_in(client, passes.issue(greta, NUMBER))
    assert client.session.session_key != before and only_ticket(client) == NUMBER


def test_coming_back_keeps_the_pass_alive_and_is_written_once_a_day(client, greta, django_assert_num_queries):
    token = passes.issue(greta, NUMBER)
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        way_in(client, token)
        with django_assert_num_queries(2):
            client.get("/healthz")
    with time_machine.travel(timezone.now() + timedelta(days=45)):
        assert passes.redeem(token)
    with time_machine.travel(timezone.now() + timedelta(days=51)):
        assert passes.redeem(token) is None


def test_an_expired_link_offers_a_fresh_one(client, greta):
    token = passes.issue(greta, NUMBER)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        answer = way_in(client, token)
    assert answer.status_code == 410 and reverse("guest_fresh_link").encode() in answer.content
    assert greta.email.encode() not in answer.content and NUMBER.encode() not in answer.content
    assert not only_ticket(client)


def test_an_expired_link_and_an_invented_one_look_the_same(client, greta):
    token = passes.issue(greta, NUMBER)
    passes.revoke(greta)
    assert said(way_in(client, token)).replace(token, "") == said(way_in(client, "invented")).replace("invented", "")


def ask(client, email, **headers):
    return client.post(reverse("guest_fresh_link"), {"email": email}, **headers)


def test_greta_gets_fresh_links_to_each_of_her_tickets(client, greta):
    for number in (NUMBER, "BCD-000001", NUMBER):
        passes.issue(greta, number)
    GuestPass.objects.update(expires_at=timezone.now() - timedelta(days=100))
    ask(client, " Greta@Example.com ")
    (letter,) = letters_to(greta.email)
    tokens = [line.rstrip("/").rpartition("/")[2] for line in letter.text.split() if "/g/" in line]
    assert [passes.redeem(token).ticket_number for token in tokens] == [NUMBER, "BCD-000001"]
    assert letter.secret and "http://testserver/g/" in letter.text


def test_asking_for_links_answers_the_same_to_everybody(client_of, cast):
    """T16: a guest, a guest whose links were closed, a client without links, nobody, somebody switched off."""
    passes.issue(cast.greta, NUMBER)
    for person in (cast.olga, cast.carl):
        passes.issue(person, NUMBER)
    passes.revoke(cast.olga)
    cast.carl.is_active = False
    cast.carl.save(update_fields=["is_active"])
    pages = set()
    for email in (cast.greta.email, cast.olga.email, cast.anna.email, "nobody@example.com", cast.carl.email):
        client = client_of(None)
        answer = ask(client, email)
        pages.add((answer.status_code, answer.url, said(client.get(answer.url))))
        assert len(letters_to(email)) == (email == cast.greta.email)
    assert len(pages) == 1


def test_links_in_letters_come_from_base_url(client, greta):
    """T15."""
    passes.issue(greta, NUMBER)
    ask(client, greta.email, HTTP_HOST="127.0.0.1")
    letter = last_letter(greta.email)
    assert "127.0.0.1" not in letter.text + letter.html


def test_a_mailbox_is_not_bombed(client_of, greta):
    passes.issue(greta, NUMBER)
    for email in (greta.email, "nobody@example.com"):
        answers = [ask(client_of(None), email, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(7)]
        assert answers == [302] * 5 + [429, 429]
    assert len(letters_to(greta.email)) == 5


@pytest.mark.parametrize("email", ["", "greta", "greta@example.com\x00", "g" * 1_000_000])
def test_nonsense_is_an_error_at_the_field(client, db, email):
    assert ask(client, email).context["form"].errors["email"]


def test_anna_who_follows_her_own_link_stays_herself(client_of, anna):
    client = client_of(anna)
    assert way_in(client, passes.issue(anna, NUMBER)).url == reverse("ticket", args=[NUMBER])
    assert client.get("/healthz").wsgi_request.viewer.user == anna and not only_ticket(client)


@pytest.fixture
def sight():
    """What the floor of tickets would answer; `sight.append(person)` lets somebody see every ticket."""
    seeing = []

    def answer(sender, *, viewer, ticket_number, **_kwargs):
        return viewer.user in seeing and ticket_number == NUMBER

    sight_asked.connect(answer)
    yield seeing
    sight_asked.disconnect(answer)


def test_who_may_see_the_ticket_anyway_stays_themself(client_of, sam, greta, sight):
    sight.append(sam)
    client = client_of(sam)
    assert way_in(client, passes.issue(greta, NUMBER)).url == reverse("ticket", args=[NUMBER])
    assert client.get("/healthz").wsgi_request.viewer.is_staff


def test_who_may_not_is_asked_and_may_sign_out_to_come_in(client_of, carl, greta, sight):
    client = client_of(carl)
    assert way_in(client, passes.issue(greta, NUMBER)).url == reverse("guest_switch")
    assert client.get(reverse("guest_switch")).status_code == 200
    assert client.get("/healthz").wsgi_request.viewer.user == carl, "nothing happens by looking"
    assert client.post(reverse("guest_switch")).url == reverse("ticket", args=[NUMBER])
    now = client.get("/healthz").wsgi_request
    assert now.viewer.user == greta and only_ticket(client) == NUMBER and not now.user.is_authenticated


def test_nobody_switches_without_a_link(client_of, carl, greta):
    passes.issue(greta, NUMBER)
    client = client_of(carl)
    assert client.post(reverse("guest_switch")).url == reverse("home")
    assert client_of(None).post(reverse("guest_switch")).url.startswith("/accounts/login/")


def test_an_offer_ends_with_its_pass(client_of, carl, greta):
    client = client_of(carl)
    way_in(client, passes.issue(greta, NUMBER))
    passes.revoke(greta)
    assert client.post(reverse("guest_switch")).url == reverse("home")
    assert client.get("/healthz").wsgi_request.viewer.user == carl


def test_signing_in_ends_being_a_guest(client, greta, anna):
    way_in(client, passes.issue(greta, NUMBER))
    client.post("/accounts/login/", {"login": anna.email, "password": "demo-helpdesk"})
    assert client.get("/healthz").wsgi_request.viewer.user == anna and not only_ticket(client)
    client.post(reverse("account_logout"))
    assert client.get("/healthz").wsgi_request.viewer.is_stranger

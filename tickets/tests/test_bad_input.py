"""The issue's section “Bad input”, by the client's doors: nothing breaks, nothing is lost, nothing is given away."""

import threading

import pytest
from django.db import connection
from django.test import Client

from tickets.forms.portal import TEXT_LIMIT
from tickets.models import Draft, Message, Ticket

pytestmark = pytest.mark.django_db
OPEN = "/tickets/new/support/"


def send(browser, text, subject="A subject"):
    return browser.post(OPEN, {"subject": subject, "message": text})


# --- Text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "empty", ["", "   ", "\r\n\r\n", "\x00", "\u200b\u200d\ufeff", "\u202e\u2066", "\t\u00a0\u3000"]
)
def test_nothing_is_no_message_and_no_subject(client_of, anna, empty):
    """Empty, and what only looks empty."""
    browser = client_of(anna)
    assert "Write your message" in send(browser, empty).text
    assert "Enter a subject" in send(browser, "text", subject=empty).text
    assert not Ticket.objects.exists()


def test_a_megabyte_is_taken_and_shown(client_of, anna):
    """S43."""
    text = ("word " * 300_000)[:TEXT_LIMIT]
    browser = client_of(anna)
    answer = send(browser, text)
    assert answer.status_code == 302
    ticket = Ticket.objects.get()
    assert len(ticket.messages.get().body) >= TEXT_LIMIT - 1
    assert browser.get(f"/t/{ticket.number}/").status_code == 200


def test_more_than_a_megabyte_is_refused_with_the_reason_and_kept(client_of, anna):
    answer = send(client_of(anna), "x" * (TEXT_LIMIT + 1))
    assert answer.status_code == 422
    assert "longer than 1\u00a0MB" in answer.text
    assert not Ticket.objects.exists()
    assert len(Draft.objects.get().fields["message"]) == TEXT_LIMIT + 1


def test_far_more_is_refused_before_it_is_read(client_of, anna):
    """DATA_UPLOAD_MAX_MEMORY_SIZE."""
    assert send(client_of(anna), "x" * 3_000_000).status_code == 400
    assert not Ticket.objects.exists()


def test_nul_and_unpaired_surrogates_are_taken_out(client_of, anna):
    """No database holds them; the rest of the text stays."""
    body = b"subject=one%00two&message=a%00b%ED%A0%80c"
    answer = client_of(anna).post(OPEN, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    ticket = Ticket.objects.get()
    assert "\x00" not in ticket.subject and "\x00" not in ticket.messages.get().body
    assert ticket.messages.get().body.startswith("ab") and ticket.messages.get().body.endswith("c")


def test_a_subject_is_one_honest_line(client_of, anna):
    """Line ends (T12), zero-width and direction characters are out; right-to-left letters stay."""
    send(client_of(anna), "text", subject="שלום\r\nBcc: x@example.com\u200b\u202e\u2066 ok")
    assert Ticket.objects.get().subject == "שלום Bcc: x@example.com ok"


def test_right_to_left_text_stays_as_typed_and_turns_its_own_box_only(client_of, anna):
    text = "مرحبا \u200f(1) \u200bзеро"
    browser = client_of(anna)
    send(browser, text)
    ticket = Ticket.objects.get()
    assert ticket.messages.get().body == text
    assert '<div class="prose" dir="auto">' in browser.get(f"/t/{ticket.number}/").text


def test_a_subject_too_long_is_refused(client_of, anna):
    assert send(client_of(anna), "text", subject="x" * 201).status_code == 422
    assert send(client_of(anna), "text", subject="x" * 200).status_code == 302


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "{{ settings.SECRET_KEY }}",
        "%s%n",
    ],
)
def test_what_looks_like_a_program_is_text(client_of, anna, sam, hostile):
    """T03, T04: in message, subject and the person's name, for both sides."""
    anna.name = hostile
    anna.save(update_fields=["name"])
    send(client_of(anna), hostile, subject=hostile)
    ticket = Ticket.objects.get()
    for person, address in ((anna, "/tickets/"), (anna, f"/t/{ticket.number}/"), (sam, f"/t/{ticket.number}/")):
        page = client_of(person).get(address)
        assert page.status_code == 200
        assert (
            "<script>alert" not in page.text and "<img src=x" not in page.text and 'href="javascript' not in page.text
        )


# --- Stale and doubled ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["close", "reopen"])
def test_a_double_click_is_one_change(client_of, anna, ticket, door):
    browser = client_of(anna)
    if door == "reopen":
        browser.post(f"/t/{ticket.number}/close/")
    before = ticket.events.count()
    answers = [browser.post(f"/t/{ticket.number}/{door}/", {"form_key": "c" * 24}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ticket.events.count() == before + 1


def test_closing_what_is_closed_and_opening_what_is_open_change_nothing(client_of, anna, ticket):
    """A button of a stale page."""
    browser = client_of(anna)
    browser.post(f"/t/{ticket.number}/reopen/")
    assert ticket.events.count() == 1
    for _ in range(2):
        browser.post(f"/t/{ticket.number}/close/")
    assert ticket.events.count() == 2


def test_a_form_from_before_the_sign_in_is_refused_and_gives_the_text_back(client_of, anna, ticket):
    """A stale CSRF token: nothing is written, and what was typed stands on the page."""
    browser = client_of(anna, enforce_csrf_checks=True)
    answer = browser.post(
        f"/t/{ticket.number}/reply/", {"message": "typed for an hour", "csrfmiddlewaretoken": "x" * 64}
    )
    assert answer.status_code == 403
    assert "typed for an hour" in answer.text
    assert ticket.messages.count() == 1


def test_every_door_that_changes_something_wants_a_token_and_a_post(client_of, anna, ticket):
    """T18."""
    doors = [OPEN, "/drafts/save/?place=new/support", "/drafts/upload/?place=new/support", "/preview/"]
    doors += [f"/t/{ticket.number}/{door}/" for door in ("reply", "close", "reopen", "preview", "seen")]
    browser = client_of(anna, enforce_csrf_checks=True)
    for door in doors:
        assert browser.post(door, {"message": "x"}).status_code == 403, door
        if door not in (OPEN, f"/t/{ticket.number}/reply/"):
            assert browser.get(door).status_code == 405, door
    assert Ticket.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize("name, door", [("anna", "reply"), ("sam", "reply"), ("sam", "note")])
def test_the_page_of_a_refused_message_loaded_again_leads_to_the_ticket_where_it_is_kept(
    client_of, cast, ticket, name, door
):
    """No dead end after a refusal: whoever loads the address again, or is sent it by a colleague."""
    browser, here = client_of(getattr(cast, name)), f"/t/{ticket.number}/"
    answer = browser.post(f"{here}{door}/", {"message": "", "attachments": ""})
    assert answer.status_code == 422
    answer = browser.get(f"{here}{door}/")
    assert answer.status_code == 302 and answer.url == here
    assert client_of(cast.carl).get(f"{here}{door}/").status_code == 404
    assert client_of(None).get(f"{here}{door}/").url.startswith("/accounts/login/")


def test_pages_change_nothing(client_of, anna, olga, by_pass, ticket, sam, say, statements):
    """T18: every page of a client, a guest and a stranger, twice."""
    say(ticket, sam)
    guest = by_pass(ticket)
    pages = ["/", "/tickets/", "/tickets/new/", "/tickets/new/sales/", OPEN, f"/t/{ticket.number}/?quote=1",
             f"/tickets/sent/{ticket.number}/", f"{OPEN}?follow={ticket.number}"]  # fmt: skip
    for browser in (client_of(anna), client_of(olga), guest, client_of(None)):
        for page in pages:
            with statements() as seen:
                assert browser.get(page).status_code in (200, 302, 404)
            assert not seen.writing(), page


# --- Places and tokens nobody offered ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", ["", "x", "new/", "new/nope", "new/../x", "reply/1", "reply/", "note/%00", "new/support/x", "a" * 900]
)
def test_a_draft_has_a_place_or_is_not_kept(client_of, anna, place):
    browser = client_of(anna)
    assert browser.post(f"/drafts/save/?place={place}", {"message": "x"}).status_code == 404
    assert browser.post(f"/drafts/upload/?place={place}").status_code == 404
    assert not Draft.objects.exists()


def test_nobody_types_where_they_may_not_write(client_of, carl, ben, anna, ticket):
    """The draft's door asks what the reply's asks: 404, as for a ticket that is not there."""
    for person, place in ((carl, "reply"), (ben, "reply"), (anna, "note")):
        answer = client_of(person).post(f"/drafts/save/?place={place}/{ticket.number}", {"message": "x"})
        assert answer.status_code == 404
    assert not Draft.objects.exists()


def test_a_draft_keeps_the_fields_of_its_form_and_no_others(client_of, anna):
    """T19."""
    client_of(anna).post("/drafts/save/?place=new/support", {"message": "a\x00b", "password": "s3cret", "client": "7"})
    assert Draft.objects.get().fields == {"message": "ab"}


@pytest.mark.parametrize(
    "tokens", [["x"], ["\x00"], ["'; --"], ["0" * 500], ["00000000-0000-4000-8000-000000000000"] * 500]
)
def test_uploads_that_are_none_are_left_out(client_of, anna, tokens):
    browser = client_of(anna)
    assert browser.post(OPEN, {"subject": "s", "message": "m", "uploads": tokens}).status_code in (302, 400)


@pytest.mark.parametrize("query", ["before=0", "before=-1", "before=x", "before=" + "9" * 50, "before=²", "before=1"])
def test_earlier_messages_of_nowhere(client_of, anna, ticket, query):
    assert client_of(anna).get(f"/t/{ticket.number}/?{query}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_reply(cast, client_of, ticket):
    """Bad input, with real threads: the key is written in the change's own transaction."""
    keys = client_of(cast.anna).cookies
    answers = []

    def click():
        browser = Client()
        browser.cookies = keys
        try:
            answers.append(browser.post(f"/t/{ticket.number}/reply/", {"message": "once", "form_key": "t" * 24}))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.filter(ticket=ticket, number__gt=1).count() == 1
    assert {answer.status_code for answer in answers} == {302}

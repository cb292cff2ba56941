"""Signing up: an address is proven before anything happens (S7, S8, T15, T16)."""
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import confirmations
from accounts.models import Confirmation, User

from .post import last_letter, letters_to, link_in, said

NEW, PASSWORD = "mira@example.org", "three quiet words"


def sign_up(client, email=NEW, *, name="Mira Toland", password=PASSWORD, **more):
    headers = {key: more.pop(key) for key in list(more) if key.isupper()}
    said = {"name": name, "email": email, "password1": password, **more}
    return client.post(reverse("account_signup"), said, **headers)


def is_signed_in_as(client, user):
    answer = client.get(reverse("profile"))
    return answer.status_code == 200 and answer.wsgi_request.user == user


def test_mira_signs_up_confirms_and_is_in(client, db):
    """S8."""
    assert sign_up(client).url == reverse("account_email_verification_sent")
    assert not User.objects.filter(email=NEW).exists(), "nothing happens before the address is proven"
    answer = client.post(link_in(last_letter(NEW)))
    mira = User.objects.get(email=NEW)
    assert answer.url == reverse("home") and is_signed_in_as(client, mira)
    assert mira.name == "Mira Toland" and mira.check_password(PASSWORD) and not mira.is_staff


def test_looking_at_the_link_changes_nothing(client, db):
    """Programs that follow every link in a mailbox must not confirm anything."""
    sign_up(client)
    assert client.get(link_in(last_letter(NEW))).status_code == 200
    assert not User.objects.filter(email=NEW).exists()


def test_greta_the_guest_gets_the_same_letter_and_keeps_what_is_hers(client, greta):
    """S7: confirming sets the password on that user, tickets and all."""
    sign_up(client, greta.email, name="")
    assert User.objects.get(email=greta.email).is_guest
    sign_up(client, greta.email, name="Greta L.")
    sign_up(client)
    hers, new = last_letter(greta.email), last_letter(NEW)
    assert hers.subject == new.subject and hers.kind == new.kind
    client.session.flush()
    client.cookies.clear()
    client.post(link_in(hers), {"password": PASSWORD})
    now = User.objects.get(email=greta.email)
    assert now.pk == greta.pk and not now.is_guest and is_signed_in_as(client, greta)


def test_the_page_says_the_same_to_everybody(client_of, cast):
    """T16: unknown, guest, client, staff, inactive."""
    cast.carl.is_active = False
    cast.carl.save(update_fields=["is_active"])
    pages = set()
    for email in (NEW, cast.greta.email, cast.anna.email, cast.sam.email, cast.carl.email, cast.system.email):
        client = client_of(None)
        answer = sign_up(client, email)
        assert (answer.status_code, answer.url) == (302, reverse("account_email_verification_sent"))
        pages.add(said(client.get(answer.url)))
        assert len(letters_to(email)) == 1, "one letter each"
    assert len(pages) == 1


def test_anna_is_told_by_letter_that_she_has_an_account_and_nothing_changes(client, anna):
    before = anna.password
    sign_up(client, anna.email)
    letter = last_letter(anna.email)
    assert letter.subject == "You already have an account" and link_in(letter) == reverse("account_reset_password")
    anna.refresh_from_db()
    assert anna.password == before and not Confirmation.objects.exists()


def test_somebody_switched_off_is_told_so_and_gets_no_way_in(client, carl):
    carl.is_active = False
    carl.save(update_fields=["is_active"])
    sign_up(client, carl.email)
    assert "switched off" in last_letter(carl.email).subject and not Confirmation.objects.exists()


def test_elsewhere_the_chosen_password_is_asked_for(client_of, db):
    """The letter is opened on the phone."""
    sign_up(client_of(None))
    phone, link = client_of(None), link_in(last_letter(NEW))
    assert b'name="password"' in phone.get(link).content
    phone.post(link, {"password": "something else"})
    assert not User.objects.filter(email=NEW).exists()
    phone.post(link, {"password": PASSWORD})
    assert is_signed_in_as(phone, User.objects.get(email=NEW))


def test_a_stranger_cannot_plant_a_password_that_greta_confirms_by_mistake(client_of, greta):
    """Whoever chose the password and whoever reads the mailbox must be the same."""
    sign_up(client_of(None), greta.email, password="only the stranger knows")
    hers, link = client_of(None), link_in(last_letter(greta.email))
    for body in ({}, {"password": ""}, {"password": PASSWORD}):
        assert hers.post(link, body).status_code == 200
    greta.refresh_from_db()
    assert greta.is_guest


def test_of_two_who_sign_up_with_gretas_address_only_the_one_who_confirms_wins(client_of, greta):
    first, second = client_of(None), client_of(None)
    sign_up(first, greta.email, password="the first one's words")
    sign_up(second, greta.email, password="the second one's words")
    one, two = (link_in(letter) for letter in letters_to(greta.email))
    assert second.post(two).status_code == 302
    assert first.post(one).status_code == 410
    greta.refresh_from_db()
    assert greta.check_password("the second one's words")


def test_a_confirmation_that_comes_after_greta_got_a_password_changes_nothing(client, greta):
    """She used the reset letter in between."""
    sign_up(client, greta.email)
    greta.set_password("set in another way")
    greta.save(update_fields=["password"])
    assert client.post(link_in(last_letter(greta.email))).status_code == 410
    greta.refresh_from_db()
    assert greta.check_password("set in another way")


def test_the_link_works_once(client_of, db):
    """T15."""
    client = client_of(None)
    sign_up(client)
    link = link_in(last_letter(NEW))
    client.post(link)
    for again in (client, client_of(None)):
        assert again.get(link).status_code == again.post(link, {"password": PASSWORD}).status_code == 410


def test_the_link_works_for_three_days(client, db):
    """T15."""
    sign_up(client)
    link = link_in(last_letter(NEW))
    with time_machine.travel(timezone.now() + timedelta(days=3, seconds=1)):
        assert client.post(link).status_code == 410
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=23)):
        assert client.post(link).status_code == 302


def test_a_token_opens_only_what_it_was_made_for(client_of, anna, greta):
    """T15: purpose."""
    confirmations.ask_new_address(anna, email="new@example.org")
    for_address = link_in(last_letter("new@example.org"))
    client = client_of(anna)
    token = for_address.rstrip("/").rpartition("/")[2]
    assert client.post(reverse("account_confirm_email", args=[token])).status_code == 410
    sign_up(client_of(None), greta.email)
    token = link_in(last_letter(greta.email)).rstrip("/").rpartition("/")[2]
    assert client.post(reverse("account_confirm_new_email", args=[token])).status_code == 410
    assert client.post(reverse("account_invitation", args=[token])).status_code == 410


@pytest.mark.parametrize("token", ["x", "%00", "a" * 5000, "%F0%9F%92%A9", "..%2F", "null", "[]", " "])
def test_a_token_of_nobodys_opens_nothing(client, db, token):
    """T15."""
    assert client.get(f"/accounts/confirm/{token}/").status_code in (404, 410)


def test_only_the_hash_of_a_token_is_kept(client, db):
    sign_up(client)
    token = link_in(last_letter(NEW)).rstrip("/").rpartition("/")[2]
    kept = Confirmation.objects.get()
    assert token not in f"{kept.token_hash} {kept.password}" and PASSWORD not in kept.password


def test_links_come_from_base_url_whatever_host_was_asked(client, db):
    """T15."""
    sign_up(client, HTTP_HOST="127.0.0.1", HTTP_X_FORWARDED_HOST="evil.example")
    letter = last_letter(NEW)
    assert "http://testserver/accounts/confirm/" in letter.text and "127.0.0.1" not in letter.text + letter.html


def test_a_host_we_do_not_have_gets_no_answer(client, db):
    assert sign_up(client, HTTP_HOST="evil.example").status_code == 400


def test_letters_with_secrets_are_marked_to_be_blanked(client, db):
    sign_up(client)
    assert last_letter(NEW).secret


@pytest.mark.parametrize(
    "password",
    [
        "", "short", "elevenchars", "password1234", "mira toland!", "examplehosting", "testserver-support",
        "three quiet words " * 8, "123456789012", "987654321098", "aaaaaaaaaaaa", "abcdefghijklm", "qwertyuiopas1",
        "йцукенгшщзхъ", "abababababab",
    ],
)
def test_weak_passwords_are_refused(client, db, password):
    """ASVS 6.2."""
    assert sign_up(client, password=password).context["form"].errors["password1"]
    assert not letters_to(NEW)


@pytest.mark.parametrize(
    "password",
    ["three quiet words", "тихие слова вечером", "xk72 " * 25, "support me, three quiet words", "🦊 over the lazy 🐕"],
)
def test_long_passwords_of_any_kind_are_taken(client, db, password):
    assert sign_up(client, password=password).status_code == 302


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\x00", "x" * 121, "я" * 1_000_000])
def test_nonsense_for_a_name_is_an_error_at_the_field(client, db, name):
    assert sign_up(client, name=name).context["form"].errors["name"]


def test_a_name_is_one_line_of_plain_characters(client, db):
    sign_up(client, name=" Mira\r\nBcc: x@example.com \u202eTol\tand ")
    client.post(link_in(last_letter(NEW)))
    name = User.objects.get(email=NEW).name
    assert "\n" not in name and "\u202e" not in name and name == name.strip()


@pytest.mark.parametrize(
    "email", ["", "mira", "mira@", "a@b", "mira@example.com\x00", "a" * 250 + "@example.com", "m" * 1_000_000]
)
def test_nonsense_for_an_address_is_an_error_at_the_field(client, db, email):
    assert sign_up(client, email).context["form"].errors["email"]


def test_what_nobody_asked_for_is_not_read(client, db):
    """T19."""
    sign_up(client, is_staff="on", is_superuser="on", email_verified="1", password=PASSWORD, user="1")
    client.post(link_in(last_letter(NEW)), {"is_staff": "on"})
    mira = User.objects.get(email=NEW)
    assert not mira.is_staff and not mira.is_superuser


def test_a_mailbox_is_not_bombed_and_the_page_does_not_tell(client_of, db):
    """Five letters an hour to one address, from however many browsers."""
    answers = {sign_up(client_of(None), REMOTE_ADDR=f"192.0.2.{n}").url for n in range(8)}
    assert len(letters_to(NEW)) == 5 and len(answers) == 1


def test_a_double_click_writes_one_letter(client, db):
    for _ in range(2):
        assert sign_up(client, form_key="k" * 24).status_code == 302
    assert len(letters_to(NEW)) == 1


def test_who_is_signed_in_does_not_sign_up(client_of, anna):
    assert client_of(anna).get(reverse("account_signup")).url == reverse("home")


def test_signing_up_without_the_forms_token_is_refused(client_of, db):
    """T18."""
    assert sign_up(client_of(None, enforce_csrf_checks=True)).status_code == 403


def test_guessing_the_password_at_the_link_is_throttled(client_of, db):
    sign_up(client_of(None))
    other, link = client_of(None), link_in(last_letter(NEW))
    answers = [other.post(link, {"password": f"guess number {n}"}).status_code for n in range(6)]
    assert answers == [200] * 5 + [429]
    assert b"Too many tries" in other.post(link, {"password": "one more guess"}).content


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_the_same_moment_make_one_password():
    """The row is locked: the second finds the first one's password set."""
    greta = User.objects.create_user("greta@example.org", name="Greta")
    waiting = [
        confirmations.ask_sign_up(greta.email, name=name, password=f"the words of {name}") for name in ("one", "two")
    ]
    start, won = threading.Barrier(2), []

    def confirm(row):
        start.wait()
        try:
            won.append(confirmations.finish_sign_up(row) and row.name)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[row]) for row in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = filter(None, won)
    greta.refresh_from_db()
    assert greta.check_password(f"the words of {winner}") and greta.name == winner

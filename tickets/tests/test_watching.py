"""Operators hear of a mailbox that keeps failing, once, and of its recovery (issue: ways in)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from mail.fetching.trouble import Problem, Trouble
from mail.fetching.visits import note_trouble, note_well
from mail.models import Mailbox, OutgoingMail
from tickets.inbound.watching import LETTERS, watch_mailboxes

NOW = timezone.now()


@pytest.fixture
def mailbox(cast):
    return Mailbox.objects.create(name="Support", host="imap.example.com", username="support@example.com")


def fails(mailbox, *, minutes):
    """It failed for the first time so many minutes ago, and again just now."""
    for ago in (minutes, 0):
        note_trouble(mailbox, Trouble(Problem.SIGN_IN, "[AUTH] <no>"), at=NOW - timedelta(minutes=ago))


def watched(**later):
    """The letters written by a watch at that time."""
    last = OutgoingMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with time_machine.travel(NOW + timedelta(**later), tick=False):
        watch_mailboxes()
    return list(OutgoingMail.objects.filter(pk__gt=last))


def test_operators_are_told_once_of_a_mailbox_that_keeps_failing_and_once_that_it_is_well(mailbox, operator):
    fails(mailbox, minutes=16)
    (letter,) = watched()
    assert (letter.to_address, letter.kind) == (operator.email, "alarm")
    assert letter.headers["Auto-Submitted"] == "auto-generated"
    assert "“Support” (support@example.com) has failed since" in letter.text
    assert "refused the user name or the password. ([AUTH] <no>)" in letter.text
    assert "&lt;no&gt;" in letter.html and "/admin/mail/mailbox/" in letter.text
    assert watched(minutes=1) == watched(days=2) == []
    note_well(mailbox)
    (letter,) = watched(days=2)
    assert "“Support” (support@example.com) is well again." in letter.text and "wait there" not in letter.text
    assert watched(days=3) == []


def test_a_short_trouble_is_nobodys_concern(mailbox):
    fails(mailbox, minutes=14)
    assert watched() == []
    note_well(mailbox)
    assert watched(hours=1) == []


@pytest.mark.parametrize("given", [{"alarm_after": None}, {"alarm_after": 60}, {"is_active": False}])
def test_how_long_is_borne_is_the_operators_choice(mailbox, given):
    fails(mailbox, minutes=50)
    Mailbox.objects.update(**given)
    assert watched() == []


def test_the_trouble_counts_from_its_beginning_whatever_it_becomes(mailbox):
    note_trouble(mailbox, Trouble(Problem.HUNG), at=NOW - timedelta(minutes=20))
    note_trouble(mailbox, Trouble(Problem.SIGN_IN), at=NOW)
    assert len(watched()) == 1


def test_mailboxes_that_fail_together_are_one_letter(mailbox):
    other = Mailbox.objects.create(name="Billing", host="imap.example.com", username="billing@example.com")
    for one in (mailbox, other):
        fails(one, minutes=16)
    (letter,) = watched()
    assert "“Support”" in letter.text and "“Billing”" in letter.text


def test_one_that_comes_and_goes_writes_few_letters_an_hour_and_nothing_is_forgotten(mailbox):
    """Rate cap."""
    written = 0
    for _round in range(10):
        fails(mailbox, minutes=16)
        written += len(watched())
        note_well(mailbox)
        written += len(watched())
    assert written == LETTERS
    fails(mailbox, minutes=16)
    assert len(watched(minutes=61)) == 1


def test_it_stands_on_the_first_page_of_the_admin_for_operators(mailbox, client_of, operator, lena):
    assert "errornote" not in client_of(operator).get("/admin/").content.decode()
    fails(mailbox, minutes=16)
    page = client_of(operator).get("/admin/").content.decode()
    assert "The mailbox “Support” has failed since" in page and f"/admin/mail/mailbox/{mailbox.pk}/change/" in page
    assert "errornote" not in client_of(lena).get("/admin/", follow=True).content.decode()


def test_clients_and_agents_hear_nothing(mailbox, operator):
    fails(mailbox, minutes=16)
    assert {letter.to_address for letter in watched()} == {operator.email}


def test_one_switched_off_meanwhile_is_dropped_in_silence(mailbox):
    fails(mailbox, minutes=16)
    watched()
    Mailbox.objects.update(is_active=False, failing_since=None)
    assert watched(hours=2) == []
    Mailbox.objects.update(is_active=True)
    assert watched(hours=3) == []

"""Blocked senders in Django admin: counted, expiring, taken back, and never everybody (S135)."""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mail import blocking
from mail.models import BlockedSender
from mail.parsing import Address, Letter

LIST, ADD = "admin:mail_blockedsender_changelist", "admin:mail_blockedsender_add"


@pytest.fixture
def desk(client_of, operator):
    return client_of(operator)


def letter(address="eve@spam.example", subject="", text=""):
    return Letter(sender=Address("Eve", address), subject=subject, full_text=text)


def add(desk, kind, value, **more):
    given = {"kind": kind, "value": value, "why": "", "is_active": "on", "expires_at_0": "", "expires_at_1": ""}
    return desk.post(reverse(ADD), {**given, **more}, follow=True)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("address", " Eve@Spam.Example ", "eve@spam.example"),
        ("domain", "@Spam.Example", "spam.example"),
        ("phrase", "You  have WON\u200b", "you have won"),
    ],
)
def test_what_is_typed_is_kept_as_it_is_compared(desk, operator, kind, typed, kept):
    add(desk, kind, typed, why="Spam")
    row = BlockedSender.objects.get()
    assert (row.kind, row.value, row.why, row.made_by) == (kind, kept, "Spam", operator)


@pytest.mark.parametrize(
    ("kind", "typed"), [("address", "eve"), ("domain", "com"), ("phrase", "a"), ("domain", "a@b.c")]
)
def test_what_would_keep_everybody_out_is_refused(desk, kind, typed):
    answer = add(desk, kind, typed)
    assert not BlockedSender.objects.exists() and "Write" in answer.content.decode()


def test_the_same_sender_stands_there_once(desk):
    add(desk, "domain", "spam.example")
    answer = add(desk, "domain", "SPAM.example")
    assert BlockedSender.objects.count() == 1 and answer.context["errors"]


def test_each_mail_kept_out_is_counted(db, desk):
    blocking.block("domain", "spam.example")
    assert blocking.blocks(letter("eve@sub.spam.example")) and not blocking.blocks(letter("eve@notspam.example"))
    page = desk.get(reverse(LIST)).content.decode()
    assert '<td class="field-hits">1</td>' in page and "spam.example" in page


def test_a_block_runs_out(db):
    blocking.block("address", "eve@spam.example", until=timezone.now() - timedelta(minutes=1))
    assert not blocking.blocks(letter())


def test_a_sender_is_let_in_again_and_what_was_counted_stays(db, desk):
    row = blocking.block("address", "eve@spam.example")
    blocking.blocks(letter())
    desk.post(reverse(LIST), {"action": "let_in", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert (row.is_active, row.hits) == (False, 1) and not blocking.blocks(letter())
    desk.post(reverse(LIST), {"action": "keep_out", "_selected_action": [row.pk]})
    assert blocking.blocks(letter())


@pytest.mark.parametrize(("force", "expected"), [("yes", ["a.example"]), ("no", ["c.example", "b.example"])])
def test_the_list_tells_those_in_force(db, desk, force, expected):
    blocking.block("domain", "a.example")
    blocking.block("domain", "b.example", until=timezone.now() - timedelta(days=1))
    blocking.lift(blocking.block("domain", "c.example"))
    rows = desk.get(reverse(LIST), {"force": force}).context["cl"].queryset
    assert [row.value for row in rows] == expected


def test_agents_do_not_configure_it(client_of, sam, db):
    """They block from a mail or a ticket."""
    assert client_of(sam).get(reverse(LIST)).status_code == 403

"""Whose mail is kept out (S135): an address, a domain with all below it, a phrase; for a time or for good."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mail import blocking
from mail.models import BlockedSender
from mail.parsing import Address, Letter

pytestmark = pytest.mark.django_db
Kind = BlockedSender.Kind


def letter(address="eve@deep.below.example.com", subject="Hello", text="Good morning"):
    return Letter(sender=Address("Eve", address), subject=subject, full_text=text)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.ADDRESS, "Eve@deep.below.Example.com"),
        (Kind.DOMAIN, "deep.below.example.com"),
        (Kind.DOMAIN, "@example.com"),
        (Kind.PHRASE, "Good  MORNING"),
        (Kind.PHRASE, "hello good"),
    ],
)
def test_a_mail_that_fits_is_kept_out_and_counted(kind, value):
    blocking.block(kind, value)
    for _time in range(5):
        assert blocking.blocks(letter())
    assert BlockedSender.objects.get().hits == 5


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.ADDRESS, "adam@deep.below.example.com"),
        (Kind.DOMAIN, "ample.com"),
        (Kind.DOMAIN, "still.deep.below.example.com"),
        (Kind.PHRASE, "good evening"),
    ],
)
def test_a_mail_that_does_not_fit_is_let_in(kind, value):
    blocking.block(kind, value)
    assert not blocking.blocks(letter())


def test_however_deep_a_domain_is_it_is_below_those_above_it():
    deep = ".".join(["a"] * 40) + ".example.com"
    blocking.block(Kind.DOMAIN, "example.com")
    assert blocking.blocks(letter(f"eve@{deep}"))
    BlockedSender.objects.all().delete()
    blocking.block(Kind.DOMAIN, deep)
    assert blocking.blocks(letter(f"eve@{deep}")) and not blocking.blocks(letter("eve@example.com"))


def test_a_mail_from_nowhere_is_asked_about_too():
    blocking.block(Kind.PHRASE, "good morning")
    assert blocking.blocks(letter(""))
    assert not blocking.blocks(letter("", text=""))


def test_a_block_ends_with_its_time_or_when_it_is_switched_off():
    block = blocking.block(Kind.DOMAIN, "example.com", until=timezone.now() + timedelta(hours=1))
    assert blocking.blocks(letter())
    BlockedSender.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not blocking.blocks(letter())
    blocking.block(Kind.DOMAIN, "example.com")
    assert blocking.blocks(letter())
    BlockedSender.objects.filter(pk=block.pk).update(is_active=False)
    assert not blocking.blocks(letter())


def test_one_statement_asks_for_all_of_it():
    for kind, value in ((Kind.ADDRESS, "adam@example.org"), (Kind.DOMAIN, "example.org"), (Kind.PHRASE, "evening")):
        blocking.block(kind, value)
    with CaptureQueriesContext(connection) as captured:
        assert not blocking.blocks(letter())
    assert len(captured) == 1


@pytest.mark.parametrize(
    ("kind", "value"), [(Kind.ADDRESS, "eve"), (Kind.DOMAIN, "com"), (Kind.DOMAIN, "a@b.c"), (Kind.PHRASE, "the")]
)
def test_what_would_keep_everybody_out_is_refused(kind, value):
    with pytest.raises(ValidationError):
        blocking.block(kind, value)

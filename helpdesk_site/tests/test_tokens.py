"""Tokens, ticket numbers and signatures (T15)."""

import pytest
import time_machine
from django.core import signing

from helpdesk_site.lib import tokens


def test_a_token_is_long_random_and_stored_only_as_its_hash():
    """SECURITY V9: 256 bits, SHA-256."""
    one, other = tokens.new_token(), tokens.new_token()
    assert one != other and len(one) >= 43 and one.replace("-", "").replace("_", "").isalnum()
    assert len(tokens.hash_token(one)) == 64 and tokens.hash_token(one) != tokens.hash_token(other)
    assert tokens.hash_token("\ud800") == tokens.hash_token("\ud800")


def test_a_ticket_number_is_three_consonants_a_dash_and_six_digits_all_of_them_random():
    """S12, CONTRACT."""
    drawn = [tokens.ticket_number() for _ in range(2_000)]
    assert all(tokens.clean_number(number) == number for number in drawn)
    assert not set("".join(drawn)) & set("AEIOUY")
    for place in (0, 1, 2, 4, 5, 6, 7, 8, 9):
        assert len({number[place] for number in drawn}) == (20 if place < 3 else 10)
    assert len(set(drawn)) > 1_990


@pytest.mark.parametrize(
    "typed",
    ["KTR-482913", "ktr-482913", "#ktr 482913", "ktr482913", "[KTR-482913]", " Ktr‑482913 ", "KTR–482913"]
    + ["#KTR482913.", "ＫＴＲ-482913"],
)
def test_a_number_is_known_however_it_is_typed(typed):
    """CONTRACT: in any case, with or without the dash and #."""
    assert tokens.clean_number(typed) == "KTR-482913"


@pytest.mark.parametrize(
    "typed",
    ["", "KTR", "KTR-48291", "KTR-4829134", "KAR-482913", "KYR-482913", "KTR-48291x", "КТR-482913", "x" * 50]
    + [None, 7, ["KTR-482913"], "Re: KTR-482913 please", "KTR_482913", "KTR-482913\x00KTR", "1' OR '1'='1"],
)
def test_what_is_no_number_is_none(typed):
    """Bad input: a number that is not one."""
    assert tokens.clean_number(typed) == ""


def test_what_was_signed_comes_back_for_its_purpose_only():
    """T15: purpose."""
    signed = tokens.sign("unsubscribe", {"user": 7})
    assert tokens.unsign("unsubscribe", signed, 60) == {"user": 7}
    assert tokens.unsign("rate", signed, 60) is None
    assert tokens.unsign("unsubscribe", signed[:-1] + ("A" if signed[-1] != "A" else "B"), 60) is None


def test_a_signature_expires():
    """T15: expiry."""
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        signed = tokens.sign("rate", 7)
        clock.shift(60)
        assert tokens.unsign("rate", signed, 60) == 7
        clock.shift(1)
        assert tokens.unsign("rate", signed, 60) is None


@pytest.mark.parametrize("token", ["", " ", None, [], ["x"], {}, 0, b"x", "::", "a:b:c", "é:x:y", "\ud800", "x" * 9000])
def test_a_blank_or_bent_token_opens_nothing(token):
    """T15: blank, array, garbage."""
    assert tokens.unsign("rate", token, 60) is None


def test_a_signature_of_another_part_of_django_opens_nothing():
    """T15: the salt keeps purposes apart."""
    assert tokens.unsign("rate", signing.dumps(7), 60) is None
    assert tokens.unsign("rate", signing.dumps(7, salt="rate"), 60) is None


@pytest.mark.parametrize("purpose", ["", None])
def test_a_signature_needs_a_purpose(purpose):
    """T15."""
    with pytest.raises(ValueError):
        tokens.sign(purpose, 7)

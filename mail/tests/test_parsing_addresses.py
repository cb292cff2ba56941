"""Addresses in headers, as the standard writes them and as programs do (RFC 5322, 3.4; RULES, "Spoofing")."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parsing import addresses

FEW = settings(max_examples=200, deadline=None, derandomize=True)


def people(value, charset=""):
    return [(person.name, person.address) for person in addresses.read(value, charset)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("anna@example.com", [("", "anna@example.com")]),
        ("Anna <Anna@Example.COM>", [("Anna", "Anna@example.com")]),
        ('"Doe, Anna" <anna@example.com>', [("Doe, Anna", "anna@example.com")]),
        (r'"Anna \"Ann\" Doe" <anna@example.com>', [('Anna "Ann" Doe', "anna@example.com")]),
        ("Doe, Anna <anna@example.com>, b@example.com", [("Doe, Anna", "anna@example.com"), ("", "b@example.com")]),
        ("anna@example.com (Anna Doe)", [("Anna Doe", "anna@example.com")]),
        (r"Anna(a \) b) <anna(home)@example.com(here)>", [("Anna (a ) b home here)", "anna@example.com")]),
        ("Anna Doe (Sales) <anna@example.com>", [("Anna Doe (Sales)", "anna@example.com")]),
        ("Anna (=?utf-8?Q?Andr=C3=A9?=) <anna@example.com>", [("Anna (André)", "anna@example.com")]),
        ("Anna (at home (often)) <anna@example.com>", [("Anna (at home (often))", "anna@example.com")]),
        ("Anna () <anna@example.com>", [("Anna", "anna@example.com")]),
        ("Anna (ben@example.com) <anna@example.com>", [("Anna", "anna@example.com")]),
        ("anna@example.com <anna@example.com> (Anna)", [("Anna", "anna@example.com")]),
        ("anna@example.com (anna@example.com)", [("", "anna@example.com")]),
        ("anna@example.com (Anna) (Sales)", [("Anna Sales", "anna@example.com")]),
        ("Team: a@example.com, Ben <b@example.com>;", [("", "a@example.com"), ("Ben", "b@example.com")]),
        ("undisclosed-recipients:;", []),
        ("a@example.com; b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ("<@relay.example,@other.example:anna@example.com>", [("", "anna@example.com")]),
        ("anna . doe @ example . com", [("", "anna.doe@example.com")]),
        ("<mailto:anna@example.com>", [("", "anna@example.com")]),
        ("'Anna' <anna@example.com>", [("Anna", "anna@example.com")]),
        ("Anna anna@example.com", [("Anna", "anna@example.com")]),
        ("anna@example.com <anna@example.com>", [("", "anna@example.com")]),
        ("Anna <anna> <anna@example.com>", [("Anna", "anna@example.com")]),
        ("anna@[192.0.2.1]", [("", "anna@[192.0.2.1]")]),
        ('"anna"@example.com', [("", "anna@example.com")]),
        ("=?utf-8?Q?Andr=C3=A9=2C_Anna?= <anna@example.com>", [("André, Anna", "anna@example.com")]),
        ("Анна <анна@почта.рф>", [("Анна", "анна@почта.рф")]),
        ("Anna <anna@example.com>, , ben@example.com", [("Anna", "anna@example.com"), ("", "ben@example.com")]),
        ("", []),
    ],
)
def test_people_are_read(written, read):
    assert people(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"Anna <anna@example.com>', [("Anna", "anna@example.com")]),
        ("Anna (home <anna@example.com>", [("Anna (home", "anna@example.com")]),
        ("Anna <anna@example.com", [("Anna <", "anna@example.com")]),
        ("anna@@example.com", [("anna@@example.com", "")]),
        ("anna@example.com@elsewhere.example", [("anna@example.com@elsewhere.example", "")]),
        ("Anna", [("Anna", "")]),
        ('"anna doe"@example.com', [("anna doe@example.com", "")]),
    ],
)
def test_what_has_no_end_or_no_address_is_read_as_far_as_it_goes(written, read):
    assert [(name.strip(" <"), address) for name, address in people(written)] == [
        (name.strip(" <"), address) for name, address in read
    ]


@pytest.mark.parametrize(
    "written",
    [
        "=?utf-8?Q?ben=40example.com?= <anna@example.com>",
        '"ben@example.com" <anna@example.com>',
        '"<ben@example.com>" <anna@example.com>',
        "ben@example.com (x) <anna@example.com>",
    ],
)
def test_an_address_in_a_name_is_only_a_name(written):
    """RULES, "Spoofing": nothing is decoded before the address is found (T10)."""
    assert [person.address for person in addresses.read(written)] == ["anna@example.com"]


def test_an_encoded_word_never_becomes_an_address():
    """T10: "=?utf-8?Q?…?=" alone has no address, whatever it says."""
    assert people("=?utf-8?Q?anna=40example.com?=") == [("anna@example.com", "")]


def test_the_recipients_of_a_mail_are_bounded_and_each_is_told_once():
    """Bad input: thousands in Cc."""
    value = ", ".join(f"p{number}@example.com" for number in range(3_000)) + ", p0@example.com"
    assert len(addresses.read_all([value, value])) == addresses.RECIPIENTS_LIMIT


@FEW
@given(st.text(st.sampled_from("ab@.<>()\"\\,;: =?[]'\t"), max_size=80))
def test_whatever_stands_in_a_header_an_address_has_no_space_and_one_at(value):
    """`sane`: no white space in an address; never an exception."""
    for person in addresses.read(value):
        assert not any(letter.isspace() for letter in person.address)
        assert person.address == "" or person.address.count("@") >= 1
        assert "\n" not in person.name

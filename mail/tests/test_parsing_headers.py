"""Heads, encoded words and parameters (RFC 5322, 2047, 2231), right and wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parsing import identifiers, parameters, parse
from mail.parsing.headers import read_head
from mail.parsing.words import decoded

from .raw import mail

FEW = settings(max_examples=200, deadline=None, derandomize=True)


def head(raw):
    headers, body, _cut = read_head(raw, 0, len(raw))
    return headers, raw[body:]


@pytest.mark.parametrize(
    ("raw", "subject", "body"),
    [
        (b"Subject: a\n\nhi", "a", b"hi"),
        (b"Subject: a\r\n b\r\n\r\nhi", "a b", b"hi"),
        (b"Subject : a\n\nhi", "a", b"hi"),
        (b"subject:a\n\nhi", "a", b"hi"),
        (b"From x Mon Jan 1\nSubject: a\n\nhi", "a", b"hi"),
        (b"Subject: a\nThis is no field\n\nhi", "a", b"This is no field\n\nhi"),
        (b"Subject: a\nbroken here\nMessage-ID: <x@y>\n\nhi", "a broken here", b"hi"),
        (b"Subject: a\n \t\n b\nTo: x@y\n\nhi", "a b", b"hi"),
        (b"Subject: a\n   \nhi", "a", b"hi"),
        (b"Subject:\nSubject: b\n\nhi", "b", b"hi"),
        (b"Subject: a\x00b\n\nhi", "ab", b"hi"),
        (b"Subject: a\rBcc: evil\n\nhi", "a Bcc: evil", b"hi"),
        (b"hi there", "", b"hi there"),
        (b"", "", b""),
    ],
)
def test_a_head_is_read_and_its_body_found(raw, subject, body):
    headers, rest = head(raw)
    assert (headers.words("subject"), rest) == (subject, body)


def test_a_line_among_the_fields_that_is_none_stands_in_the_whole_text_too():
    """Its writer may have meant words and left out the empty line before them: nothing of a mail is lost."""
    letter = parse(b"From: anna@example.com\nHello there,\nSubject: a\n\nIt broke.\n")
    assert (letter.sender.address, letter.subject, letter.text) == ("anna@example.com", "a", "It broke.")
    assert letter.full_text == "Hello there,\nSubject: a\n\nIt broke."


def test_a_head_is_read_up_to_its_limit_and_its_body_is_still_found():
    """Bad input: a head of a megabyte."""
    raw = b"Subject: a\n" + b"X-Long: b\n" * 100_000 + b"\nhi"
    headers, body, cut = read_head(raw, 0, len(raw))
    assert (headers.words("subject"), raw[body:], cut) == ("a", b"hi", True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?iso-8859-1?q?a_b?= c", "a b c"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?utf-8?B?w4Q=?=\t=?iso-8859-1?Q?=D6?=", "ÄÖ"),
        ("=?utf-8?Q?=E2=98?= =?utf-8?Q?=86?=", "☆"),
        ("=?utf-8?Q?=C3=A4 with spaces?=", "ä with spaces"),
        ("=?utf-8*de?Q?=C3=A4?=", "ä"),
        ("=?utf-8?Q?open", "open"),
        ("=?unknown?Q?=C3=A4?=", "ä"),
        ("=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"),
        ("=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=", "テスト"),
        ("=?utf-7?Q?Fr+APY-sche?=", "Frösche"),
        ("no =? word ?= here", "no =? word ?= here"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
    ],
)
def test_encoded_words_are_read(written, read):
    """RFC 2047, and what programs make of it."""
    assert decoded(written) == read


@pytest.mark.parametrize(
    ("written", "main", "found"),
    [
        ("text/plain", "text/plain", {}),
        ("text/plain; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('attachment; filename="a; b.txt"', "attachment", {"filename": "a; b.txt"}),
        (r'attachment; filename="a\"b.txt"', "attachment", {"filename": 'a"b.txt'}),
        ("attachment; filename=my file (1).pdf", "attachment", {"filename": "my file (1).pdf"}),
        ("attachment; filename*=utf-8''%E2%82%AC.txt", "attachment", {"filename": "€.txt"}),
        ("x; filename*=iso-2022-jp''%1B$B%25F%25%39%25H%1B(B.txt", "x", {"filename": "テスト.txt"}),
        ("x; n*0*=utf-8''a%20; n*1*=b; n*2=%20c", "x", {"n": "a b%20c"}),
        ('x; n*1="b"; n*0="a"', "x", {"n": "ab"}),
        ("x; filename=plain; filename*=utf-8''%C3%A4", "x", {"filename": "ä"}),
        ('x; filename="=?utf-8?Q?=C3=A4.txt?="', "x", {"filename": "ä.txt"}),
        ("text/plain (comment); charset=us-ascii", "text/plain", {"charset": "us-ascii"}),
        ("text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('x; name="never ends; charset=utf-8', "x", {"name": "never ends; charset=utf-8"}),
        ("x; a=1; a=2", "x", {"a": "1"}),
        ("", "", {}),
    ],
)
def test_parameters_are_read(written, main, found):
    """RFC 2231, with its continuations, and the encoded words it forbids."""
    assert parameters.read(written) == (main, found)


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b> <c@d>\t<a@b>", ("<a@b>", "<c@d>")),
        ("a@b", ("<a@b>",)),
        ("Your message of Monday <a@b>", ("<a@b>",)),
        ("<a@\n b>", ("<a@b>",)),
        ("none", ()),
        ("<" + "a" * 600 + "@b>", ()),
    ],
)
def test_ids_are_found_among_junk(written, ids):
    """RULES, "Threading" 2."""
    assert identifiers.all_of([written]) == ids


def test_of_thousands_of_references_the_first_and_the_last_are_kept():
    many = " ".join(f"<{number}@a>" for number in range(5_000))
    kept = identifiers.all_of([many])
    assert len(kept) == identifiers.IDS_LIMIT and (kept[0], kept[-1]) == ("<0@a>", "<4999@a>")


def test_several_in_reply_to_are_all_taken():
    """RULES, "Threading" 2."""
    raw = mail("hi", "In-Reply-To: <a@b>", "In-Reply-To: <c@d>")
    assert parse(raw).in_reply_to == ("<a@b>", "<c@d>")


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", 2026),
        ("2 Mar 2026 10:00", 2026),
        ("Mon, 01 Jan 1601 00:00:00 +0000", None),
        ("Mon, 01 Jan 9999 00:00:00 +0000", None),
        ("Wed, 32 Foo 2026 99:99:99 +9999", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_a_date_of_our_age_or_none(written, year):
    """Bad input: dates in 1601."""
    date = parse(mail(Date=written)).date
    assert (date.year if date else None) == year


def test_return_path_and_envelope_are_read():
    """RULES, "Threading" 1: to whom it was delivered, in the words of the servers on the way."""
    letter = parse(mail("hi", "Return-Path: <>", "Delivered-To: a@example.com", "X-Original-To: b@example.com"))
    assert (letter.return_path, letter.envelope) == ("", ("a@example.com", "b@example.com"))
    assert parse(mail()).return_path is None


@FEW
@given(st.text(st.sampled_from("=?utf-8QBq_ab\u00e4\t"), max_size=60))
def test_whatever_stands_in_a_word_its_text_can_be_stored(text):
    decoded(text).encode("utf-8")


@FEW
@given(st.text(st.sampled_from("ab=;*'\"\\()% 01"), max_size=60))
def test_whatever_stands_in_parameters_they_are_texts(text):
    _main, found = parameters.read(text)
    assert all(isinstance(value, str) and "\n" not in value for value in found.values())

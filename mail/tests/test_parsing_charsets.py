"""Bytes to text: declared, mistaken, undeclared and broken character sets (RULES, "Charset")."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parsing import charsets, parse

from .raw import mail

FEW = settings(max_examples=200, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("declared", "read"),
    [
        ("UTF-8", "utf-8"),
        ('"utf8"', "utf-8"),
        ("utf-8; format=flowed", "utf-8"),
        ("ISO-8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("iso-8859-8-i", "iso8859-8"),
        ("gb2312", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("Shift_JIS", "cp932"),
        ("csISO2022JP", "iso-2022-jp"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("win-1251", "cp1251"),
        ("cp-1251", "cp1251"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("x-unknown", ""),
        ("", ""),
        ("idna", ""),
        ("punycode", ""),
        ("rot13", ""),
        ("base64", ""),
        ("unicode_escape", ""),
        ("undefined", ""),
    ],
)
def test_a_declared_set_is_read_as_the_larger_one_it_means(declared, read):
    """Some names lead to codecs that are no character sets, or that cost more than the text is long."""
    assert charsets.known(declared) == read


@pytest.mark.parametrize(
    ("text", "written_in", "declared"),
    [
        ("Grüße", "utf-8", "utf-8"),
        ("Grüße", "utf-8", "us-ascii"),
        ("Grüße", "utf-8", "x-unknown"),
        ("Grüße", "utf-8", ""),
        ("Grüße", "latin-1", "utf-8"),
        ("más rápido", "latin-1", "utf-8"),
        ("© 2026", "latin-1", "utf-8"),
        ("Grüße", "latin-1", ""),
        ("„Preis“ 5 €", "cp1252", "iso-8859-1"),
        ("你好，世界", "gb18030", "gb2312"),
        ("안녕하세요", "cp949", "ks_c_5601-1987"),
        ("①テスト", "cp932", "shift_jis"),
        ("Привет, как дела?", "cp1251", ""),
        ("Привет, как дела?", "koi8-r", ""),
        ("Привет, как дела?", "koi8-r", "us-ascii"),
        ("שלום", "iso8859-8", "iso-8859-8-i"),
        ("Grüße ✓", "utf-7", "unicode-1-1-utf-7"),
        ("Grüße", "utf-16", "utf-16"),
        ("Grüße", "utf-16-le", "utf-16"),
        ("Grüße", "utf-16-be", "utf-16"),
        ("Grüße 😀", "utf-32", "utf-32"),
        ("Grüße", "utf-8-sig", "iso-8859-1"),
    ],
)
def test_a_body_is_read_whatever_was_declared(text, written_in, declared):
    assert charsets.decode(text.encode(written_in), declared) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B%F%9%H\x1b(B ok", "テスト ok"),
        (b"\x1b$B-!\x1b(B", "①"),
        (b"\x1b(I12\x1b(B", "ｱｲ"),
        (b"\x1b$B%F%9\n%H\x1b(B", "テス\nト"),
        (b"plain", "plain"),
    ],
)
def test_japanese_mail_is_read_with_the_letters_of_microsofts_set(data, text):
    """RULES, "Charset": iso-2022-jp and its MS variant."""
    assert charsets.decode(data, "iso-2022-jp") == text


def test_a_cut_letter_costs_one_letter_and_not_the_text():
    assert charsets.decode("Здравствуйте".encode()[:-1], "utf-8") == "Здравствуйт\ufffd"


def test_a_raw_head_is_read_as_utf_8_or_as_the_body_is():
    """RULES, "Charset": raw 8-bit headers."""
    assert parse(mail(subject="Grüße")).subject == "Grüße"
    raw = b"Subject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; charset=windows-1251\n\n\xcf\xf0\xe8"
    assert parse(raw).subject == "Привет"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"a\x00b", "utf-8"),
        (b"\xed\xa0\x80", "utf-8"),
        (b"+2AA-", "utf-7"),
        (b"\x00\xd8\x00\x00", "utf-16-le"),
    ],
)
def test_no_text_holds_what_a_database_refuses(data, charset):
    """Bad input: NUL, lone surrogates, by way of sets that allow them."""
    text = charsets.decode(data, charset)
    text.encode("utf-8")
    assert "\x00" not in text


@FEW
@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "utf-7", "utf-16", "hz", "iso-2022-jp", "gb2312"]))
def test_any_bytes_in_any_set_give_a_text(data, charset):
    charsets.decode(data, charset).encode("utf-8")
    charsets.decode_line(data, charset).encode("utf-8")

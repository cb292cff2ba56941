"""Search finds a word in the forms people use, in four languages, on both databases (STACK 9)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_site.lib import stems


def finds(query, written):
    """Match as both engines do: every group is hit, the last word also as the beginning of a token."""
    tokens, groups = set(stems.tokens(written)), stems.query_groups(query)
    if not groups:
        return False
    *_others, (_stems, start) = groups
    return all(tokens.intersection(group) for group, _word in groups[:-1]) and bool(
        tokens.intersection(groups[-1][0]) or any(token.startswith(start) for token in tokens)
    )


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("invoice", "Two INVOICES were sent"),
        ("payments failed", "The payment fails"),
        ("проблема", "Есть проблемы с почтой"),
        ("ёлка", "елки"),
        ("facture", "Les factures impayées"),
        ("telephone", "Téléphones"),
        ("téléphone", "telephone"),
        ("problemas", "um problema"),
        ("acao", "AÇÕES e ação"),
        ("ﬁle", "file"),
        ("invo", "invoice"),
        ("late invo", "the invoice is late"),
        ("482913", "see KTR-482913"),
        ("KTR-482913", "ktr482913"),
        ("ktr482913", "KTR-482913"),
        ("ktr 482913", "[KTR-482913]"),
        ("ktr-48", "KTR-482913"),
        ("192.168.1.10", "host 192.168.1.10 is down"),
        ("anna@example.com", "From: anna@example.com"),
        ("foo_bar", "the foo_bar option"),
    ],
)
def test_a_word_is_found_in_its_other_forms(query, written):
    """S91."""
    assert finds(query, written)


@pytest.mark.parametrize(
    ("query", "written"),
    [("invoice", "receipt"), ("KTR-482914", "KTR-482913"), ("voice", "invoice"), ("mail and sms", "mail"), ("", "x")]
    + [("-?", "-?")],
)
def test_other_words_are_not_found(query, written):
    """S91."""
    assert not finds(query, written)


def test_a_ticket_number_is_one_word_and_its_two_parts():
    """CONTRACT: typed in any case, with or without the dash."""
    assert stems.tokens("KTR-482913") == ["ktr482913", "ktr", "482913"]
    assert stems.query_groups("#KTR-482913") == [(("ktr482913",), "ktr482913")]


def test_a_token_holds_only_letters_and_digits():
    """Both engines split words themselves: a token must survive that whole."""
    written = "a_b c-d e.f 'g' h! (i) j:* k& \u2044 ½ ² ﬁ İ ß नमस्ते 日本 x\u0301"
    assert all(token.isalnum() for token in stems.tokens(written))
    assert all(token.isalnum() for group, word in stems.query_groups(written) for token in (*group, word))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=80))
def test_whatever_is_typed_is_words_or_nothing(typed):
    """Bad input; T19: nothing of the engines' query language comes through."""
    for token in stems.tokens(typed):
        assert token and not set(token) & set("'\"\\*:&|!()<> \x00")
    for group, word in stems.query_groups(typed):
        assert group and word and not set(word) & set("'\"\\*:&|!()<> \x00")


def test_length_is_limited():
    """Bad input: 1 MB, keys and base64."""
    assert stems.tokens("x" * 65 + " " + "7" * 64) == ["7" * 64]
    assert len(stems.tokens("slow " * 300_000)) == stems.TEXT_LIMIT // 5
    assert len(stems.query_groups("a b " * 100)) == stems.QUERY_WORDS
    assert stems.query_groups("x" * 10_000) == []

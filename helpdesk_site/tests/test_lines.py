"""Text before it is shown: cleaned input, lines, excerpts, quotes, folded words, and what HTML says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_site.lib import text

FEW = settings(max_examples=150, deadline=None, derandomize=True)
any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\tb\x1b[1m\x7f\x9f", "a\tb[1m"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("\ufeffa", "a"),
        (None, ""),
        (7, "7"),
        ("אב\u202e", "אב\u202e"),
    ],
)
def test_input_is_made_fit_for_a_database(given, kept):
    """Bad input: NUL, unpaired surrogates; direction marks stay in long text, where templates isolate them."""
    assert text.clean_input(given) == kept


@FEW
@given(any_text)
def test_whatever_is_typed_can_be_stored(typed):
    """Bad input: any string at all."""
    kept = text.clean_input(typed)
    kept.encode("utf-8")
    assert "\x00" not in kept and "\r" not in kept and text.clean_input(kept) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  a \n\t b  ", "a b"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u061c", "a"),
        ("a\u200bb\u200d\ufeffc\u00ad", "abc"),
        ("\u3164\u2800\u200b", ""),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4),
        ("Bcc: x@y.example\r\nSubject: z", "Bcc: x@y.example Subject: z"),
        ("नमस्ते", "नमस्ते"),
    ],
)
def test_a_line_shows_all_it_holds(given, kept):
    """Bad input: nothing in a name or subject turns the text round, hides, or begins a new header (T12)."""
    assert text.clean_line(given) == kept


@FEW
@given(any_text)
def test_a_line_is_one_line(typed):
    """T12."""
    line = text.clean_line(typed)
    assert line == " ".join(line.split()) and len(line.splitlines()) < 2 and text.clean_line(line) == line


@pytest.mark.parametrize(
    ("given", "length", "short"),
    [
        ("short", 10, "short"),
        ("one two three", 10, "one two…"),
        ("one, two three", 6, "one…"),
        ("abcdefghijkl", 5, "abcd…"),
        ("a\n\nb", 10, "a b"),
        ("", 5, ""),
    ],
)
def test_an_excerpt_ends_at_a_word(given, length, short):
    """S145: one line of a long text."""
    assert text.excerpt(given, length) == short and len(short) <= length


def test_a_quote_is_markdown_that_renders_as_a_quote():
    """S63."""
    quoted = text.quote("a\n\nb\n", "Anna \n Lind:")
    assert quoted == "> Anna Lind:\n>\n> a\n>\n> b\n\n"
    html = text.render_markdown(quoted + "yes")
    assert html == "<blockquote>\n<p>Anna Lind:</p>\n<p>a</p>\n<p>b</p>\n</blockquote>\n<p>yes</p>"


def test_a_quote_needs_nobody():
    """S63."""
    assert text.quote("a") == "> a\n\n"


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("ÉCOLE", "ecole"),
        ("Ação", "acao"),
        ("Straße", "strasse"),
        ("Ёлка", "елка"),
        ("Йод й", "йод й"),
        ("Київ", "киів"),
        ("İstanbul", "istanbul"),
    ],
)
def test_folding_leaves_what_people_search_by(given, folded):
    """STACK 9: case and accents do not matter, “й” is a letter of its own."""
    assert text.fold(given) == folded and text.fold(folded) == folded


SAID = [
    ("<p>Dear&nbsp;Ann,<br>hello</p><p>there</p>", "Dear Ann,\nhello\n\nthere"),
    ("<title>x</title><style>a{}</style><script>b()</script>c", "c"),
    ("<ul><li>a<ul><li>b</ul><li>c</ul>d", "- a\n  - b\n- c\n\nd"),
    ("<ol><li>a</li><li><p>b</p><p>c</p></li></ol>", "1. a\n2. b\n\n  c"),
    ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>c", "> a\n>\n> > b\n\nc"),
    ("<table><tr><th>a<th>b<tr><td>1<td></table>", "a | b\n1 |"),
    ("<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"),
    ('see <a href="https://b.example/">b.example</a>', "see b.example"),
    ('see <a href="https://b.example/c?d&amp;e">this</a>', "see this (https://b.example/c?d&e)"),
    ('<a href="mailto:a@b.c">a@b.c</a> <a href="mailto:a@b.c">Ann</a>', "a@b.c Ann (a@b.c)"),
    ('<a href="javascript:x">a</a><a href="#b">c</a>', "ac"),
    ('<div>a</div><div>b</div><hr>c<img alt="cat">', "a\nb\n\n---\n\nc cat"),
    ("a &lt;b&gt; &amp;amp; &#8364; &#0; &bogus; & <", "a <b> &amp; € \ufffd &bogus; & <"),
    ("</blockquote></ul></pre></a>a", "a"),
    ("", ""),
]


@pytest.mark.parametrize(("html", "said"), SAID)
def test_html_is_told_in_plain_words(html, said):
    """S157: the text part of a mail says what its HTML part says."""
    assert text.html_to_text(html) == said

"""Whatever a mail says: nothing new is lost, nothing is invented, and the time grows with the length."""

import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parsing.forwards import forward_of
from mail.parsing.lines import has_words
from mail.parsing.quoted_html import new_html
from mail.parsing.replies import new_text, split_text

from .attributions import ATTRIBUTIONS

FEW = settings(max_examples=200, deadline=None, derandomize=True)
MARKS = [
    ">", "> ", ">> > ", "\n", "\n\n", " ", "On 3 Nov 2026 at 9:12, Anna <a@b.cc> wrote:", "On", "wrote:", ":", "-- ",
    "From: a@b.cc", "Sent: 3.11.2026 9:12", "To: b@c.dd", "Subject: x", "-----Original Message-----", "____", "<",
    "---------- Forwarded message ----------", "Sent from my iPhone", "reply above this line", "word", "вт, 3",
    "写道：", "@", "--",
]  # fmt: skip
TAGS = [
    "<div>", "</div>", "<p>", "<br>", "<blockquote type=cite>", "<blockquote>", "</blockquote>", "<b>", "</b>", "<hr>",
    "<div class=gmail_quote>", "<div id=divRplyFwdMsg>", "<pre>", "</pre>", "&gt; b", "\n", "<img src=x>", "<!--", "<",
    "On 3 Nov 2026 at 9:12, Anna &lt;a@b.cc&gt; wrote:", "From: a@b.cc<br>Sent: 3.11.2026 9:12<br>", "<a href='", "a",
]  # fmt: skip
mails = st.lists(st.sampled_from(MARKS), max_size=60).map("".join) | st.text(max_size=200)
sentences = st.lists(st.text("abc äßя中 ", min_size=1, max_size=70).filter(has_words), min_size=1, max_size=8)


def lines(text):
    return Counter(line.strip() for line in text.split("\n") if line.strip())


@FEW
@given(mails)
def test_nothing_is_invented_and_a_mail_with_words_has_new_text(text):
    new = new_text(text)
    assert has_words(new) == has_words(text)
    assert all(line in text for line in lines(new))


@FEW
@given(mails)
def test_every_line_is_new_or_old(text):
    """But for rows of dashes, which set off the old mail."""
    new, old = split_text(text)
    missing = lines(text) - lines(new) - lines(old)
    assert all(not has_words(line) or line in new + old or "On 3 Nov" in line for line in missing)


@FEW
@given(sentences, st.sampled_from([line for lines in ATTRIBUTIONS.values() for line in lines]), st.booleans())
def test_what_stands_above_an_old_mail_is_never_lost(new, attribution, marked):
    """The issue: new text is never lost."""
    old = "> old" if marked else "old"
    found = new_text("\n".join(new) + f"\n\n{attribution}\n\n{old}")
    assert lines("\n".join(new)) == lines(found)


PAIRS = st.lists(st.tuples(sentences, sentences), min_size=2, max_size=5)


@settings(FEW, max_examples=50)
@given(PAIRS)
def test_answers_between_quoted_lines_are_never_lost(pairs):
    no_answer_is_lost(pairs)


@pytest.mark.long
@settings(FEW, max_examples=1_000)
@given(PAIRS)
def test_answers_between_quoted_lines_are_never_lost_at_length(pairs):
    no_answer_is_lost(pairs)


def no_answer_is_lost(pairs):
    text = "\n\n".join("\n".join(f"> {line}" for line in old) + "\n\n" + "\n".join(new) for old, new in pairs)
    answers = lines("\n".join(line for _, new in pairs for line in new))
    assert not answers - lines(new_text(text))


@FEW
@given(st.text("ab>\n ", max_size=120))
def test_a_line_without_marks_is_never_lost(text):
    unmarked = "\n".join(line for line in text.split("\n") if ">" not in line)
    assert not lines(unmarked) - lines(new_text(text))


@FEW
@given(st.text(max_size=40) | st.sampled_from(["Fwd: x", "", "VS: x"]), mails)
def test_a_mail_passed_on_holds_only_what_is_there(subject, text):
    found = forward_of(subject, text)
    assert not found or all(line.lstrip("> ") in text for line in lines(found.body) + lines(found.words))


@FEW
@given(st.lists(st.sampled_from(TAGS), max_size=60).map("".join) | st.text(max_size=200))
def test_any_html_can_be_read(html):
    new_html(html)


ADVERSARIAL = [
    "> a\n", "> a\nb\n", "On 3 Nov 2026 at 9:12\n", "wrote:\n", "a:\n", "On 3 Nov 2026 at 9:12 A <a@b.cc> wrote:\n",
    "On 3 Nov 2026 at 9:12 A <a@b.cc> wrote:\n> x\n", "From: a@b.cc\n", "From: a\nTo: b\n", "\n", "> a\n\n\n\n",
    "> From: a@b.cc\n> Sent: 9:12\n\nx\n\n", "-----\n", "-- \n", "<\n", "On 3 <a@b.cc wrote:\n", "写道：\n", " \t\n",
    "Sent from my iPhone\n", "x\n> wrote:\n", "a On 3 Nov 2026 at 9:12, b@c.dd wrote:\n> Hi\n", "👍\n",
    "------- Forwarded message -------\n", "-----Original Message-----\n", "From: a\nSent: b\nTo: c\nSubject: d\n",
    "To: " + "a@b.cc,\n" * 20, "> reply above this line\n\nab\n",
]  # fmt: skip
ADVERSARIAL_HTML = ["<div>", "</div>", "<p>a", "<br>", "<blockquote type=cite>a", "<b><i></b>", "<hr>", "&gt; a<br>"]
FILLERS = [">", "> ", "On ", "-", "_", "wrote ", "a@", "<", "\u200b", ":", "x" * 100_000 + "\n", "a\n", ">\n"]


def steps(function, *given):
    """How many functions are called: their number tells of the work, whatever else the machine does."""
    counted = Counter()

    def count(_frame, event, _argument):
        counted[event] += 1

    sys.setprofile(count)
    try:
        function(*given)
    finally:
        sys.setprofile(None)
    return counted["call"] + counted["c_call"]


@pytest.mark.parametrize("many", [25, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_the_work_grows_with_the_length(piece, many):
    """The issue: linear time, fuzzed for shape and time."""
    for function, *before in ((new_text,), (forward_of, "Fwd: x"), (forward_of, "x")):
        once, four_times = (steps(function, *before, f"new\n{piece * count}") for count in (many, 4 * many))
        assert four_times < 5 * once + 50 * many


@pytest.mark.parametrize("piece", ADVERSARIAL_HTML)
def test_the_work_for_html_grows_with_the_length(piece):
    once, four_times = (steps(new_html, f"new<br>{piece * count}") for count in (100, 400))
    assert four_times < 5 * once + 5_000


@pytest.mark.parametrize("size", [200_000, pytest.param(1_000_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("filler", [*FILLERS, "On {}:", "From: {}"], ids=lambda filler: repr(filler[:4]))
def test_a_megabyte_of_anything_is_read(filler, size):
    """The issue: lines of 100 kB. No clock: a quadratic reading would not end."""
    text = filler.format("x" * size) if "{}" in filler else filler * (size // len(filler))
    assert has_words(new_text(text)) == has_words(text)
    forward_of("Fwd: x", text)
    new_html(text)

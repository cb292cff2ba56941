"""The line above an old mail that tells who wrote it and when: "On Tue, 3 Nov 2026 at 9:12, NAME <address> wrote:".

It may be broken into several lines, stand at the end of a line of new text, or lack the verb, as Russian has it. Each
language puts the parts in an order of its own, so the parts are looked for, not the order.
"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from .lines import Line
from .phrases import CALENDAR, OF_MYSELF, ON, WROTE, all_of

LINES = 6  # an attribution is broken into at most so many
LENGTH = 500  # characters of one
TRIES = 2_000  # line ends that are looked at in one mail
BEGIN = 120  # characters in which its date begins
NAME = 9  # words of a name


class Attribution(NamedTuple):
    start: int  # its first line
    column: int  # where it begins in that line; text before it is new
    sure: bool  # a program wrote it, so that an old mail follows even where it bears no marks


class Shape(IntEnum):
    """How much a text looks like an attribution."""

    NONE = 0
    LIKELY = 1  # if quoted lines follow
    NAMED = 2  # "NAME <address> wrote:"
    DATED = 3  # it begins with its date


class _Phrases:
    """Phrases that are looked for in a text. Most texts hold none, so a quick look comes before the exact one."""

    def __init__(self, phrases):
        self.patterns = {phrase: re.compile(self._pattern(phrase)) for phrase in sorted(phrases, key=len, reverse=True)}
        self.all = tuple(self.patterns)

    @staticmethod
    def _pattern(phrase) -> str:
        """Whole words, where the script parts words."""
        parts_words = phrase[0] < "\u0e00" or "\u10a0" <= phrase[0] < "\u1100"
        left, right = r"(?<!\w)" if parts_words else "", r"(?!\w)" if parts_words and phrase[-1].isalnum() else ""
        return left + re.escape(phrase) + right

    def search(self, text):
        """Return the match of the first of the phrases in the text; None when there is none."""
        found = (pattern.search(text) for phrase, pattern in self.patterns.items() if phrase in text)
        return min(filter(None, found), key=lambda match: match.start(), default=None)

    def ends(self, text) -> bool:
        """Tell whether the text ends with one of the phrases."""
        return text.endswith(self.all) and any(
            found.end() == len(text)
            for phrase, pattern in self.patterns.items()
            if text.endswith(phrase) and (found := pattern.search(text, len(text) - len(phrase)))
        )

    def begins(self, text) -> bool:
        """Tell whether the text begins with one of the phrases."""
        return text.startswith(self.all) and any(
            pattern.match(text) for phrase, pattern in self.patterns.items() if text.startswith(phrase)
        )


_WROTE, _ON, _OF_MYSELF = _Phrases(all_of(WROTE)), _Phrases(all_of(ON)), _Phrases(all_of({"": OF_MYSELF}))
_CALENDAR = tuple({word for words in CALENDAR.values() for word in words.split()})

_ADDRESS = r"[^\s<>()\[\]@,;:\"]{1,100}@[^\s<>()\[\]@,;:\"]{1,100}"
_MAILTO = r"<?\[?mailto:[^<>\[\]]{1,150}[>\]]"
_BRACKETS = rf"[<(\[]\s?(?:mailto:)?(?:[^<>()\[\]]{{0,80}}<)?{_ADDRESS}(?:\s?{_MAILTO})?\s?[>)\]]"
_CLOCK = r"(?<!\d)(?:[01]?\d|2[0-4])[:.h][0-5]\d(?!\d)"
_FIGURES = r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}"

_BARE_ADDRESS = re.compile(_ADDRESS)
_ADDRESS_IN_BRACKETS = re.compile(_BRACKETS)
_NAME_AND_ADDRESS = re.compile(rf"[^<>()\[\]@:]{{0,100}}{_BRACKETS}")
_ENDS_WITH_ADDRESS = re.compile(rf"{_BRACKETS}[\s,>]*$")
_ENDS_WITH_SENT = re.compile(r"[>)] sent$")
_HOUR = re.compile(_CLOCK)
_DATE = re.compile(rf"{_CLOCK}|{_FIGURES}|[년年일日시時]")
_FIRST_FIGURE = re.compile(r"\D{0,30}\d")
_BEGINS = re.compile(r"(?:^|(?<=[\s-]))(?=[^\s\d-][^\d\n]{0,25}\d)")
_SENTENCE_ENDS = re.compile(r"[!?]$|[^\W\d_]{4,}\.$")
_LEADING = re.compile(r"[\s>*_=\"'—–-]*")
_DASHES = "-–—_* "


def could_end(line: Line) -> bool:
    """Tell whether an attribution may end with the line: a quick look before the long one."""
    if line.attributes:
        return True
    if len(line.text) > LENGTH:
        return False
    text = line.folded.rstrip(_DASHES + "|")
    return text.endswith((":", "：", ">", ")", "]", *_WROTE.all))


def attribution_at(lines: list[Line], end: int, *, first: int = 0) -> Attribution | None:
    """Return the attribution whose last line is `end` and that begins at `first` or later, if there is one."""
    if lines[end].attributes:
        while end > first and lines[end - 1].attributes:
            end -= 1
        return Attribution(end, 0, sure=True)
    if not could_end(lines[end]) or not _ends_on_purpose(lines, end):
        return None
    whole, found, best = "", None, Shape.NONE
    for start in range(end, max(first - 1, end - LINES), -1):
        line = lines[start]
        if line.empty and whole.startswith("<"):
            continue
        whole = f"{line.folded} {whole}".strip()
        if line.empty or len(whole) > LENGTH or not _belongs(line, lines[end], last=start == end):
            break
        shape = shape_of(whole)
        if shape > best:
            best, found = shape, Attribution(start, 0, _is_sure(whole, shape))
        if shape == Shape.DATED:
            break
    return found or _behind_new_text(lines[end], end)


def is_addressed(text: str) -> bool:
    """Tell whether there is a mail address in it."""
    return "@" in text and bool(_BARE_ADDRESS.search(text))


@lru_cache(512)
def shape_of(folded: str) -> Shape:
    """Tell how much a text of lower case looks like an attribution."""
    text = _LEADING.sub("", folded, count=1)
    if text.count("<") < text.count(">") and not text.startswith("<"):
        return Shape.NONE
    verb = _WROTE.search(text)
    if verb and folded.startswith("--") and _ends_with_dashes(folded):
        return Shape.DATED
    addressed = "@" in text and bool(_ADDRESS_IN_BRACKETS.search(text))
    if (verb or addressed) and _begins_with_date(text):
        if verb and (addressed or is_addressed(text) or _has_colon(text)):
            return Shape.DATED
        if addressed:
            at_end = _has_colon(text) and _ENDS_WITH_ADDRESS.search(_uncoloned(text))
            return Shape.DATED if at_end else Shape.LIKELY
    if addressed and verb and (shape := _named(text, verb)):
        return shape
    if addressed and _has_colon(text) and _ON.begins(text) and _DATE.search(text):
        return Shape.LIKELY
    if _has_colon(text) and 1 < len(text.split()) <= 6 and _ends_with_verb(text) and not _OF_MYSELF.search(text):
        return Shape.LIKELY
    return Shape.NONE


def _named(text, verb) -> Shape:
    """The shape of what begins with a name and an address, and has the verb behind them or a date."""
    name = _NAME_AND_ADDRESS.match(text)
    if not name or len(name[0].split()) > NAME or _OF_MYSELF.search(text):
        return Shape.NONE
    if verb.start() - name.end() > 3 and not _DATE.search(text):
        return Shape.NONE
    return Shape.LIKELY if name[0].startswith(("<", "(", "[")) else Shape.NAMED


def _begins_with_date(text) -> bool:
    """Tell whether it begins as a date does, with "On …", a day of the week or figures, and goes on as one."""
    begin = text[:BEGIN]
    if not _ON.begins(begin):
        before = _FIRST_FIGURE.match(begin)
        if not before or len(before[0].split()) > 4:
            return False
    if _DATE.search(begin):
        return True
    return any(map(str.isdigit, begin)) and any(word.startswith(_CALENDAR) for word in begin.split())


def _is_sure(text, shape) -> bool:
    """Tell whether a program wrote it. A person who tells of a letter leaves out the hour and the address."""
    if shape == Shape.LIKELY or _OF_MYSELF.search(text):
        return False
    return bool(shape == Shape.NAMED or _HOUR.search(text) or is_addressed(text) or text.startswith("--"))


def _ends_on_purpose(lines, at) -> bool:
    """Tell whether the line ends with a colon, or with nothing but a blank or a quoted line below it."""
    text = lines[at].folded
    if _has_colon(text) or _ends_with_dashes(text) or at + 1 == len(lines):
        return True
    return is_addressed(text) and (lines[at + 1].empty or lines[at + 1].depth > lines[at].depth)


def _has_colon(text) -> bool:
    return text.rstrip("*_>| ").endswith((":", "："))


def _uncoloned(text) -> str:
    return text.rstrip("*_>| ")[:-1].rstrip() if _has_colon(text) else text


def _ends_with_verb(text) -> bool:
    text = _uncoloned(text)
    return _WROTE.ends(text) or bool(_ENDS_WITH_SENT.search(text))


def _ends_with_dashes(text) -> bool:
    return text.endswith(("--", "—", "–")) and _WROTE.ends(text.rstrip(_DASHES))


def _belongs(line, lowest, *, last) -> bool:
    """Tell whether a line may be an upper part of an attribution."""
    return last or (line.depth == lowest.depth and not _SENTENCE_ENDS.search(line.plain))


def _behind_new_text(line, number) -> Attribution | None:
    """An attribution that begins behind new text in its own line; quoted lines must follow."""
    text = line.folded
    if len(line.text) != len(text) or not (_ends_with_verb(text) or is_addressed(text)):
        return None
    places = [found.start() for found in _BEGINS.finditer(text) if _ON.begins(text[found.start():found.start() + 30])]
    for place in places[-3:]:
        if place and shape_of(text[place:]) == Shape.DATED:
            return Attribution(number, place, sure=False)
    return None

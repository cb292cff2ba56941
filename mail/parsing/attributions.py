"""The line above an old mail that tells who wrote it and when: "On Tue, 3 Nov 2026 at 9:12, NAME <address> wrote:".

It may be broken into several lines, stand at the end of a line of new text, or lack the verb, as Russian has it. Each
language puts the parts in its own order, so the parts are looked for, not the order.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from .lines import Line
from .phrases import CALENDAR, I_WROTE, ON, WROTE, all_of, listed

LINES = 6  # an attribution is broken into at most so many
LENGTH = 500  # characters of one
TRIES = 4_000  # line ends that are looked at in one mail


class Attribution(NamedTuple):
    start: int  # its first line
    column: int  # where it begins in that line; text before it is new
    sure: bool  # it is one even where the old mail below it bears no marks


def _words(phrases) -> str:
    """A pattern of any of the phrases, the longest first, whole words where the script parts words."""
    patterns = []
    for phrase in sorted(phrases, key=len, reverse=True):
        pattern = r"\s+".join(re.escape(word) for word in phrase.split())
        parted = phrase[0] < "\u0e00" or "\uac00" > phrase[0] > "\u1000" > phrase[0]
        patterns.append(rf"(?<!\w){pattern}(?!\w)" if parted else pattern)
    return "|".join(patterns)


_ADDRESS = r"[^\s<>()\[\]@,;:\"]{1,100}@[^\s<>()\[\]@,;:\"]{1,100}"
_IN_BRACKETS = rf"[<(\[]\s?(?:mailto:)?(?:[^<>()\[\]]{{0,80}}<)?{_ADDRESS}(?:\s?<?\[?mailto:[^<>\[\]]{{1,150}}[>\]])?\s?[>)\]]"
_VERBS = _words(all_of(WROTE))
_DATE = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-4])\s?[:.h]\s?[0-5]\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|[年년日일時시]"
)
_FULL_DATE = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-4])[:.h][0-5]\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}"
)
_CALENDAR = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted({word for words in CALENDAR.values() for word in words.split()}))})\w{{0,9}}"
)
_VERB = re.compile(_VERBS)
_ENDS_WITH_VERB = re.compile(rf"(?:{_VERBS}|[>)] sent)\s*[-–—_*]*\s*[:：.]?\s*[-–—_*>|]*$")
_ENDS = re.compile(rf"[:：]\s*[*_>|]*$|(?:{_VERBS})\s*[-–—_*]*\s*$|[>)\]]$")
_ON = re.compile(rf"[\s\"'>*_-]*(?:{_words(all_of(ON))})[\s:,]{{0,3}}(?=\S)")
_ON_INSIDE = re.compile(rf"(?:(?<=\s)|(?<=-))-*\s?(?:{_words(all_of(ON))})\s(?=[^\d\n]{{0,25}}\d)")
_ADDRESS_IN_BRACKETS = re.compile(_IN_BRACKETS)
_ENDS_WITH_ADDRESS = re.compile(rf"{_IN_BRACKETS}\s*[,>]*\s*[:：]$")
_NAME_FIRST = re.compile(rf"[\s\"'*]*[^<>()\[\]@:]{{0,100}}{_IN_BRACKETS}")
_BARE_ADDRESS = re.compile(_ADDRESS)
_BETWEEN_DASHES = re.compile(rf"-{{2,}}\s?\S.{{0,150}}(?:{_VERBS})\s?-{{2,}}$")
_FIRST_PERSON = re.compile(_words({phrase.casefold() for phrase in listed(I_WROTE)}))
_SENTENCE_ENDS = re.compile(r"[!?]$|[^\W\d_]{4,}\.$")
_BEFORE_DATE = re.compile(r"[^\d]{0,30}\d")
_LEADING = re.compile(r"[\s>*_=\"-]*")


def attribution_at(lines: list[Line], end: int, *, first: int = 0) -> Attribution | None:
    """Return the attribution whose last line is `end` and that begins at `first` or later, if there is one."""
    line = lines[end]
    if line.attributes:
        start = end
        while start > first and lines[start - 1].attributes:
            start -= 1
        return Attribution(start, 0, sure=True)
    if len(line.text) > LENGTH or not _ENDS.search(line.folded):
        return None
    whole, found = "", None
    for start in range(end, max(first - 1, end - LINES), -1):
        upper = lines[start]
        if upper.empty:
            if not whole.startswith("<"):
                break
            continue
        if start < end and (upper.depth != line.depth or _SENTENCE_ENDS.search(upper.plain)):
            break
        whole = f"{upper.folded} {whole}".strip()
        if len(whole) > LENGTH:
            break
        shape = _shape(whole)
        if shape == "dated":
            found = Attribution(start, 0, _sure(whole))
            break
        if shape and not found:
            found = Attribution(start, 0, shape == "sure")
    if found:
        return found
    return _inside(lines[end], end)


def is_addressed(text: str) -> bool:
    return bool(_BARE_ADDRESS.search(text))


def could_end(line: Line) -> bool:
    """Tell whether an attribution may end with the line: a quick look, before the long one."""
    return line.attributes or (len(line.text) <= LENGTH and bool(_ENDS.search(line.folded)))


@lru_cache(512)
def _shape(whole: str) -> str:
    """What a text in lower case is: "dated", the full form; "sure" or "likely", another; "" when it is none."""
    if whole.count(">") > whole.count("<") + whole.count("(") + 4:
        return ""
    bare = _LEADING.sub("", whole, count=1)
    if whole.startswith("--") and _BETWEEN_DASHES.match(whole):
        return "dated" if _DATE.search(whole) else "sure"
    open_brackets = bare.count("<") - bare.count(">")
    if open_brackets < 0 and not bare.startswith("<"):
        return ""
    addressed = bool(_ADDRESS_IN_BRACKETS.search(bare))
    verb = _VERB.search(bare)
    if _begins_with_date(bare):
        if verb and (addressed or _BARE_ADDRESS.search(bare) or _ends_like_one(bare)):
            return "dated"
        if addressed and (_ENDS_WITH_ADDRESS.search(bare) or bare.endswith((":", "："))):
            return "dated" if _ENDS_WITH_ADDRESS.search(bare) else "likely"
        if addressed and bare.endswith((">", ")")) and len(bare) < 150:
            return "likely"
    if addressed and verb and (name := _NAME_FIRST.match(bare)) and len(name[0].split()) <= 9:
        near = verb.start() - name.end() <= 3
        if (near or _DATE.search(bare)) and not _FIRST_PERSON.search(bare):
            return "sure" if name[0][:1] not in "<([" else "likely"
    if addressed and _ON.match(bare) and _DATE.search(bare) and bare.endswith((":", "：")):
        return "likely"
    if verb and _ENDS_WITH_VERB.search(bare) and 1 < len(bare.split()) <= 6 and not _FIRST_PERSON.search(bare):
        return "likely"
    return ""


def _begins_with_date(text: str) -> bool:
    """Tell whether it begins as a date does: "On …", a day of the week or figures, and a date not far behind."""
    begin = text[:120]
    on = _ON.match(begin)
    if not on:
        before = _BEFORE_DATE.match(begin)
        if not before or len(before[0].split()) > 4:
            return False
    if _DATE.search(begin):
        return True
    return bool(_CALENDAR.search(begin) and re.search(r"\d", begin))


def _ends_like_one(text: str) -> bool:
    return text.endswith((":", "：")) or bool(_ENDS_WITH_VERB.search(text))


def _sure(text: str) -> bool:
    """Tell whether a program wrote it: a person would leave out the year, the hour and the address."""
    if _FIRST_PERSON.search(text):
        return False
    return bool(_FULL_DATE.search(text) or _BARE_ADDRESS.search(text) or re.search("[年년]", text))


def _inside(line: Line, number: int) -> Attribution | None:
    """An attribution that begins behind new text in the same line, sure of nothing."""
    folded = line.folded
    found = None
    for found in _ON_INSIDE.finditer(folded):
        if _shape(folded[found.start():].lstrip(" -")) == "dated":
            break
    else:
        return None
    column = line.text.casefold().find(folded[found.start():])
    return Attribution(number, column, sure=False) if column > 0 else None

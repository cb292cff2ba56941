"""A mail's text as lines, each with how deep it is quoted."""

import re
from dataclasses import dataclass
from functools import cached_property

from .labels import KINDS_OF

LINES = 10_000  # further ones stay together as one: no mark is looked for in them, so they count as new
WIDTH = 400  # characters of a line that are looked at
LABEL = 30  # characters of what stands before the colon in a head
ENTRY = 4_000  # characters of what stands behind it
WRAPPED_AT = 72  # characters after which programs break a line
PICTURE = "\ufffc"  # stands for a picture in the lines of an HTML mail, and counts as a word

_QUOTED = re.compile(r"[ \t]{0,3}(?:>[ \t]?)++")
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD])
_SPACES = dict.fromkeys([0x09, 0xA0, 0x2007, 0x202F, 0x3000], " ")
_DIGITS = {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966, 0xE50) for digit in range(10)}
_PLAIN = _INVISIBLE | _SPACES | _DIGITS
_WORD = re.compile("[^\\W_]|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff\ufffc]")
_ENTRY = re.compile(rf"[\s*_|]*([^:：\n]{{1,{LABEL}}}?)[\s*_]*[:：][\s*_]*")


@dataclass(eq=False)
class Line:
    """One line. `depth` counts the marks of quoting before `text`; `indent` the indents of HTML that may be quotes."""

    raw: str
    text: str
    depth: int = 0
    indent: int = 0
    attributes: bool = False  # the HTML says: this tells who wrote what follows
    history: bool = False  # the HTML says: the old mails begin here
    cited: bool = False  # the HTML says: this was written before

    @cached_property
    def plain(self) -> str:
        """The beginning without invisible characters, marks of emphasis and space around it."""
        return self.text[:WIDTH].translate(_PLAIN).strip(" *")

    @cached_property
    def folded(self) -> str:
        """The same without case, with single spaces."""
        return " ".join(self.plain.casefold().split())

    @cached_property
    def empty(self) -> bool:
        return not self.text or self.text.isspace() or (len(self.text) < WIDTH and not self.plain)

    @cached_property
    def says_something(self) -> bool:
        return has_words(self.text)

    @cached_property
    def entry(self) -> tuple[frozenset[str], str] | None:
        """What the line is in the head of a mail: the kinds its label may be of, and what stands behind the colon."""
        found = _ENTRY.match(self.plain)
        kinds = KINDS_OF.get(found[1].strip().casefold()) if found else None
        if not kinds:
            return None
        value = self.plain if len(self.text) < WIDTH else self.text[:ENTRY].translate(_SPACES).lstrip(" *")
        return frozenset(kinds), value[found.end():].strip(" *")


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text."""
    *raws, last = text.split("\n", LINES)
    lines = [line_of(raw) for raw in raws]
    lines.append(Line(last, last) if "\n" in last else line_of(last))
    for at, line in enumerate(lines):
        if line.depth == 1 and len(line.text) < 40 and line.text.rstrip().endswith(":") and _is_open(lines, at):
            lines[at] = Line(line.raw, line.raw)
    return lines


def line_of(raw: str) -> Line:
    """Return the line, its marks of quoting taken off."""
    found = _QUOTED.match(raw) if ">" in raw[:4] else None
    if not found:
        return Line(raw, raw)
    return Line(raw, raw[found.end():], found[0].count(">"))


def has_words(text: str) -> bool:
    """Tell whether there is a letter, a digit, a small picture or a large one in it."""
    return bool(_WORD.search(text))


def is_wrapped(upper: Line, lower: Line) -> bool:
    """Tell whether the upper line had no room for the first word of the lower one."""
    word = (lower.plain.split() or [""])[0]
    return len(upper.raw.rstrip()) + 1 + len(word) >= WRAPPED_AT


def next_line(lines: list[Line], at: int) -> int:
    """Return the first line from `at` on that is not empty; the number of lines when there is none."""
    while at < len(lines) and lines[at].empty:
        at += 1
    return at


def raw_text(lines: list[Line]) -> str:
    """Return the lines as they were written."""
    return "\n".join(line.raw for line in lines)


def _is_open(lines, at) -> bool:
    """Tell whether a bracket is open before the line: then its ">" closes it, and quotes nothing."""
    above = [line.text[-WIDTH:] for line in lines[max(at - 3, 0):at] if not line.depth]
    return bool(above and above[-1].strip()) and sum(text.count("<") - text.count(">") for text in above) > 0

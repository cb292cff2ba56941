"""A mail's text as lines, each with how deep it is quoted."""

import re
from dataclasses import dataclass
from functools import cached_property

WIDTH = 400  # characters of a line that are looked at
_QUOTED = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD])
_PLAIN = _INVISIBLE | {0xA0: " ", 0x202F: " ", 0x2007: " ", 0x3000: " ", ord("\t"): " ", 0xFFFC: "\u25a1"}
_WORD = re.compile("[^\\W_]|[\u2600-\u27bf\u2b50\U0001f000-\U0001faff\ufffc]")
PICTURE = "\ufffc"  # stands for a picture in the lines of an HTML mail, and counts as a word


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
        return self.plain.casefold()

    @cached_property
    def empty(self) -> bool:
        return not self.text or self.text.isspace() or (len(self.text) < WIDTH and not self.plain)

    @cached_property
    def says_something(self) -> bool:
        return has_words(self.text)


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text."""
    lines = [line_of(raw) for raw in text.split("\n")]
    for at, line in enumerate(lines):
        if line.depth == 1 and len(line.text) < 40 and line.text.rstrip().endswith(":") and _is_open(lines, at):
            lines[at] = Line(line.raw, line.raw)
    return lines


def has_words(text: str) -> bool:
    """Tell whether there is a letter, a digit, a small picture or a large one in it."""
    return bool(_WORD.search(text))


def line_of(raw: str) -> Line:
    """Return the line, its marks of quoting taken off."""
    found = _QUOTED.match(raw) if ">" in raw[:4] else None
    if not found:
        return Line(raw, raw)
    return Line(raw, raw[found.end():], found[0].count(">"))


def _is_open(lines, at) -> bool:
    """Tell whether a bracket is open before the line: then its ">" closes it, and quotes nothing."""
    above = [line.text[-WIDTH:] for line in lines[max(at - 3, 0):at] if not line.depth]
    return bool(above and above[-1].strip()) and sum(text.count("<") - text.count(">") for text in above) > 0

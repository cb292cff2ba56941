"""Which lines of a mail are new, and which are the old mails below, above or between them.

Old mails are found by what programs put above them (an attribution, a head, a line between dashes) and by marks of
quoting. Where one of these is missing, or might be a person's own words, the lines count as new: rather an old line too
many than a new one lost. A mail passed on is new to its reader.
"""

import re
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from ..marks import DELIMITER
from .announcements import ANSWER_ABOVE, FORWARDED, ORIGINAL
from .attributions import TRIES, attribution_at, could_end
from .heads import Head, head_at, is_convincing
from .lines import Line, has_words, is_wrapped, next_line
from .phrases import all_of

OVERHANG = 60  # characters of what is left over then
ASKING = 200  # characters of a line that asks to answer above it
NEAR = 3  # lines around a head that tell whether somebody shows the fields of a mail as the servers write them
FIRST = 8  # lines of quoted text that may say whose it is
_RAW_FIELD = re.compile(
    r"(?:received|return-path|delivered-to|message-id|mime-version|content-[a-z-]+|x-[a-z-]+|user-agent|references"
    r"|in-reply-to|dkim-signature|authentication-results|arc-[a-z-]+|list-[a-z]+|auto-submitted|precedence) ?:"
    r"|\(envelope-from "
)
_RULE = re.compile(r"[\s>|]*(?:[-_=*~#\u2014\u2013\u2500]\s?){3,}$")
_BETWEEN_RULES = re.compile(r"[-_=—–]{2,}[\s>*]*(?P<words>[^-_=—–\s].{1,60}?)\s*[-_=—–]{2,}")
_BEFORE_COLON = re.compile(r"(?P<words>[^:：]{3,60}?)\s?[:：]$")
_ENCLOSED = re.compile(r"[\W_]{2}.*[\W_]{2}$", re.DOTALL)
_PART_OF_LINK = re.compile(r"[=/_]")
_ORIGINAL, _FORWARDED = all_of(ORIGINAL), all_of(FORWARDED)
_ANSWER_ABOVE = all_of({"": ANSWER_ABOVE})


class Kind(Enum):
    NEW = "new"
    QUOTED = "quoted"  # an old mail, or a piece of one, with the line that says so
    LOOSE = "loose"  # marked as quoted, but nothing says whose it is
    HISTORY = "history"  # old mails to the end


class Part(NamedTuple):
    """Some lines of a mail."""

    kind: Kind
    start: int
    end: int


class _Mark(NamedTuple):
    """Some lines that say that an old mail follows; `sure` if it does even where it is not marked as quoted."""

    start: int
    end: int
    sure: bool


def parts_of(lines: list[Line]) -> list[Part]:
    """Return the parts of a mail in their order; together they are all its lines.

    A line that holds new text and an attribution is broken in two.
    """
    parts, said, new_from, at, tries = [], False, 0, 0, 0
    while at < len(lines):
        line, old = lines[at], None
        if line.empty and not line.history:
            at += 1
            continue
        if forward_begins(lines, at):
            break
        if line.depth:
            old = Part(Kind.QUOTED if line.cited or _is_attributed(lines, at) else Kind.LOOSE, at, run_end(lines, at))
        elif mark := _mark_at(lines, at) or (tries < TRIES and _attribution(lines, at, new_from)):
            said = said or any(line.says_something for line in lines[new_from:mark.start])
            old = _below(lines, mark, said=said)
            at = mark.end if old is None else at
        else:
            at += 1
        tries += line.depth == 0 and could_end(line)
        if old:
            if old.start > new_from:
                parts.append(Part(Kind.NEW, new_from, old.start))
                said = said or any(line.says_something for line in lines[new_from:old.start])
            parts.append(old)
            at = new_from = old.end
    if new_from < len(lines):
        parts.append(Part(Kind.NEW, new_from, len(lines)))
    return parts


def forward_begins(lines: list[Line], at: int) -> bool:
    """Tell whether the line says that a mail passed on follows."""
    return _announces(lines[at], _FORWARDED)


def original_begins(lines: list[Line], at: int) -> bool:
    """Tell whether the line says, between dashes, that the mail it answers follows."""
    return _announces(lines[at], _ORIGINAL)


def run_end(lines: list[Line], start: int) -> int:
    """The line after the quoted lines that begin with `start`, blank and wrapped lines between them included."""
    end = at = start + 1
    while at < len(lines):
        line = lines[at]
        if line.depth:
            end = at + 1
        elif not line.empty and not _is_wrapped(lines, at):
            break
        at += 1
    return end


def is_rule(line: Line) -> bool:
    """Tell whether the line is but a row of dashes or the like."""
    return bool(_RULE.match(line.plain))


# Marks


def _mark_at(lines, at) -> _Mark | None:
    """A mark other than an attribution that begins with the line."""
    line = lines[at]
    if line.history:
        return _Mark(at, at + 1, sure=True)
    if asks_to_answer_above(lines, at):
        return _Mark(at, at + 1, sure=True)
    if original_begins(lines, at):
        follower = next_line(lines, at + 1)
        head = head_at(lines, follower) if follower < len(lines) else None
        return _Mark(at, head.end if head and is_convincing(head, announced=True) else at + 1, sure=True)
    if head := convincing_head(lines, at):
        return _Mark(at, head.end, sure=True)
    return None


def convincing_head(lines: list[Line], at: int) -> Head | None:
    """Return the head of an old mail that begins with the line, if a program wrote it."""
    head = head_at(lines, at) if lines[at].entry else None
    if not head or not is_convincing(head, announced=False):
        return None
    around = lines[max(at - NEAR, 0):head.end + NEAR]
    return None if any(_RAW_FIELD.match(line.folded) for line in around) else head


def asks_to_answer_above(lines: list[Line], at: int) -> bool:
    """Tell whether the line, or it and the next, is a helpdesk's "reply above this line"; ours in any words."""
    line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else lines[at]
    if len(line.text) > ASKING:
        return False
    for words in (line.folded, f"{line.folded} {below.folded}"):
        if DELIMITER.match(words.lstrip("> |")):
            return True
        marked = line.depth or _ENCLOSED.match(words)
        if marked and any(-1 < words.find(phrase) < len(line.folded) for phrase in _ANSWER_ABOVE):
            return True
        if words.strip(".!: ") in _ANSWER_ABOVE:
            return True
    return False


def _attribution(lines, at, first) -> _Mark | None:
    """The attribution that ends with the line. New text before it in its line gets a line of its own."""
    if not could_end(lines[at]) or not (found := attribution_at(lines, at, first=first)):
        return None
    if not found.column:
        return _Mark(found.start, at + 1, found.sure)
    if not _is_marked(lines, at, at + 1):
        return None
    line = lines[at]
    new, old = line.text[:found.column].rstrip(" -"), line.text[found.column:]
    lines[at:at + 1] = [replace(line, raw=new, text=new), replace(line, raw=old, text=old)]
    return _Mark(at + 1, at + 2, sure=False)


def _below(lines, mark, *, said) -> Part | None:
    """The old mail with its mark; None when a person may have written both.

    Before the first new word there is no old mail without marks of quoting: the mail would say nothing.
    """
    below = next_line(lines, mark.end)
    if below < len(lines) and lines[below].depth > lines[mark.start].depth:
        return Part(Kind.QUOTED, mark.start, run_end(lines, below))
    indent = lines[mark.start].indent
    if below < len(lines) and lines[below].indent > indent:
        return Part(Kind.QUOTED, mark.start, _indent_end(lines, below, indent))
    if indent and (mark.start == 0 or lines[mark.start - 1].indent < indent):
        return Part(Kind.QUOTED, mark.start, _indent_end(lines, below, indent - 1))
    if mark.sure and said and not indent:
        return Part(Kind.HISTORY, mark.start, len(lines))
    return None


def _is_attributed(lines, start) -> bool:
    """Tell whether quoted lines begin with the words of a program that says whose they are."""
    for at in range(start, min(start + FIRST, len(lines))):
        if lines[at].depth and (_mark_at(lines, at) or attribution_at(lines, at, first=start)):
            return True
    return False


def _announces(line, phrases) -> bool:
    if len(line.text) > 3_000:
        return False
    text = line.folded.strip()
    found = _BETWEEN_RULES.match(text) or _BEFORE_COLON.match(text)
    if not found:
        return False
    words = found["words"].strip(" *")
    return words in phrases or (found.re is _BETWEEN_RULES and " ".join(words.split()[:2]) in phrases)


# Lines


def _is_marked(lines, at, behind) -> bool:
    below = next_line(lines, behind)
    return below < len(lines) and lines[below].depth > lines[at].depth


def _indent_end(lines, start, indent) -> int:
    end = start
    while end < len(lines) and (lines[end].empty or lines[end].indent > indent or lines[end].depth):
        end += 1
    return end


def _is_wrapped(lines, at) -> bool:
    """Tell whether a line between two quoted ones is but the end of the upper one, which was too long."""
    if at + 1 >= len(lines) or not lines[at - 1].depth or not lines[at + 1].depth:
        return False
    upper, text = lines[at - 1], lines[at].plain
    if all(_PART_OF_LINK.search(word) or not has_words(word) for word in text.split()):
        return True
    if not text or len(text) > OVERHANG or upper.empty:
        return False
    if not is_wrapped(upper, lines[at]):
        return False
    last = upper.plain[-1:]
    return last not in ".?!:;…" or (text[0].islower() and last not in "?!:")

"""The head of an old mail as it stands in a text: lines like "From: …", "Sent: …", "To: …", "Subject: …"."""

import re
from typing import NamedTuple

from .attributions import is_addressed
from .labels import CC, DATE, FROM, KINDS_OF, OTHER, REPLY_TO, SUBJECT, TO
from .lines import Line, is_wrapped

LINES = 60  # of one head
GAP = 2  # blank lines inside one
WRAPPED = 12  # lines of one entry
_NEXT_LABEL = re.compile(r"(?<=[\s>])([^\W\d_][^\s:：<>\"@,]{0,20}(?: [^\s:：<>\"@,]{1,12}){0,2})\s?[:：]\s")
_HOUR = re.compile(r"\d[:.h][0-5]\d(?!\d)")


class Head(NamedTuple):
    start: int
    end: int  # the line after it
    entries: dict[str, str]  # {kind: what stands behind the label}


def head_at(lines: list[Line], start: int) -> Head | None:
    """Return the head that begins with the line, if one does."""
    if not lines[start].entry:
        return None
    entries, depth = {}, lines[start].depth
    at, kind, last = start, "", start
    while at < len(lines) and at - start < LINES:
        line = lines[at]
        if line.empty:
            follower = _next_entry(lines, at, depth, entries)
            if follower is None:
                break
            at = follower
            continue
        if line.depth != depth:
            break
        entry = line.entry
        if entry and (fresh := entry[0] - set(entries)):
            kind = _best(fresh, entries)
            entries[kind] = entry[1]
            if kind != SUBJECT:
                kind = _part(entries, kind)
        elif entry and OTHER in entry[0]:
            kind = OTHER
        elif kind and _goes_on(lines, at, depth, entries, kind):
            entries[kind] = f"{entries.get(kind, '')} {line.plain}".strip()
        else:
            break
        at += 1
        last = at
    return Head(start, last, entries) if entries else None


def is_convincing(head: Head, *, announced: bool) -> bool:
    """Tell whether a program wrote the head. `announced` says that a line like "Original Message" stands above it.

    A form's "From: … Subject: …" is a new text, and so is a journey's "From: Oslo, To: Lima".
    """
    kinds = set(head.entries)
    if announced:
        return FROM in kinds or {DATE, TO} <= kinds
    if not kinds & {FROM, DATE} or len(kinds - {OTHER}) < 2:
        return False
    addressed = any(is_addressed(value[:300]) for value in head.entries.values())
    date = head.entries.get(DATE, "")
    dated = any(character.isdigit() for character in date)
    if FROM in kinds:
        exact = bool(_HOUR.search(date) and TO in kinds)
        return (addressed and (dated or TO in kinds)) or ({TO, SUBJECT} <= kinds and dated) or exact
    return addressed and dated and bool(kinds & {TO, SUBJECT})


def _best(kinds: set[str], entries: dict[str, str]) -> str:
    """The kind meant where a label has several: heads begin with who, and name the subject late."""
    for kind in (FROM, DATE, TO, CC, SUBJECT, REPLY_TO, OTHER):
        if kind in kinds and kind not in entries:
            return kind
    return next(iter(kinds))


def _part(entries, kind) -> str:
    """Part an entry in which further ones follow on the same line. Returns the kind of the last one."""
    value = entries[kind]
    for found in _NEXT_LABEL.finditer(value[:400]):
        fresh = KINDS_OF.get(found[1].casefold(), set()) - set(entries) - {OTHER}
        if fresh and found[1][0].isupper():
            entries[kind] = value[:found.start()].strip(" *")
            kind = _best(fresh, entries)
            entries[kind] = value[found.end():].strip(" *")
            return kind if kind == SUBJECT else _part(entries, kind)
    return kind


def _next_entry(lines, at, depth, entries) -> int | None:
    """The next line with a new label behind at most a few blank lines."""
    for number in range(at, min(at + GAP + 1, len(lines))):
        if lines[number].empty:
            continue
        entry = lines[number].entry
        if lines[number].depth == depth and entry and entry[0] - set(entries) - {OTHER}:
            return number
        return None
    return None


def _goes_on(lines, at, depth, entries, kind) -> bool:
    """Tell whether the line goes on with the entry above it: another label follows, or the entry is plainly cut."""
    value = entries.get(kind, "").rstrip()
    if value.endswith((",", ";", "<")) or value.count("<") > value.count(">"):
        return True
    if kind == FROM and not value:
        return True
    if kind == SUBJECT and at + 1 < len(lines) and lines[at + 1].empty:
        return is_wrapped(lines[at - 1], lines[at])
    for number in range(at + 1, min(at + WRAPPED, len(lines))):
        line = lines[number]
        if line.empty or line.depth != depth:
            return False
        entry = line.entry
        if entry and entry[0] - set(entries):
            return True
        if kind not in (TO, CC) and number > at + 2:
            return False
    return False

"""What stands below a text without having been written for it: signatures, "Sent from my phone", the foot of a list.

Only what a program marks is taken for a signature. "Kind regards, NAME" is a person's own word and stays.
"""

import re

from .endings import LIST_FOOTERS, MINE, SENT_FROM, THINGS
from .phrases import listed

PROPER = 40  # lines below "-- ", the mark of RFC 3676
LIKELY = 15  # lines below "--", which some programs make of it
FOOT = 8  # lines of a list's foot
PIECES = 4  # that stand below each other, as a signature and "Sent from my phone"
NAME = 60  # characters of "my phone"
_LINK = re.compile(r"\s?(?:<[^<>\s]{1,300}>|\((?:https?://|www\.)[^()\s]{1,300}\)|\[[^\[\]\s]{1,300}\])")
_DASHES = re.compile(r"\s?--\s?$")
_FOOT_BEGINS = re.compile(r"\s?(?:_{2,}|-{2,}|={3,})\s*$")
_THING = re.compile("|".join(rf"(?<!\w){re.escape(thing.casefold())}" for thing in listed(THINGS)))
_MINE = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" if word < "\u0e00" else word for word in listed(MINE)))


def _pattern(phrase: str) -> str:
    return r"\s*".join(
        rf"(?P<name>\S.{{0,{NAME}}}?)" if word == "…" else re.escape(word)
        for word in phrase.casefold().replace("…", " … ").split()
    ).replace(r"\s*", r"\s+" if phrase[0] < "\u0e00" else r"\s*")


_SENT = sorted(listed(SENT_FROM), key=len, reverse=True)
_BEGINS = tuple({phrase.casefold().partition("…")[0].strip() for phrase in _SENT} - {""})
_HOLDS = [phrase.casefold().rpartition("…")[2].strip() for phrase in _SENT if phrase.startswith("…")]
_SENT_FROM = [
    re.compile(rf"[\s\W_]{{0,4}}{_pattern(phrase)}[\s.!)>\]*_]{{0,4}}$")
    for phrase in _SENT
]


def without_signature(text: str) -> tuple[str, str]:
    """Return the text and the signature below it; all text and "" when nothing marks one."""
    lines = text.split("\n")
    end = len(lines)
    for _ in range(PIECES):
        before, end = end, _before_last_mark(lines, end)
        if end == before:
            break
    return "\n".join(lines[:end]).rstrip(), "\n".join(lines[end:]).strip("\n")


def is_sent_from(line: str) -> bool:
    """Tell whether a program wrote the line to say what it is: "Sent from my phone", in any language."""
    text = _LINK.sub("", line[:400]).strip(" \t\xa0*_")
    if not 6 <= len(text) <= NAME + 40:
        return False
    folded = text.casefold()
    begin = folded.lstrip("<([{«\"'*_-–— ")
    if not begin.startswith(_BEGINS) and not any(words in folded for words in _HOLDS):
        return False
    for pattern in _SENT_FROM:
        if found := pattern.match(folded):
            return "name" not in found.groupdict() or _is_thing(found["name"], folded, text)
    return False


def _is_thing(name: str, folded: str, text: str) -> bool:
    """Tell whether it names a thing or a program, or has the name of something of one's own; and is no sentence."""
    if re.search(r"[,;?!]|\.\s", name) or len(name.split()) > 7:
        return False
    if _THING.search(name):
        return True
    at = text.casefold().find(name)
    written = text[at:at + len(name)] if at >= 0 else name
    return bool(_MINE.search(folded)) and (written.lower() != written or written.upper() == written.lower())


def _before_last_mark(lines: list[str], end: int) -> int:
    """The number of lines before the last signature of the first `end` lines; `end` when they have none."""
    while end and not lines[end - 1].strip():
        end -= 1
    if not end:
        return 0
    if is_sent_from(lines[end - 1]):
        return end - 1
    seen = 0
    for at in range(end - 1, max(-1, end - 3 * PROPER), -1):
        line = lines[at]
        if not line.strip():
            continue
        if line.lstrip().startswith(">") or seen > PROPER:
            break
        if _FOOT_BEGINS.match(line) and seen <= FOOT and _is_foot(lines[at + 1:end]):
            return at
        if _DASHES.match(line) and 0 < seen <= (PROPER if line.startswith("-- ") else LIKELY):
            return at
        seen += 1
    return end


def _is_foot(lines: list[str]) -> bool:
    text = "\n".join(lines)[:3_000].casefold()
    return any(phrase in text for phrase in listed(LIST_FOOTERS))

"""The new text of a mail, without the old mails it answers.

Nothing new is ever lost: where a line might be a person's own it stays, and where nothing would be left the text stays
as it is. Answers written between quoted lines stay with the lines they answer. All of it takes time in proportion to
the length, whatever the text.
"""

from .announcements import ANSWERS_BELOW
from .history import Kind, Part, is_rule, parts_of
from .lines import Line, has_words, lines_of, raw_text
from .phrases import listed
from .signatures import without_signature

__all__ = ["kept_parts", "new_text", "split_text", "without_signature"]

REFERRING = 600  # characters of a new text that are read for "see my answers below"
_ANSWERS_BELOW = [phrase.casefold() for phrase in listed(ANSWERS_BELOW)]


def new_text(text: str) -> str:
    """Return what the sender wrote, without old mails and signature; the whole text if that would say nothing."""
    new, _ = split_text(text)
    shown, _ = without_signature(new)
    return shown if has_words(shown) else new


def split_text(text: str) -> tuple[str, str]:
    """Return the new text and the rest: the old mails that no answer stands in."""
    lines = lines_of(text)
    parts = parts_of(lines)
    kept = kept_parts(lines, parts)
    new = _joined(lines, parts, kept)
    if not has_words(new) or _refers_below(new, parts):
        return text.strip("\n").rstrip(), ""
    return new, "\n".join(raw_text(lines[part.start:part.end]) for part in parts if part not in kept)


def kept_parts(lines: list[Line], parts: list[Part]) -> set[Part]:
    """Return the parts that are shown: what is new, and the quoted lines that are answered.

    One old mail with its attribution above the answer is only history; several pieces, each with an answer below it,
    are a conversation. Quoted lines without an attribution are history only at the end, where nothing answers them.
    """
    answered, below = set(), False
    for part in reversed(parts):
        if part.kind is Kind.NEW:
            below = below or has_words(without_signature(raw_text(lines[part.start:part.end]))[0])
        elif part.kind is not Kind.HISTORY and below:
            answered.add(part)
    several = len(answered) > 1
    return {
        part
        for part in parts
        if part.kind is Kind.NEW
        or (part in answered and (several or part.kind is Kind.LOOSE))
        or (part.kind is Kind.LOOSE and _is_own(lines, part))
    }


def _is_own(lines, part) -> bool:
    """Tell whether the sender may have marked the lines: a single one, or lines that a colon leads to."""
    if sum(not line.empty for line in lines[part.start:part.end]) <= 1:
        return True
    above = part.start - 1
    while above >= 0 and lines[above].empty:
        above -= 1
    return above >= 0 and lines[above].plain.endswith((":", "："))


def _joined(lines, parts, kept) -> str:
    """The text of the kept parts, a blank line where one between them is left out."""
    groups, gap = [], True
    for number, part in enumerate(parts):
        text = raw_text(lines[part.start:part.end])
        if part not in kept:
            gap = True
        elif has_words(text):
            if number + 1 < len(parts) and parts[number + 1] not in kept:
                text = _without_rule(text)
            if gap:
                groups.append([])
            groups[-1].append(text)
            gap = False
    return "\n\n".join("\n".join(group).strip("\n").rstrip() for group in groups)


def _without_rule(text) -> str:
    """The text without the row of dashes that set it off from the old mail."""
    above, _, last = text.rstrip().rpartition("\n")
    return above if is_rule(Line(last, last)) else text


def _refers_below(new, parts) -> bool:
    """Tell whether the new text says that the answers stand in the old mail, where nothing marks them."""
    if parts[-1].kind is not Kind.HISTORY:
        return False
    begin = new[:REFERRING].casefold()
    return any(phrase in begin for phrase in _ANSWERS_BELOW)

"""A mail that was passed on, read out of the text of the mail that brought it.

A text counts as one when a program says so ("Forwarded message"), or when the subject does ("Fwd:") and the text holds
the head of a mail. An answer to such a mail is none.
"""

import re
import textwrap

from helpdesk_site.lib.text import clean_line

from .announcements import FORWARD_PREFIXES
from .attributions import TRIES, attribution_at, could_end
from .heads import Head, head_at, is_convincing
from .history import Kind, convincing_head, forward_begins, is_rule, original_begins, parts_of
from .labels import CC, DATE, FROM, LABELS, SUBJECT, TO
from .letter import Address, Forward
from .lines import Line, lines_of, next_line, raw_text
from .phrases import listed

ONE_LINE = 2_000  # characters of a head that stands on one line
_PREFIX = re.compile(
    rf"(?:[\[(][^\[\]()]{{1,30}}[\])]\s*)*(?P<word>{'|'.join(map(re.escape, listed(FORWARD_PREFIXES)))})"
    r"\s?(?:[\[(]\d{1,3}[\])])?\.?\s?[:：]\s*"
)
_SUFFIX = re.compile(r"\(fwd\)\s*$")
_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"']+@[^\s<>()\[\]@,;:\"']+\.[^\s<>()\[\]@,;:\"'.]+")
_ANNOUNCEMENT = re.compile(r"[-_=\u2014\u2013]{2,}[^\n]{1,80}?[-_=\u2014\u2013]{2,}\s*")
_QUOTES = " \t\"'“”„«»‹›‘’*,;:"
_BOTH_IN_FINNISH = ("lähettäjä", "keneltä")  # whose programs write "VS:" before an answer


def forward_of(subject: str, text: str) -> Forward | None:
    """Return the mail that this one passes on, with the words its sender added; None when it passes none on."""
    lines = lines_of(text)
    prefix = _prefix(subject)
    start = _begin_by_subject(lines) if prefix else _begin_by_announcement(lines)
    if start is None:
        return None
    head = _head(lines, start, passed_on=bool(prefix))
    if head is None or (prefix == "vs" and lines[head.start].folded.startswith(_BOTH_IN_FINNISH)):
        return None
    body, behind = _body(lines, head)
    above = lines[:start - 1] if start and is_rule(lines[start - 1]) else lines[:start]
    return Forward(
        sender=_sender(head.entries.get(FROM, "")),
        subject=clean_line(head.entries.get(SUBJECT) or _without_prefix(subject)),
        body=body,
        date=clean_line(head.entries.get(DATE, "")),
        words="\n\n".join(filter(None, (_raw(above), _raw(behind)))),
    )


def passes_on(subject: str) -> bool:
    """Tell whether a subject says that the mail is passed on: "Fwd: …", in any language."""
    return bool(_prefix(subject))


def _prefix(subject) -> str:
    subject = clean_line(subject[:400]).casefold()
    found = _PREFIX.match(subject)
    return found["word"] if found else "fwd" if _SUFFIX.search(subject) else ""


def _without_prefix(subject) -> str:
    plain = clean_line(subject[:4_000])
    found = _PREFIX.match(plain.casefold())
    return plain[found.end():] if found and len(plain) == len(plain.casefold()) else plain


# Where it begins


def _begin_by_announcement(lines) -> int | None:
    """The line that announces the mail passed on, when the text is new down to it."""
    found = next((at for at in range(len(lines)) if not lines[at].empty and forward_begins(lines, at)), None)
    if found is None or any(part.kind is not Kind.NEW and part.start < found for part in parts_of(lines)):
        return None
    return found


def _begin_by_subject(lines) -> int | None:
    tries = 0
    for at, line in enumerate(lines):
        if line.empty:
            continue
        if forward_begins(lines, at) or original_begins(lines, at) or convincing_head(lines, at):
            return at
        if tries < TRIES and could_end(line):
            tries += 1
            found = attribution_at(lines, at)
            if found and not found.column and (found.sure or _quotes(lines, at)):
                return found.start
    return None


def _quotes(lines, at) -> bool:
    below = next_line(lines, at + 1)
    return below < len(lines) and lines[below].depth > lines[at].depth


# Its head


def _head(lines, start, *, passed_on) -> Head | None:
    """The head of the mail passed on; without one, what its announcement or its attribution tells."""
    if head := convincing_head(lines, start):
        return head
    if forward_begins(lines, start) or original_begins(lines, start):
        if head := _head_on_one_line(lines, start):
            return head
        below = next_line(lines, start + 1)
        head = head_at(lines, below) if below < len(lines) else None
        if head and is_convincing(head, announced=True):
            return head
        return Head(start, start + 1, {}) if passed_on else None
    return _head_of_attribution(lines, start)


def _head_on_one_line(lines, at) -> Head | None:
    """A head whose entries follow the announcement on its line, as one webmail has it: "… From: A <a@b>To: …"."""
    text = _ANNOUNCEMENT.sub("", lines[at].text[:ONE_LINE].strip(), count=1).strip()
    best = {}
    for language, senders in LABELS[FROM].items():
        entries = {}
        for label in listed(senders):
            if text.startswith(label) and text[len(label):].lstrip().startswith((":", "：")):
                entries = _entries(text, label, language)
        if len(entries) > len(best):
            best = entries
    return Head(at, at + 1, best) if SUBJECT in best else None


def _entries(text, label, language) -> dict[str, str]:
    found = [(0, len(label), FROM)]
    for kind in (TO, CC, DATE, SUBJECT):
        labels = listed(LABELS[kind].get(language, "")) + (["Cc", "CC"] if kind == CC else [])
        colon = r"\s?[:：]?\s" if kind == SUBJECT else r"\s?[:：]"
        places = [place for name in labels if name and (place := re.search(re.escape(name) + colon, text[len(label):]))]
        if places:
            first = min(places, key=lambda place: place.start())
            found.append((first.start() + len(label), first.end() + len(label), kind))
    found.sort()
    ends = [start for start, _, _ in found[1:]] + [len(text)]
    return {kind: text[behind:end].strip(" :：") for (_, behind, kind), end in zip(found, ends, strict=True)}


def _head_of_attribution(lines, start) -> Head | None:
    end = start
    while not (could_end(lines[end]) and attribution_at(lines, end, first=start)):
        end += 1
    text = " ".join(line.plain for line in lines[start:end + 1])
    address = _ADDRESS.search(text)
    if not address:
        return None
    before = text[:address.start()].rstrip("<([ ")
    return Head(start, end + 1, {FROM: f"{_name_before(before)} <{address[0]}>"})


def _name_before(text) -> str:
    """The name at the end of "On 28/10/2026 12:46, NAME", without the words a language puts before it."""
    named = re.search(r"[\"„“«]([^\"„“”«»]{1,100})[\"”»]\s*$", text)
    if named:
        return named[1].strip()
    words = []
    for word in reversed(text.split()[-6:]):
        if any(character.isdigit() for character in word) or (words and word.endswith((",", "."))):
            break
        words.insert(0, word)
    while words and words[0][:1].islower():
        words.pop(0)
    return " ".join(words).strip(_QUOTES)


def _sender(value) -> Address:
    value = clean_line(value[:1_000])
    found = _ADDRESS.search(value)
    if not found:
        return Address(value.strip(_QUOTES + "<>[]()"), "")
    name = re.sub(r"[\s<(\[]*(?:mailto:)?$", "", value[:found.start()]).strip(_QUOTES)
    local, _, domain = found[0].rpartition("@")
    return Address("" if name == found[0] else name, f"{local}@{domain.lower()}")


# Its body


def _body(lines, head) -> tuple[str, list[Line]]:
    """The text of the mail passed on, and the lines below it that are its bringer's again."""
    start, depth = head.end, lines[head.start].depth
    first = next_line(lines, start)
    if not depth and first < len(lines) and lines[first].depth and _all_quoted(lines[first:]):
        depth = 1
    end = _quoted_end(lines, first, depth) if depth else len(lines)
    mark = re.compile(rf"[ \t]{{0,3}}(?:>[ \t]?){{1,{depth}}}") if depth else None
    body = "\n".join(mark.sub("", line.raw, count=1) if mark and line.depth else line.raw for line in lines[first:end])
    if FROM in head.entries and len(head.entries) == 1:
        body = textwrap.dedent(body)
    return body.strip("\n").rstrip(), lines[end:]


def _quoted_end(lines, start, depth) -> int:
    """The line after the quoted body; lines without a mark belong to it as long as no blank line parts them."""
    end = at = start
    parted = False
    while at < len(lines):
        line = lines[at]
        if line.depth >= depth:
            end, parted = at + 1, False
        elif line.empty:
            parted = True
        elif parted:
            break
        else:
            end = at + 1
        at += 1
    return end


def _all_quoted(lines) -> bool:
    return all(line.depth or line.empty for line in lines)


def _raw(lines) -> str:
    return raw_text(lines).strip("\n").rstrip()

"""Which parts of a mail are its words and which are its files (RFC 2046, 2387; RFC 8621, 4.1.4).

Words are the text and HTML parts that stand in the flow and carry no name, of an alternative the best of each kind;
everything else is a file. Nothing is in both, and nothing is in neither.
"""

import re
from dataclasses import dataclass, field
from html import escape

from helpdesk_site.lib.text import clean_input

from . import charsets, embedded, flowed, mime, opaque
from .html import HTML_LIMIT, html_to_text, is_html

TEXT_LIMIT = 2_000_000  # characters of all words together
ENVELOPES_LIMIT = 3
_HTML = ("text/html", "application/xhtml+xml")
_ENRICHED = re.compile(r"<param>[^<]*</param>|</?[a-zA-Z][a-zA-Z-]{0,30}>", re.IGNORECASE)
_NOT_WORDS = re.compile(r"\W+")


@dataclass
class Words:
    """One piece of the mail's words, as text, as HTML or as both."""

    plain: str = ""
    html: str = ""


@dataclass
class Body:
    """The words in their order, and the parts that are files."""

    words: list[Words] = field(default_factory=list)
    files: list = field(default_factory=list)
    trouble: set = field(default_factory=set)
    room: int = TEXT_LIMIT
    opened: int = 0  # opaque signatures whose inside was read
    pictures: dict = field(default_factory=dict)  # that were written into the HTML: {their cid: (type, base64)}

    @property
    def has_html(self) -> bool:
        return any(words.html for words in self.words)

    def text(self) -> tuple[str, bool]:
        """Return all words as text, and whether any of it was made of HTML."""
        texts, made = [], False
        for words in self.words:
            if words.plain.strip() or not words.html:
                texts.append(words.plain)
            else:
                texts.append(html_to_text(words.html))
                made = True
        return "\n\n".join(text.strip("\n") for text in texts if text.strip()), made

    def html(self) -> str:
        """Return all words as HTML, as it came; "" when none of it came as HTML."""
        if not self.has_html:
            return ""
        return "\n".join(words.html or _as_html(words.plain) for words in self.words)


def read(root) -> Body:
    """Return words and files of a mail."""
    body = Body()
    _take(root, body, within="", first=True)
    return body


def _take(part, body, *, within, first):
    if part.content_type == "multipart/encrypted":
        body.trouble.add("encrypted")
    if part.content_type == "multipart/alternative" and part.parts:
        _choose(part, body)
    elif part.parts:
        _take_all(part, body)
    elif _is_words(part, within, first):
        body.words.append(_words(part, body))
        if part.parameters.get("filename") and within != "alternative":
            body.files.append(part)  # somebody attached it, and it is all they say
    elif part.main_type == "multipart":
        _take_undivided(part, body)
    elif body.opened < ENVELOPES_LIMIT and (inner := opaque.signed(part)):
        root, trouble = mime.read(inner)
        body.opened += 1
        body.trouble |= trouble
        _take(root, body, within="signed", first=first)
    else:
        body.files.append(part)
        if part.content_type in opaque.TYPES:
            body.trouble.add("encrypted")


def _take_undivided(part, body):
    """A multipart that holds no part: its bytes are kept as a file, and read as the text they may be."""
    content = part.beginning(body.room)
    if content.strip():
        body.files.append(part)
        if b"\x00" not in content:
            body.words.append(Words(charsets.decode(content)))


def _take_all(part, body):
    within = part.content_type.partition("/")[2]
    root = _root(part) if within == "related" else None
    for place, child in enumerate(part.parts):
        _take(child, body, within=within, first=child is root if root else place == 0)


def _choose(part, body):
    """Of an alternative: the first text and the last HTML that say something (the last ones are the richest)."""
    sides = []
    for place, child in enumerate(part.parts):
        side = Body(room=body.room)
        _take(child, side, within="alternative", first=place == 0)
        body.room = side.room
        body.files += [file for file in side.files if not file.content_type.startswith(("text/x-amp", "text/watch"))]
        body.trouble |= side.trouble
        body.pictures |= side.pictures
        sides.append(side)
    plain = [side for side in sides if side.words and not side.has_html]
    rich = [side for side in sides if side.has_html]
    text = next(filter(str.strip, (side.text()[0] for side in plain)), "")
    html = next(filter(None, (side.html() for side in reversed(rich))), "")
    if text or html:
        body.words.append(Words(text, html))


def _is_words(part, within, first) -> bool:
    if part.disposition.startswith("attachment") or part.content_type not in _READABLE:
        return False
    return first or within == "alternative" or not part.name and within != "related"


def _root(part):
    """The part of a related set that the others are related to (RFC 2387, 3.2)."""
    start = part.type_parameters.get("start", "").strip("<>")
    named = [child for child in part.parts if start and child.headers.get("content-id").strip("<> ") == start]
    return next(iter(named), None) or next(filter(_could_be_words, part.parts), part.parts[0])


def _could_be_words(part) -> bool:
    return bool(part.parts) or part.content_type in _READABLE


def _words(part, body) -> Words:
    data = part.beginning(body.room * 6)
    if part.content_type in _HTML:
        data = embedded.lifted(data, body.pictures)
    if part.end - part.start > body.room * 6:
        body.trouble.add("text_cut")
    text = charsets.decode(data, part.charset, limit=body.room + 1)
    if len(text) > body.room:
        text = text[: body.room]
        body.trouble.add("text_cut")
    body.room -= len(text)
    if part.content_type in _HTML and len(text) > HTML_LIMIT:
        text = embedded.lean(text)
        body.trouble |= {"text_cut"} if len(text) > HTML_LIMIT else set()
    return _READABLE[part.content_type](text, part)


def _plain(text, part) -> Words:
    if is_html(text):
        return Words("", text)
    if part.type_parameters.get("format", "").lower() == "flowed":
        text = flowed.unfolded(text, delete_space=part.type_parameters.get("delsp", "").lower() == "yes")
    return Words(text)


def _html(text, part) -> Words:
    return Words("", text) if _NOT_WORDS.sub("", text) else Words()


def _enriched(text, part) -> Words:
    text = re.sub(r"\n(\n*)", lambda found: found[1] or " ", text)
    return Words(_ENRICHED.sub("", text.replace("<<", "\0")).replace("\0", "<"))


_READABLE = {
    "text/plain": _plain,
    "text/html": _html,
    "application/xhtml+xml": _html,
    "text/enriched": _enriched,
    "text/richtext": _enriched,
}


def _as_html(text: str) -> str:
    return f"<div>{escape(clean_input(text), quote=False)}</div>".replace("\n", "<br>\n")

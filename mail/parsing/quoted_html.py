"""The HTML of a mail without the old mails in it, for showing.

The HTML is read as lines, and the rules for texts tell which are new. What mail programs name in their HTML ("here the
old mail begins", "this tells who wrote it") helps them. Safe it is not: that is for the sanitiser.
"""

import re
from collections import Counter
from html import escape, unescape

from helpdesk_site.lib.markup import tags_and_text

from .history import parts_of
from .lines import LINES, PICTURE, has_words, line_of
from .replies import kept_parts
from .signatures import without_signature

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figure footer form h1 h2 h3 h4"
    " h5 h6 header hr html li main nav o:p ol p pre section table tbody tfoot thead tr ul".split()
)
CITED, INDENTED, TELLING, GMAIL, PRE = "cited", "indented", "telling", "gmail", "pre"  # what an element says
# The names programs give, by id, class or name: to an old mail, to where the old mails begin, to an attribution.
CITED_NAMES = frozenset(
    "protonmail_quote tutanota_quote yahoo_quoted zmail_extra front-blockquote freshdesk_quote iosymail missive_quote"
    " messagereplysection".split()
)
BEGINNING_NAMES = frozenset(
    "divrplyfwdmsg appendonsend olk_src_body_section stopspelling mail-editor-reference-message-container zwchr"
    " ms-outlook-mobile-reference-message isreplycontent".split()
)
TELLING_NAMES = frozenset("moz-cite-prefix gmail_attr reply-intro".split())
_ADDED = re.compile(r"^(?:x_|ecx|yiv\d+|ydp[0-9a-f]{6,12}|m_-?\d+)+|_?\d+$")
_SPACE = re.compile(r"[^\S\xa0]+")


def new_html(html: str) -> str:
    """Return the HTML without the old mails; as it is when it holds none, or would say nothing without them.

    Not for a mail that is passed on: there the old mail is what it brings.
    """
    reader = _Reader(html)
    parts = parts_of(reader.lines)
    kept = kept_parts(reader.lines, parts)
    says_something = any(line.says_something for part in kept for line in reader.lines[part.start:part.end])
    if len(kept) == len(parts) or not says_something:
        return html
    return reader.written([part for part in parts if part not in kept])


def new_text_of(html: str, to_text) -> str:
    """Return what the sender wrote in a mail that is but HTML, as `to_text` writes it: as `replies.new_text` does.

    Its text alone would not do: an indented paragraph looks like a quoted one there.
    """
    new = to_text(new_html(html))
    shown, _ = without_signature(new)
    return shown if has_words(shown) else new


class _Reader:
    """The lines of an HTML mail as one sees them, each with the place of its tags and texts."""

    def __init__(self, html):
        self.events, self.lines, self.spans = [], [], []
        self._text, self._begin, self._end, self._says_of_text = [], 0, 0, ()
        self._open, self._names, self._says = [], Counter(), Counter()
        self._history = False
        for event in tags_and_text(html):
            if len(self.lines) > LINES:
                self.events.append(event)
            elif event[0] == "text":
                self._reads(event[1])
            elif event[0] == "open":
                self._opens(event)
            else:
                self._closes(event)
        self._break()
        if len(self.lines) > LINES:
            self.lines.append(line_of(PICTURE))
            self.spans.append((self.spans[-1][1], len(self.events)))

    def written(self, left_out) -> str:
        """Return the HTML without the parts; of the tags around them stay those that hold something else."""
        out, at = [], 0
        for part in left_out:
            begin = self.spans[part.start - 1][1] if part.start else 0
            end = self.spans[part.end][0] if part.end < len(self.lines) else len(self.events)
            out += self.events[at:begin] + _unpaired(self.events[begin:end])
            at = end
        return "".join(map(_markup, out + self.events[at:]))

    def _reads(self, text):
        for number, piece in enumerate(text.split("\n", LINES) if self._says[PRE] else [text]):
            if number:
                self.events.append(("text", "\n"))
                self._break(even_empty=True)
            plain = unescape(piece)
            self.events.append(("text", piece))
            if self._text or not plain.isspace():
                self._adds(plain)

    def _opens(self, event):
        _, name, attributes = event
        says = _said(name, attributes, in_gmail=self._says[GMAIL])
        if name in BLOCKS or name == "br" or says:
            self._break(even_empty=name == "br")
        self._history = self._history or _begins(attributes)
        self.events.append(event)
        if name == "img":
            self._adds(PICTURE)
        elif name in ("td", "th"):
            self._adds(" ")
        elif name == "hr":
            self._adds("-----")
            self._break()
        if name not in VOID:
            self._open.append((name, says))
            self._names[name] += 1
            self._says.update(says)

    def _closes(self, event):
        name = event[1]
        if self._names[name]:
            last, told = "", False
            while last != name:
                last, says = self._open.pop()
                self._names[last] -= 1
                self._says.subtract(says)
                told = told or bool(says)
            if name in BLOCKS or told:
                self._break()
        self.events.append(event)

    def _adds(self, text):
        if not self._text:
            self._begin = len(self.events) - 1
            self._says_of_text = self._now()
        self._text.append(text)
        self._end = len(self.events)

    def _now(self):
        return self._says[CITED], self._says[INDENTED], self._says[TELLING] > 0

    def _break(self, *, even_empty=False):
        """End the line that is being read."""
        text = _SPACE.sub(" ", "".join(self._text)).strip()
        if text or even_empty:
            line = line_of(text)
            cited, line.indent, line.attributes = self._says_of_text if text else self._now()
            line.depth, line.cited = line.depth + cited, cited > 0
            if text:
                line.history, self._history = self._history, False
            self.lines.append(line)
            self.spans.append((self._begin, self._end) if text else (len(self.events), len(self.events)))
        self._text = []


def _said(name, attributes, *, in_gmail) -> tuple[str, ...]:
    """What an element says of the lines in it."""
    if name not in ("blockquote", "pre") and not attributes:
        return ()
    names = _names(attributes)
    if names & CITED_NAMES or (name == "blockquote" and _is_cite(attributes, names, in_gmail)):
        return (CITED,)
    if name == "blockquote":
        return (INDENTED,)
    if name == "pre":
        return (PRE,)
    if names & TELLING_NAMES:
        return (TELLING,)
    return (GMAIL,) if name == "div" and "gmail_quote" in names else ()


def _is_cite(attributes, names, in_gmail) -> bool:
    return attributes.get("type", "").lower() == "cite" or bool(in_gmail and "gmail_quote" in names)


def _begins(attributes) -> bool:
    marker = attributes.get("data-marker")
    return marker in ("__DIVIDER__", "__QUOTED_TEXT__") or bool(attributes and _names(attributes) & BEGINNING_NAMES)


def _names(attributes) -> set[str]:
    """What an element is called, without what webmails put before and behind the names of others."""
    given = f"{attributes.get('id', '')} {attributes.get('class', '')} {attributes.get('name', '')}"[:500]
    return {_ADDED.sub("", name) for name in given.lower().split()} if not given.isspace() else set()


def _unpaired(events) -> list:
    """The tags among the events whose other half is elsewhere."""
    closing, opening, names = [], [], Counter()
    for event in events:
        if event[0] == "open" and event[1] not in VOID:
            opening.append(event)
            names[event[1]] += 1
        elif event[0] == "close":
            if not names[event[1]]:
                closing.append(event)
                continue
            last = ""
            while last != event[1]:
                last = opening.pop()[1]
                names[last] -= 1
    return closing + opening


def _markup(event) -> str:
    if event[0] == "text":
        return event[1]
    if event[0] == "close":
        return f"</{event[1]}>"
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in event[2].items())
    return f"<{event[1]}{attributes}>"

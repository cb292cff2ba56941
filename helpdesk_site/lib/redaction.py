"""Words taken out of a text for good (C5): found however they are written down, and replaced by a block one sees.

Compared is what a reader sees: without case, soft hyphens and zero-width signs, a run of blanks as one blank (quote
marks at the beginning of a line too), letters as they are composed. In HTML words are found across its tags. Every
function is linear in its text.
"""

import re
import unicodedata
from html import escape, unescape
from itertools import groupby
from operator import itemgetter
from urllib.parse import unquote

from .markup import tags_and_text

BLOCK = "[redacted]"
SHORTEST = 3  # characters without blanks: shorter words would be taken out of other words

# What parts two words: blanks; and once more with the marks before quoted lines, which stand in words of their own, too
_BLANKS, _QUOTING = re.compile(r"\s+"), re.compile(r"\s*\n[\s>|]*|\s+")
_UNSEEN = dict.fromkeys([0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
                         *range(0x2060, 0x2065), 0xFEFF, *range(0xFE00, 0xFE10)])  # fmt: skip
_MARKS = str.maketrans("", "", "*_~`\\")  # of Markdown, which may stand inside a word
_APART = frozenset(
    ["address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt", "fieldset"]
    + ["figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"]
    + ["nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"]
)  # what stands in them is no part of the word before
_VOID = frozenset(["br", "hr", "img", "wbr", "meta", "link", "input", "area", "base", "col", "source"])


class Words:
    """The words to take out. `flat` is how they are compared."""

    def __init__(self, words: str):
        self.flat, self._exact = _flat(words, _BLANKS).strip(), words.strip()
        self._ways = _ways(words)
        self._bare = _ways(words.translate(_MARKS))

    @property
    def too_short(self) -> bool:
        """Whether they would be found in anything, or in the block itself."""
        return _is_short(self.flat) or self.flat in BLOCK

    def count(self, text: str) -> int:
        """How often a text says them."""
        ways = self._ways if text and (">" in text or "|" in text) else self._ways[:1] if text else ()
        exact = text.count(self._exact) if ways else 0  # part of a letter with more accents may be such words, too
        return max((_flat(text, parting).count(flat) for parting, flat in ways), default=0) or exact

    def count_html(self, html: str) -> int:
        """How often HTML says them, in its text and in its attributes."""
        return self._count_pieces(list(tags_and_text(html))) if html and self._ways else 0

    def out_of(self, text: str) -> tuple[str, int]:
        """(text without them, how often they stood there)."""
        if not self.count(text):
            return text, 0
        text, found = _out(text, self._ways, {})
        return text.replace(self._exact, BLOCK), found + text.count(self._exact)

    def out_of_markdown(self, text: str, shown) -> tuple[str, int]:
        """The same of Markdown, whose signs may stand inside the words; `shown(text)` gives its HTML."""
        text, found = self.out_of(text)
        if self._bare and self.count_html(shown(text)):
            text, more = _out(text, self._bare, _MARKS)
            found += more
        return (BLOCK, found + 1) if self.count_html(shown(text)) else (text, found)

    def out_of_html(self, html: str) -> tuple[str, int]:
        """(HTML without them, how often they stood there). Comments, styles and scripts go too where it is changed."""
        found = 0
        for parting, flat in self._ways:
            pieces = list(tags_and_text(html))
            if self._count_pieces(pieces):
                html, count = self._out_of_pieces(pieces, parting, flat)
                found += count
        return html, found

    def _out_of_pieces(self, pieces, parting, flat):
        texts = {at: unescape(piece[1]) for at, piece in enumerate(pieces) if piece[0] == "text"}
        cut, found = _cut(pieces, texts, parting, flat)
        out = []
        for at, (kind, name, *attributes) in enumerate(pieces):
            if kind == "text":
                text = _without(texts[at], cut.get(at, {}))
                found += text.count(self._exact)
                out.append(escape(text.replace(self._exact, BLOCK), quote=False))
            elif kind == "close":
                out.append("" if name in _VOID else f"</{name}>")
            else:
                kept = {key: value for key, value in attributes[0].items() if not self._in_attribute(value)}
                found += len(attributes[0]) - len(kept)
                written = [f' {key}="{escape(value)}"' for key, value in kept.items()]
                out.append(f"<{name}{''.join(written)}>")
        return "".join(out), found

    def _count_pieces(self, pieces):
        """How often they stand in the pieces of HTML: the quick look that mostly finds nothing."""
        said = [unescape(piece[1]) if piece[0] == "text" else " " * (piece[1] in _APART) for piece in pieces]
        given = [value for piece in pieces if piece[0] == "open" for value in piece[2].values()]
        return self.count("".join(said)) + sum(map(self._in_attribute, given))

    def _in_attribute(self, value):
        value = unescape(value)
        written = {value, unquote(value), unquote(value.replace("+", " "))}
        return any(map(self.count, written))


def _ways(words):
    """[(what parts words, the words as they are compared then)]; none for words too short to be looked for."""
    both = [(parting, _flat(words, parting).strip()) for parting in (_BLANKS, _QUOTING)]
    return [(parting, flat) for parting, flat in both if not _is_short(flat)]


def _is_short(flat):
    return len(flat.replace(" ", "")) < SHORTEST


# --- As it is compared ------------------------------------------------------------------------------------------------


def _flat(text, parting):
    """A whole text as it is compared, quickly."""
    text = unicodedata.normalize("NFKD", text).translate(_UNSEEN).casefold()
    return parting.sub(" ", unicodedata.normalize("NFKD", text))


class _Flat:
    """The same, letter by letter, so that each is known by its place."""

    def __init__(self, parting, unseen=()):
        self.parting, self.unseen, self.parts = parting, {**_UNSEEN, **dict(unseen)}, []

    @property
    def text(self):
        return "".join(self.parts)

    def add(self, text):
        """Add a text. Returns the place in it of each letter added."""
        letters, known, places, at = [], [], [], 0
        for place, sign in _signs(text):
            seen = unicodedata.normalize("NFKD", sign).translate(self.unseen).casefold()
            for letter in unicodedata.normalize("NFKD", seen):
                letters.append(letter)
                known.append(place)
        for blank in self.parting.finditer("".join(letters)):
            self.parts += letters[at : blank.start()]
            places += known[at : blank.start()]
            if self.apart():
                places.append(known[blank.start()])
            at = blank.end()
        self.parts += letters[at:]
        return places + known[at:]

    def apart(self):
        """End the word. Returns whether a blank was added."""
        if not self.parts or self.parts[-1] == " ":
            return False
        self.parts.append(" ")
        return True


def _signs(text):
    """(place, letter with its accents and what nobody sees of it): accents are compared in one order."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not (unicodedata.combining(text[at]) or ord(text[at]) in _UNSEEN):
            yield start, text[start:at]
            start = at


def _matches(text, words):
    """[(start, end)] of the words in a flat text, with the accents on their last letter."""
    found, at = [], text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        found.append((at, end))
        at = text.find(words, end)
    return found


# --- Taking out -------------------------------------------------------------------------------------------------------


def _out(text, ways, unseen):
    """(text without the words of these ways, how often they stood there); `unseen` are further signs not compared."""
    count = 0
    for parting, flat in ways:
        whole, cut = _Flat(parting, unseen), {}
        places = whole.add(text)
        for start, end in _matches(whole.text, flat):
            cut.update(dict.fromkeys(range(places[start], places[end - 1] + 1), False))
            cut[places[start]] = True
            count += 1
        text = _without(text, cut)
        if flat in _flat(text.translate(unseen), parting):  # composed in a way that no single letter tells
            return BLOCK, count + 1
    return text, count


def _cut(pieces, texts, parting, words):
    """({piece: {place: whether the block stands there}}, how often the words stand in the text of HTML)."""
    flat, places, cut = _Flat(parting), [], {}
    for at, piece in enumerate(pieces):
        if at in texts:
            places += [(at, place) for place in flat.add(texts[at])]
        elif piece[1] in _APART:
            places += [(at, 0)] * flat.apart()
    found = _matches(flat.text, words)
    for start, end in found:
        runs = list(_by_piece(places[start:end], texts))
        for at, first, last in runs:
            cut.setdefault(at, {}).update(dict.fromkeys(range(first, last + 1), False))
        at, first, _last = runs[0]
        cut[at][first] = True
    return cut, len(found)


def _by_piece(places, texts):
    """(piece, first place, last place) of a match that runs through several pieces of HTML."""
    for at, own in groupby(places, key=itemgetter(0)):
        own = [place for _at, place in own]
        if at in texts:
            yield at, own[0], own[-1]


def _without(text, cut):
    """A text without the letters at the places of `cut`; where it says so, the block stands in their stead. What no
    reader sees goes with the letters around it."""
    if not cut:
        return text
    out, last = [], min(cut)
    kept = text[:last]
    for at in range(last, len(text)):
        if at in cut:
            if cut[at]:
                out.append(BLOCK)
            last = at
        elif last == at - 1 and (ord(text[at]) in _UNSEEN or unicodedata.combining(text[at])):
            last = at
        else:
            out.append(text[at])
    return kept + "".join(out)

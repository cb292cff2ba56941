"""What HTML says, as plain text: for mail, search and excerpts."""
import re
from html import unescape

from .markup import tags_and_text

QUOTES_LIMIT = 20  # marks before a line, however deep the quotes go

_PARAGRAPHS = frozenset(["blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"])
_LINES = frozenset(
    ["address", "article", "aside", "caption", "center", "dd", "details", "div", "dt", "fieldset", "figcaption"]
    + ["figure", "footer", "form", "header", "li", "main", "nav", "section", "summary", "tr"]
)
_SPACE = re.compile(r"[ \t\n\f\r]+")
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)\S+", re.IGNORECASE)


def to_text(html: str, writer=None) -> str:
    """Return the text of HTML: paragraphs, quotes after ``> ``, lists, cells between ``|``, links with address.

    Another `writer` may have its own ways with some of these.
    """
    writer = writer or Writer()
    for kind, *rest in tags_and_text(html):
        getattr(writer, kind)(*rest)
    return writer.finished()


class Writer:
    def __init__(self):
        self.lines, self.pieces, self.gap = [], [], False
        self.quotes, self.last_quotes, self.code = 0, 0, 0
        self.lists, self.links, self.mark = [], [], ""

    def text(self, text):
        text = unescape(text).replace("\xa0", " ")
        if self.code:
            *lines, text = text.split("\n")
            for line in lines:
                self.pieces.append(line)
                self.end_line(keep_empty=True)
            self.pieces.append(text)
            return
        text = _SPACE.sub(" ", text)
        if not self.pieces or self.pieces[-1].endswith(" "):
            text = text.removeprefix(" ")
        if text:
            self.pieces.append(text)

    def open(self, name, attributes):
        if name == "br":
            self.end_line(keep_empty=bool(self.lines))
        elif name == "hr":
            self.end_paragraph()
            self.pieces.append("---")
            self.end_paragraph()
        elif name == "img":
            self.text(f" {attributes.get('alt', '')} ".replace("&", "&amp;"))
        elif name in ("td", "th"):
            if self.pieces:
                self.pieces.append(" | ")
        elif name == "a":
            self.links.append((attributes.get("href", ""), len(self.lines), len(self.pieces)))
        self.begin(name)

    def begin(self, name):
        if name in ("ul", "ol") and self.lists:
            self.end_line()
        elif name in _PARAGRAPHS and not self.mark:
            self.end_paragraph()
        elif name in _LINES:
            self.end_line()
        if name == "blockquote":
            self.quotes += 1
        elif name == "pre":
            self.code += 1
        elif name in ("ul", "ol"):
            self.lists.append(0 if name == "ol" else None)
        elif name == "li":
            self.mark = self.item_mark()

    def close(self, name):
        if name in _PARAGRAPHS and not (name in ("ul", "ol") and len(self.lists) > 1):
            self.end_paragraph()
        elif name in _LINES or name in ("ul", "ol"):
            self.end_line()
        if name == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        elif name == "pre":
            self.code = max(0, self.code - 1)
        elif name in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif name == "a" and self.links:
            self.add_address(*self.links.pop())

    def item_mark(self):
        if not self.lists or self.lists[-1] is None:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def add_address(self, address, line, piece):
        """Write where a link leads behind its words, unless they say it."""
        said = "".join(self.pieces[piece:] if line == len(self.lines) else self.pieces).strip()
        short = re.sub(r"^(?:https?://|mailto:|tel:)|/$", "", address)
        if said and _ADDRESS.fullmatch(address) and short != re.sub(r"^https?://|/$", "", said):
            self.pieces.append(f" ({address.removeprefix('mailto:')})")

    def end_line(self, keep_empty=False):
        line = "".join(self.pieces).rstrip()
        self.pieces = []
        if not line and not keep_empty:
            return
        quotes = min(self.quotes, QUOTES_LIMIT)
        if self.gap and self.lines:
            self.lines.append("> " * min(quotes, self.last_quotes))
        levels = len(self.lists) if not self.mark else len(self.lists) - 1
        self.lines.append("> " * quotes + "  " * min(max(levels, 0), QUOTES_LIMIT) + self.mark + line)
        self.gap, self.last_quotes, self.mark = False, quotes, ""

    def end_paragraph(self):
        self.end_line()
        self.gap = True

    def finished(self):
        self.end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self.lines)).strip("\n")

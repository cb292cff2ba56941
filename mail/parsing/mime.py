"""The tree of a mail's parts (RFC 2045, 2046): places in the raw bytes, nothing decoded, nothing copied.

Each level is searched once for its own boundary, and levels, parts and heads are counted, so that the work grows with
the size of the mail and with nothing else.
"""

import re
from dataclasses import dataclass, field

from . import parameters, transfer
from .headers import Headers, read_head

SIZE_LIMIT = 40_000_000  # bytes of a mail that are read
DEPTH_LIMIT = 20
PARTS_LIMIT = 1_000
LOOKS_LIMIT = 200_000  # places of one part that could be delimiters
_TYPE = re.compile(r"([a-z0-9][a-z0-9!#$&^_.+-]{0,60})/([a-z0-9][a-z0-9!#$&^_.+-]{0,80})")
_GUESS = re.compile(rb"^--(?=\S)([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-)", re.MULTILINE | re.IGNORECASE)
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*+")  # a mark of the character set, empty lines


@dataclass
class Part:
    """A part: its head, and its body as a place in the raw mail."""

    raw: bytes = field(repr=False)
    headers: Headers
    start: int
    end: int
    content_type: str = "text/plain"
    type_parameters: dict = field(default_factory=dict)
    disposition: str = ""
    parameters: dict = field(default_factory=dict)
    parts: list = field(default_factory=list)
    is_cut: bool = False  # the mail was too large, and ended for us in this part

    @property
    def main_type(self) -> str:
        return self.content_type.partition("/")[0]

    @property
    def is_multipart(self) -> bool:
        return bool(self.parts)

    @property
    def charset(self) -> str:
        return self.type_parameters.get("charset", "")

    @property
    def name(self) -> str:
        """The name it came with; of two the one that lost fewer letters on the way."""
        names = filter(None, [self.parameters.get("filename"), self.type_parameters.get("name")])
        return min(names, key=lambda name: name.count("?") + name.count("\ufffd"), default="")

    @property
    def body(self) -> bytes:
        """The body as it came."""
        return self.raw[self.start:self.end]

    @property
    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        return self.beginning(self.end - self.start)

    def beginning(self, size) -> bytes:
        """The content of the first so many bytes of the body."""
        end, encoding = min(self.end, self.start + size), self.headers.get("content-transfer-encoding")
        return transfer.decoded(self.raw, self.start, end, encoding, is_text=self.main_type == "text")

    def walk(self):
        """Yield this part and all below it, in the order they stand."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))


def read(raw: bytes) -> tuple[Part, set[str]]:
    """Return the tree of a mail, and codes of what was left out of it."""
    reader = _Reader(raw)
    return reader.part(_BEGINNING.match(raw).end(), reader.end, depth=0), reader.trouble


class _Reader:
    def __init__(self, raw):
        self.raw, self.count, self.end = raw, 0, min(len(raw), SIZE_LIMIT)
        self.trouble = {"too_large"} if self.end < len(raw) else set()

    def part(self, start, end, *, depth, default="text/plain"):
        self.count += 1
        headers, body, cut = read_head(self.raw, start, end)
        if cut:
            self.trouble.add("head_cut")
        part = Part(self.raw, headers, body, end)
        part.content_type, part.type_parameters = content_type(headers, default)
        part.disposition, part.parameters = disposition(headers)
        headers.charset = part.charset
        if part.main_type == "multipart":
            self.divide(part, depth)
        if not headers.charset:
            headers.charset = next((child.headers.charset for child in part.parts if child.headers.charset), "")
        part.is_cut = end == self.end < len(self.raw)
        return part

    def divide(self, part, depth):
        if depth >= DEPTH_LIMIT:
            self.trouble.add("too_deep")
            return
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for start, end in self.places(part):
            if self.count >= PARTS_LIMIT:
                self.trouble.add("too_many_parts")
                return
            part.parts.append(self.part(start, end, depth=depth + 1, default=default))

    def places(self, part):
        """The places of the parts: between the delimiters declared, else between what looks like them."""
        declared = part.type_parameters.get("boundary", "").rstrip(" ").encode("utf-8", "replace")
        found = list(delimited(self.raw, declared, part.start, part.end)) if declared else []
        if not found and (guess := _GUESS.search(self.raw, part.start, part.end)):
            self.trouble.add("wrong_boundary")
            found = list(delimited(self.raw, guess[1], part.start, part.end))
        return found


def delimited(raw, boundary, start, end):
    """Yield the places between the delimiter lines of a boundary; more than anybody reads are not looked for."""
    mark, opened, inner, at, count, looks = b"--" + boundary, None, None, start, 0, 0
    while count <= PARTS_LIMIT and looks < LOOKS_LIMIT and (found := raw.find(mark, at, end)) >= 0:
        at, looks = found + len(mark), looks + 1
        if found > start and raw[found - 1] not in b"\r\n":
            continue
        stop = raw.find(b"\n", at, min(end, at + 200)) + 1 or min(end, at + 200)
        tail = raw[at:stop].strip()
        if tail not in (b"", b"--"):
            continue
        if tail and opened is not None:
            inner = _declared(raw, opened, found) if inner is None else inner
            if inner == boundary + tail:  # it opens what is in us (RFC 2046, 5.1.2: the innermost is asked first)
                at = stop
                continue
        if opened is not None:
            count += 1
            yield opened, max(opened, _before_line_end(raw, opened, found))
        opened, inner, at = (None if tail else stop), None, stop
    if opened is not None and opened < end and count <= PARTS_LIMIT:
        yield opened, end


def _declared(raw, start, end) -> bytes:
    """The boundary that the part at this place declares; nothing where it has no parts."""
    headers, _body, _cut = read_head(raw, start, end)
    kind, found = content_type(headers)
    return found.get("boundary", "").encode("utf-8", "replace") if kind.startswith("multipart/") else b""


def content_type(headers: Headers, default: str = "text/plain") -> tuple[str, dict]:
    """Return type and parameters in lower case; what is no type is text, as the standard says (RFC 2045, 5.2)."""
    value, found = parameters.read(headers.get("content-type"), headers.charset)
    value = value.lower().replace(" ", "")
    if not value:
        return default, found
    if match := _TYPE.match(value):
        return match[0], found
    return ("application/octet-stream" if found.get("name") else "text/plain"), found


def disposition(headers: Headers) -> tuple[str, dict]:
    value, found = parameters.read(headers.get("content-disposition"), headers.charset)
    return value.lower(), found


def _before_line_end(raw, start, at):
    """The line end before a delimiter belongs to it."""
    if at > start and raw[at - 1] == 10:
        at -= 1
    if at > start and raw[at - 1] == 13:
        at -= 1
    return at

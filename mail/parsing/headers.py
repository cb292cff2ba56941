"""The head of a mail or a part: its fields in order, as bytes until somebody asks for their text (RFC 5322, 2.2).

Heads in the wild lack their empty line, hold lines that are no field, spaces before the colon, and letters of any
character set. What can be read is read; a field is asked for by its name in lower case.
"""

import re

from helpdesk_site.lib.text import clean_input, clean_line

from .charsets import decode_line
from .words import decoded

HEAD_LIMIT = 256_000  # bytes of one head that are read
FIELDS_LIMIT = 2_000
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_KNOWN = re.compile(rb"(?:[A-Za-z]+-[!-9;-~]{1,60}|from|to|cc|bcc|subject|date|sender|received)[ \t]*:", re.IGNORECASE)
_END = re.compile(rb"\n\r*(?:\n|\Z)")
LOOK_AHEAD = 3  # lines
_MAILBOX_LINE = (b"From ", b">From ")  # of mbox files


class Headers:
    """The fields of one head. `charset` is the set of the body below, for letters that say nothing about theirs;
    `stray` is the place of the first line among them that is no field."""

    def __init__(self, fields=(), charset="", stray=None):
        self.fields, self.charset, self.stray = list(fields), charset, stray

    def __contains__(self, name):
        return any(field == name for field, _value in self.fields)

    def all(self, name) -> list[str]:
        """Return the text of every field of that name, each on one line, encoded words as they came."""
        return [self._text(value) for field, value in self.fields if field == name]

    def get(self, name) -> str:
        """Return the first such field that says something; "" when there is none."""
        return next(filter(None, self.all(name)), "")

    def words(self, name) -> str:
        """Return the first such field as people read it: encoded words decoded."""
        return clean_line(decoded(self.get(name), self.charset))

    def names(self, prefix="") -> list[str]:
        return [field for field, _value in self.fields if field.startswith(prefix)]

    def _text(self, value: bytes) -> str:
        text = decode_line(value, instead=self.charset)
        return clean_input(text.replace("\r\n", "\n").replace("\n", "").replace("\r", " ")).replace("\t", " ").strip()


def read_head(raw: bytes, start: int, end: int) -> tuple[Headers, int, bool]:
    """Return the head that begins at `start`, the place of the body, and whether it was longer than what is read."""
    fields, at, body, cut, stray = [], start, None, False, None
    while at < end and body is None:
        stop = raw.find(b"\n", at, end) + 1 or end
        if stop - start > HEAD_LIMIT or len(fields) > FIELDS_LIMIT:
            found = _END.search(raw, at, end)
            body, cut = found.end() if found else end, True
            break
        line = raw[at:stop]
        if not line.strip():
            if not (line.strip(b"\r\n") and _goes_on(raw, stop, end)):
                body = stop
        elif fields and line[:1] in (b" ", b"\t"):
            fields[-1][1].append(line)
        elif found := _FIELD.match(line):
            fields.append((found[1].lower().decode("ascii"), [line[found.end():]]))
        elif fields and _goes_on(raw, stop, end):
            fields[-1][1].append(b" " + line)
            stray = at if stray is None else stray
        elif fields or not line.startswith(_MAILBOX_LINE):
            body = at
        at = stop
    fields = [(name, b"".join(lines).replace(b"\x00", b"")) for name, lines in fields]
    return Headers(fields, stray=stray), end if body is None else body, cut


def _goes_on(raw: bytes, at: int, end: int) -> bool:
    """Tell whether a known field follows soon: what stands here is a broken piece of the head, not yet the body."""
    for _line in range(LOOK_AHEAD):
        if _KNOWN.match(raw, at, end):
            return True
        stop = raw.find(b"\n", at, end) + 1
        if not stop or not raw[at:stop].strip(b"\r\n"):
            return False
        at = stop
    return False

"""Values with parameters, such as Content-Type (RFC 2045, 2231), also as they should not be written."""

import re
from urllib.parse import unquote_to_bytes

from helpdesk_site.lib.text import clean_line

from .charsets import decode, decode_line
from .words import decoded

PARAMETERS_LIMIT = 200
_PIECE = re.compile(r""""(?:[^"\\]|\\.?)*+(?:"|\Z)|;|[^;"]+""", re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)")
_NAME = re.compile(r"\s*([^\s=;*\"]{1,60})\s*(?:\*(\d{1,3})(?!\d))?(\*)?\s*=\s*(.*)", re.DOTALL)


def read(value: str, charset: str = "") -> tuple[str, dict[str, str]]:
    """Return the value and its parameters by their names in lower case; the first of a name counts."""
    main, *rest = _split(value)
    found, pieces = {}, {}
    for text in rest[:PARAMETERS_LIMIT]:
        if not (match := _NAME.match(text)):
            continue
        name, number, coded, said = match[1].lower(), match[2], bool(match[3]), _unquoted(match[4].strip())
        if name == "boundary":  # is compared with bytes, not read by people
            found.setdefault(name, said)
        elif number is None and not coded:
            found.setdefault(name, clean_line(decoded(said, charset)))
        else:
            pieces.setdefault(name, {}).setdefault(int(number or 0), (coded, said))
    for name, numbered in pieces.items():
        found[name] = clean_line(decoded(_continued(numbered, charset), charset))
    return main, found


def _split(value: str) -> list[str]:
    """Cut at the semicolons outside of quotes, and at the space of a first parameter that lacks its semicolon."""
    parts = [[]]
    for piece in _PIECE.findall(value):
        if piece == ";":
            parts.append([])
        else:
            parts[-1].append(piece)
    main, *rest = ["".join(part) for part in parts]
    main, _space, first = _COMMENT.sub(" ", main).strip().partition(" ")
    return [main, first, *rest]


def _unquoted(text: str) -> str:
    if text.startswith('"'):
        text = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
        return re.sub(r'\\(["\\])', r"\1", text)
    return text.strip("'") if text.startswith("'") and text.endswith("'") else text


def _continued(numbered: dict, charset: str) -> str:
    """Join the pieces of a parameter; the first one names the character set of those that are coded."""
    declared, run, out = "", b"", []
    for number in sorted(numbered):
        coded, said = numbered[number]
        if coded and number == min(numbered) and said.count("'") >= 2:
            declared, _language, said = said.split("'", 2)
        if coded:
            run += unquote_to_bytes(said)
        else:
            out += [_read(run, declared or charset), said]
            run = b""
    return "".join([*out, _read(run, declared or charset)])


def _read(data: bytes, charset: str) -> str:
    return decode(data, charset) if charset else decode_line(data)

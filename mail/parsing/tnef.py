"""winmail.dat: what Outlook packs into a format of its own (MS-OXTNEF), read in one walk and as far as it goes."""

from dataclasses import dataclass, field
from struct import error, unpack_from

from .charsets import decode, known
from .rtf import decompressed, rtf_to_text

SIGNATURE = b"\x78\x9f\x3e\x22"
FILES_LIMIT = 1_000
DEPTH_LIMIT = 4

_BODY, _TITLE, _DATA, _RENDERING = 0x800C, 0x8010, 0x800F, 0x9002
_MESSAGE, _ATTACHMENT, _CODEPAGE = 0x9003, 0x9005, 0x9007
_PLAIN, _HTML, _RTF, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_FILE_DATA, _SHORT_NAME, _LONG_NAME, _MIME_TYPE, _CID, _SHOWN_NAME = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712, 0x3001
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _UNICODE = 0x0D, 0x1F


@dataclass
class Contents:
    """What was packed: the words, and files as (name, content type, bytes, content id)."""

    text: str = ""
    html: str = ""
    files: list = field(default_factory=list)
    whole: bool = True  # nothing in it stayed unread


def read(data: bytes, depth: int = 0) -> Contents | None:
    """Return what a winmail.dat holds; None when it is none."""
    if not data.startswith(SIGNATURE):
        return None
    found, attached, codepage = Contents(), [], ""
    at = 6
    try:
        while at + 11 <= len(data):
            kind, size = unpack_from("<xHxxI", data, at)
            value, at = memoryview(data)[at + 9:at + 9 + size], at + 11 + size
            if len(value) < size:
                found.whole = False
            if kind == _CODEPAGE and size >= 4:
                codepage = known(f"cp{unpack_from('<I', value)[0]}")
            elif kind == _BODY:
                found.text = decode(bytes(value).rstrip(b"\x00"), codepage)
            elif kind == _MESSAGE:
                _read_words(found, _properties(value), codepage)
            elif kind == _RENDERING:
                attached.append({})
            elif kind in (_TITLE, _DATA, _ATTACHMENT):
                _read_attached(attached, kind, value)
    except error:
        found.whole = False
    for values in attached[:FILES_LIMIT]:
        found.files += _files(values, codepage, depth)
    found.whole = found.whole and bool(found.text or found.html or found.files)
    return found


def _read_words(found, properties, codepage):
    internet = properties.get(_INTERNET_CODEPAGE)
    charset = known(f"cp{unpack_from('<I', internet[1])[0]}") if internet else codepage
    charset = "utf-8" if internet and unpack_from("<I", internet[1])[0] == 65001 else charset
    if _PLAIN in properties:
        found.text = _text(properties[_PLAIN], charset) or found.text
    if _HTML in properties:
        found.html = _text(properties[_HTML], charset)
    if _RTF in properties and not found.text and not found.html:
        found.text = rtf_to_text(decompressed(bytes(properties[_RTF][1])))


def _read_attached(attached, kind, value):
    values = attached[-1] if attached else {}
    if not attached:
        attached.append(values)
    if kind == _TITLE:
        values["title"] = value
    elif kind == _DATA:
        values["data"] = value
    else:
        values["properties"] = _properties(value)


def _files(values, codepage, depth):
    """Return the file of one attachment; those of a message that is packed in it."""
    properties = values.get("properties", {})
    kind, value = properties.get(_FILE_DATA, (0, b""))
    data = bytes(values.get("data") or value)
    if kind == _OBJECT and bytes(value[16:20]) == SIGNATURE and depth < DEPTH_LIMIT:
        inner = read(bytes(value[16:]), depth + 1)
        text = [("message.txt", "text/plain", inner.text.encode(), "")] if inner.text else []
        return text + inner.files
    names = [_text(properties[key], codepage) for key in (_LONG_NAME, _SHORT_NAME) if key in properties]
    names.append(decode(bytes(values.get("title", b"")).rstrip(b"\x00"), codepage))
    names += [_text(properties[_SHOWN_NAME], codepage)] if _SHOWN_NAME in properties else []
    kinds = [_text(properties[key], codepage) if key in properties else "" for key in (_MIME_TYPE, _CID)]
    return [(next(filter(None, names), ""), kinds[0], data, kinds[1])]


def _properties(value) -> dict:
    """Return {number: (type, bytes)} of MAPI properties; of several values the first; up to what cannot be read."""
    found, at = {}, 4
    try:
        for _place in range(min(unpack_from("<I", value)[0], 20_000)):
            kind, number = unpack_from("<HH", value, at)
            at += 4
            if number >= 0x8000:  # named: its name or number stands before the value
                by_name, length = unpack_from("<16xII", value, at)
                at += 24 + (_padded(length) if by_name else 0)
            simple, many = kind & 0x0FFF, kind & 0x1000
            if many or simple not in _SIZES:
                count, at = unpack_from("<I", value, at)[0], at + 4
            else:
                count = 1
            for place in range(count):
                if simple in _SIZES:
                    length, step = _SIZES[simple], _SIZES[simple]
                else:
                    length, at = unpack_from("<I", value, at)[0], at + 4
                    step = _padded(length)
                if at > len(value):
                    return found
                if not place:
                    found.setdefault(number, (simple, value[at:at + length]))
                at += step
    except error:
        pass
    return found


def _text(property, codepage) -> str:
    kind, value = property
    data = bytes(value)
    text = decode(data, "utf-16-le") if kind == _UNICODE else decode(data.rstrip(b"\x00"), codepage)
    return text.rstrip("\x00")


def _padded(length: int) -> int:
    return length + -length % 4

"""Rich text as Outlook packs it: unpacked (MS-OXRTFCP) and read as text, also where it wraps HTML (MS-OXRTFEX)."""

import re
from struct import error, unpack_from

from helpdesk_site.lib.text import clean_input

from .charsets import decode

SIZE_LIMIT = 1_000_000  # bytes of unpacked rich text
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_BREAKS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"cell": " ", b"row": "\n", b"emdash": "—", b"endash": "–"}
_UNSEEN = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"listtable", b"themedata", b"xmlnstbl"}


def decompressed(data: bytes) -> bytes:
    """Return rich text as it was before Outlook packed it; as much of it as can be read."""
    try:
        size, form = unpack_from("<I4s", data, 4)
    except error:
        return b""
    if form == b"MELA":
        return data[16:16 + min(size, SIZE_LIMIT)]
    if form != b"LZFu":
        return b""
    out, at, start = bytearray(_DICTIONARY), 16, len(_DICTIONARY)
    limit = start + min(size, SIZE_LIMIT)
    while at < len(data) and len(out) < limit:
        flags, at = data[at], at + 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 2 > len(data):
                    break
                pair, at = int.from_bytes(data[at:at + 2], "big"), at + 2
                back = len(out) - (len(out) - (pair >> 4)) % 4096
                if back == len(out):
                    return bytes(out[start:])
                for place in range(back, back + (pair & 15) + 2):
                    out.append(out[place] if 0 <= place < len(out) else 32)
            elif at < len(data):
                out.append(data[at])
                at += 1
    return bytes(out[start:limit])


def rtf_to_text(data: bytes) -> str:
    """Return the words of rich text."""
    out, depth, unseen, skip, charset = [], 0, 0, 0, "cp1252"
    for word, number, code, sign, brace, text in _TOKEN.findall(data):
        if brace == b"{":
            depth += 1
        elif brace:
            unseen = 0 if unseen == depth else unseen
            depth -= 1
        elif word == b"ansicpg" and number:
            charset = f"cp{int(number)}"
        elif word in _UNSEEN or sign == b"*" or word == b"htmlrtf" and number != b"0":
            unseen = unseen or depth
        elif word == b"htmlrtf":
            unseen = 0
        elif unseen:
            continue
        elif word == b"u" and number:
            out.append(chr(int(number) % 65536))
            skip = 1
        elif word in _BREAKS:
            out.append(_BREAKS[word])
        elif code or text or sign:
            said = decode(bytes((int(code, 16),)), charset) if code else decode(sign or text, charset)
            out.append(said[skip:])
            skip = 0
    return clean_input("".join(out)).strip()

"""Content-Transfer-Encoding undone (RFC 2045, 6; uuencode), with what broken programs make of it."""

import binascii
import re

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_SPACED_BREAK = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")
_PROSE = re.compile(rb"^[^\r\n ]{1,80}(?: [^\r\n ]{1,80}){2}", re.MULTILINE)
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ?([^\r\n]*)\r?\n", re.MULTILINE)


def decoded(raw: bytes, start: int, end: int, encoding: str, *, is_text: bool = False) -> bytes:
    """Return the content behind the transfer encoding of a place; as it is when the encoding is none or unknown."""
    kind = re.sub(r"[^a-z0-9]", "", encoding.lower()[:40])
    if kind.startswith("base64"):
        return base64_text(raw, start, end) if is_text else base64(raw, start, end)
    if kind.startswith(("quotedprintable", "quoteprintable")):
        return quoted_printable(raw[start:end])
    if kind in ("xuuencode", "uuencode", "xuue", "uue"):
        return _uu_body(raw[start:end])
    return raw[start:end]


def base64(raw: bytes, start: int, end: int) -> bytes:
    """Return what base64 says; foreign characters are passed over, pieces with an end each are joined."""
    pad = raw.find(b"=", start, end)
    if pad < 0 or not raw[pad:min(end, pad + 100)].strip(b"=\r\n \t"):
        for short in range(4):  # the end may lack its last letters; large ones are not copied for that
            try:
                whole = binascii.a2b_base64(memoryview(raw)[start:max(start, end - short)])
                return whole + _base64_piece(raw[max(start, end - short):end])
            except binascii.Error:
                continue
    return b"".join(_base64_piece(piece) for piece in raw[start:end].split(b"="))


def base64_text(raw: bytes, start: int, end: int) -> bytes:
    """Return what base64 says, and the words that a list wrote below it unencoded."""
    prose = _PROSE.search(raw, start, end)
    if not prose:
        return base64(raw, start, end)
    cut = raw.rfind(b"=", start, prose.start()) + 1 or prose.start()
    return base64(raw, start, cut) + b"\n" + raw[cut:end]


def quoted_printable(data: bytes) -> bytes:
    """Return what quoted-printable says; broken escapes stay as they are."""
    return binascii.a2b_qp(_SPACED_BREAK.sub(b"=", data))


def uuencoded(data: bytes):
    """Yield (start, end, name, content) of each uuencoded file in a text (the name as bytes)."""
    at = 0
    while found := _UU_BEGIN.search(data, at):
        content, end = _uu_lines(data, found.end())
        if content is None:
            at = found.end()
            continue
        yield found.start(), end, found[1], content
        at = end


def _base64_piece(piece: bytes) -> bytes:
    piece = piece.translate(_URL_SAFE, b"\r\n \t").translate(None, _NOT_BASE64)
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)) if piece else b""


def _uu_body(data: bytes) -> bytes:
    """The body of a part that says it is uuencoded: the file in it, or all of it when it has none."""
    for _start, _end, _name, content in uuencoded(data):
        return content
    content, _end = _uu_lines(data, 0)
    return data if content is None else content


def _uu_lines(data: bytes, at: int):
    """Return (content, place behind it) of uuencoded lines up to "end"; (None, …) when they are none."""
    out, size = [], len(data)
    while at < size:
        stop = data.find(b"\n", at)
        stop = size if stop < 0 else stop
        line, at = data[at:stop].rstrip(b"\r\n"), stop + 1
        if line == b"end":
            return b"".join(out), min(at, size)
        if not line.strip(b" `"):
            continue
        length = line[0] - 32 & 63
        groups = (length + 2) // 3 * 4
        if not 32 <= line[0] <= 96 or len(line) > groups + 5 or len(line) < (length * 4 + 2) // 3:
            return None, at
        try:
            out.append(binascii.a2b_uu(line[: groups + 1]))
        except binascii.Error:
            return None, at
    return (b"".join(out), size) if out else (None, at)

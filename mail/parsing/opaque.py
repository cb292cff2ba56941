"""Signed mails whose words are inside the signature (RFC 8551, 3.5.2; RFC 5652, 5): taken out, not verified.

The envelope is a nest of marked lengths (BER). The way down is known, so only the few marks on it are read.
"""

TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
DEPTH_LIMIT = 8  # strings cut into strings
_SIGNED, _DATA = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010701")
_SEQUENCE, _SET, _ID, _STRING, _STRINGS, _TAGGED = 0x30, 0x31, 0x06, 0x04, 0x24, 0xA0


def signed(part) -> bytes | None:
    """Return the mail inside an opaque signature; None for what is none, such as encrypted mail."""
    if part.content_type not in TYPES or part.type_parameters.get("smime-type", "").startswith(("enveloped", "auth")):
        return None
    try:
        return _content(part.content)
    except (IndexError, ValueError):
        return None


def _content(data: bytes) -> bytes:
    """ContentInfo → SignedData → encapsulated ContentInfo → its octets."""
    at = _inside(data, 0, _SEQUENCE)
    at = _behind_id(data, at, _SIGNED)
    at = _inside(data, _inside(data, at, _TAGGED), _SEQUENCE)
    at = _behind(data, at)  # version
    if data[at] != _SET:
        raise ValueError
    at = _inside(data, _behind(data, at), _SEQUENCE)
    at = _behind_id(data, at, _DATA)
    return b"".join(_octets(data, _inside(data, at, _TAGGED)))


def _octets(data: bytes, at: int, depth: int = 0):
    """Yield the pieces of a string, which may be cut into strings."""
    kind, start, size = _mark(data, at)
    if kind == _STRING and size is not None:
        yield data[start:start + size]
    elif kind == _STRINGS and depth < DEPTH_LIMIT:
        at, end = start, len(data) if size is None else start + size
        while at < end and data[at:at + 2] != b"\0\0":
            yield from _octets(data, at, depth + 1)
            at = _behind(data, at)
    else:
        raise ValueError


def _mark(data: bytes, at: int) -> tuple[int, int, int | None]:
    """Return kind, beginning and length of what stands here; no length where its end is marked instead."""
    kind, size, at = data[at], data[at + 1], at + 2
    if size == 0x80:
        return kind, at, None
    if size > 0x80:
        count = size & 0x7F
        if count > 4:
            raise ValueError
        size, at = int.from_bytes(data[at:at + count], "big"), at + count
    return kind, at, size


def _inside(data: bytes, at: int, kind: int) -> int:
    found, start, _size = _mark(data, at)
    if found != kind:
        raise ValueError
    return start


def _behind(data: bytes, at: int) -> int:
    """Return the place behind what stands here, also where only its end is marked."""
    _kind, start, size = _mark(data, at)
    if size is not None:
        return start + size
    opened, at = 1, start
    while opened:
        if data[at:at + 2] == b"\0\0":
            opened, at = opened - 1, at + 2
            continue
        _kind, start, size = _mark(data, at)
        opened, at = (opened + 1, start) if size is None else (opened, start + size)
    return at


def _behind_id(data: bytes, at: int, wanted: bytes) -> int:
    start = _inside(data, at, _ID)
    if data[start:start + len(wanted)] != wanted:
        raise ValueError
    return start + len(wanted)

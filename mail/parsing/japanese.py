"""ISO-2022-JP as Japanese programs write it: with the circled digits and half-width letters of Microsoft's set."""

import re

_SHIFT = re.compile(rb"\x1b(\$[@AB]|\$\([@ABDC]|\([BJIH]|\$\)C|&@|\.[AF])")


def from_jis(data: bytes) -> str:
    """Return the text of ISO-2022-JP; what belongs to no known set is marked with U+FFFD."""
    out, at, state = [], 0, b"(B"
    for shift in _SHIFT.finditer(data):
        out.append(_segment(data[at:shift.start()], state))
        at, state = shift.end(), shift[1]
    out.append(_segment(data[at:], state))
    return "".join(out)


def _segment(piece: bytes, state: bytes) -> str:
    if not piece:
        return ""
    if state in (b"$@", b"$B", b"$(@", b"$(B"):
        return _two_bytes(piece)
    if state == b"$(D":
        pairs = (bytes(byte | 0x80 for byte in piece[at:at + 2]) for at in range(0, len(piece), 2))
        return b"".join(b"\x8f" + pair for pair in pairs).decode("euc_jp", "replace")
    if state == b"$A":
        return bytes(b | 0x80 if b > 0x20 else b for b in piece).decode("gb18030", "replace")
    if state in (b"$(C", b"$)C"):
        return bytes(b | 0x80 if b > 0x20 else b for b in piece).decode("cp949", "replace")
    if state == b"(I":
        return bytes(b | 0x80 if 0x20 < b < 0x60 else b for b in piece).decode("cp932", "replace")
    return piece.decode("utf-8", "replace")


def _two_bytes(piece: bytes) -> str:
    """Rows and cells become Shift_JIS, whose Microsoft form knows them all; a lone line end passes through."""
    out, at = bytearray(), 0
    while at < len(piece):
        row = piece[at]
        if not 0x21 <= row <= 0x7E or at + 1 >= len(piece) or not 0x21 <= piece[at + 1] <= 0x7E:
            out.append(row if row < 0x80 else 0x3F)
            at += 1
            continue
        cell = piece[at + 1]
        lead = (row - 0x21 >> 1) + (0x81 if row < 0x5F else 0xC1)
        odd_trail = cell + (0x1F if cell < 0x60 else 0x20)
        out += bytes((lead, odd_trail if row & 1 else cell + 0x7E))
        at += 2
    return out.decode("cp932", "replace")

"""Encoded words in headers (RFC 2047), also broken ones: split inside a letter, unended, beside one another."""

import binascii
import re

from .charsets import decode, decode_line, known

_START = re.compile(r"=\?([^?\s]{0,60})\?([bBqQ])\?")
_MARK = re.compile(r"\?=|=(?=\?)")
_Q = re.compile(rb"=([0-9A-Fa-f]{2})")


def decoded(text: str, instead: str = "") -> str:
    """Return a header's text with its encoded words read; `instead` is the set of words that name none we know."""
    if "=?" not in text:
        return text
    out, run, run_set, at = [], [], "", 0
    while start := _START.search(text, at):
        gap = text[at:start.start()]
        end, after = _end(text, start.end())
        charset = known(start[1]) or known(instead)
        if run and (gap.strip() or charset != run_set):
            out.append(_joined(run, run_set))
            run = []
        if gap.strip() or not out and not run:
            out.append(gap)
        run.append(_bytes(text[start.end():end], start[2], charset))
        run_set, at = charset, after
    if run:
        out.append(_joined(run, run_set))
    return "".join([*out, text[at:]])


def _end(text: str, at: int) -> tuple[int, int]:
    """Return where a word ends and where what follows it begins: an unended one ends at the next."""
    for mark in _MARK.finditer(text, at):
        if mark[0] == "?=":
            return mark.start(), mark.end()
        if _START.match(text, mark.start()):
            return mark.start(), mark.start()
    return len(text), len(text)


def _joined(run: list[bytes], charset: str) -> str:
    """A letter may be cut between two words of one set: its bytes are joined before they are read."""
    data = b"".join(run)
    return decode(data, charset) if charset and charset != "us-ascii" else decode_line(data)


def _bytes(word: str, encoding: str, charset: str) -> bytes:
    try:
        data = word.encode("ascii" if word.isascii() else charset or "utf-8")
    except (UnicodeError, LookupError):
        data = word.encode("utf-8", "replace")
    if encoding in "qQ":
        return _Q.sub(lambda found: bytes((int(found[1], 16),)), data.replace(b"_", b" "))
    data = re.sub(rb"[^A-Za-z0-9+/=]", b"", data)
    return b"".join(_base64(piece) for piece in data.split(b"="))


def _base64(piece: bytes) -> bytes:
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)) if piece else b""

"""Bytes to text: by the declared character set, then UTF-8, then what the bytes look like, then Western European.

Programs declare a small set and mean its larger neighbour (gb2312 and gb18030, iso-8859-1 and windows-1252), so the
larger one is read. Every answer is text a database can hold (RULES, "Charset").
"""

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

from helpdesk_site.lib.text import clean_input

from . import japanese

LIKELY = ["cp1251", "koi8_r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp874"] + [
    "gb18030", "big5", "cp949", "cp932", "euc_jp", "cp866", "cp1252"
]  # fmt: skip
SAMPLE = 4_000  # bytes that are looked at when the character set is anybody's guess
WESTERN = "cp1252"

_MEANT = {
    "utf8mb4": "utf-8", "utf8bom": "utf-8", "utf8sig": "utf-8", "unicode11utf8": "utf-8", "utf": "utf-8",
    "unicode11utf7": "utf-7", "utf7": "utf-7", "unicode20utf16": "utf-16", "unicode": "utf-16", "ucs2": "utf-16",
    "ascii": "us-ascii", "usascii": "us-ascii", "ansix341968": "us-ascii", "ansix34": "us-ascii", "646": "us-ascii",
    "iso646us": "us-ascii", "iso88591": WESTERN, "latin1": WESTERN, "l1": WESTERN, "ansi": WESTERN,
    "xansi": WESTERN, "cp819": WESTERN, "iso88599": "cp1254", "latin5": "cp1254", "iso885911": "cp874",
    "tis620": "cp874", "windows874": "cp874", "iso88598i": "iso8859-8", "iso88598e": "iso8859-8",
    "iso88596i": "iso8859-6", "iso88596e": "iso8859-6", "gb2312": "gb18030", "gb231280": "gb18030", "gbk": "gb18030",
    "xgbk": "gb18030", "cp936": "gb18030", "ms936": "gb18030", "euccn": "gb18030", "gb": "gb18030",
    "chinese": "gb18030", "hzgb2312": "hz", "big5": "cp950", "xxbig5": "cp950", "ksc56011987": "cp949",
    "ksc56011989": "cp949", "ksc5601": "cp949", "ksx1001": "cp949", "euckr": "cp949", "korean": "cp949",
    "windows949": "cp949", "uhc": "cp949", "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "mskanji": "cp932",
    "windows31j": "cp932", "cp943": "cp932", "iso2022jp": "iso-2022-jp", "iso2022jpms": "iso-2022-jp",
    "csiso2022jp": "iso-2022-jp", "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp", "cp50222": "iso-2022-jp",
    "iso2022jp1": "iso-2022-jp", "iso2022jp2": "iso-2022-jp", "iso2022jp3": "iso-2022-jp", "jis": "iso-2022-jp",
    "jis7": "iso-2022-jp", "macintosh": "mac-roman", "xmacroman": "mac-roman", "mac": "mac-roman",
    "xmaccyrillic": "mac-cyrillic", "xmacgreek": "mac-greek", "xmacturkish": "mac-turkish", "xmacce": "mac-latin2",
    "xmaccentraleurroman": "mac-latin2", "koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u", "koi8ru": "koi8-u",
}  # fmt: skip
_NO_SETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
_NUMBERED = re.compile(r"(?:x?cp|x?win|windows|ibm|ms|xms)?(125[0-8]|437|720|737|775|85[0-8]|86[0-69])")
_SEVEN_BIT = {"utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "hz"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN_RUN = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")


def decode(data: bytes, declared: str = "", instead: str = "", *, limit: int | None = None) -> str:
    """Return the text of a body, of at most `limit` characters; `instead` is for a body that declares no set."""
    return clean_input(_decoded(data, known(declared) or known(instead))[:limit])


def decode_line(data: bytes, declared: str = "", instead: str = "") -> str:
    """Return the text of raw bytes in a header: too short to guess by their looks."""
    if data.isascii():
        return japanese.from_jis(data) if b"\x1b$" in data else data.decode("ascii")
    for charset in (known(declared), "utf-8", known(instead)):
        if charset and charset != "us-ascii" and (text := _strictly(data, charset)) is not None:
            return text
    return data.decode(_cyrillic_set(data) or WESTERN, "replace")


@lru_cache(maxsize=500)
def known(name: str) -> str:
    """Return the name by which Python reads a declared character set, in its larger form; "" for none we know."""
    name = re.split(r"[\s;,*]", name.strip(" \t\"'()<>=").lower()[:60])[0].removeprefix("charset=")
    plain = re.sub(r"[^a-z0-9]", "", name)
    plain = plain.removeprefix("cs") if len(plain) > 5 else plain
    if plain in _MEANT:
        return _MEANT[plain]
    if found := _NUMBERED.fullmatch(plain):
        return f"cp{found[1]}"
    if found := re.fullmatch(r"iso8859(1[0-6]|[2-8])(?:19\d\d)?", plain):
        return f"iso8859-{found[1]}"
    for candidate in (name, plain):
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError):
            continue
        is_text = getattr(found, "_is_text_encoding", True)
        return found.name if is_text and found.name.replace("_", "-") not in _NO_SETS else ""
    return ""


def _decoded(data: bytes, charset: str) -> str:
    for mark, marked in _BOMS:
        if data.startswith(mark):
            return data[len(mark) if marked == "utf-8" else 0:].decode(marked, "replace")
    if charset == "iso-2022-jp" or (b"\x1b$" in data and data.isascii()):
        return japanese.from_jis(data) if charset != "iso2022_kr" else data.decode(charset, "replace")
    if charset in _SEVEN_BIT:
        return _unmarked(data, charset)
    if data.isascii():
        return data.decode("ascii")
    if charset and charset != "us-ascii" and (text := _strictly(data, charset)) is not None:
        return text
    if (text := _strictly(data, "utf-8")) is not None:
        return text
    return _nearly(data, charset) or _guessed(data)


def _strictly(data: bytes, charset: str) -> str | None:
    try:
        if charset == "iso-2022-jp":
            return japanese.from_jis(data)
        return data.decode(charset)
    except (UnicodeError, ValueError):
        return data.decode("latin-1") if charset == WESTERN else None


def _unmarked(data: bytes, charset: str) -> str:
    """Sixteen bits without a mark are in network order, unless the zeros say otherwise (RFC 2781, 4.3)."""
    if charset == "utf-16":
        head = data[:2000]
        little = head[1::2].count(0) > head[::2].count(0)
        charset = "utf-16-le" if little else "utf-16-be"
    return data.decode(charset, "replace")


def _nearly(data: bytes, charset: str) -> str:
    """Return the text when the declared set, or UTF-8, fits but for a few letters: cut or joined in the wrong place."""
    for candidate in dict.fromkeys([charset or "utf-8", "utf-8"]):
        if candidate == "us-ascii":
            continue
        text = data.decode(candidate, "replace")
        wrong = text.count("\ufffd")
        right = len(text) - len(text.encode("ascii", "ignore")) - wrong
        if right >= 3 and wrong <= max(1, right // 8):
            return text
    return ""


def _guessed(data: bytes) -> str:
    sample = b"".join(found[0] for found in _runs(data))
    if charset := _cyrillic_set(sample):
        return data.decode(charset, "replace")
    if not _is_western(sample):
        best = from_bytes(sample, cp_isolation=LIKELY).best()
        if best and (text := _strictly(data, known(best.encoding) or WESTERN)) is not None:
            return text
    return data.decode(WESTERN, "replace")


def _runs(data: bytes):
    """Yield the lines that are not ASCII, enough of them for a guess."""
    seen = 0
    for found in _FOREIGN_RUN.finditer(data[: SAMPLE * 20]):
        yield found
        seen += len(found[0])
        if seen > SAMPLE:
            return


def _is_western(data: bytes) -> bool:
    """Tell whether foreign letters stand alone between plain ones."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    return sum(len(run) == 1 for run in runs) * 3 >= len(runs) * 2


def _cyrillic_set(data: bytes) -> str:
    """Return the old Russian set whose small and frequent letters make up the foreign words, or ""."""
    letters = b"".join(re.findall(rb"[\x80-\xff]{3,}", data))
    mixed = re.findall(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]", data)
    for charset, first, last in (("cp1251", 0xE0, 0xFF), ("koi8-r", 0xC0, 0xDF)):
        small = sum(first <= letter <= last for letter in letters)
        frequent = sum(map(letters.count, "оеаинтсрвл".encode(charset)))
        if len(mixed) * 6 <= len(letters) and small * 10 >= len(letters) * 7 > 0 and frequent * 2 >= small:
            return charset
    return ""

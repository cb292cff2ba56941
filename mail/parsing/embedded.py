"""What mail programs write into HTML besides its words: whole pictures (RFC 2397), styles, comments.

It would use up the room for the words, which may stand behind it: pictures become files that the HTML shows by a
Content-ID, as other programs send them.
"""

import re
from hashlib import sha256

from . import transfer
from .letter import File

PICTURES_LIMIT = 100
_DATA = re.compile(rb"data:(image/(?:png|jpeg|jpg|gif|webp));base64,([A-Za-z0-9+/=\s]{100,}+)", re.IGNORECASE)
_ASIDE = re.compile(r"<!--|<style\b|<script\b", re.IGNORECASE)
_END = {"<!--": re.compile("-->"), "<style": re.compile(r"</style\b[^>]{0,100}>", re.IGNORECASE)}
_END["<script"] = re.compile(r"</script\b[^>]{0,100}>", re.IGNORECASE)


def lifted(data: bytes, pictures: dict) -> bytes:
    """Return HTML with a Content-ID in the place of each picture; the pictures are added as {cid: (type, base64)}."""
    if b"base64," not in data:
        return data

    def lift(found):
        cid = f"{sha256(found[2]).hexdigest()[:24]}@picture"
        if cid not in pictures and len(pictures) >= PICTURES_LIMIT:
            return b""
        pictures[cid] = (found[1].decode().lower().replace("jpg", "jpeg"), found[2])
        return f"cid:{cid}".encode()

    return _DATA.sub(lift, data)


def files(pictures: dict, shown) -> list[File]:
    """Return the pictures that the HTML shows by these Content-IDs, as files."""
    found = []
    for cid, (kind, data) in pictures.items():
        if cid in shown:
            content = transfer.base64(data, 0, len(data))
            name = f"picture-{len(found) + 1}.{kind.partition('/')[2]}"
            found.append(File(name, kind, len(content), content, cid, inline=True))
    return found


def lean(html: str) -> str:
    """Return HTML without styles, scripts and comments; one without an end stays."""
    kept, at = [], 0
    while found := _ASIDE.search(html, at):
        end = _END[found[0].lower()].search(html, found.end())
        if not end:
            break
        kept.append(html[at:found.start()])
        at = end.end()
    return "".join([*kept, html[at:]])

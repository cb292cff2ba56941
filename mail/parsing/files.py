"""The files of a mail: their names made safe, what is packed in others unpacked, pictures known by their place.

A mail in a mail stays one file, named after its subject; nothing inside it threads or speaks (RULES, "Parts").
"""

import re
from urllib.parse import unquote

from helpdesk_site.lib.files import safe_name
from helpdesk_site.lib.text import clean_line

from . import embedded, tnef, transfer
from .charsets import decode_line
from .headers import read_head
from .letter import File
from .parameters import read as read_parameters

DATA_LIMIT = 60_000_000  # bytes of all files together
_SHOWN = re.compile(r"""cid:([^"'\s<>()]{1,300})""", re.IGNORECASE)
_SUFFIXES = {
    "application/json": "json", "application/octet-stream": "bin", "application/pdf": "pdf",
    "application/pgp-encrypted": "asc", "application/pgp-keys": "asc", "application/pgp-signature": "asc",
    "application/pkcs7-mime": "p7m", "application/pkcs7-signature": "p7s", "application/rtf": "rtf",
    "application/x-pkcs7-mime": "p7m", "application/x-pkcs7-signature": "p7s", "application/xml": "xml",
    "application/zip": "zip", "audio/mpeg": "mp3", "image/bmp": "bmp", "image/gif": "gif", "image/heic": "heic",
    "image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png", "image/svg+xml": "svg", "image/tiff": "tif",
    "image/webp": "webp", "message/delivery-status": "txt", "message/feedback-report": "txt",
    "message/disposition-notification": "txt", "text/calendar": "ics", "text/csv": "csv", "text/html": "html",
    "text/plain": "txt", "text/rfc822-headers": "txt", "text/vcard": "vcf", "text/x-vcard": "vcf",
    "text/xml": "xml", "video/mp4": "mp4",
}  # fmt: skip
_STEMS = {
    "application/pgp-signature": "signature",
    "application/pkcs7-mime": "smime",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-mime": "smime",
    "application/x-pkcs7-signature": "smime",
    "message/delivery-status": "delivery-status",
    "text/calendar": "invitation",
    "text/rfc822-headers": "headers",
}


def read(parts, html: str, pictures: dict) -> tuple[list[File], "tnef.Contents | None", set]:
    """Return the files of these parts and the pictures of the HTML, what a winmail.dat among them says, and codes of
    what was left out."""
    shown = {unquote(cid).lower() for cid in _SHOWN.findall(html)}
    found, packed, trouble, room = [], None, set(), DATA_LIMIT
    for part in parts:
        if part.is_cut or part.end - part.start > room * 1.4 + 1_000:
            trouble.add("files_cut")
            continue
        file = _file(part, shown)
        contents = tnef.read(file.data) if _is_tnef(part) else None
        if contents:
            packed = packed or contents
            unpacked = [_unpacked(*inner, shown) for inner in contents.files]
            found += unpacked if contents.whole else [*unpacked, file]
        else:
            found.append(file)
        room -= file.size
    return found + embedded.files(pictures, shown), packed, trouble


def from_text(text: str) -> tuple[str, list[File]]:
    """Return a text without the files that were written into it, and these files (uuencode)."""
    if "begin" not in text:
        return text, []
    data, kept, files, at = text.encode(), [], [], 0
    for start, end, name, content in transfer.uuencoded(data):
        kept.append(data[at:start])
        files.append(File(safe_file_name(decode_line(name)) or "file.bin", size=len(content), data=content))
        at = end
    return b"".join([*kept, data[at:]]).decode(), files


def safe_file_name(name: str) -> str:
    """Return a name without any path; a slash somebody wrote into a name does not cut it."""
    name = clean_line(name)
    return safe_name(re.sub(r"\s*[/\\]+\s*", "_", name).lstrip("_")) if name.strip(" ./\\") else ""


def _file(part, shown) -> File:
    data = part.content
    cid = clean_line(part.headers.get("content-id")).strip("<> ")[:300]
    return File(
        name=_name(part, data),
        content_type=part.content_type,
        size=len(data),
        data=data,
        cid=cid,
        inline=bool(cid) and cid.lower() in shown,
    )


def _name(part, data) -> str:
    if name := safe_file_name(part.name):
        return name
    if part.content_type in ("message/rfc822", "message/global"):
        headers, _body, _cut = read_head(data, 0, min(len(data), 64_000))
        stem, suffix = headers.words("subject")[:100], "eml"
    else:
        location = unquote(clean_line(part.headers.get("content-location"))[:1_000]).partition("?")[0]
        if re.fullmatch(r".*[^/]\.\w{2,5}", location):
            return safe_name(location)
        stem, suffix = _STEMS.get(part.content_type, ""), _SUFFIXES.get(part.content_type, "bin")
    return safe_file_name(f"{stem or _kind(part)}.{suffix}")


def _kind(part) -> str:
    return {"image": "image", "audio": "audio", "video": "video", "message": "message"}.get(part.main_type, "file")


def _is_tnef(part) -> bool:
    return part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef") or (
        part.name.lower() in ("winmail.dat", "win.dat") and part.main_type == "application"
    )


def _unpacked(name, content_type, data, cid, shown) -> File:
    kind, _parameters = read_parameters(content_type)
    return File(
        name=safe_file_name(name) or "file.bin",
        content_type=kind.lower() if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "application/octet-stream",
        size=len(data),
        data=data,
        cid=clean_line(cid).strip("<> ")[:300],
        inline=bool(cid) and clean_line(cid).strip("<> ").lower() in shown,
    )

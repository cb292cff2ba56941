"""Files from people: what they may be called, what they really are, and pictures made safe."""
import io
import re
import unicodedata
import warnings
from contextlib import contextmanager

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from PIL import Image, ImageOps

NAME_LIMIT = 120  # characters
NAME_BYTES = 240  # file systems stop at 255
PIXEL_LIMIT = 40_000_000  # of one picture, known from its head before anything is decoded
PHOTO_LIMIT = 60_000_000  # of a JPEG: telephones take 50 million, and it is decoded small
PICTURE_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
INLINE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})

# Programs and scripts that nobody may attach, staff neither (C9, S177). Lower case, without the dot.
ENCRYPTED_NAMES = frozenset({"encrypted.asc", "openpgp encrypted message.asc"})  # as PGP programs call them
FORBIDDEN = frozenset(
    ["ade", "adp", "apk", "app", "appimage", "appref-ms", "appx", "appxbundle", "asa", "ashx", "asmx", "asp"]
    + ["aspx", "bat", "cgi", "chm", "cmd", "com", "cpl", "csh", "deb", "desktop", "diagcab", "dll", "dmg", "elf"]
    + ["exe", "fxp", "gadget", "hta", "htaccess", "htpasswd", "inf", "ins", "ipa", "isp", "jar", "jnlp", "js"]
    + ["jse", "jsp", "jspx", "ksh", "lnk", "mde", "mjs", "msc", "msh", "msi", "msix", "msixbundle", "msp", "mst"]
    + ["nsh", "ocx", "phar", "php", "php3", "php4", "php5", "php6", "php7", "php8", "phps", "pht", "phtm", "phtml"]
    + ["pif", "pl", "pm", "prg", "ps1", "ps1xml", "ps2", "psc1", "psc2", "psd1", "psm1", "py", "pyc", "pyo", "pyw"]
    + ["pyz", "rb", "reg", "rpm", "run", "scf", "scr", "sct", "settingcontent-ms", "sh", "shb", "shs", "shtml"]
    + ["so", "swf", "sys", "url", "vb", "vbe", "vbs", "vbscript", "vxd", "war", "website", "ws", "wsc", "wsf"]
    + ["wsh", "xbap", "xll", "xnk", "zsh"]
)
FORBIDDEN_TYPES = frozenset({"application/x-msdownload", "application/x-executable", "application/x-mach-binary"})
# A web server may run these wherever they stand in a name: x.php.jpg.
_RUN_BY_SERVERS = re.compile(r"php\d?|phar|phps|phtml?|pht|cgi|jspx?|aspx?|as[hm]x|shtml|htaccess|htpasswd")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')

_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (4, b"1AY&SY", "application/x-bzip2"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (0, b"{\\rtf", "application/rtf"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
# What a container holds is said by the suffix only; the container itself was recognised.
_IN_CONTAINER = {
    "application/zip": {
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt": "application/vnd.oasis.opendocument.text",
        "ods": "application/vnd.oasis.opendocument.spreadsheet",
        "odp": "application/vnd.oasis.opendocument.presentation",
    },
    "application/x-ole-storage": {
        "doc": "application/msword",
        "xls": "application/vnd.ms-excel",
        "ppt": "application/vnd.ms-powerpoint",
        "msg": "application/vnd.ms-outlook",
    },
    "text/plain": {
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "har": "application/json",
        "json": "application/json",
        "eml": "message/rfc822",
        "ics": "text/calendar",
        "vcf": "text/vcard",
    },
}
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|iframe|svg|\?xml|!doctype)", re.IGNORECASE)

# A picture too large is an error, not a warning, whoever opens it (STACK, bad input).
Image.MAX_IMAGE_PIXELS = PHOTO_LIMIT
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def safe_name(name) -> str:
    """Return a file name that is only a name: no path, no control or direction characters, at most 120 characters.

    The suffix survives the shortening; a name that is empty or that Windows reserves gets one that is not. Filter
    names after this, never before (SECURITY).
    """
    name = unicodedata.normalize("NFC", str(name)[-4000:]).replace("\\", "/").rstrip("/ .").rpartition("/")[2]
    name = "".join(c for c in name if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    name = _NOT_IN_NAMES.sub("_", " ".join(name.split())).strip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name) or "file"


def suffix(name: str) -> str:
    """Return what stands behind the last dot, in lower case, or ""."""
    return _dotted(name)[-1] if "." in safe_name(name) else ""


def is_encrypted(name: str) -> bool:
    """Tell by its name whether a file opens only with somebody's key (S/MIME, PGP)."""
    return suffix(name) in ("p7m", "pgp", "gpg") or safe_name(name).lower() in ENCRYPTED_NAMES


def is_forbidden(name: str, content_type: str = "") -> bool:
    """Tell whether nobody may attach this: a program or script by its suffix, by its content, or PHP inside its name.

    C9, S177: ``x.php.jpg`` is refused too, and so are the ways to hide a suffix (``x.php.``, ``x.php::$DATA``).
    """
    parts = _dotted(name)
    if content_type in FORBIDDEN_TYPES or any(_RUN_BY_SERVERS.fullmatch(part) for part in parts[1:]):
        return True
    return parts[-1] in FORBIDDEN if len(parts) > 1 else parts[0] in ("htaccess", "htpasswd")


def sniff(head: bytes, name: str = "") -> str:
    """Return the content type of a file by its first bytes (4 kB are plenty); the name only chooses within a kind."""
    head = bytes(head[:4096])
    kind = _by_signature(head) or _by_text(head)
    return _IN_CONTAINER.get(kind, {}).get(suffix(name), kind)


def is_inline(content_type: str) -> bool:
    """Tell whether a browser may show the file in a page: four kinds of pictures, never SVG, HTML or PDF (T14)."""
    return content_type in INLINE_TYPES


def size_words(size) -> str:
    """Return a size for people: “218 kB”, in thousands, with the unit kept to its number."""
    size = int(size or 0)
    if size < 1000:
        return pgettext("file size", "%(n)s B") % {"n": size}
    if size < 1_000_000:
        return pgettext("file size", "%(n)s kB") % {"n": formats.number_format(round(size / 1000))}
    if size < 1_000_000_000:
        return pgettext("file size", "%(n)s MB") % {"n": _tenths(size / 1e6)}
    return pgettext("file size", "%(n)s GB") % {"n": _tenths(size / 1e9)}


def picture_size(file) -> tuple[int, int] | None:
    """Return (width, height) of a picture, turned as it is shown, or None when it is none or is too large."""
    try:
        with _opened(file) as picture:
            width, height = picture.size
            turned = picture.getexif().get(0x0112) in (5, 6, 7, 8)
            return (height, width) if turned else (width, height)
    except Exception:  # decoders of hostile bytes raise anything from struct.error to SyntaxError
        return None


def thumbnail(file, box: int = 96) -> bytes | None:
    """Return a small WebP of a picture (path, open file or bytes) without its metadata; None when there can be none."""
    try:
        with _opened(file) as picture:
            picture.draft("RGB", (box * 2, box * 2))
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((box, box))
            return _encoded(small)
    except Exception:  # see picture_size
        return None


def reencode_picture(file, box: int = 256) -> bytes:
    """Return somebody's portrait as a square WebP of ``box`` pixels: turned as the camera meant, metadata dropped.

    Raises ValueError with a sentence for the person when the file is no picture, is broken or is too large.
    """
    try:
        with _opened(file) as picture:
            picture.draft("RGB", (box * 2, box * 2))
            return _encoded(ImageOps.fit(ImageOps.exif_transpose(picture), (box, box)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(_("This picture has too many pixels. Please make it smaller and try again.")) from None
    except Exception:  # see picture_size
        raise ValueError(_("This is not a picture we can read. Please choose a JPEG, PNG, GIF or WebP file.")) from None


def _tenths(number: float) -> str:
    rounded = round(number, 1)
    return formats.number_format(int(rounded) if rounded == int(rounded) else rounded)


@contextmanager
def _opened(file):
    """Give the picture in a file, known by its head to be small enough; an open file is at its beginning afterwards."""
    file = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        with Image.open(file, formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height > (PHOTO_LIMIT if picture.format == "JPEG" else PIXEL_LIMIT):
                raise Image.DecompressionBombError
            yield picture
    finally:
        if hasattr(file, "seek"):
            file.seek(0)


def _encoded(picture) -> bytes:
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    picture = picture.convert("RGBA" if has_alpha else "RGB")
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()


def _shortened(name: str) -> str:
    stem, dot, end = name.rpartition(".")
    if not stem or len(end) > 20:
        stem, dot, end = name, "", ""
    stem = stem[: NAME_LIMIT - len(dot + end)]
    while len((stem + dot + end).encode()) > NAME_BYTES:
        stem = stem[:-1]
    return (stem.rstrip(". ") + dot + end).strip(". ")


def _dotted(name: str) -> list[str]:
    """Return the parts between the dots of a name, each cut at what is neither letter, digit nor dash."""
    plain = unicodedata.normalize("NFKC", safe_name(name)).lower()
    return [re.split(r"[^a-z0-9-]", part.strip(), maxsplit=1)[0] for part in plain.split(".")]


def _by_signature(head: bytes) -> str:
    for offset, magic, kind in _SIGNATURES:
        if head.startswith(magic, offset):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "application/octet-stream")
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    if head[:2] == b"MZ" and b"\x00" in head:
        return "application/x-msdownload"
    return ""


def _by_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text/plain"
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head):
        return "application/octet-stream"
    if found := _MARKUP.search(head[:1024]):
        if b"<svg" in head.lower():
            return "image/svg+xml"
        return "application/xml" if found[1].lower() in (b"?xml", b"!doctype") else "text/html"
    return "text/plain"

"""Names of files, what files are, and pictures (C9, S177, T14; bad input)."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpdesk_site.lib import files

FEW = settings(max_examples=150, deadline=None, derandomize=True)

# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("Счёт № 7.pdf", "Счёт № 7.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\windows\\a.txt", "a.txt"),
        ("../", "file"),
        ("..", "file"),
        ("", "file"),
        (None, "None"),
        (".htaccess", "htaccess"),
        ("a\x00b\r\nc.txt", "ab c.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200b.php", "a.php"),
        ("a.php. . .", "a.php"),
        ("x.php::$DATA", "x.php__$DATA"),
        ('a"<b>|c?*.txt', "a__b__c__.txt"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("lpt1.tar.gz", "_lpt1.tar.gz"),
        ("console.txt", "console.txt"),
        ("a\ud800.txt", "a.txt"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("x." + "y" * 500, "x." + "y" * 118),
        ("😀" * 200 + ".png", "😀" * 59 + ".png"),
        ("  a   b .txt ", "a b.txt"),
    ],
)
def test_a_name_is_only_a_name(given, name):
    """T14: no path, no control, no hidden suffix; the suffix survives."""
    assert files.safe_name(given) == name


@FEW
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=300))
def test_whatever_a_file_is_called_its_name_can_be_stored_and_sent(given):
    """T14, bad input: a file whose name lies."""
    name = files.safe_name(given)
    assert 0 < len(name) <= files.NAME_LIMIT and len(name.encode()) <= files.NAME_BYTES
    assert not set(name) & set('/\\<>:"|?*\x00\r\n') and name.strip(". ") == name
    assert files.safe_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["a.php", "a.PHP", "a.php5", "a.phtml", "a.php.jpg", "a.php.", "a.php ", "a.php::$DATA", "a.ph\u200bp", "a.ｐｈｐ"]
    + ["a.pHp\x00.jpg", "a.exe", "a.jpg.exe", "invoice\u202efdp.exe", "a.js", "a.sh", "a.bat", ".htaccess", "a.jsp.txt"]
    + ["a.msi", "a.lnk", "C:\\a.com"],
)
def test_programs_and_scripts_are_refused_however_they_are_called(name):
    """C9, S177: PHP files never; a global never-list, for staff too."""
    assert files.is_forbidden(name)


@pytest.mark.parametrize(
    "name",
    ["a.pdf", "a.jpg", "php.txt", "my.report.docx", "a.zip", "a.html", "a.svg", "photo", "exe", "a.b.png", "a.log"],
)
def test_documents_are_not_refused(name):
    """S56: any document can be attached."""
    assert not files.is_forbidden(name)


def test_a_program_is_refused_by_its_content():
    """C9: a file whose name lies."""
    windows, linux = b"MZ\x90\x00\x03\x00", b"\x7fELF\x02\x01"
    assert files.is_forbidden("a.pdf", files.sniff(windows, "a.pdf"))
    assert files.is_forbidden("a.txt", files.sniff(linux, "a.txt"))
    assert not files.is_forbidden("a.txt", files.sniff(b"MZ is how it begins", "a.txt"))


@pytest.mark.parametrize(
    ("name", "end"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".png", ""), ("a.jpg/", "jpg"), ("", "")]
)
def test_the_suffix_is_what_stands_behind_the_last_dot(name, end):
    """S177: limited to listed types."""
    assert files.suffix(name) == end


# --- Content ----------------------------------------------------------------------------------------------------------

OOXML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a.jpg", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "a.exe", "image/png"),
        (b"GIF89a", "a.png", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", "a", "audio/wav"),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00", "a.bmp", "image/bmp"),
        (b"BMW is a car", "a.bmp", "text/plain"),
        (b"%PDF-1.7", "a.pdf", "application/pdf"),
        (b"PK\x03\x04", "a.docx", OOXML),
        (b"PK\x03\x04", "a.zip", "application/zip"),
        (b"PK\x03\x04", "a.txt", "application/zip"),
        (b"text", "a.docx", "text/plain"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "application/vnd.ms-excel"),
        (b"\x00\x00\x00\x18ftypmp42", "a.mp4", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "a.mov", "video/quicktime"),
        (b"a;b\r\n1;2", "a.csv", "text/csv"),
        (b'{"log": {}}', "a.har", "application/json"),
        ("Привет".encode(), "a.txt", "text/plain"),
        ("Привет".encode("cp1251"), "a.txt", "text/plain"),
        ("Привет".encode("utf-16"), "a.txt", "text/plain"),
        (b"<!DOCTYPE html><html>", "a.png", "text/html"),
        (b"  <script>alert(1)</script>", "a.txt", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "a.png", "image/svg+xml"),
        (b'<?xml version="1.0"?><a/>', "a.xml", "application/xml"),
        (b"\x01\x02\x03", "a.jpg", "application/octet-stream"),
        (b"", "a.jpg", "text/plain"),
    ],
)
def test_a_file_is_what_its_bytes_say(head, name, kind):
    """Bad input: wrong type, a name that lies; V5.2: magic before suffix."""
    assert files.sniff(head, name) == kind


def test_only_four_kinds_of_pictures_are_shown_in_a_page():
    """T14: SVG, HTML and PDF are never inline."""
    shown = {kind for kind in ("image/jpeg", "image/png", "image/gif", "image/webp") if files.is_inline(kind)}
    assert len(shown) == 4
    hidden = ["image/svg+xml", "text/html", "application/pdf", "text/plain", "application/xml", "image/bmp", ""]
    assert not any(files.is_inline(kind) for kind in hidden)


# --- Pictures ---------------------------------------------------------------------------------------------------------


def picture(kind="PNG", size=(300, 150), mode="RGB", colour="red", **more):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **more)
    return out.getvalue()


def bomb(side=30_000):
    """A PNG of a few bytes that says it has 900 million pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 1000)), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


BROKEN = {
    "nothing": b"",
    "text": b"no picture",
    "a bomb": bomb(),
    "a smaller bomb": bomb(7_000),
    "a truncated JPEG": picture("JPEG")[:400],
    "a truncated PNG": picture("PNG")[:60],
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a kind we do not take": picture("BMP"),
    "a head only": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picture_is_refused_with_a_reason_and_has_no_thumbnail(name):
    """Bad input: a picture that is a bomb; truncated."""
    assert files.thumbnail(BROKEN[name]) is None
    with pytest.raises(ValueError, match="picture"):
        files.reencode_picture(BROKEN[name])


def test_a_picture_that_is_too_large_is_said_to_be():
    """Bad input: the reason is for the person."""
    with pytest.raises(ValueError, match="too many pixels"):
        files.reencode_picture(bomb())
    assert files.picture_size(bomb()) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_every_kind_of_picture_has_a_thumbnail(kind, mode):
    """S17: attachments with thumbnails."""
    made = picture(kind, mode=mode, colour=0)
    with Image.open(io.BytesIO(files.thumbnail(made))) as small:
        assert small.format == "WEBP" and small.size == (96, 48)
    assert files.picture_size(made) == (300, 150)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "LA")])
def test_a_picture_of_rare_colours_has_a_thumbnail_too(kind, mode):
    """S17."""
    assert files.thumbnail(picture(kind, mode=mode, colour=0))


def test_a_small_picture_is_not_blown_up():
    """S17."""
    with Image.open(io.BytesIO(files.thumbnail(picture(size=(10, 8))))) as small:
        assert small.size == (10, 8)


def turned_with_secrets():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    made = Image.new("RGB", (200, 100), "red")
    made.paste("blue", (0, 0, 100, 100))
    out = io.BytesIO()
    made.save(out, "JPEG", exif=exif, icc_profile=b"profile", comment=b"secret")
    return out.getvalue()


def test_a_portrait_is_square_turned_and_tells_nothing_else():
    """Issue part 2: re-encoded, metadata dropped."""
    made = files.reencode_picture(turned_with_secrets())
    with Image.open(io.BytesIO(made)) as portrait:
        assert portrait.format == "WEBP" and portrait.size == (256, 256)
        assert not portrait.getexif() and not {"exif", "icc_profile", "xmp", "comment"} & set(portrait.info)
        red, _green, blue = portrait.convert("RGB").getpixel((128, 20))
        assert blue > 200 > red  # what was left is on top once the picture is turned
    assert b"home" not in made and b"secret" not in made and b"profile" not in made


def test_a_thumbnail_is_turned_and_tells_nothing_else():
    """S17."""
    made = files.thumbnail(turned_with_secrets())
    with Image.open(io.BytesIO(made)) as small:
        assert small.size == (48, 96) and not small.getexif()
    assert files.picture_size(turned_with_secrets()) == (100, 200)


def test_a_transparent_picture_stays_so():
    """S17."""
    made = picture(mode="RGBA", colour=(255, 0, 0, 0))
    with Image.open(io.BytesIO(files.reencode_picture(made))) as portrait:
        assert portrait.convert("RGBA").getpixel((5, 5))[3] == 0


def test_an_open_file_is_ready_to_be_read_again():
    """The form stores the same file that was looked at."""
    upload = io.BytesIO(picture())
    upload.seek(50)
    assert files.thumbnail(upload) and upload.tell() == 0
    assert files.picture_size(upload) == (300, 150) and upload.tell() == 0
    assert files.reencode_picture(upload) and not upload.closed

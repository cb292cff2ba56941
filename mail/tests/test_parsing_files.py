"""Files: their names, what is packed in them, invitations (RULES, "Parts")."""

import base64
import binascii
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parsing import embedded, parse, rtf, tnef

from .raw import file, mail, part, several, with_parts

FEW = settings(max_examples=150, deadline=None, derandomize=True)


def only_file(*heads, content_type="application/octet-stream", content=b"x"):
    (found,) = parse(with_parts("mixed", part("text/plain", "a"), part(content_type, content, *heads))).files
    return found


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('"report.pdf"', "report.pdf"),
        ('"../../etc/passwd"', "_._etc_passwd"),
        ('"C:\\\\Users\\\\anna\\\\a.txt"', "C__Users_anna_a.txt"),
        ('"offer 1/2.pdf"', "offer 1_2.pdf"),
        ('".."', "file.bin"),
        ('""', "file.bin"),
        ('"a\tb\x01.txt"', "a b.txt"),
        ('"con.txt"', "_con.txt"),
        ("=?utf-8?B?w6QudHh0?=", "ä.txt"),
    ],
)
def test_a_name_is_only_a_name(written, name):
    """Bad input: names with "../"; `sane`: no path, no line end."""
    assert only_file(f"Content-Disposition: attachment; filename={written}").name == name


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("image/png", "image.png"),
        ("application/pdf", "file.pdf"),
        ("application/pkcs7-signature", "smime.p7s"),
        ("text/calendar", "invitation.ics"),
        ("application/x-unheard-of", "file.bin"),
        ("message/delivery-status", "delivery-status.txt"),
    ],
)
def test_a_file_without_a_name_gets_one(content_type, name):
    assert only_file(content_type=content_type).name == name


def test_a_mail_in_a_mail_is_one_file_named_after_its_subject():
    inner = mail("hi", subject="=?utf-8?Q?Gr=C3=BC=C3=9Fe?= / all")
    assert only_file(content_type="message/rfc822", content=inner).name == "Grüße_all.eml"


def test_of_two_names_the_one_that_lost_no_letters_is_taken():
    named = only_file('Content-Disposition: attachment; filename="????.txt"', content_type='text/x; name="ältere.txt"')
    assert named.name == "ältere.txt"


def test_a_file_written_into_the_text_is_taken_out_of_it():
    """RULES, "Parts": uuencode in text unpacked."""
    body = b"See below.\n\nbegin 644 a.bin\n" + binascii.b2a_uu(b"hello") + b"`\nend\n\nBye.\n"
    letter = parse(mail(body))
    assert letter.full_text == "See below.\n\n\nBye."
    assert [(each.name, each.data) for each in letter.files] == [("a.bin", b"hello")]


def test_words_that_only_begin_like_a_file_stay():
    body = "begin 644 with this\nand then go on"
    assert parse(mail(body)).full_text == body


def attribute(level, number, data):
    return struct.pack("<BHHI", level, number, 0, len(data)) + data + b"\0\0"


def properties(*given):
    packed = b""
    for kind, number, value in given:
        length = struct.pack("<II", 1, len(value)) if kind in (0x1E, 0x1F, 0x102, 0x0D) else b""
        packed += struct.pack("<HH", kind, number) + length + value + b"\0" * (-len(value) % 4)
    return struct.pack("<I", len(given)) + packed


def winmail(*attributes):
    return tnef.SIGNATURE + b"\x01\x00" + b"".join(attributes)


PACKED = winmail(
    attribute(1, 0x9007, struct.pack("<II", 1251, 0)),
    attribute(1, 0x9003, properties((0x03, 0x3FDE, struct.pack("<I", 65001)), (0x102, 0x1013, b"<p>\xc3\xa4</p>"))),
    attribute(2, 0x9002, b"\0" * 14),
    attribute(2, 0x8010, "файл.txt".encode("cp1251") + b"\0"),
    attribute(2, 0x800F, b"first"),
    attribute(2, 0x9002, b"\0" * 14),
    attribute(2, 0x8010, b"SHORT~1.PDF\0"),
    attribute(2, 0x800F, b"second"),
    attribute(2, 0x9005, properties((0x1F, 0x3707, "a long näme.pdf\0".encode("utf-16-le")))),
)


def test_winmail_is_unpacked():
    """RULES, "Parts": winmail.dat → unpack."""
    letter = parse(with_parts("mixed", part("text/plain", "See."), file("winmail.dat", PACKED, "application/ms-tnef")))
    assert [(each.name, each.data) for each in letter.files] == [
        ("файл.txt", b"first"),
        ("a long näme.pdf", b"second"),
    ]
    assert letter.full_text == "See."


def test_the_words_in_winmail_are_read_when_there_are_no_others():
    letter = parse(with_parts("mixed", file("winmail.dat", PACKED, "application/ms-tnef")))
    assert (letter.full_text, letter.html) == ("ä", "<p>ä</p>")


def test_of_a_broken_winmail_what_can_be_read_is_shown_and_the_file_stays():
    letter = parse(with_parts("mixed", file("winmail.dat", PACKED[:-40], "application/ms-tnef")))
    assert [each.name for each in letter.files][-1] == "winmail.dat" and letter.files[0].data == b"first"


@FEW
@given(st.binary(max_size=200), st.integers(0, len(PACKED)))
def test_a_winmail_of_any_bytes_is_read_as_far_as_it_goes(noise, place):
    tnef.read(PACKED[:place] + noise + PACKED[place:])
    tnef.read(tnef.SIGNATURE + noise)


def test_rich_text_is_unpacked_and_read():
    """MS-OXRTFCP's own example, and words in several sets."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
        "0af32068656c090020627705b06c647d0a800fa0"
    )
    assert rtf.decompressed(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf.rtf_to_text(rtf.decompressed(packed)) == "hello world"
    written = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}\'ef\'f0\par \u8364? {\*\x y}z}"
    assert rtf.rtf_to_text(written) == "пр\n€ z"


@FEW
@given(st.binary(max_size=300))
def test_any_bytes_pass_for_rich_text(noise):
    rtf.rtf_to_text(noise).encode("utf-8")
    rtf.decompressed(b"\xff\xff\xff\xff\xff\xff\xff\xffLZFu\0\0\0\0" + noise)


def ber(kind, *contents, endless=False):
    content = b"".join(contents)
    if endless:
        return bytes((kind, 0x80)) + content + b"\0\0"
    return bytes((kind, 0x82)) + len(content).to_bytes(2, "big") + content


def sealed(content, *, endless=False):
    """A mail inside its signature (RFC 5652, 5.1), with the string cut in two where lengths are left out."""
    octets = ber(0x04, content) if not endless else ber(0x24, ber(4, content[:9]), ber(4, content[9:]), endless=True)
    inner = ber(0x30, ber(6, bytes.fromhex("2a864886f70d010701")), ber(0xA0, octets, endless=endless), endless=endless)
    signed = ber(0x30, ber(2, b"\x01"), ber(0x31), inner, ber(0x31, b"signature"), endless=endless)
    kind = ber(6, bytes.fromhex("2a864886f70d010702"))
    return ber(0x30, kind, ber(0xA0, signed, endless=endless), endless=endless)


@pytest.mark.parametrize("endless", [False, True])
def test_words_inside_a_signature_are_read(endless):
    """RFC 8551, 3.5.2: signed, not encrypted, though it looks the same."""
    inner = several("mixed", part("text/plain", "Signed words."), file("a.pdf", b"x"))
    letter = parse(mail(sealed(inner, endless=endless), "Content-Type: application/pkcs7-mime; name=smime.p7m"))
    assert (letter.full_text, [each.name for each in letter.files]) == ("Signed words.", ["a.pdf"])
    assert letter.trouble == ()


def test_signatures_in_signatures_are_opened_a_few_times():
    """Bad input: an envelope in an envelope in an envelope …"""
    raw = b"Content-Type: text/plain\n\nDeep."
    for _level in range(50):
        raw = b"Content-Type: application/pkcs7-mime\n\n" + sealed(raw)
    letter = parse(b"From: a@example.com\n" + raw)
    assert letter.text == "" and letter.trouble == ("encrypted",) and len(letter.files) == 1


@FEW
@given(st.binary(max_size=60), st.integers(0, 90))
def test_a_signature_of_any_bytes_is_none_or_gives_bytes(noise, place):
    whole = sealed(b"Content-Type: text/plain\n\nWords", endless=True)
    parse(mail(whole[:place] + noise + whole[place:], "Content-Type: application/pkcs7-mime"))


INVITATION = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
BEGIN:STANDARD
DTSTART:16010101T000000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Meeting\\, about
  the printer
DTSTART;TZID="Europe/Berlin":20260302T100000
DTEND:20260302T090000Z
LOCATION:Room 1
ORGANIZER;CN=Anna:mailto:anna@example.com
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_is_a_file_and_says_what_when_and_where():
    """RULES, "Parts": text/calendar as attachment plus readable summary."""
    letter = parse(mail(INVITATION, "Content-Type: text/calendar; method=REQUEST"))
    (event,) = letter.events
    assert event.summary == "Meeting, about the printer"
    assert (event.start, event.end) == ("2026-03-02 10:00", "2026-03-02 09:00 UTC")
    assert (event.zone, event.location, event.organizer) == ("Europe/Berlin", "Room 1", "anna@example.com")
    assert letter.files[0].name == "invitation.ics" and "Room 1" in letter.full_text


def test_an_invitation_beside_words_adds_none_to_them():
    letter = parse(with_parts("alternative", part("text/plain", "Please come."), part("text/calendar", INVITATION)))
    assert letter.full_text == "Please come." and letter.events[0].location == "Room 1"


DOT = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 200).decode()


def test_a_picture_written_into_the_html_is_a_file_that_the_html_shows():
    """RFC 2397: some programs paste screenshots so; the words behind them must not be lost for their size."""
    picture = f'<img src="data:image/png;base64,{DOT}">'
    large = f'<img src="data:image/jpg;base64,{"A" * 3_000_000}">'
    html = f"<p>before</p>{picture}{large}{picture}<p>after</p>"
    letter = parse(mail(html, "Content-Type: text/html"))
    assert letter.full_text.split() == ["before", "after"] and letter.trouble == ()
    assert [(file.name, file.content_type, file.inline) for file in letter.files] == [
        ("picture-1.png", "image/png", True), ("picture-2.jpeg", "image/jpeg", True),
    ]  # fmt: skip
    assert letter.files[0].data == base64.b64decode(DOT)
    assert letter.html.count(f"cid:{letter.files[0].cid}") == 2 and len(letter.html) < 1_000


def test_pictures_of_a_side_that_is_not_shown_are_left_out():
    sides = part("text/html", f'<img src="data:image/png;base64,{DOT}">'), part("text/html", "<p>Shown</p>")
    assert parse(with_parts("alternative", *sides)).files == ()


def test_many_pictures_are_as_many_as_are_read():
    html = "".join(f'<img src="data:image/png;base64,{DOT[:-4]}{number:04}">' for number in range(300))
    assert len(parse(mail(html + "words", "Content-Type: text/html")).files) == embedded.PICTURES_LIMIT


@pytest.mark.parametrize(
    "aside", ["<style>{}</style>", "<!--{}-->", "<script>{}</script >", "<STYLE type=x>{}</Style>"]
)
def test_words_behind_large_styles_and_comments_are_read(aside):
    letter = parse(mail(aside.format("x{} " * 200_000) + "<p>after</p>", "Content-Type: text/html"))
    assert (letter.full_text, letter.trouble) == ("after", ())


def test_html_that_is_too_long_says_so():
    letter = parse(mail("<p>a</p>" * 100_000, "Content-Type: text/html"))
    assert letter.trouble == ("text_cut",) and letter.full_text


def test_asides_without_an_end_are_read_in_no_time():
    """T25."""
    for opening in ("<!--", "<style>", "<script>"):
        assert embedded.lean(opening * 300_000) == opening * 300_000

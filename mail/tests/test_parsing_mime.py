"""Parts, boundaries and transfer encodings (RFC 2045, 2046), also broken ones."""

import base64
import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parsing import mime, parse, transfer

from .raw import mail, part, several, with_parts

FEW = settings(max_examples=200, deadline=None, derandomize=True)


def tree(raw):
    """The types of a mail's parts, nested."""
    root, _trouble = mime.read(raw)

    def shape(part):
        return [part.content_type, *map(shape, part.parts)] if part.parts else part.content_type

    return shape(root)


def undone(data, encoding):
    return transfer.decoded(b"##" + data + b"##", 2, 2 + len(data), encoding)


def test_parts_are_found_between_their_delimiters():
    raw = with_parts("mixed", part("text/plain", "a"), several("alternative", part("text/html", "b"), boundary="c"))
    assert tree(raw) == ["multipart/mixed", "text/plain", ["multipart/alternative", "text/html"]]


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b"--b\n\na\n--b--\n", [b"a"]),
        (b"--b\n\na\n--b", [b"a"]),
        (b"--b\n\na\n", [b"a\n"]),
        (b"before\n--b \t\n\na\n--b-- \nafter", [b"a"]),
        (b"--b\r\n\r\na\r\n--b--\r\n", [b"a"]),
        (b"--b\n\nx --b\n--bb\na\n--b--", [b"x --b\n--bb\na"]),
        (b"--b\n\na\n--b--\n--b\n\nc\n--b--", [b"a", b"c"]),
        (b"--b\na\n--b--", [b"a"]),
    ],
)
def test_a_delimiter_stands_alone_on_its_line(body, texts):
    """RFC 2046, 5.1.1; a missing end is the end of what it is in."""
    raw = mail(body, "Content-Type: multipart/mixed; boundary=b")
    root, _trouble = mime.read(raw)
    assert [part.body for part in root.parts] == texts


def test_a_line_that_could_end_the_outer_or_open_the_inner_opens_the_inner():
    """RFC 2046, 5.1.2: where one boundary begins like another the innermost is asked first."""
    inner = several("mixed", part("text/plain", "a"), boundary="b--").removesuffix(b"--\n")
    raw = with_parts("mixed", inner, part("text/html", "c"))
    assert tree(raw) == ["multipart/mixed", ["multipart/mixed", "text/plain"], "text/html"]


def test_many_lines_that_could_end_or_open_a_part_are_read_in_no_time():
    """T25: its head is looked at once."""
    head = b"Content-Type: multipart/mixed; boundary=b--\n" + b"X-Long: y\n" * 20_000
    raw = mail(b"--b\n" + head + b"\n" + b"--b--\n" * 100_000, "Content-Type: multipart/mixed; boundary=b")
    assert len(mime.read(raw)[0].parts) == 1


@pytest.mark.parametrize("head", ["multipart/mixed", "multipart/mixed; boundary=other", 'multipart/mixed; boundary=""'])
def test_a_wrong_boundary_is_guessed_from_the_body(head):
    raw = mail(b"--b\nContent-Type: text/html\n\na\n--b--", f"Content-Type: {head}")
    assert tree(raw) == ["multipart/mixed", "text/html"]
    assert "wrong_boundary" in parse(raw).trouble


@pytest.mark.parametrize(
    ("head", "read"),
    [
        ("TEXT/HTML", "text/html"),
        ("text", "text/plain"),
        ("text/", "text/plain"),
        ("nonsense", "text/plain"),
        ('nonsense; name="a.bin"', "application/octet-stream"),
        ("text / html", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_what_is_no_type_is_text(head, read):
    """RFC 2045, 5.2."""
    assert tree(mail("hi", f"Content-Type: {head}")) == read


def test_in_a_digest_parts_are_mails():
    """RFC 2046, 5.1.5."""
    assert tree(with_parts("digest", b"\nSubject: a\n\nhi")) == ["multipart/digest", "message/rfc822"]


@pytest.mark.parametrize(
    ("data", "encoding", "content"),
    [
        (b"R3LDvMOfZQ==", "base64", "Grüße".encode()),
        (b"R3LD\r\nvMOf\r\nZQ==\r\n", "BASE64", "Grüße".encode()),
        (b"R3LDvMOfZQ", "base64", "Grüße".encode()),
        (b"R3LD!vM O\x00fZQ==", "base64", "Grüße".encode()),
        (b"YQ==Yg==", "base64", b"ab"),
        (b"YWI", "base64 (comment)", b"ab"),
        (b"a", "base64", b""),
        (b"Gr=C3=BC=C3=9Fe", "quoted-printable", "Grüße".encode()),
        (b"a=\nb=\r\nc", "Quoted-Printable", b"abc"),
        (b"a=  \nb", "quoted-printable", b"ab"),
        (b"a=zzb=", "quoted-printable", b"a=zzb"),
        (b"a=3D", "7bit", b"a=3D"),
        (b"\x80\x00", "8bit", b"\x80\x00"),
        (b"PK\x03", "x-gzip64", b"PK\x03"),
        (b"", "base64", b""),
    ],
)
def test_transfer_encodings_are_undone(data, encoding, content):
    """Bad input: broken base64; an unknown encoding leaves the bytes as they are."""
    assert undone(data, encoding) == content


def test_a_uuencoded_part_is_the_file_in_it():
    data = b"begin 644 a.bin\n" + binascii.b2a_uu(b"hello") + b"`\nend\n"
    assert undone(data, "x-uuencode") == b"hello"
    assert undone(b"no file", "uuencode") == b"no file"


def test_words_below_a_body_in_base64_are_read_too():
    """Lists write their footers so."""
    body = base64.encodebytes("Grüße".encode()) + b"___\nYou are on this list because of something.\n"
    letter = parse(mail(body, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"))
    assert letter.full_text.startswith("Grüße") and letter.full_text.endswith("because of something.")


@pytest.mark.parametrize("head", ["multipart/mixed; boundary=b", "multipart/alternative", "multipart/x"])
def test_the_words_of_a_multipart_without_parts_are_not_lost(head):
    letter = parse(mail("Just words.", f"Content-Type: {head}"))
    assert letter.full_text == "Just words." and letter.files[0].data == b"Just words."


def test_a_boundary_is_taken_as_it_is_written():
    raw = mail(b"--a  =?x?=\n\nhi\n--a  =?x?=--", 'Content-Type: multipart/mixed; boundary="a  =?x?="')
    assert parse(raw).full_text == "hi"


def test_mails_of_old_macs_are_read():
    """Bad input: bare CR."""
    letter = parse(b"From: a@example.com\rSubject: Old\r\rHello\rworld")
    assert (letter.sender.address, letter.subject, letter.full_text) == ("a@example.com", "Old", "Hello\nworld")


def test_a_bare_cr_starts_no_header():
    """Bad input, T10: a smuggled line stays in the line it came in."""
    letter = parse(b"From: a@example.com\r\nSubject: a\rReply-To: b@example.com\r\n\r\nhi")
    assert letter.reply_to == () and letter.subject == "a Reply-To: b@example.com"


def nested(levels):
    raw = mail("").rstrip(b"\n") + b"\n"
    for level in range(levels):
        raw += f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n".encode()
    return raw + b"Content-Type: text/plain\n\ndeep words\n"


def test_parts_are_read_down_to_a_depth_and_what_is_deeper_is_kept_as_a_file():
    """Bad input: 1,000 nested parts."""
    assert parse(nested(mime.DEPTH_LIMIT)).text == "deep words"
    letter = parse(nested(1_000))
    assert letter.trouble == ("too_deep",) and b"deep words" in letter.files[0].data


def test_of_ten_thousand_parts_the_first_are_read():
    """Bad input: 10,000 parts."""
    letter = parse(with_parts("mixed", *[part("application/pdf", str(number)) for number in range(10_000)]))
    assert letter.trouble == ("too_many_parts",)
    assert len(letter.files) == mime.PARTS_LIMIT - 1 and letter.files[-1].data == str(mime.PARTS_LIMIT - 2).encode()


def test_of_a_mail_too_large_what_fits_is_read(monkeypatch):
    """Bad input, C9: the words and the whole files stay, the one that was cut goes."""
    monkeypatch.setattr(mime, "SIZE_LIMIT", 1_000)
    files = [part("application/pdf", "x" * 200), part("application/pdf", "y" * 5_000), part("application/pdf", "z")]
    letter = parse(with_parts("mixed", part("text/plain", "Hello."), *files))
    assert (letter.text, [file.data for file in letter.files]) == ("Hello.", [b"x" * 200])
    assert letter.trouble == ("files_cut", "too_large")


@FEW
@given(st.binary(max_size=200))
def test_base64_of_anything_comes_back(content):
    assert undone(base64.encodebytes(content), "base64") == content


@FEW
@given(st.lists(st.sampled_from([b"--b\n", b"--b--\n", b"\n", b"a\n", b"Content-Type: multipart/x; boundary=b\n"])))
def test_whatever_the_delimiters_no_byte_is_in_two_parts(lines):
    raw = mail(b"".join(lines), "Content-Type: multipart/mixed; boundary=b")
    root, _trouble = mime.read(raw)
    leaves = [part for part in root.walk() if not part.parts and part is not root]
    places = sorted((part.start, part.end) for part in leaves)
    assert all(end <= start for (_s, end), (start, _e) in zip(places, places[1:], strict=False))

"""The bytes of a letter, read back with the standard parser (RFC 5322, 2045, 2231, 3834; T12)."""
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from mail import outbox
from mail.letter import CannotBuild, build, file_name, mailbox, name_parameters, wire_address, words
from mail.models import OutgoingMail

BYTES = "application/octet-stream"


def letter_of(mail, **given):
    return message_from_bytes(build(mail, **given).content)


def shown(header):
    return str(make_header(decode_header(header)))


def stored(content=b"content"):
    return storages["attachments"].save("file", ContentFile(content))


def test_the_head_of_a_letter(write):
    """Issue part 6: correct Message-ID, In-Reply-To, References, list-unsubscribe."""
    mail = write(
        to="anna@example.com", to_name="Anna Bell", from_name="Billing", from_address="billing@example.com",
        reply_to="billing+reply@example.com", message_id="<a@example.com>", in_reply_to="<b@example.com>",
        references=["<root@example.com>", "<b@example.com>"], due_at=datetime(2026, 11, 20, 14, 3, tzinfo=UTC),
        headers={
            "List-Unsubscribe": "<https://support.example.com/u/abc>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Id": "<ktr-482913.support.example.com>",
        },
    )  # fmt: skip
    letter = letter_of(mail)
    assert letter["From"] == '"Billing" <billing@example.com>'
    assert letter["To"] == '"Anna Bell" <anna@example.com>'
    assert letter["Reply-To"] == "billing+reply@example.com"
    assert letter["Date"] == "Fri, 20 Nov 2026 14:03:00 +0000"
    assert (letter["Message-ID"], letter["In-Reply-To"]) == ("<a@example.com>", "<b@example.com>")
    assert letter["References"] == "<root@example.com> <b@example.com>"
    assert letter["List-Unsubscribe"] == "<https://support.example.com/u/abc>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["MIME-Version"] == "1.0"
    assert all(len(letter.get_all(name)) == 1 for name in letter)


def test_many_references_are_folded_and_come_back_whole(write):
    ids = [f"<conversation-{number}.with-a-rather-long-name@mail.example.com>" for number in range(21)]
    content = build(write(references=ids)).content
    head = content.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) < 100
    assert message_from_bytes(content)["References"].split() == ids


def test_a_long_message_id_stays_beside_its_name(write):
    long = "<" + "a" * 70 + "@example.com>"
    head = build(write(message_id=long, in_reply_to=long, references=[long])).content.partition(b"\r\n\r\n")[0]
    for name in ("Message-ID", "In-Reply-To", "References"):
        assert f"{name}: {long}".encode() in head.split(b"\r\n")


@pytest.mark.parametrize(
    "subject",
    ["[KTR-482913] Der Warenkorb – größer", "[KTR-482913] Не открывается корзина" * 6, "日本語の件名" * 30,
     "=?utf-8?b?SGVsbG8=?=", "a" * 400, "🧵 one two  three", "Re: \u202eevil"],
)  # fmt: skip
def test_any_subject_comes_back_as_it_was(subject, write):
    mail = write(subject=subject)
    content = build(mail).content
    assert " ".join(shown(message_from_bytes(content)["Subject"]).split()) == mail.subject
    head = content.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if b"=?" in line)


@pytest.mark.parametrize(
    "name", ['Bell, Anna "the" \\ Great', "Анна Белл", "=?utf-8?q?x?=", "Anna <carl@a.org>", "Zoë", "", "日本" * 60]
)
def test_any_name_comes_back_and_never_becomes_an_address(name, write):
    """mail/RULES, spoofing: an encoded name stays a name."""
    mail = write(to_name=name)
    read, address = parseaddr(letter_of(mail)["To"])
    assert address == "anna@example.com"
    assert " ".join(shown(read).split()) == mail.to_name


def test_a_domain_of_another_script_goes_as_punycode(write):
    letter = build(write(to="user@пример.рф"))
    assert letter.recipient == "user@xn--e1afmkfd.xn--p1ai"
    assert b"user@xn--e1afmkfd.xn--p1ai" in letter.content


@pytest.mark.parametrize("address", ["", "anna", "анна@a.org", "a\n@a.org", "a b@a.org", "x@" + "я" * 300])
def test_an_address_that_cannot_be_written_is_refused(address):
    with pytest.raises(CannotBuild):
        wire_address(address)


@pytest.mark.parametrize("field", ["subject", "to_name", "from_name", "message_id", "in_reply_to", "references"])
def test_a_line_end_that_got_into_a_row_builds_no_letter(field, write):
    """T12: a row written past the outbox cannot break a header either."""
    mail = write()
    setattr(mail, field, "x\r\nBcc: all@example.com")
    with pytest.raises(CannotBuild):
        build(mail)
    mail = write()
    mail.headers = {"X-Thing\r\nBcc": "all@example.com"}
    with pytest.raises(CannotBuild):
        build(mail)


def test_text_and_html_are_two_readings_of_one_letter(write):
    letter = letter_of(write(text="Hello Anna\n", html="<p>Hello <b>Anna</b></p>"))
    assert letter.get_content_type() == "multipart/alternative"
    plain, html = letter.get_payload()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_payload(decode=True).decode() == "Hello Anna\r\n"
    assert "<b>Anna</b>" in html.get_payload(decode=True).decode()
    assert letter_of(write(text="Only text.")).get_content_type() == "text/plain"


def test_a_letter_of_html_alone_gets_its_text(write):
    letter = letter_of(write(text="", html="<p>Hello <b>Anna</b></p>"))
    assert "Hello" in letter.get_payload()[0].get_payload(decode=True).decode()


def test_styles_stand_at_the_elements_and_media_rules_stay(write):
    """STACK, HTML mail: css-inline, no remote styles, @media kept."""
    html = (
        '<html><head><link rel="stylesheet" href="http://127.0.0.1:9/x.css"><style>p { color: red }'
        "@media print { p { color: green !important } }</style></head><body><p>x</p></body></html>"
    )
    page = letter_of(write(html=html)).get_payload()[1].get_payload(decode=True).decode()
    assert '<p style="color: red;">' in page and "@media print" in page


def test_words_of_other_scripts_come_back_whole(write):
    for text in ("Ваша заявка принята. " * 500, "Prévu à 14 h\n" * 200, "x" * 5000, "=3D.\n.\n..\n", "🙂" * 2000):
        content = build(write(text=text)).content
        assert content.isascii() and max(map(len, content.split(b"\r\n"))) <= 998
        assert message_from_bytes(content).get_payload(decode=True).decode().replace("\r\n", "\n") == text.strip("\r")


def test_a_readable_letter_is_not_encoded(write):
    content = build(write(text="Заявка: https://a.b/?x=1\n", html="<p>Заявка</p>"), readable=True).content
    assert "Заявка: https://a.b/?x=1" in content.decode() and "<p>Заявка</p>" in content.decode()
    assert message_from_bytes(content).get_payload()[0].get_payload(decode=True).decode().startswith("Заявка")


# Files


@pytest.mark.parametrize(
    "name",
    ["errors.png", "Снимок экрана 2026-11-20 в 14.03.59.png", "日本語" * 40 + ".pdf", 'a "quoted" \\ name.txt',
     "long-" * 40 + ".txt", "naïve résumé.pdf", "50% off;x=y.txt"],
)  # fmt: skip
def test_any_file_name_comes_back(name, write):
    """RFC 2231, in pieces when it is long; S151."""
    mail = write(files=[outbox.File(name, "application/pdf", 7, stored())])
    content = build(mail).content
    assert max(map(len, content.split(b"\r\n"))) <= 200
    for read in (message_from_bytes(content), message_from_bytes(content, policy=policy.default)):
        [part] = [part for part in read.walk() if part.get_content_disposition() == "attachment"]
        assert part.get_filename() == name
        assert part.get_payload(decode=True) == b"content"


def test_pieces_are_numbered_and_one_piece_is_not():
    assert name_parameters("plain.txt") == ['filename="plain.txt"']
    assert name_parameters("é.txt") == ["filename*=utf-8''%C3%A9.txt"]
    pieces = [part.partition("=")[0] for part in name_parameters("é" * 30)]
    assert pieces == ["filename*0*", "filename*1*", "filename*2*", "filename*3*"]


@pytest.mark.parametrize(
    ("told", "sent"),
    [("image/png", "image/png"), ("IMAGE/PNG", "image/png"), ("message/rfc822", BYTES), ("multipart/mixed", BYTES),
     ("text/html; charset=x\r\nX: y", BYTES), ("", BYTES)],
)  # fmt: skip
def test_a_file_is_of_a_harmless_type_or_of_none(told, sent, write):
    letter = letter_of(write(files=[outbox.File("a.bin", told, 7, stored())]))
    assert letter.get_content_type() == "multipart/mixed"
    assert letter.get_payload()[1].get_content_type() == sent


def test_every_byte_of_a_file_arrives(write):
    content = bytes(range(256)) * 500 + b"\r\n.\r\n\n"
    letter = letter_of(write(files=[outbox.File("a.bin", "application/zip", len(content), stored(content))] * 2))
    assert [part.get_payload(decode=True) for part in letter.get_payload()[1:]] == [content, content]


def test_the_apology_for_a_lost_file_is_in_the_recipients_language_and_escaped(write):
    mail = write(html="<p>Hello</p>", files=[outbox.File("<b>.txt", "text/plain", 1, "gone")], language="en")
    letter = build(mail)
    assert letter.missing == ("<b>.txt",)
    plain, html = message_from_bytes(letter.content).get_payload()
    assert "“<b>.txt”" in plain.get_payload(decode=True).decode()
    assert "“&lt;b&gt;.txt”" in html.get_payload(decode=True).decode()


def test_helpers_leave_plain_words_alone():
    assert words("[KTR-482913] Hello") == "[KTR-482913] Hello"
    assert mailbox("", "a@b") == "a@b"


def test_the_file_name_of_a_letter_says_no_more_than_it_may():
    row = OutgoingMail(pk=7, kind="../re", to_address="../../etc/passwd\x00", due_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert file_name(row) == "20260102-000000-000007-re-.._.._etc_passwd_.eml"

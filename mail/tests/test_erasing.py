"""Words and files are taken out of raw mails, however they are written down in them (C5, T21)."""

import hashlib
from base64 import b64encode
from email.message import EmailMessage
from quopri import encodestring

import pytest
from django.core.files.storage import storages
from django.db import transaction

from engine.models import Leftover
from helpdesk_site.lib.redaction import Words
from mail import erasing, intake
from mail.models import IncomingMail
from mail.parsing import parse

SECRET = Words("hunter2 🔑")


def mail(body, *, head="", kind="text/plain; charset=utf-8", encoding="8bit"):
    lines = ["From: anna@example.com", "Message-ID: <1@outside.example>", "Subject: Help"]
    lines += [*filter(None, [head]), f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}", "", ""]
    return "\r\n".join(lines).encode() + body


def with_parts(*files, text="See the file."):
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "anna@example.com", "Files", "<2@outside.example>"
    made.set_content(text)
    made.add_alternative(f"<p>{text}</p>", subtype="html")
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


SAID = "It is HUNTER2 🔑, really."
PLACES = {
    "as it stands": mail(SAID.encode()),
    "base64": mail(b64encode(SAID.encode()), encoding="base64"),
    "quoted-printable": mail(encodestring(SAID.encode()), encoding="quoted-printable"),
    "over two quoted lines": mail("> it is hunter2\r\n> 🔑 now".encode()),
    "html across tags": mail(b"<p>hunt<b>er2</b> &#128273;</p>", kind="text/html; charset=utf-8"),
    "utf-16": mail(b64encode(SAID.encode("utf-16")), kind="text/plain; charset=utf-16", encoding="base64"),
    "the subject": mail(b"Hello", head="X-Note: =?utf-8?B?" + b64encode(SAID.encode()).decode() + "?="),
    "two encoded words": mail(b"Hello", head="X-Note: =?utf-8?Q?hunter2_?= =?utf-8?B?8J+UkQ==?="),
    "a file": with_parts(("notes.bin", b"\0\1" + SAID.encode())),
    "the name of a file": with_parts(("hunter2 🔑.txt", b"nothing")),
    "a mail in a mail": mail(b"Subject: x\r\n\r\n" + SAID.encode(), kind="message/rfc822", encoding="7bit"),
    "between the parts": mail(
        f'{SAID}\r\n--x\r\n\r\nhello\r\n--x--\r\n{SAID}'.encode(), kind='multipart/mixed; boundary="x"'
    ),
    "in a boundary": mail(
        "--hunter2 🔑\r\n\r\nhello hunter2 🔑\r\n".encode(), kind='multipart/mixed; boundary="hunter2 🔑"'
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_words_are_taken_out_wherever_they_are(place):
    raw = PLACES[place]
    assert erasing.holds(raw, SECRET)
    new = erasing.redacted(raw, SECRET)
    assert not erasing.holds(new, SECRET)
    assert parse(new).sender.address == "anna@example.com" or b"x-redacted: whole" in new


def test_what_is_around_the_words_stays():
    letter = parse(erasing.redacted(PLACES["base64"], SECRET))
    assert letter.text.strip() == "It is [redacted], really." and letter.subject == "Help"


def test_a_mail_without_the_words_stays_as_it_is():
    assert erasing.redacted(mail(b"Hello"), SECRET) is None


def test_a_mail_in_which_they_are_not_found_gives_way_to_a_stub():
    """The message had them, by a way that is not looked into."""
    new = erasing.redacted(mail(b"Hello"), SECRET, surely=True)
    assert b"x-redacted: whole" in new and b"Hello" not in new and b"<1@outside.example>" in new


def test_a_mail_too_deep_to_look_into_gives_way_to_a_stub():
    raw = SAID.encode()
    for n in range(30):
        head = f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'
        raw = head.encode() + raw + f"\r\n--b{n}--".encode()
    assert b"x-redacted: whole" in erasing.redacted(b"From: anna@example.com\r\n" + raw, SECRET, surely=True)


def test_a_file_is_taken_out_by_its_hash_and_the_others_stay():
    raw = with_parts(("one.bin", b"first file"), ("two.bin", b"second file"))
    new = erasing.redacted(raw, Words("no such words"), [hashlib.sha256(b"first file").hexdigest()])
    names = [(file.name, bytes(file.data)) for file in parse(new).files]
    assert ("two.bin", b"second file") in names and all(b"first" not in data for _name, data in names)
    assert b"one.bin" not in new


def test_a_file_that_is_not_found_takes_the_mail_along():
    new = erasing.redacted(with_parts(), Words("no such words"), ["0" * 64], expected=["0" * 64])
    assert b"x-redacted: whole" in new


@pytest.mark.django_db(transaction=True)
def test_the_file_of_before_goes_and_does_not_come_back():
    """T21: the same mail, fetched once more, is known and brings nothing back."""
    raw = PLACES["base64"]
    row = intake.store(raw, source="pipe")
    before = row.stored_as
    name = intake.keep(erasing.without(row, SECRET))
    assert storages["letters"].exists(before)
    with transaction.atomic():
        erasing.put(row, name)
    assert not storages["letters"].exists(before) and not Leftover.objects.exists()
    again = intake.store(raw, source="pipe")
    assert again.pk == row.pk and not storages["letters"].exists(before)
    assert not erasing.holds(intake.open_raw(IncomingMail.objects.get()), SECRET)


@pytest.mark.django_db
def test_a_mail_without_its_file_is_passed_over():
    row = intake.store(mail(b"x"), source="pipe")
    storages["letters"].delete(row.stored_as)
    assert erasing.without(row, SECRET) is None

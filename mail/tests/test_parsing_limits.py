"""Poison mails and any bytes at all: a letter, never an exception, in time that grows with the size alone (T25).

Times are compared with an ordinary mail of the same size on the same machine, never with a clock.
"""

import base64
import random
import subprocess
import sys
import time
from functools import cache, partial
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parsing import frames, parse, warden

from .raw import mail, part, several, with_parts

FEW = settings(max_examples=150, deadline=None, derandomize=True)
SIZES = [30_000, pytest.param(200_000, marks=pytest.mark.long)]


def filled(unit, size):
    unit = unit if isinstance(unit, bytes) else unit.encode()
    return (unit * (size // len(unit) + 1))[:size]


def texts_of(letter):
    for person in (*letter.senders, *letter.recipients, *letter.reply_to):
        yield from (person.name, person.address)
    yield from (letter.subject, letter.text, letter.full_text, letter.html, letter.message_id, letter.language)
    yield from (*letter.references, *letter.in_reply_to, *letter.envelope, *(file.name for file in letter.files))


def assert_sane(letter):
    """What the harness calls sane, for every text of the letter."""
    for text in texts_of(letter):
        assert "\x00" not in text
        text.encode("utf-8")
    assert "\n" not in letter.subject and not any(sign.isspace() for sign in letter.sender.address)
    for file in letter.files:
        assert file.name not in ("", ".", "..") and not set(file.name) & set("/\\\r\n")
        assert file.size == len(file.data)


HEADS = ["(", '"', "<", "a@b,", "=?a?q?", "=?utf-8?B?YQ==?= ", ":;", "a@", "(a) ", "\\", "[", "@", "<a@b> "]
BODIES = ["<", ">", "> a\n", "On Monday, Anna wrote:\n", "From: a@b.c\nTo: x\n\n", "-", "--\n", "begin 644 a\n", "a@"]
BODIES += ["\n"]
BODIES += [" \n", "\t", ":", "http://", "a", "слово ", "_\n", "*", "wrote:", "[ref:", "Sent from my ", "\x1b$B", "\x00"]
HTML = ["<div>", "<blockquote>x", "<b>", "<!--", '<a b="', "<", "&", "<img src=cid:a>", "<p>", "<table>", "<script>"]
TYPES = ["; a=b", '; name="\\"', "; n*0*=%41", "(", ";", '"', "; charset=utf-8*"]


@cache
def poison(size):
    """{its name: a mail}, each of about this size."""
    of_size = partial(filled, size=size)
    winmail = b"\x78\x9f\x3e\x22\x01\x00" + of_size(b"\x02\x02\x90\x06\0\0\0\0\0\0\0")
    return {
        **{f"To: {unit}": mail("hi", f"To: {of_size(unit).decode()}") for unit in HEADS},
        **{f"Subject: {unit}": mail("hi", subject=of_size(unit).decode()) for unit in HEADS},
        **{f"body {unit!r}": mail(of_size(unit)) for unit in BODIES},
        **{f"html {unit}": mail(of_size(unit), "Content-Type: text/html") for unit in HTML},
        **{f"type {unit}": mail("hi", f"Content-Type: text/plain{of_size(unit).decode()}") for unit in TYPES},
        "references": mail("hi", References=of_size("<").decode()),
        "verdicts": mail("hi", Authentication_Results="x; " + of_size("dkim=pass (").decode()),
        "heads": mail("hi", *["Received: from x by y"] * (size // 22)),
        "junk heads": mail("hi").partition(b"\n")[0] + b"\n" + of_size("junk\n") + b"X-A: b\n\nhi",
        "blank heads": b"From: a@example.com\n" + of_size(" \n") + b"hi",
        "parts": with_parts("mixed", *[part("text/plain", "a")] * (size // 40)),
        "files": with_parts("mixed", *[part("image/png", "a")] * (size // 40)),
        "delimiters": mail(of_size("--b"), "Content-Type: multipart/mixed; boundary=b"),
        "lines like delimiters": mail(of_size("--b x\n"), "Content-Type: multipart/mixed; boundary=b"),
        "no delimiter": mail(of_size("--x\n"), "Content-Type: multipart/mixed"),
        "status": with_parts("report", part("message/delivery-status", of_size("Action: failed\n\n"))),
        "prose": mail(of_size("5.1.1 550 a@b.c Message-ID: <\n"), sender="mailer-daemon@example.com"),
        "calendar": mail(of_size("BEGIN:VEVENT\n"), "Content-Type: text/calendar"),
        "flowed": mail(of_size("word \n"), "Content-Type: text/plain; format=flowed"),
        "enriched": mail(of_size("<param>"), "Content-Type: text/enriched"),
        "broken base64": mail(of_size("=A=B"), "Content-Transfer-Encoding: base64"),
        "winmail": mail(winmail, "Content-Type: application/ms-tnef"),
        "japanese": mail(of_size("\x1b$B$\x22\x1b(B"), "Content-Type: text/plain; charset=iso-2022-jp"),
        "noise": mail(random.Random(1).randbytes(size)),
        "foreign noise": mail(bytes(random.Random(2).choices(range(128, 256), k=size))),
        "noise in base64": mail(
            base64.encodebytes(random.Random(3).randbytes(size)), "Content-Transfer-Encoding: base64"
        ),
    }


def cost(raw):
    start = time.process_time()
    letter = parse(raw)
    return time.process_time() - start, letter


@pytest.fixture(scope="module")
def ordinary(size):
    """What an ordinary long mail costs on this machine, now."""
    body = "Hello,\n\nthe printer on the second floor is out of paper again. Could somebody look?\n\n> Yes.\n\nAnna\n\n"
    raw = mail(filled(body, size))
    return max(cost(raw)[0] for _attempt in range(3))


@pytest.mark.parametrize("size", SIZES, scope="module")
@pytest.mark.parametrize("name", poison(1_000))
def test_a_poison_mail_costs_no_more_than_its_size(name, size, ordinary):
    """Bad input: each of these shapes has stopped a mail reader somewhere."""
    spent, letter = cost(poison(size)[name])
    assert_sane(letter)
    assert not {"unreadable", "not_stripped"} & set(letter.trouble)
    assert spent < 30 * ordinary


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\r",
        b"\x00",
        b":",
        b"From: \n\n",
        b"\xff\xfe",
        b"From: a@example.com",
        b"Content-Type: multipart/mixed; boundary=\n\n--\n",
        b"Content-Type: multipart/alternative; boundary=b\n\n--b--",
        b"Content-Type: message/rfc822\n\n" * 50,
        b"Content-Transfer-Encoding: base64\n\n=",
        b"Content-Type: text/plain; charset=\x00\n\n\x80",
    ],
)
def test_almost_no_mail_is_a_letter(raw):
    assert_sane(parse(raw))


def test_the_words_stay_when_the_search_for_new_ones_fails(monkeypatch):
    """New text is never lost, and a fault of ours costs no mail."""
    from mail.parsing import reader

    def fails(text):
        raise RuntimeError

    monkeypatch.setattr(reader.replies, "new_text", fails)
    letter = parse(mail("Hello."))
    assert (letter.text, letter.trouble) == ("Hello.", ("not_stripped",))


def test_the_head_stays_when_the_body_cannot_be_read(monkeypatch):
    from mail.parsing import reader

    def fails(data, declared, limit):
        if data:
            raise RuntimeError
        return ""

    monkeypatch.setattr(reader.body.charsets, "decode", fails)
    letter = parse(mail("Hello.").replace(b"\n", b"\r\n"))
    assert (letter.sender.address, letter.subject, letter.trouble) == ("anna@example.com", "Printer", ("unreadable",))


pieces = st.sampled_from(
    [b"From: a@b.c", b"To: ", b"Subject: =?utf-8?Q?", b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--"]
    + [b"Content-Type: text/html; charset=utf-7", b"Content-Type: multipart/alternative; boundary=c", b"--c", b"\n"]
    + [b"Content-Transfer-Encoding: base64", b"Content-Type: message/rfc822", b"Content-Type: message/delivery-status"]
    + [b"Content-Disposition: attachment; filename*0*=utf-8''%", b"=C3", b"\xc3", b"\x00", b"\r", b" ", b"<p>"]
    + [b"\r\n", b"> ", b"-- "]
    + [b"On x wrote:", b"Content-Type: application/ms-tnef", b"\x78\x9f\x3e\x22", b"begin 644 a", b"begin:vevent", b"="]
)


@FEW
@given(st.lists(st.one_of(pieces, st.binary(max_size=8)), max_size=30), st.sampled_from([b"\n", b"\r\n", b"\r", b""]))
def test_whatever_is_put_together_is_a_letter(parts, end):
    """T25: fuzzed for shape."""
    letter = parse(end.join(parts))
    assert_sane(letter)
    assert "unreadable" not in letter.trouble
    assert_travels(letter)


@FEW
@given(st.binary(max_size=400))
def test_any_bytes_are_a_letter(raw):
    assert_sane(parse(raw))


def assert_travels(letter):
    head, contents = frames.packed(letter)
    assert frames.unpacked(head, BytesIO(b"".join(contents)).read) == letter


def test_a_letter_travels_between_processes_unchanged():
    """Every kind of value in it: people, dates, files, events, verdicts, a report, a mail passed on."""
    status = part("message/delivery-status", "Final-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 5.1.1")
    calendar = part("text/calendar", "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT")
    heads = {"Date": "Mon, 2 Mar 2026 10:00:00 +0000", "Authentication_Results": "x; dmarc=pass", "To": "a@b.c"}
    assert_travels(parse(with_parts("report", part("text/plain", "x"), status, calendar, **heads)))
    inner = part("message/rfc822", mail("Inner."))
    assert_travels(parse(several("mixed", inner)))


def test_reading_needs_no_database_and_no_settings():
    """ARCHITECTURE: mail.parsing is pure."""
    said = "import mail.parsing.cell, sys; sys.exit('django.db' in sys.modules or 'mail.models' in sys.modules)"
    environment = {"PYTHONPATH": str(warden.ROOM)}
    assert subprocess.run([sys.executable, "-c", said], env=environment, check=False).returncode == 0

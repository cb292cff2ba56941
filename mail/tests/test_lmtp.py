"""LMTP: a yes means stored, for each recipient; anything else and the mail server keeps the mail (RFC 2033, T05)."""
import asyncio
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading

import pytest
from django.conf import settings

from helpdesk_site.testing import environment_of_this_database
from mail import intake, lmtp
from mail.models import IncomingMail

from .dovecot import free_ports
from .test_intake import raw

pytestmark = pytest.mark.django_db(transaction=True)
TO = ["support@example.com", "sales@example.com"]


@pytest.fixture
def listener():
    """The port of a listener in a thread of its own."""
    started, known = threading.Event(), {}

    def ready(address):
        known.update(port=address[1], loop=asyncio.get_running_loop(), task=asyncio.current_task())
        started.set()

    def run():
        try:
            asyncio.run(lmtp.serve(host="127.0.0.1", port=0, ready=ready))
        except asyncio.CancelledError:
            pass

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(10)
    yield known["port"]
    known["loop"].call_soon_threadsafe(known["task"].cancel)
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def mail_server(listener):
    """The mail server's side of the conversation."""
    with smtplib.LMTP("127.0.0.1", listener, timeout=10) as line:
        yield line


def hand_over(line, content, to=TO, sender="bounces@client.example"):
    """Answers to MAIL, each RCPT, and each recipient's after DATA."""
    line.ehlo()
    answers = [line.mail(sender)[0], *(line.rcpt(address)[0] for address in to)]
    code, _words = line.docmd("DATA")
    assert code == 354
    line.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    return answers, [line.getreply() for _ in to]


def test_a_mail_is_stored_once_with_its_envelope_and_each_recipient_hears_so(mail_server):
    before, after = hand_over(mail_server, raw())
    assert before == [250, 250, 250]
    assert [code for code, _words in after] == [250, 250]
    row = IncomingMail.objects.get()
    assert intake.open_raw(row) == raw()
    assert (row.source, row.envelope_from, row.envelope_to) == ("lmtp", "bounces@client.example", TO)


def test_the_same_mail_for_another_recipient_is_no_second_mail(mail_server):
    """T05: mail servers that hand over once a recipient."""
    for address in [*TO, TO[0]]:
        hand_over(mail_server, raw(), to=[address])
    assert IncomingMail.objects.get().envelope_to == TO


def test_what_cannot_be_stored_stays_with_the_mail_server(mail_server, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    mail = raw("Only when there is room")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        _before, after = hand_over(mail_server, mail)
    assert [code for code, _words in after] == [451, 451]
    assert not IncomingMail.objects.exists()
    assert hand_over(mail_server, mail)[1][0][0] == 250


@pytest.mark.parametrize(
    ("limit", "code", "rest"),
    [("LARGEST", 552, b"x\r\n" * 200), ("LONGEST_LINE", 500, b"x" * 2000 + b"\r\n")],
)
def test_what_is_too_large_is_refused_for_each_recipient_and_the_line_goes_on(limit, code, rest, listener, monkeypatch):
    """C9: the mail server tells the sender."""
    monkeypatch.setattr(lmtp, limit, 500)
    monkeypatch.setattr(lmtp.Conversation, "line_length_limit", lmtp.LONGEST_LINE)
    with smtplib.LMTP("127.0.0.1", listener, timeout=10) as line:
        _before, after = hand_over(line, raw() + rest)
        assert [answer for answer, _words in after] == [code, code]
        assert line.noop()[0] == 250
        assert hand_over(line, raw())[1][0][0] == 250
    assert IncomingMail.objects.count() == 1


def test_endless_lines_dots_and_bytes_come_through(mail_server):
    """T25."""
    mail = b"Subject: x\r\n\r\n.\r\n" + b"y" * 1_000_000 + b"\r\n\xff\x00\r\n"
    assert hand_over(mail_server, mail)[1][0][0] == 250
    assert intake.open_raw(IncomingMail.objects.get()) == mail


def test_a_bounce_has_no_sender_and_is_taken(mail_server):
    assert hand_over(mail_server, raw(), sender="")[1][0][0] == 250
    assert IncomingMail.objects.get().envelope_from == "<>", "which is not the same as unknown"


def test_an_address_of_any_letters_is_taken(mail_server):
    mail_server.ehlo()
    mail_server.command_encoding = "utf-8"
    assert mail_server.docmd("MAIL", "FROM:<анна@пример.example> SMTPUTF8")[0] == 250


def test_half_a_mail_is_no_mail(listener):
    with socket.create_connection(("127.0.0.1", listener), timeout=10) as line:
        for words in (b"LHLO mx", b"MAIL FROM:<a@b.example>", b"RCPT TO:<support@example.com>", b"DATA"):
            line.recv(4096)
            line.sendall(words + b"\r\n")
        line.recv(4096)
        line.sendall(raw()[:40])
    assert not IncomingMail.objects.exists()


def test_smtp_is_not_spoken(listener):
    line = smtplib.SMTP("127.0.0.1", listener, timeout=10)
    assert line.docmd("EHLO", "mx")[0] == 500
    line.close()


@pytest.mark.parametrize("by", ["port", "socket"])
def test_the_command_listens_and_ends_on_sigterm(by, tmp_path):
    (port,) = free_ports(1)
    place = str(tmp_path / "lmtp.sock")
    options = ["--port", str(port)] if by == "port" else ["--socket", place]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "lmtp", *options], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True,
        env=environment_of_this_database(),
    )  # fmt: skip
    try:
        assert process.stdout.readline().startswith("Listening for LMTP on ")
        with smtplib.LMTP("127.0.0.1", port, timeout=10) if by == "port" else smtplib.LMTP(place) as line:
            assert hand_over(line, raw())[1][0][0] == 250
        assert IncomingMail.objects.count() == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()

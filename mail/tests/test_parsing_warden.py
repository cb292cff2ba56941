"""Mails read in a process of their own, which may be killed at any moment (T25)."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from mail.parsing import cell, parse, warden

from .raw import file, mail, part, with_parts


@pytest.fixture
def guard():
    guard = warden.Warden()
    yield guard
    guard.close()


def test_a_mail_read_over_there_says_what_it_says_here(guard):
    raw = with_parts("mixed", part("text/plain", "Grüße"), file("a.pdf", b"\x00\xff" * 50_000), Date="2 Mar 2026 10:00")
    assert guard.read(raw) == parse(raw)


def test_the_process_is_kept_warm(guard):
    guard.read(mail())
    process = guard.process
    guard.read(mail("again"))
    assert guard.process is process


def test_a_reader_that_dies_costs_one_mail(guard):
    guard.read(mail())
    os.kill(guard.process.pid, signal.SIGSTOP)
    process = guard.process
    guard.seconds = 0.2
    with pytest.raises(warden.Unreadable) as refused:
        guard.read(mail("never answered"))
    assert refused.value.reason == "too_slow" and process.returncode == -signal.SIGKILL
    guard.seconds = warden.SECONDS
    assert guard.read(mail("next")).text == "next"


def test_a_reader_that_was_killed_is_replaced(guard):
    guard.read(mail())
    guard.process.kill()
    guard.process.wait()
    assert guard.read(mail("next")).text == "next"


def test_a_reader_killed_over_a_mail_gives_that_mail_back(guard):
    """The kernel ends whoever takes too much memory."""
    guard.read(mail())
    threading.Timer(0.2, guard.process.kill).start()
    os.kill(guard.process.pid, signal.SIGSTOP)
    with pytest.raises(warden.Unreadable) as refused:
        guard.read(mail())
    assert refused.value.reason == "too_heavy"


def test_after_a_large_mail_the_process_is_another(guard, monkeypatch):
    monkeypatch.setattr(warden, "LARGE", 1_000)
    assert guard.read(mail("x" * 2_000)).text == "x" * 2_000
    assert guard.process is None
    assert guard.read(mail("next")).text == "next"


def test_a_process_is_not_shared_with_a_fork(guard):
    """A worker that forks must not read the answers of its parent."""
    guard.read(mail())
    process, guard.owner = guard.process, guard.owner + 1
    assert guard.read(mail("next")).text == "next"
    assert guard.process is not process and process.poll() is None
    process.kill()
    process.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bound memory otherwise")
def test_the_process_has_no_more_memory_than_it_may_and_no_secrets(guard, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "something-to-steal")
    guard.read(mail())
    with open(f"/proc/{guard.process.pid}/limits") as limits:
        (line,) = [line for line in limits if line.startswith("Max data size")]
    assert line.split()[3] == str(cell.MEMORY)
    with open(f"/proc/{guard.process.pid}/environ") as environ:
        assert "something-to-steal" not in environ.read()


def test_the_process_ends_with_its_owner():
    process = subprocess.Popen(
        [sys.executable, "-m", "mail.parsing.cell"], cwd=warden.ROOM, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()

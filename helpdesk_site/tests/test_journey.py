"""The main job, end to end, on a machine with only Python: `bin/run`, a real browser, the mail file (Done when, 1)."""

import contextlib
import email
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from email import policy
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """A portal as `bin/run` starts it: the demo world on SQLite, no other service. Gives its address and its folder."""
    var = tmp_path_factory.mktemp("var")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "BASE_URL", "ALLOWED_HOSTS", "HELPDESK_TESTING"}
    secrets = {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HISTORY_KEYS"}
    inherited = {name: value for name, value in os.environ.items() if name not in quiet | secrets}
    command = ["bin/run", "--port", str(port)]
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**inherited, "HELPDESK_VAR": str(var), "VIRTUAL_ENV": sys.prefix},
        start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", started)
        tell_of_each_message(var)
        yield f"http://127.0.0.1:{port}", var
        started.send_signal(signal.SIGINT)
        assert started.wait(20) == 0, "Ctrl-C ends all of it cleanly"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)


def tell_of_each_message(var):
    """As an operator may set it: staff are told of a client's message at once, not after two quiet minutes (C20)."""
    with contextlib.closing(sqlite3.connect(var / "helpdesk.sqlite3", timeout=20)) as database, database:
        assert database.execute("UPDATE departments_portal SET group_minutes = 0").rowcount == 1


def wait_for(url, process, seconds=120):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert process.poll() is None, "bin/run ended by itself"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.3)
    raise AssertionError(f"{url} did not answer in {seconds} s")


def letter(var, *, to, words, seconds=60):
    """The newest mail file to an address whose text holds `words`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for path in sorted(var.glob("mail/*.eml"), key=lambda one: one.stat().st_mtime, reverse=True):
            found = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            text = found.get_body(("plain",)).get_content()
            if to in str(found["To"]) and words in f"{found['Subject']} {text}":
                return found, text
        time.sleep(0.3)
    raise AssertionError(f"no letter to {to} with {words!r}")


def sign_in(tab, base, address, password):
    tab.goto(f"{base}/accounts/login/")
    tab.locator("input[name=login]").fill(address)
    tab.locator("input[name=password]").fill(password)
    tab.get_by_role("button", name="Sign in", exact=True).click()


def test_a_new_client_asks_staff_answer_and_both_are_told(portal, context, browser, tmp_path):
    """Sign up, open, note, reply, read, close, reopen.

    S8, S10-S13, S17-S19, S29, S56, S57, S79, S136, S151, S157, S161.
    """
    base, var = portal
    picture, log = tmp_path / "screenshot.png", tmp_path / "error.log"
    Image.new("RGB", (640, 400), "#336699").save(picture)
    log.write_text("upstream sent too big header\n")

    # A new person signs up, and proves the address by the letter
    client = context.new_page()
    client.goto(f"{base}/accounts/signup/")
    client.locator("input[name=name]").fill("Nora Newcomer")
    client.locator("input[name=email]").fill("nora@example.org")
    client.locator("input[name=password1]").fill(PASSWORD)
    client.locator("main form").get_by_role("button").last.click()
    _found, text = letter(var, to="nora@example.org", words="Confirm")
    client.goto(re.search(rf"{base}\S+", text)[0])
    client.locator("main form").get_by_role("button").first.click()

    # Opens a ticket with two files, and sees it
    client.goto(f"{base}/tickets/new/")
    client.get_by_role("link", name=re.compile("Technical support")).first.click()
    client.get_by_label("Subject").fill("Basket is empty after sign-in")
    client.locator("#id_message").fill("Since **noon** the basket is empty.")
    client.locator("input[type=file]").set_input_files([str(picture), str(log)])
    expect(client.locator(".file", has_text="error.log")).to_be_visible()
    client.get_by_role("button", name="Send ticket").click()
    expect(client.get_by_role("heading", name="We have your ticket")).to_be_visible()
    number = re.search(r"[A-Z]{3}-\d{6}", client.locator("main").inner_text())[0]
    client.goto(f"{base}/t/{number}/")
    expect(client.locator(".file")).to_have_count(2)
    expect(client.locator(".prose strong")).to_have_text("noon")
    letter(var, to="nora@example.org", words=f"[{number}]")

    # An agent sees it in the queue, writes a note, then the answer
    staff_context = browser.new_context()
    staff = staff_context.new_page()
    sign_in(staff, base, "sam@example.com", "demo-helpdesk")
    staff.goto(f"{base}/desk/")
    staff.get_by_role("link", name=re.compile("Basket is empty")).click()
    staff.get_by_role("tab", name=re.compile("Note")).click()
    staff.locator("#pane-note textarea").fill("Looks like the session bug.")
    staff.locator("#pane-note").get_by_role("button", name=re.compile("Add note")).click()
    expect(staff.locator(".msg-note")).to_contain_text("session bug")
    staff.get_by_role("tab", name=re.compile("Reply")).click()
    staff.locator("#pane-reply textarea").fill("It is **mended**. Please try again.")
    staff.locator("#pane-reply").get_by_role("button", name=re.compile("Send")).first.click()
    _found, text = letter(var, to="nora@example.org", words="It is")
    assert "mended" in text and "session bug" not in text
    staff_context.close()

    # The client reads it (and never the note), answers, closes, and opens it again
    client.goto(f"{base}/t/{number}/")
    expect(client.locator(".msg-staff .prose")).to_contain_text("It is mended.")
    assert "session bug" not in client.content()
    client.locator("#reply textarea").fill("Works now, thank you.")
    client.get_by_role("button", name="Send reply").click()
    expect(client.locator("li.msg")).to_have_count(3)
    letter(var, to="sam@example.com", words="Works now")
    client.get_by_role("button", name="Close ticket").first.click()
    expect(client.locator(".status").first).to_contain_text("Closed")
    client.get_by_role("button", name=re.compile("Reopen|Open again")).first.click()
    expect(client.locator(".status").first).not_to_contain_text("Closed")

"""`manage.py receive_email`: the pipe for any mail server (CONTRACT)."""

import io
import json
import os
import shlex
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from helpdesk_site.testing import environment_of_this_database
from mail.models import IncomingMail
from tickets.models import Ticket

HEAD = b"From: Anna <anna@example.com>\nTo: support@example.com\nSubject: Printer\nMessage-ID: <a@b>\n"
MAIL = HEAD + b"\nIt is out of paper.\n"
BOUNCE = b"From: MAILER-DAEMON@example.net\nReturn-Path: <>\nSubject: failure notice\n\nPermanent error.\n"


@pytest.fixture
def letters(tmp_path):
    """Put raw mails into a folder, by name."""

    def put(**mails):
        for name, raw in mails.items():
            (tmp_path / f"{name}.eml").write_bytes(raw)
        return tmp_path

    return put


def received(*arguments, **options):
    out = io.StringIO()
    call_command("receive_email", *arguments, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def piped(monkeypatch):
    """What a mail server writes into the pipe."""

    def pipe(raw):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))

    return pipe


def test_a_dry_run_says_what_a_mail_says_and_writes_nothing(db, piped):
    """CONTRACT: one JSON line a mail."""
    piped(MAIL)
    (said,) = received("--dry-run", "--json")
    assert said["file"] == "-" and said["outcome"] == "created" and said["reason"] == "" and said["ticket"] == ""
    assert said["sender"] == {"name": "Anna", "address": "anna@example.com"}
    assert said["recipients"] == ["support@example.com"] and said["subject"] == "Printer"
    assert said["text"] == said["full_text"] == "It is out of paper."
    assert said["attachments"] == [] and said["auto_submitted"] is False and said["kind"] == "normal"
    assert said["message_id"] == "<a@b>" and said["in_reply_to"] == "" and said["references"] == []
    assert not IncomingMail.objects.exists() and not Ticket.objects.exists()


def test_a_folder_is_taken_in_the_order_of_its_names(letters):
    folder = letters(c=MAIL, a=BOUNCE, b=b"Subject: from nobody\n\nhi")
    (folder / ".hidden").write_bytes(MAIL)
    said = received("--dry-run", "--json", "--batch", str(folder))
    assert [(each["file"], each["outcome"], each["reason"]) for each in said] == [
        ("a.eml", "ignored", "bounce"),
        ("b.eml", "rejected", "no_sender"),
        ("c.eml", "created", ""),
    ]


def test_a_mail_that_cannot_be_read_in_time_is_quarantined_and_the_next_is_read(letters, monkeypatch):
    """Bad input: each ends somewhere, and the next mail is processed (T25)."""
    from mail.parsing import warden

    monkeypatch.setattr(warden._warden, "seconds", -warden.STARTING)
    folder = letters(a=MAIL)
    (said,) = received("--dry-run", "--json", "--batch", str(folder))
    assert (said["outcome"], said["reason"], said["text"]) == ("quarantined", "too_slow", "")
    monkeypatch.undo()
    assert received("--dry-run", "--json", str(folder / "a.eml"))[0]["outcome"] == "created"


def test_a_mail_from_the_pipe_is_stored_with_whom_it_was_for_and_taken_in(cast, piped, monkeypatch):
    """Raw first: the bytes are kept, then it becomes what its sender asked for."""
    monkeypatch.setenv("SENDER", "anna@example.com")
    monkeypatch.setenv("ORIGINAL_RECIPIENT", "support+tag@example.com")
    piped(MAIL)
    (said,) = received("--json")
    row = IncomingMail.objects.get()
    assert (row.source, row.envelope_from, row.envelope_to) == ("pipe", "anna@example.com", ["support+tag@example.com"])
    assert (said["outcome"], said["reason"]) == (row.outcome, row.reason) and said["subject"] == "Printer"
    assert said["ticket"] == row.reference.partition("#")[0]


def test_the_same_mail_twice_is_one_mail(cast, letters):
    """T05."""
    folder = letters(a=MAIL, b=MAIL)
    first, second = received("--json", "--batch", str(folder))
    assert IncomingMail.objects.count() == 1 and first["ticket"] == second["ticket"]


def test_what_cannot_be_stored_is_for_the_mail_server_to_try_again(db, piped, monkeypatch):
    from mail import intake

    def full(*arguments, **options):
        raise OSError("No space left on device")

    monkeypatch.setattr(intake, "store", full)
    piped(MAIL)
    with pytest.raises(CommandError) as refused:
        received("--json")
    assert refused.value.returncode == 75


def test_a_file_or_folder_that_is_not_there_is_said():
    with pytest.raises(CommandError):
        received("--dry-run", "nowhere.eml")
    with pytest.raises(CommandError):
        received("--dry-run", "--batch", "nowhere")


# --- As a mail server starts it ---------------------------------------------------------------------------------------


@pytest.fixture
def mail_server(tmp_path):
    """`mail_server("SECRET_KEY=…")`: the exit code a mail server sees, whose own environment is nearly empty."""

    def hand_over(environment):
        (tmp_path / "helpdesk.env").write_text(environment)
        program = [settings.BASE_DIR / "bin" / "receive", tmp_path / "helpdesk.env"]
        bare = {"PATH": os.environ["PATH"], "PYTHON": sys.executable}
        return subprocess.run(program, input=MAIL, env=bare, cwd=tmp_path, capture_output=True).returncode

    return hand_over


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_needs_to_know_nothing_but_where_the_environment_is_written(mail_server, cast):
    """README, "A pipe"."""
    given = environment_of_this_database()
    wanted = ("DATABASE_URL", "HELPDESK_VAR", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HISTORY_KEYS")
    assert mail_server("".join(f"{name}={shlex.quote(given[name])}\n" for name in wanted)) == 0
    assert IncomingMail.objects.get().subject == "Printer"


@pytest.mark.parametrize("environment", ["", "HELPDESK_VAR=/dev/null\n", "( no shell can read this\n"])
def test_whatever_is_wrong_with_us_the_mail_server_tries_again_later(mail_server, environment):
    assert mail_server(environment) == 75

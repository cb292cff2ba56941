"""`manage.py receive_email`: takes raw mails into the pipeline; a pipe for any mail server (CONTRACT)."""

import json
import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

TRY_LATER = 75  # what a mail server understands as "not now" (sysexits.h, EX_TEMPFAIL)


class Command(BaseCommand):
    help = "Takes raw mails, from files or from a pipe, and makes messages and tickets of them."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", metavar="FILE", help="a raw mail; - or nothing reads it from the pipe")
        parser.add_argument("--batch", metavar="DIR", help="takes every file of a folder, in the order of their names")
        parser.add_argument("--json", action="store_true", help="says what became of each mail as a line of JSON")
        parser.add_argument("--dry-run", action="store_true", help="only reads the mails, and writes nothing")

    def handle(self, *, files, batch, **options):
        for name, path in mails(files, batch):
            said = {"file": name, **become(content(path), piped=path is None, **options)}
            words = (said["file"], said["outcome"], said["reason"], said["ticket"])
            self.stdout.write(json.dumps(said) if options["json"] else " ".join(filter(None, words)))
            self.stdout.flush()


def mails(files, batch):
    """Yield the name and the path of each mail; no path stands for the pipe. Raises CommandError for no folder."""
    if batch:
        if not Path(batch).is_dir():
            raise CommandError(f"{batch} is no folder.")
        yield from ((path.name, path) for path in sorted(Path(batch).iterdir()) if not path.name.startswith("."))
        return
    for name in files or ["-"]:
        yield ("-", None) if name == "-" else (Path(name).name, Path(name))


def content(path) -> bytes:
    try:
        return path.read_bytes() if path else sys.stdin.buffer.read()
    except OSError as error:
        raise CommandError(str(error))


def become(raw, *, piped, dry_run, json, **options) -> dict:
    """What became of a mail, or would; with what it says, when that is asked for."""
    from mail.parsing import Letter, warden
    from mail.parsing.telling import told

    outcome = {} if dry_run else taken(raw, piped=piped)
    if not dry_run and not json:
        return outcome
    try:
        letter, trouble = warden.read(raw), ""
    except warden.Unreadable as error:
        letter, trouble = Letter(), error.reason
    return {**(outcome or foretold(letter, trouble)), **told(letter)}


def foretold(letter, trouble) -> dict:
    """What would become of a mail, as far as the mail alone tells."""
    if "unreadable" in letter.trouble or not letter.sender.address:
        trouble = trouble or ("unreadable" if "unreadable" in letter.trouble else "no_sender")
    if letter.kind in ("bounce", "feedback"):
        return {"outcome": "ignored", "reason": letter.kind, "ticket": ""}
    if trouble == "no_sender":
        return {"outcome": "rejected", "reason": trouble, "ticket": ""}
    if trouble:
        return {"outcome": "quarantined", "reason": trouble, "ticket": ""}
    return {"outcome": "created", "reason": "" if letter.kind == "normal" else letter.kind, "ticket": ""}


def taken(raw, *, piped) -> dict:
    """Store a mail, then read it at once; one that could not be stored is the mail server's to try again.

    Servers that hand mail to a pipe say in the environment from whom and to whom it went.
    """
    from django.db import Error

    from mail import intake
    from mail.models import IncomingMail
    from tickets.inbound import taking

    recipient = os.environ.get("ORIGINAL_RECIPIENT") or os.environ.get("RECIPIENT") if piped else ""
    sender = os.environ.get("SENDER", "") if piped else ""
    try:
        row = intake.store(
            raw, source=IncomingMail.Source.PIPE, envelope_from=sender, envelope_to=[recipient] if recipient else []
        )
    except (Error, OSError) as error:
        raise CommandError(str(error), returncode=TRY_LATER)
    if intake.take(row):
        taking.handle(row)
        row.refresh_from_db()
    outcome, reason = row.outcome or "quarantined", row.reason if row.outcome else "tried_again"
    return {"outcome": outcome, "reason": reason, "ticket": row.reference.partition("#")[0]}

"""`manage.py receive_email`: takes raw mails into the pipeline; a pipe for any mail server (CONTRACT)."""
import json
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
        take = read_only if options["dry_run"] else taken
        for name, path in mails(files, batch):
            said = {"file": name, **take(sys.stdin.buffer.read() if path is None else content(path))}
            line = json.dumps(said) if options["json"] else f"{name}: {said['outcome']} {said['reason']}".rstrip()
            self.stdout.write(line)
            self.stdout.flush()


def mails(files, batch):
    """Yield the name and the path of each mail; no path stands for the pipe. Raises CommandError for no folder."""
    if batch:
        if not Path(batch).is_dir():
            raise CommandError(f"{batch} is no folder.")
        yield from ((path.name, path) for path in sorted(Path(batch).iterdir()) if not path.name.startswith("."))
        return
    for name in files or ["-"]:
        yield (name, None) if name == "-" else (Path(name).name, Path(name))


def content(path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(str(error))


def read_only(raw) -> dict:
    """What a mail says, and what would become of it as far as the mail alone tells."""
    from mail.parsing import warden
    from mail.parsing.letter import Letter
    from mail.parsing.telling import told

    try:
        letter = warden.read(raw)
    except warden.Unreadable as error:
        return {"outcome": "quarantined", "reason": error.reason, "ticket": "", **told(Letter())}
    outcome, reason = "created", "" if letter.kind == "normal" else letter.kind
    if letter.kind in ("bounce", "feedback"):
        outcome = "ignored"
    elif "unreadable" in letter.trouble or not letter.sender.address:
        outcome, reason = "quarantined", "unreadable" if "unreadable" in letter.trouble else "no_sender"
    return {"outcome": outcome, "reason": reason, "ticket": "", **told(letter)}


def taken(raw) -> dict:
    """What became of a mail. A mail that could not even be stored is the mail server's to try again."""
    from django.db import Error

    from mail import intake
    from mail.parsing.letter import Letter
    from mail.parsing.telling import told

    try:
        done = intake.take(raw)
    except (Error, OSError) as error:
        raise CommandError(str(error), returncode=TRY_LATER)
    return {"outcome": done.outcome, "reason": done.reason, "ticket": done.ticket, **told(done.letter or Letter())}

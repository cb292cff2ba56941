"""Measures a mail through the whole pipeline against the bare page, on the database of DATABASE_URL.

    DATABASE_URL=postgres://… python -m benchmarks.letters [--rounds 5] [--name 1000000]

From raw bytes to what they did: stored, read under the warden's limits, cleaned, added to its ticket or made one, with
history, search document, notifications and letters. One worker, one mail after the other. The measure is CPU time: of
this process, of the warden's, and of the database's for both.
"""

import argparse
import json
import os
import secrets
import statistics
import sys
import time
from datetime import UTC, datetime
from itertools import count

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
MAILS, BARE = 12, 40  # of a batch
HTML = (
    "<html><body><div><p>Good morning,</p><p>the <b>backup</b> ends with an error: the disk is said to be full, but"
    " <code>df</code> shows 40 % free.</p><ul><li>It began at 22:40.</li><li>Restarting did not help.</li></ul></div>"
    "<div class='gmail_quote'>On Mon, 2 Nov 2026 at 10:00, Support wrote:<blockquote>{quoted}</blockquote></div>"
    "</body></html>"
)
serial = count(1)


def main():
    wanted = arguments()
    django.setup()
    from .cast import Cast
    from .machine import described
    from .pages import pages
    from .run import RESULTS, Run
    from .server import Server

    with Server("helpdesk-benchmark") as server, Cast() as cast:
        bare = pages(cast)[0]
        run = Run(server, bare, [])
        run.warm()
        kinds = kinds_of(cast)
        post = Post()
        for write in kinds.values():
            post.batch(write, 3)
        spent = {kind: [] for kind in kinds}
        for number in range(1, wanted.rounds + 1):
            unit = sum(run.batch(bare, BARE))
            for kind, write in kinds.items():
                own, took = post.batch(write, MAILS)
                after = sum(run.batch(bare, BARE))
                spent[kind].append((*own, 2 * sum(own) / (unit + after), took))
                unit = after
            print(f"round {number} of {wanted.rounds}", file=sys.stderr)
        found = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            **described(),
            "rounds": wanted.rounds,
            "mails": {kind: figures(rows) for kind, rows in spent.items()},
        }
    name = wanted.name or str(found["tickets"])
    (RESULTS / f"mail-{name}.json").write_text(json.dumps(found, indent=1) + "\n")
    from .report import mail_table

    print(mail_table([found]))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--name", default="", help="of the file of results; the number of tickets if not given")
    return parser.parse_args()


class Post:
    """Hands mails to the pipeline in this process, and reads what they cost."""

    def __init__(self):
        from django.db import connection

        self.backend = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = cursor.fetchone()[0]

    def batch(self, write, number):
        """((CPU seconds a mail, application and database), seconds a mail) of so many mails."""
        from .server import cpu_of

        mails = [write() for _ in range(number)]
        application, database = self.cpu(), cpu_of(self.backend)
        started = time.perf_counter()
        for raw in mails:
            take(raw)
        took = time.perf_counter() - started
        spent = (self.cpu() - application) / number, (cpu_of(self.backend) - database) / number
        return spent, took / number

    def cpu(self):
        """CPU seconds of this process and of the one in which mails are read."""
        from mail.parsing.warden import _warden

        from .server import cpu_of

        return time.process_time() + (cpu_of(_warden.process.pid) if _warden.process else 0)


def take(raw):
    """What the fetcher and the worker do with one mail."""
    from mail import intake
    from tickets.inbound import taking

    row = intake.store(raw, source="pipe")
    if not intake.take(row) or taking.handle(row) is None or row.outcome not in ("created", "appended"):
        raise SystemExit(f"Mail {row.pk}: {row.outcome} {row.reason} {row.trouble}")


def kinds_of(cast):
    """{name: a function that writes one more mail of this kind}."""
    from departments.models import Department

    Department.objects.update(email_new="anyone")
    turns = {"text": count(), "html": count(), "new": count()}

    def ticket(kind):
        return cast.answered[next(turns[kind]) % len(cast.answered)]

    def reply(kind, body, content_type):
        row = ticket(kind)
        return letter(row.client, f"Re: [{row.number}] {row.subject}", body, content_type)

    quoted = "> " + "\n> ".join(["The disk was checked and is well."] * 12)
    said = "Good morning,\n\nsince yesterday the backup ends with an error, though the disk has room.\n\nThank you."
    text = f"{said}\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@example.com> wrote:\n{quoted}"
    return {
        "reply, plain text": lambda: reply("text", text, "text/plain"),
        "reply, HTML": lambda: reply("html", HTML.format(quoted="<p>It is well.</p>" * 12), "text/html"),
        "new ticket": lambda: letter(
            cast.openers[next(turns["new"]) % len(cast.openers)], "The backup ends with an error", text, "text/plain"
        ),
    }


def letter(sender, subject, body, content_type):
    reference = f"{next(serial)}{secrets.token_hex(6)}"
    lines = [
        f"From: {sender.full_name} <{sender.email}>",
        "To: support@example.com",
        f"Subject: {subject}",
        f"Message-ID: <{reference}@outside.example>",
        "Date: Mon, 02 Nov 2026 10:00:00 +0000",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type}; charset=utf-8",
    ]
    ending = f"<p>Ref {reference}</p>" if content_type == "text/html" else ""
    return "\r\n".join([*lines, "", body + ending, ""]).encode()


def figures(rows):
    """Medians of the rounds: CPU milliseconds, units, mails a second."""
    application, database, units, took = (statistics.median(column) for column in zip(*rows, strict=True))
    return {
        "app_ms": round(application * 1000, 2),
        "db_ms": round(database * 1000, 2),
        "units": round(units, 2),
        "per_second": round(1 / took, 1),
    }


if __name__ == "__main__":
    main()

"""Measures a mail through the whole pipeline against the bare page, on the database of DATABASE_URL.

    DATABASE_URL=postgres://… python -m benchmarks.letters [--rounds 5] [--name 1000000]

From raw bytes to what they did: stored, claimed, read under the warden's limits, cleaned, added to its ticket or made
one, with history, search document, notifications and receipt. MAILS arrive one after the other, then one worker reads
them all, as in a busy minute. The measure is CPU time: this process's, the warden's, and the database's for both.
"""

import argparse
import hashlib
import json
import os
import secrets
import statistics
import sys
import time
from datetime import UTC, datetime
from email.utils import parseaddr
from itertools import count, cycle

import django
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

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
        at_ease()
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
        take(mails)
        took = time.perf_counter() - started
        spent = (self.cpu() - application) / number, (cpu_of(self.backend) - database) / number
        check(mails)
        let_it_be_quiet()
        return spent, took / number

    def cpu(self):
        """CPU seconds of this process and of the one in which mails are read."""
        from mail.parsing.warden import _warden

        from .server import cpu_of

        return time.process_time() + (cpu_of(_warden.process.pid) if _warden.process else 0)


def take(mails):
    """What the fetcher and the worker do with these mails."""
    from mail import intake
    from tickets.inbound import taking

    for raw in mails:
        intake.store(raw, source="pipe")
    taking.take_in()


def check(mails):
    """Stop when one of these mails did not do what it should, or its receipt was not written."""
    from mail.models import IncomingMail, OutgoingMail

    hashes = [hashlib.sha256(raw).hexdigest() for raw in mails]
    done = IncomingMail.objects.filter(content_hash__in=hashes, outcome__in=("created", "appended"))
    done = dict(done.values_list("reference", "outcome"))
    made = [reference for reference, outcome in done.items() if outcome == "created"]
    receipts = OutgoingMail.objects.filter(reference__in=made, kind="receipt").count()
    if len(done) != len(mails) or receipts != len(made):
        raise SystemExit(f"{len(done)} of {len(mails)} mails came to something, {receipts} had a receipt.")


def let_it_be_quiet():
    """Nothing waits for the end of a client's messages any more: minutes have passed, and its letters are written."""
    from tickets.models import Notification

    Notification.objects.exclude(letter_due_at=None).update(letter_due_at=None)


def kinds_of(cast):
    """{name: a function that writes one more mail of this kind}."""
    at_ease()
    let_it_be_quiet()
    writers = people_who_write(cast)
    waiting, *others = sorted({row.department_id for row in cast.answered})
    tickets = {
        "grouped": cycle([row for row in cast.answered if row.department_id == waiting]),
        "at once": cycle([row for row in cast.answered if row.department_id != waiting]),
    }
    tell_at_once(others)

    def reply(body, content_type, told="grouped"):
        row = next(tickets[told])
        return letter(row.client, f"Re: [{row.number}] {row.subject}", body, content_type)

    quoted = "> " + "\n> ".join(["The disk was checked and is well."] * 12)
    said = "Good morning,\n\nsince yesterday the backup ends with an error, though the disk has room.\n\nThank you."
    text = f"{said}\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@example.com> wrote:\n{quoted}"
    return {
        "reply, plain text": lambda: reply(text, "text/plain"),
        "reply, HTML": lambda: reply(HTML.format(quoted="<p>It is well.</p>" * 12), "text/html"),
        "reply, plain text, staff told at once": lambda: reply(text, "text/plain", "at once"),
        "new ticket, with receipt": lambda: letter(next(writers), "The backup ends with an error", text, "text/plain"),
    }


def at_ease():
    """Let anybody open tickets by mail, and let the hour of answers that go out by themselves begin anew. Tables that
    only benchmarks have filled get their statistics, as autovacuum makes them in life."""
    from accounts.models import GuestPass
    from departments.models import Department
    from mail.models import IncomingMail, OutgoingMail
    from tickets.inbound.refusing import AUTOMATIC, HOUR
    from tickets.models import MailId, Notification

    Department.objects.update(email_new="anyone", group_minutes=None)
    OutgoingMail.objects.filter(kind__in=AUTOMATIC, created_at__gt=timezone.now() - HOUR).update(
        created_at=F("created_at") - HOUR
    )
    with connection.cursor() as cursor:
        for model in (IncomingMail, OutgoingMail, Notification, MailId, GuestPass):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def tell_at_once(departments):
    """Let staff of these departments have a letter of each message."""
    from departments.models import Department
    from departments.policy import forget

    Department.objects.filter(pk__in=departments).update(group_minutes=0)
    forget()


def people_who_write(cast):
    """Clients who open a ticket one after the other, so that each is sent a receipt."""
    from accounts.models import User

    people = User.objects.filter(email__endswith="@example.net", is_staff=False, is_active=True)
    start = secrets.randbelow(people.latest("pk").pk // 2)
    return people.filter(pk__gt=start).exclude(pk=cast.client.pk).order_by("pk").iterator()


def letter(sender, subject, body, content_type):
    reference = f"{next(serial)}{secrets.token_hex(6)}"
    lines = [
        f"From: {sender.full_name} <{sender.email}>",
        f"To: {parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
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

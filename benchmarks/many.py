"""Measures an act on many tickets on the database of DATABASE_URL: closed by a job, told by letters, all taken back.

    DATABASE_URL=postgres://… python -m benchmarks.many [--tickets 1000]

What a worker does, in this process: the job's steps, each with its tickets locked, histories, search and notices; then
the letters left for later; then Undo. The measure is CPU time a ticket, of the application and of the database.
"""

import argparse
import os
import time

import django
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1000)
    wanted = parser.parse_args()
    django.setup()
    from .cast import Cast

    with Cast() as cast:
        rows = measured(cast, wanted.tickets)
    print("| what | tickets | CPU ms application | CPU ms database | tickets a second |\n|---|---|---|---|---|")
    for name, number, application, database, took in rows:
        each = (1000 * application / number, 1000 * database / number, number / took)
        print(f"| {name} | {number:,} | {each[0]:.1f} | {each[1]:.1f} | {each[2]:.0f} |")


def measured(cast, number):
    """[(what, how many, CPU seconds of the application, of the database, seconds)]."""
    from accounts.viewer import Viewer
    from tickets import bulk
    from tickets.automation import timers
    from tickets.models import Ticket

    viewer, listed = Viewer(cast.operator), Ticket.objects.filter(hidden="", merged_into=None)
    lot = list(listed.filter(category="closed").order_by("-pk").values_list("pk", flat=True)[:number])
    through(bulk.start(viewer, "status", {"status": "customer-reply"}, lot))
    timers.write_letters()
    started = clocks()
    job = through(bulk.start(viewer, "close", {}, lot))
    closed = clocks()
    timers.write_letters()
    written = clocks()
    through(bulk.undo(job))
    undone = clocks()
    through(bulk.start(viewer, "close", {}, lot))
    timers.write_letters()
    names = ("close", "their letters", "Undo")
    marks = zip(names, (started, closed, written), (closed, written, undone), strict=True)
    return [(name, len(lot), *(b - a for a, b in zip(before, after, strict=True))) for name, before, after in marks]


def through(job):
    """Do all steps of a job. Returns it as it ended."""
    from tickets import bulk

    while job.state in bulk.UNFINISHED:
        job = bulk.step(job.pk)
    return job


def clocks():
    """(CPU seconds of this process, of the database's, the time)."""
    from .server import cpu_of

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    return time.process_time(), cpu_of(backend), time.perf_counter()


if __name__ == "__main__":
    main()

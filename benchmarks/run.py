"""Measures every page against the bare page, in rounds, on the database of DATABASE_URL, and writes the figures down.

    DATABASE_URL=postgres://… python -m benchmarks.run [--rounds 5] [--only queue,ticket] [--name 1000000]

The database is one that `manage.py fill` filled; opening and replying add a few hundred messages to it. Everything
happens on this machine. The measure is CPU time (STACK: wall time says more about the neighbours), of the process that
answers and of the database's processes for it; each figure is divided by that of the bare page in the same round.
"""

import argparse
import json
import os
import re
import statistics
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk_site.settings")
RESULTS = Path(__file__).parent / "results"
READS, WRITES, BARE = 24, 10, 40  # requests of a batch
CLIENTS = 8


def main():
    wanted = arguments()
    django.setup()
    from helpdesk_site.preparing import collect_static, compile_translations

    from .cast import Cast
    from .machine import described
    from .pages import pages
    from .server import Server

    compile_translations()
    collect_static()
    with Server("helpdesk-benchmark") as server, Cast() as cast:
        every = pages(cast)
        chosen = [page for page in every if not wanted.only or page.code in wanted.only.split(",")]
        run = Run(server, every[0], [page for page in chosen if page is not every[0]])
        run.warm()
        for number in range(1, wanted.rounds + 1):
            run.round()
            print(f"round {number} of {wanted.rounds}", file=sys.stderr)
        run.crowd(max(1, wanted.rounds // 2))
        found = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            **described(),
            "rounds": wanted.rounds,
            "pages": run.figures(),
            "weight": weights(server, every),
        }
    name = wanted.name or str(found["tickets"])
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
    from .report import table

    print(table(found))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="codes of pages, with commas")
    parser.add_argument("--name", default="", help="of the file of results; the number of tickets if not given")
    return parser.parse_args()


class Run:
    """All batches of one run, and what they gave."""

    def __init__(self, server, unit, pages):
        self.server, self.unit, self.pages = server, unit, pages
        self.serial = {page.code: count() for page in [unit, *pages]}
        self.cpu = {page.code: [] for page in [unit, *pages]}  # (application, database, in units) a round
        self.alone = {page.code: [] for page in [unit, *pages]}  # seconds
        self.crowded = {page.code: [] for page in [unit, *pages]}
        self.counted = {}
        self.marked, self.marked_at = "", 0

    def requests(self, page, number):
        """The next so many requests of a page; of one that has not changed, with the mark it bears just now."""
        made = [page.make(next(self.serial[page.code])) for _ in range(number)]
        return [replace(request, mark=self.mark(request)) for request in made] if page.unchanged else made

    def mark(self, request):
        """The mark by which a browser asks whether anything has changed since."""
        if time.monotonic() - self.marked_at > 1:
            line = self.server.connect()
            self.marked, self.marked_at = send(line, request)[0].headers["ETag"], time.monotonic()
            line.close()
        return self.marked

    def warm(self):
        """Each page a few times, unmeasured, on every thread; then its statements."""
        for page in [self.unit, *self.pages]:
            self.send_all(page, self.requests(page, 2 if page.writes else CLIENTS * 2), CLIENTS)
            counts = [self.count(page) for _ in range(3)]
            self.counted[page.code] = {**min(counts, key=lambda row: (row["statements"], row["sql_ms"]))}

    def count(self, page):
        line = self.server.connect()
        answer, body = send(line, self.requests(page, 1)[0], {"X-Count-Statements": "1"})
        line.close()
        return {
            "statements": int(answer.headers["X-Statements"]),
            "sql_ms": float(answer.headers["X-SQL-Milliseconds"]),
            "bytes": len(body),
        }

    def round(self):
        """One client: a batch of every page, each between two batches of the unit."""
        unit = self.batch(self.unit, BARE)
        for page in self.pages:
            before, own = unit, self.batch(page, WRITES if page.writes else READS)
            unit = self.batch(self.unit, BARE)
            self.cpu[page.code].append((*own, 2 * sum(own) / (sum(before) + sum(unit))))

    def batch(self, page, number):
        """Ask `number` times one after the other; returns CPU seconds a request, (application, database)."""
        requests = self.requests(page, number)
        application, database = self.server.cpu()
        self.alone[page.code] += self.send_all(page, requests, 1)
        after = self.server.cpu()
        spent = (after[0] - application) / number, (after[1] - database) / number
        if page is self.unit:
            self.cpu[page.code].append((*spent, 1.0))
        return spent

    def crowd(self, rounds):
        """CLIENTS clients at once."""
        for _round in range(rounds):
            for page in [self.unit, *self.pages]:
                requests = self.requests(page, CLIENTS * (2 if page.writes else 5))
                self.crowded[page.code] += self.send_all(page, requests, CLIENTS)

    def send_all(self, page, requests, clients):
        """Send these requests by so many clients; returns the seconds each took."""
        took = []

        def client(own):
            line = self.server.connect()
            for request in own:
                started = time.perf_counter()
                send(line, request)
                took.append(time.perf_counter() - started)
            line.close()

        threads = [threading.Thread(target=client, args=[requests[at::clients]]) for at in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(took) != len(requests):
            raise SystemExit(f"{page.name}: the server did not answer as it should.")
        return took

    def figures(self):
        """{code: figures}, milliseconds and units."""
        found = {}
        for page in [self.unit, *self.pages]:
            application, database, units = zip(*self.cpu[page.code], strict=True)
            found[page.code] = {
                "name": page.name,
                "target": page.target,
                "most": page.most,
                **self.counted[page.code],
                "app_ms": round(statistics.median(application) * 1000, 2),
                "db_ms": round(statistics.median(database) * 1000, 2),
                "units": round(statistics.median(units), 2),
                "one": quantiles(self.alone[page.code]),
                "eight": quantiles(self.crowded[page.code]),
            }
        return found


def send(line, request, headers=None):
    """One request and its whole answer; raises for anything but a page or a redirect."""
    headers = {"Cookie": request.cookie, "Accept-Language": "en", **(headers or {})}
    if request.mark:
        headers |= {"If-None-Match": request.mark, "X-Unattended": "1", "X-Requested-With": "fetch"}
    if request.body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request("POST", request.path, request.body, headers)
    else:
        line.request("GET", request.path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    if answer.status != (302 if request.body else 304 if request.mark else 200):
        raise SystemExit(f"{request.path}: {answer.status} {body[:300]!r}")
    return answer, body


def quantiles(seconds):
    """[p50, p95] in milliseconds."""
    if len(seconds) < 2:
        return []
    parts = statistics.quantiles(seconds, n=20, method="inclusive")
    return [round(parts[9] * 1000, 1), round(parts[18] * 1000, 1)]


def weights(server, every):
    """Bytes of the CSS and JavaScript a page loads, compressed as it is served, for the desk and for clients."""
    found = {}
    for page in every:
        if page.code in ("ticket", "own"):
            line = server.connect()
            _answer, body = send(line, page.make(0))
            parts = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', body.decode())
            found[page.name] = {path: weigh(line, path) for path in parts}
            line.close()
    return found


def weigh(line, path):
    line.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
    return len(line.getresponse().read())


if __name__ == "__main__":
    main()

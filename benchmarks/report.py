"""Turns results into the tables of README.md: `python -m benchmarks.report 10000 100000 1000000` writes them there."""

import json
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->"
COLUMNS = (
    "page", "units", "target", "statements", "SQL ms", "CPU ms application", "CPU ms database",
    "p50 / p95 ms, 1 client", "8 clients",
)  # fmt: skip
HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


def table(found):
    """One run as a Markdown table."""
    rows = [HEAD]
    for page in found["pages"].values():
        statements = f"{page['statements']}" + (f" of {page['most']}" if page["most"] else "")
        target = f"≤ {page['target']:g}" if page["target"] else ""
        missed = page["target"] and page["units"] > page["target"]
        units = f"**{page['units']:.2f}**" if missed else f"{page['units']:.2f}"
        times = [" / ".join(f"{ms:.0f}" for ms in page[key]) for key in ("one", "eight")]
        rows.append(
            f"| {page['name']} | {units} | {target} | {statements} | {page['sql_ms']:.1f} | {page['app_ms']:.1f}"
            f" | {page['db_ms']:.1f} | {times[0]} | {times[1]} |"
        )
    return "\n".join(rows)


def growth(small, large):
    """Each page of the larger database against itself in the smaller one."""
    sizes = f"CPU ms at {small['tickets']:,} | at {large['tickets']:,}"
    rows = [f"| page | {sizes} | times, in units (target 1.2) |", "|---|---|---|---|"]
    for code, page in large["pages"].items():
        if code in small["pages"]:
            before, after = (row["app_ms"] + row["db_ms"] for row in (small["pages"][code], page))
            by_unit = page["units"] / small["pages"][code]["units"]
            rows.append(f"| {page['name']} | {before:.1f} | {after:.1f} | {by_unit:.2f} |")
    return "\n".join(rows)


def weight(found):
    rows = ["| page | files | kB compressed |", "|---|---|---|"]
    for name, parts in found["weight"].items():
        rows.append(f"| {name} | {len(parts)} | {sum(parts.values()) / 1000:.1f} |")
    return "\n".join(rows)


MOST_A_MAIL = 6  # bare pages


def mail_table(runs):
    """What a mail costs through the whole pipeline, the smallest database first."""
    rows = ["| mail | tickets | units | target | CPU ms application | CPU ms database | mails a second |"]
    rows.append("|---" * 7 + "|")
    for run in runs:
        for kind, mail in run["mails"].items():
            units = f"**{mail['units']:.2f}**" if mail["units"] > MOST_A_MAIL else f"{mail['units']:.2f}"
            rows.append(
                f"| {kind} | {run['tickets']:,} | {units} | ≤ {MOST_A_MAIL} | {mail['app_ms']:.1f}"
                f" | {mail['db_ms']:.1f} | {mail['per_second']:.0f} |"
            )
    return "\n".join(rows)


def load(name):
    return {"name": name, **json.loads((RESULTS / f"{name}.json").read_text())}


def report(runs):
    """All tables of some runs, the smallest database first."""
    parts = []
    for run in reversed(runs):
        parts.append(f"### {run['tickets']:,} tickets, {run['messages']:,} messages, {run['events']:,} events")
        parts.append(f"{run['date']}; {run['machine']}; {run['software']}; {run['rounds']} rounds; load {run['load']}.")
        parts.append(table(run))
    if len(runs) > 1:
        parts += ["### Growth", growth(runs[0], runs[-1])]
    letters = [load(f"mail-{run['name']}") for run in runs if (RESULTS / f"mail-{run['name']}.json").is_file()]
    if letters:
        parts += ["### Mail in", mail_table(letters)]
    return "\n\n".join([*parts, "### CSS and JavaScript", weight(runs[-1])]) + "\n"


def write(text):
    """Put the tables into README.md, between their marks."""
    before, _begin, rest = README.read_text().partition(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    write(report([load(name) for name in sys.argv[1:]]))

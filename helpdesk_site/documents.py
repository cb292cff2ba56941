"""Keeps `docs/behaviours.md` and `docs/promises.md` true: which test holds which number.

A test cites the numbers it holds in its docstring (S15, C3, T12, S173-S175). `python -m helpdesk_site.documents` writes
the links anew; `helpdesk_site/tests/test_documents.py` fails where a number has neither a test nor a place on the list
of what is still to come.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEHAVIOURS, PROMISES = ROOT / "docs/behaviours.md", ROOT / "docs/promises.md"
NUMBERS = {BEHAVIOURS: [f"S{n}" for n in range(1, 206)] + [f"C{n}" for n in range(1, 25)]}
NUMBERS[PROMISES] = [f"T{n:02}" for n in range(1, 28)]

CITED = re.compile(r"\b([SCT])(\d{1,3})(?:[-–]\1?(\d{1,3}))?\b")
LINE = re.compile(r"^- \*\*([SCT]\d+)\*\* (.*?)(?: (?:Held|In part held) by (.*))?$", re.M)
TO_COME = "## Still to come\n"
MOST_LINKS = 3


def citations():
    """{number: [(path, test name)]}; the tests that speak of the fewest numbers first, whole modules last."""
    found = defaultdict(list)
    for path in sorted(ROOT.glob("*/tests/test_*.py")):
        module = ast.parse(path.read_text())
        for number in cited_in(module):
            found[number].append((999, path, ""))
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                numbers = cited_in(node)
                for number in numbers:
                    found[number].append((len(numbers), path, node.name))
    return {number: [(path, test) for _few, path, test in sorted(tests)] for number, tests in found.items()}


def cited_in(node):
    """The numbers a docstring cites, ranges told out: "S173-S175" is three."""
    found = set()
    for letter, first, last in CITED.findall(ast.get_docstring(node) or ""):
        width = 2 if letter == "T" else 1
        found |= {f"{letter}{number:0{width}}" for number in range(int(first), int(last or first) + 1)}
    return found


def still_to_come(text):
    """The numbers on the list at the end of a document."""
    return set(re.findall(r"\b[SCT]\d+\b", text.partition(TO_COME)[2]))


def with_links(text, tests):
    """The document with the links of this moment; a number still to come may be held in part."""
    to_come = still_to_come(text)

    def line(match):
        number, sentence = match[1], match[2]
        held = [link(path, test) for path, test in tests.get(number, [])[:MOST_LINKS]]
        how = "In part held" if number in to_come else "Held"
        return f"- **{number}** {sentence}" + (f" {how} by {', '.join(held)}" if held else "")

    return LINE.sub(line, text)


def link(path, test):
    where = path.relative_to(ROOT)
    return f"[{test or where.stem}](../{where})"


if __name__ == "__main__":
    for document in NUMBERS:
        document.write_text(with_links(document.read_text(), citations()))

"""What a text names by number: “#12” a message, “#12.3” the third point of the numbered list in it (S64).

Works on HTML that helpdesk_site.lib.text has cleaned: well-formed, its `<ol>` with no attribute but `start`.
"""

import re
from collections.abc import Callable
from html import escape

PARTS = re.compile(r"(<[^>]*>)")
_NAMED = re.compile(
    r"(?<![\w&#/])(?:(?P<ticket>[A-Z]{3}-[0-9]{6})(?:\s|&nbsp;))?"
    r"#(?P<note>N?)(?P<number>[0-9]{1,5})(?:\.(?P<point>[0-9]{1,3}))?(?![\w;])"
)
_TICKET = re.compile(r"(?<![\w&#/-])[A-Z]{3}-[0-9]{6}(?![\w-])")
_START = re.compile(r'<ol start="([0-9]{1,9})"')
_OUTSIDE = ("a", "code", "pre")
MOST_POINTS = 200  # of one message


def linked(html: str, refer: Callable) -> str:
    """Return HTML in which what the text names is a link, outside of links and code.

    `refer(ticket, is_note, number, point)` gives the anchor of it, or its address on another page, "" for what is not
    there; ticket is "" for this one, point 0 for the message itself.
    """
    return outside_links(html, lambda text: _NAMED.sub(lambda found: _link(found, refer), text))


def outside_links(html: str, change: Callable) -> str:
    """Return HTML in which each piece of its text, as it is written down, is what `change` makes of it; what stands in
    links and code stays."""
    out, inside = [], 0
    for part in PARTS.split(html):
        if part.startswith("<"):
            if name_of(part) in _OUTSIDE:
                inside += -1 if part.startswith("</") else 1
        elif not inside:
            part = change(part)
        out.append(part)
    return "".join(out)


def _link(found, refer):
    anchor = refer(*_named(found))
    address = anchor if anchor.startswith("/") else f"#{anchor}"
    return f'<a href="{address}">{found[0]}</a>' if anchor else found[0]


def _named(found):
    return found["ticket"] or "", bool(found["note"]), int(found["number"]), int(found["point"] or 0)


def named_in(text: str) -> list[tuple]:
    """Return what a plain text names, as `linked` asks for it."""
    return [_named(found) for found in _NAMED.finditer(text)]


def tickets_in(text: str) -> set[str]:
    """Return the numbers of the tickets a plain text names."""
    return set(_TICKET.findall(text))


def tickets_linked(html: str, lead: Callable) -> str:
    """Return HTML in which numbers of tickets are links, outside of links and code. `lead(number)` gives the address
    and the subject, nothing for a ticket that is not to be seen."""

    def link(found):
        if not (where := lead(found[0])):
            return found[0]
        address, subject = where
        return f'<a href="{address}" title="{escape(subject)}">{found[0]}</a>'

    return outside_links(html, lambda text: _TICKET.sub(link, text))


def points_of(html: str) -> set[int]:
    """Return the numbers that the points of a message's own numbered lists have."""
    return {point for _at, point in _points(PARTS.split(html))} if "<ol" in html else set()


def pointed(html: str, label: str, anchor: str) -> str:
    """Return HTML in which each numbered point has an anchor and a link to itself, “#12.3”."""
    if "<ol" not in html:
        return html
    parts = PARTS.split(html)
    for at, point in _points(parts):
        here = f"{anchor}-{point}"
        parts[at] = f'<li id="{here}" class="point"><a class="point-n" href="#{here}">{label}.{point}</a>'
    return "".join(parts)


def _points(parts):
    """(index of its tag, number) of each point of the outermost numbered lists, quotations left out. Of several lists
    that count alike the first one has the numbers."""
    lists, quoted, next_one, seen = [], 0, 1, set()
    for at, part in enumerate(parts):
        name = name_of(part) if part.startswith("<") else ""
        ends = part.startswith("</")
        if name == "blockquote":
            quoted += -1 if ends else 1
        elif name in ("ol", "ul") and ends:
            lists = lists[:-1]
        elif name in ("ol", "ul"):
            lists.append(name)
            if lists == ["ol"]:
                start = _START.match(part)
                next_one = int(start[1]) if start else 1
        elif part == "<li>" and lists == ["ol"] and not quoted:
            if next_one not in seen and next_one <= 999 and len(seen) < MOST_POINTS:
                seen.add(next_one)
                yield at, next_one
            next_one += 1


def name_of(tag: str) -> str:
    return tag[1:].lstrip("/").split(" ")[0].rstrip(">")

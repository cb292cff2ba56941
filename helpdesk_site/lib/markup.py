"""Foreign HTML put in order before the sanitiser sees it.

nh3 decides what is safe; this module only sees to it that nh3 (and whoever reads its answer) is never given a shape
that costs more than its length: quadratic nesting, paragraphs that reopen a hundred tags, comments without an end
(SECURITY, "Measured on these libraries"). Each character is looked at once or twice.
"""
import re
from html import escape, unescape

DEPTH_LIMIT = 100  # open tags; deeper ones are left out, their text stays
TAGS_LIMIT = 20_000  # further ones are left out too
REOPENING_LIMIT = 5_000  # tags a browser would open again at the start of a block
VALUE_LIMIT = 4_000  # characters of an attribute

_VOID = frozenset(("br", "hr", "img", "wbr"))
_SELF_CLOSING = frozenset(  # their end may be left out
    ["caption", "colgroup", "dd", "dt", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr"]
)
_BLOCKS = _SELF_CLOSING | frozenset(
    ["address", "article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset", "figcaption", "figure"]
    + ["footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "pre", "section"]
    + ["table", "ul"]
)
_SKIPPED = frozenset(
    ["iframe", "math", "noembed", "noframes", "noscript", "object", "plaintext", "script", "select", "style", "svg"]
    + ["template", "textarea", "title", "xmp"]
)
_MARK = re.compile(r"<(?=[a-zA-Z!?/])")
_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>=][^\s/>=]*+|=)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>"'][^\s>]*+|(?=>)|["']))?""")
_LONE_AMPERSAND = re.compile(r"&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)")


def tags_and_text(html: str):
    """Yield ``("text", text)``, ``("open", name, {attribute: value})`` and ``("close", name)`` as a browser reads them.

    Text keeps its entities, with lone ampersands and brackets escaped. Comments, declarations, scripts, styles and
    other things that are no text are left out.
    """
    at, end = 0, len(html)
    while at < end:
        mark = _MARK.search(html, at)
        start = mark.start() if mark else end
        if start > at:
            yield "text", _escaped(html[at:start])
        if not mark:
            return
        at = start + 1
        found = _NAME.match(html, at)
        if html.startswith("!--", at):
            at = _behind(html, "-->", at + 1 if html.startswith(("!-->", "!--->"), at) else at + 3)
        elif found:
            name = found[1].lower()
            attributes, at = _attributes(html, found.end())
            if at > end:
                return
            if html[start + 1] == "/":
                yield "close", name
            elif name in _SKIPPED:
                at = _behind_element(html, name, at)
            else:
                yield "open", name, attributes
        else:
            at = _behind(html, ">", at)


def tidy(html: str, *, tags, attributes, renamed, reworked=()) -> str:
    """Return HTML of the given tags and attributes in which every tag that needs an end has one.

    ``renamed`` gives a tag another name ({"h1": "h4"}), ``reworked`` other attributes by a function of those it came
    with; None leaves it out. Safe it is not: that is for the sanitiser.
    """
    out, stack, reopened, opened = [], [], 0, 0
    for kind, name, *rest in tags_and_text(html):
        if kind == "text":
            out.append(name)
            continue
        name = renamed.get(name, name)
        if name in _BLOCKS:
            inline = sum(1 for tag in stack if tag not in _BLOCKS)
            reopened += inline
            if reopened > REOPENING_LIMIT:
                out.extend(f"</{tag}>" for tag in reversed(stack) if tag not in _BLOCKS)
                stack = [tag for tag in stack if tag in _BLOCKS]
        if name not in tags:
            if name in _BLOCKS:
                out.append(" ")
        elif kind == "open":
            ends = name not in _VOID and name not in _SELF_CLOSING
            opened += 1
            if opened > TAGS_LIMIT or (ends and len(stack) >= DEPTH_LIMIT):
                continue
            given = reworked[name](rest[0]) if name in reworked else rest[0]
            if given is None:
                continue
            out.append(_tag(name, given, attributes.get(name, ())))
            if ends:
                stack.append(name)
        elif name in _SELF_CLOSING:
            if opened <= TAGS_LIMIT:
                out.append(f"</{name}>")
        elif name in stack:
            while stack:
                last = stack.pop()
                out.append(f"</{last}>")
                if last == name:
                    break
    out.extend(f"</{tag}>" for tag in reversed(stack))
    return "".join(out)


def _tag(name: str, given: dict, allowed) -> str:
    parts = [name, *(f'{key}="{escape(value)}"' for key, value in given.items() if key in allowed)]
    return f"<{' '.join(parts)}>"


def _attributes(html: str, at: int) -> tuple[dict, int]:
    """Return the attributes of a tag and the place behind its ">"; a place behind the end when the tag has none."""
    found = {}
    while match := _ATTRIBUTE.match(html, at):
        at = match.end()
        value = match[2] or ""
        if value in ('"', "'"):
            return found, len(html) + 1
        if len(found) < 50 and len(value) <= VALUE_LIMIT:
            found.setdefault(match[1].lower(), unescape(value[1:-1] if value[:1] in ('"', "'") else value))
    end = html.find(">", at)
    return found, end + 1 if end >= 0 else len(html) + 1


def _behind(html: str, mark: str, at: int) -> int:
    found = html.find(mark, at)
    return found + len(mark) if found >= 0 else len(html)


def _behind_element(html: str, name: str, at: int) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])[^>]*>?", re.IGNORECASE).search(html, at)
    return found.end() if found else len(html)


def _escaped(text: str) -> str:
    text = _LONE_AMPERSAND.sub("&amp;", text)
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")

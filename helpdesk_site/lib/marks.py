"""Markdown as people write it to us, under limits that Python-Markdown lacks.

Python-Markdown can be stalled by a few kilobytes (STACK 4): brackets that never close, thousands of headings without an
empty line between them, fences without an end. So we read the lines first: code in fences is taken out, and a block
whose marks would cost too much is *numbed*: its marks become private characters, which mean nothing to Markdown and
come back at the end, so that the block is shown as it was typed and the rest keeps its form.
"""
import re
from html import escape
from itertools import groupby

import markdown
from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

LENGTH_LIMIT = 50_000  # characters
LINES_LIMIT = 5_000
BRACKETS_LIMIT = 200  # "[" in one line
SPACES_LIMIT = 100  # in a row
NESTING_LIMIT = 20  # quotes or lists opened by one line, and levels of indentation
BUDGET = 150_000_000  # what the blocks of one text may cost together, in about a nanosecond each
BRACKET_COST, LINE_COST, MARK_COST = 200, 20, 2  # of one mark for each character of its block, measured

HEADINGS = {"h1": "h4", "h2": "h5", "h3": "h6", "h4": "h6", "h5": "h6"}  # below the page's own, which go down to h3

_MARKS = "!#&()*+-:<=>[\\]_`|~"
_NUMBING = {ord(mark): 0x10F000 + ord(mark) for mark in _MARKS + "0123456789."}
_WAKING = {numb: escape(chr(awake), quote=False) for awake, numb in _NUMBING.items()}
_PRIVATE = re.compile(f"[{STX}{ETX}\U0010f000-\U0010f0ff]")
_QUOTED = r"(?P<quote>(?:[ ]{0,3}+>[ ]?+)*+)"
_SPACES = re.compile(f" {{{SPACES_LIMIT},}}")
_HASH = re.compile(r"(?<![^ >])#{1,6}(?![# ]|$)")
_FENCE = re.compile(_QUOTED + r"(?P<indent>[ ]*)(?P<fence>`{3,}+|~{3,}+)[ ]*+(?P<language>[^\s`]*+)[^`]*+")
_STRUCTURE = re.compile(r"[ ]*(?:[#>=+*|-]|[0-9]+\.)")
_NESTING = re.compile(r"(?:[ ]*+(?:>|[*+-][ ]|[0-9]{1,9}\.[ ]))*+")
_ITEM = re.compile(r"[ ]{0,3}(?:(?P<bullet>[*+-])|(?P<number>[0-9]{1,9})\.)[ ]+(?=\S)(?![ |:-]*$)")


_idle = []  # parsers: made once, each in the hands of one thread at a time


def to_html(source: str) -> str | None:
    """Return HTML that is well-formed but not yet safe, or None when the text is beyond all limits.

    HTML in the source is text, pictures are links to them, headings rank below the page's own.
    """
    if len(source) > LENGTH_LIMIT or source.count("\n") > LINES_LIMIT:
        return None
    try:
        parser = _idle.pop()
    except IndexError:
        parser = _new_parser()
    try:
        html = parser.reset().convert(source)
    except RecursionError:
        return None  # with it goes the parser: it stopped midway
    _idle.append(parser)
    return html.translate(_WAKING)


def _new_parser():
    extensions = [TableExtension(use_align_attribute=True), "sane_lists", "nl2br", _House()]
    return markdown.Markdown(extensions=extensions, output_format="html")


class _House(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.deregister("normalize_whitespace")
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(_Lines(md), "lines", 30)
        md.parser.blockprocessors.deregister("setextheader")  # "Regards" over "-----" is no heading
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_Tree(md), "house", 5)


class _Lines(Preprocessor):
    """Takes code out, opens lists that follow a line directly, numbs what costs too much."""

    def run(self, lines):
        lines = [line.rstrip() for line in _PRIVATE.sub("", "\n".join(lines)).split("\n")]
        lines = [_unnested(line) for line in self._without_fences(lines)]
        budget, result = BUDGET, []
        for blank, block in groupby(lines, key=lambda line: not line):
            block = list(block)
            cost = 0 if blank else _cost(block)
            if cost > budget or any(line.count("[") > BRACKETS_LIMIT for line in block):
                block = [line.translate(_NUMBING) for line in block]
            else:
                budget -= cost
            result += block
        return [*_with_lists_opened(result), "", ""]

    def _without_fences(self, lines):
        """Yield the lines with a mark for the HTML of each fenced piece of code; an open fence ends with the text."""
        at = 0
        while at < len(lines):
            found = _FENCE.fullmatch(lines[at])
            at += 1
            if not found:
                yield _plain(lines[at - 1])
                continue
            depth, code = found["quote"].count(">"), []
            end = re.compile(rf"[ ]*{found['fence'][0]}{{{len(found['fence'])},}}")
            while at < len(lines):
                line = _unquoted(lines[at], depth)
                if line is None:
                    break
                at += 1
                if end.fullmatch(line):
                    break
                code.append(_outdented(line, len(found["indent"])))
            else:
                code = "\n".join(code).rstrip("\n").split("\n")
            margin = "> " * depth + " " * (-(-len(found["indent"]) // 4) * 4 if len(found["indent"]) > 1 else 0)
            margin = margin[:NESTING_LIMIT * 4]
            goes_on = at < len(lines) and _unquoted(lines[at], depth)
            yield from (margin.rstrip(), margin + self._stored(code, found["language"]))
            yield margin.rstrip() if goes_on else ""

    def _stored(self, code, language):
        kind = f' class="language-{escape(language)}"' if language else ""
        text = escape("\n".join(code), quote=False)
        return self.md.htmlStash.store(f"<pre><code{kind}>{text}\n</code></pre>")


class _Tree(Treeprocessor):
    def run(self, root):
        inside_links = {child for link in root.iter("a") for child in link.iter() if child is not link}
        for element in root.iter():
            if element.tag == "img":
                element.tag = "span" if element in inside_links else "a"
                element.text = element.get("alt") or element.get("src")
                element.set("href", element.attrib.pop("src", ""))
            elif element.tag in HEADINGS:
                element.tag = HEADINGS[element.tag]


def _plain(line: str) -> str:
    """Return a line with its spaces in bounds; ``#4521`` at its beginning is a number, only ``# 4521`` a heading."""
    line = _SPACES.sub(" " * SPACES_LIMIT, line.expandtabs(4))
    return _HASH.sub(lambda found: found[0].translate(_NUMBING), line, count=1)


def _unquoted(line: str, depth: int) -> str | None:
    for _ in range(depth):
        found = re.match(r" {0,3}> ?", line)
        if not found:
            return None
        line = line[found.end():]
    return line


def _outdented(line: str, width: int) -> str:
    return line[min(width, len(line) - len(line.lstrip(" "))):]


def _unnested(line: str) -> str:
    """Numb the marks with which one line opens more quotes and lists than anybody reads."""
    head = _NESTING.match(line)[0]
    if len(head) <= NESTING_LIMIT:
        return line
    kept = head[:NESTING_LIMIT]
    return kept + line[len(kept):len(head)].translate(_NUMBING) + line[len(head):]


def _cost(block) -> int:
    text = "\n".join(block)
    brackets = text.count("[")
    structure = sum(1 for line in block if _STRUCTURE.match(line))
    marks = sum(text.count(mark) for mark in "*_`<&\\")
    return len(text) * (brackets * BRACKET_COST + structure * LINE_COST + marks * MARK_COST)


def _with_lists_opened(lines):
    """Yield the lines with an empty one where a list follows a sentence or a list of the other kind directly."""
    before = kind = ""
    for line in lines:
        item = _ITEM.match(line)
        if item and before and kind != item.lastgroup and (kind or item["bullet"] or item["number"] == "1"):
            yield ""
        if item:
            kind = item.lastgroup
        elif not line:
            kind = ""
        yield line
        before = line

"""Text from people, made safe to show: the one place where text becomes HTML (SECURITY T03, T04; STACK 4).

Markdown is parsed by Python-Markdown, cleaned by nh3 (the boundary), and bleach's Linker makes links of what looks like
one. Each of them can be stalled by a few kilobytes of the right text, so nothing reaches them unmeasured; what is
refused is shown as it was typed.
"""
import re
import unicodedata
from html import escape

import nh3
from bleach.linkifier import TLDS, Linker
from django.utils.safestring import SafeString

from . import marks, pictures
from .markup import tidy
from .plain import to_text

RENDERER_VERSION = 1

HTML_LIMIT = 200_000  # characters; longer HTML is shown as its text
TOKEN_LIMIT = 500  # characters of a word that may become a link
LINKS_LIMIT = 1_000  # words of one text that are looked at for links

_TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "h4", "h5", "h6"]
    + ["hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub"]
    + ["sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var"]
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "code": {"class"},
    "img": pictures.KEPT,
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}
_REL = "noopener noreferrer nofollow ugc"
_VALUES = {
    "class": re.compile(r"language-[\w#+.-]{1,30}", re.ASCII),
    "align": re.compile(r"left|center|right"),
    "start": re.compile(r"[0-9]{1,9}", re.ASCII),
    "colspan": re.compile(r"[0-9]{1,2}", re.ASCII),
    "rowspan": re.compile(r"[0-9]{1,2}", re.ASCII),
    **pictures.VALUES,
}
# The page's own headings go down to h3: nothing a person writes outranks them.
_RENAMED = {"h1": "h4", "h2": "h5", "h3": "h6", "center": "div", "strike": "s", "tt": "code", "big": "span"}

_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\x85"}
_BLANKS = (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)  # letters that show nothing
_FORMATS = (code for code in (*range(0x20000), *range(0xE0000, 0xE0080)) if unicodedata.category(chr(code)) == "Cf")
_INVISIBLE = dict.fromkeys([*_FORMATS, *_BLANKS])
_ACCENTS = re.compile("([\u0300-\u036f]{4})[\u0300-\u036f]+")


def render_markdown(source: str) -> str:
    """Return safe HTML for Markdown as people write it; HTML in it is shown, not obeyed, pictures become links."""
    source = clean_input(source)
    html = marks.to_html(source)
    return render_plain(source) if html is None or len(html) > HTML_LIMIT else _safe(html)


def render_plain(text: str) -> str:
    """Return safe HTML that shows a text as it was typed: paragraphs, line breaks, links."""
    paragraphs = re.split(r"\n\s*\n", clean_input(text).strip("\n"))
    paragraphs = [escape(part, quote=False).replace("\n", "<br>\n") for part in paragraphs if part.strip()]
    return _linked("\n".join(f"<p>{part}</p>" for part in paragraphs))


def clean_html(html: str) -> str:
    """Return foreign HTML with only harmless tags, attributes and links left (T03); cleaning twice changes nothing.

    Its pictures have lost their addresses: `shown` puts those in place that are ours.
    """
    html = clean_input(html)
    tidied = _tidied(html) if len(html) <= HTML_LIMIT else html
    return _safe(tidied) if len(tidied) <= HTML_LIMIT else render_plain(html_to_text(html))


def html_to_text(html: str) -> str:
    """Return what HTML says as plain text: quotes marked with ``>``, lists with ``-``, links with their address."""
    return clean_input(to_text(clean_input(html)))


def clean_input(text) -> str:
    """Return text a database and a page can hold: no control characters but tab and line end, no unpaired surrogates.

    Line ends become ``\\n``; None is "".
    """
    text = "" if text is None else str(text)
    if not text.isascii():  # two halves that belong together are joined, half of a character becomes "\ufffd"
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def clean_line(text) -> str:
    """Return text on one line: no control, zero-width, direction or blank characters, single spaces, none at the ends.

    More than four accents on one letter are left out: they would cover the lines above.
    """
    return " ".join(_ACCENTS.sub(r"\1", clean_input(text).translate(_INVISIBLE)).split())


def excerpt(text: str, length: int) -> str:
    """Return the beginning of a text on one line, cut at a word, at most ``length`` characters with the ellipsis."""
    line = clean_line(text[: length * 20 + 200])
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return (cut.rpartition(" ")[0] if " " in cut[length // 2:] else cut).rstrip(" ,.;:-") + "…"


def fold(text: str) -> str:
    """Return text as it is compared: no case, no accents, "ё" as "е"; "й" is a letter of its own."""
    plain = unicodedata.normalize("NFD", text.casefold())
    kept = [c for i, c in enumerate(plain) if not unicodedata.combining(c) or (c == "\u0306" and plain[i - 1] == "и")]
    return unicodedata.normalize("NFC", "".join(kept))


def quote(text: str, head: str = "") -> str:
    """Return Markdown that quotes a text, its first line saying who wrote it (S63)."""
    lines = clean_input(text).strip("\n").split("\n")
    lines = [clean_line(head), "", *lines] if head else lines
    return "\n".join([*(f"> {line}".rstrip() for line in lines), "", ""])


def shown(html: str, refer=None, known_pictures=None) -> SafeString:
    """Return HTML made by this module, ready for a template; `refer` puts the links of what it names into it (S64).

    `known_pictures` are {content id: (address of ours, name)}; without them pictures are words. The only place that
    tells templates not to escape (T04).
    """
    html = refer(html) if refer else html
    return SafeString(pictures.placed(html, known_pictures) if "<img" in html else html)


# --- The boundary ----------------------------------------------------------------------------------------------------


def _tidied(html: str) -> str:
    return tidy(html, tags=_TAGS, attributes=_ATTRIBUTES, renamed=_RENAMED, reworked={"img": pictures.kept})


def _allowed_value(tag, attribute, value):
    rule = _VALUES.get(attribute)
    return value if not rule or rule.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes=_ATTRIBUTES,
    attribute_filter=_allowed_value,
    clean_content_tags={"iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template"},
    set_tag_attribute_values={"pre": {"tabindex": "0"}},  # what scrolls must be reached by keyboard
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel=_REL,
)


def _safe(html: str) -> str:
    """Clean, make links, clean again: the sanitiser has the last word, and saying it twice changes nothing."""
    return _cleaned(_linked(_cleaned(html)))


def _cleaned(html: str) -> str:
    for _ in range(5):  # links and tables through one another are read differently once they are written out
        before, html = html, _CLEANER.clean(html)
        if html == before:
            break
    return html


# --- Links -----------------------------------------------------------------------------------------------------------

_HOSTS = "|".join(sorted({*TLDS, "рф", "xn--p1ai"}, reverse=True))
_URL = re.compile(
    rf"""\b(?<![@./\w-])
    (?:https?://[^\s<>"`{{}}|\\^«»“”„]*[\w/#&=%~+$_)-]
    |(?:[\w-]{{1,63}}\.){{1,8}}(?:{_HOSTS})(?::[0-9]{{1,5}})?(?![\w@-]|\.\w)(?:[/?][^\s<>"`{{}}|\\^«»“”„]*[\w/#&=%~+$_)-]|/)?)""",
    re.IGNORECASE | re.VERBOSE,
)
_MAYBE = re.compile(r"\w\.\w|://")
_FILES = re.compile(r"[^/?:]*\.(?:py|md|sh|pl|rs|so|ps|cc|ml|pm|in|mk|vb)(?::[0-9]+)?", re.IGNORECASE)
_PARTS = re.compile(r"(<[^>]*>)")
_WORDS = re.compile(r"(\s+)")


def _real_link(attributes, new=False):
    """Give bleach's new link what the sanitiser gives all links; a bare file name such as ``deploy.sh`` is none."""
    if _FILES.fullmatch(attributes["_text"]):
        return None
    return {**attributes, (None, "rel"): _REL}


_LINKER = Linker(callbacks=[_real_link], url_re=_URL, parse_email=False)


def _linked(html: str) -> str:
    """Return sanitised HTML with links made of its bare addresses, outside of links and code."""
    out, inside, seen = [], 0, 0
    for part in _PARTS.split(html):
        if part.startswith("<"):
            name = part[1:].lstrip("/").split(" ")[0].rstrip(">")
            if name in ("a", "code", "pre"):
                inside += -1 if part.startswith("</") else 1
                seen += name == "a" and inside > 0
            out.append(part)
        elif inside or not _MAYBE.search(part):
            out.append(part)
        else:
            for word in _WORDS.split(part):
                if len(word) <= TOKEN_LIMIT and _MAYBE.search(word):
                    seen += 1
                    if seen <= LINKS_LIMIT:
                        word = _LINKER.linkify(word)
                out.append(word)
    return "".join(out)

"""Pictures inside foreign HTML (T03): what of an <img> is kept, and what stands in its place when it is shown.

A picture that is kept has no address a browser would follow: where it comes from stands in `data-src`, so that HTML
which went astray loads nothing. Shown are only pictures of ours; one on somebody else's server is a link with its host
in words, because loading it would tell its owner who read the mail, and when.
"""

import re
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

KEPT = frozenset({"data-src", "alt", "width", "height"})
VALUES = {
    "data-src": re.compile(r"""cid:[^\s"'<>&`]{1,250}|https?://[^\s"'<>`]{1,2000}"""),
    "width": re.compile(r"[0-9]{1,4}", re.ASCII),
    "height": re.compile(r"[0-9]{1,4}", re.ASCII),
}
WORDS_LIMIT = 200  # characters of what stands for a picture
SPECK = 3  # pixels: a picture so thin shows nothing, it reports

_HIDDEN = re.compile(
    r"display\s*+:\s*+none|visibility\s*+:\s*+hidden|(?:^|;)\s*+opacity\s*+:\s*+0*+(?:\.0*+)?\s*+(?:;|$)"
    r"|(?:^|;)\s*+(?:max-)?(?:width|height)\s*+:\s*+[0-3](?:\.[0-9]*+)?(?:px|pt)?\s*+(?:!important\s*+)?(?:;|$)",
    re.IGNORECASE | re.ASCII,
)
_SHOWN = re.compile(r"<(/?a|img)\b([^<>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_REL = "noopener noreferrer nofollow ugc"


def kept(given: dict) -> dict | None:
    """The attributes that are kept of an <img>; None for one that shows nothing, or says nothing we may show."""
    source = _source(given.get("src") or given.get("data-src") or "")
    if _is_speck(given) and not source.startswith("cid:"):
        return None
    words = " ".join(re.sub("[<>]", "", given.get("alt", "")).split())[:WORDS_LIMIT].strip()
    if not source and not words:
        return None
    sizes = {name: given[name] for name in ("width", "height") if VALUES[name].fullmatch(given.get(name, ""))}
    return ({"data-src": source} if source else {}) | {"alt": words} | (sizes if source else {})


def placed(html: str, known: dict | None) -> str:
    """Sanitised HTML with its pictures in place.

    `known` is {content id: (address of ours, name)}; None, as in a letter of ours, leaves words for all of them.
    """
    return _Placing(known).all_in(html)


def named_in(html: str) -> set[str]:
    """The content ids of the pictures that sanitised HTML shows."""
    sources = (dict(_ATTRIBUTE.findall(found[2])).get("data-src", "") for found in _SHOWN.finditer(html))
    return {identifier(unescape(source)) for source in sources if source.startswith("cid:")}


def identifier(source: str) -> str:
    """A content id as it is compared, from an address ("cid:…") or a header ("<…>")."""
    return unquote(source.strip().removeprefix("cid:")).strip("<> ").lower()[:250]


def has_foreign(html: str) -> bool:
    """Whether HTML made by `placed` has links in the place of pictures that were not loaded."""
    return 'class="foreign-picture"' in html


def _source(address):
    address = "".join(address.split())
    if address.startswith("//"):
        address = f"https:{address}"
    scheme, colon, rest = address.partition(":")
    address = f"{scheme.lower()}:{rest}" if colon else ""
    return address if VALUES["data-src"].fullmatch(address) else ""


def _is_speck(given):
    """Whether a picture is too thin to be seen, or hidden: the marks by which readers are watched."""
    sizes = [given.get(name, "").strip().lower().removesuffix("px") for name in ("width", "height")]
    thin = any(size.isascii() and size.isdigit() and int(size[:6]) <= SPECK for size in sizes)
    return thin or bool(_HIDDEN.search(given.get("style", "")[:2000]))


class _Placing:
    """Goes through sanitised HTML once. Inside a link a picture is no link of its own."""

    def __init__(self, known):
        self.known, self.links, self.seen = known, 0, set()

    def all_in(self, html):
        return _SHOWN.sub(self.one, html)

    def one(self, found):
        if found[1] != "img":
            self.links += -1 if found[1].startswith("/") else 1
            return found[0]
        given = dict(_ATTRIBUTE.findall(found[2]))  # the values are escaped already
        source, words = given.get("data-src", ""), given.get("alt", "")
        if self.known is None:
            return _in_words(words) if words or source.startswith("cid:") else ""
        if not source:
            return _in_words(words)
        return self.ours(given, words) if source.startswith("cid:") else self.foreign(source, words)

    def ours(self, given, words):
        address, name = self.known.get(identifier(unescape(given["data-src"])), ("", ""))
        if not address:
            return _in_words(words)
        sizes = "".join(f' {name}="{given[name]}"' for name in ("width", "height") if name in given)
        shown = f'<img class="placed" src="{escape(address)}" alt="{words or escape(name)}"{sizes} loading="lazy">'
        return shown if self.links else f'<a href="{escape(address)}">{shown}</a>'

    def foreign(self, source, words):
        """A link to it, the first time; what is shown many times, such as a bullet, is said once."""
        if source in self.seen:
            return ""
        self.seen.add(source)
        if self.links:
            return _in_words(words)
        host = escape(_host(unescape(source)))
        said = _("%(words)s (picture at %(host)s)") if words else _("Picture at %(host)s")
        said %= {"words": words, "host": host}
        new = escape(_("opens in a new tab"))
        return (
            f'<a class="foreign-picture" href="{source}" target="_blank" rel="{_REL}">{said}'
            f'<span class="vh">, {new}</span></a>'
        )


def _in_words(words):
    """What stands for a picture that cannot be shown here; `words` are escaped."""
    said = _("[Picture: %(words)s]") % {"words": words} if words else _("[Picture]")
    return f"<span>{said}</span>"


def _host(address):
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""

"""What the HTML of a mail says, as plain text: quotes after ``> ``, pictures by their names, no addresses of links.

The HTML stays with the letter; its text is for search, for mail and for finding what is new in it.
"""

import re

from helpdesk_site.lib.plain import Writer, to_text
from helpdesk_site.lib.text import clean_input, clean_line

HTML_LIMIT = 500_000  # characters that are read
TEXT_LIMIT = 1_000_000  # characters of text made of it: each line may carry many marks of quoting
_TAG = re.compile(r"<[a-zA-Z!/]")
_LINES = ("MsoNormal", "x_MsoNormal", "MsoPlainText", "x_MsoPlainText")
_DOCUMENT = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)


def html_to_text(html: str) -> str:
    """Return the text of a mail's HTML; what holds no tags is text already."""
    html = clean_input(html[:HTML_LIMIT])
    if not _TAG.search(html):
        html = html.replace("\n", "<br>")
    return clean_input(to_text(html, _Mail()))[:TEXT_LIMIT]


def is_html(text: str) -> bool:
    """Tell whether what calls itself plain text is a document of HTML."""
    return bool(_DOCUMENT.match(text[:2_000]))


class _Mail(Writer):
    """Tables of mails place things rather than count them, and a paragraph of Outlook is a line."""

    def __init__(self):
        super().__init__()
        self.in_line = False

    def open(self, name, attributes):
        if name == "p":
            self.in_line = attributes.get("class", "").startswith(_LINES)
        if name == "img":
            self.picture(clean_line(attributes.get("alt", ""))[:100], attributes.get("src", ""))
        elif name in ("td", "th"):
            self.text(" ")
        elif name == "p" and self.in_line:
            self.end_line()
        elif name != "a":
            super().open(name, attributes)

    def close(self, name):
        if name == "p" and self.in_line:
            self.end_line()
        else:
            super().close(name)

    def picture(self, name, source):
        if name and source.startswith("cid:"):
            name = f"[image: {name}]"
        self.text(f" {name} ".replace("&", "&amp;"))

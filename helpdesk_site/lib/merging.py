"""Merge fields in the texts of operators and staff: looked up in a table, never evaluated (SECURITY, V1).

A field is `{{ticket.number}}`; `[FIRSTNAME]`, `[NAME]` and `[EMAIL]` are short for three of them (S148). What is no
field stays as it was written.
"""

import re

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from . import shapes
from .text import clean_html

SHORT = {"FIRSTNAME": "reader.first_name", "NAME": "reader.name", "EMAIL": "reader.email"}
FIELD = re.compile(r"\{\{ *([a-z_]{1,30}(?:\.[a-z_]{1,30})?) *\}\}|\[(FIRSTNAME|NAME|EMAIL)\]")
MEANT = re.compile(r"\{\{.{0,40}?\}\}|\{\{.{0,20}|\{%.{0,40}?%\}")  # what somebody takes for a field or for more
_STAND_IN = "\ue000{}\ue001"  # for a field while HTML is cleaned: nothing in it looks like a link or a tag
_ADDRESS = "https://field.invalid/{}/"
_STOOD_IN = re.compile(r"\ue000(\d{1,9})\ue001|https://field\.invalid/(\d{1,9})/")
_IN_A_TAG = re.compile(r"<[^<>]*\{\{[^<>]*>")


def fields(text: str) -> list[str]:
    """The names of the fields in a text, in order, each once."""
    return list(dict.fromkeys(name or SHORT[short] for name, short in FIELD.findall(text)))


def strangers(text: str, known) -> list[str]:
    """What looks like a field and is none of the `known`, as it stands in the text, each once."""
    meant = (found[0] for found in MEANT.finditer(text))
    return list(dict.fromkeys(words for words in meant if not _is_known(words, known)))


def filled(text: str, values) -> str:
    """The text with its fields filled in; one without a value stays."""
    return FIELD.sub(lambda field: str(values.get(_name(field), field[0])), text)


def filled_html(html: str, values) -> SafeString:
    """HTML that `clean` made, with its fields filled in: each value escaped, unless it is HTML of ours already."""
    parts, at = [], 0
    for field in FIELD.finditer(html):
        parts += [html[at : field.start()], conditional_escape(values.get(_name(field), field[0]))]
        at = field.end()
    return shapes.joined([*parts, html[at:]])


def clean(html: str, addresses) -> str:
    """Harmless HTML with its fields in place; those in `addresses` may be where a link leads, too."""
    found = []

    def stand_in(field):
        found.append(field[0])
        return (_ADDRESS if _name(field) in addresses else _STAND_IN).format(len(found) - 1)

    cleaned = clean_html(FIELD.sub(stand_in, _STOOD_IN.sub("", html)))
    return _STOOD_IN.sub(lambda place: found[int(place[1] or place[2])], cleaned)


def inside_tags(html: str, addresses) -> list[str]:
    """The fields that stand inside a tag and are no address: a value there could become a part of the tag."""
    names = [name for tag in _IN_A_TAG.findall(html) for name in fields(tag)]
    return [name for name in dict.fromkeys(names) if name not in addresses]


def _name(field):
    return field[1] or SHORT[field[2]]


def _is_known(words, known):
    field = FIELD.fullmatch(words)
    return bool(field) and _name(field) in known

"""Letters in an operator's words: the fields of a template filled in, and how the shipped letter would be written as
one (S123, S148, S175)."""

import secrets
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

from django.utils import translation
from django.utils.html import escape

from departments.letter_fields import BLOCKS, FIELDS, WITH_MESSAGE
from helpdesk_site.lib import merging, shapes
from helpdesk_site.lib.text import clean_line
from mail.render import known_language, render_part

from . import letter_values, letter_words

LINK = f"https://{secrets.token_hex(16)}.invalid/"  # for the reader's own, put in last; nobody can write it
SUBJECT = "[{{ticket.number}}] {{ticket.subject}}"


class Words(NamedTuple):
    """The three parts of a letter, with merge fields or filled in. No HTML: made from the text."""

    subject: str
    text: str
    html: str = ""


def filled(letter, template, context):
    """The Words of a letter by an operator's template; `context` is what the shipped letter would print."""
    names = merging.fields(f"{template.subject} {template.text} {template.html}")
    said = {name: letter_values.VALUES[name](letter) for name in names if name in letter_values.VALUES}
    said["ticket.link"] = LINK
    context = {**context, "url": LINK}
    blocks = [name for name in names if name in BLOCKS]
    plain = {name: render_part(f"mail/_{name}.txt", context, autoescape=False).strip("\n") for name in blocks}
    text = without_silence(template.text, {**said, **plain})
    html = template.html or html_of(text)
    drawn = {name: shapes.joined([render_part(f"mail/_{name}.html", context, autoescape=True)]) for name in blocks}
    return Words(
        subject=clean_line(merging.filled(template.subject, said)),
        text=merging.filled(text, {**said, **plain}),
        html=merging.filled_html(html, {**said, **drawn}),
    )


def without_silence(text, said):
    """A template's text without the paragraphs in which only fields stand that have nothing to say this time."""
    return "\n\n".join(part for part in text.split("\n\n") if merging.filled(part, said).strip() or not part.strip())


def html_of(text):
    """A template's text as HTML with the same fields; a block alone in its paragraph stands for itself."""
    paragraphs = (part.strip("\n") for part in text.split("\n\n"))
    return "\n".join(part if is_block(part) else paragraph_of(part) for part in paragraphs if part.strip())


def is_block(part):
    return part.strip() in {FIELDS[name].written for name in BLOCKS}


def paragraph_of(part):
    link = FIELDS["ticket.link"].written
    html = escape(part).replace("\n", "<br>\n").replace(link, f'<a href="{link}">{link}</a>')
    return f"<p>{html}</p>"


# --- As shipped -------------------------------------------------------------------------------------------------------


@dataclass
class Specimen:
    """Stands for a letter of its kind while the shipped words are written down, fields in the places of values."""

    kind: str
    reason = ""
    is_specimen = True
    is_first = False
    is_corrected = False
    messages = (SimpleNamespace(),)


def shipped(kind, language):
    """The Words of the letter as the portal ships it, as a template in this language."""
    with translation.override(known_language(language)):
        says = letter_words.says(Specimen(kind))
        blocks = [FIELDS[name].written for name in ("message", "files") if kind in WITH_MESSAGE]
        below = [FIELDS[name].written for name in ("button", "facts")]
        return Words(SUBJECT, "\n\n".join([*says, *blocks, *below]))

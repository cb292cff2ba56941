"""Quoting a message in the box below it: whole without script, or what is marked with it (S63, S150).

The line above a quotation is in the language of whoever reads the reply. A note is only ever quoted in a note.
"""

import re

from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk_site.lib import text
from mail.render import known_language

from .. import merged, words
from ..models import Draft, Message

LONGEST = 10_000  # characters
ANCHOR = re.compile(r"([mn]?)([0-9]{1,7})(?:-([A-Z]{3}-[0-9]{6}))?", re.ASCII)


def line_of(label, who):
    """“Sam wrote in #3:”, in the active language."""
    return _("%(who)s wrote in %(label)s:") % {"who": who, "label": label}


def lines_for(ticket):
    """The same line with holes, for a page with hundreds of messages: as its client reads it, and as the agent does."""
    holes = {"label": "{label}", "who": "{who}"}
    with translation.override(language_of(ticket)):
        outside = line_of(**holes)
    return outside, line_of(**holes)


def language_of(ticket):
    """What its client reads."""
    return known_language(ticket.client.language)


def known_as(message, author, ticket):
    """What the author of a public message is called where the client reads it."""
    return words.staff_name(author, ticket.shown_department) if message.by_staff else author.full_name


def asked(ticket, anchor, *, language, with_notes=False):
    """(the kind of draft it goes into, the quotation) of the message an address names: “m3”, “n2”, “m3-KTR-482913”, or
    the number alone; None for what is not there, and for notes where they are none of the reader's. `language` is that
    of whoever reads the reply."""
    found = ANCHOR.fullmatch(anchor or "")
    if not found or (found[1] == "n" and not with_notes):
        return None
    named = {"is_note": found[1] == "n", "number": int(found[2]), "deleted_at": None}
    rows = Message.objects.filter(ticket__in=merged.ids(ticket), **named)
    row = rows.filter(ticket__number=found[3] or ticket.number).select_related("author", "ticket").first()
    return row and quoted(ticket, row, language)


def quoted(ticket, row, language):
    row.home = "" if row.ticket_id == ticket.pk else row.ticket.number
    if row.is_note:
        return Draft.Kind.NOTE, text.quote(row.body[:LONGEST], line_of(row.label, row.author.full_name))
    with translation.override(language):
        head = line_of(row.label, known_as(row, row.author, ticket))
    return Draft.Kind.REPLY, text.quote(row.body[:LONGEST], head)


def below(typed, quotation):
    """What was typed, and the quotation below it."""
    return f"{typed.rstrip()}\n\n{quotation}" if typed.strip() else quotation

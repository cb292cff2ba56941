"""What the points of a checklist name, as links: messages and notes of their ticket and points in those, as in its
conversation (S63, S64), and other tickets, where the reader works on them."""

from dataclasses import replace
from html import escape
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse

from helpdesk_site.lib import references, text

from .. import merged
from ..models import Message, Ticket
from .references import References


class Other(NamedTuple):
    """Another ticket that the reader works on."""

    address: str
    subject: str
    last_number: int


def linked(marks, viewer, ticket, known=None):
    """The Marks of a ticket with links in their points. `known` are the References of the page, where there are any.

    Asks the database where something is named only: once for the other tickets, and without `known` once for messages.
    """
    points = marks.points
    numbers = {number for point in points for number in references.tickets_in(point.text)}
    if not numbers and not any("#" in point.text for point in points):
        return marks
    known, others = known or references_of(ticket, points), others_of(viewer, numbers)
    return replace(marks, points=[point._replace(html=html_of(point.text, known, others)) for point in points])


def html_of(words, known, others):
    """A point's text with its links, safe for a template."""

    def refer(ticket, is_note, number, point):
        if anchor := known.anchor_of("", ticket, is_note, number, point):
            return anchor
        other = others.get(ticket)
        return f"{other.address}#m{number}" if other and not is_note and 0 < number <= other.last_number else ""

    def lead(number):
        other = others.get(number)
        return (other.address, other.subject) if other else ()

    html = references.linked(escape(words, quote=False), refer)
    return text.shown(references.tickets_linked(html, lead))


def references_of(ticket, points):
    """The References that these points need: to messages by number none has to be read."""
    named = [one for point in points for one in references.named_in(point.text)]
    if not any(home or is_note or point for home, is_note, _number, point in named):
        return References(ticket, [])
    numbers = {number for _home, _is_note, number, _point in named}
    rows = Message.objects.filter(ticket__in=merged.ids(ticket), number__in=numbers)
    return References(ticket, merged.at_home(ticket, list(rows)))


def others_of(viewer, numbers):
    """{number: Other} of those of these tickets that the viewer works on; of one merged away, on where it lives on."""
    if not numbers:
        return {}
    seen = Ticket.objects.workable_by(viewer).filter(merged_into=None).values("pk")
    rows = Ticket.objects.filter(Q(pk__in=seen) | Q(merged_into__in=seen), number__in=numbers)
    return {
        number: Other(reverse("ticket", args=[number]), subject, last)
        for number, subject, last in rows.values_list("number", "subject", "last_number")
    }

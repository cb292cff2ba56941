"""How a ticket looks in a client's lists: the row's template is drawn once a language and filled in for each, as
views/rows.py does for the queue."""

from functools import lru_cache
from html import escape

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from helpdesk_site.lib import looks, moments, shapes

from .. import talks
from ..models import Ticket

PIECES = (
    "number", "unread_class", "dot", "subject", "news", "department", "client", "type", "assignee", "messages", "made",
    "status", "updated", "channel",
)  # fmt: skip


def draw(tickets, *, with_client=False):
    """Add its HTML to each ticket of a list. They know whether they are `unread` and are `words.dressed`;
    `with_client` names each one's client (the organisation's list, S88)."""
    language, reader = get_language(), moments.reader()
    shape = shape_of(language, with_client)
    for ticket in tickets:
        ticket.html = shapes.filled(shape, pieces(ticket, language, reader, with_client))
    return tickets


@lru_cache(maxsize=32)
def shape_of(language, with_client):
    """The row's template with `{piece}` where each piece goes."""
    return str(render_to_string("portal/_row.html", {"row": shapes.holes(PIECES), "with_client": with_client}))


def pieces(ticket, language, reader, with_client):
    """Everything _row.html names. Each is safe HTML; what people wrote is escaped here (T04)."""
    unread, assignee = ticket.unread, ticket.assignee_shown
    return {
        "number": escape(ticket.number),
        "unread_class": " is-unread" if unread else "",
        "dot": '<span class="dot"></span>' if unread else "",
        "subject": escape(ticket.subject),
        "news": news(language) if unread else "",
        "department": escape(str(ticket.shown_department)),
        "client": escape(ticket.client.full_name) if with_client else "",
        "type": f"<span>{escape(str(ticket.shown_type))}</span>" if ticket.type_id else "",
        "channel": channel(ticket.channel, language),
        "assignee": looked_after_by(assignee, language) if assignee else "",
        "messages": messages(ticket.last_number, language),
        "made": moments.when_in(reader, ticket.created_at, "date"),
        "status": status(ticket.category, ticket.status_word, ticket.shown_status.colour),
        "updated": moments.when_in(reader, ticket.updated_at, "two"),
    }


@lru_cache(maxsize=32)
def news(language):
    return format_html('<span class="vh"> {}</span>', _("(new reply)"))


@lru_cache(maxsize=128)
def channel(code, language):
    """By which way a ticket came: a call, a chat, a meeting, mail (S92); most come through the portal, which says
    nothing."""
    if code not in talks.ICONS:
        return ""
    icon = looks.icon(talks.ICONS[code], "icon-sm inline-icon")
    return format_html("<span>{} {}</span>", icon, Ticket.Channel(code).label)


@lru_cache(maxsize=4096)
def looked_after_by(name, language):
    return format_html("<span>{}</span>", _("Looked after by %(name)s") % {"name": name})


@lru_cache(maxsize=1024)
def messages(number, language):
    return format_html("<span>{}</span>", ngettext("%(n)s message", "%(n)s messages", number) % {"n": number})


@lru_cache(maxsize=1024)
def status(category, word, colour):
    return looks.status(category, word, True, colour)

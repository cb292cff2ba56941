"""Tickets that live on in another one (ARCHITECTURE, "Merging and splitting"): where a number leads, and what the
survivor's thread reads besides its own. A ticket nothing was merged into asks the database nothing here."""

from django.db import connection
from django.db.models import Q

from .models import Attachment, Message, Ticket, TicketEvent

DOWN = """
WITH RECURSIVE family(id, number) AS (
 SELECT id, number FROM tickets_ticket WHERE merged_into_id = %s
 UNION SELECT one.id, one.number FROM tickets_ticket AS one JOIN family ON one.merged_into_id = family.id)
SELECT id, number FROM family ORDER BY id
"""
# The ticket with a number, and every one it was merged into
UP = """
WITH RECURSIVE way(id, target) AS (
 SELECT id, merged_into_id FROM tickets_ticket WHERE number = %s
 UNION SELECT one.id, one.merged_into_id FROM tickets_ticket AS one JOIN way ON one.id = way.target)
SELECT id FROM way
"""


def survivor(ticket, having=()):
    """Where a ticket lives on: itself, unless it was merged (S142). `having` are foreign keys to be read with it."""
    while ticket.merged_into_id:
        ticket = Ticket.objects.select_related(*having).get(pk=ticket.merged_into_id)
    return ticket


def family(ticket):
    """{id: number} of the tickets merged into this one, theirs among them; read once a ticket object."""
    if not ticket.has_merged:
        return {}
    if not hasattr(ticket, "_family"):
        with connection.cursor() as cursor:
            cursor.execute(DOWN, [ticket.pk])
            ticket._family = dict(cursor.fetchall())
    return ticket._family


def forget(ticket):
    """Read the family anew when it is asked for next: it was changed."""
    ticket.__dict__.pop("_family", None)


def ids(ticket):
    """The ids of all tickets whose messages stand in this one's thread."""
    return [ticket.pk, *family(ticket)]


def is_part(ticket, number):
    """Whether a number is this ticket's, or that of one merged into it."""
    return number == ticket.number or number in family(ticket).values()


def at_home(ticket, messages):
    """Let each message know the number it was written under, where that is not this ticket's. Returns them."""
    numbers = family(ticket)
    for message in messages:
        message.home = numbers.get(message.ticket_id, "")
    return messages


# --- A survivor's thread: one statement each --------------------------------------------------------------------------


def messages_of(ticket, before, most, **which):
    """The newest messages of a survivor and of what was merged into it, oldest first, up to `most`; `before` is a
    message's id for older ones. Each knows the number it was written under."""
    rows = Message.objects.filter(ticket__in=ids(ticket), **which).order_by("-created_at", "-id")
    last = Message.objects.filter(ticket__in=ids(ticket), pk=before).first() if before else None
    if last:
        rows = rows.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk))
    return at_home(ticket, list(rows[:most]))[::-1]


def public_files_of(ticket):
    """The files of all public messages in that thread."""
    return Attachment.objects.filter(message__ticket__in=ids(ticket), message__is_note=False).order_by("pk")


def events_of(ticket, theirs, own):
    """The survivor's events with the verbs `own`, and those of what was merged into it with the verbs `theirs`."""
    which = Q(ticket=ticket, verb__in=own) | Q(ticket__in=list(family(ticket)), verb__in=theirs)
    return list(TicketEvent.objects.filter(which).order_by("at", "ticket_id", "sequence"))

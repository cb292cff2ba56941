"""Tickets somebody may join with the one they work on: of the same client first, others by number, subject, client."""

from django.db.models import Q

from ..models import Ticket
from . import queues, search

OFFERED = 3
FOUND = 6


def workable(viewer, but=()):
    """What the viewer works on and finds in lists, but for these."""
    rows = Ticket.objects.workable_by(viewer).listed().exclude(pk__in=[ticket.pk for ticket in but])
    return rows.select_related("client")


def of_same_client(viewer, ticket):
    """The latest others of its client, then of its organisation; open ones first."""
    theirs = Q(client=ticket.client_id)
    if ticket.organisation_id:
        theirs |= Q(organisation=ticket.organisation_id)
    rows = list(workable(viewer, but=[ticket]).filter(theirs).order_by("-updated_at", "-pk")[: OFFERED * 4])
    rows.sort(key=lambda row: (row.is_closed, row.client_id != ticket.client_id))
    return rows[:OFFERED]


def found(viewer, ticket, words):
    """Others that hold these words in number, subject, client or text."""
    rows = search.matching(workable(viewer, but=[ticket]), words, notes=True)
    return list(rows.order_by("-updated_at", "-pk")[:FOUND])


def chosen(viewer, numbers):
    """The tickets with these numbers that the viewer works on, as ticked in a list."""
    return list(workable(viewer).filter(number__in=queues.clean(numbers)).order_by("created_at", "pk"))

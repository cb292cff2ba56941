"""What clients may rate, and how it reads (S171, C14): each reply of staff, and how a closed ticket was solved."""

import json
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from departments.models import Policy
from helpdesk_site.lib import dates

from . import access, merged
from .models import Rating, Ticket

Ratings = Policy.Ratings
OPEN_FOR = timedelta(days=7)  # a rating may be changed (FIELD 1.1)
LATEST, SHOWN = 100, 5  # of a client: so many make the mean on their card, so many stand there


class Given(NamedTuple):
    """A rating as it stands: from 1 to 5, and when it was first given."""

    stars: int
    at: object


class Asked(NamedTuple):
    """What one reader is asked for, or has said: 0 stars for nothing yet, and whether it may be said or changed."""

    stars: int
    is_open: bool


# --- What may be rated ------------------------------------------------------------------------------------------------


def is_reply(message, author):
    """Whether a message is what one rates: a person of staff answering, not a machine, nor what a ticket was opened
    with; where an answer was split off it may be the first."""
    is_ours = message.by_staff and not message.is_note and not author.is_system
    return is_ours and bool(message.number > 1 or message.origin_id) and message.deleted_at is None


def asks_for_replies(ticket):
    return ticket.policy.rating_mode in (Ratings.REPLIES, Ratings.BOTH)


def asks_when_closed(ticket):
    """Whether its client is asked how it was solved: it is closed, and somebody has answered in it."""
    asks = ticket.policy.rating_mode in (Ratings.CLOSED, Ratings.BOTH)
    return asks and ticket.is_closed and ticket.first_reply_at is not None


def may_change(given, closed_at=None):
    """Whether a rating (None for none yet) may be said or changed: for a week, and anew after another closing."""
    if given is None or timezone.now() - given.at <= OPEN_FOR:
        return True
    return is_of_before(given, closed_at)


def is_of_before(given, closed_at):
    """Whether a ticket was opened again and closed anew since it was rated."""
    return closed_at is not None and given.at < closed_at


# --- What one reader is asked -----------------------------------------------------------------------------------------


def of_reply(message, author, given, *, by):
    """The Asked of a message for a reader who may rate replies; None where it is none of staff."""
    if not is_reply(message, author) or author.pk == by.pk:
        return None
    return Asked(given.stars if given else 0, may_change(given))


def of_ticket(ticket, given):
    """The Asked of a ticket for a reader who may rate here; None where they are not asked (any more)."""
    if not asks_when_closed(ticket):
        return None
    return Asked(given.stars if given else 0, may_change(given, ticket.closed_at))


# --- Reading ----------------------------------------------------------------------------------------------------------

# A part of the statement that reads a ticket's page: an array of [message, stars, moment]
ROWS = """
(SELECT {rows}({row}(message_id, stars, at)) FROM tickets_rating WHERE ticket_id = %(ticket)s AND user_id = %(user)s)
"""
WORDS = {
    "postgresql": {"rows": "json_agg", "row": "json_build_array"},
    "sqlite": {"rows": "json_group_array", "row": "json_array"},
}


def sql(vendor):
    """That part, for this kind of database."""
    return ROWS.format(**WORDS[vendor])


def given(rows):
    """{message id, or None for the ticket itself: Given} of what ROWS has found: PostgreSQL hands over lists, SQLite
    their text."""
    rows = (json.loads(rows) if isinstance(rows, str) else rows) or []
    return {message: Given(stars, dates.of_cursor(at)) for message, stars, at in rows}


def of_merged(ids, **which):
    """The Ratings of the messages of several tickets, which stand in one thread."""
    return Rating.objects.filter(ticket__in=list(ids), message__isnull=False, **which).order_by("pk")


# --- What staff read --------------------------------------------------------------------------------------------------


class Rated(NamedTuple):
    """Who gave how many stars."""

    by: object  # id, or the person
    stars: int


class Average(NamedTuple):
    """How many ratings, and their sum."""

    count: int = 0
    sum: int = 0

    @property
    def mean(self):
        """From 1 to 5, with one decimal; None for no rating."""
        return round(self.sum / self.count, 1) if self.count else None

    @property
    def is_more(self):
        """Whether there may be older ones besides."""
        return self.count == LATEST


def of_client(viewer, client):
    """(the latest of their Ratings in departments the viewer works in, the Average of up to LATEST of them)."""
    rows = Rating.objects.filter(user=client, ticket__in=Ticket.objects.workable_by(viewer)).order_by("-pk")
    stars = rows.values_list("stars", flat=True)[:LATEST]
    latest = rows.select_related("ticket", "message", "agent")[:SHOWN]
    for row in latest:
        if row.message and row.ticket.merged_into_id:
            row.message.home = row.ticket.number
    seen = [row for row in latest if access.works_on(viewer.user, merged.survivor(row.ticket))]
    return seen, Average(len(stars), sum(stars))

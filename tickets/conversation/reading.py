"""How far people have read: the unread mark and “new since your last visit”. No action: it changes no ticket."""

from django.db import connection
from django.utils import timezone

from .. import merged
from ..models import Mention, Notification

# One statement, so that two tabs of one person cannot cross; both databases know it.
FARTHER = """
INSERT INTO tickets_reading (ticket_id, user_id, number, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (user_id, ticket_id) DO UPDATE SET number = excluded.number, at = excluded.at
WHERE tickets_reading.number < excluded.number
"""


def mark_read(ticket, user, number=None):
    """Remember that `user` has seen the ticket's messages up to `number` (default: all). Never goes back."""
    number = ticket.last_number if number is None else min(number, ticket.last_number)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(FARTHER, [ticket.pk, user.pk, number, now])


def mark_notices_read(ticket, user):
    """What the bell says of this ticket has been seen."""
    Notification.objects.filter(user=user, is_unread=True, event__ticket__in=merged.ids(ticket)).update(is_unread=False)


def mark_mentions_read(ticket, user):
    """The notes that call this person by name have been seen (S161)."""
    Mention.objects.filter(ticket=ticket, user=user, is_unread=True).update(is_unread=False)

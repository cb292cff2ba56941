"""How far people have read: the unread mark and “new since your last visit”. No action: it changes no ticket."""

from django.utils import timezone

from .models import Reading


def mark_read(ticket, user, number=None):
    """Remember that `user` has seen the ticket's messages up to `number` (default: all). Never goes back."""
    number = ticket.last_number if number is None else min(number, ticket.last_number)
    reading, made = Reading.objects.get_or_create(ticket=ticket, user=user, defaults={"number": number})
    if not made and reading.number < number:
        reading.number, reading.at = number, timezone.now()
        reading.save(update_fields=["number", "at"])
    return reading

"""What clients say of our work, from one star to five (S171, C14)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .message import Message
from .ticket import Ticket

STARS = (1, 2, 3, 4, 5)  # poor … excellent


class Rating(models.Model):
    """How one person of the client's side rates one reply; without a message, how the ticket was solved. It stays with
    the message when tickets are merged, and goes along when it is split off."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="ratings")  # under which the message was written
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="ratings", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="ratings", db_index=False)
    agent = models.ForeignKey(  # whose work it was: who wrote the reply, or looked after the ticket
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="ratings_got"
    )
    stars = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)  # when it was first given

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=STARS[0], stars__lte=STARS[-1]), name="rating_one_to_five"),
            models.UniqueConstraint(fields=["message", "user"], name="rating_of_message_once"),
            models.UniqueConstraint(fields=["ticket", "user"], condition=Q(message=None), name="rating_of_ticket_once"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="rating_of_user")]

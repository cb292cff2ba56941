"""What tickets hear from the floors below (ARCHITECTURE, "Floors"): connected in apps.py."""

from django.contrib.auth import get_user_model

from . import actions
from .models import Notification


def mail_failed(sender, mail, **kwargs):
    """A letter was given up: its ticket says so, and comes back to us when the client waits in vain."""
    rows = Notification.objects.filter(mail=mail).select_related("event__ticket", "event__message").order_by("pk")
    row = rows.first()
    if row:
        system = get_user_model().objects.system()
        actions.bring_back(row.event.ticket, mail=mail, message=row.event.message, actor=system)

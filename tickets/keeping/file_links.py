"""Links in letters that open one file for one reader, without signing in, for a while (C19).

A letter carries files up to a limit; what is beyond is a link. Its token is random and kept as a hash only; it opens
the file as long as its reader sees the ticket.
"""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.viewer import Viewer
from helpdesk_site.lib.tokens import hash_token, new_token

from .. import access
from ..models import FileLink

GOOD_FOR = timedelta(days=30)


def prepare(attachment, user):
    """The address that opens this file for this reader, and the FileLink to be saved with the letter."""
    token = new_token()
    link = FileLink(
        attachment=attachment, user=user, token_hash=hash_token(token), expires_at=timezone.now() + GOOD_FOR
    )
    return settings.BASE_URL + reverse("attachment_by_mail", args=[token, attachment.name]), link


def opened_by(token):
    """The file a token opens; None when the token is unknown or too old, or its reader has lost sight of the ticket."""
    links = FileLink.objects.select_related("attachment__message__ticket", "user")
    link = links.filter(token_hash=hash_token(token), expires_at__gt=timezone.now()).first()
    message = link and link.attachment.message
    if not message or message.is_note or message.deleted_at:
        return None
    return link.attachment if access.abilities(Viewer(link.user), message.ticket).see else None


def forget_over(now):
    """Delete the links that are too old. Returns how many."""
    return FileLink.objects.filter(expires_at__lt=now).delete()[0]

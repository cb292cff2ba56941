"""Django's own mail calls (allauth's: confirm an address, set a new password) become rows of the outbox (T06)."""
from email.utils import parseaddr

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from . import outbox
from .models import Kind


class OutboxBackend(BaseEmailBackend):
    """No mail is sent without a row; these carry secrets, so they are blanked when finished (ARCHITECTURE)."""

    def send_messages(self, email_messages):
        """Enqueue each message once per recipient. Returns how many messages were taken."""
        for message in email_messages:
            for recipient in message.recipients():
                enqueue(message, recipient)
        return len(email_messages)


def enqueue(message, recipient):
    if message.attachments:
        raise ImproperlyConfigured("Files go with mail.outbox.enqueue(files=…), not with Django's mail calls.")
    name, address = parseaddr(recipient)
    from_name, from_address = parseaddr(message.from_email)
    pages = [content for content, kind in getattr(message, "alternatives", []) if kind == "text/html"]
    body_is_html = message.content_subtype == "html"
    outbox.enqueue(
        to=address or recipient,
        to_name=name,
        user=get_user_model().objects.filter(email=address.lower()).first() if address else None,
        kind=Kind.ACCOUNT,
        subject=message.subject,
        text="" if body_is_html else message.body,
        html=message.body if body_is_html else "".join(pages[:1]),
        from_name=from_name,
        from_address=from_address,
        reply_to=parseaddr("".join(message.reply_to[:1]))[1],
        headers={name: str(value) for name, value in message.extra_headers.items()},
        language=get_language() or "",
        secret=True,
    )

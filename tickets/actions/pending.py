"""A reply with a delay: undo-send and send-later are the same row (ARCHITECTURE, "Events, notifications, outbox")."""

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.policy import status_rules
from engine import once

from .. import drafts, kicks, states
from ..events import action
from ..models import Attachment, PendingReply
from ..refused import Refused
from ..writing import Written
from ._shared import locked, locked_anywhere
from .afterwards import carry_out
from .replying import refuse_crossing, reply


@action
def hold_reply(ticket, *, author, written, due_at, attachments=(), status=None, seen=None, to=(), after=None):
    """Keep a staff reply until `due_at`; nothing is public before. Raises Crossed like reply(). Returns the row.

    `after` is what else happens when it is sent (`carry_out`).
    """
    ticket = locked(ticket)
    refuse_crossing(ticket, author=author, seen=seen)
    if status:
        rules = status_rules(status, ticket.shown_department)
        if not states.may_follow(ticket.category, rules.category):
            raise Refused(_("A ticket cannot go from this status to “%(status)s”.") % {"status": status})
    once.claim(reverse("ticket", args=[ticket.number]))
    pending = PendingReply.objects.create(
        ticket=ticket, author=author, body=written.body, html=written.html, status=status, due_at=due_at,
        to=[person.pk for person in to], after=after or {},
    )  # fmt: skip
    ids = [file.pk for file in attachments]
    Attachment.objects.filter(pk__in=ids, message=None).update(pending=pending, draft=None)
    kicks.release(pending)
    return pending


@action
def release(pending, *, now=None):
    """Send a pending reply that is due; safe to run twice. In the trash it goes back to its author's box. Returns the
    message, or None when nothing was sent."""
    row = PendingReply.objects.select_for_update().filter(pk=pending.pk).first()
    if row is None or row.due_at > (now or timezone.now()):
        return None
    if locked_anywhere(row.ticket).is_trashed:
        drafts.give_back(row)
        return None
    written = Written(body=row.body, html=row.html)
    files = list(row.attachments.all())
    to = get_user_model().objects.filter(pk__in=row.to)
    message = reply(
        row.ticket, author=row.author, written=written, by_staff=True, attachments=files, status=row.status, to=to
    )
    carry_out(message.ticket, row.after, actor=row.author)
    row.delete()
    return message


@action
def call_back(pending, *, actor):
    """Undo a reply that was not sent yet. Returns (text, loose files); raises Refused when it has gone."""
    row = PendingReply.objects.select_for_update().filter(pk=pending.pk, author=actor).first()
    if row is None:
        raise Refused(_("The reply has already been sent."))
    files = list(row.attachments.all())
    Attachment.objects.filter(pending=row).update(pending=None, owner=f"user:{actor.pk}")
    text = row.body
    row.delete()
    return text, files

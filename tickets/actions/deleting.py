"""Deleting messages: the text stays, and is shown to nobody but those who work there (S155, C5).

A deleted message leaves a stub with its number. Its mail that has gone stays noted; what still waits is not sent.
Status and clock stay: a client's question is not answered by being deleted.
"""

from django.utils import timezone

from ..events import action, record
from ..lists import search
from ..models import Notification, Verb
from ..notices import notify
from ._shared import homes_of
from .noting import refuse_locked
from .trashing import trash


@action
def delete_message(message, *, actor):
    """Hide a message or note behind a stub; the first message takes its whole ticket to the trash. Raises Refused where
    policy locks it (C5). Returns the message."""
    home, ticket = homes_of(message)
    refuse_locked(ticket, message)
    message.refresh_from_db()
    if message.deleted_at:
        return message
    if takes_all(message, home):
        trash(home, actor=actor)
        return message
    message.deleted_at, message.deleted_by = timezone.now(), actor
    message.save(update_fields=["deleted_at", "deleted_by"])
    hushed = notify.hush(Notification.objects.filter(event__message=message))
    record(home, Verb.DELETED, actor=actor, message=message, **hushed)
    search.reindex(ticket)
    return message


@action
def undelete_message(message, *, actor):
    """Show a deleted message again, as it was. Raises Refused where policy locks it (C5). Returns the message."""
    home, ticket = homes_of(message)
    refuse_locked(ticket, message)
    message.refresh_from_db()
    if message.deleted_at:
        bring_back(message, ticket)
        record(home, Verb.UNDELETED, actor=actor, message=message)
    return message


def takes_all(message, home):
    """Whether a message is what its ticket was opened with: without it there is none (S155)."""
    return message.number == 1 and not message.is_note and not home.merged_into_id


def bring_back(message, ticket):
    message.deleted_at = message.deleted_by = None
    message.save(update_fields=["deleted_at", "deleted_by"])
    search.reindex(ticket)


def deleting_taken_back(home, event, actor):
    """Undo: as if it had not been deleted, its letters that waited included."""
    message = event.message
    if message.deleted_at is None or message.deleted_by_id != event.actor_id:
        return False
    bring_back(message, homes_of(message)[1])
    notify.speak_again(event.data)
    return True

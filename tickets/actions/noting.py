"""Internal notes, and changing what was written: never silently (S161, S197, C5)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Policy

from .. import search
from ..events import action, record
from ..models import MessageRevision, Ticket, Verb
from ..refused import Refused
from ._shared import home_of, locked, proof, write_message
from .watching import call


@action
def add_note(ticket, *, author, written, attachments=(), mentions=()):
    """Add a note that only staff ever see. It changes neither status nor clock. Returns the note."""
    ticket = locked(ticket)
    note = write_message(ticket, author=author, written=written, by_staff=True, attachments=attachments, is_note=True)
    ticket.save(update_fields=["last_note"])
    call(ticket, people=mentions, by=author)
    record(
        ticket, Verb.NOTED, actor=author, message=note, mentions=sorted(person.pk for person in mentions),
        **proof(note, attachments),
    )  # fmt: skip
    return note


@action
def keep_automatic(ticket, *, author, written):
    """Keep what a machine of the client's side sent, such as an out-of-office, where only staff see it. It changes
    neither status nor clock, and nobody is told. Returns the note."""
    ticket = locked(ticket)
    note = write_message(
        ticket, author=author, written=written, by_staff=False, is_note=True, channel=Ticket.Channel.EMAIL
    )
    record(ticket, Verb.MAIL_KEPT, actor=author, message=note, saving=["last_note"], **proof(note))
    return note


@action
def edit_message(message, *, editor, written):
    """Change a message's text and keep the old one as a revision. Raises Refused where policy locks it (C5)."""
    home = home_of(message)
    ticket = locked(home) if home.merged_into_id else home
    policy = ticket.policy.history_policy
    if policy == Policy.History.LOCKED or (policy == Policy.History.NOTES and not message.is_note):
        raise Refused(_("Messages cannot be changed in this department. Write a new one instead."))
    message.refresh_from_db()
    if message.body == written.body:
        return message
    revision = MessageRevision.objects.create(message=message, body=message.body, html=message.html, editor=editor)
    message.body, message.html, message.format = written.body, written.html, written.format
    message.renderer, message.edited_at = written.renderer, timezone.now()
    message.save(update_fields=["body", "html", "format", "renderer", "edited_at"])
    record(home, Verb.EDITED, actor=editor, message=message, revision=revision.pk, **proof(message))
    search.reindex(ticket)
    return message

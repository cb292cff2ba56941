"""Internal notes, and changing what was written: never silently (S161, S197, C5)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Policy

from ..events import action, record
from ..lists import search
from ..models import MessageRevision, Ticket, Verb
from ..refused import Refused
from ..writing import Written
from ._shared import homes_of, locked, proof, write_message
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


class Overtaken(Refused):
    """Somebody changed the message while this was being written."""

    def __init__(self):
        super().__init__(_("Somebody changed this message while you were writing. Look at the difference, then save."))


@action
def edit_message(message, *, editor, written, version=None, mentions=(), mailed=False):
    """Change a message's text and keep the old one as a revision (S154, S197). Returns the message.

    Staff may change what anybody wrote there; each version stays with who changed it. `version` is how many there were
    when the text was read: more raise Overtaken. `mailed` sends a reply of ours to its readers once more; otherwise
    nobody is mailed but colleagues whom a note calls now (`mentions`). Raises Refused where policy locks it (C5).
    """
    home, ticket = homes_of(message)
    refuse_locked(ticket, message)
    message.refresh_from_db()
    refuse_deleted(message)
    if version is not None and version != message.revisions.count():
        raise Overtaken
    if message.body == written.body:
        return message
    more = {}
    if called := newly_called(message, mentions) if message.is_note else ():
        call(ticket, people=called, by=editor)
        more["mentions"] = sorted(person.pk for person in called)
    if mailed and message.by_staff and not message.is_note:
        more |= {"mailed": True, "to": readers_of(message)}
    put_text(message, home, written, editor=editor, **more)
    search.reindex(ticket)
    return message


def put_text(message, home, written, *, editor, **more):
    """Give a message another text; what it was is a revision from now on. `more` goes into the event."""
    revision = MessageRevision.objects.create(message=message, body=message.body, html=message.html, editor=editor)
    before, message.format = message.format, written.format
    message.body, message.html, message.renderer = written.body, written.html, written.renderer
    message.edited_at = timezone.now()
    message.save(update_fields=["body", "html", "format", "renderer", "edited_at"])
    record(
        home, Verb.EDITED, actor=editor, message=message, revision=revision.pk, format=before, **more, **proof(message)
    )  # fmt: skip


def newly_called(message, mentions):
    """Those of the people a note calls whom none of its versions called."""
    told = message.events.filter(verb__in=[Verb.NOTED, Verb.EDITED]).values_list("data", flat=True)
    known = {pk for data in told for pk in data.get("mentions", ())}
    return [person for person in mentions if person.pk not in known]


def readers_of(message):
    """The contacts who got a reply in its client's place (S169)."""
    event = message.events.filter(verb__in=[Verb.OPENED, Verb.REPLIED]).first()
    return event.data.get("to", []) if event else []


def changing_taken_back(home, event, actor):
    """Undo: the text of before, as one more version. What went by mail cannot be taken back."""
    message, revision = event.message, MessageRevision.objects.filter(pk=event.data["revision"]).first()
    last = message.revisions.order_by("-pk").first()
    if event.data.get("mailed") or revision is None or revision != last or message.deleted_at:
        return False
    before = Written(body=revision.body, html=revision.html, format=event.data["format"], renderer=message.renderer)
    put_text(message, home, before, editor=actor)
    search.reindex(homes_of(message)[1])
    return True


def refuse_locked(ticket, message):
    """Raise Refused where policy lets nobody change this message (C5)."""
    policy = ticket.policy.history_policy
    if policy == Policy.History.LOCKED or (policy == Policy.History.NOTES and not message.is_note):
        raise Refused(_("Messages cannot be changed in this department. Write a new one instead."))


def refuse_deleted(message):
    """Raise Refused for what is done to a deleted message."""
    if message.deleted_at:
        raise Refused(_("This message was deleted. Restore it before you change it."))

"""A letter as an operator's template would make it, for a real ticket; nothing is written or sent (S175)."""

from django.utils import timezone, translation

from mail import outbox
from mail.models import Kind
from mail.render import known_language, without_gaps

from ..models import Notification, Ticket, TicketEvent, Verb
from . import letter_templates, letter_words, letters

Reason = Notification.Reason
ABOUT = {  # kind: (what has happened, why its reader is told)
    Kind.RECEIPT: (Verb.OPENED, Reason.RECEIPT),
    Kind.REPLY: (Verb.REPLIED, Reason.CLIENT),
    Kind.CLOSED: (Verb.CLOSED, Reason.CLIENT),
    Kind.REMINDER: (Verb.REMINDED, Reason.CLIENT),
    Kind.AUTO_CLOSED: (Verb.AUTO_CLOSED, Reason.CLIENT),
    Kind.JOINED: (Verb.JOINED, Reason.PARTICIPANT),
    Kind.MERGED: (Verb.TOOK_IN, Reason.CLIENT),
    Kind.SPLIT: (Verb.SPLIT, Reason.CLIENT),
    Kind.NEW_TICKET: (Verb.OPENED, Reason.DEPARTMENT),
    Kind.CLIENT_REPLY: (Verb.REPLIED, Reason.DEPARTMENT),
    Kind.NOTE: (Verb.NOTED, Reason.MENTION),
    Kind.ASSIGNED: (Verb.ASSIGNED, Reason.ASSIGNEE),
    Kind.FLAGGED: (Verb.FLAGGED, Reason.FLAG),
    Kind.ESCALATED: (Verb.ALERTED, Reason.RULE),
    Kind.CHANGED: (Verb.STATUS, Reason.WATCHER),
    Kind.WOKEN: (Verb.WOKEN, Reason.SNOOZER),
}


def preview(template, ticket, *, operator):
    """The mail.render.Rendered of a template on this ticket: to its client, or to `operator` where staff are told."""
    verb, reason = ABOUT[template.kind]
    reader = operator if reason in letters.INSIDE else ticket.client
    matter = letters.Matter(ticket, [reader])
    event = an_event(ticket, verb, by_staff=template.kind == Kind.REPLY, operator=operator)
    letter = letters.Letter(matter, event, reader, reason, template.kind, message_id="")
    letter.sort_files()
    language = template.language or known_language(reader.language)
    with translation.override(language), timezone.override(reader.zone):
        said = {**letters.context(letter), "mark": ""}
        said["own"] = letter_templates.filled(letter, template, said)
        rendered = matter.rendered(said, language, reader.zone)
    return rendered._replace(text=without_gaps(rendered.text))


def send_test(template, ticket, *, operator):
    """Send that letter to the operator alone, outside of the ticket's thread."""
    rendered = preview(template, ticket, operator=operator)
    return outbox.enqueue(
        to=operator.email,
        to_name=operator.name,
        user=operator,
        kind=template.kind,
        from_name=letter_words.sender(letters.Matter(ticket, [operator])),
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        language=template.language,
        **rendered._asdict(),
    )


def an_event(ticket, verb, *, by_staff, operator):
    """The last event of the ticket that such a letter would tell of; where there is none, one that might have been."""
    events = TicketEvent.objects.filter(ticket=ticket, verb=verb).select_related("actor", "message__author")
    if verb == Verb.REPLIED:
        events = events.filter(message__by_staff=by_staff)
    event = events.order_by("-sequence").first()
    if event is None:
        client = verb in (Verb.OPENED, Verb.REPLIED) and not by_staff
        event = TicketEvent(ticket=ticket, verb=verb, actor=ticket.client if client else operator, at=timezone.now())
        if verb in (Verb.REPLIED, Verb.NOTED, Verb.SPLIT):
            event.message = ticket.messages.filter(is_note=False).select_related("author").first()
    if verb == Verb.REMINDED:
        event.data.setdefault("closes", timezone.now().isoformat())
    event.ticket = ticket
    return event


def ticket_of(number, viewer, department=None):
    """The ticket with this number, or one to begin with: the latest the viewer may see, of the department if any."""
    tickets = Ticket.objects.visible_to(viewer).filter(merged_into=None).select_related("client", "assignee")
    if number:
        return tickets.filter(number=number).first()
    if department:
        tickets = tickets.filter(department=department)
    return tickets.order_by("-updated_at", "-pk").first()

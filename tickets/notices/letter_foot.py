"""What stands below the message in a letter: its files, where the ticket is, why it came, where an answer goes."""

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk_site.lib.files import size_words
from mail.models import Kind

from .. import talks, words
from ..keeping import file_links
from ..models import Notification

Reason = Notification.Reason


def file(attachment):
    said = {"name": attachment.name, "size": size_words(attachment.size)}
    return pgettext("file and its size", "%(name)s (%(size)s)") % said


def linked(letter):
    """Above the files that are links: until when they open."""
    if letter.inside:
        return _("On the ticket's page:")
    day = formats.date_format(timezone.localtime(letter.event.at + file_links.GOOD_FOR), "DATE_FORMAT")
    return _("To download until %(day)s:") % {"day": day}


def facts(letter):
    """Where the ticket stands now, a sentence a line: to staff in the operator's words, to clients in theirs (C15)."""
    ticket = letter.ticket
    yield _("Ticket: %(number)s") % {"number": ticket.number}
    yield _("Department: %(name)s") % {"name": letter.department.said("name")}
    yield from talks.facts(ticket)
    if not letter.inside:
        yield _("Status: %(name)s") % {"name": words.client_status(ticket)}
        return
    yield _("Status: %(name)s") % {"name": ticket.shown_status}
    yield _("Priority: %(name)s") % {"name": ticket.shown_priority}
    yield _("Client: %(name)s") % {"name": ticket.client.full_name}
    if ticket.assignee_id == letter.reader.pk:
        yield _("Looked after by: you")
    elif ticket.assignee_id:
        yield _("Looked after by: %(name)s") % {"name": ticket.assignee.full_name}


def foot(letter):
    """Why this person is written to, and where an answer goes; to clients, what not to send back."""
    yield REASONS[letter.reason]()
    if answering := where_to_answer(letter):
        yield answering
    if not letter.inside and not letter.unproven:
        yield _("Please do not send passwords by e-mail; write them on the ticket's page instead.")


def where_to_answer(letter):
    """What becomes of an answer to this letter; "" where its reader may not write to the ticket."""
    if letter.kind == Kind.JOINED and not letter.takes_answers:
        return ""
    if letter.inside and not letter.takes_answers:
        return _("Please answer at the desk: answers to this e-mail are not sent on.")
    if letter.inside and letter.kind == Kind.NOTE:
        return _("Your answer to this e-mail becomes an internal note.")
    if letter.inside:
        return _("Your answer to this e-mail goes to the client.")
    if letter.takes_answers:
        return _("You can answer this e-mail: what you write is added to the ticket.")
    if letter.only_reads:
        return ""
    return _("Please answer on the ticket's page: answers to this e-mail are not read.")


def leave(letter):
    """What one click does, where one may leave."""
    if letter.reason == Reason.PARTICIPANT:
        return _("Leave this ticket")
    return _("No more such e-mails")


REASONS = {
    Reason.RECEIPT: lambda: _("You get this e-mail because a ticket was opened with your address."),
    Reason.CLIENT: lambda: _("You get this e-mail because this is your ticket."),
    Reason.PARTICIPANT: lambda: _("You get this e-mail because you take part in this ticket."),
    Reason.CONTACT: lambda: _("You get this e-mail because support chose you to get this answer."),
    Reason.ORGANISATION: lambda: _("You get this e-mail because you asked to be told of your organisation's tickets."),
    Reason.ASSIGNEE: lambda: _("You get this e-mail because you look after this ticket."),
    Reason.DEPARTMENT: lambda: _("You get this e-mail because you are told of this department's tickets."),
    Reason.MENTION: lambda: _("You get this e-mail because a colleague mentioned you in a note."),
    Reason.FLAG: lambda: _("You get this e-mail because this ticket is flagged for you."),
    Reason.RULE: lambda: _("You get this e-mail because a rule of the portal names you."),
    Reason.WATCHER: lambda: _("You get this e-mail because you watch this ticket."),
    Reason.SNOOZER: lambda: _("You get this e-mail because you snoozed this ticket."),
    Reason.TEAM: lambda: _("You get this e-mail because the ticket was given to your team."),
    Reason.AUTHOR: lambda: _("You get this e-mail because a reply of yours was waiting in this ticket."),
}

"""The words of letters about a ticket, in the active language: one whole sentence each, never glued."""

import re
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from departments.models import Policy, Rule
from departments.policy import snapshot
from helpdesk_site.lib.files import size_words
from mail.models import Kind

from . import words
from .models import Notification

Reason = Notification.Reason
MERGE_FIELD = re.compile(r"\{\{ *([a-z_]{1,20}) *\}\}")


# --- Who writes, and about what ---------------------------------------------------------------------------------------


def sender(letter):
    """The name in From: the department and the portal (S120)."""
    said = {"department": letter.department.said("name"), "portal": snapshot().portal.name}
    return pgettext("sender of a letter", "%(department)s, %(portal)s") % said


def heading(letter):
    if letter.unproven:
        return _("We have received your ticket")
    return letter.ticket.subject


def says(letter):
    """The paragraphs above the message; the first says who did what and when."""
    return [paragraph for paragraph in SAYINGS[letter.kind](letter) if paragraph]


def done(letter):
    """What every first sentence may name."""
    return {
        "who": person(letter, letter.event.actor),
        "moment": moment(letter.event.at),
        "number": letter.ticket.number,
    }


def person(letter, somebody):
    """“Sam (server engineer)”, as this reader may know the person (C22)."""
    name, role = letter.name_of(somebody), letter.role_of(somebody)
    return pgettext("person and role", "%(name)s (%(role)s)") % {"name": name, "role": role} if role else name


def moment(at):
    """“20 November 2026, 14:03 CET”, in the active time zone."""
    local = timezone.localtime(at)
    said = {"moment": formats.date_format(local, "DATETIME_FORMAT"), "zone": local.tzname()}
    return pgettext("moment and time zone", "%(moment)s %(zone)s") % said


# --- What happened, by kind of letter ---------------------------------------------------------------------------------


def of_receipt(letter):
    yield _("We have received your ticket. Its number is %(number)s.") % done(letter)
    yield _("We will write to you as soon as we have an answer. You can add to the ticket at any time.")
    if letter.to_guest:
        yield _("The link below opens it without a password. Keep it to yourself: whoever has it can read the ticket.")


def of_reply(letter):
    if letter.event.message.number == 1:
        yield _("%(who)s wrote to you on %(moment)s:") % done(letter)
    else:
        yield _("%(who)s answered on %(moment)s:") % done(letter)


def of_client_reply(letter):
    count = len(letter.messages)
    if count > 1:
        yield ngettext("%(n)s new reply:", "%(n)s new replies:", count) % {"n": count}
    else:
        yield line(letter, letter.messages[0])


def line(letter, message):
    """Above each of several messages in one letter: who wrote it, and when."""
    said = {"who": person(letter, message.author), "moment": moment(message.created_at)}
    return _("%(who)s replied on %(moment)s:") % said


def of_new_ticket(letter):
    yield _("%(who)s opened this ticket on %(moment)s:") % done(letter)


def of_note(letter):
    yield _("%(who)s wrote an internal note on %(moment)s. Clients never see it:") % done(letter)


def of_assignment(letter):
    yield _("%(who)s gave you this ticket to look after on %(moment)s.") % done(letter)


def of_flag(letter):
    yield _("%(who)s flagged this ticket for you on %(moment)s.") % done(letter)


def of_alert(letter):
    rule = Rule.objects.filter(pk=letter.event.data.get("rule")).first()
    if rule:
        yield _("The rule “%(rule)s” tells you of this ticket.") % {"rule": rule.name}
    else:
        yield _("A rule of the portal tells you of this ticket.")


def of_closing(letter):
    yield _("%(who)s closed this ticket on %(moment)s.") % done(letter)
    yield if_still_open(letter)


def of_auto_closing(letter):
    """The operator's own notice, else ours (S175)."""
    own = notice_of(letter.department)
    if own:
        yield from merged(own, letter).split("\n\n")
        return
    hours = letter.policy.auto_close_after
    if hours % 24:
        yield ngettext(
            "Nobody has written here for %(n)s hour, so this ticket was closed.",
            "Nobody has written here for %(n)s hours, so this ticket was closed.", hours,
        ) % {"n": hours}  # fmt: skip
    else:
        yield ngettext(
            "Nobody has written here for %(n)s day, so this ticket was closed.",
            "Nobody has written here for %(n)s days, so this ticket was closed.", hours // 24,
        ) % {"n": hours // 24}  # fmt: skip
    yield if_still_open(letter)


def of_reminder(letter):
    closes = datetime.fromisoformat(letter.event.data["closes"])
    yield _("We wait for your answer to this ticket. Without one it will be closed on %(moment)s.") % {
        "moment": moment(closes)
    }
    yield _("If nothing is open any more, there is nothing for you to do.")


SAYINGS = {
    Kind.RECEIPT: of_receipt,
    Kind.REPLY: of_reply,
    Kind.CLIENT_REPLY: of_client_reply,
    Kind.NEW_TICKET: of_new_ticket,
    Kind.NOTE: of_note,
    Kind.ASSIGNED: of_assignment,
    Kind.FLAGGED: of_flag,
    Kind.ESCALATED: of_alert,
    Kind.CLOSED: of_closing,
    Kind.AUTO_CLOSED: of_auto_closing,
    Kind.REMINDER: of_reminder,
}


def if_still_open(letter):
    """What the client can do about a closed ticket (C3)."""
    way, days = letter.policy.closed_reply, letter.policy.closed_reply_days
    if way == Policy.ClosedReply.REOPEN:
        return _("If something is still open, reply on the ticket's page: that opens it again.")
    if way == Policy.ClosedReply.REOPEN_FOR:
        return ngettext(
            "If something is still open, reply on the ticket's page within %(n)s day: that opens it again.",
            "If something is still open, reply on the ticket's page within %(n)s days: that opens it again.", days,
        ) % {"n": days}  # fmt: skip
    return _("If something is still open, open a new ticket that names %(number)s.") % {"number": letter.ticket.number}


def notice_of(department):
    """The operator's notice for tickets that close by themselves: the department's, else the site's, else ""."""
    if department.auto_close_notice:
        return department.said("auto_close_notice")
    return department.policy.auto_close_notice


def merged(text, letter):
    """The text with its {{ fields }} filled in by look-up; nothing in it is ever evaluated (SECURITY, V1)."""
    known = {
        "name": letter.reader.full_name,
        "number": letter.ticket.number,
        "subject": letter.ticket.subject,
        "department": letter.department.said("name"),
        "hours": str(letter.policy.auto_close_after),
    }
    return MERGE_FIELD.sub(lambda field: known.get(field[1], field[0]), text.replace("\r\n", "\n"))


# --- Below the message ------------------------------------------------------------------------------------------------


def file(attachment):
    said = {"name": attachment.name, "size": size_words(attachment.size)}
    return pgettext("file and its size", "%(name)s (%(size)s)") % said


def facts(letter):
    """Where the ticket stands now, a sentence a line: to staff in the operator's words, to clients in theirs (C15)."""
    ticket = letter.ticket
    yield _("Ticket: %(number)s") % {"number": ticket.number}
    yield _("Department: %(name)s") % {"name": letter.department.said("name")}
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


REASONS = {
    Reason.RECEIPT: lambda: _("You get this e-mail because a ticket was opened with your address."),
    Reason.CLIENT: lambda: _("You get this e-mail because this is your ticket."),
    Reason.PARTICIPANT: lambda: _("You get this e-mail because you take part in this ticket."),
    Reason.ORGANISATION: lambda: _("You get this e-mail because you asked to be told of your organisation's tickets."),
    Reason.ASSIGNEE: lambda: _("You get this e-mail because you look after this ticket."),
    Reason.DEPARTMENT: lambda: _("You get this e-mail because you are told of this department's tickets."),
    Reason.MENTION: lambda: _("You get this e-mail because a colleague mentioned you in a note."),
    Reason.FLAG: lambda: _("You get this e-mail because this ticket is flagged for you."),
    Reason.RULE: lambda: _("You get this e-mail because a rule of the portal names you."),
}

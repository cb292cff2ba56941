"""The words of letters about a ticket, in the active language: one whole sentence each, never glued."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.links import absolute
from departments.letter_fields import FIELDS
from departments.models import Policy, Rule
from departments.policy import snapshot
from helpdesk_site.lib import merging
from helpdesk_site.lib.files import size_words
from mail.models import Kind

from .. import talks, words
from ..keeping import file_links
from ..models import Notification, Participant, Snooze, Verb

Reason = Notification.Reason


# --- Who writes, and about what ---------------------------------------------------------------------------------------


def sender(letter):
    """The name in From: the department and the portal (S120)."""
    said = {"department": letter.department.said("name"), "portal": snapshot().portal.name}
    return pgettext("sender of a letter", "%(department)s, %(portal)s") % said


def heading(letter):
    if letter.unproven:
        return _("You were added to a ticket") if letter.kind == Kind.JOINED else _("We have received your ticket")
    return letter.ticket.subject


def says(letter):
    """The paragraphs above the message; the first says who did what and when."""
    return [paragraph for paragraph in SAYINGS[letter.kind](letter) if paragraph]


def done(letter):
    """What every first sentence may name."""
    return {
        "who": value(letter, "actor"),
        "moment": value(letter, "moment"),
        "number": value(letter, "ticket.number"),
    }


def value(letter, name):
    """What a merge field says in this letter; where the shipped words are written down, the field itself."""
    return FIELDS[name].written if letter.is_specimen else VALUES[name](letter)


def person(letter, somebody):
    """“Sam (server engineer)”, as this reader may know the person (C22)."""
    name, role = letter.name_of(somebody), letter.role_of(somebody)
    return pgettext("person and role", "%(name)s (%(role)s)") % {"name": name, "role": role} if role else name


def moment(at):
    """“20 November 2026, 14:03 CET”, in the active time zone; of a zone without letters “UTC+05”."""
    local = timezone.localtime(at)
    zone = local.tzname()
    said = {
        "moment": formats.date_format(local, "DATETIME_FORMAT"),
        "zone": f"UTC{zone}" if zone.startswith(("+", "-")) else zone,
    }
    return pgettext("moment and time zone", "%(moment)s %(zone)s") % said


# --- What happened, by kind of letter ---------------------------------------------------------------------------------


def of_receipt(letter):
    yield _("We have received your ticket. Its number is %(number)s.") % done(letter)
    yield _("We will write to you as soon as we have an answer. You can add to the ticket at any time.")
    yield value(letter, "confirm.hint")
    yield value(letter, "guest.hint")


def of_reply(letter):
    if letter.is_corrected:
        yield _("%(who)s corrected this answer on %(moment)s. It takes the place of the one you have:") % done(letter)
    elif letter.is_first:
        yield _("%(who)s wrote to you on %(moment)s:") % done(letter)
    else:
        yield _("%(who)s answered on %(moment)s:") % done(letter)


def of_client_reply(letter):
    count = len(letter.messages)
    if count > 1:
        yield ngettext("%(n)s new reply:", "%(n)s new replies:", count) % {"n": count}
    else:
        yield _("%(who)s replied on %(moment)s:") % done(letter)


def line(letter, message):
    """Above each of several messages in one letter: who wrote it, and when."""
    said = {"who": person(letter, message.author), "moment": moment(message.created_at)}
    return _("%(who)s replied on %(moment)s:") % said


def of_new_ticket(letter):
    yield _("%(who)s opened this ticket on %(moment)s:") % done(letter)
    yield value(letter, "confirm.hint")


def of_note(letter):
    yield _("%(who)s wrote an internal note on %(moment)s. Clients never see it:") % done(letter)


def of_assignment(letter):
    if letter.reason == Reason.TEAM:
        team = letter.ticket.team.said("name")
        yield _("%(who)s gave this ticket to your team %(team)s on %(moment)s.") % {**done(letter), "team": team}
        return
    yield _("%(who)s gave you this ticket to look after on %(moment)s.") % done(letter)


def of_flag(letter):
    yield _("%(who)s flagged this ticket for you on %(moment)s.") % done(letter)


def of_alert(letter):
    if rule := value(letter, "rule"):
        yield _("The rule “%(rule)s” tells you of this ticket.") % {"rule": rule}
    else:
        yield _("A rule of the portal tells you of this ticket.")


def of_closing(letter):
    yield _("%(who)s closed this ticket on %(moment)s.") % done(letter)
    yield value(letter, "ticket.reopen")


def of_auto_closing(letter):
    """The operator's own notice, else ours (S175)."""
    own = "" if letter.is_specimen else notice_of(letter.department)
    if own:
        yield from merged(own, letter).split("\n\n")
        return
    said = {"time": value(letter, "ticket.idle")}
    yield _("Nobody has written here for %(time)s, so this ticket was closed.") % said
    yield value(letter, "ticket.reopen")


def of_reminder(letter):
    said = {"moment": value(letter, "ticket.closes")}
    yield _("We wait for your answer to this ticket. Without one it will be closed on %(moment)s.") % said
    yield _("If nothing is open any more, there is nothing for you to do.")


def of_joining(letter):
    yield _("%(who)s added you to this ticket on %(moment)s.") % done(letter)
    yield value(letter, "rights")
    yield value(letter, "guest.hint")


def of_change(letter):
    """What watchers are told besides messages: closed, opened again, or in another status; and an author, of a reply
    that was called off."""
    said = {**done(letter), "status": value(letter, "ticket.status")}
    verb = Verb.STATUS if letter.is_specimen else letter.event.verb
    if verb == Verb.UNSCHEDULED:
        yield from of_calling_off(letter, said)
    elif verb == Verb.AUTO_CLOSED:
        yield _("The ticket closed by itself on %(moment)s.") % said
    elif verb == Verb.CLOSED:
        yield _("%(who)s closed this ticket on %(moment)s.") % said
    elif verb == Verb.REOPENED:
        yield _("%(who)s opened this ticket again on %(moment)s.") % said
    else:
        yield _("%(who)s set the status to “%(status)s” on %(moment)s.") % said


def of_calling_off(letter, said):
    if letter.event.data["why"] == "message":
        yield _("%(who)s wrote on %(moment)s, before the reply you had set for later. So it was not sent.") % said
    elif letter.event.data["why"] == "closed":
        yield _("The ticket was closed before the reply you had set for later. So it was not sent.")
    else:
        yield _("The reply you had set for later was not sent.")
    yield _("Your text and its files are in the ticket's box again. Read what is new, then send it or change it.")


def of_waking(letter):
    yield _("This ticket was snoozed until now. It waits for you again.")
    if note := value(letter, "snooze.note"):
        yield _("Why it was snoozed: %(note)s") % {"note": note}


def of_merging(letter):
    said = done(letter) | {"others": value(letter, "origin")}
    yield _("%(who)s merged %(others)s into %(number)s on %(moment)s: they are one ticket now.") % said
    yield _("Everything written there is on this ticket now, in order of time. Answers to older e-mails arrive here.")
    yield value(letter, "guest.hint")


def of_splitting(letter):
    said = done(letter) | {"others": value(letter, "origin")}
    yield _("%(who)s gave this part of %(others)s a ticket of its own on %(moment)s, %(number)s:") % said
    yield value(letter, "guest.hint")


SAYINGS = {
    Kind.RECEIPT: of_receipt,
    Kind.REPLY: of_reply,
    Kind.CLIENT_REPLY: of_client_reply,
    Kind.NEW_TICKET: of_new_ticket,
    Kind.NOTE: of_note,
    Kind.ASSIGNED: of_assignment,
    Kind.FLAGGED: of_flag,
    Kind.ESCALATED: of_alert,
    Kind.CHANGED: of_change,
    Kind.WOKEN: of_waking,
    Kind.CLOSED: of_closing,
    Kind.AUTO_CLOSED: of_auto_closing,
    Kind.REMINDER: of_reminder,
    Kind.JOINED: of_joining,
    Kind.MERGED: of_merging,
    Kind.SPLIT: of_splitting,
}


def if_still_open(letter):
    """What the client can do about a closed ticket (C3): where mail and portal take it alike, by an answer, too."""
    way, days = letter.policy.closed_reply, letter.policy.closed_reply_days
    by_mail = letter.takes_answers and letter.policy.closed_reply_mail == way
    if way == Policy.ClosedReply.REOPEN and by_mail:
        return _("If something is still open, answer this e-mail or reply on the ticket's page: that opens it again.")
    if way == Policy.ClosedReply.REOPEN:
        return _("If something is still open, reply on the ticket's page: that opens it again.")
    if way == Policy.ClosedReply.REOPEN_FOR and by_mail:
        return ngettext(
            "If something is still open, answer this e-mail or reply on the ticket's page within %(n)s day: that opens"
            " it again.",
            "If something is still open, answer this e-mail or reply on the ticket's page within %(n)s days: that opens"
            " it again.", days,
        ) % {"n": days}  # fmt: skip
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
    """The notice with its {{ fields }} filled in by look-up; nothing in it is ever evaluated (SECURITY, V1)."""
    known = {
        "name": letter.reader.full_name,
        "number": letter.ticket.number,
        "subject": letter.ticket.subject,
        "department": letter.department.said("name"),
        "hours": str(letter.policy.auto_close_after),
    }
    return merging.filled(text.replace("\r\n", "\n"), known)


# --- What the merge fields say ----------------------------------------------------------------------------------------


def reader_name(letter):
    """The reader's name; of somebody whose address is not proven, only what stands in the address."""
    return letter.reader.email.partition("@")[0] if letter.unproven else letter.reader.full_name


def confirm_hint(letter):
    """Of a ticket about an account, where we are not sure who wrote it: to its client what to do, to staff what to
    wait for (S69)."""
    if letter.ticket.unconfirmed_since is None or letter.kind == Kind.NEW_TICKET and not letter.inside:
        return ""
    if letter.inside:
        said = _(
            "Nothing proves that %(name)s wrote this, and it concerns an account. Wait for the answer in the portal."
        )
        return said % {"name": letter.ticket.client.full_name}
    return _("It concerns an account, so we begin once you say on the ticket's page that it was you who wrote it.")


def actor(letter):
    """Who did it; a name that anybody may have chosen is not told to somebody it was sent to."""
    if not letter.unproven:
        return person(letter, letter.event.actor)
    return _("A client") if letter.kind == Kind.JOINED else reader_name(letter)


def rights(letter):
    if letter.event.data.get("rights") == Participant.Rights.READ:
        return _("You can read it.")
    return _("You can read it and answer.")


def guest_hint(letter):
    if not letter.to_guest:
        return ""
    return _("The link below opens it without a password. Keep it to yourself: whoever has it can read the ticket.")


def origin(letter):
    """The numbers of the tickets that were merged into this one, or of the one it was split off."""
    data = letter.event.data
    return ", ".join(number for _pk, number in [*data.get("tickets", ()), *([data["from"]] if "from" in data else ())])


def idle(letter):
    hours = letter.policy.auto_close_after
    if hours % 24:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


def closes(letter):
    return moment(datetime.fromisoformat(letter.event.data["closes"])) if "closes" in letter.event.data else ""


def rule(letter):
    row = Rule.objects.filter(pk=letter.event.data.get("rule")).first()
    return row.name if row else ""


def snooze_note(letter):
    """Why the ticket was snoozed, as whoever snoozed it wrote; for staff."""
    row = Snooze.objects.filter(ticket=letter.ticket).first() if letter.inside else None
    return row.note if row else ""


def status(letter):
    return str(letter.ticket.shown_status) if letter.inside else str(words.client_status(letter.ticket))


def assignee(letter):
    return person(letter, letter.ticket.assignee) if letter.ticket.assignee_id else ""


VALUES = {
    "reader.first_name": lambda letter: next(iter(reader_name(letter).split()), ""),
    "reader.name": reader_name,
    "reader.email": lambda letter: letter.reader.email,
    "rights": rights,
    "origin": origin,
    "client.name": lambda letter: "" if letter.unproven else letter.ticket.client.full_name,
    "actor": actor,
    "moment": lambda letter: moment(letter.event.at),
    "ticket.number": lambda letter: letter.ticket.number,
    "ticket.subject": lambda letter: "" if letter.unproven else letter.ticket.subject,
    "ticket.department": lambda letter: letter.department.said("name"),
    "ticket.status": status,
    "ticket.priority": lambda letter: str(letter.ticket.shown_priority),
    "ticket.assignee": assignee,
    "ticket.opened": lambda letter: moment(letter.ticket.created_at),
    "ticket.reopen": if_still_open,
    "ticket.idle": idle,
    "ticket.closes": closes,
    "portal.name": lambda letter: snapshot().portal.name,
    "portal.link": lambda letter: absolute("home"),
    "confirm.hint": confirm_hint,
    "guest.hint": guest_hint,
    "rule": rule,
    "snooze.note": snooze_note,
}


# --- Below the message ------------------------------------------------------------------------------------------------


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

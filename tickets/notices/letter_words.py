"""The words of letters about a ticket, in the active language: one whole sentence each, never glued."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from departments.policy import snapshot
from helpdesk_site.lib import merging
from mail.models import Kind

from ..models import Notification, Verb
from .letter_values import moment, person, value

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
    if letter.reason == Notification.Reason.TEAM:
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

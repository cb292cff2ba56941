"""What the merge fields of a letter say, in the active language, as its reader may know it (S175, C22)."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.links import absolute
from departments.letter_fields import FIELDS
from departments.models import Policy, Rule
from departments.policy import snapshot
from mail.models import Kind

from .. import words
from ..models import Participant, Snooze


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

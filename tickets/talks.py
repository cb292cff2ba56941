"""Calls, chats and meetings that tickets were made of (S80, S89, S97-S99): who reads what of them, and their words.

A pass code is for staff and for the ticket's own client, while the ticket is open; no letter and no log repeats it.
"""

from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from . import merged
from .models import Talk, Ticket

PHONE, CHAT, CONFERENCE = Ticket.Channel.PHONE, Ticket.Channel.CHAT, Ticket.Channel.CONFERENCE
TALKS = (PHONE, CHAT, CONFERENCE)
FIELDS = {  # what is asked of each
    PHONE: ("at", "minutes", "phone"),
    CHAT: ("at", "minutes"),
    CONFERENCE: ("at", "minutes", "state", "link", "pass_code"),
}


@dataclass(frozen=True)
class Shown:
    """One talk as one reader sees it; `code` is "" for whoever may not read the pass code, or when it is over."""

    talk: Talk
    channel: str
    number: str  # of the ticket it belongs to
    code: str

    @property
    def name(self):
        return Ticket.Channel(self.channel).label

    @property
    def icon(self):
        return ICONS[self.channel]


ICONS = {PHONE: "phone", CHAT: "messages", CONFERENCE: "users", Ticket.Channel.EMAIL: "mail"}


def shown(viewer, ticket, *, by_staff=False):
    """The talks of a ticket and of those merged into it, for this reader. Asks nothing of tickets made of none."""
    if ticket.channel not in TALKS and not ticket.has_merged:
        return []
    rows = Talk.objects.filter(ticket__in=merged.ids(ticket)).select_related("ticket").order_by("pk")
    return [shown_to(viewer, row, is_open=not ticket.is_closed, by_staff=by_staff) for row in rows]


def shown_to(viewer, talk, *, is_open, by_staff):
    home = talk.ticket
    reads = is_open and (by_staff or home.client_id == viewer.user.pk)
    return Shown(talk, home.channel, home.number, talk.pass_code if reads else "")


# --- In words, in the active language and time zone -------------------------------------------------------------------


def subject(channel, client):
    """What a talk without a subject is called (S89)."""
    words = {
        PHONE: _("Phone call – %(name)s"),
        CHAT: _("Chat – %(name)s"),
        CONFERENCE: _("Conference call – %(name)s"),
    }
    return (words[channel] % {"name": client.full_name})[:200]


def first_words(channel, at):
    """What stands as the first message of a talk of which nothing was written down (S97)."""
    if at is None:
        return {PHONE: _("Phone call."), CONFERENCE: _("Conference call.")}[channel]
    said = {PHONE: _("Phone call on %(moment)s."), CONFERENCE: _("Conference call on %(moment)s.")}
    return said[channel] % {"moment": moment(at)}


def confirmation(talk):
    """What a client is told when the details of a conference call were changed (S98); the letter repeats them."""
    if talk.at is None:
        return _("The details of the conference call were changed.")
    if talk.state == Talk.State.ACCEPTED:
        return _("The conference call on %(moment)s is confirmed.") % {"moment": moment(talk.at)}
    return _("The conference call is planned for %(moment)s.") % {"moment": moment(talk.at)}


def facts(ticket):
    """What a letter repeats of a conference call (S98): when, whether it stands, where; never the pass code."""
    if ticket.channel != CONFERENCE:
        return
    for row in Talk.objects.filter(ticket=ticket):
        if row.at:
            yield _("Conference call: %(moment)s") % {"moment": moment(row.at)}
        if row.state:
            yield _("State of the call: %(state)s") % {"state": row.get_state_display()}
        if row.link:
            yield _("Link to the meeting: %(link)s") % {"link": row.link}


def moment(at):
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")

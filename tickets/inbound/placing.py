"""Which ticket a mail belongs to (S15, S107, S143, S199; mail/RULES, Threading).

In this order: the signed answer address, our own Message-IDs, those others gave, our hidden marker, the number in the
subject. What a mail names is a claim until its sender is known to have sight of that ticket: nothing here is a secret.
"""

import re
from dataclasses import dataclass

from helpdesk_site.lib import tokens
from mail import pointers

from .. import access, found
from ..conversation import split_off
from ..models import MailId, Ticket

NUMBER = re.compile(r"(?<![A-Za-z0-9])#?([A-Za-z]{3}-?[0-9]{6})(?![0-9A-Za-z])")
MOST_NAMED = 50  # addresses, numbers and foreign Message-IDs of one mail that are looked up; our own are all known


@dataclass(frozen=True)
class Place:
    """A ticket a mail names. `is_signed`: by what only our letters carry. `is_note`: it answers a note of staff."""

    ticket: Ticket
    is_signed: bool = False
    is_note: bool = False


@dataclass(frozen=True)
class Placed:
    """Where a mail belongs: `place` is None for nowhere; `hinted` is a ticket it names and its sender may not see,
    `trashed` one that was deleted, and that they saw before: a new ticket follows it."""

    place: Place | None = None
    hinted: Ticket | None = None
    trashed: Ticket | None = None

    @property
    def ticket(self):
        return self.place.ticket if self.place else None


def placed(letter, sender, row):
    """The first ticket the mail names that its sender may see. A merged-away one leads to its survivor (S143)."""
    hinted = trashed = None
    for place in named(letter, row):
        ticket = survivor(place.ticket)
        if ticket.is_trashed:
            trashed = trashed or (ticket if sender.user and access.knew(sender.user, ticket) else None)
            continue
        if sender.user and access.abilities(sender.viewer, ticket).see:
            return Placed(Place(ticket, place.is_signed, place.is_note), hinted)
        hinted = hinted or ticket
    return Placed(hinted=hinted, trashed=trashed)


def named(letter, row):
    """Every Place the mail names, in order of weight; each ticket is read when its turn comes."""
    addresses = [*row.envelope_to, *letter.envelope, *(person.address for person in letter.recipients)]
    signed = [pointers.of_address(address) for address in addresses[:MOST_NAMED]]
    ids = list(dict.fromkeys([*letter.in_reply_to, *reversed(letter.references)]))
    signed += [pointers.of_message_id(one) for one in ids]
    for pointer in filter(None, signed):
        yield from (Place(ticket, True, pointer.is_note) for ticket in numbered(pointer.reference))
    yield from (Place(ticket) for ticket in of_foreign([*ids[: MOST_NAMED - 1], *ids[MOST_NAMED - 1 :][-1:]]))
    if letter.marker and (pointer := pointers.of_message_id(letter.marker)):
        yield from (Place(ticket, True, pointer.is_note) for ticket in numbered(pointer.reference))
    for number in NUMBER.findall(letter.subject)[:MOST_NAMED]:
        yield from (Place(ticket) for ticket in numbered(tokens.clean_number(number)))


def numbered(number):
    ticket = found.by_number(number, ["client"]) if number else None
    return [ticket] if ticket else []


def of_foreign(ids):
    """Tickets whose mails others gave one of these Message-IDs; the newest first (mail/RULES, 2)."""
    rows = MailId.objects.filter(value__in=ids).select_related("ticket").order_by("-ticket_id") if ids else ()
    return [row.ticket for row in rows]


def bounced(letter):
    """The Place of the letter of ours that a report is about; None when it names none."""
    report = letter.bounce
    pointer = pointers.of_message_id(report.message_id) if report and report.message_id else None
    ticket = next(iter(numbered(pointer.reference)), None) if pointer else None
    ticket = ticket and survivor(ticket)
    return Place(ticket, True, pointer.is_note) if ticket and not ticket.is_trashed else None


def survivor(ticket):
    """Where a ticket lives on that was merged away (S142), or split off and taken back (S158)."""
    while on := ticket.merged_into or split_off.taken_back_to(ticket):
        ticket = on
    return ticket

"""Which messages of a ticket stand in a ticket of their own, and where those of this one come from: told by its events,
so that no page asks for it (S158)."""

from datetime import timedelta

from django.utils import timezone

from helpdesk_site.lib.tokens import clean_number

from .. import found
from ..models import Ticket, TicketEvent, Verb

TAKEN_BACK = timedelta(hours=24)
VERBS = (Verb.SPLIT, Verb.UNSPLIT, Verb.UNMERGED)  # by which the marks are told


def marks(events):
    """{message id: (verb, number)}: SPLIT and where it was moved to, or OPENED and where it was taken from."""
    undone = {(row.ticket_id, row.data.get("of")) for row in events if row.verb == Verb.UNSPLIT}
    found = {}
    for row in events:
        for number, messages in row.data.get("splits", {}).items() if row.verb == Verb.UNMERGED else ():
            found |= dict.fromkeys(messages, (Verb.SPLIT, number))
        if row.verb == Verb.UNSPLIT:
            found = {pk: mark for pk, mark in found.items() if pk not in row.data.get("messages", ())}
        if row.verb != Verb.SPLIT or (row.ticket_id, row.sequence) in undone:
            continue
        if "to" in row.data:
            found |= dict.fromkeys(row.data["messages"], (Verb.SPLIT, row.data["to"][1]))
        else:
            found |= {copy["message"]: (Verb.OPENED, row.data["from"][1]) for copy in row.data["copies"]}
    return found


def taken_back_to(ticket):
    """The ticket whose messages one in the trash holds, because its splitting off was taken back: there they stand, and
    there whoever was told of the new one goes on. None for any other."""
    if not ticket.is_trashed:
        return None
    last = TicketEvent.objects.filter(ticket=ticket, verb__in=(Verb.TRASHED, Verb.UNSPLIT)).order_by("sequence").last()
    return Ticket.objects.get(pk=last.data["from"][0]) if last and last.verb == Verb.UNSPLIT else None


def old_number(number):
    """The number of the ticket that one with this number was taken back to; "" for none."""
    ticket = found.by_number(clean_number(number))
    old = ticket and taken_back_to(ticket)
    return old.number if old else ""


def to_take_back(events, ticket, user):
    """(the click by which this person split the ticket off, the number of the old one), if they may take that back yet:
    within a day, and nobody has written since. None else."""
    made = next((row for row in events if row.verb == Verb.SPLIT and "from" in row.data), None)
    if made is None or made.ticket_id != ticket.pk or made.actor_id != user.pk or ticket.hidden:
        return None
    untouched = ticket.last_number + ticket.last_note == len(made.data["copies"]) and not ticket.has_merged
    may = untouched and timezone.now() - made.at <= TAKEN_BACK
    return (made.click, made.data["from"][1]) if may else None

"""Links between tickets that belong together, for staff alone: related, blocking, duplicates, parts, an incident's."""

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import found
from ..events import action, record
from ..models import Ticket, TicketLink, Verb
from ..refused import Refused
from ._shared import refuse_trashed

Kind = TicketLink.Kind
IN_ORDER = (Kind.BLOCKS, Kind.PARENT, Kind.INCIDENT)  # one stands above the other, so no circle makes sense
MOST = 500  # links of one ticket
MOST_NAMED = 5  # in a warning

# Whether a ticket leads to another by links of one kind
LEADS = """
WITH RECURSIVE way(id) AS (
 SELECT other_id FROM tickets_ticketlink WHERE ticket_id = %s AND kind = %s
 UNION SELECT link.other_id FROM tickets_ticketlink AS link JOIN way ON link.ticket_id = way.id WHERE link.kind = %s)
SELECT 1 FROM way WHERE id = %s
"""


@action
def link(ticket, *, to, kind, actor):
    """Say how a ticket belongs to another, read from the first to the second: it blocks `to`, is its parent. Saying it
    twice changes nothing. Returns the TicketLink. Raises Refused for itself, and where it would make a circle."""
    ticket, other = locked_pair(ticket, to)
    known = existing(ticket, other, kind)
    if known:
        return known
    if leads(other, ticket, kind):
        said = {"number": ticket.number, "other": other.number}
        raise Refused(_("%(other)s stands above %(number)s already; the other way round would make a circle.") % said)
    if TicketLink.objects.filter(ticket=ticket)[:MOST].count() >= MOST:
        raise Refused(_("No more than %(n)s tickets can be linked to one.") % {"n": MOST})
    row = TicketLink.objects.create(ticket=ticket, other=other, kind=kind, by=actor)
    told(row, Verb.LINKED, actor=actor)
    return row


@action
def unlink(row, *, actor):
    """Take a link off. Returns whether it was there."""
    row.ticket, row.other = locked_pair(row.ticket, row.other)
    deleted, _rows = TicketLink.objects.filter(pk=row.pk).delete()
    if deleted:
        told(row, Verb.UNLINKED, actor=actor)
    return bool(deleted)


def locked_pair(one, other):
    """Both rows, locked: two who link the same tickets the other way round wait for each other (T09)."""
    if one.pk == other.pk:
        raise Refused(_("A ticket cannot be linked to itself."))
    rows = found.ends_locked([one.pk, other.pk])
    one, other = rows[one.pk], rows[other.pk]
    if one.pk == other.pk:
        raise Refused(_("These two were merged: they are one ticket now."))
    refuse_trashed(one)
    refuse_trashed(other)
    return one, other


def existing(ticket, other, kind):
    """The same link, if it is there; “relates to” is the same from both sides."""
    rows = TicketLink.objects.filter(ticket=ticket, other=other, kind=kind)
    if kind == Kind.RELATES:
        rows |= TicketLink.objects.filter(ticket=other, other=ticket, kind=kind)
    return rows.first()


def leads(one, other, kind):
    """Whether links of this kind lead from one ticket to the other."""
    if kind not in IN_ORDER:
        return False
    with connection.cursor() as cursor:
        cursor.execute(LEADS, [one.pk, kind, kind, other.pk])
        return cursor.fetchone() is not None


def told(row, verb, *, actor):
    """One event in each chain, that of the other ticket read backwards."""
    record(row.ticket, verb, actor=actor, kind=row.kind, other=[row.other_id, row.other.number])
    record(row.other, verb, actor=actor, kind=row.kind, other=[row.ticket_id, row.ticket.number], back=True)


# --- Taken back -------------------------------------------------------------------------------------------------------


def linking_taken_back(ticket, event, actor):
    """Undo of linking; the second of its two events finds it done."""
    of_event(ticket, event).delete()
    return True


def unlinking_taken_back(ticket, event, actor):
    """Undo of taking a link off, unless it would make a circle by now."""
    ends = ends_of(ticket, event)
    above, below = Ticket(pk=ends["other_id"]), Ticket(pk=ends["ticket_id"])
    if leads(above, below, event.data["kind"]):
        return False
    TicketLink.objects.get_or_create(**ends, kind=event.data["kind"], defaults={"by": actor, "at": timezone.now()})
    return True


def of_event(ticket, event):
    return TicketLink.objects.filter(**ends_of(ticket, event), kind=event.data["kind"])


def ends_of(ticket, event):
    ends = [ticket.pk, event.data["other"][0]]
    first, second = reversed(ends) if event.data.get("back") else ends
    return {"ticket_id": first, "other_id": second}


# --- What a link warns of ---------------------------------------------------------------------------------------------


def open_neighbours(ticket, *, kind, back=False):
    """The open tickets at the other end of its links of this kind; `back` those that are linked to it."""
    here, there = ("other", "ticket") if back else ("ticket", "other")
    ids = TicketLink.objects.filter(**{here: ticket}, kind=kind).values(there)
    return Ticket.objects.listed().open().filter(pk__in=ids).order_by("pk")


def warnings(ticket):
    """What somebody who has just closed a ticket should know: sentences, none as a rule."""
    for kind, back, words in (
        (Kind.BLOCKS, True, _("%(number)s is closed, but it was blocked by %(others)s, which is still open.")),
        (Kind.PARENT, False, _("%(number)s is closed, but parts of it are still open: %(others)s.")),
        (Kind.INCIDENT, False, _("%(number)s is closed. Tickets of this incident are still open: %(others)s.")),
    ):
        rows = open_neighbours(ticket, kind=kind, back=back)
        numbers = list(rows.values_list("number", flat=True)[: MOST_NAMED + 1])
        if numbers:
            shown = ", ".join(numbers[:MOST_NAMED]) + (" …" if len(numbers) > MOST_NAMED else "")
            yield words % {"number": ticket.number, "others": shown}

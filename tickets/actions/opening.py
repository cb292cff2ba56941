"""Opening a ticket (S10-S13, S47, S168)."""

from django.utils import timezone

from departments.models import Category
from departments.policy import snapshot, status_rules
from helpdesk_site.lib import rows

from .. import access, clock
from ..events import action, record
from ..models import Participant, Talk, Ticket, Verb
from ._shared import proof, write_message


@action
def open_ticket(
    department, *, client, author, subject, written, attachments=(), priority=None, type=None, service=None,
    organisation=None, channel=Ticket.Channel.PORTAL, follow_up_of=None, assignee=None, status=None, participants=(),
    proven=True, quiet=False, may_belong="", unconfirmed=False, answer_to="", talk=None,
):  # fmt: skip
    """Open a ticket for `client`, written by `author` (the client, or staff on the client's behalf).

    A type that names a department routes there (S203). Returns the ticket; its first message is number 1.
    `proven` is whether we know the client wrote it; where anybody may have given that address, the ticket is shown to
    nobody else of the client's side, and the receipt repeats nothing. Of mail: `quiet` sends nothing automatic to the
    client's side, `may_belong` is the number of a ticket its sender named without sight of it, `unconfirmed` lets the
    ticket wait for its client's word in the portal (S69), `answer_to` is where answers go instead of their address.
    Of a call, chat or meeting: `talk` is what is known of it, by Talk's fields, and `quiet` writes to no client.
    """
    department = routed(department, type)
    by_staff, now = author.pk != client.pk, timezone.now()
    ticket = Ticket(
        subject=subject,
        department=department,
        priority=priority or default_priority(),
        type=type,
        client=client,
        organisation=organisation or (only_organisation(client) if proven else None),
        service=service,
        assignee=assignee,
        channel=channel,
        follow_up_of=follow_up_of,
        answer_to=answer_to,
        unconfirmed_since=now if unconfirmed else None,
        created_at=now,
        last_message_at=now,
        updated_at=now,
    )
    start(ticket, status or department.policy.status_new, author=author, by_staff=by_staff)
    ticket = Ticket.objects.insert_numbered(ticket)
    ticket.first_message = message = write_message(
        ticket, author=author, written=written, by_staff=by_staff, attachments=attachments, channel=channel
    )
    if talk is not None:
        Talk.objects.create(ticket=ticket, **talk)
    rows.insert(*(Participant(ticket=ticket, user=person) for person in dict.fromkeys(participants)))
    record(
        ticket, Verb.OPENED, actor=author, message=message, saving=["last_number"],
        department=department.slug, status=ticket.status.code, priority=ticket.priority.code,
        **facts(proven=proven, quiet=quiet, may_belong=may_belong), **proof(message, attachments),
    )  # fmt: skip
    if assignee:
        record(ticket, Verb.ASSIGNED, actor=author, **{"from": None, "to": assignee.pk})
    return ticket


def routed(department, type):
    """The department a ticket of this type comes to, when it is sent to this one (S203)."""
    elsewhere = department and type and type.department_id and type.department_id != department.pk
    return type.department if elsewhere and type.department.is_active else department


def start(ticket, status, *, author, by_staff):
    """Put a new ticket, in memory, into its first status, with its clock."""
    rules = status_rules(status, ticket.department)
    ticket.status, ticket.category = status, rules.category
    clock.note_message(ticket, by_staff=by_staff, at=ticket.created_at)
    if by_staff:
        ticket.first_reply_at = None  # nothing was asked yet: this is no answer
    clock.enter_status(ticket, status, at=ticket.created_at)
    if rules.category == Category.CLOSED:
        ticket.closed_at, ticket.closed_by = ticket.created_at, author


def facts(*, proven, quiet, may_belong):
    """What the event keeps besides, each only where it is so."""
    kept = {"unproven": not proven, "quiet": quiet, "may_belong": may_belong}
    return {name: value for name, value in kept.items() if value}


def default_priority():
    """The priority new tickets get: the one marked so, else the lowest but one, else any."""
    rows = list(snapshot().priorities.values())
    return next((row for row in rows if row.is_default), rows[0])


def only_organisation(user):
    """The organisation of a member of exactly one; whoever belongs to several says which."""
    rows = list(access.memberships_of(user).values())
    return rows[0].organisation if len(rows) == 1 else None

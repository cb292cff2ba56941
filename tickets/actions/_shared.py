"""What several actions do the same way: lock the row, write a message, hand over its files, change the status."""

import secrets

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from audit import chain
from helpdesk_site.lib import rows
from mail.models import IncomingMail

from .. import access, clock, found, merged
from ..events import Happened
from ..lists import search
from ..models import Attachment, Message, Ticket, Verb
from ..refused import Refused


def locked(ticket):
    """The ticket's fresh row, locked until the transaction ends; a merged-away one is followed to its survivor. Raises
    Refused for one in the trash, which can be restored and nothing else (S155)."""
    row = locked_anywhere(ticket)
    refuse_trashed(row)
    return row


def refuse_trashed(ticket):
    if ticket.is_trashed:
        raise Refused(_("This ticket is in the trash. Restore it before you change it."))


def locked_anywhere(ticket):
    """The same, wherever it lies."""
    row = found.end_locked(ticket.pk)
    if row.client_id == ticket.client_id and Ticket.client.is_cached(ticket):
        row.client = ticket.client  # read already, and told of in every letter
    return row


def homes_of(message):
    """(its home, the ticket in whose thread it stands), both fresh and locked. Home is the ticket it was written under,
    merged since or not: what happens to a message is told in that one's chain. Raises Refused in the trash."""
    ticket = found.end_locked(message.ticket_id)
    refuse_trashed(ticket)
    return (ticket if ticket.pk == message.ticket_id else found.locked(message.ticket_id)), ticket


def write_message(ticket, *, author, written, by_staff, attachments=(), is_note=False, channel=Ticket.Channel.PORTAL):
    """Create the next message or note of a locked ticket and give it its files. Counters are saved by the caller."""
    if is_note:
        number = ticket.last_note = ticket.last_note + 1
    else:
        number = ticket.last_number = ticket.last_number + 1
    message = Message(
        ticket=ticket,
        number=number,
        is_note=is_note,
        by_staff=by_staff,
        author=author,
        channel=channel,
        format=written.format,
        body=written.body,
        html=written.html,
        renderer=written.renderer,
        salt=secrets.token_hex(16),
        quoted=written.quoted,
        incoming=written.incoming,
        trust=written.trust,
        created_at=timezone.now(),
    )
    rows.insert(message)
    attach(message, attachments)
    names = " ".join(file.name for file in attachments)
    search.add(ticket, f"{written.body}\n{names}", is_note=is_note, is_first=number == 1 and not is_note)
    return message


def attach(message, attachments):
    """Hand loose files over to a message. A file that is already some message's stays there."""
    if attachments:
        ids = [file.pk for file in attachments]
        Attachment.objects.filter(pk__in=ids, message=None).update(message=message, draft=None, pending=None, owner="")


def proof(message, attachments=()):
    """What the event keeps of a message: the fingerprints of its text and files."""
    kept = {"body": chain.fingerprint(message.body, message.salt)}
    if attachments:
        kept["files"] = [[file.pk, file.sha256] for file in attachments]
    return kept


def take_mails_along(ticket):
    """The mails of a ticket that was moved belong to whoever works on it now (access.mails_seen)."""
    IncomingMail.objects.filter(messages__ticket__in=merged.ids(ticket)).update(desk=ticket.department_id)


def save_times(ticket, *more):
    """Save everything clock.py may have set, and `more` fields."""
    rows.update(ticket, [*clock.TIMED, *more])


def let_go(ticket):
    """A closed ticket keeps whoever looked after it. When it opens again, somebody who does not work there any more
    lets go of it, so that it is nobody's and found in the queue. Returns what happened, to be recorded and saved."""
    gone = ticket.assignee
    if gone is None or access.may_flag(ticket, gone):
        return []
    ticket.assignee = None
    return [Happened(Verb.ASSIGNED, {"from": gone.pk, "to": None})]


def waiting_of(ticket):
    """What another status makes a ticket forget, for the event of it: since when it waits, its snooze, who closed it
    when, and that it was spam."""
    kept = {"waited": ticket.waiting_since and ticket.waiting_since.isoformat()}
    if ticket.closed_at:
        kept["closed"] = [ticket.closed_at.isoformat(), ticket.closed_by_id]
    if ticket.hidden == Ticket.Hidden.SPAM:
        kept["was"] = ticket.hidden
    if ticket.snoozed_at:
        until = ticket.snoozed_until and ticket.snoozed_until.isoformat()
        kept["snoozed"] = [ticket.snoozed_at.isoformat(), until, ticket.snoozed_by_id]
    return kept


def status_again(ticket, status, data):
    """Put a ticket back into a status it had, as if it had not left it; an open one waits for us, or is snoozed, a
    closed one is closed since then, or spam, as it was by the `data` of the event (waiting_of)."""
    now = timezone.now()
    if "snoozed" in data:
        snooze_again(ticket, *data["snoozed"], now=now)
    clock.enter_status(ticket, status, at=now)
    if ticket.is_closed:
        moment, by = data.get("closed") or [None, None]
        ticket.closed_at, ticket.closed_by_id = ticket.closed_at or parsed(moment) or now, ticket.closed_by_id or by
        if data.get("was") == Ticket.Hidden.SPAM:
            ticket.hidden, ticket.hidden_at = Ticket.Hidden.SPAM, now
    else:
        since = None if ticket.last_by_staff else ticket.waiting_since or ticket.last_message_at
        ticket.waiting_since = parsed(data["waited"]) if "waited" in data else since
        ticket.queue_at = clock.queue_time(ticket)
    save_times(ticket)


def snooze_again(ticket, since, until, by, *, now):
    """Put a ticket aside as it was, unless its time has come meanwhile."""
    until = parsed(until)
    if until is None or until > now:
        ticket.snoozed_at, ticket.snoozed_until, ticket.snoozed_by_id = parsed(since), until, by


def parsed(moment):
    return parse_datetime(moment) if moment else None

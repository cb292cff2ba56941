"""What a mail adds to the ticket it belongs to: a reply, a note, a report (S15, S107, S199; C3, C10)."""

from departments.models import Policy
from helpdesk_site.lib import rows
from mail import delivery
from mail.models import IncomingMail, OutgoingMail

from .. import access, actions
from ..composing import drafts, guard, mentions
from ..conversation import reading
from ..models import Draft, MailId, Ticket
from . import filing, polite, refusing
from .commands import carry_out, orders_in
from .results import Result

Outcome = IncomingMail.Outcome
ClosedReply = Policy.ClosedReply
MACHINES = ("auto_reply", "list")  # kinds of mail that nobody wrote to this ticket


def join(letter, sender, place, row):
    """How a mail is added to a ticket its sender may see: a deed, to be done in a transaction, that returns a Result;
    a refusing.Verdict; or None for a new ticket that follows a closed one (C3)."""
    ticket, can = place.ticket, access.abilities(sender.viewer, place.ticket)
    if letter.kind in MACHINES or letter.out_of_office:
        return keep(letter, sender, ticket, row)
    if can.work:
        return as_staff(letter, sender, place, row)
    if not can.reply:
        return refusing.Verdict(Outcome.REJECTED, "may_not_reply", is_held=True, is_told=True)
    return refusing.reply_refused(ticket.policy, sender) or as_client(letter, sender, ticket, row)


# --- Clients ----------------------------------------------------------------------------------------------------------


def as_client(letter, sender, ticket, row):
    """The reply of somebody of the client's side; None where a closed ticket wants a new one (C3)."""
    if actions.reply_refusal(ticket, by_mail=True):
        if actions.way_of_closed(ticket, by_mail=True) == ClosedReply.REFUSE:
            return refusing.Verdict(Outcome.REJECTED, "closed", is_held=True, is_told=True)
        return None
    filed = filing.filed(letter, row, policy=ticket.policy, by_staff=False)
    written = filing.written(letter, row, sender.trust)

    def deed():
        message = actions.reply(
            ticket,
            author=sender.user,
            written=written,
            by_staff=False,
            attachments=filed.attachments,
            channel=Ticket.Channel.EMAIL,
        )
        remember(letter, message)
        reading.mark_read(message.ticket, sender.user)
        return Result(Outcome.APPENDED, ticket=message.ticket, message=message, left_out=filed.left_out)

    return deed


# --- Staff ------------------------------------------------------------------------------------------------------------


def as_staff(letter, sender, place, row):
    """An agent's answer from their mail program: only of a proven sender, and only to something we signed."""
    if not sender.is_proven or not place.is_signed:
        return refusing.Verdict(Outcome.QUARANTINED, "staff_unproven", is_held=True, is_told=True)
    ticket, user = place.ticket, sender.user
    orders = orders_in(letter.text, user=user, ticket=ticket)
    filed = filing.filed(letter, row, policy=ticket.policy, by_staff=True)
    body = "\n".join([*orders.unclear, orders.text]) if orders.any or orders.unclear else None
    written = filing.written(letter, row, sender.trust, body=body)
    says = bool(orders.text or orders.unclear or filed.attachments or not orders.any)
    inside = place.is_note or bool(orders.unclear)
    if says and not inside and ticket.client_id != user.pk and guard.reasons_against(written.body, ticket):
        return stop(letter, sender, ticket, written, filed)

    def deed():
        message = write(place, user, written, filed, inside=inside) if says else None
        if message:
            remember(letter, message)
        carry_out(orders, ticket, actor=user)
        return Result(Outcome.APPENDED, ticket=ticket, message=message, is_staff=True, left_out=filed.left_out)

    return deed


def write(place, user, written, filed, *, inside):
    """The agent's words as a reply; as a note where they answer a note, or hold a command we do not understand."""
    ticket = place.ticket
    if inside:
        called = mentions.people_in(written.body, ticket, by=user)
        return actions.add_note(ticket, author=user, written=written, attachments=filed.attachments, mentions=called)
    return actions.reply(
        ticket,
        author=user,
        written=written,
        by_staff=ticket.client_id != user.pk,
        attachments=filed.attachments,
        channel=Ticket.Channel.EMAIL,
    )


def stop(letter, sender, ticket, written, filed):
    """An answer that was not meant for the client as it is: it waits in its author's box for a reply, who is told why.
    What the mail ordered is not done either."""

    def deed():
        drafts.put_aside(sender.user, drafts.place_of(Draft.Kind.REPLY, ticket), written.body, filed.attachments)
        polite.tell_of_stop(letter, sender, ticket, written.body)
        return Result(Outcome.REJECTED, "stopped", ticket=ticket, is_staff=True, left_out=filed.left_out)

    return deed


# --- Machines ---------------------------------------------------------------------------------------------------------


def keep(letter, sender, ticket, row):
    """An out-of-office and its like: kept with the ticket for staff; nobody is told, no clock stops, nothing opens."""
    written = filing.written(letter, row, sender.trust)

    def deed():
        note = actions.keep_automatic(ticket, author=sender.user, written=written)
        return Result(Outcome.APPENDED, "automatic", ticket=note.ticket, message=note)

    return deed


def bounced(letter, place, row):
    """A report on a letter of ours that was given up, at once or after days (RFC 3464, 2.3.3): told at the message it
    carried, and the ticket comes back to staff."""
    report = letter.bounce
    mail = OutgoingMail.objects.filter(message_id__iexact=report.message_id).first()
    if mail is None or report.action != "failed":
        return refusing.Verdict(Outcome.IGNORED, "delayed")

    def deed():
        delivery.came_back(mail, f"{report.recipient} {report.status} {report.diagnostic}".strip())
        return Result(Outcome.APPENDED, "bounce", ticket=place.ticket)

    return deed


# --- What later mail is known by --------------------------------------------------------------------------------------


def remember(letter, message):
    """An answer that names this mail belongs to the same ticket."""
    if letter.message_id:
        known = MailId(value=letter.message_id[:255], ticket_id=message.ticket_id, message=message)
        rows.insert_if_free(known, "value", "ticket")

"""What staff decide about a mail that had no effect: it becomes a ticket, joins one, or is put aside (C10, S135).

The way is the one a mail goes by policy, with the verdict left out: the same files, text, threading and history.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import SYSTEM_EMAIL
from mail import intake
from mail.models import IncomingMail
from mail.parsing.warden import Unreadable, read

from .. import access, actions
from ..events import one_click
from ..models import Ticket
from ..refused import Refused
from . import filing, opening, placing, refusing
from .joining import remember
from .results import Result
from .senders import sender_of

Outcome, State = IncomingMail.Outcome, IncomingMail.State
PUT_ASIDE = "put_aside"


def may_be_decided(row):
    """Whether a mail had no effect yet, so that staff can give it one."""
    return row.state in (State.HELD, State.QUARANTINED) or row.outcome in (Outcome.IGNORED, Outcome.REJECTED)


def accept(row, *, department, by):
    """Make a ticket of the sender's out of a mail. Returns its Result; raises Refused when that cannot be."""

    def ticket_of(letter, sender):
        refuse_sender(sender)
        placed = placing.placed(letter, sender, row)
        placed = placing.Placed(hinted=placed.ticket or placed.hinted, trashed=placed.trashed)
        if opening.passes_on(letter, sender):
            return opening.open_forwarded(letter, sender, row, department)
        return opening.open_own(letter, sender, placed, row, department, None)

    return decided(row, ticket_of, by=by)


def append(row, *, ticket, by):
    """Add a mail to a ticket that `by` works on. Returns its Result; raises Refused when the ticket takes none."""
    return decided(row, lambda letter, sender: joined(letter, sender, ticket, row, by=by), by=by)


def put_aside(rows, *, by):
    """Let these mails have no effect. Returns how many there were."""
    return sum(aside(row, by=by) for row in rows)


@transaction.atomic
def aside(row, *, by):
    """Put one mail aside. Returns whether it was anybody's to decide."""
    if not take(row):
        return False
    intake.finish(row, outcome=Outcome.IGNORED, reason=PUT_ASIDE, trust=row.trust, by=by)
    return True


# --- The way of a decision --------------------------------------------------------------------------------------------


def decided(row, find_deed, *, by):
    """Do what staff decided, in one transaction with the note of it; a mail that stays as it was is as it was."""
    was = row.state, row.outcome, row.reason
    if not may_be_decided(row) or not take(row):
        raise Refused(_("Somebody else decides about this mail just now, or did so already."))
    letter = None
    try:
        letter = read(intake.open_raw(row))
        sender = sender_of(letter)
        with one_click():
            done = find_deed(letter, sender)()
            actions.take_mail(done.message, mail=row, reason=was[2], actor=by)
            desk = done.ticket.department_id
            said = {"letter": letter, "trust": sender.trust, "desk": desk, "by": by}
            intake.finish(row, outcome=done.outcome, reference=done.reference, **said)
    except (Unreadable, OSError) as error:
        as_before(row, was)
        raise Refused(_("The mail cannot be read. Its source can be downloaded.")) from error
    except intake.Lost as lost:
        raise Refused(_("Somebody else decides about this mail just now, or did so already.")) from lost
    except BaseException:
        as_before(row, was)
        raise
    return done


@transaction.atomic
def take(row):
    """Make a mail ours that had no effect. Returns whether it is."""
    if row.state == State.DONE and not intake.run_again(row):
        return False
    return intake.take(row)


def as_before(row, was):
    """A mail that could not be given an effect waits where it was."""
    state, outcome, reason = was
    note = intake.hold if state == State.HELD else intake.finish
    note(row, outcome=outcome, reason=reason, trust=row.trust, by=row.decided_by)


# --- What is made of it -----------------------------------------------------------------------------------------------


def refuse_sender(sender):
    """Raise Refused where a mail has nobody whose ticket it could be."""
    if not sender.address or sender.address == SYSTEM_EMAIL:
        raise Refused(_("The mail names no sender. Add it to a ticket instead."))
    if refusing.is_own_address(sender.address):
        raise Refused(_("Its sender is an address of ours. Add it to a ticket instead."))


def joined(letter, sender, ticket, row, *, by):
    """A mail added to a ticket: its sender's message there; a note where the sender is nobody, or one of us."""
    filed = filing.filed(letter, row, policy=ticket.policy, by_staff=False)
    written = filing.written(letter, row, sender.trust)
    known = sender.address and sender.address != SYSTEM_EMAIL and not refusing.is_own_address(sender.address)

    def deed():
        author = (sender.user or opening.newcomer(sender.address, sender.name, letter.language)) if known else by
        if access.works_on(author, ticket):
            message = actions.add_note(ticket, author=author, written=written, attachments=filed.attachments)
        else:
            message = actions.reply(
                ticket,
                author=author,
                written=written,
                by_staff=False,
                attachments=filed.attachments,
                channel=Ticket.Channel.EMAIL,
            )
        remember(letter, message)
        return Result(Outcome.APPENDED, ticket=message.ticket, message=message, left_out=filed.left_out)

    return deed

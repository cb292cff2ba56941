"""The way in: one mail of the raw store, or all that wait (T05).

Reading happens before the transaction, under the warden's limits; what the mail does and the note of what became of it
are one transaction, so that a crash leaves either both or a mail that is read again.
"""

import logging

from django.db import transaction

from accounts import people
from engine.leases import lease
from mail import intake, outbox
from mail.models import IncomingMail
from mail.parsing import Letter, warden

from ..events import one_click
from ..refused import Refused
from . import alarms, placing, polite, refusing
from .joining import bounced, join
from .opening import department_of, open_from
from .results import Result
from .senders import sender_of

log = logging.getLogger(__name__)
Outcome = IncomingMail.Outcome
BATCH = 10
BEGINNING = 200_000  # bytes that are read of a mail too large to take: who sent it, and what it is about
SECONDS = 120  # longer than a batch of the worst mails takes


def take_in():
    """Read what waits, oldest first. Returns how many mails were read; one bad mail never stops the others.

    One worker at a time: an answer is never read before the mail it answers.
    """
    count = 0
    with lease("take-in", seconds=SECONDS) as mine:
        while mine and (rows := intake.claim(BATCH)):
            with outbox.one_kick():
                for row in rows:
                    handle(row)
            count += len(rows)
            mine.renew()
    return count


def handle(row):
    """Read a claimed mail and do what it asks for. Returns its Result; None when it could not be read or done."""
    try:
        raw = intake.open_raw(row)
        letter = warden.read(raw[:BEGINNING] if refusing.is_too_large(row) else raw)
    except warden.Unreadable as why:
        intake.quarantine(row, why.reason, str(why), desk=desk_of(Letter(), row))
        return None
    except OSError as error:
        intake.put_back(row, str(error))
        return None
    try:
        return act(letter, row)
    except intake.Lost:
        return None
    except Exception as error:
        log.exception("Mail %s could not be taken in; it is tried again.", row.pk)
        intake.put_back(row, f"{type(error).__name__}: {error}")
        return None


def act(letter, row):
    """Decide, then do, in one transaction with the note of it. Returns the Result."""
    sender = sender_of(letter)
    decided = decide(letter, sender, row)
    if isinstance(decided, refusing.Verdict):
        return set_aside(decided, letter, sender, row)
    try:
        with one_click():
            done = decided()
            if sender.user and not sender.forged:
                people.reached(sender.user)
            if done.left_out and refusing.may_answer(letter, sender):
                polite.tell_of_files(letter, sender, done)
            intake.finish(
                row,
                outcome=done.outcome,
                reason=done.reason,
                reference=done.reference,
                letter=letter,
                trust=sender.trust,
                desk=done.ticket and done.ticket.department_id,
            )
    except Refused as refused:
        log.info("Mail %s: %s", row.pk, refused)
        return set_aside(
            refusing.Verdict(Outcome.REJECTED, "refused", is_held=True, is_told=True), letter, sender, row
        )
    return done


def decide(letter, sender, row):
    """What the mail asks for, read and stored but not done: a deed that returns a Result, or a refusing.Verdict."""
    if letter.bounce:
        place = placing.bounced(letter)
        return bounced(letter, place, row) if place else refusing.Verdict(Outcome.IGNORED, "bounce_of_nothing")
    verdict = refusing.never_taken(letter, sender, row)
    if verdict:
        return verdict
    placed = placing.placed(letter, sender, row)
    if placed.place:
        joined = join(letter, sender, placed.place, row)
        return joined or open_from(letter, sender, placed, row, follows=placed.ticket)
    return open_from(letter, sender, placed, row)


@transaction.atomic
def set_aside(verdict, letter, sender, row):
    """Note a mail that was not taken, and answer it politely where that does no harm."""
    if verdict.is_told and refusing.may_answer(letter, sender):
        polite.refuse(letter, sender, verdict.reason)
    if verdict.reason == "too_many":
        alarms.raise_alarm("sender", sender.address)
    note = intake.hold if verdict.is_held else intake.finish
    desk = desk_of(letter, row)
    note(row, reason=verdict.reason, outcome=verdict.outcome, letter=letter, trust=sender.trust, desk=desk)
    return Result(verdict.outcome, verdict.reason)


def desk_of(letter, row):
    """Who decides about a mail without a ticket: the department it was written to (access.mails_seen)."""
    department = department_of(letter, row)
    return department and department.pk

"""From the outbox to the mail server. A letter is claimed by a conditional UPDATE, so however many senders run, each
attempt is made by one of them; what became of it is written before the next is touched.

SMTP cannot promise more than "at least once": a sender that dies between the server's yes and our note of it leaves the
letter to the sweep, which sends it again under the same Message-ID.
"""
import contextlib
import logging
import os
import random
import socket
import threading
import time
import uuid
from collections import Counter
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from . import post
from .letter import CannotBuild, build
from .models import GRACE, STUCK, OutgoingMail
from .signals import mail_failed

log = logging.getLogger(__name__)

State, Trouble = OutgoingMail.State, OutgoingMail.Trouble

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480)]  # the last one repeats
LONGEST_TRY = timedelta(days=2)
MOST_ATTEMPTS = 20  # more than two days hold: a letter that kills its sender each time ends here
DOWN_PAUSE = timedelta(minutes=1)  # while the server cannot be reached
BATCH = 200  # letters of one sweep
LATE = timedelta(minutes=10)  # a letter that could have gone so long ago has nobody to carry it
BATCH_SECONDS = 60

# At most two conversations at once in a process: a mail server that hangs never takes all the worker's threads.
lines = threading.BoundedSemaphore(2)


def deliver(ids, *, at=None, office=None) -> Counter:
    """Deliver these letters if they are due and nobody else does; the quick path. Returns how many ended how."""
    with a_line(patience=2) as free:
        return send_all(list(ids), at=at, office=office) if free else Counter()


def sweep(*, at=None, grace=GRACE, office=None) -> Counter:
    """Deliver what is due: queued for over `grace`, to be retried, or left by a dead sender; the sure path.

    One batch over one connection. `at` pretends a moment (for tests and for `--at`). Returns how many ended how.
    """
    with a_line(patience=0) as free:
        return send_all(due(at or timezone.now(), grace), at=at, office=office) if free else Counter()


def due(at, grace=GRACE, most=BATCH) -> list[int]:
    """The ids of letters to send at this moment, longest waiting first; each of the three asks a small index."""
    letters = OutgoingMail.objects.order_by()
    groups = (
        letters.filter(state="sending", claimed_at__lte=at - STUCK).order_by("claimed_at"),
        letters.filter(state="retry", retry_at__lte=at).order_by("retry_at"),
        letters.filter(state="queued", due_at__lte=at - grace).order_by("due_at"),
    )
    return [pk for group in groups for pk in group.values_list("pk", flat=True)[:most]][:most]


def is_late(*, at=None) -> bool:
    """Whether a letter waits that should have gone LATE ago: nobody carries them. One that a mail server put off is not
    due, and not late (T23)."""
    return bool(due((at or timezone.now()) - LATE, grace=timedelta(0), most=1))


def send_all(ids, *, at, office):
    """Send letter after letter over one connection. When the server cannot be reached all that is left is put off."""
    tally = Counter()
    if not ids:
        return tally
    office = office or post.post_office()
    ends = time.monotonic() + BATCH_SECONDS
    try:
        for place, pk in enumerate(ids):
            if time.monotonic() > ends:
                break
            try:
                tally[send_one(pk, at=at, office=office)] += 1
            except post.Unreachable as trouble:
                tally["unreachable"] += put_off(ids[place:], trouble.answer, at=at)
                break
    finally:
        office.close()
    return tally


def send_one(pk, *, at, office):
    """Claim one letter, build it, hand it over, write what became of it. Returns its state, "skipped" when not ours.

    Raises post.Unreachable before the claim, so that a server that is down costs no letter an attempt.
    """
    office.open()
    mail = claim(pk, at=at)
    if mail is None:
        return "skipped"
    if mail.attempts > MOST_ATTEMPTS:
        return give_up(mail, Trouble.EXPIRED, mail.answer)
    try:
        letter = build(mail, readable=isinstance(office, post.Folder))
    except OSError as error:
        return later(mail, Trouble.UNREADABLE, post.words(error), at=at)
    except Exception as error:  # whatever is wrong with it, the others go on
        if not isinstance(error, CannotBuild):
            log.exception("Letter %s could not be built.", pk)
        return give_up(mail, Trouble.CANNOT_BUILD, post.words(error))
    try:
        answer = office.send(letter)
    except post.Refused as trouble:
        return give_up(mail, Trouble.REFUSED, trouble.answer)
    except post.Delayed as trouble:
        return later(mail, Trouble.DELAYED, trouble.answer, at=at)
    except post.BrokenOff as trouble:
        return later(mail, Trouble.BROKEN_OFF, trouble.answer, at=at)
    except Exception as error:  # a letter that smtplib chokes on must not stop the others
        log.exception("Letter %s could not be handed over.", pk)
        office.close()
        return later(mail, Trouble.BROKEN_OFF, post.words(error), at=at)
    return note_sent(mail, letter, answer, at=at)


def claim(pk, *, at=None):
    """The letter, now ours to send, or None when it is not due, finished, or another's (T06).

    One conditional UPDATE: on both databases exactly one of many callers sees a row changed. The attempt is counted
    here, so a letter that kills its sender is counted too.
    """
    now = at or timezone.now()
    mine = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex}"[:80]
    taken = OutgoingMail.objects.sendable(at=now).filter(pk=pk)
    attempt = {"claimed_at": now, "claimed_by": mine, "attempts": F("attempts") + 1, "retry_at": None}
    if not taken.update(state=State.SENDING, **attempt):
        return None
    return OutgoingMail.objects.get(pk=pk)


# How it ended


def note_sent(mail, letter, answer, *, at):
    """The server has it. Written even when another sender has taken the letter meanwhile: it is out."""
    trouble = Trouble.WITHOUT_FILES if letter.missing else ""
    fields = {"sent_at": at or timezone.now(), "retry_at": None, "trouble": trouble, "answer": answer, **blanked(mail)}
    surely(lambda: OutgoingMail.objects.filter(pk=mail.pk).update(state=State.SENT, claimed_by="", **fields))
    return State.SENT


def later(mail, trouble, answer, *, at):
    """Try again after a pause that grows, for two days."""
    now = at or timezone.now()
    if now - mail.due_at > LONGEST_TRY:
        return give_up(mail, Trouble.EXPIRED, answer)
    pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1] * random.uniform(0.8, 1.2)
    surely(
        lambda: still_ours(mail).update(state=State.RETRY, retry_at=now + pause, trouble=trouble, answer=answer)
    )
    return State.RETRY


@transaction.atomic
def came_back(mail, answer):
    """A report says that a letter we had delivered reached nobody (RFC 3464). Returns whether that was news."""
    sent = OutgoingMail.objects.filter(pk=mail.pk, state=State.SENT)
    if not sent.update(state=State.FAILED, trouble=OutgoingMail.Trouble.BOUNCED, answer=answer[:4000]):
        return False
    mail.refresh_from_db()
    mail_failed.send(sender=OutgoingMail, mail=mail)
    return True


def give_up(mail, trouble, answer):
    """The letter failed; the floors above are told in the same transaction, so neither stands without the other."""
    failed = {"state": State.FAILED, "retry_at": None, "trouble": trouble, "answer": answer, **blanked(mail)}
    try:
        with transaction.atomic():
            if still_ours(mail).update(**failed):
                mail.refresh_from_db()
                mail_failed.send(sender=OutgoingMail, mail=mail)
    except (OperationalError, InterfaceError):
        raise  # the database, not a receiver: the sweep comes back to it
    except Exception:
        log.exception("Nobody took in that letter %s failed.", mail.pk)
        still_ours(mail).update(**failed)
    return State.FAILED


def put_off(ids, answer, *, at):
    """The server is down: these wait a little, and the operator sees why. No attempt is counted."""
    now = at or timezone.now()
    waiting = OutgoingMail.objects.sendable(at=now).filter(pk__in=ids).exclude(state=State.SENDING)
    return waiting.update(state=State.RETRY, retry_at=now + DOWN_PAUSE, trouble=Trouble.UNREACHABLE, answer=answer)


def still_ours(mail):
    return OutgoingMail.objects.filter(pk=mail.pk, claimed_by=mail.claimed_by)


def blanked(mail):
    """What is taken out of a finished letter that carried a secret."""
    return {"text": "", "html": ""} if mail.secret else {}


def surely(write):
    """Write to the database, with patience when it restarts just now: an unwritten "sent" means a second letter."""
    for pause in (0.5, 2, 5):
        try:
            return write()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    return write()


@contextlib.contextmanager
def a_line(*, patience):
    """True when one of the process's two lines to the mail server is free within `patience` seconds."""
    free = lines.acquire(timeout=patience) if patience else lines.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            lines.release()

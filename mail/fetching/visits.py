"""One visit to a mailbox: stored first, marked afterwards, so a crash in between costs a second look and never a mail
(T05). A mailbox that fails rests for a while and stops no other.
"""
import logging
import random
import threading
import time
from datetime import timedelta
from typing import NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from engine.leases import lease

from .. import intake
from ..models import IncomingMail, Mailbox
from .dialing import Patience
from .imap import Imap
from .places import stored
from .pop3 import Pop3
from .trouble import Problem, Trouble

log = logging.getLogger(__name__)

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60)]  # the last one repeats
REFUSED_PAUSE = 3  # the first pause after a refused password: providers lock accounts that guess
ROUND = 60  # seconds in which visits are begun; who was left out is first in the next round
BUDGET = 30  # seconds of a visit in which mails are begun, so that a full mailbox keeps no other waiting
LONGEST = 300  # seconds for one visit, whatever drips
RENEWAL = 10  # seconds between two renewals of the lease, which lasts for 45
TEST = 10  # seconds of an operator's test
turn = threading.Lock()  # of a process: mailboxes that hang take one of the worker's threads, never all
LINES = {Mailbox.Kind.IMAP: Imap, Mailbox.Kind.POP3: Pop3}


class Found(NamedTuple):
    """What a test of a mailbox finds: mails in all, and mails that would be taken in."""

    total: int
    new: int


def fetch_all(*, at=None) -> dict:
    """Fetch from every mailbox that is due, the longest unseen first. Returns {mailbox: mails taken in, or Trouble}."""
    if not turn.acquire(blocking=False):
        return {}
    try:
        now, ends, found = at or timezone.now(), time.monotonic() + ROUND, {}
        for mailbox in Mailbox.objects.due(at=now).unheard(at=now):
            if time.monotonic() > ends:
                break
            found[mailbox] = fetch(mailbox)
        return found
    finally:
        turn.release()


def fetch(mailbox):
    """Fetch what is new in one mailbox. Returns how many mails were taken in, or the Trouble; never raises.

    The lease only saves work: two who fetch at once store each mail once.
    """
    with lease(f"mailbox:{mailbox.pk}") as mine:
        if not mine:
            return 0
        with Patience(total=LONGEST) as patience:
            return noting(mailbox, patience, lambda: visit(mailbox, patience, mine))


def noting(mailbox, patience, work):
    """Do the work and note on the mailbox how it fared. Returns the work's answer, or the Trouble."""
    try:
        answer = work()
    except Trouble as trouble:
        return note_trouble(mailbox, Trouble(Problem.HUNG, trouble.answer) if patience.is_over else trouble)
    except Exception as error:  # the libraries' over a mad answer, or the database's: the other mailboxes go on
        log.exception("Mailbox %s could not be fetched.", mailbox.pk)
        return note_trouble(mailbox, Trouble(Problem.PROTOCOL, f"{type(error).__name__}: {error}"))
    note_well(mailbox)
    return answer


def visit(mailbox, patience, mine):
    with LINES[mailbox.kind](mailbox, patience) as line:
        return take_in(line, mine)


def take_in(line, mine):
    """Store what waits on an open line, mail by mail, and mark each. Returns how many were stored. Raises Trouble.

    A mail that cannot be marked is stored all the same, and so are those after it; the trouble is told at the end.
    """
    places = line.waiting()
    known = stored(line, places)
    count, unmarked, finished, goes_on = 0, None, False, time_left(mine)
    try:
        for place in places:
            if not goes_on():
                break
            if place.uid not in known:
                count += take(line, place) is not None
            try:
                line.done(place)
            except Trouble as trouble:
                if trouble.problem != Problem.NOT_MARKED:
                    raise
                unmarked = trouble
        else:
            finished = not unmarked
    finally:
        line.remember(finished=finished)
    if unmarked:
        raise unmarked
    return count


def time_left(mine):
    """A question to ask before each mail: is there time for it, and is the mailbox still ours?"""
    begun = renewed = time.monotonic()

    def goes_on():
        nonlocal renewed
        now = time.monotonic()
        if now - renewed < RENEWAL:
            return now - begun <= BUDGET
        renewed = now
        return now - begun <= BUDGET and mine.renew()

    return goes_on


def take(line, place):
    """Read one mail and store it; None when it is gone."""
    raw = line.read(place)
    if raw is None:
        return None
    try:
        return intake.store(
            raw, source=IncomingMail.Source.MAILBOX, mailbox=line.mailbox, folder=line.folder,
            uid_validity=line.uid_validity, uid=place.uid,
            cut_from=None if place.is_whole else place.size,
        )  # fmt: skip
    except OSError as error:
        raise Trouble(Problem.STORING, error.strerror or error) from error


def try_out(mailbox) -> Found:
    """Sign in and look around without changing anything, for ten seconds at most. Raises Trouble."""
    with Patience(step=TEST, total=TEST) as patience:
        try:
            with LINES[mailbox.kind](mailbox, patience, readonly=True) as line:
                places = line.waiting()
                line.check()
                return Found(line.total(), len(places) - len(stored(line, places)))
        except Trouble as trouble:
            raise (Trouble(Problem.HUNG, trouble.answer) if patience.is_over else trouble)
        except Exception as error:  # the libraries' over a mad answer
            log.exception("Mailbox %s could not be tried.", mailbox.pk)
            raise Trouble(Problem.PROTOCOL, f"{type(error).__name__}: {error}") from error


# How it fared


def note_well(mailbox, *, at=None):
    now = at or timezone.now()
    well = {"problem": "", "answer": "", "failures": 0, "retry_at": None, "failing_since": None}
    Mailbox.objects.filter(pk=mailbox.pk).update(checked_at=now, **well)


def note_trouble(mailbox, trouble, *, at=None):
    """Write what is wrong, and rest: a little at first, up to an hour later. Returns the trouble."""
    now = at or timezone.now()
    step = mailbox.failures + (REFUSED_PAUSE if trouble.problem in (Problem.SIGN_IN, Problem.TOKEN) else 0)
    pause = PAUSES[min(step, len(PAUSES) - 1)] * random.uniform(0.9, 1.1)
    mailbox.failures += 1
    Mailbox.objects.filter(pk=mailbox.pk).update(
        checked_at=now, problem=trouble.problem, answer=trouble.answer, failures=mailbox.failures, retry_at=now + pause,
        failing_since=Coalesce(F("failing_since"), now),
    )  # fmt: skip
    log.warning("Mailbox %s: %s %s", mailbox.pk, trouble.problem, trouble.answer)
    return trouble

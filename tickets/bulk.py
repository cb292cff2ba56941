"""One act on many tickets (S133-S135): how a job goes through them, to their end and back (T07).

What somebody asked for is a BulkJob. It is done in steps of a few tickets, each step one transaction that also notes
how far the job is: whoever dies, whoever runs it twice, every ticket is done once. A small job is done in the request,
a large one by a worker; the sweep goes on with what a dead worker left. All steps carry the job's click: one Undo takes
all of it back, in steps too.
"""

import logging
import time
from datetime import timedelta
from typing import NamedTuple

from django.db import OperationalError, transaction
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from engine import once
from helpdesk_site.lib.numbers import Number

from . import access, actions, found, kicks
from .actions.undoing import touched_by
from .automation.due import each
from .bulk_acts import ACTS, Ready
from .clock import UNDO
from .events import one_click
from .models import BulkJob, PendingReply, Ticket, TicketEvent, Verb
from .refused import Refused

log = logging.getLogger(__name__)

AT_ONCE = 100  # tickets done in the request; more are done in the background
STEP = 25
MOST = 10_000  # tickets of one job
KEPT = timedelta(days=30)  # what a job was about in detail
TURN = 20  # seconds a worker gives one job before it looks at others
LEFT_BEHIND = timedelta(seconds=TURN)  # no sign of life for so long: its worker has died
State = BulkJob.State
UNFINISHED = (State.QUEUED, State.RUNNING, State.UNDOING)

# --- A job ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(viewer, name, params, tickets, *, seen=None, failed=()):
    """Begin an act on these tickets (ids). `seen` is when their list was drawn; `failed` what is known not to go.

    A small job is done when this returns, a large one waits for its worker. Returns the BulkJob.
    """
    now, tickets = timezone.now(), sorted(tickets)[:MOST]
    job = BulkJob.objects.create(
        user=viewer.user, act=name, params=params, tickets=tickets, total=len(tickets), failed=list(failed),
        seen_at=min(seen or now, now), created_at=now, moved_at=now,
    )  # fmt: skip
    once.claim(reverse("desk_bulk_job", args=[job.pk]))
    if is_small(job):
        return finished(job)
    kicks.bulk(job)
    return job


def is_small(job):
    """Whether a job is done in the request that asks for it."""
    return job.total <= AT_ONCE


@transaction.atomic
def finished(job):
    """Do all steps of a small job in one transaction. Returns the job as it ended."""
    while job.state in UNFINISHED:
        job = step(job.pk, size=AT_ONCE)
    return job


def run(pk, *, turn=TURN):
    """Do the steps of a job until it ends, or for `turn` seconds: then others come first. Safe to run twice and side
    by side. Returns whether there was something to do."""
    ends, job = time.monotonic() + turn, step(pk)
    found = job is not None
    while job and job.state in UNFINISHED:
        if time.monotonic() >= ends:
            kicks.bulk(job)
            break
        job = step(pk)
    return found


def run_left_behind(now=None):
    """Go on with the jobs whose worker has died, or whose kick was lost. Returns how many."""
    due = BulkJob.objects.filter(state__in=UNFINISHED, moved_at__lte=(now or timezone.now()) - LEFT_BEHIND)
    return each("bulk", due, "moved_at", lambda job: run(job.pk))


@transaction.atomic
def step(pk, *, size=STEP):
    """Do the next few tickets of a job, and note how far it is. Returns the job; None when it has ended before."""
    job = BulkJob.objects.select_for_update(of=["self"]).select_related("user").filter(pk=pk).first()
    if job is None or job.state not in UNFINISHED:
        return None
    with translation.override(job.user.language or translation.get_language()):
        (back if job.state == State.UNDOING else forward)(job, size)
    job.moved_at = timezone.now()
    if job.state not in UNFINISHED:
        job.finished_at = job.moved_at
    job.save(update_fields=["state", "done", "changed", "failed", "moved_at", "finished_at"])
    return job


# --- Forward ----------------------------------------------------------------------------------------------------------


def forward(job, size):
    """Act on the next tickets of a job."""
    try:
        ready = ACTS[job.act].ready(job.params, job.user)
    except (KeyError, Refused):
        gone = _("What was chosen for them is not offered any more.")
        job.state, job.failed = State.STOPPED, [*job.failed, ["", gone]]
        return
    chunk = job.tickets[job.done : job.done + size]
    with one_click(job.click) as click:
        for ticket in locked(chunk):
            if why := attempt(ready, ticket, job, click):
                job.failed.append([ticket.number, why])
    touched = {event.ticket_id for event in click.events} | held(job, chunk)
    job.changed += len(touched & set(chunk))
    job.done += len(chunk)
    job.state = State.RUNNING if job.done < job.total else State.DONE


def held(job, ids):
    """The ids of those of these tickets whose reply is on its way and can be taken back."""
    return set(PendingReply.objects.filter(click=job.click, ticket__in=ids).values_list("ticket_id", flat=True))


def locked(ids):
    """The tickets with these ids, their rows locked in the order everybody locks them. Their people are read then: a
    row that was waited for is fresh, what was joined to it is not."""
    there = found.all_locked(ids)
    rows = [there[pk] for pk in sorted(ids)]
    prefetch_related_objects(rows, "client", "assignee")
    return rows


def attempt(ready, ticket, job, click):
    """Act on one ticket of many, in a savepoint of its own. Returns why it could not be done, "" when it was."""
    so_far = len(click.events)
    try:
        with transaction.atomic():
            refuse_changed(ticket, job)
            ready.do(ticket)
    except Refused as refused:
        why = str(refused)
    except OperationalError:  # the database is busy or going down: the whole step is done again
        raise
    except Exception:
        log.exception("Job %s failed for ticket %s.", job.pk, ticket.number)
        why = _("Something went wrong. It was left as it is.")
    else:
        return ""
    del click.events[so_far:]
    return why


def refuse_changed(ticket, job):
    """Raise Refused where the ticket is no more what the person chose: gone elsewhere, closed, or written in."""
    act = ACTS[job.act]
    if not job.user.is_active or not access.works_on(job.user, ticket):
        raise Refused(_("It has left your departments."))
    if ticket.merged_into_id:
        raise Refused(_("It was merged into %(number)s.") % {"number": ticket.merged_into.number})
    if ticket.hidden and ticket.hidden not in act.takes_hidden:
        raise Refused(_("It is marked as spam.") if ticket.hidden == Ticket.Hidden.SPAM else _("It was deleted."))
    if ticket.is_closed and ticket.closed_at and ticket.closed_at > job.seen_at and job.act != "close":
        raise Refused(_("It was closed meanwhile."))
    if act.reads_first and not ticket.last_by_staff and ticket.last_message_at > job.seen_at:
        raise Refused(_("The client wrote meanwhile. Read it first."))


# --- Back -------------------------------------------------------------------------------------------------------------


def undo_seconds(job):
    """For how many seconds yet a job can be taken back; 0 for never again. While it runs, it is a full minute."""
    if job.act not in ACTS or job.state in (State.UNDOING, State.UNDONE):
        return 0
    if job.params.get("due_at"):  # what it says goes to nobody before
        return max(0, int(job.params["due_at"] - timezone.now().timestamp()))
    if not ACTS[job.act].is_reversible:
        return 0
    if job.state in UNFINISHED:
        return UNDO.seconds
    left = job.finished_at + UNDO - timezone.now() if job.changed else timedelta()
    return max(0, int(left.total_seconds()))


@transaction.atomic
def undo(job):
    """Take back what a job did, be it done or under way; what it set on its way is taken back at once. Returns the
    job. Raises Refused when it is too late."""
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if not undo_seconds(job):
        raise Refused(_("This can no longer be undone."))
    once.claim(reverse("desk_bulk_job", args=[job.pk]))
    waiting = PendingReply.objects.filter(click=job.click).values_list("ticket", flat=True)
    found.all_locked([*waiting, *(job.tickets if is_small(job) else [])])
    actions.take_back_held(job.click)
    job.state, job.failed, job.moved_at = State.UNDOING, [], timezone.now()
    job.save(update_fields=["state", "failed", "moved_at"])
    if is_small(job):
        return finished(job)
    kicks.bulk(job)
    return job


@transaction.atomic
def stop(job):
    """Leave undone what a job has not done yet. Returns the job; one that has ended stays as it is."""
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if job.state in (State.QUEUED, State.RUNNING):
        job.state, job.finished_at = State.STOPPED, timezone.now()
        job.save(update_fields=["state", "finished_at"])
    return job


def back(job, size):
    """Take back the last tickets a job did."""
    chunk = job.tickets[max(0, job.done - size) : job.done]
    gone = answered(job, chunk)
    changed, undone = touched_by(job.click, tickets=chunk) - gone, set()
    if changed:
        try:
            with one_click() as click:
                actions.undo(job.click, actor=job.user, tickets=changed, since=job.created_at)
            undone = {event.ticket_id for event in click.events}
        except Refused:
            pass
    job.failed += why_of(changed - undone, _("Somebody changed it since."))
    job.failed += why_of(gone, _("The reply has already been sent."))
    job.done -= len(chunk)
    if not job.done:
        job.state = State.UNDONE


def why_of(tickets, why):
    """[number, why] of each of these tickets (ids)."""
    numbers = Ticket.objects.filter(pk__in=tickets).order_by("pk").values_list("number", flat=True)
    return [[number, why] for number in numbers]


def answered(job, ids):
    """The ids of those of these tickets whose reply has gone."""
    events = TicketEvent.objects.filter(click=job.click, ticket__in=ids, verb=Verb.REPLIED)
    return set(events.values_list("ticket_id", flat=True))


# --- Old jobs ---------------------------------------------------------------------------------------------------------


def forget_old(now=None):
    """Forget of old jobs which tickets they were, why some were not done, and what was posted; that they were is kept.
    Returns of how many: the list of one's acts still tells them in a line."""
    old = BulkJob.objects.filter(finished_at__lt=(now or timezone.now()) - KEPT).exclude(tickets=[])
    old.filter(act="incident").update(params={"incident": ""})
    return old.update(tickets=[], failed=[])


# --- Words ------------------------------------------------------------------------------------------------------------


class Told(NamedTuple):
    """What a job is called, “Closing 312 tickets”, and what it did, “300 tickets closed.”"""

    name: str
    done: str


def told(job):
    """A job in words. What was chosen for its tickets is not named any more once it is not offered."""
    try:
        ready = ACTS[job.act].ready(job.params, job.user)
    except (KeyError, Refused):
        name = ngettext_lazy("Changing %(n)s ticket", "Changing %(n)s tickets", "n")
        ready = Ready(None, name, ngettext_lazy("%(n)s ticket changed.", "%(n)s tickets changed.", "n"))
    name = ready.name % {"n": Number(job.total), "to": ready.to}
    if not job.changed:
        return Told(name, nothing(job))
    said = ready.soon if ready.soon and undo_seconds(job) else ready.said
    return Told(name, said % {"n": Number(job.changed), "to": ready.to})


def nothing(job):
    """What is told of a job that changed no ticket."""
    went_through = job.state == State.DONE and not job.failed
    return _("Nothing to change.") if went_through else _("Nothing was changed.")


def sentence(job):
    """What a job did, as it is told: “3 tickets closed.”"""
    return told(job).done

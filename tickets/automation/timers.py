"""What happens to tickets by itself, in time: replies released, statuses settled, idle tickets closed, traces tidied.

Whatever is due is a row with a time under a partial index, so a run costs what is due and not what exists; how a run
goes is told in `due`.
"""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from engine.leases import lease

from .. import actions, bulk
from ..actions import tagging
from ..actions.trashing import KEPT
from ..composing import drafts, predefined
from ..keeping import file_links, files
from ..lists import search
from ..models import PendingReply, Presence, Ticket
from ..notices import notify
from ..retiming import retime
from .due import each

__all__ = [
    "close_idle", "empty_trash", "preview_close", "release_due_replies", "release_reply", "retime", "settle_due",
    "tidy", "wake_due", "write_letters",
]  # fmt: skip

MOST_SHOWN = 1000  # counts stop here
PRESENCES_KEPT = timedelta(hours=1)


def release_due_replies(now=None):
    """Send the pending replies that are due at `now`. Returns how many were sent."""
    now = now or timezone.now()
    return each("release-replies", to_release(now), "due_at", lambda row: actions.release(row, now=now) is not None)


def release_reply(pk):
    """Send one pending reply if it is still there and due: the kick's way."""
    row = PendingReply.objects.filter(pk=pk).first()
    return row is not None and actions.release(row) is not None


def write_letters(now=None):
    """Write the letters left for later by clicks with many recipients. Returns how many clicks' letters."""
    return each("write-letters", notify.due(now or timezone.now()), "letter_due_at", notify.write_later)


def settle_due(now=None):
    """Let statuses turn into the next one by themselves (S21, S27, C7). Returns how many did."""
    now, system = now or timezone.now(), get_user_model().objects.system()
    return each("settle", to_settle(now), "settle_at", lambda row: actions.settle(row, actor=system, now=now))


def wake_due(now=None):
    """Let the snoozed tickets whose time has come wait for us again. Returns how many did."""
    now, system = now or timezone.now(), get_user_model().objects.system()
    return each("wake", to_wake(now), "snoozed_until", lambda row: actions.wake_in_time(row, actor=system, now=now))


def close_idle(now=None):
    """Close the tickets idle long enough, then remind those that will close soon (S28, S173-S175, S202, C1, C2).

    A ticket for which both are due, because nothing ran for a day, is closed. Returns (closed, reminded).
    """
    now, system = now or timezone.now(), get_user_model().objects.system()
    closed = each("close-idle", to_close(now), "close_at", lambda row: actions.auto_close(row, actor=system, now=now))
    reminded = each("remind", to_remind(now), "remind_at", lambda row: actions.remind(row, actor=system, now=now))
    return closed, reminded


def preview_close(now=None):
    """How many tickets close_idle would close at `now`, counted up to MOST_SHOWN + 1 ("would close 37 tickets now")."""
    return to_close(now or timezone.now()).order_by()[: MOST_SHOWN + 1].count()


def to_close_now(tickets, now=None):
    """Those of `tickets` that close_idle would close at `now`, the longest due first; for the admin's preview."""
    return to_close(now or timezone.now()).filter(pk__in=tickets.values("pk")).order_by("close_at", "pk")


def empty_trash(now=None):
    """Delete for good what has lain in the trash for thirty days (S155). Returns how many tickets."""
    system = get_user_model().objects.system()
    due = to_empty(now or timezone.now())  # one of a department in which nobody deletes any more stays (S46)
    emptied = each("empty-trash", due, "hidden_at", lambda row: actions.empty(row, actor=system))
    if emptied:
        search.settle()
    return emptied


def tidy(now=None):
    """Delete traces nobody needs: old presences, drafts, files that came to no message. Returns how many of each."""
    now = now or timezone.now()
    with lease("tidy") as mine:
        if not mine:
            return {}
        presences, _rows = Presence.objects.filter(at__lt=now - PRESENCES_KEPT).delete()
        forgotten = {"drafts": drafts.forget_old(now), "files": files.forget_loose(now)}
        forgotten |= {"uses": predefined.forget_old(now), "jobs": bulk.forget_old(now)}
        forgotten["tags"] = tagging.forget_gone(now)
        return {"presences": presences, **forgotten, "links": file_links.forget_over(now)}


# --- What is due ------------------------------------------------------------------------------------------------------
#
# Each asks one partial index. A merged-away ticket has no times; asked for `merged_into` too, SQLite would take that
# index and read every ticket.


def to_empty(now):
    return Ticket.objects.filter(hidden=Ticket.Hidden.TRASH, hidden_at__lte=now - KEPT, merged_into=None)


def to_release(now):
    return PendingReply.objects.filter(due_at__lte=now)


def to_settle(now):
    return Ticket.objects.filter(settle_at__lte=now)


def to_wake(now):
    return Ticket.objects.filter(snoozed_until__lte=now)


def to_close(now):
    return Ticket.objects.filter(close_at__lte=now)


def to_remind(now):
    return Ticket.objects.filter(remind_at__lte=now, close_at__gt=now)

"""Kicks: a task is asked to do now what a row makes sure will be done anyway (ARCHITECTURE, "Two databases").

They go out after the commit. A broker that is down or slow never reaches the page: the sweep finds the row.
"""

import logging

from django.db import transaction
from django.utils import timezone

log = logging.getLogger(__name__)

SOON = 30  # seconds: what is due later is left to the sweep


def write_letters():
    """Write the letters a click has left for later."""
    from . import tasks

    after_commit(lambda: tasks.write_letters.delay())


def take_in():
    """Read the mail that has just come."""
    from . import tasks

    after_commit(lambda: tasks.take_in.delay())


def bulk(job):
    """Do an act on many tickets, or go on with it."""
    from . import tasks

    after_commit(lambda: tasks.run_bulk.delay(job.pk))


def release(pending):
    """Send a pending reply the moment its undo has run out."""
    from . import tasks

    wait = (pending.due_at - timezone.now()).total_seconds()
    if wait <= SOON:
        after_commit(lambda: tasks.release_reply.apply_async([pending.pk], countdown=max(wait, 0) + 0.2))


def after_commit(kick):
    def carefully():
        try:
            kick()
        except Exception:  # whatever a broker or its client may throw
            log.warning("The broker did not take a kick; the sweep will do the work.", exc_info=True)

    transaction.on_commit(carefully)

"""Celery's way in to the timers of tickets: one line each, safe to run twice, caught up by the next run (T07)."""

from celery import shared_task


@shared_task
def release_replies():
    """Send the staff replies whose time has come."""
    from .automation import timers

    timers.release_due_replies()


@shared_task
def release_reply(pk):
    """Send one staff reply when its undo has run out: the kick."""
    from .automation import timers

    timers.release_reply(pk)


@shared_task
def write_letters():
    """Write the letters that a click with many recipients left for later."""
    from .automation import timers

    timers.write_letters()


@shared_task
def send_digests():
    """Tell people in one letter of what they chose to be told of that way."""
    from .automation import digests

    digests.send_due()


@shared_task
def run_bulk(pk):
    """Do an act on many tickets: the kick."""
    from . import bulk

    bulk.run(pk)


@shared_task
def run_left_behind():
    """Go on with acts on many tickets whose worker has died."""
    from . import bulk

    bulk.run_left_behind()


@shared_task
def take_in():
    """Read the mails that lie in the raw store."""
    from .inbound import taking

    taking.take_in()


@shared_task
def watch_mailboxes():
    """Tell operators of mailboxes that keep failing, and of those that are well again."""
    from .inbound import watching

    watching.watch_mailboxes()


@shared_task
def settle():
    """Let statuses turn into the next one by themselves (C7)."""
    from .automation import timers

    timers.settle_due()


@shared_task
def wake():
    """Let snoozed tickets come back when their time has come."""
    from .automation import timers

    timers.wake_due()


@shared_task
def close_idle():
    """Close idle tickets, and remind before (C1)."""
    from .automation import timers

    timers.close_idle()


@shared_task
def run_rules():
    """Run the escalation rules on the tickets whose time has come (S176)."""
    from .automation import rules

    rules.run_due()


@shared_task
def anchor_history():
    """Chain the heads of the days that are over (T20)."""
    from .keeping import history

    history.anchor_days()


@shared_task
def empty_trash():
    """Delete for good what has lain in the trash for thirty days (S155)."""
    from .automation import timers

    timers.empty_trash()


@shared_task
def tidy():
    """Delete old presences, drafts and files that came to no message."""
    from .automation import timers

    timers.tidy()

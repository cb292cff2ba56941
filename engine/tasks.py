"""Celery's way in to the engine: one line each."""

from celery import shared_task


@shared_task
def heartbeat():
    """Beat, broker and worker together show that they live (T23)."""
    from . import heartbeats

    heartbeats.beat(heartbeats.SCHEDULER)


@shared_task
def tidy():
    """Forget form keys that nobody will send again, and delete files a process that died has left."""
    from . import leftovers, once

    once.forget_old()
    leftovers.sweep()

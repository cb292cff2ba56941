"""Celery's way in to the engine: one line each."""

from celery import shared_task


@shared_task
def heartbeat():
    """Beat, broker and worker together show that they live (T23)."""
    from . import heartbeats

    heartbeats.beat(heartbeats.SCHEDULER)


@shared_task
def tidy():
    """Forget form keys that nobody will send again."""
    from . import once

    once.forget_old()

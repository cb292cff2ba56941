"""Celery's way in: the quick path and the sure path. Both are safe to run twice (T07)."""
from celery import shared_task


@shared_task
def deliver(*ids):
    """Deliver these letters now: the kick after a commit."""
    from . import delivery

    delivery.deliver(ids)


@shared_task
def sweep():
    """Deliver what the quick path missed, what is to be retried, and what a dead sender left behind."""
    from . import delivery

    delivery.sweep()


@shared_task
def fetch():
    """Look into the mailboxes that are due (each under a lease of its own)."""
    from . import fetching

    fetching.fetch_all()

"""Leases: of all schedulers and workers only one runs a timer at a time (T07, issue part 7)."""

import contextlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from .models import Lease

SECONDS = 45  # how long a timer stands still when its holder was killed; who works longer renews between batches


@dataclass
class Held:
    """What `lease` gives: true when the work is ours."""

    name: str
    holder: str
    seconds: int
    ours: bool

    def __bool__(self):
        return self.ours

    def renew(self):
        """Ask for more time between two batches. False when the lease was lost: stop, another has taken over."""
        until = timezone.now() + timedelta(seconds=self.seconds)
        self.ours = self.ours and held_by(self.name, self.holder).update(until=until) == 1
        return self.ours


@contextlib.contextmanager
def lease(name, *, seconds=SECONDS):
    """`with lease("close-idle") as mine:` — true for one holder at a time; it ends with the block, or after `seconds`
    when the holder died. `last_run_at` is written when the block ended well."""
    held = Held(name, uuid.uuid4().hex, seconds, ours=False)
    held.ours = taken(name, held.holder, seconds)
    try:
        yield held
        if held:
            held_by(name, held.holder).update(last_run_at=timezone.now())
    finally:
        held_by(name, held.holder).update(until=None, holder="")


def last_run_at(name):
    """When the work under this name last ended well; None when never."""
    return Lease.objects.filter(name=name).values_list("last_run_at", flat=True).first()


def taken(name, holder, seconds):
    now = timezone.now()
    Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
    free = Lease.objects.filter(Q(until=None) | Q(until__lt=now), name=name)
    return free.update(holder=holder, until=now + timedelta(seconds=seconds)) == 1


def held_by(name, holder):
    return Lease.objects.filter(name=name, holder=holder)

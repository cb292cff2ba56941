"""Signs of life: each part of the machinery writes when it last worked; /readyz and the admin read them."""

from datetime import timedelta

from django.utils import timezone

from .models import Heartbeat

SCHEDULER = "scheduler"
STALE_AFTER = timedelta(minutes=3)  # six missed beats


def beat(name, *, now=None):
    """Note that the part `name` works now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now or timezone.now()})


def last_beat(name):
    """When the part `name` last worked; None when never."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def is_alive(name, *, now=None):
    """Whether the part `name` worked within the last three minutes."""
    at = last_beat(name)
    return at is not None and (now or timezone.now()) - at < STALE_AFTER

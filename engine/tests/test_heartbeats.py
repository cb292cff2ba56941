"""Signs of life (T23)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from engine import heartbeats, tasks

pytestmark = pytest.mark.django_db


def test_a_part_that_worked_lately_lives():
    assert heartbeats.last_beat("scheduler") is None
    assert not heartbeats.is_alive("scheduler")
    tasks.heartbeat()
    assert heartbeats.is_alive("scheduler")


def test_a_part_that_was_silent_too_long_does_not():
    heartbeats.beat("scheduler", now=timezone.now() - heartbeats.STALE_AFTER - timedelta(seconds=1))
    assert not heartbeats.is_alive("scheduler")
    assert not heartbeats.is_alive("fetcher")

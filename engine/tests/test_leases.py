"""Two schedulers at once do nothing twice (T07, issue part 7)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from engine.leases import last_run_at, lease
from engine.models import Lease

pytestmark = pytest.mark.django_db


def test_only_one_holds_the_lease_and_the_next_may_after_it():
    with lease("close-idle") as first, lease("close-idle") as second:
        assert first
        assert not second
    with lease("close-idle") as third:
        assert third


def test_other_work_is_not_hindered():
    with lease("close-idle") as one, lease("run-rules") as other:
        assert one
        assert other


def test_the_lease_of_a_dead_holder_ends():
    Lease.objects.create(name="close-idle", holder="dead", until=timezone.now() - timedelta(seconds=1))
    with lease("close-idle") as mine:
        assert mine


def test_who_did_not_get_it_leaves_it_alone():
    with lease("close-idle"):
        with lease("close-idle") as second:
            assert not second
        with lease("close-idle") as third:
            assert not third


def test_the_last_good_run_is_known_and_a_failed_one_is_not_one():
    assert last_run_at("close-idle") is None
    with lease("close-idle"):
        pass
    good = last_run_at("close-idle")
    assert good
    with pytest.raises(ZeroDivisionError), lease("close-idle"):
        raise ZeroDivisionError
    assert last_run_at("close-idle") == good
    with lease("close-idle") as mine:
        assert mine


def test_a_run_that_outlives_its_lease_is_told_and_leaves_no_trace():
    with lease("close-idle") as mine:
        assert mine.renew()
        Lease.objects.update(holder="another", until=timezone.now() + timedelta(minutes=1))
        assert not mine.renew()
        assert not mine
    assert last_run_at("close-idle") is None
    assert Lease.objects.get().holder == "another"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_exactly_one_wins():
    together = Barrier(6)

    def try_it(_):
        try:
            together.wait()
            with lease("close-idle") as mine:
                won = bool(mine)
                together.wait()
            return won
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(try_it, range(6))) == [False] * 5 + [True]

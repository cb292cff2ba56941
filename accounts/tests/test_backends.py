"""Who is behind a session (accounts/backends.py)."""
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.backends import Backend, SessionStore


@pytest.fixture
def session(db):
    store = SessionStore()
    store["word"] = "kept"
    store.create()
    return store


def test_a_session_is_read_anew_each_time(session):
    for _time in range(5):  # the first times by SQL, then by the connection's plan
        assert SessionStore(session.session_key)["word"] == "kept"
    other = SessionStore(session.session_key)
    other["word"] = "changed"
    other.save()
    assert SessionStore(session.session_key)["word"] == "changed"


@pytest.mark.parametrize("end", ["gone", "expired"])
def test_a_session_that_ended_says_nothing(session, end):
    """T17: at once, whatever a plan or a process remembers."""
    key = session.session_key
    for _time in range(5):
        SessionStore(key).load()
    rows = Session.objects.filter(pk=key)
    rows.delete() if end == "gone" else rows.update(expire_date=timezone.now() - timedelta(seconds=1))
    store = SessionStore(key)
    assert store.load() == {}
    assert store.session_key is None


def test_a_person_is_read_whole_and_may_be_saved(cast):
    for _time in range(5):
        user = Backend().get_user(cast.carl.pk)
    assert user == cast.carl
    assert user.get_deferred_fields() == set()
    user.name = "Renamed"
    user.save(update_fields=["name"])
    assert Backend().get_user(str(cast.carl.pk)).name == "Renamed"


def test_nobody_comes_in_who_may_not(cast):
    """T17: somebody who was deactivated, or never was, is not read from a session."""
    assert Backend().get_user(10**12) is None
    cast.carl.is_active = False
    cast.carl.save(update_fields=["is_active"])
    assert Backend().get_user(cast.carl.pk) is None

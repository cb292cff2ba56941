"""Who is behind a session (accounts/backends.py)."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.backends import MOST, Backend, SessionStore, last
from accounts.models import User


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


def test_a_cookie_that_no_session_has_is_a_stranger(client, db, settings):
    """T19: PostgreSQL takes no NUL, which a cookie may spell."""
    client.cookies[settings.SESSION_COOKIE_NAME] = "0" * 30 + "\0"
    assert "\\000" in client.cookies.output()
    assert client.get("/accounts/login/").status_code == 200


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


# --- Read with the session ------------------------------------------------------------------------------------------


def of(user):
    """A session of this person, read twice: the second time they came along with it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store.create()
    for _time in range(2):
        key = store.session_key
        assert SessionStore(key)[SESSION_KEY] == str(user.pk)
    return key


def test_the_person_who_comes_with_a_session_is_read_anew_each_time(cast, django_assert_num_queries):
    key = of(cast.carl)
    cast.carl.name = "Renamed"
    cast.carl.save(update_fields=["name"])
    for _time in range(5):
        with django_assert_num_queries(1):
            SessionStore(key).load()
            user = Backend().get_user(str(cast.carl.pk))
        assert user.name == "Renamed"
        assert user.get_deferred_fields() == set()


@pytest.mark.parametrize("out", ["deactivated", "deleted", "session ended", "session expired"])
def test_who_is_out_does_not_come_along(cast, out):
    """T17: at once, whatever was remembered of the session."""
    key = of(cast.carl)
    rows = Session.objects.filter(pk=key)
    if out == "deactivated":
        User.objects.filter(pk=cast.carl.pk).update(is_active=False)
    elif out == "deleted":
        User.objects.filter(pk=cast.carl.pk).delete()
    else:
        rows.delete() if out == "session ended" else rows.update(expire_date=timezone.now() - timedelta(seconds=1))
    store = SessionStore(key)
    if out in ("deactivated", "deleted"):
        assert store.load()[SESSION_KEY] == str(cast.carl.pk)
        assert Backend().get_user(cast.carl.pk) is None
    else:
        assert store.load() == {}
        assert store.session_key is None


def test_a_session_that_is_anothers_by_now_is_anothers(cast):
    key = of(cast.carl)
    store = SessionStore(key)
    store[SESSION_KEY] = str(cast.anna.pk)
    store.save()
    for _time in range(2):
        assert SessionStore(key).load()[SESSION_KEY] == str(cast.anna.pk)
        assert Backend().get_user(str(cast.anna.pk)) == cast.anna


def test_the_person_read_with_one_session_is_not_given_to_another(cast):
    """Asked for twice, or of another session of the same thread, everybody is who they are."""
    SessionStore(of(cast.carl)).load()
    assert Backend().get_user(cast.anna.pk) == cast.anna
    SessionStore(of(cast.carl)).load()
    SessionStore("0" * 32).load()
    first, second = Backend().get_user(cast.carl.pk), Backend().get_user(cast.carl.pk)
    assert first == second == cast.carl
    assert first is not second


@pytest.mark.parametrize("value", ["text", ["a", "list"], {"a": "dict"}])
def test_what_one_request_changes_unsaved_no_other_sees(cast, value):
    key = of(cast.carl)
    store = SessionStore(key)
    store["value"] = value
    store.save()
    for _time in range(2):
        seen = SessionStore(key)
        assert seen["value"] == value
        seen["new"] = "unsaved"
        if not isinstance(value, str):
            seen["value"].clear()


def test_a_process_remembers_so_many_sessions_and_no_more(session):
    last.clear()
    last.update({str(number): ("", {}) for number in range(MOST)})
    SessionStore(session.session_key).load()
    assert list(last) == [session.session_key]

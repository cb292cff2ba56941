"""How long somebody stays signed in, and how it ends (T17)."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts import confirmations, passes, people, tasks
from accounts.models import Confirmation
from helpdesk_site.tests.signing_in import BACKEND

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_signed_in(client):
    return client.get(reverse("profile")).status_code == 200


def through_the_door(client_of, person):
    client = client_of(None)
    client.post("/accounts/login/", {"login": person.email, "password": "demo-helpdesk", "remember": "on"})
    return client


def after(client, pause):
    with time_machine.travel(timezone.now() + pause):
        return is_signed_in(client)


@pytest.mark.parametrize(
    ("who", "enough", "too_long"), [("sam", 7.9 * HOUR, 8.1 * HOUR), ("anna", 13.9 * DAY, 14.1 * DAY)]
)
def test_idle_sessions_end_after_8_hours_for_staff_and_14_days_for_clients(client_of, cast, who, enough, too_long):
    person = getattr(cast, who)
    assert after(client_of(person), enough)
    assert not after(client_of(person), too_long)


@pytest.mark.parametrize(("who", "step", "days"), [("sam", 7 * HOUR, 7), ("anna", 13 * DAY, 30)])
def test_no_session_lives_longer_than_7_days_for_staff_and_30_for_clients(client_of, cast, who, step, days):
    """However busy it is."""
    client, start = client_of(getattr(cast, who)), timezone.now()
    moment = start
    while moment + step < start + days * DAY:
        moment += step
        with time_machine.travel(moment):
            assert is_signed_in(client), moment - start
    with time_machine.travel(start + days * DAY + HOUR):
        assert not is_signed_in(client)


def test_being_there_is_written_down_every_five_minutes_at_most(client_of, anna, django_assert_num_queries):
    client = client_of(anna)
    with django_assert_num_queries(2):  # the session and the user
        client.get("/healthz")
    with django_assert_num_queries(1):  # both at once, now that it is known whose session it is
        client.get("/healthz")
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        client.get("/healthz")
        with django_assert_num_queries(1):
            client.get("/healthz")


def test_a_queue_that_refreshes_itself_keeps_nobody_signed_in(client_of, sam):
    """The idle limit is about people, not about their screens."""
    client, start = client_of(sam), timezone.now()
    for minutes in range(0, 8 * 60, 10):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            client.get("/healthz", headers={"X-Unattended": "1"})
    assert not after(client, 8.1 * HOUR)


def test_a_session_that_ended_is_gone_from_the_database(client_of, sam):
    client = client_of(sam)
    key = client.session.session_key
    after(client, 9 * HOUR)
    assert not Session.objects.filter(session_key=key).exists()


def test_who_is_switched_off_is_out_at_once_everywhere_and_for_good(client_of, anna):
    """T17: also when they may sign in again later."""
    phone, desk = through_the_door(client_of, anna), through_the_door(client_of, anna)
    people.deactivate(anna)
    assert not is_signed_in(phone) and not is_signed_in(desk)
    people.activate(anna)
    assert not is_signed_in(phone) and not is_signed_in(desk)


def test_anna_sees_where_she_is_signed_in_and_ends_the_rest(client_of, anna):
    here, there = through_the_door(client_of, anna), through_the_door(client_of, anna)
    page = here.get(reverse("usersessions_list"))
    assert page.context["session_count"] == 2 and b"This device" in page.content
    assert here.post(reverse("usersessions_list")).status_code == 302
    assert is_signed_in(here) and not is_signed_in(there)


def test_nobody_ends_or_sees_somebody_elses_sessions(client_of, anna, carl):
    his = through_the_door(client_of, carl)
    hers = through_the_door(client_of, anna)
    assert hers.get(reverse("usersessions_list")).context["session_count"] == 1
    hers.post(reverse("usersessions_list"), {"user": carl.pk, "session": his.session.session_key})
    assert is_signed_in(his)


def test_the_list_names_the_device_and_nothing_in_it_is_markup(client_of, anna):
    client = client_of(None)
    said = "<script>alert(1)</script> Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
    body = {"login": anna.email, "password": "demo-helpdesk"}
    client.post("/accounts/login/", body, HTTP_USER_AGENT=said)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Firefox, Linux" in page and "alert(1)" not in page


def test_signing_out_deletes_the_session(client_of, anna):
    client = through_the_door(client_of, anna)
    key = client.session.session_key
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=key).exists()
    client.cookies["session"] = key
    assert not is_signed_in(client)


def test_the_cast_is_signed_in_as_django_would_do_it(client_of, anna):
    """The control of `client_of`: nothing more and nothing less is in the session."""
    with time_machine.travel(timezone.now(), tick=False):
        ours, djangos = client_of(anna), client_of(None)
        djangos.force_login(anna, backend=BACKEND)
    assert dict(ours.session) == dict(djangos.session)
    assert is_signed_in(ours) and is_signed_in(djangos)


def test_another_person_in_the_same_browser_inherits_nothing(client_of, anna, carl):
    client = through_the_door(client_of, anna)
    session = client.session
    session["draft"] = "anna's"
    session.save()
    client.force_login(carl)
    assert "draft" not in client.session


def test_tidying_forgets_sessions_that_are_over_and_letters_nobody_answered(client_of, anna, sam):
    old = through_the_door(client_of, anna)
    confirmations.ask_new_address(anna, email="anna@example.net")
    with time_machine.travel(timezone.now() + 15 * DAY):
        new = through_the_door(client_of, sam)
        for _ in range(3):
            tasks.tidy()  # T07: as often as it likes
    assert [row.session_key for row in UserSession.objects.all()] == [new.session.session_key]
    assert not Session.objects.filter(session_key=old.cookies["session"].value).exists()
    assert not Confirmation.objects.exists()


def test_tidying_keeps_a_year_of_expired_passes_for_those_who_ask_for_a_fresh_one(greta):
    """T07, S7."""
    passes.issue(greta, "KTR-482913")
    with time_machine.travel(timezone.now() + 390 * DAY):
        tasks.tidy()
        assert greta.passes.exists()
    with time_machine.travel(timezone.now() + 396 * DAY):
        tasks.tidy()
        assert not greta.passes.exists()


def test_an_invented_key_is_a_stranger(client, db):
    client.cookies["session"] = "x" * 32
    assert not is_signed_in(client) and not UserSession.objects.exists()

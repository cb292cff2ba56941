"""A form sent twice does its work once (SECURITY, "double submit creates one thing"; issue, "Bad input")."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory
from django.utils import timezone

from engine import once as forms
from engine.models import FormKey, Heartbeat
from engine.once import FIELD, AlreadyAnswered, claim, forget_old, new_form_key, once

pytestmark = pytest.mark.django_db
ANNA, CARL = (SimpleNamespace(pk=pk, is_authenticated=True) for pk in (1, 2))


@once
def open_something(request):
    """A view with an action: it makes one thing and leads to it."""
    if request.POST.get("subject") == "":
        return HttpResponse("Please give a subject.", status=422)
    with transaction.atomic():
        claim()
        thing = Heartbeat.objects.create(name=uuid.uuid4().hex, at=timezone.now())
    return redirect(f"/things/{thing.name}/")


def post(view=open_something, *, user=ANNA, key=None, headers=None, **data):
    request = RequestFactory().post("/open/", {**({FIELD: key} if key else {}), **data}, headers=headers or {})
    request.user = user
    return view(request)


def test_the_same_form_twice_makes_one_thing_and_leads_to_it_both_times():
    key = new_form_key()
    first, second = post(key=key), post(key=key)
    assert Heartbeat.objects.count() == 1
    assert first.url == second.url == f"/things/{Heartbeat.objects.get().name}/"


def test_two_forms_make_two_things():
    assert post(key=new_form_key()).url != post(key=new_form_key()).url


def test_a_strangers_form_is_answered_once_too():
    key = new_form_key()
    assert post(user=AnonymousUser(), key=key).url == post(user=AnonymousUser(), key=key).url
    assert Heartbeat.objects.count() == 1


def test_nobody_gets_the_answer_of_another_persons_form():
    key = new_form_key()
    assert post(user=ANNA, key=key).url != post(user=CARL, key=key).url


def test_a_form_with_a_mistake_may_be_sent_again():
    key = new_form_key()
    assert post(key=key, subject="").status_code == 422
    assert post(key=key, subject="Now with one").status_code == 302
    assert Heartbeat.objects.count() == 1


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "../../etc/passwd-and-more", "ключ-из-букв-кириллицы"])
def test_a_key_that_is_none_counts_as_no_key(key):
    assert post(key=key).status_code == 302
    assert not FormKey.objects.exists()


def test_a_view_that_fails_may_be_tried_again():
    broken = iter([True, False])

    @once
    def fragile(request):
        with transaction.atomic():
            claim()
            if next(broken):
                raise ZeroDivisionError
            Heartbeat.objects.create(name="done", at=timezone.now())
        return redirect("/done/")

    key = new_form_key()
    with pytest.raises(ZeroDivisionError):
        post(fragile, key=key)
    assert post(fragile, key=key).url == "/done/"
    assert Heartbeat.objects.count() == 1


@pytest.mark.parametrize("leads_to", ["/t/KTR-482913/", ""])
def test_work_whose_answer_was_never_sent_is_not_done_again(leads_to, monkeypatch):
    """The server died between the change and its answer: the browser's repetition finds the change made."""
    monkeypatch.setattr(forms, "PAUSES", (0,))

    @once
    def dies(request):
        with transaction.atomic():
            claim(leads_to)
            Heartbeat.objects.create(name="done", at=timezone.now())
        raise SystemExit

    key = new_form_key()
    with pytest.raises(SystemExit):
        post(dies, key=key)
    again = post(dies, key=key, headers={"Referer": "http://testserver/t/KTR-482913/?page=2"})
    assert again.url == (leads_to or "/t/KTR-482913/?page=2")
    assert Heartbeat.objects.count() == 1


def test_a_foreign_page_is_never_led_back_to(monkeypatch):
    monkeypatch.setattr(forms, "PAUSES", (0,))
    key = new_form_key()
    FormKey.objects.create(owner="user:1", key=key)
    assert post(key=key, headers={"Referer": "https://evil.example/"}).url == "/"


def test_several_actions_of_one_click_claim_the_form_once_and_again_after_a_refusal():
    """A bulk click: the first action is refused and rolled back, the others are done."""

    @once
    def bulk(request):
        for name in ("refused", "one", "two"):
            try:
                with transaction.atomic():
                    claim()
                    Heartbeat.objects.create(name=name, at=timezone.now())
                    if name == "refused":
                        raise ValueError
            except ValueError:
                pass
        return redirect("/desk/")

    key = new_form_key()
    post(bulk, key=key), post(bulk, key=key)
    assert sorted(Heartbeat.objects.values_list("name", flat=True)) == ["one", "two"]


def test_htmx_is_led_on_by_its_own_header():
    key = new_form_key()
    first = post(key=key)
    second = post(key=key, headers={"HX-Request": "true"})
    assert second.headers["HX-Redirect"] == first.url


def test_timers_and_commands_have_no_form():
    claim()
    assert not FormKey.objects.exists()


def test_old_keys_are_forgotten():
    for days in (1, 30):
        key = FormKey.objects.create(owner="user:1", key=new_form_key())
        FormKey.objects.filter(pk=key.pk).update(created_at=timezone.now() - timedelta(days=days))
    assert forget_old() == 1
    assert FormKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_many_times_at_the_same_moment_does_its_work_once():
    key, together = new_form_key(), Barrier(5)

    @once
    def slow(request):
        together.wait()
        with transaction.atomic():
            claim()
            Heartbeat.objects.create(name=uuid.uuid4().hex, at=timezone.now())
        return redirect("/done/")

    def send(_):
        try:
            return post(slow, key=key).url
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, range(5)))
    assert Heartbeat.objects.count() == 1
    assert set(answers) == {"/done/"}


@pytest.mark.django_db(transaction=True)
def test_the_race_exists_without_the_key():
    """The control: without a key the same five do it five times."""

    @once
    def slow(request):
        Heartbeat.objects.create(name=uuid.uuid4().hex, at=timezone.now())
        return redirect("/done/")

    for _ in range(5):
        post(slow)
    assert Heartbeat.objects.count() == 5


def test_the_second_of_two_learns_it_inside_its_transaction():
    FormKey.objects.create(owner="user:1", key="k" * 20)

    @once
    def late(request):
        FormKey.objects.create(owner="user:1", key="n" * 20)
        with transaction.atomic():
            claim()
        return redirect("/done/")

    with pytest.raises(AlreadyAnswered):
        from engine.once import Form, in_hand

        with in_hand(Form("user:1", "k" * 20)), transaction.atomic():
            claim()
    assert post(late, key="n" * 20 + "x").url == "/done/"

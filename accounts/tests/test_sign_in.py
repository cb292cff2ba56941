"""Signing in and out (S8), the same answers for everybody (T16), throttling (V6)."""
import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.urls import reverse

from .post import said

PASSWORD = "demo-helpdesk"
LOGIN = "/accounts/login/"


def sign_in(client, person, password=PASSWORD, **more):
    address = getattr(person, "email", person)
    headers = {key: more.pop(key) for key in list(more) if key.isupper()}
    return client.post(LOGIN, {"login": address, "password": password, **more}, **headers)


def is_signed_in(client):
    return client.get(reverse("profile")).status_code == 200


def test_anna_signs_in_by_address_and_password(client, anna):
    """S8."""
    answer = sign_in(client, " Anna@Example.com ")
    assert answer.status_code == 302 and answer.url == reverse("home")
    assert is_signed_in(client)


def test_staff_land_at_their_desk(client, sam):
    assert sign_in(client, sam).url == reverse("desk")


@pytest.mark.parametrize("password", ["", "wrong", "demo-helpdes", "demo-helpdesk ", PASSWORD.upper()])
def test_a_wrong_password_signs_nobody_in(client, anna, password):
    assert sign_in(client, anna, password).status_code == 200
    assert not is_signed_in(client)


def test_the_session_gets_a_new_key_at_sign_in(client, anna):
    """T17: a key planted before is worth nothing after."""
    client.post(reverse("account_signup"), {"name": "A", "email": "a@example.com", "password1": "three quiet words"})
    before = client.session.session_key
    sign_in(client, anna)
    assert before and client.session.session_key != before


def everybody(cast):
    cast.carl.is_active = False
    cast.carl.save(update_fields=["is_active"])
    return {
        "known, wrong password": (cast.anna.email, "wrong"),
        "unknown": ("nobody@example.com", PASSWORD),
        "inactive, right password": (cast.carl.email, PASSWORD),
        "guest": (cast.greta.email, PASSWORD),
        "guest's marker": (cast.greta.email, cast.greta.password),
        "the system": (cast.system.email, PASSWORD),
    }


def test_the_answer_is_the_same_for_known_unknown_inactive_and_guest(client_of, cast):
    """T16."""
    answers = {name: sign_in(client_of(None), *who) for name, who in everybody(cast).items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert len({said(answer) for answer in answers.values()}) == 1


class CountingHasher(MD5PasswordHasher):
    times = 0

    def encode(self, password, salt):
        CountingHasher.times += 1
        return super().encode(password, salt)


def test_as_much_is_hashed_for_the_unknown_as_for_the_known(client_of, cast, settings):
    """T16: the time taken says nothing, either."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    counts = {}
    for name, who in everybody(cast).items():
        CountingHasher.times = 0
        sign_in(client_of(None), *who)
        counts[name] = CountingHasher.times
    assert set(counts.values()) == {1}, counts


def test_the_sixth_failure_is_refused_and_then_the_right_password_too(client, anna):
    for _ in range(5):
        sign_in(client, anna, "wrong")
    assert b"Too many tries" in sign_in(client, anna).content
    assert not is_signed_in(client)


def test_an_unknown_address_is_throttled_just_the_same(client_of, anna):
    """T16."""
    pages = []
    for address, ip in ((anna.email, "192.0.2.1"), ("nobody@example.com", "192.0.2.2")):
        client = client_of(None)
        pages.append([said(sign_in(client, address, "wrong", REMOTE_ADDR=ip)) for _ in range(7)])
    assert pages[0] == pages[1]


def test_a_stranger_who_guesses_does_not_lock_anna_out(client_of, anna):
    """V6: no lock an attacker controls."""
    for _ in range(8):
        sign_in(client_of(None), anna, "wrong", REMOTE_ADDR="192.0.2.66")
    hers = client_of(None)
    sign_in(hers, anna, REMOTE_ADDR="192.0.2.1")
    assert is_signed_in(hers)


def test_a_forwarded_address_from_nobody_we_trust_does_not_buy_more_guesses(client_of, anna):
    """V4: each guess claims to come from elsewhere."""
    for n in range(5):
        sign_in(client_of(None), anna, "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}")
    client = client_of(None)
    sign_in(client, anna, HTTP_X_FORWARDED_FOR="192.0.2.99")
    assert not is_signed_in(client)


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example", "javascript:a()", "/\\evil.example"])
def test_signing_in_never_leads_to_another_house(client, anna, following):
    assert sign_in(client, anna, next=following).url == reverse("home")


def test_signing_in_leads_on_to_where_one_wanted_to_go(client, anna):
    asked = client.get(reverse("account_email"))
    assert asked.url == f"{LOGIN}?next={reverse('account_email')}"
    assert sign_in(client, anna, next=reverse("account_email")).url == reverse("account_email")


def test_keep_me_signed_in_outlives_the_browser(client_of, anna):
    kept, forgotten = client_of(None), client_of(None)
    sign_in(kept, anna, remember="on")
    sign_in(forgotten, anna)
    assert int(kept.cookies["session"]["max-age"]) == 14 * 24 * 3600
    assert forgotten.cookies["session"]["max-age"] == ""


def test_the_cookie_is_for_the_server_only(client, anna):
    sign_in(client, anna)
    cookie = client.cookies["session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/" and not cookie["domain"]


def test_signing_out_takes_a_post_and_clears_what_the_browser_kept(client_of, anna):
    """V14: GET only asks."""
    client = client_of(anna)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    answer = client.post(reverse("account_logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(client)


def test_signing_in_and_out_without_the_forms_token_is_refused(client_of, anna):
    """T18."""
    strict = client_of(anna, enforce_csrf_checks=True)
    assert sign_in(strict, anna).status_code == 403
    assert strict.post(reverse("account_logout")).status_code == 403
    assert is_signed_in(strict)


@pytest.mark.parametrize(
    "login",
    ["", "anna", "anna@example.com\x00", "a" * 1_000_000, "\u202egro.elpmaxe@anna", "anna@\ud7ff.com", "@", "a@b"],
)
def test_nonsense_for_an_address_is_an_error_at_the_field(client, anna, login):
    answer = sign_in(client, login)
    assert answer.status_code == 200 and answer.context["form"].errors


@pytest.mark.parametrize("password", ["\x00", "x" * 1_000_000, "\u200b\u202e", "пароль"])
def test_nonsense_for_a_password_is_only_wrong(client, anna, password):
    assert sign_in(client, anna, password).status_code == 200
    assert not is_signed_in(client)


def test_arrays_and_missing_fields_are_only_wrong(client, anna):
    """T15: `login[]=…` and the like."""
    for body in ({}, {"login[]": anna.email, "password[]": PASSWORD}, {"login": anna.email, "password": ["", ""]}):
        assert client.post(LOGIN, body).status_code == 200
    assert client.post(LOGIN, '{"login": ["anna@example.com"]}', content_type="application/json").status_code == 200
    assert not is_signed_in(client)


def test_the_door_speaks_html_whatever_was_asked_for(client, anna):
    answer = client.get(LOGIN, HTTP_ACCEPT="application/json", HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert answer.headers["Content-Type"].startswith("text/html")

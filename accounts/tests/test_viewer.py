"""Who is looking, in which language and time zone, and what that costs (S7, T27)."""
import pytest
from django.urls import reverse

from accounts import passes
from accounts.viewer import STRANGER, Viewer


def viewer(client, **headers):
    return client.get("/healthz", **headers).wsgi_request.viewer


def greta_came_in(client, greta, number="KTR-482913"):
    client.get(reverse("guest_way_in", args=[passes.issue(greta, number)]))
    return client


def test_a_stranger_is_nobody_and_costs_nothing(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        somebody = viewer(client)
    assert not somebody and somebody.is_stranger and not somebody.is_staff and not somebody.only_ticket


def test_anna_costs_her_session_and_herself(client_of, anna, django_assert_num_queries):
    client = client_of(anna)
    with django_assert_num_queries(2):
        somebody = viewer(client)
    assert somebody and somebody.user == anna and not somebody.is_staff and not somebody.is_guest_pass


def test_sam_is_staff(client_of, sam):
    assert viewer(client_of(sam)).is_staff


def test_greta_comes_by_a_pass_and_sees_its_ticket_only(client, greta, django_assert_num_queries):
    """S7."""
    greta_came_in(client, greta)
    with django_assert_num_queries(2):  # the session and the pass with its person
        somebody = viewer(client)
    assert somebody == Viewer(greta, only_ticket="KTR-482913") and somebody.is_guest_pass


def test_staff_who_come_by_a_pass_are_no_staff(sam):
    """A pass narrows, it never widens."""
    assert not Viewer(sam, only_ticket="KTR-482913").is_staff and not STRANGER.is_staff


def test_a_guest_is_not_signed_in(client, greta):
    answer = greta_came_in(client, greta).get(reverse("profile"))
    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("close", ["expired", "revoked", "switched off", "deleted"])
def test_a_pass_that_ends_makes_a_stranger_of_its_guest_at_once(client, greta, close):
    greta_came_in(client, greta)
    if close == "expired":
        greta.passes.update(expires_at="2020-01-01T00:00:00Z")
    elif close == "revoked":
        passes.revoke(greta)
    elif close == "switched off":
        greta.is_active = False
        greta.save(update_fields=["is_active"])
    else:
        greta.passes.all().delete()
    assert viewer(client).is_stranger


def shown(client, **headers):
    page = client.get(reverse("account_login"), **headers)
    return page.headers["Content-Language"], page.content.decode()


def test_a_stranger_reads_in_the_browsers_language_and_zone(client, db):
    language, _page = shown(client, HTTP_ACCEPT_LANGUAGE="fr-CA,fr;q=0.9")
    assert language == "fr"
    client.cookies["timezone"] = "America%2FToronto"
    assert "America/Toronto" in shown(client)[1]


def test_a_persons_own_choice_wins_over_the_browsers(client_of, anna):
    anna.language, anna.time_zone = "ru", "Asia/Almaty"
    anna.save(update_fields=["language", "time_zone"])
    client = client_of(anna)
    client.cookies["timezone"] = "America/Toronto"
    page = client.get(reverse("account_logout"), HTTP_ACCEPT_LANGUAGE="fr")
    assert page.headers["Content-Language"] == "ru" and "Asia/Almaty" in page.content.decode()


def test_an_answer_depends_on_the_browsers_language_only_where_nobody_chose_one(client_of, anna):
    """RFC 9110, 12.5.5."""
    for language, depends in ("", True), ("fr", False):
        anna.language = language
        anna.save(update_fields=["language"])
        page = client_of(anna).get(reverse("account_logout"))
        assert ("Accept-Language" in page.headers["Vary"]) is depends


def test_one_persons_language_does_not_stay_for_the_next(client_of, anna):
    """Threads are shared: a request that is refused before anybody looks who asks is answered in the portal's own."""
    wrong = {"HTTP_HOST": "evil.example"}
    before = client_of(None).get("/", **wrong)
    anna.language = "ru"
    anna.save(update_fields=["language"])
    client_of(anna).get(reverse("account_logout"))
    after = client_of(None).get("/", **wrong)
    assert before.status_code == after.status_code == 400
    assert 'lang="en"' in before.content.decode() and 'lang="en"' in after.content.decode()


def test_one_persons_zone_does_not_stay_for_the_next(client_of, anna):
    """Threads are shared."""
    anna.time_zone = "Asia/Almaty"
    anna.save(update_fields=["time_zone"])
    client_of(anna).get(reverse("account_logout"))
    assert "Almaty" not in shown(client_of(None))[1]


@pytest.mark.parametrize(
    "zone", ["", "Nowhere/Land", "../../etc/passwd", "UTC0", "localtime", "\x00", "A" * 5000, "%00", "Etc/GMT+5"]
)
def test_a_zone_nobody_lives_in_is_utc(client, db, zone):
    client.cookies["timezone"] = zone
    assert "UTC" in shown(client)[1]


def test_a_zone_the_system_has_forgotten_is_utc(client_of, anna):
    anna.time_zone = "Nowhere/Land"
    anna.save(update_fields=["time_zone"])
    assert client_of(anna).get(reverse("profile")).status_code == 200

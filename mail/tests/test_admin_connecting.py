"""Connecting a mailbox of Google or Microsoft: a refresh token comes in that nobody has to copy (SECURITY, V10)."""
import base64
import hashlib
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.urls import reverse

from mail import fetching
from mail.fetching import consent
from mail.models import Mailbox

from .servers import Peer, hangs_up

BACK = "admin:mail_mailbox_connected"


@pytest.fixture
def desk(client_of, operator):
    return client_of(operator)


@pytest.fixture
def endpoints(provider, settings):
    """A provider on this machine, that answers yes."""
    settings.MAIL_OAUTH = {"google": f"{provider.url}/token", "microsoft": f"{provider.url}/{{tenant}}/token"}
    settings.MAIL_OAUTH_QUESTION = {"google": "https://accounts.example/auth", "microsoft": "https://ms.example/{tenant}"}
    provider.answer, provider.more = None, {"refresh_token": "refresh-1"}
    provider.asked.clear()
    return provider


@pytest.fixture
def mailbox(db, endpoints):
    given = {"host": "127.0.0.1", "port": 1, "username": "support@example.com", "client_id": "portal"}
    return Mailbox.objects.create(name="Support", auth="google", **given)


def begun(desk, mailbox):
    """What the provider is asked, as the link on our page says."""
    answer = desk.post(reverse("admin:mail_mailbox_connect", args=[mailbox.pk]), follow=True)
    where = answer.context["where"]
    assert where.replace("&", "&amp;") in answer.content.decode()
    return where.partition("?")[0], {name: one for name, (one,) in parse_qs(urlsplit(where).query).items()}


def came_back(desk, **said):
    return desk.get(f"{reverse(BACK)}?{urlencode(said)}")


def connected(desk, mailbox, code="code-1"):
    _where, asked = begun(desk, mailbox)
    answer = desk.post(reverse(BACK), {"state": asked["state"], "code": code})
    mailbox.refresh_from_db()
    return answer


def test_google_is_asked_for_a_refresh_token_and_only_we_can_use_the_answer(desk, mailbox):
    where, asked = begun(desk, mailbox)
    verifier = consent.sealing.unseal(desk.session["mailbox_question"]["verifier"])
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert where == "https://accounts.example/auth"
    assert asked.pop("state") == desk.session["mailbox_question"]["state"]
    assert asked == {
        "response_type": "code", "client_id": "portal", "redirect_uri": f"http://testserver{reverse(BACK)}",
        "code_challenge": digest, "code_challenge_method": "S256", "login_hint": "support@example.com",
        "scope": "https://mail.google.com/", "access_type": "offline", "prompt": "consent",
    }  # fmt: skip


def test_microsoft_is_asked_in_the_tenant(desk, mailbox):
    Mailbox.objects.update(auth="microsoft", tenant="contoso/x")
    where, asked = begun(desk, mailbox)
    assert where == "https://ms.example/contoso%2Fx"
    assert "offline_access" in asked["scope"] and "IMAP.AccessAsUser.All" in asked["scope"]


def test_an_answer_is_looked_at_first_then_kept_sealed_and_used_once(desk, mailbox):
    """T18: coming back writes nothing; the code stands in no page, log or row but in the form that sends it on."""
    _where, asked = begun(desk, mailbox)
    page = came_back(desk, state=asked["state"], code="code-1")
    mailbox.refresh_from_db()
    assert "support@example.com" in page.content.decode() and mailbox.sealed_grant == ""
    answer = desk.post(reverse(BACK), {"state": asked["state"], "code": "code-1"}, follow=True)
    mailbox.refresh_from_db()
    assert "said yes" in answer.content.decode() and "code-1" not in answer.content.decode()
    assert mailbox.sealed_grant and "code-1" not in mailbox.sealed_grant
    assert desk.post(reverse(BACK), {"state": asked["state"], "code": "code-2"}).status_code == 400


@pytest.mark.parametrize("way", ["wrong state", "no state", "late", "another session", "nothing asked"])
def test_an_answer_to_nothing_we_asked_is_refused(way, desk, mailbox, client_of, cast):
    """RFC 6749, 10.12: nobody can put a mailbox of their own into the portal."""
    state = begun(desk, mailbox)[1]["state"] if way != "nothing asked" else "x"
    state = {"wrong state": state[:-1] + "é", "no state": ""}.get(way, state)
    desk = client_of(cast.operator) if way == "another session" else desk
    with time_machine.travel(time.time() + (601 if way == "late" else 0)):
        assert came_back(desk, state=state, code="x").status_code == 400
        assert desk.post(reverse(BACK), {"state": state, "code": "x"}).status_code == 400
    mailbox.refresh_from_db()
    assert mailbox.sealed_grant == ""


def test_a_no_changes_nothing_and_is_told(desk, mailbox):
    _where, asked = begun(desk, mailbox)
    page = came_back(desk, state=asked["state"], error="access_denied", error_description="<b>no</b>")
    assert "gave no leave" in page.content.decode() and "access_denied &lt;b&gt;no" in page.content.decode()


def test_only_operators_connect(mailbox, client_of, cast):
    """V8."""
    for who in (cast.anna, cast.sam, cast.lena, None):
        for address in (reverse("admin:mail_mailbox_connect", args=[mailbox.pk]), reverse(BACK)):
            assert client_of(who).post(address).status_code in (302, 403)
    strict = client_of(cast.operator, enforce_csrf_checks=True)
    assert strict.post(reverse("admin:mail_mailbox_connect", args=[mailbox.pk])).status_code == 403


@pytest.mark.parametrize("given", [{"auth": "password"}, {"client_id": ""}])
def test_what_is_missing_is_said_before_anybody_is_asked(given, desk, mailbox):
    Mailbox.objects.update(**given)
    answer = desk.post(reverse("admin:mail_mailbox_connect", args=[mailbox.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Choose Google or Microsoft 365, enter the client ID, and save first."
    ]


@pytest.mark.imap
def test_the_fetcher_exchanges_the_answer_and_mail_comes_in(desk, endpoints, program, connect):
    """The whole way: question, answer, refresh token, access token, mailbox."""
    endpoints.whose = program.name
    mailbox = connect(auth="google", client_id="portal", secret="")  # noqa: S106
    program.put(b"Subject: a\r\n\r\nb\r\n")
    connected(desk, mailbox)
    assert endpoints.asked == [], "a page spoke to the provider"
    assert fetching.fetch(mailbox) == 1
    mailbox.refresh_from_db()
    assert (mailbox.secret, mailbox.sealed_grant, mailbox.problem) == ("refresh-1", "", "")
    (asked,) = map(parse_qs, endpoints.asked)
    assert (asked["grant_type"], asked["code"]) == (["authorization_code"], ["code-1"])
    assert asked["redirect_uri"] == [f"http://testserver{reverse(BACK)}"] and len(asked["code_verifier"][0]) >= 43


@pytest.mark.imap
def test_the_test_of_a_mailbox_exchanges_it_too(desk, endpoints, program, connect):
    endpoints.whose = program.name
    mailbox = connect(auth="google", client_id="portal", secret="")  # noqa: S106
    connected(desk, mailbox)
    answer = desk.post(reverse("admin:mail_mailbox_test", args=[mailbox.pk]), follow=True)
    assert "All is well" in answer.content.decode()
    mailbox.refresh_from_db()
    assert mailbox.secret == "refresh-1"  # noqa: S105


@pytest.mark.imap
@pytest.mark.parametrize(
    ("answer", "more", "problem", "is_kept"),
    [
        ((400, '{"error": "invalid_grant"}'), {}, "token", False),
        (None, {}, "token", False),
        ((503, ""), {}, "provider", True),
    ],
)
def test_what_the_provider_makes_of_the_answer_is_told(answer, more, problem, is_kept, desk, endpoints, connect):
    """A leave is good once; only when the provider was not reached it is tried again."""
    mailbox = connect(auth="google", client_id="portal", secret="")  # noqa: S106
    connected(desk, mailbox)
    endpoints.answer, endpoints.more = answer, more
    assert fetching.fetch(mailbox).problem == problem
    mailbox.refresh_from_db()
    assert (bool(mailbox.sealed_grant), mailbox.secret) == (is_kept, "")


def test_a_provider_that_is_not_there_costs_nothing_but_time(desk, mailbox, settings):
    peer = Peer(hangs_up)
    settings.MAIL_OAUTH = {"google": f"http://127.0.0.1:{peer.port}/token"}
    Mailbox.objects.update(port=peer.port)
    connected(desk, mailbox)
    with fetching.visits.Patience(step=2) as patience, pytest.raises(fetching.Trouble):
        fetching.access.access_token(mailbox, patience)
    mailbox.refresh_from_db()
    assert mailbox.sealed_grant
    peer.close()


def test_of_two_who_exchange_at_once_one_does(desk, mailbox, endpoints):
    connected(desk, mailbox)
    other = Mailbox.objects.get()
    with fetching.visits.Patience(step=5) as patience:
        assert fetching.access.access_token(mailbox, patience) == "access-1"
        assert fetching.access.access_token(other, patience) == "access-1"
    assert len(endpoints.asked) == 1 and other.secret == "refresh-1"  # noqa: S105

"""Mailboxes in Django admin: secrets go in and never come out, and what goes wrong is said in words."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mail import intake
from mail.fetching import visits
from mail.models import Mailbox

from .dovecot import PASSWORD, free_ports
from .servers import Peer, drips
from .test_fetching import mails

LIST, ADD = "admin:mail_mailbox_changelist", "admin:mail_mailbox_add"
GIVEN = {
    "name": "Support", "is_active": "on", "kind": "imap", "host": "imap.example.com", "port": "", "security": "tls",
    "username": "support@example.com", "auth": "password", "secret": " s3cret ", "client_id": "", "client_secret": "",
    "tenant": "", "folder": "INBOX", "after": "seen", "moved_to": "", "_continue": "1",
}  # fmt: skip


@pytest.fixture
def desk(client_of, operator):
    return client_of(operator)


@pytest.fixture
def mailbox(desk):
    """A mailbox as the operator has just saved it."""
    answer = desk.post(reverse(ADD), GIVEN)
    assert answer.status_code == 302, answer.context["errors"]
    return Mailbox.objects.get()


def change(mailbox):
    return reverse("admin:mail_mailbox_change", args=[mailbox.pk])


def errors(answer):
    return dict(answer.context["adminform"].form.errors)


def test_a_secret_goes_in_sealed_and_never_comes_out(desk, mailbox):
    """SECURITY V13, T20."""
    assert mailbox.secret == " s3cret " and "s3cret" not in mailbox.sealed_secret
    for address in (change(mailbox), reverse(LIST), reverse("admin:mail_mailbox_history", args=[mailbox.pk])):
        page = desk.get(address).content.decode()
        assert "s3cret" not in page and mailbox.sealed_secret not in page
    page = desk.post(change(mailbox), {**GIVEN, "host": "http://x", "secret": "typed-in-vain"}).content.decode()
    assert "typed-in-vain" not in page


def test_an_empty_secret_leaves_it_as_it_is(desk, mailbox):
    desk.post(change(mailbox), {**GIVEN, "secret": "", "name": "Support desk"})
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.secret) == ("Support desk", " s3cret ")


@pytest.mark.parametrize(
    "other",
    [{"host": "evil.example"}, {"security": "none"}, {"username": "ceo@example.com"}, {"port": "1143"},
     {"kind": "pop3"}],
)  # fmt: skip
def test_who_sends_a_secret_elsewhere_must_know_it(other, desk, mailbox):
    """An operator's session in the wrong hands gets no password out of the portal."""
    answer = desk.post(change(mailbox), {**GIVEN, "secret": "", **other})
    assert "secret" in errors(answer)
    assert desk.post(change(mailbox), {**GIVEN, **other}).status_code == 302


@pytest.mark.parametrize("other", [{"auth": "google"}, {"auth": "google", "host": "evil.example"}])
def test_a_password_never_goes_to_a_provider_nor_a_token_to_another_server(other, desk, mailbox):
    """It is dropped, and the mailbox rests until it is connected."""
    assert desk.post(change(mailbox), {**GIVEN, "secret": "", "client_id": "portal", **other}).status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.secret == "" and not Mailbox.objects.due(at=timezone.now()).exists()
    assert "Not connected yet" in desk.get(change(mailbox)).content.decode()


@pytest.mark.parametrize("other", [{"username": "other@example.com"}, {"host": "mx.example.com"}, {"folder": "Spam"}])
def test_another_account_in_the_place_of_one_loses_no_mail_for_its_numbers(other, desk, mailbox):
    """T05: servers number from one; what came from there must not be taken for what lies here."""
    row = intake.store(b"Subject: a\r\n\r\n", source="mailbox", mailbox=mailbox, uid_validity=1, uid=1)
    desk.post(change(mailbox), {**GIVEN, "name": "Support desk"})
    row.refresh_from_db()
    assert row.uid == 1
    desk.post(change(mailbox), {**GIVEN, **other})
    row.refresh_from_db()
    assert (row.uid, row.mailbox) == (None, mailbox)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"secret": ""}, "secret"),
        ({"secret": "a\r\nb"}, "secret"),
        ({"host": "https://imap.example.com/"}, "host"),
        ({"host": "imap.example.com:993"}, "host"),
        ({"host": "[2001:db8::25]"}, None),
        ({"host": "user@imap.example.com"}, "host"),
        ({"host": "169.254.169.254"}, "host"),
        ({"host": "[fe80::1]"}, "host"),
        ({"host": "почта.пример"}, None),
        ({"after": "move"}, "after"),
        ({"after": "move", "moved_to": "INBOX"}, "moved_to"),
        ({"after": "move", "moved_to": "Done", "kind": "pop3"}, "after"),
        ({"auth": "microsoft"}, "client_id"),
        ({"auth": "microsoft", "client_id": "portal", "security": "none"}, "security"),
        ({"port": "0"}, "port"),
        ({"port": "70000"}, "port"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(given, field, desk):
    answer = desk.post(reverse(ADD), {**GIVEN, **given})
    if field:
        assert field in errors(answer) and not Mailbox.objects.exists()
    else:
        assert answer.status_code == 302


def test_a_change_is_tried_at_once_and_takes_nothing_from_the_fetcher(desk, mailbox):
    desk.get(change(mailbox))
    Mailbox.objects.update(
        uid_validity=7, last_uid=12, failures=4, problem="sign_in", answer="no", retry_at=timezone.now(),
    )  # fmt: skip
    desk.post(change(mailbox), {**GIVEN, "secret": "new"})
    mailbox.refresh_from_db()
    assert (mailbox.uid_validity, mailbox.last_uid, mailbox.failures, mailbox.retry_at) == (7, 12, 0, None)
    desk.post(change(mailbox), {**GIVEN, "folder": "Spam"})
    mailbox.refresh_from_db()
    assert (mailbox.uid_validity, mailbox.last_uid) == (None, 0)


def test_the_list_says_how_each_mailbox_fares_at_the_same_cost(desk, mailbox):
    """T27."""
    for number in range(2):
        Mailbox.objects.create(name=f"Other {number}", host="x", username="y")
    desk.get(reverse(LIST))
    Mailbox.objects.filter(pk=mailbox.pk).update(problem="certificate", answer="<expired>", checked_at=timezone.now())
    with CaptureQueriesContext(connection) as few:
        page = desk.get(reverse(LIST)).content.decode()
    assert "certificate is not valid for this name, so nothing was said. (&lt;expired&gt;)" in page
    assert "Not looked into yet" in page
    for number in range(2, 5):
        Mailbox.objects.create(name=f"Other {number}", host="x", username="y")
    with CaptureQueriesContext(connection) as many:
        desk.get(reverse(LIST))
    assert len(few) == len(many)


# The test


def try_out(desk, mailbox):
    answer = desk.post(reverse("admin:mail_mailbox_test", args=[mailbox.pk]), follow=True)
    assert answer.redirect_chain == [(change(mailbox), 302)]
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.imap
def test_the_test_signs_in_and_counts(desk, program, connect):
    mailbox = connect()
    program.put(*mails(2))
    page = desk.get(change(mailbox)).content.decode()
    assert "Test this mailbox" in page
    assert try_out(desk, mailbox) == ["All is well: the mailbox holds 2 mails, and 2 of them would come in now."]
    assert program.flags() == [set(), set()]


@pytest.mark.imap
def test_the_test_says_in_words_what_is_wrong(desk, connect):
    (said,) = try_out(desk, connect(secret="wrong"))
    assert said.startswith("The mail server refused the user name or the password. (") and PASSWORD not in said
    (said,) = try_out(desk, connect(name="2", folder="Nowhere"))
    assert said.startswith("The mail server has no such folder. (")
    (said,) = try_out(desk, connect(name="3", port=free_ports(1)[0]))
    assert said == "The mail server could not be reached. Check name, port and firewall. (Connection refused)"


def test_the_test_ends_however_slow_the_server_is(desk, mailbox, monkeypatch):
    monkeypatch.setattr(visits, "TEST", 1)
    peer = Peer(drips)
    Mailbox.objects.update(host="127.0.0.1", port=peer.port, security="none")
    said = try_out(desk, mailbox)
    assert said[-1].startswith("The mail server stopped answering.")
    peer.close()


def test_the_test_is_a_post_and_the_operators(desk, mailbox, client_of, cast):
    """T18."""
    address = reverse("admin:mail_mailbox_test", args=[mailbox.pk])
    assert desk.get(address).status_code == 405
    for who in (cast.anna, cast.ben, cast.lena, None):
        assert client_of(who).post(address).status_code in (302, 403)
    strict = client_of(cast.operator, enforce_csrf_checks=True)
    assert strict.post(address).status_code == 403

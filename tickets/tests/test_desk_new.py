"""A ticket that staff open for a client, or for any name and address (S168, S183)."""

import pytest

from accounts.models import User
from mail.models import OutgoingMail
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

SAID = {"department": "support", "subject": "Your certificate", "message": "It ends on Friday.", "priority": "high"}


def test_a_ticket_is_opened_for_a_client_found_by_search(client_of, cast):
    """S168: by name, address or organisation."""
    browser = client_of(cast.sam)
    for words in ("anna", "Harding", "anna@ex", "quillmark"):
        assert f"?client={cast.anna.pk}" in browser.get("/desk/new/", {"person": words}).content.decode(), words
        assert f"?client={cast.anna.pk}" in browser.get("/desk/people/", {"person": words}).content.decode(), words
    assert "Anna Harding" in browser.get("/desk/new/", {"client": cast.anna.pk}).content.decode()
    answer = browser.post("/desk/new/", SAID | {"client": cast.anna.pk, "assignee": cast.sam.pk, "status": "answered"})
    ticket = Ticket.objects.get()
    assert answer.url == f"/t/{ticket.number}/"
    assert (ticket.client, ticket.assignee, ticket.channel) == (cast.anna, cast.sam, "staff")
    assert (ticket.priority.code, ticket.status.code) == ("high", "answered")
    message = ticket.messages.get()
    assert (message.author, message.by_staff, message.number) == (cast.sam, True, 1)
    assert OutgoingMail.objects.filter(to_address="anna@example.com").exists()


def test_a_ticket_is_opened_for_any_name_and_address(client_of, cast):
    """S168: whoever has no account becomes a guest, who is told by mail."""
    browser = client_of(cast.sam)
    browser.post("/desk/new/", SAID | {"name": "Hollis Wren", "email": "Hollis@Example.net"})
    ticket = Ticket.objects.get()
    assert (ticket.client.email, ticket.client.name, ticket.client.is_guest) == (
        "hollis@example.net",
        "Hollis Wren",
        True,
    )
    assert OutgoingMail.objects.filter(to_address="hollis@example.net").exists()
    browser.post("/desk/new/", SAID | {"name": "Somebody", "email": "hollis@example.net"})
    assert User.objects.get(email="hollis@example.net").name == "Hollis Wren"
    assert Ticket.objects.filter(client__email="hollis@example.net").count() == 2


def test_an_address_longer_than_any_is_refused(client_of, cast):
    """Bad input: 308 characters, each part of it in order; a 500 on PostgreSQL."""
    long = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com"
    answer = client_of(cast.sam).post("/desk/new/", SAID | {"name": "Hollis Wren", "email": long})
    assert answer.status_code == 422 and not User.objects.filter(email=long).exists()


def test_staff_open_tickets_in_their_departments_alone(client_of, cast):
    """S119."""
    answer = client_of(cast.sam).post("/desk/new/", SAID | {"client": cast.anna.pk, "department": "billing"})
    assert answer.status_code == 422 and not Ticket.objects.exists()
    client_of(cast.operator).post("/desk/new/", SAID | {"client": cast.anna.pk, "department": "billing"})
    assert Ticket.objects.get().department == cast.billing


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("subject", "", "Enter a subject"), ("message", " ", "Write your message"),
        ("email", "nobody", "Enter an e-mail address such as"), ("email", "", "Enter an e-mail address"),
        ("name", "", "Enter a name"), ("email", "system@localhost.invalid", "Enter an e-mail address such as"),
        ("department", "nonsense", "Select a valid choice"), ("priority", "nonsense", "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(client_of, sam, field, value, words):
    said = SAID | {"name": "Hollis", "email": "hollis@example.net", field: value}
    answer = client_of(sam).post("/desk/new/", said)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    assert not Ticket.objects.exists() and not User.objects.filter(email="hollis@example.net").exists()
    assert "hollis@example.net" in page or field == "email"


def test_an_assignee_of_another_department_is_refused(client_of, cast):
    said = SAID | {"client": cast.anna.pk, "assignee": cast.ben.pk}
    answer = client_of(cast.lena).post("/desk/new/", said)
    assert answer.status_code == 422 and "does not work in this department" in answer.content.decode()


@pytest.mark.parametrize("client", ["0", "999999999", "abc", "9" * 30, "-1"])
def test_a_client_that_is_none_asks_for_name_and_address(client_of, sam, client):
    page = client_of(sam).get("/desk/new/", {"client": client})
    assert page.status_code == 200 and 'name="email"' in page.content.decode()


def test_the_system_is_nobodys_client(client_of, cast):
    assert 'name="email"' in client_of(cast.sam).get("/desk/new/", {"client": cast.system.pk}).content.decode()
    assert "system@" not in client_of(cast.sam).get("/desk/people/", {"person": "helpdesk"}).content.decode()


def test_a_preview_without_script_opens_nothing(client_of, cast):
    answer = client_of(cast.sam).post("/desk/new/", SAID | {"client": cast.anna.pk, "preview": "1", "message": "**x**"})
    assert answer.status_code == 200 and "<strong>x</strong>" in answer.content.decode()
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("name", ["anna", "carl", "greta"])
def test_no_client_opens_tickets_for_others(client_of, cast, name):
    browser = client_of(getattr(cast, name))
    assert browser.post("/desk/new/", SAID | {"client": cast.olga.pk}).status_code == 404
    assert not Ticket.objects.exists()

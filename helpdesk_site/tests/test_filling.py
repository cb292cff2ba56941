"""What `fill` writes for benchmarks has the exact shape of what the actions write (part 10)."""

import pytest
from django.core.management import call_command
from django.db.models import Count, F

from departments.models import Category
from helpdesk_site.filling import DEPARTMENTS, run
from tickets import actions
from tickets.lists import search
from tickets.models import Message, Rating, Ticket, TicketEvent
from tickets.writing import write

pytestmark = pytest.mark.django_db
TICKETS = 60


@pytest.fixture
def filled(transactional_db, capsys):
    call_command("fill", tickets=TICKETS, seed=7)
    capsys.readouterr()
    yield
    run(f"DELETE FROM {search.PUBLIC}")  # SQLite's documents know no foreign key: the flush leaves them


def test_the_history_of_filled_tickets_verifies(filled, capsys):
    """The chains are sealed as `record` seals them."""
    call_command("verify_history")
    assert TicketEvent.objects.exists()


def test_filled_tickets_count_their_own_messages_and_events(filled):
    rows = Ticket.objects.annotate(
        said=Count("messages", distinct=True), told=Count("events", distinct=True), heads=Count("pk")
    )
    assert rows.count() == TICKETS
    assert not rows.exclude(said=F("last_number")).exists() and not rows.exclude(told=F("event_count")).exists()


def test_filled_tickets_lie_in_eight_departments_and_agents_answer_them(filled):
    tickets = Ticket.objects.filter(department__slug__startswith="queue-")
    assert tickets.values("department").distinct().count() == DEPARTMENTS
    assert Message.objects.filter(by_staff=True).exclude(author__email__startswith="agent-").count() == 0


def test_some_closed_tickets_are_rated_by_their_clients(filled):
    """Each with its event, as `rate` writes them."""
    rated = Rating.objects.select_related("ticket")
    assert rated and all(row.ticket.is_closed and row.user_id == row.ticket.client_id for row in rated)
    assert TicketEvent.objects.filter(verb="rated").count() == len(rated)


def test_a_filled_ticket_is_found_and_answered_like_any_other(filled):
    ticket = Ticket.objects.exclude(category=Category.CLOSED).first() or Ticket.objects.first()
    assert list(search.matching(Ticket.objects.all(), ticket.client.email)) != []
    message = actions.reply(ticket, author=ticket.client, written=write("Still so."), by_staff=False)
    assert message.number == ticket.last_number + 1
    call_command("verify_history")

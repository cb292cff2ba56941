"""Statements compiled once give what their querysets give, on both databases, however often they are asked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from helpdesk_site.lib.prepared import WORTH_A_PLAN, Prepared, PreparedRows
from tickets import actions, found
from tickets.lists import queues
from tickets.models import Tag, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def events(ticket):
    return TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values("id", "verb", "data", "click", "at")


def test_it_gives_what_the_queryset_gives_with_one_statement_each(open_ticket, cast):
    """Dates, UUIDs and JSON come back as themselves, before and after it has a plan."""
    prepared, made = Prepared(events), [open_ticket(), open_ticket(client=cast.carl)]
    for _each in range(WORTH_A_PLAN + 2):
        for ticket in made:
            with CaptureQueriesContext(connection) as captured:
                rows = prepared.dicts(ticket.pk)
            assert rows == list(events(ticket)) and len(captured) == 1


def test_a_slot_may_be_text_and_what_is_put_in_stays_a_value(open_ticket):
    """T19: quotes and percent signs are data."""
    ticket = open_ticket(subject='100 % "sure" it\'s broken')
    prepared = Prepared(lambda subject: Ticket.objects.filter(subject=subject).values("number"), slots=(str,))
    for _each in range(WORTH_A_PLAN + 1):
        assert prepared.rows(ticket.subject) == [(ticket.number,)]
        assert prepared.rows("' OR '1'='1") == []


def test_the_same_slot_may_stand_twice_and_constants_stay(open_ticket, cast):
    ticket = open_ticket(client=cast.anna)
    prepared = Prepared(
        lambda me, pk: (
            Ticket.objects.filter(client=me, pk=pk, subject="Shop returns 502").exclude(assignee=me).values("pk")
        ),
        slots=(int, int),
    )
    for _each in range(WORTH_A_PLAN + 1):
        assert prepared.rows(cast.anna.pk, ticket.pk) == [(ticket.pk,)]
        assert prepared.rows(cast.carl.pk, ticket.pk) == []


def test_what_is_no_value_of_the_slot_is_refused():
    prepared = Prepared(events)
    with pytest.raises(ValueError):
        prepared.rows("1; DROP TABLE tickets_ticket")
    with pytest.raises(ValueError):
        prepared.rows(1, 2)
    with pytest.raises(ValueError):
        Prepared(lambda pk: Ticket.objects.values("pk")).rows(1)


@pytest.mark.postgres
def test_behind_a_pooler_no_plan_is_kept(open_ticket, monkeypatch):
    """A connection of the pool is another one in the next transaction: Django's own setting says so."""
    ticket, prepared = open_ticket(), Prepared(lambda pk: events(pk).filter(verb="opened"))
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with CaptureQueriesContext(connection) as captured:
        for _each in range(WORTH_A_PLAN + 2):
            prepared.rows(ticket.pk)
    assert not any("PREPARE" in query["sql"] or "EXECUTE" in query["sql"] for query in captured)


@pytest.mark.postgres
def test_a_plan_is_kept_on_the_connection_it_was_made_on(open_ticket):
    ticket, prepared = open_ticket(), Prepared(lambda pk: events(pk).filter(verb="replied"))
    with CaptureQueriesContext(connection) as captured:
        for _each in range(WORTH_A_PLAN + 1):
            prepared.rows(ticket.pk)
    words = [query["sql"].split()[0] for query in captured]
    assert words == ["SELECT"] * (WORTH_A_PLAN - 1) + ["PREPARE", "EXECUTE"]


@pytest.mark.postgres
def test_a_plan_that_could_not_be_made_is_given_up(cast):
    """A table of a migration that is still running: once it is there, the connection asks for it without a plan."""
    prepared = Prepared(lambda name: Tag.objects.filter(name=name).values("pk", "name"), slots=(str,))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tickets_tag RENAME TO tickets_later")
        for _each in range(WORTH_A_PLAN):
            with pytest.raises(DatabaseError), transaction.atomic():
                prepared.rows("x")
        cursor.execute("ALTER TABLE tickets_later RENAME TO tickets_tag")
    assert prepared.rows("x") == []


@pytest.mark.postgres
def test_a_plan_that_a_migration_made_useless_is_given_up(cast):
    """A column that has another type since: PostgreSQL refuses the plan it kept."""
    prepared = Prepared(lambda name: Tag.objects.filter(name=name).values("name", "pk"), slots=(str,))
    for _each in range(WORTH_A_PLAN):
        prepared.rows("x")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tickets_tag ALTER name TYPE varchar(400)")
    with pytest.raises(DatabaseError), transaction.atomic():
        prepared.rows("x")
    assert prepared.rows("x") == []


def test_a_ticket_is_found_with_its_people_in_one_statement(open_ticket, cast):
    ticket = actions.assign(open_ticket(), to=cast.sam, actor=cast.lena)
    with CaptureQueriesContext(connection) as captured:
        row = found.by_number(ticket.number, ("client", "assignee", "organisation", "service"))
        assert (row, row.client, row.assignee, row.service) == (ticket, cast.anna, cast.sam, None)
        assert row.organisation.name == "Quillmark Studio" and row.created_at == ticket.created_at
    assert len(captured) == 1
    assert found.by_number("KTR-000000") is None


def test_the_first_page_is_the_one_that_cursors_go_on_from(open_ticket, cast, monkeypatch):
    """lib/paging: a page from a compiled statement and one from the queryset are the same list."""
    from accounts.viewer import Viewer

    made, viewer = [open_ticket() for _each in range(5)], Viewer(cast.sam)
    asked = queues.Asked("open")
    first = queues.page(viewer, asked, size=2)
    second = queues.page(viewer, queues.replace(asked, cursor=first.next), size=2)
    back = queues.page(viewer, queues.replace(asked, cursor=second.previous), size=2)
    numbers = [[row["number"] for row in page] for page in (first, second, back)]
    assert numbers == [[t.number for t in made[:2]], [t.number for t in made[2:4]], [t.number for t in made[:2]]]


def test_whole_rows_come_with_what_they_point_to_in_one_statement(open_ticket, cast):
    """Instances as the ORM makes them; what points to nothing is nothing."""
    prepared, made = PreparedRows(lambda pk: Ticket.objects.filter(pk=pk), having=("client", "assignee")), open_ticket()
    for _each in range(WORTH_A_PLAN + 1):
        with CaptureQueriesContext(connection) as captured:
            (row,) = prepared.models(made.pk)
            assert (row, row.client.email, row.assignee) == (made, made.client.email, None)
        assert len(captured) == 1
    assert not row._state.adding and row.created_at == made.created_at
    assert prepared.models(0) == []


def test_a_ticket_is_locked_inside_a_transaction_only(open_ticket):
    ticket = open_ticket()
    assert found.locked(ticket.pk) == ticket
    with pytest.raises(Ticket.DoesNotExist):
        found.locked(0)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_locked(open_ticket):
    with pytest.raises(TransactionManagementError):
        found.locked(open_ticket().pk)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_locked_ticket_is_locked(open_ticket):
    """T08: whoever comes second waits."""
    ticket = open_ticket()
    with transaction.atomic():
        for _each in range(WORTH_A_PLAN + 1):
            found.locked(ticket.pk)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(is_free, ticket).result() is False


def is_free(ticket):
    """Whether the ticket can be locked, asked on a connection of its own."""
    try:
        with transaction.atomic():
            return bool(Ticket.objects.select_for_update(skip_locked=True).filter(pk=ticket.pk))
    finally:
        connection.close()


def test_named_slots_stand_wherever_they_are_named():
    pair = Prepared.of_sql("SELECT %(word)s, %(number)s, %(word)s", slots={"number": int, "word": str})
    for _each in range(WORTH_A_PLAN + 2):
        assert pair.rows(7, "a%") == [("a%", 7, "a%")]


def test_a_column_left_out_is_read_when_it_is_asked_for(open_ticket):
    ticket, prepared = open_ticket(), PreparedRows(lambda pk: Ticket.objects.filter(pk=pk), but=("subject",))
    for _each in range(WORTH_A_PLAN + 2):
        found = prepared.first(ticket.pk)
    assert found.get_deferred_fields() == {"subject"}
    assert (found.subject, found.number) == (ticket.subject, ticket.number)
    assert prepared.first(0) is None

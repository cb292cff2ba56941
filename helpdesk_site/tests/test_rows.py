"""Rows written by statements built once are the rows that `save` would have written, on both databases."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engine.models import FormKey, Heartbeat
from helpdesk_site.lib import rows
from tickets.models import Notification, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def event(ticket, sequence):
    """An event with a value of every kind: number, text with quotes, JSON, UUID, moment, key, nothing."""
    return TicketEvent(
        ticket=ticket, sequence=sequence, verb="noted", actor=ticket.client, click=uuid.uuid4(), hash="0" * 64,
        key_id="key", data={"from": None, "said": "100 % 'it's\""},
    )  # fmt: skip


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_inserted_rows_are_read_as_they_were_written_and_know_their_keys(open_ticket):
    ticket = open_ticket()
    written = [event(ticket, sequence) for sequence in (10, 11, 12)]
    rows.insert(*written)
    assert [values(row) for row in TicketEvent.objects.filter(sequence__gte=10)] == [values(row) for row in written]
    assert not any(row._state.adding for row in written)


def test_several_rows_are_one_statement(open_ticket):
    ticket = open_ticket()
    with CaptureQueriesContext(connection) as captured:
        rows.insert(*(event(ticket, sequence) for sequence in (10, 11, 12)))
    assert len(captured) == 1


def test_rows_know_their_keys_where_the_database_tells_the_last_one_only(open_ticket, monkeypatch):
    """SQLite before 3.35."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has always told them")
    monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)
    ticket = open_ticket()
    written = [event(ticket, sequence) for sequence in (10, 11, 12)]
    rows.insert(*written)
    assert list(TicketEvent.objects.filter(sequence__gte=10)) == written
    assert not rows.insert_if_free(event(ticket, 12), "ticket", "sequence")
    assert rows.insert_if_free(event(ticket, 13), "ticket", "sequence")


def test_no_rows_are_no_statement():
    with CaptureQueriesContext(connection) as captured:
        rows.insert()
    assert len(captured) == 0


def test_moments_that_a_field_sets_by_itself_are_set():
    key = FormKey(owner="user:1", key="k" * 20)
    before = timezone.now()
    rows.insert(key)
    assert before <= FormKey.objects.get().created_at <= timezone.now()


def test_a_row_whose_place_is_taken_is_left_out_and_nothing_breaks():
    """T08: no savepoint is needed, the transaction goes on."""
    first, second = (FormKey(owner="user:1", key="k" * 20, answer=answer) for answer in ("first", "second"))
    with transaction.atomic():
        assert rows.insert_if_free(first, "owner", "key")
        assert not rows.insert_if_free(second, "owner", "key")
        assert rows.insert_if_free(FormKey(owner="user:2", key="k" * 20), "owner", "key")
    assert second.pk is None
    assert FormKey.objects.get(owner="user:1").answer == "first"


def test_a_row_is_left_out_for_whatever_is_taken_where_no_fields_are_named(open_ticket):
    ticket = open_ticket()
    assert not rows.insert_if_free(event(ticket, ticket.event_count))
    assert rows.insert_if_free(event(ticket, ticket.event_count + 1))


def test_a_row_taken_elsewhere_is_an_error_as_ever(open_ticket):
    ticket = open_ticket()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(event(ticket, ticket.event_count))


def test_an_update_writes_the_fields_it_names_and_no_others(open_ticket, cast):
    ticket = open_ticket()
    subject, ticket.subject, ticket.assignee, ticket.escalated = ticket.subject, "Changed", cast.sam, True
    rows.update(ticket, ["assignee", "escalated"])
    kept = Ticket.objects.get()
    assert (kept.subject, kept.assignee, kept.escalated) == (subject, cast.sam, True)


def test_an_update_of_nothing_is_an_error():
    with pytest.raises(DatabaseError):
        rows.update(Heartbeat(pk=1, name="gone", at=timezone.now()), ["at"])


def test_an_update_on_a_condition_writes_only_while_it_holds(open_ticket, cast):
    """T05: two who want the same row; the second one learns of it."""
    ticket = open_ticket()
    assert rows.update_if(ticket, {"subject": "Changed", "assignee_id": cast.sam.pk}, last_number=1)
    assert (ticket.subject, ticket.assignee) == ("Changed", cast.sam)
    assert not rows.update_if(ticket, {"subject": "Again"}, last_number=2)
    assert (ticket.subject, Ticket.objects.get().subject) == ("Changed", "Changed")


def test_a_row_may_point_to_nothing(open_ticket):
    ticket = open_ticket()
    row = Notification(event=ticket.events.get(), user=ticket.client, reason="client")
    Notification.objects.all().delete()
    rows.insert(row)
    assert values(Notification.objects.get()) == values(row)

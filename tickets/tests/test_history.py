"""The history cannot be changed unseen, nor changed at all through the database (S5, S46, S167; T20)."""

import contextlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import chain
from helpdesk_site.tests.tables import history_unlocked
from tickets import actions
from tickets.keeping import history
from tickets.models import Anchor, Attachment, EventContent, Message, Ticket, TicketEvent
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(ticket, anna, sam, lena, say):
    """A ticket with a history: replies, a note, an edit, a subject, an assignment, a close."""
    file = Attachment.objects.create(name="a", content_type="text/plain", size=1, sha256="a" * 64, stored_as="x")
    message = say(ticket, sam, "Tomorow.", attachments=[file])
    actions.edit_message(message, editor=sam, written=write("Tomorrow."))
    actions.add_note(ticket, author=lena, written=write("Watch web-09."), mentions=[sam])
    actions.set_subject(ticket, subject="502 in the cart", actor=lena)
    actions.assign(ticket, to=lena, actor=sam)
    actions.close(ticket, actor=anna)
    ticket.refresh_from_db()
    return ticket


@contextlib.contextmanager
def unguarded():
    """As somebody with the database in hand, who takes the triggers off and puts them on again."""
    connection.check_constraints()  # PostgreSQL alters no table while checks of its rows are still to come
    with history_unlocked(connection, connection.introspection.table_names()):
        yield
        connection.check_constraints()


def tamper(table, pk, column, value):
    """Change a row behind everybody's back."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])


# --- The database refuses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tickets_ticketevent SET verb = 'noted'",
        "UPDATE tickets_ticketevent SET at = at",
        "DELETE FROM tickets_ticketevent",
        "UPDATE tickets_anchor SET events = 0",
        "DELETE FROM tickets_anchor",
        "UPDATE tickets_eventcontent SET text = ''",
        pytest.param("TRUNCATE tickets_ticketevent CASCADE", marks=pytest.mark.postgres),
        pytest.param("TRUNCATE tickets_anchor", marks=pytest.mark.postgres),
    ],
)
def test_the_database_refuses_to_change_history(lived, statement):
    """T20: on both databases, whoever asks."""
    history.anchor(lived.created_at.date())
    connection.check_constraints()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert history.verify([lived.number]) is None


def test_the_orm_is_refused_too(lived):
    event = lived.events.first()
    event.verb = "noted"
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save(update_fields=["verb"])
    with pytest.raises(DatabaseError), transaction.atomic():
        TicketEvent.objects.filter(pk=event.pk).delete()


def test_erasing_a_text_is_allowed_and_breaks_nothing(lived):
    """ARCHITECTURE: erasing that row erases text and salt; the chain still verifies."""
    assert EventContent.objects.filter(event__ticket=lived).delete()[0] == 2
    assert history.verify([lived.number]) is None


# --- What verify finds ------------------------------------------------------------------------------------------------


def test_an_untouched_history_is_whole(lived):
    assert history.verify() is None


# jsonb takes no NUL and no half of a surrogate pair
KEYS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=5)
CHANGES = [
    ("sequence", st.integers(10, 99)),
    ("verb", st.sampled_from(["noted", "merged", "x"])),
    ("actor_id", st.sampled_from(["anna", "carl", "operator"])),
    ("message_id", st.none()),
    ("data", st.dictionaries(KEYS, st.integers(), max_size=3).map(json.dumps)),
    ("click", st.uuids(version=4)),
    ("at", st.datetimes(datetime(2020, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC))),
    ("previous_hash", st.sampled_from(["", "0" * 64])),
    ("hash", st.sampled_from(["", "f" * 64])),
    ("key_id", st.sampled_from(["", "deadbeef"])),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_any_column_of_any_event_is_found(lived, cast, data):
    """T20, as a property."""
    event = data.draw(st.sampled_from(list(lived.events.all())))
    column, values = data.draw(st.sampled_from(CHANGES))
    value = data.draw(values)
    value = getattr(cast, value).pk if column == "actor_id" else value
    before = getattr(event, column)
    if column == "click" and connection.vendor == "sqlite":
        value = value.hex
    if before == value or (column == "data" and json.loads(value) == before):
        return
    try:
        with transaction.atomic():
            tamper("tickets_ticketevent", event.pk, column, value)
            found = history.verify([lived.number])
            raise Enough
    except Enough:
        assert found and lived.number in str(found)
    assert history.verify([lived.number]) is None


class Enough(Exception):
    pass


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_event_taken_out_is_found(lived, place):
    events = list(lived.events.order_by("sequence"))
    gone = {"first": events[0], "middle": events[3], "last": events[-1]}[place]
    with unguarded():
        gone.notifications.all().delete()
        gone.contents.all().delete()
        TicketEvent.objects.filter(pk=gone.pk).delete()
    assert history.verify([lived.number])


def test_an_event_put_in_is_found(lived, carl):
    last = lived.events.latest("sequence")
    TicketEvent.objects.create(
        ticket=lived, sequence=last.sequence + 1, verb="closed", actor=carl, previous_hash=last.hash, hash="0" * 64,
        key_id=last.key_id,
    )  # fmt: skip
    assert history.verify([lived.number])


def test_a_head_or_count_of_the_ticket_that_was_changed_is_found(lived):
    for change in ({"head": "0" * 64}, {"event_count": 3}):
        before = {name: getattr(lived, name) for name in change}
        Ticket.objects.filter(pk=lived.pk).update(**change)
        assert history.verify([lived.number])
        Ticket.objects.filter(pk=lived.pk).update(**before)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Message, {"body": "Never."}),
        (Message, {"salt": "0"}),
        (Message, {"by": "carl"}),
        (Message, {"is_note": True}),
        (EventContent, {"text": "Another"}),
        (EventContent, {"salt": "0"}),
        (EventContent, {"name": "other"}),
        (Attachment, {"sha256": "b" * 64}),
    ],
)
def test_a_text_or_file_changed_behind_the_actions_back_is_found(lived, cast, model, change):
    """S46, S154: an edit is an event; everything else is tampering."""
    if "by" in change:
        change = {"author_id": getattr(cast, change["by"]).pk}
    row = model.objects.latest("pk") if model is not Message else Message.objects.get(ticket=lived, number=2)
    for column, value in change.items():
        tamper(model._meta.db_table, row.pk, column, value)
    assert history.verify([lived.number])


def test_a_message_nobody_recorded_is_found(lived, carl):
    Message.objects.create(ticket=lived, number=9, author=carl, body="I was here.")
    assert "no event" in str(history.verify([lived.number]))


def test_only_the_tickets_named_are_checked(lived, open_ticket):
    other = open_ticket()
    tamper("tickets_ticketevent", other.events.first().pk, "verb", "noted")
    assert history.verify([lived.number]) is None
    assert other.number in str(history.verify([lived.number, other.number]))
    assert other.number in str(history.verify())
    assert "no such ticket" in str(history.verify(["BCD-000000"]))


def test_many_tickets_are_read_in_chunks(open_ticket, monkeypatch):
    monkeypatch.setattr(history, "CHUNK", 2)
    tickets = [open_ticket() for _n in range(5)]
    assert history.verify() is None
    tamper("tickets_ticketevent", tickets[4].events.first().pk, "verb", "noted")
    assert tickets[4].number in str(history.verify())


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_a_new_key_seals_new_events_and_the_old_one_still_verifies(lived, sam, settings):
    """T20: HISTORY_KEYS, newest first; taking the old one out is found, not passed over."""
    old = settings.HISTORY_KEYS[0]
    settings.HISTORY_KEYS = ["a-new-key", old]
    actions.reopen(lived, actor=sam, by_staff=True)
    assert lived.events.latest("sequence").key_id == chain.key_id("a-new-key")
    assert history.verify() is None
    settings.HISTORY_KEYS = ["a-new-key"]
    assert "HISTORY_KEYS" in str(history.verify())


def test_without_the_key_no_chain_can_be_forged(lived, settings):
    """An HMAC under a key of its own, not a mere hash."""
    event = lived.events.latest("sequence")
    forged = chain.seal({"ticket": lived.pk}, previous_hash=event.previous_hash, key="another")
    assert forged != chain.seal({"ticket": lived.pk}, previous_hash=event.previous_hash)
    tamper("tickets_ticketevent", event.pk, "hash", forged)
    assert history.verify()


# --- Anchors ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def three_days(open_ticket, sam, say):
    """Tickets whose events lie three, two and one days back, with a day between on which nothing happened."""
    now = timezone.now()
    tickets = [open_ticket() for _n in range(3)]
    for ticket, days in zip(tickets, (4, 3, 1), strict=True):
        rewrite_at(ticket, now - timedelta(days=days))
    return tickets


def rewrite_at(ticket, at):
    """Give the ticket's events another time, chain and all: a history that really happened then."""
    previous = ""
    with unguarded():
        for event in ticket.events.order_by("sequence"):
            event.at, event.previous_hash = at, previous
            event.hash = previous = chain.seal(history.content_of(vars(event)), previous_hash=previous)
            event.save(update_fields=["at", "previous_hash", "hash"])
    Ticket.objects.filter(pk=ticket.pk).update(head=previous)


def test_each_day_is_anchored_once_and_what_was_missed_is_caught_up(three_days):
    """ARCHITECTURE: a daily anchor chains the tickets' heads."""
    assert history.anchor_days() == 4
    assert history.anchor_days() == 0
    rows = list(Anchor.objects.all())
    assert [row.events for row in rows] == [1, 1, 0, 1]
    assert [row.previous_hash for row in rows] == ["", *(row.hash for row in rows[:-1])]
    assert history.verify() is None


def test_a_day_is_not_anchored_before_it_is_over_for_good(ticket):
    """An event gets its time before its transaction ends."""
    midnight = (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert history.anchor_days(midnight + timedelta(minutes=30)) == 0
    assert history.anchor_days(midnight + timedelta(minutes=61)) == 1


def test_an_empty_portal_has_no_anchors(db):
    assert history.anchor_days() == 0
    assert history.verify() is None


def test_a_history_written_anew_with_the_right_key_is_found_by_its_anchor(three_days):
    """The chain alone would hold: every hash is right again."""
    history.anchor_days()
    event = three_days[0].events.get()
    with unguarded():
        event.data = {**event.data, "priority": "low"}
        event.hash = chain.seal(history.content_of(vars(event)), previous_hash="")
        event.save(update_fields=["data", "hash"])
    Ticket.objects.filter(pk=three_days[0].pk).update(head=event.hash)
    assert history.verify([three_days[0].number]) is None
    assert "anchor of" in str(history.verify())


@pytest.mark.parametrize(
    ("column", "value"),
    [("events", 7), ("hash", "0" * 64), ("previous_hash", "0" * 64), ("key_id", "deadbeef"), ("day", "2020-01-01")],
)
def test_an_anchor_that_was_changed_is_found(three_days, column, value):
    history.anchor_days()
    tamper("tickets_anchor", Anchor.objects.order_by("day")[1].pk, column, value)
    assert "anchor of" in str(history.verify())


def test_an_anchor_taken_out_is_found(three_days):
    history.anchor_days()
    with unguarded():
        Anchor.objects.filter(pk=Anchor.objects.order_by("day")[1].pk).delete()
    assert "missing" in str(history.verify())


# --- The command ------------------------------------------------------------------------------------------------------


def test_verify_history_tells_the_first_bad_event_and_fails(lived):
    """CONTRACT: exit 1 and the first bad event; numbers in any case."""
    out = io.StringIO()
    call_command("verify_history", stdout=out)
    call_command("verify_history", f"#{lived.number.lower()}", stdout=out)
    assert "whole" in out.getvalue()
    tamper("tickets_ticketevent", lived.events.order_by("sequence")[2].pk, "verb", "noted")
    with pytest.raises(CommandError, match=f"{lived.number} event 3") as failed:
        call_command("verify_history", stdout=out)
    assert failed.value.returncode == 1
    with pytest.raises(CommandError, match="no ticket number"):
        call_command("verify_history", "17", stdout=out)

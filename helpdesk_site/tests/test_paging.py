"""Pages by key: every row once, in order, forwards and back, whatever happens between two clicks."""

import base64
import json
import random
from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.test.utils import CaptureQueriesContext

from helpdesk_site.lib.paging import neighbour, page_by_key
from tickets.models import Ticket

START = datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=UTC)
ORDERS = [
    ["-updated_at"],
    ["updated_at"],
    ["-updated_at", "-pk"],
    ["subject"],
    ["-subject", "updated_at"],
    ["department__position", "-updated_at"],
    ["-department__position", "-department__name", "subject", "-updated_at"],
    ["who", "-updated_at"],
    ["-escalated", "subject"],
    ["number"],
    ["id"],
    [],
]


@pytest.fixture
def rows(ticket, sales, billing, support):
    """Thirty-one tickets with few different values, microseconds apart, some exactly alike but for their key."""
    pick = random.Random(7)
    first, copies = Ticket.objects.get(pk=ticket.pk), []
    for n in range(30):
        row = copy(first)
        row.pk, row.number = None, f"BCD-{n:06}"
        row.subject = pick.choice(["a", "b", "Ä", "", "a b", "é,\"'%"])
        row.department = pick.choice([sales, billing, support])
        row.updated_at = START + timedelta(microseconds=pick.randrange(8))
        row.escalated = pick.random() < 0.5
        copies.append(row)
    Ticket.objects.bulk_create(copies)
    return Ticket.objects.annotate(who=Coalesce(F("assignee__name"), Value("")))


def in_order(rows, order):
    descending = bool(order) and order[-1].startswith("-")
    return list(rows.order_by(*order, "-pk" if descending else "pk").values_list("pk", flat=True))


def keys(page):
    return [row.pk for row in page.rows]


@pytest.mark.parametrize("size", [1, 4, 31, 50])
@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_walking_forwards_and_back_shows_every_row_once_and_in_order(rows, order, size):
    """Lists page by key (ARCHITECTURE); ties, mixed directions, joined fields, microseconds."""
    wanted, pages, cursor = in_order(rows, order), [], ""
    while True:
        page = page_by_key(rows, order=order, cursor=cursor, size=size)
        pages.append(page)
        cursor = page.next
        if not cursor:
            break
    assert sum(map(keys, pages), []) == wanted
    assert not pages[0].previous and all(page.previous for page in pages[1:])
    back = [keys(pages[-1])]
    cursor = pages[-1].previous
    while cursor:
        page = page_by_key(rows, order=order, cursor=cursor, size=size)
        back.insert(0, keys(page))
        cursor = page.previous
    assert sum(back, []) == wanted


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_a_page_is_one_statement_without_offset_or_count(rows, order):
    """T27; STACK 9: a deep page costs what the first one costs."""
    first = page_by_key(rows, order=order, size=4)
    with CaptureQueriesContext(connection) as statements:
        page_by_key(rows, order=order, cursor=first.next, size=4)
    assert len(statements) == 1
    assert "OFFSET" not in statements[0]["sql"] and "COUNT(" not in statements[0]["sql"]


def test_one_direction_is_one_row_comparison(db):
    """An index on the order answers it: no row of the pages before is read."""
    page = page_by_key(Ticket.objects.none(), order=["-updated_at"])
    assert (page.rows, page.next, page.previous) == ([], "", "")
    cursor = cursor_of(["-updated_at"], [START.isoformat(), 7])
    with CaptureQueriesContext(connection) as statements:
        page_by_key(Ticket.objects.all(), order=["-updated_at"], cursor=cursor)
    sql = statements[0]["sql"]
    assert '("tickets_ticket"."updated_at", "tickets_ticket"."id") < (' in sql


def test_a_row_that_comes_or_goes_neither_repeats_nor_hides_another(rows):
    """A new ticket on top, a deleted one at the seam."""
    wanted = in_order(rows, ["-updated_at"])
    first = page_by_key(rows, order=["-updated_at"], size=10)
    newest = Ticket.objects.get(pk=wanted[0])
    newest.pk, newest.number, newest.updated_at = None, "ZZZ-000000", START + timedelta(days=1)
    newest.save()
    Ticket.objects.filter(pk=wanted[9]).update(updated_at=START - timedelta(days=1))
    second = page_by_key(rows, order=["-updated_at"], cursor=first.next, size=10)
    assert keys(second) == wanted[10:20]


def test_a_page_whose_rows_are_gone_is_the_first_page(rows):
    """A stale link shows something."""
    wanted = in_order(rows, ["subject"])
    page = page_by_key(rows, order=["subject"], size=30)
    Ticket.objects.filter(pk__in=wanted[30:]).update(subject="")
    gone = page_by_key(rows, order=["subject"], cursor=page.next, size=30)
    assert keys(gone) == in_order(rows, ["subject"])[:30] and gone.next and not gone.previous


def test_going_back_to_the_beginning_shows_a_full_first_page(rows):
    """Three new rows above page two are shown with the rest of page one."""
    first = page_by_key(rows, order=["-updated_at"], size=10)
    second = page_by_key(rows, order=["-updated_at"], cursor=first.next, size=10)
    Ticket.objects.filter(pk__in=in_order(rows, ["-updated_at"])[:4]).update(updated_at=START - timedelta(days=1))
    back = page_by_key(rows, order=["-updated_at"], cursor=second.previous, size=10)
    assert keys(back) == in_order(rows, ["-updated_at"])[:10] and not back.previous


# --- Cursors that are none --------------------------------------------------------------------------------------------


def cursor_of(order, values, direction="n"):
    """A cursor as page_by_key would write it, with values of our choice."""
    some = page_by_key.__globals__
    mark = some["_mark"](some["_keys"](Ticket.objects.all(), order))
    return base64.urlsafe_b64encode(json.dumps([mark, direction, *values]).encode()).decode().rstrip("=")


def test_a_cursor_made_by_hand_works_like_our_own(rows):
    """Proves that the bad ones below are refused for what is bad in them."""
    moment = (START + timedelta(microseconds=4)).isoformat()
    page = page_by_key(rows, order=["-updated_at"], cursor=cursor_of(["-updated_at"], [moment, 0]), size=5)
    assert page.previous


NOON = START.isoformat()
BAD = [[NOON], [NOON, 1, 1], ["2026-01-01T00:00:00", 1], ["yesterday", 1], [5, 1], [None, 1], ["\x00", 1]]
BAD += [[NOON, value] for value in ("x", None, 2**63, -(2**70), [1], {"a": 1}, 1e400, float("nan"), "1\x00")]
BAD += [["\ud800", 1], ["0001-01-01T00:00:00+14:00", 1], ["9999-12-31T23:59:59-14:00", 1], ["2026-13-01T00:00Z", 1]]


@pytest.mark.parametrize("values", BAD, ids=repr)
def test_a_bent_cursor_is_the_first_page(rows, values):
    """T19: what nobody offered is left out, never an error."""
    cursor = cursor_of(["-updated_at"], values)
    page = page_by_key(rows, order=["-updated_at"], cursor=cursor, size=5)
    assert keys(page) == in_order(rows, ["-updated_at"])[:5]


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", None, ["a"], {}])
def test_text_no_database_holds_is_no_cursor(rows, value):
    """Bad input: NUL and unpaired surrogates."""
    page = page_by_key(rows, order=["subject"], cursor=cursor_of(["subject"], [value, 1]), size=5)
    assert keys(page) == in_order(rows, ["subject"])[:5]


GARBAGE = ["", "x", "====", "é", "a b", "bnVsbA", "W10", "W1tdLFtdXQ", None, 7, ["x"], "A" * 10_000, "W1tb" * 900]


@pytest.mark.parametrize("cursor", GARBAGE, ids=lambda cursor: repr(cursor)[:12])
def test_garbage_is_the_first_page(rows, cursor):
    """T19."""
    page = page_by_key(rows, order=["-updated_at"], cursor=cursor, size=5)
    assert keys(page) == in_order(rows, ["-updated_at"])[:5] and not page.previous


def test_a_cursor_of_another_order_is_the_first_page(rows):
    """Sorting anew begins anew."""
    cursor = page_by_key(rows, order=["updated_at"], size=5).next
    page = page_by_key(rows, order=["-updated_at"], cursor=cursor, size=5)
    assert keys(page) == in_order(rows, ["-updated_at"])[:5] and not page.previous


def test_what_may_be_null_cuts_no_page(rows):
    """NULL is neither before nor behind anything: a programmer hears of it at once."""
    with pytest.raises(FieldError, match="NULL"):
        page_by_key(rows, order=["closed_at"])
    with pytest.raises(FieldDoesNotExist):
        page_by_key(rows, order=["nonsense"])


def test_rows_may_be_dictionaries(rows):
    """For lists that need a few columns only."""
    plain = Ticket.objects.values("pk", "id", "updated_at")
    page = page_by_key(plain, order=["-updated_at"], size=5)
    page = page_by_key(plain, order=["-updated_at"], cursor=page.next, size=5)
    assert [row["pk"] for row in page] == in_order(rows, ["-updated_at"])[5:10] and len(page) == 5


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_the_neighbour_of_a_row_is_the_next_one_of_the_list(rows, order):
    """S153: after the reply, the next ticket."""
    wanted = in_order(rows, order)
    assert neighbour(rows, order=order, pk=wanted[3]).pk == wanted[4]
    assert neighbour(rows, order=order, pk=wanted[3], back=True).pk == wanted[2]
    assert neighbour(rows, order=order, pk=wanted[-1]) is None
    assert neighbour(rows, order=order, pk=0).pk == wanted[0]

"""Pages by key: a page starts behind the last row of the one before, however many rows there are.

Never OFFSET, never COUNT; rows that come or go between two clicks neither repeat nor hide others. The cursor is opaque
and names its order: one of another order, or garbage, is the first page.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import FieldError, ValidationError
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan, TupleLookupMixin

from .prepared import Prepared

NEXT, PREVIOUS = "n", "p"
CURSOR_LIMIT = 4000
_KEY = "page_key_"


@dataclass(frozen=True)
class Page:
    """One page of rows; ``next`` and ``previous`` are cursors, or "" where there is no such page."""

    rows: list
    next: str = ""
    previous: str = ""

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)


@dataclass(frozen=True)
class _Key:
    """One part of the order: what to sort by, which way, and the field that reads and checks its values."""

    path: str
    descending: bool
    field: object
    name: str  # under which a row carries the value


def page_by_key(queryset, *, order, cursor="", size=50) -> Page:
    """Return the page of ``queryset`` that a cursor points to, in one statement.

    ``order`` names fields as ``order_by`` does (``"-last_activity_at"``, ``"department__position"``, an annotation);
    they must not be nullable; the primary key is added to break ties. A list too short at the start (rows came or went)
    costs a second statement and is the first page.
    """
    keys = _keys(queryset, order)
    queryset = queryset.annotate(**{key.name: F(key.path) for key in keys if key.name.startswith(_KEY)})
    direction, values = _read(cursor, keys)
    if not values:
        return _first(queryset, keys, size)
    backwards = direction == PREVIOUS
    rows = list(_ordered(queryset.filter(_behind(keys, values, backwards)), keys, backwards)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if not rows or (backwards and len(rows) < size):
        return _first(queryset, keys, size)
    if backwards:
        rows.reverse()
    return Page(
        rows,
        next=_write(NEXT, keys, rows[-1]) if backwards or more else "",
        previous=_write(PREVIOUS, keys, rows[0]) if not backwards or more else "",
    )


class FirstPage:
    """The first page of a list that is asked for again and again: its statement is compiled once (lib/prepared).

    `build(*slots)` returns the queryset of values, as for `Prepared`; called with values for the slots it gives a Page.
    """

    def __init__(self, build, *, order, size=50, slots=(int,)):
        self._order, self._size, self._keys = order, size, None
        self._prepared = Prepared(lambda *slot: self._ready(build(*slot)), slots=slots)

    def _ready(self, queryset):
        self._keys = keys = _keys(queryset, self._order)
        queryset = queryset.annotate(**{key.name: F(key.path) for key in keys if key.name.startswith(_KEY)})
        return _ordered(queryset, keys, False)[: self._size + 1]

    def __call__(self, *values) -> Page:
        rows = self._prepared.dicts(*values)
        return _cut(rows, self._keys, self._size)


def neighbour(queryset, *, order, pk, back=False):
    """Return the row that follows (or precedes) the one with this primary key, or None at the end of the list.

    For a row that is not in the list it is the list's first. Two statements.
    """
    keys = _keys(queryset, order)
    queryset = queryset.annotate(**{key.name: F(key.path) for key in keys if key.name.startswith(_KEY)})
    here = queryset.filter(pk=pk).values_list(*(key.name for key in keys)).first()
    if here is None:
        return _ordered(queryset, keys, False).first()
    return _ordered(queryset.filter(_behind(keys, here, back)), keys, back).first()


def _first(queryset, keys, size) -> Page:
    return _cut(list(_ordered(queryset, keys, False)[: size + 1]), keys, size)


def _cut(rows, keys, size) -> Page:
    """Return the first page of rows that were read with one too many."""
    return Page(rows[:size], next=_write(NEXT, keys, rows[size - 1]) if len(rows) > size else "")


def _keys(queryset, order) -> list[_Key]:
    keys = [_key(queryset, part) for part in order]
    pk = queryset.model._meta.pk.name
    if not any(key.path in (pk, "pk") for key in keys):
        keys.append(_key(queryset, f"-{pk}" if keys and keys[-1].descending else pk))
    return keys


def _key(queryset, part: str) -> _Key:
    path = part.removeprefix("-")
    if path in queryset.query.annotations:
        field, name = queryset.query.annotations[path].output_field, path
    else:
        field = _field(queryset.model, path)
        name = _KEY + path.replace("__", "_") if "__" in path else field.attname
    return _Key(path, part.startswith("-"), field, name)


def _field(model, path: str):
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    if field.null:
        raise FieldError(f"{path} may be NULL: no page can be cut by it.")
    return field


def _ordered(queryset, keys, backwards: bool):
    return queryset.order_by(*(f"-{key.path}" if key.descending != backwards else key.path for key in keys))


def _behind(keys, values, backwards: bool):
    """Return the condition for the rows behind ``values``.

    One direction is one row comparison, which both databases answer from the index of the order. Mixed directions are
    ``a >= x AND (a > x OR (b < y ...))``: the first part bounds the walk along the index.
    """
    down = [key.descending != backwards for key in keys]
    if len(set(down)) == 1 and len(keys) > 1:
        lookup = _Below if down[0] else _Above
        columns = Tuple(*(F(key.path) for key in keys))
        return lookup(columns, tuple(Value(v, output_field=key.field) for key, v in zip(keys, values, strict=True)))
    condition = None
    for key, value, falls in reversed(list(zip(keys, values, down, strict=True))):
        past = Q(**{f"{key.path}__{'lt' if falls else 'gt'}": value})
        if condition is None:
            condition = past
        else:
            condition = Q(**{f"{key.path}__{'lte' if falls else 'gte'}": value}) & (past | condition)
    return condition


class _RowComparison(TupleLookupMixin):
    """``(a, b) < (x, y)`` on SQLite too, which has it since 3.15; Django would write it out and lose the index."""

    def as_sql(self, compiler, connection):
        return super(TupleLookupMixin, self).as_sql(compiler, connection)


class _Below(_RowComparison, TupleLessThan):
    pass


class _Above(_RowComparison, TupleGreaterThan):
    pass


def _write(direction: str, keys, row) -> str:
    values = [_plain(row[key.name] if isinstance(row, dict) else getattr(row, key.name)) for key in keys]
    text = json.dumps([_mark(keys), direction, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor, keys) -> tuple[str, list]:
    """Return (direction, values) of a cursor, or ("", []) for one that is not ours or not of this order."""
    if not isinstance(cursor, str) or not 0 < len(cursor) <= CURSOR_LIMIT:
        return "", []
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        mark, direction, *values = json.loads(text)
        if mark != _mark(keys) or direction not in (NEXT, PREVIOUS) or len(values) != len(keys):
            return "", []
        return direction, [_valid(key.field, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ArithmeticError, ValidationError):
        return "", []


def _mark(keys) -> str:
    """Return a short name of the order, so that a cursor of another one is known."""
    order = ",".join(f"-{key.path}" if key.descending else key.path for key in keys)
    return hashlib.sha256(order.encode()).hexdigest()[:10]


def _plain(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()  # with its microseconds, which Django's JSON encoder would cut
    if isinstance(value, date | Decimal | UUID):
        return str(value)
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"No page can be cut by {value!r}.")


def _valid(field, value):
    """Return a value of the cursor as the field holds it; raises for what no row can hold."""
    if not isinstance(value, bool | int | float | str) or (isinstance(value, str) and "\x00" in value):
        raise ValueError(value)
    if isinstance(value, str):
        value.encode()  # an unpaired surrogate raises
    value = field.to_python(value)
    if isinstance(field, DateTimeField):
        value = value.astimezone(UTC) if value.tzinfo else None
    if value is None or value != value or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError(value)
    return value

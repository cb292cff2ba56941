"""Statements compiled once.

For a page of small statements Django spends more on building their SQL, and PostgreSQL more on planning them, than the
answer takes. A `Prepared` is built once, and asked with other values as often as needed; PostgreSQL keeps its plan for
the connection. Behind a pooler that hands a connection from one transaction to the next there are no such plans: it is
announced with Django's own `DISABLE_SERVER_SIDE_CURSORS`.
"""

import re
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

MARKS = {int: lambda number: 7_000_000_000_000_000 + number, str: "\ue000slot {}\ue000".format}  # what no row holds
TYPES = {int: "bigint", str: "text"}
NAMED = re.compile(r"%\((\w+)\)s")
WORTH_A_PLAN = 3  # asked so often on one connection, a statement gets a plan of its own there
MOST_PLANS = 200  # on one connection; further statements are planned each time


class Prepared:
    """`build(*slots)` returns a queryset of `.values(...)` in which each slot stands for a value to come.

    `slots` are their types, whole numbers or text. They are compared (`filter(ticket=slot)`), never computed with.
    Compiled on first use.
    """

    def __init__(self, build: Callable, *, slots: tuple = (int,)):
        self._build, self._types = build, slots
        self._slots = [MARKS[kind](number) for number, kind in enumerate(slots)]

    @classmethod
    def of_sql(cls, sql: str, *, slots: tuple | dict = (int,)):
        """The same from SQL in which each %s is a slot, in their order; or each %(name)s, as often as it is needed:
        then `slots` are their types by name."""
        names = list(slots) if isinstance(slots, dict) else []
        prepared = cls(None, slots=tuple(slots.values()) if names else slots)
        params = [prepared._slots[names.index(name)] for name in NAMED.findall(sql)] if names else prepared._slots
        prepared.__dict__["_compiled"] = NAMED.sub("%s", sql), params, [], {}
        return prepared

    @cached_property
    def _compiled(self):
        query = self._build(*self._slots).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        if not query.selected or any(slot not in params for slot in self._slots):
            raise ValueError("A prepared statement needs values() and every slot in its SQL.")
        columns = [column for column, _sql, _alias in compiler.select]
        return sql, params, list(query.selected), compiler.get_converters(columns)

    @cached_property
    def _name(self):
        return f"prepared_{sha256(repr(self._compiled[:2]).encode()).hexdigest()[:24]}"

    def rows(self, *values) -> list[tuple]:
        """Run it with these values for the slots."""
        connection, converters = connections[DEFAULT_DB_ALIAS], self._compiled[3]
        with connection.cursor() as cursor:
            self._execute(connection, cursor, [kind(value) for kind, value in zip(self._types, values, strict=True)])
            found = cursor.fetchall()
        return [_converted(connection, row, converters) for row in found] if converters else found

    def dicts(self, *values) -> list[dict]:
        """The same as dicts, by the names given to values()."""
        rows, names = self.rows(*values), self._compiled[2]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _execute(self, connection, cursor, values):
        plan = _plans(connection) if connection.vendor == "postgresql" else None
        if plan is None or not plan.is_worth(self._name):
            return cursor.execute(self._compiled[0], self._filled(values))
        call = f"EXECUTE {self._name}" + (f"({', '.join(['%s'] * len(values))})" if values else "")
        call = cursor.mogrify(call, values).decode()
        try:
            return cursor.execute(call if plan.knows(self._name) else f"{self._planning(cursor)}; {call}")
        except DatabaseError:  # its plan was not made, or a column has another type since: next time without one
            plan.give_up(self._name)
            raise

    def _filled(self, values):
        given = dict(zip(self._slots, values, strict=True))
        return [given.get(param, param) if isinstance(param, int | str) else param for param in self._compiled[1]]

    def _planning(self, cursor):
        """The statement that gives this one a plan, its slots as $1, $2, all else as it stands."""
        from psycopg2.extensions import AsIs

        sql, params = self._compiled[:2]
        marks = {slot: AsIs(f"${number}") for number, slot in enumerate(self._slots, 1)}
        given = [marks.get(param, param) if isinstance(param, int | str) else param for param in params]
        told = cursor.mogrify(sql, given)
        types = f" ({', '.join(TYPES[kind] for kind in self._types)})" if marks else ""
        return f"PREPARE {self._name}{types} AS {told.decode()}"


class PreparedRows(Prepared):
    """The same for whole rows: `build(*slots)` returns a queryset of a model.

    `having` names its foreign keys whose rows are read with it, `but` columns of its own that are read when asked for,
    `beside` what the queryset adds to each row, which its instance gets as attributes.
    """

    def __init__(
        self, build: Callable, *, having: tuple = (), but: tuple = (), beside: tuple = (), slots: tuple = (int,)
    ):
        super().__init__(lambda *slots: self._of_values(build(*slots)), slots=slots)
        self._having, self._but, self._beside, self._parts = having, but, beside, []

    def _of_values(self, queryset):
        """The queryset's columns: the model's own first, then those of what it points to."""
        models = [("", queryset.model)]
        models += [(name, queryset.model._meta.get_field(name).related_model) for name in self._having]
        self._parts = [(name, model, [each.attname for each in model._meta.concrete_fields]) for name, model in models]
        self._parts[0] = ("", queryset.model, [column for column in self._parts[0][2] if column not in self._but])
        paths = [f"{name}__{column}" if name else column for name, _model, own in self._parts for column in own]
        return queryset.values(*paths, *self._beside)

    def models(self, *values) -> list:
        """Run it; the model's instances, with what they point to in place."""
        return [self._assembled(row) for row in self.rows(*values)]

    def first(self, *values):
        """The first of them, or None."""
        return next(iter(self.models(*values)), None)

    def _assembled(self, row):
        whole, start = None, 0
        for name, model, columns in self._parts:
            values, start = row[start : start + len(columns)], start + len(columns)
            found = model.from_db(DEFAULT_DB_ALIAS, columns, values) if values[0] is not None else None
            if name:
                setattr(whole, name, found)
            else:
                whole = found
        for name, value in zip(self._beside, row[start:], strict=True):
            setattr(whole, name, value)
        return whole


class _Plans:
    """Which statements have a plan on one connection, and how often the others were asked."""

    def __init__(self, of):
        self.of, self._asked, self._known, self._given_up = of, {}, set(), set()

    def is_worth(self, name):
        if name in self._given_up:
            return False
        if name in self._known:
            return True
        self._asked[name] = self._asked.get(name, 0) + 1
        return self._asked[name] >= WORTH_A_PLAN and len(self._known) < MOST_PLANS

    def knows(self, name):
        known = name in self._known
        self._known.add(name)
        return known

    def give_up(self, name):
        self._given_up.add(name)


def _plans(connection):
    """The plans of a connection; None where it keeps none."""
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return None
    kept = getattr(connection, "_prepared_plans", None)
    if kept is None or kept.of is not connection.connection:
        kept = connection._prepared_plans = _Plans(connection.connection)
    return kept


def _converted(connection, row, converters):
    row = list(row)
    for at, (functions, expression) in converters.items():
        for function in functions:
            row[at] = function(row[at], expression, connection)
    return row

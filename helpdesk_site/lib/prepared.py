"""Statements compiled once.

For a page of small statements Django spends more on building their SQL than the database on answering it. A `Prepared`
is built from a queryset once and asked with other values as often as needed; rows come as the queryset would give them.
"""

from collections.abc import Callable
from functools import cached_property

from django.db import connection

_SLOT = 7_000_000_000_000_000  # a whole number no row has: marks where a value goes


class Prepared:
    """`build(*slots)` returns a queryset of `.values(...)` in which each slot stands for a whole number to come.

    Slots are compared (`filter(ticket=slot)`), never computed with. Compiled on first use.
    """

    def __init__(self, build: Callable, *, slots: int = 1):
        self._build, self._slots = build, [_SLOT + number for number in range(slots)]

    @cached_property
    def _compiled(self):
        query = self._build(*self._slots).query
        compiler = query.get_compiler(connection.alias)
        sql, params = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        missing = [slot for slot in self._slots if slot not in params]
        if missing or not query.selected:
            raise ValueError("A prepared statement needs values() and every slot in its SQL.")
        return sql, params, list(query.selected), compiler.get_converters(columns)

    def rows(self, *values: int) -> list[tuple]:
        """Run it with these values for the slots."""
        sql, params, _names, converters = self._compiled
        given = dict(zip(self._slots, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(param, param) if isinstance(param, int) else param for param in params])
            found = cursor.fetchall()
        return [_converted(row, converters) for row in found] if converters else found

    def dicts(self, *values: int) -> list[dict]:
        """The same as dicts, by the names given to values()."""
        rows, names = self.rows(*values), self._compiled[2]
        return [dict(zip(names, row, strict=True)) for row in rows]


def _converted(row, converters):
    row = list(row)
    for at, (functions, expression) in converters.items():
        for function in functions:
            row[at] = function(row[at], expression, connection)
    return row

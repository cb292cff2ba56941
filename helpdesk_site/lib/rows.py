"""Rows written by statements built once.

Django builds the SQL of every `save` anew, which costs several times what the database needs to write the row. These
write the same values by SQL that depends on the model and its fields alone. No `save()` is called and no signal sent:
the house has no logic in either.
"""

from functools import cache

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections


def insert(*rows):
    """Insert new rows of one model in one statement and give them their keys."""
    if rows and connection.features.can_return_rows_from_bulk_insert:
        _insert(rows)
    else:  # an old SQLite tells the key of the last row only
        for row in rows:
            _insert([row])


def insert_if_free(row, *fields):
    """Insert a row unless another has the same values in `fields`, which must be unique together; without them, in
    anything that must be unique. Returns whether."""
    return _insert([row], taken=tuple(fields))


def update(row, fields):
    """Write these fields of a row that exists. Raises DatabaseError when it does not."""
    written, sql = _update_of(type(row), tuple(fields))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_values(row, written, add=False), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"There is no {row._meta.label} {row.pk} to write to.")


def update_if(row, changes, **held):
    """Write these values, {field: value}, to a row as long as it holds those (none of them None), and to the object.
    Returns whether it did."""
    written, sql = _update_of(type(row), tuple(changes), tuple(held))
    fields = [*written, row._meta.pk, *map(row._meta.get_field, held)]
    values = zip(fields, [*changes.values(), row.pk, *held.values()], strict=True)
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(value, connection) for field, value in values])
        if cursor.rowcount != 1:
            return False
    for name, value in changes.items():
        setattr(row, name, value)
    return True


def _insert(rows, taken=None):
    returns = connection.features.can_return_rows_from_bulk_insert
    fields, head, marks, tail = _insert_of(type(rows[0]), taken, returns)
    values = [value for row in rows for value in _values(row, fields, add=True)]
    with connection.cursor() as cursor:
        cursor.execute(f"{head}{', '.join([marks] * len(rows))}{tail}", values)
        keys = [key for (key,) in cursor.fetchall()] if returns else [cursor.lastrowid] * cursor.rowcount
    if not keys:
        return False
    for row, key in zip(rows, keys, strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias
    return True


@cache
def _insert_of(model, taken, returns):
    """(fields, the statement up to its values, the marks of one row, what follows them)."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names, marks = _quoted(field.column for field in fields), ", ".join(["%s"] * len(fields))
    target = f" ({_quoted(_columns(model, taken))})" if taken else ""
    tail = "" if taken is None else f" ON CONFLICT{target} DO NOTHING"
    if returns:
        tail += f" RETURNING {_quoted([model._meta.pk.column])}"
    return fields, f"INSERT INTO {_quoted([model._meta.db_table])} ({names}) VALUES ", f"({marks})", tail


@cache
def _update_of(model, names, held=()):
    fields = [model._meta.get_field(name) for name in names]
    settings = ", ".join(f"{_quoted([field.column])} = %s" for field in fields)
    known = " AND ".join(f"{_quoted([column])} = %s" for column in [model._meta.pk.column, *_columns(model, held)])
    return fields, f"UPDATE {_quoted([model._meta.db_table])} SET {settings} WHERE {known}"  # noqa: S608 - our names


def _columns(model, names):
    return [model._meta.get_field(name).column for name in names]


def _quoted(names):
    return ", ".join(map(connection.ops.quote_name, names))


def _values(row, fields, *, add):
    connection = connections[DEFAULT_DB_ALIAS]  # asked for each value; its stand-in costs more than the answer
    return [field.get_db_prep_save(field.pre_save(row, add), connection) for field in fields]

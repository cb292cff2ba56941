"""The tables of a test database: read whole, filled anew, the triggers on the history lifted meanwhile."""

import contextlib


def rows_of(connection, tables):
    """{table: its rows, by key}"""
    with connection.cursor() as cursor:
        return {table: selected(cursor, table) for table in tables}


def selected(cursor, table):
    cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
    return cursor.fetchall()


def fill_anew(connection, table, rows):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
        for row in rows:
            cursor.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)


@contextlib.contextmanager
def history_unlocked(connection, tables):
    """Without the triggers of these tables that refuse to change history; they stand again afterwards."""
    off, on = {"sqlite": lift_on_sqlite, "postgresql": lift_on_postgresql}[connection.vendor](connection, tables)
    run(connection, off)
    try:
        yield
    finally:
        run(connection, on)


def lift_on_sqlite(connection, tables):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'")
        triggers = [(name, sql) for name, table, sql in cursor.fetchall() if table in tables]
    return [f'DROP TRIGGER "{name}"' for name, _sql in triggers], [sql for _name, sql in triggers]


def lift_on_postgresql(connection, tables):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        locked = [table for (table,) in cursor.fetchall() if table in tables]
    return tuple([f"ALTER TABLE {table} {word} TRIGGER USER" for table in locked] for word in ("DISABLE", "ENABLE"))


def run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

"""History is append-only: the database itself refuses to change it (ARCHITECTURE, "Events, notifications, outbox").

Events and anchors can neither be changed nor deleted, on PostgreSQL not emptied either; an event's erasable texts can
be deleted (that is erasing) but not changed (T20). SQLite drops a table's triggers when a later migration remakes the
table: such a migration lays them again.
"""

from django.db import migrations

REFUSED = {
    "tickets_ticketevent": ["UPDATE", "DELETE", "TRUNCATE"],
    "tickets_anchor": ["UPDATE", "DELETE", "TRUNCATE"],
    "tickets_eventcontent": ["UPDATE"],
}


def lay(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION tickets_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'history is append-only: no % on %', TG_OP, TG_TABLE_NAME; END $$",
            params=None,
        )
    for name, table, change in triggers(schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            each = "STATEMENT" if change == "TRUNCATE" else "ROW"
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION tickets_refuse_change()"
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, 'history is append-only: no {change} on {table}'); END"
            )


def lift(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table, _change in triggers(schema_editor):
        schema_editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        schema_editor.execute("DROP FUNCTION tickets_refuse_change()")


def triggers(schema_editor):
    for table, changes in REFUSED.items():
        for change in changes:
            if change != "TRUNCATE" or schema_editor.connection.vendor == "postgresql":
                yield f"{table}_no_{change.lower()}", table, change


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_department_queue")]
    operations = [migrations.RunPython(lay, lift)]

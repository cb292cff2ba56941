"""The documents of search: tsvectors under GIN on PostgreSQL, FTS5 tables on SQLite."""
from django.db import migrations

TABLES = ["tickets_searchpublic", "tickets_searchnotes"]


def make(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TABLE {table} (ticket_id bigint PRIMARY KEY REFERENCES tickets_ticket (id) ON DELETE CASCADE,"
                " bytes integer NOT NULL, words tsvector NOT NULL)"
            )
            schema_editor.execute(f"CREATE INDEX {table}_words ON {table} USING gin (words)")
            # A walk along a list asks one document after another: keep them beside their row, not in a side table
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN words SET STORAGE MAIN")
        else:
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize=\"unicode61 remove_diacritics 0\","
                " prefix='2 3', detail='none')"
            )


def drop(apps, schema_editor):
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]

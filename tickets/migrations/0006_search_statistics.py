"""PostgreSQL: know 3,000 common words instead of 1,000, so that a word in 3 % of the tickets is known as common."""
from django.db import migrations

WORDS = 300  # the statistics target; ten words for each


def widen(apps, schema_editor):
    set_target(schema_editor, WORDS)


def narrow(apps, schema_editor):
    set_target(schema_editor, -1)


def set_target(schema_editor, target):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE tickets_searchpublic ALTER COLUMN words SET STATISTICS {target}")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_history_triggers")]

    operations = [migrations.RunPython(widen, narrow)]

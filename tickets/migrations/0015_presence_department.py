"""Who is looking says in which department that is. It is said anew every 15 seconds: what was said before is dropped."""

import django.db.models.deletion
from django.db import migrations, models


def drop(apps, _schema_editor):
    apps.get_model("tickets", "Presence").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("departments", "0009_reply_assign"), ("tickets", "0014_held_notes_and_drafts")]

    operations = [
        migrations.RunPython(drop, migrations.RunPython.noop, elidable=True),
        migrations.AddField(
            model_name="presence",
            name="department",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="departments.department",
            ),
        ),
    ]

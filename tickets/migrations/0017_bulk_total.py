"""How many tickets a job has, without reading which; where a saved view stands in one's own rail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_tag_once")]

    operations = [
        migrations.AddField("bulkjob", "total", models.PositiveIntegerField(default=0)),
        migrations.AddField("viewchoice", "position", models.PositiveSmallIntegerField(blank=True, null=True)),
    ]

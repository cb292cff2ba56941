"""When the list was drawn from which tickets were chosen; an index for filters by the day of opening."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_desk")]

    operations = [
        migrations.AddField("bulkjob", "seen_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddIndex("ticket", models.Index(fields=["created_at"], name="ticket_created")),
    ]

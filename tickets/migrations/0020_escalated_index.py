"""An index for the filter by escalation: few tickets of all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0019_replies_called_off")]

    operations = [
        migrations.AddIndex(
            "ticket",
            models.Index(fields=["-updated_at", "-id"], condition=models.Q(escalated=True), name="ticket_escalated"),
        ),
    ]

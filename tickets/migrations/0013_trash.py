from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_bulk_seen")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="hidden",
            field=models.CharField(
                blank=True,
                choices=[("", "listed"), ("spam", "Spam"), ("trash", "Trash"), ("gone", "Deleted for good")],
                default="",
                max_length=5,
            ),
        ),
    ]

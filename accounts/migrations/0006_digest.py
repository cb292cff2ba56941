from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_unwanted_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="digest",
            field=models.CharField(
                choices=[("hourly", "Every hour"), ("daily", "Every morning at eight")],
                default="daily",
                max_length=6,
                verbose_name="digest by mail",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="runs_timer",
            field=models.BooleanField(
                default=False,
                help_text="What it counts is logged with your reply, unless you take it out.",
                verbose_name="start the timer when I open a ticket",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0015_tag_keys")]

    operations = [
        migrations.AlterField(
            model_name="tag",
            name="key",
            field=models.CharField(editable=False, max_length=120, unique=True),
        ),
    ]

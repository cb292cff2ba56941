from django.db import migrations


def name_keys(apps, schema_editor):
    """What each tag is compared by; a second spelling of one word keeps its own."""
    taken = set()
    for tag in apps.get_model("tickets", "Tag").objects.order_by("pk"):
        key = tag.name.casefold()
        tag.key = f"{key} {tag.pk}" if key in taken else key
        taken.add(tag.key)
        tag.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_marking")]

    operations = [migrations.RunPython(name_keys, migrations.RunPython.noop)]

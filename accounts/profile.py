"""Keeping one's profile, and one's picture in private storage."""
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.crypto import get_random_string


def save(form):
    """Save what the valid form says, and only that; the old picture's file goes once the new row is there."""
    user, said = form.instance, form.cleaned_data
    old = user.picture.name
    if said.get("new_picture"):
        user.picture.save(f"{get_random_string(32)}.webp", ContentFile(said["new_picture"]), save=False)
    elif said.get("remove_picture"):
        user.picture = ""
    if "title" in form.changed_data:
        user.words = {}  # they were said of the old role
    user.save(update_fields=[*form.Meta.fields, "picture", "words"])
    if old and old != user.picture.name:
        transaction.on_commit(lambda: user.picture.storage.delete(old))


def switch(user, said, *, browser_zone=""):
    """Change the one setting a page asked for: `only` names it. Anything else changes nothing."""
    if said.get("only") == "single_keys":
        user.single_keys = said.get("single_keys") == "on"
        user.save(update_fields=["single_keys"])
    elif said.get("only") == "time_zone" and browser_zone:
        user.time_zone = browser_zone
        user.save(update_fields=["time_zone"])


def set_theme(user, theme):
    user.theme = theme
    user.save(update_fields=["theme"])


def set_language(user, language):
    user.language = language
    user.save(update_fields=["language"])

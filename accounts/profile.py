"""Keeping one's profile, and one's picture in private storage."""
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.crypto import get_random_string

from .models import Membership, User


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


def want_letters(user, chosen, *, organisations):
    """Be told by mail of the `chosen` of User.Letters and of nothing else that may be left; and of the tickets of the
    `organisations` with these ids, as far as the person is a member."""
    user.unwanted = [letter for letter in User.Letters.values if letter not in chosen]
    user.save(update_fields=["unwanted"])
    for row in seeing_all(user):
        row.notify = str(row.organisation_id) in organisations
        row.save(update_fields=["notify"])


def choose_digest(user, how_often):
    """Get the digest that often; anything not offered changes nothing (T19)."""
    if how_often in User.Digest.values and how_often != user.digest:
        user.digest = how_often
        user.save(update_fields=["digest"])


def letters_of(user):
    """What the form shows: (code, words, whether it is wanted) by what they are about, and the memberships."""
    Letters = User.Letters
    groups = {
        "own": [Letters.RECEIPT, Letters.ANSWERS, Letters.MY_SIDE, Letters.CLOSING],
        "joined": [Letters.JOINED_ANSWERS, Letters.JOINED_SIDE],
        "organisation": [Letters.THEIR_TICKETS, Letters.THEIR_ANSWERS],
    }
    choices = {
        name: [(letter.value, letter.label, letter not in user.unwanted) for letter in letters]
        for name, letters in groups.items()
    }
    return {**choices, "memberships": list(seeing_all(user))}


def seeing_all(user):
    """The memberships by which the person sees more than own tickets: only of those one can be told."""
    rows = user.memberships.exclude(role=Membership.Role.OWN)
    return rows.select_related("organisation").order_by("organisation__name")


def set_theme(user, theme):
    user.theme = theme
    user.save(update_fields=["theme"])


def set_language(user, language):
    user.language = language
    user.save(update_fields=["language"])

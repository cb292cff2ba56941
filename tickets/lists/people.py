"""People by what they are called: looked for while somebody types (S164, S168), among all there are, in one reading."""

from django.db import connection
from django.db.models import Q

from accounts.models import Membership


def named(words):
    """A Q over people: those whose name, address or organisation holds these words."""
    fits = Q()
    for form in spellings(words):
        of_house = Membership.objects.filter(organisation__name__icontains=form).values("user_id")
        fits |= Q(name__icontains=form) | Q(email__istartswith=form) | Q(pk__in=of_house)
    return fits


def spellings(words):
    """The ways to ask for words without regard to case: SQLite folds none beyond ASCII."""
    return {words, words.lower(), words.title()} if connection.vendor == "sqlite" else {words}

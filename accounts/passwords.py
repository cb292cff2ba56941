"""What makes a password good enough: length and no obvious words; no composition rules (SECURITY, ASVS 6.2)."""
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk_site.lib.text import fold

from . import portal

LONGEST = 128
DEMO_DOMAIN = "@example.com"
EVERYWHERE = ("helpdesk", "support", "password", "ticket")
FEWEST_DIFFERENT = 5  # characters
LEAST_LEFT = 8  # characters that must remain when the obvious words are taken out


class LengthValidator:
    """At least 12 characters, 15 for staff, at most 128. The demo's people are exempt while the demo runs."""

    def __init__(self, least=12, least_for_staff=15):
        self.least, self.least_for_staff = least, least_for_staff

    def validate(self, password, user=None):
        least = self.least_for(user)
        if len(password) < least and not is_demo_person(user):
            raise ValidationError(
                ngettext(
                    "Use at least %(least)d character.", "Use at least %(least)d characters.", least
                ) % {"least": least},
                code="password_too_short",
            )
        if len(password) > LONGEST:
            raise ValidationError(
                ngettext(
                    "Use at most %(most)d character.", "Use at most %(most)d characters.", LONGEST
                ) % {"most": LONGEST},
                code="password_too_long",
            )

    def least_for(self, user):
        return self.least_for_staff if getattr(user, "is_staff", False) else self.least

    def get_help_text(self):
        return self.help_for(None)

    def help_for(self, user):
        least = self.least_for(user)
        return ngettext(
            "At least %(least)d character. A few words in a row are good.",
            "At least %(least)d characters. A few words in a row are good.",
            least,
        ) % {"least": least}


class WalkValidator:
    """Not a walk along the alphabet, the digits or a row of keys, and not a few characters over and over."""

    ROWS = (
        "01234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "йцукенгшщзхъфывапролджэячсмитьбю",
    )
    STEPS = frozenset(step for row in ROWS for line in (row, row[::-1]) for step in zip(line, line[1:], strict=False))

    def validate(self, password, user=None):
        folded = fold(password)
        steps = list(zip(folded, folded[1:], strict=False))
        walked = sum(step in self.STEPS or step[0] == step[1] for step in steps)
        if len(set(folded)) < FEWEST_DIFFERENT or walked > 0.7 * len(steps):
            raise ValidationError(_("This password is too easy to guess. A few words in a row are good."), code="walk")

    def get_help_text(self):
        return _("Not a row of keys.")


class ContextValidator:
    """Not mostly made of words anybody here would guess: the portal's name and address, the person's own."""

    def validate(self, password, user=None):
        left = fold(password)
        for word in self.words(user):
            left = left.replace(word, "")
        if len(left) < min(LEAST_LEFT, len(password)):
            raise ValidationError(
                _("This password is too easy to guess here. Use words unrelated to you and to this portal."),
                code="password_of_this_place",
            )

    def get_help_text(self):
        return _("Not your name, your address or the name of this portal.")

    def words(self, user):
        """The words to take out, longest first."""
        said = [*EVERYWHERE, urlsplit(settings.BASE_URL).hostname or "", settings.DEFAULT_FROM_EMAIL]
        said += [portal.name(), getattr(user, "name", ""), getattr(user, "email", "")]
        found = {word for text in said for word in re.split(r"[\W_]+", fold(text)) if len(word) >= 4}
        return sorted(found, key=len, reverse=True)


def is_demo_person(user):
    """Whether this is one of the demo's people, whose password everybody reads in the terminal anyway."""
    return settings.DEMO and getattr(user, "email", "").endswith(DEMO_DOMAIN)

"""Why a mail ended as it did: codes in the database, these words on the page. The floors above add those of theirs."""
from django.utils.translation import gettext_lazy as _

_words = {
    "gave_up": _("Reading it failed three times."),
}


def name(words):
    """Add words for further codes: {code: sentence}."""
    _words.update(words)


def said(code) -> str:
    """The sentence for a code; a code nobody named is shown as it is."""
    return str(_words.get(code, code))

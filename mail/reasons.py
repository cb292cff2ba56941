"""Why a mail ended as it did: codes in the database, these words on the page. The floors above add those of theirs."""
from django.utils.translation import gettext_lazy as _

_words = {
    "gave_up": _("Reading it failed three times."),
}

_wrong = {  # what mail.parsing calls a mail's trouble
    "no_sender": _("It names no sender."),
    "several_senders": _("It names several senders, so none of them is proven."),
    "encrypted": _("It is encrypted; only who has the key can read it."),
    "too_large": _("It is larger than is read."),
    "files_cut": _("Not all of its files were read."),
    "text_cut": _("Its text is longer than is read; the rest was left out."),
    "too_many_parts": _("It has more parts than are read."),
    "too_deep": _("Its parts lie deeper in one another than is read."),
    "head_cut": _("Its head is longer than is read."),
    "wrong_boundary": _("Its parts do not begin and end where it says."),
    "not_stripped": _("Older mails in it could not be told apart from its own words."),
    "unreadable": _("It is no mail that can be read."),
}


_trusts = {  # who vouches for a mail's sender
    "authenticated": _("Authenticated mail"),
    "unverified": _("Unverified mail"),
}


def name(words):
    """Add words for further codes: {code: sentence}."""
    _words.update(words)


def said(code) -> str:
    """The sentence for a code; a code nobody named is shown as it is."""
    return str(_words.get(code, code))


def trusted(code) -> str:
    """Words for whether a mail's sender is proven; "" before it was read."""
    return str(_trusts.get(code, code))


def troubles(text) -> str:
    """Sentences for the codes of what was wrong with a mail; the words of an error are shown as they are."""
    codes = text.split()
    return " ".join(str(_wrong[code]) for code in codes) if set(codes) <= _wrong.keys() else text

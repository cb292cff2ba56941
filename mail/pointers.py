"""What leads an answer back to where it belongs: keyed Message-IDs and signed answer addresses (mail/RULES, Threading).

A reference is the caller's own word for what a letter is about ("KTR-482913#3"); here it is text. Both carry a key that
nobody else can make, so a guessed number leads nowhere.
"""

import re
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

REFERENCE = re.compile(r"(?P<letters>[a-z]{3})-?(?P<digits>\d{6})(?:\.(?P<note>n?)(?P<number>\d+))?(?:\.|$)")
OWN_ID = re.compile(r"\s*<?(?P<local>[a-z0-9.-]{1,120})\.(?P<key>[0-9a-f]{16})(?:@[^\s<>@]+)?>?\s*")
SIGNED = re.compile(r"(?P<base>[^\s@+]+)\+(?P<word>[a-z]{3}\d{6}(?:\.n)?)\.(?P<key>[0-9a-f]{16})@(?P<host>[^\s@]+)")
MESSAGE_ID, ADDRESS = "mail.message-id", "mail.answer-address"  # what a key is for
MOST = 400  # characters looked at


class Pointer(NamedTuple):
    """Where an answer belongs; `is_note` when what it answers was an internal note, or the note address was used."""

    reference: str
    is_note: bool = False


def of_message_id(message_id) -> Pointer | None:
    """The Pointer of one of our own Message-IDs, or None for any other. A mark in a body has it without its host."""
    words = words_of(message_id)
    return pointer(words) if words else None


def is_own(message_id) -> bool:
    """Whether a Message-ID is one of ours, whatever it is about."""
    return words_of(message_id) is not None


def words_of(message_id):
    """What one of our own Message-IDs says before its key; None for any other."""
    found = OWN_ID.fullmatch(str(message_id)[:MOST].lower())
    return found["local"] if found and is_signed(MESSAGE_ID, found["local"], found["key"]) else None


def answer_address(base, reference, *, note=False) -> str:
    """The signed address that leads an answer to `reference`: support+ktr482913.…@example.com.

    `base` is a department's plain address; "" gives "". `note` makes the answer an internal note.
    """
    local, _at, host = base.rpartition("@")
    if not local:
        return ""
    word = re.sub(r"[^a-z0-9]", "", reference.lower()) + (".n" if note else "")
    return f"{local}+{word}.{key_of(ADDRESS, word)}@{host}"


def of_address(address) -> Pointer | None:
    """The Pointer of a signed answer address, or None for any other address. Case does not matter."""
    found = SIGNED.fullmatch(str(address)[:MOST].lower())
    if not found or not is_signed(ADDRESS, found["word"], found["key"]):
        return None
    return pointer(found["word"])


def plain_address(address) -> str:
    """An address in lower case, without what stands after a plus: "support+ktr….x@example.com" is support's."""
    local, at, host = str(address).strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{host}"


def pointer(words):
    found = REFERENCE.match(words)
    if not found:
        return None
    note = found["note"] == "n" or words.endswith(".n")
    return Pointer(f"{found['letters']}-{found['digits']}".upper(), note)


def key_of(purpose, words, secret=None):
    return salted_hmac(purpose, words, secret=secret or settings.SECRET_KEY, algorithm="sha256").hexdigest()[:16]


def is_signed(purpose, words, key):
    """Whether the key is one we made, with today's secret or one of those before."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(key, key_of(purpose, words, secret)) for secret in secrets)

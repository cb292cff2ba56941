"""Secrets kept in the database: sealed with the first of FIELD_ENCRYPTION_KEYS, opened with any of them (T20)."""
import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):  # noqa: N818 - named as the desk says it
    """None of the keys opens the secret: it was sealed with one that is no longer in FIELD_ENCRYPTION_KEYS."""


def seal(text: str) -> str:
    """Return a secret as it may be stored; "" stays ""."""
    return _box().encrypt(str(text).encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """Return the secret that was sealed; "" stays "". Raises Unreadable."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except (InvalidToken, ValueError) as error:
        raise Unreadable("FIELD_ENCRYPTION_KEYS") from error


def seal_anew(sealed: str) -> str:
    """Return the same secret sealed with the newest key, after a new one was put in front. Raises Unreadable."""
    return seal(unseal(sealed))


def _box():
    return MultiFernet([Fernet(_key(key)) for key in settings.FIELD_ENCRYPTION_KEYS])


def _key(text):
    """A Fernet key as it is; any other long text becomes one, so that a key may be made in the usual way."""
    try:
        if len(base64.urlsafe_b64decode(text)) == 32:
            return text
    except ValueError:
        pass
    return base64.urlsafe_b64encode(hashlib.sha256(b"helpdesk.field-encryption:" + text.encode()).digest())

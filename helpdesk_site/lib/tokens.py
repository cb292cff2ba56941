"""Secrets in links, ticket numbers and signed values."""
import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta

from django.core import signing

CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, and Y can be one: no word comes out by chance
_NUMBER = re.compile(r"\W*([BCDFGHJKLMNPQRSTVWXZ]{3})[\s\-\u2010-\u2015\u2212]*([0-9]{6})\W*", re.IGNORECASE | re.ASCII)
_SALT = "helpdesk."


def new_token() -> str:
    """Return a fresh secret of 256 bits, fit for a URL; what is stored is its hash (SECURITY V9)."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token in hex; a random secret of 256 bits needs no salt and no slow hash."""
    return hashlib.sha256(str(token).encode("utf-8", "surrogatepass")).hexdigest()


def ticket_number() -> str:
    """Draw a number like ``KTR-482913``, all nine characters random; whoever stores it draws anew when it is taken."""
    letters = "".join(secrets.choice(CONSONANTS) for _ in range(3))
    return f"{letters}-{secrets.randbelow(1_000_000):06}"


def clean_number(text) -> str:
    """Return the ticket number somebody typed (``#ktr 482913``, ``[KTR-482913]``) as it is stored, or "" (CONTRACT)."""
    if not isinstance(text, str) or len(text) > 40:
        return ""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    return f"{found[1].upper()}-{found[2]}" if found else ""


def sign(purpose: str, value) -> str:
    """Return a URL-safe text that holds ``value`` (anything JSON) signed for one purpose.

    For what may be forged only by us but grants little (unsubscribing, rating); what grants sight is a random
    token in the database (SECURITY V9).
    """
    return signing.dumps(value, salt=_salt(purpose))


def unsign(purpose: str, token, max_age: int | timedelta):
    """Return the value signed for ``purpose`` at most ``max_age`` (seconds) ago, or None for anything else (T15)."""
    if not isinstance(token, str) or not token or len(token) > 8000 or not token.isascii():
        return None
    try:
        return signing.loads(token, salt=_salt(purpose), max_age=max_age)
    except (signing.BadSignature, ValueError):
        return None


def _salt(purpose: str) -> str:
    if not purpose:
        raise ValueError("A signature needs a purpose.")
    return _SALT + purpose

"""The arithmetic of tamper-evident history: HMAC-SHA256 over canonical JSON, under keys of its own (SECURITY, T20)."""

import hashlib
import hmac
import json

from django.conf import settings


def key_id(key):
    """Eight hex digits that name a key without telling it."""
    return hashlib.sha256(b"history-key:" + key.encode()).hexdigest()[:8]


def current_key():
    return settings.HISTORY_KEYS[0]


def key_named(name):
    """The key with this id, or None when it was taken out of HISTORY_KEYS."""
    return next((key for key in settings.HISTORY_KEYS if key_id(key) == name), None)


def canonical(content):
    """`content` (codes, ids, ISO times) as one unambiguous byte string."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal(content, *, previous_hash, key=None):
    """The hash of one link: over its content and the hash before it. Returns 64 hex digits."""
    key = key or current_key()
    return hmac.new(key.encode(), previous_hash.encode() + b"|" + canonical(content), hashlib.sha256).hexdigest()


def fingerprint(text, salt):
    """What an event keeps of a text that may have to be erased: sha256(salt + text)."""
    return hashlib.sha256((salt + text).encode()).hexdigest()

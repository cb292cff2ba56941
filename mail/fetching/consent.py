"""The question to a mailbox's owner whether the portal may read it, at Google or Microsoft (OAuth 2, RFC 6749, 4.1).

The answer is of use to whoever asked alone: a state keeps out another's answer, and PKCE (RFC 7636) makes one that is
overheard worth nothing.
"""
import base64
import hashlib
import json
import secrets
import time
from urllib.parse import urlencode

from django.conf import settings
from django.utils.crypto import constant_time_compare

from helpdesk_site.lib import sealing

from ..models import Mailbox
from .access import SCOPES, address

GOOD_FOR = 600  # seconds between question and answer
LONGEST = 4_096  # characters of an answer
ASKED = {  # what each provider wants to know besides, for a refresh token to come back
    Mailbox.Auth.GOOGLE: {"scope": "https://mail.google.com/", "access_type": "offline", "prompt": "consent"},
    Mailbox.Auth.MICROSOFT: {"scope": SCOPES[Mailbox.Auth.MICROSOFT], "response_mode": "query"},
}


def new_question(mailbox) -> dict:
    """What is remembered of a question, in a session: whose it is, and what its answer is known by."""
    verifier = sealing.seal(secrets.token_urlsafe(64))
    return {"mailbox": mailbox.pk, "state": secrets.token_urlsafe(32), "verifier": verifier, "at": time.time()}


def is_open(question) -> bool:
    """Whether there is a question whose answer may still come."""
    return bool(question) and 0 <= time.time() - question["at"] <= GOOD_FOR


def is_answer(question, state) -> bool:
    """Whether what came back with this state answers the question."""
    return is_open(question) and constant_time_compare(question["state"], state)


def address_of(question, mailbox, *, back) -> str:
    """Where the owner is asked; the answer comes to `back`. Raises sealing.Unreadable."""
    digest = hashlib.sha256(sealing.unseal(question["verifier"]).encode()).digest()
    words = {
        "response_type": "code",
        "client_id": mailbox.client_id,
        "redirect_uri": back,
        "state": question["state"],
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "login_hint": mailbox.username,
        **ASKED[mailbox.auth],
    }
    return f"{address(settings.MAIL_OAUTH_QUESTION, mailbox)}?{urlencode(words)}"


def keep_answer(question, mailbox, code, *, back):
    """Keep a leave, sealed, for whoever signs in to the mailbox next. Raises sealing.Unreadable."""
    grant = {"code": code[:LONGEST], "code_verifier": sealing.unseal(question["verifier"]), "redirect_uri": back}
    mailbox.sealed_grant = sealing.seal(json.dumps(grant))
    mailbox.retry_at, mailbox.failures = None, 0
    mailbox.save(update_fields=["sealed_grant", "retry_at", "failures"])

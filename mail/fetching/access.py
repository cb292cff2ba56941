"""What a mailbox signs in with: its password, or an access token bought with its refresh token (OAuth 2, XOAUTH2)."""
import http.client
import json
import socket
from hashlib import sha256
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.core.cache import cache

from helpdesk_site.lib import sealing

from ..models import Mailbox
from .dialing import dial, secured
from .trouble import Problem, Trouble

LONGEST_ANSWER = 65_536  # bytes
SCOPES = {
    Mailbox.Auth.GOOGLE: "",  # Google knows what was granted
    Mailbox.Auth.MICROSOFT: "https://outlook.office.com/IMAP.AccessAsUser.All"
    " https://outlook.office.com/POP.AccessAsUser.All offline_access",
}


def password(mailbox):
    """The stored password or refresh token. Raises Trouble when no key opens it."""
    try:
        return mailbox.secret
    except sealing.Unreadable as error:
        raise Trouble(Problem.SEALED) from error


def xoauth2(mailbox, patience):
    """The words that sign in with an access token, before base64."""
    return f"user={mailbox.username}\1auth=Bearer {access_token(mailbox, patience)}\1\1".encode()


def access_token(mailbox, patience):
    """A token that is valid now, from the cache or fresh from the provider. Raises Trouble."""
    key = f"mail.access:{mailbox.pk}:{sha256(mailbox.sealed_secret.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept:
        try:
            return sealing.unseal(kept)
        except sealing.Unreadable:
            pass
    answer = ask(mailbox, patience)
    token, lasts = answer["access_token"], answer.get("expires_in")
    lasts = lasts if isinstance(lasts, int) else 600
    if lasts > 120:
        cache.set(key, sealing.seal(token), lasts - 60)
    keep_newer(mailbox, answer.get("refresh_token"))
    return token


def ask(mailbox, patience):
    """What the provider's token endpoint answers. Raises Trouble."""
    wanted = {
        "grant_type": "refresh_token",
        "refresh_token": password(mailbox),
        "client_id": mailbox.client_id,
        "client_secret": client_secret(mailbox),
        "scope": SCOPES[mailbox.auth],
    }
    body = urlencode({name: value for name, value in wanted.items() if value})
    status, text = post(address(mailbox), body, patience)
    try:
        answer = json.loads(text)
    except ValueError:
        answer = {}
    if status == 200 and isinstance(answer, dict) and isinstance(answer.get("access_token"), str):
        return answer
    said = answer if isinstance(answer, dict) else {}
    words = f"{said.get('error', status)} {said.get('error_description', '')}"
    raise Trouble(Problem.TOKEN if 400 <= status < 500 and status != 429 else Problem.PROVIDER, words)


def address(mailbox):
    tenant = quote(mailbox.tenant or "common", safe="")
    return settings.MAIL_OAUTH[mailbox.auth].replace("{tenant}", tenant)


def client_secret(mailbox):
    try:
        return mailbox.client_secret
    except sealing.Unreadable as error:
        raise Trouble(Problem.SEALED) from error


def keep_newer(mailbox, token):
    """Microsoft may hand out a new refresh token with the access token; the old one ends some day."""
    if isinstance(token, str) and token and token != mailbox.secret:
        before = mailbox.sealed_secret
        mailbox.secret = token
        Mailbox.objects.filter(pk=mailbox.pk, sealed_secret=before).update(sealed_secret=mailbox.sealed_secret)


def post(url, body, patience):
    """(status, body) of one POST, over a line of ours; redirects are not followed. Raises Trouble."""
    parts = urlsplit(url)
    safe = parts.scheme == "https"
    connection = http.client.HTTPConnection(parts.hostname, parts.port or (443 if safe else 80))
    try:
        line = dial(parts.hostname, connection.port, patience)
        connection.sock = secured(line, parts.hostname) if safe else line
        connection.request("POST", parts.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, answer.read(LONGEST_ANSWER)
    except (OSError, http.client.HTTPException, socket.gaierror) as error:
        raise Trouble(Problem.PROVIDER, error) from error
    finally:
        connection.close()

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
    if mailbox.sealed_grant and (answer := exchanged(mailbox, patience)):
        return kept(mailbox, answer)
    if stored := cache.get(cache_key(mailbox)):
        try:
            return sealing.unseal(stored)
        except sealing.Unreadable:
            pass
    answer = ask(mailbox, patience, grant_type="refresh_token", refresh_token=password(mailbox))
    keep_newer(mailbox, answer.get("refresh_token"))
    return kept(mailbox, answer)


def exchanged(mailbox, patience):
    """Exchange the provider's leave, which came by the operator's browser, for a refresh token. Raises Trouble.

    It is good once and for minutes, so it is taken out first, and put back when the provider was not reached. Returns
    what the provider says; None when somebody else was quicker.
    """
    sealed, mailbox.sealed_grant = mailbox.sealed_grant, ""
    if not Mailbox.objects.filter(pk=mailbox.pk, sealed_grant=sealed).update(sealed_grant=""):
        mailbox.refresh_from_db(fields=["sealed_secret"])
        return None
    try:
        answer = ask(mailbox, patience, grant_type="authorization_code", **json.loads(sealing.unseal(sealed)))
    except sealing.Unreadable as error:
        raise Trouble(Problem.SEALED) from error
    except Trouble as trouble:
        if trouble.problem == Problem.PROVIDER:
            Mailbox.objects.filter(pk=mailbox.pk, sealed_grant="").update(sealed_grant=sealed)
        raise
    if not isinstance(answer.get("refresh_token"), str):
        raise Trouble(Problem.TOKEN, "no refresh_token")
    mailbox.secret = answer["refresh_token"]
    Mailbox.objects.filter(pk=mailbox.pk).update(sealed_secret=mailbox.sealed_secret)
    return answer


def kept(mailbox, answer):
    """The access token of an answer, kept for as long as it lasts."""
    token, lasts = answer["access_token"], answer.get("expires_in")
    lasts = lasts if isinstance(lasts, int) else 600
    if lasts > 120:
        cache.set(cache_key(mailbox), sealing.seal(token), lasts - 60)
    return token


def cache_key(mailbox):
    return f"mail.access:{mailbox.pk}:{sha256(mailbox.sealed_secret.encode()).hexdigest()}"


def ask(mailbox, patience, **grant):
    """What the provider's token endpoint answers. Raises Trouble."""
    wanted = {
        **grant,
        "client_id": mailbox.client_id,
        "client_secret": client_secret(mailbox),
        "scope": SCOPES[mailbox.auth],
    }
    body = urlencode({name: value for name, value in wanted.items() if value})
    status, text = post(address(settings.MAIL_OAUTH, mailbox), body, patience)
    try:
        answer = json.loads(text)
    except ValueError:
        answer = {}
    if status == 200 and isinstance(answer, dict) and isinstance(answer.get("access_token"), str):
        return answer
    said = answer if isinstance(answer, dict) else {}
    words = f"{said.get('error', status)} {said.get('error_description', '')}"
    raise Trouble(Problem.TOKEN if 400 <= status < 500 and status != 429 else Problem.PROVIDER, words)


def address(endpoints, mailbox):
    """The provider's address for this mailbox; `endpoints` as in the settings."""
    tenant = quote(mailbox.tenant or "common", safe="")
    return endpoints[mailbox.auth].replace("{tenant}", tenant)


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

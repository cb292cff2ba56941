"""Writing letters into the outbox: a row inside the caller's transaction, a kick to the worker once it is committed.

Upper floors call `enqueue`, or `compose` and `post` for several letters of one act, and `earlier`, `cancel`,
`send_again`, `new_message_id`, `thread_id`, `is_ours`. Nothing here speaks SMTP.
"""
import logging
import re
import secrets
import threading
from contextlib import contextmanager
from email.utils import parseaddr
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone

from helpdesk_site.lib import rows
from helpdesk_site.lib.text import clean_input, clean_line

from . import pointers, tasks
from .models import Kind, OutgoingFile, OutgoingMail
from .signals import mail_failed

log = logging.getLogger(__name__)

State, Trouble = OutgoingMail.State, OutgoingMail.Trouble

MOST_REFERENCES = 20  # besides the first, which is the ticket's own
OWN_HEADERS = re.compile(  # written by mail.letter alone
    r"(from|sender|to|cc|bcc|reply-to|subject|date|message-id|in-reply-to|references|return-path|received|mime-version"
    r"|content-.*|resent-.*|dkim-.*|arc-.*)",
    re.IGNORECASE,
)
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
MESSAGE_ID = re.compile(r"<[^<>\s@]{1,180}@[^<>\s@]{1,120}>", re.ASCII)
SENDER = re.compile(r"[^\s<>\"(),:;@\[\]\\\x00-\x1f\x7f]{1,64}@[^\s<>\"(),:;@\[\]\\\x00-\x1f\x7f]{1,255}")


class File(NamedTuple):
    """A file to go with a letter; `stored_as` is its name in the "attachments" storage."""

    name: str
    content_type: str
    size: int
    stored_as: str


def enqueue(**letter) -> OutgoingMail:
    """Write one letter, as `compose` takes it, into the outbox in the caller's transaction; its delivery is kicked on
    commit."""
    mail = compose(**letter)
    post(mail)
    return mail


def compose(
    *, to, to_name="", user=None, kind, subject, text, html="", from_name="", from_address="", reply_to="",
    message_id="", in_reply_to="", references=(), headers=None, files=(), language="", secret=False, due_at=None,
    reference="", undeliverable=False,
) -> OutgoingMail:
    """One letter to one person, to be given to `post` in the same transaction.

    What does not belong into a header (line ends, NUL, surrogates) is taken out here (T12). An address that is none
    gives a row in state "failed" and `mail_failed` on commit, never an exception: a typing error in an address must
    not undo the reply it was for. So does one that is known to be `undeliverable`. `secret` letters are blanked when
    they are finished; `files` are `File`s.
    """
    address = clean_address(to)
    now = timezone.now()
    trouble = Trouble.BAD_ADDRESS if not address else Trouble.BOUNCED if undeliverable else ""
    refused = {"state": State.FAILED, "trouble": trouble} if trouble else {}
    kept = {} if secret and refused else {"text": clean_input(text), "html": clean_input(html)}
    mail = OutgoingMail(
        message_id=clean_message_id(message_id) or new_message_id(reference),
        kind=clean_line(kind)[:30],
        reference=clean_line(reference)[:80],
        user=user,
        to_address=address or clean_line(str(to))[:320],
        to_name=clean_line(to_name)[:200],
        **sender_of(from_address, from_name),
        reply_to=clean_sender(reply_to),
        language=language[:10],
        subject=clean_line(str(subject)[:4000])[:500],
        **kept,
        in_reply_to=clean_message_id(in_reply_to),
        references=" ".join(clean_references(references)),
        headers={**automatic_headers(kind), **clean_headers(headers or {})},
        secret=secret,
        due_at=due_at or now,
        created_at=now,
        **refused,
    )
    mail.enclosed = list(files)
    return mail


def post(*mails):
    """Put composed letters into the outbox, in the caller's transaction; those due are kicked on commit."""
    rows.insert(*mails)
    for mail in mails:
        if mail.enclosed:
            _add_files(mail, mail.enclosed)
        if mail.state == State.FAILED:
            transaction.on_commit(partial(_tell_of, mail))
        elif mail.due_at <= mail.created_at:
            kick(mail)


def earlier(references, users):
    """{user id: Message-IDs of the letters about one of `references` to one of these people}, oldest first."""
    found, table = {}, OutgoingMail._meta.db_table
    about, people = (", ".join(["%s"] * len(values)) for values in (references, users))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT user_id, message_id FROM {table} WHERE reference IN ({about}) AND user_id IN ({people})"  # noqa: S608
            " ORDER BY id",
            [*references, *(user.pk for user in users)],
        )
        for user, message_id in cursor:
            found.setdefault(user, []).append(message_id)
    return found


def cancel(mail) -> bool:
    """Take a waiting letter back (undo of a send). False when it is on its way, or finished already."""
    waiting = OutgoingMail.objects.filter(pk=mail.pk, state__in=[State.QUEUED, State.RETRY])
    blank = {"text": "", "html": ""} if mail.secret else {}
    cancelled = waiting.update(state=State.CANCELLED, retry_at=None, **blank) == 1
    mail.refresh_from_db()
    return cancelled


def send_again(mail) -> bool:
    """Queue a letter anew, with its old Message-ID. False when it is just being sent or its text is gone."""
    if mail.is_blanked or not clean_address(mail.to_address):
        return False
    again = OutgoingMail.objects.filter(pk=mail.pk).exclude(state=State.SENDING).update(
        state=State.QUEUED, due_at=timezone.now(), attempts=0, retry_at=None, sent_at=None, trouble="", answer="",
        claimed_at=None, claimed_by="",
    )
    if again:
        mail.refresh_from_db()
        kick(mail)
    return again == 1


# Message-IDs


def new_message_id(reference="") -> str:
    """A fresh Message-ID such as `<ktr-482913.3.…@host>`; the keyed part lets us know our own again (mail/RULES 3)."""
    return _message_id(reference, secrets.token_hex(6))


def thread_id(reference) -> str:
    """The id that stands first in References of every letter about `reference`, so that they stay together."""
    return _message_id(reference, "thread")


def is_ours(message_id) -> bool:
    """True for a Message-ID that `new_message_id` or `thread_id` made; nobody can make one up for another's ticket."""
    return pointers.is_own(message_id)


def _message_id(reference, mark):
    words = re.sub(r"[^a-z0-9-]+", ".", str(reference).lower()).strip(".")[:80]
    local = f"{words}.{mark}" if words else mark
    host = settings.SITE_HOSTNAME if "." in settings.SITE_HOSTNAME else f"{settings.SITE_HOSTNAME}.localdomain"
    return f"<{local}.{pointers.key_of(pointers.MESSAGE_ID, local)}@{host.lower()}>"


# Cleaning


def clean_address(address) -> str:
    """The address when a letter can be sent to it, else "". Quoted local parts and `.invalid` are none."""
    address = str(address or "").strip()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if SENDER.fullmatch(address) and not address.lower().endswith(".invalid") else ""


def clean_sender(address) -> str:
    """An address we write in From or Reply-To: a host without a dot is fine there, a line end is not."""
    address = str(address or "").strip()
    return address if SENDER.fullmatch(address) else ""


def sender_of(address, name):
    """From: the department's name and address, else the site's."""
    site_name, site_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    given_name, given_address = parseaddr(str(address)) if "<" in str(address) else ("", address)
    return {
        "from_address": clean_sender(given_address) or clean_sender(site_address),
        "from_name": clean_line(name or given_name or site_name)[:200],
    }


def clean_message_id(text) -> str:
    """One Message-ID with its brackets, or "" for anything else."""
    found = MESSAGE_ID.fullmatch(str(text or "").strip())
    return found[0] if found and len(found[0]) <= 255 else ""


def clean_references(references) -> list[str]:
    """The Message-IDs of a list or header text: junk out, each once, the first and the newest kept."""
    given = references if isinstance(references, str) else " ".join(str(one) for one in references)
    ids = list(dict.fromkeys(MESSAGE_ID.findall(given)))
    return ids if len(ids) <= MOST_REFERENCES + 1 else [ids[0], *ids[-MOST_REFERENCES:]]


def clean_headers(headers) -> dict[str, str]:
    """Further headers, without those that only mail.letter writes and without anything that is no header name."""
    return {
        name: clean_line(value)[:900]
        for name, value in headers.items()
        if HEADER_NAME.fullmatch(name) and not OWN_HEADERS.fullmatch(name)
    }


def automatic_headers(kind) -> dict[str, str]:
    """How automatic a letter is (RFC 3834). A person's reply is not: an absent client's answer to it is worth knowing.

    The receipt answers a message; all else is a notice. They ask for silence, so that two robots never talk.
    """
    if kind == Kind.REPLY:
        return {}
    headers = {
        "Auto-Submitted": "auto-replied" if kind in (Kind.RECEIPT, Kind.REFUSED) else "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    return headers if kind in (Kind.ACCOUNT, Kind.GUEST_PASS) else {**headers, "Precedence": "bulk"}


# The kick

_batches = threading.local()
MOST_IN_A_KICK = 50


def kick(mail):
    """Ask a worker to deliver the letter once the transaction is committed: one message for all letters of a click.

    The batch is shared by the letters of a transaction; whichever callback runs first takes it whole. After a rollback
    its ids are left over and name no row: harmless. A dead broker never reaches the page; the sweep is sure.
    """
    batch = getattr(_batches, "open", None)
    if batch is None or len(batch) >= MOST_IN_A_KICK:
        batch = _batches.open = []
    batch.append(mail.pk)
    transaction.on_commit(lambda: _kick(batch))


@contextmanager
def one_kick():
    """Let the letters of several transactions share their kick: it is sent when the block ends, however it does."""
    outer, held = getattr(_batches, "held", None), []
    _batches.held = held
    try:
        yield
    finally:
        _batches.held = outer
        for at in range(0, len(held), MOST_IN_A_KICK):
            _kick(held[at : at + MOST_IN_A_KICK])


def _kick(batch):
    ids, batch[:] = list(batch), []
    held = getattr(_batches, "held", None)
    if held is not None:
        held += ids
        return
    if not ids:
        return
    try:
        tasks.deliver.delay(*ids)
    except Exception:  # whatever a broker or its client may throw
        log.warning("The broker took no kick for %s letters; the sweep will send them.", len(ids), exc_info=True)


def _add_files(mail, files):
    OutgoingFile.objects.bulk_create(
        OutgoingFile(
            mail=mail,
            name=clean_line(file.name)[:255] or "file",
            content_type=clean_line(file.content_type)[:150],
            size=file.size or 0,
            stored_as=file.stored_as,
        )
        for file in files
    )


def _tell_of(mail):
    for receiver, answer in mail_failed.send_robust(sender=OutgoingMail, mail=mail):
        if isinstance(answer, Exception):
            log.error("%s could not take in that letter %s failed.", receiver, mail.pk, exc_info=answer)

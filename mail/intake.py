"""Letters in: the bytes are kept before anybody looks into them, each mail once, and given out to be read (T05).

The ways in call `store`; the floor above calls `claim` (or `take`), `open_raw`, and then one of `finish`, `hold`,
`quarantine` in the very transaction in which it acts on the mail, so that an act and its note stand or fall together.
"""
import hashlib
import logging
import os
import re
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from helpdesk_site.lib import rows
from helpdesk_site.lib.prepared import Prepared
from helpdesk_site.lib.text import clean_input, clean_line

from .models import MOST_TRIES, TAKEN_TOO_LONG, IncomingMail, KnownPlace
from .signals import mail_arrived

log = logging.getLogger(__name__)

State, Outcome = IncomingMail.State, IncomingMail.Outcome

_older = Prepared(lambda pk: IncomingMail.objects.filter(state=State.NEW, pk__lt=pk).values("pk")[:1])

PEEKED = 65_536  # bytes of a mail that are looked at for its Message-ID


class Lost(Exception):  # noqa: N818 - named as the desk says it
    """Somebody else has the mail by now; what was done for it in this transaction must not stand."""


# Storing


def store(
    raw: bytes, *, source, mailbox=None, folder="", uid_validity=None, uid=None, envelope_from="", envelope_to=(),
    cut_from=None,
) -> IncomingMail:
    """Keep the bytes of a mail, first as a file, then as a row, and tell of it once that is committed.

    The same bytes give the row that is there already, from whatever way and however many at once (T05). `cut_from` is
    the true size of a mail of which only the beginning could be taken. Raises OSError when the disk takes no more: the
    mail must then stay where it is.
    """
    content_hash = hashlib.sha256(raw).hexdigest()
    recipients = [clean_line(address)[:320] for address in envelope_to]
    stored_as = _keep(raw, content_hash)
    position = {"mailbox": mailbox, "folder": clean_line(folder)[:200], "uid_validity": uid_validity, "uid": uid}
    given = {
        "content_hash": content_hash,
        "message_id": peek_message_id(raw),
        "source": source,
        "envelope_from": clean_line(envelope_from)[:320],
        "envelope_to": recipients,
        "stored_as": stored_as,
        "size": len(raw),
        "cut_from": cut_from,
    }
    row = IncomingMail(**given, **position)
    for _attempt in range(5):
        if rows.insert_if_free(row):
            transaction.on_commit(partial(_tell_of, row))
            return row
        if known := _known(content_hash, recipients):
            if known.stored_as != stored_as:  # redacted since (mail.erasing): what was taken out does not come back
                storages["letters"].delete(stored_as)
            _remember_place(known, position)
            return known
        # somebody else was quicker with the Message-ID or the place in the mailbox
        row = IncomingMail(**given, **_free(position), copy_of=_first(given["message_id"]))
    raise IntegrityError(f"The mail {content_hash} found no place in the raw store.")


def keep(raw: bytes) -> str:
    """Keep bytes in the raw store, without a row yet. Returns the name of their file. Raises OSError."""
    return _keep(raw, hashlib.sha256(raw).hexdigest())


def open_raw(row) -> bytes:
    """The mail as it came. Raises OSError when its file cannot be read."""
    with storages["letters"].open(row.stored_as) as file:
        return file.read()


def peek_message_id(raw: bytes) -> str:
    """The Message-ID as far as a look at the first 64 kB shows it, with its brackets; "" when there is none."""
    for line in _header_lines(raw[:PEEKED]):
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() == b"message-id":
            found = re.search(rb"<([^<>\s]+)>", value) or re.search(rb"([^<>\s]+@[^<>\s]+)", value)
            return clean_line(f"<{found[1].decode('utf-8', 'replace')}>")[:255] if found else ""
    return ""


def _header_lines(head):
    """The header's lines with their continuations, one by one, until the empty line."""
    parts = []
    for part in head.lstrip(b"\r\n").splitlines():
        is_continued = part[:1] in (b" ", b"\t") and part.strip()
        if parts and not is_continued:
            yield b" ".join(parts)
            parts = []
        if not part.strip():
            return
        parts.append(part.strip())
    yield b" ".join(parts)


def _known(content_hash, recipients):
    """The row that has these bytes already. Whom else they were for is added to it."""
    row = IncomingMail.objects.filter(content_hash=content_hash).first()
    if row is None or set(recipients) <= set(row.envelope_to):
        return row
    with transaction.atomic():
        row = IncomingMail.objects.select_for_update().get(pk=row.pk)
        row.envelope_to = list(dict.fromkeys([*row.envelope_to, *recipients]))
        row.save(update_fields=["envelope_to"])
    return row


def _remember_place(row, position):
    """Note that the bytes of this row lie in another place too: a mailbox that keeps its mails is read once."""
    if position["uid"] is not None and any(getattr(row, name) != value for name, value in position.items()):
        KnownPlace.objects.bulk_create([KnownPlace(**position)], ignore_conflicts=True)


def _first(message_id):
    return IncomingMail.objects.filter(message_id=message_id, copy_of=None).first() if message_id else None


def _free(position):
    """The place in the mailbox, or none when other bytes came from there: a server may err, and we lose nothing."""
    if position["uid"] is None or not IncomingMail.objects.filter(**position).exists():
        return position
    return {**position, "uid": None}


def _keep(raw, content_hash):
    """Write the bytes under their hash: temp, fsync, rename, fsync of the folder. What is there already stays."""
    name = f"{content_hash[:2]}/{content_hash}"
    target = Path(storages["letters"].path(name))
    if target.is_file() and target.stat().st_size == len(raw):
        return name
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = target.with_name(f"{uuid.uuid4().hex}.part")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync(target.parent)
    return name


def _sync(folder):
    """A new name is safe when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tell_of(row):
    for receiver, answer in mail_arrived.send_robust(sender=IncomingMail, row=row):
        if isinstance(answer, Exception):
            log.error("%s could not take in that mail %s arrived.", receiver, row.pk, exc_info=answer)


# Giving out


def waits_before(row) -> bool:
    """Whether an older mail waits to be read: whoever comes for that one reads this one too."""
    return bool(_older.rows(row.pk))


def claim(limit=1, *, at=None) -> list[IncomingMail]:
    """Up to `limit` mails, now ours to read, oldest first.

    A mail somebody has had for ten minutes is claimed again, alone, so that one that kills its reader costs no other
    an attempt; after three attempts it is set aside.
    """
    now = at or timezone.now()
    left_behind = IncomingMail.objects.filter(state=State.TAKEN, claimed_at__lte=now - TAKEN_TOO_LONG)
    if left_behind.exists():
        _give_up(left_behind, now)
        if claimed := _claimed(left_behind.order_by("claimed_at"), 1, now):
            return claimed
    return _claimed(IncomingMail.objects.filter(state=State.NEW).order_by("pk"), limit, now)


def take(row, *, at=None) -> bool:
    """Make this very mail ours: a new one, or one that is held or was set aside. False when another has it, or it is
    done."""
    free = Q(state__in=[State.NEW, State.HELD, State.QUARANTINED])
    taken = _mark(IncomingMail.objects.filter(free, pk=row.pk), at or timezone.now(), _holder())
    row.refresh_from_db()
    return taken == 1


def _claimed(mails, limit, now):
    holder = _holder()
    with transaction.atomic():
        ids = list(mails.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        if not ids or not _mark(IncomingMail.objects.filter(pk__in=ids), now, holder):
            return []
    return list(IncomingMail.objects.filter(pk__in=ids, claimed_by=holder).select_related("mailbox").order_by("pk"))


def _mark(mails, now, holder):
    return mails.update(state=State.TAKEN, claimed_at=now, claimed_by=holder, attempts=F("attempts") + 1)


def _holder():
    return f"{os.getpid()}:{uuid.uuid4().hex}"


def _give_up(left_behind, now):
    left_behind.filter(attempts__gte=MOST_TRIES).update(
        state=State.QUARANTINED, outcome=Outcome.QUARANTINED, reason="gave_up", claimed_by="", handled_at=now,
    )


# How it ended


def finish(row, *, outcome, reason="", reference="", **more):
    """Note what became of a mail that is ours. Raises Lost when it is not any more: the caller's transaction ends.

    `more`: the `letter` it was read as, its sender's `trust`, whose it is (`desk`), and who decided (`by`).
    """
    state = State.QUARANTINED if outcome == Outcome.QUARANTINED else State.DONE
    _end(row, state=state, outcome=outcome, reason=reason, reference=reference, **more)


def hold(row, *, reason, outcome=Outcome.QUARANTINED, **more):
    """Keep a mail of ours for staff to decide on. Raises Lost when it is not ours any more."""
    _end(row, state=State.HELD, outcome=outcome, reason=reason, **more)


def quarantine(row, reason, trouble="", *, desk=None):
    """Set a mail of ours aside that could not be read, with what went wrong. Raises Lost when it is not ours."""
    _end(row, state=State.QUARANTINED, outcome=Outcome.QUARANTINED, reason=reason, trouble=trouble, desk=desk)


def put_back(row, trouble="", *, wait=timedelta(minutes=1)):
    """Leave a mail of ours for another try in a minute, when the fault was not the mail's (the database restarts).
    The attempt counts."""
    _ours(row).update(claimed_at=timezone.now() - TAKEN_TOO_LONG + wait, trouble=clean_input(trouble)[:4000])


def run_again(row) -> bool:
    """Read a mail anew that had no effect: held, set aside, refused or ignored. False when it had one, or is being
    read."""
    without_effect = Q(state__in=[State.HELD, State.QUARANTINED]) | Q(
        state=State.DONE, outcome__in=[Outcome.IGNORED, Outcome.REJECTED]
    )
    again = IncomingMail.objects.filter(without_effect, pk=row.pk).update(
        state=State.NEW, outcome="", reason="", trouble="", attempts=0, claimed_by="", claimed_at=None, handled_at=None,
    )
    row.refresh_from_db()
    if again:
        transaction.on_commit(lambda: _tell_of(row))
    return again == 1


def _end(row, *, state, outcome, reason="", reference="", letter=None, trust="", trouble="", desk=None, by=None):
    noted = {
        "state": state,
        "claimed_by": "",
        "outcome": outcome,
        "reason": reason[:40],
        "reference": clean_line(reference)[:80],
        "trust": trust[:16],
        "trouble": clean_input(trouble)[:4000] or " ".join(letter.trouble if letter else ())[:4000],
        "handled_at": timezone.now(),
        "decided_by_id": by and by.pk,
        **({"desk": desk} if desk else {}),
        **(_said_by(letter) if letter else {}),
    }
    holder = row.claimed_by
    if not rows.update_if(row, noted, state=State.TAKEN, claimed_by=holder):
        raise Lost(f"Mail {row.pk} is not ours any more.")
    row.claimed_by = holder  # a rollback leaves the mail ours


def _ours(row):
    return IncomingMail.objects.filter(pk=row.pk, state=State.TAKEN, claimed_by=row.claimed_by)


def _said_by(letter):
    return {
        "sender_address": letter.sender.address[:320],
        "sender_name": letter.sender.name[:200],
        "subject": letter.subject[:500],
        "sent_at": letter.date,
    }

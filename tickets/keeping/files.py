"""Files people send: measured, looked into and stored before any transaction begins (C9, S108, S177, S178)."""

import errno
import hashlib
import os
import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from departments.models.policy import DEFAULTS
from engine import leftovers
from helpdesk_site.lib import files as kinds
from mail import erasing

from ..models import Attachment

HEAD = 4096  # bytes that say what a file is
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOOSE_KEPT = timedelta(days=2)  # a file that came to no message and no draft
PICTURES = frozenset({"jpg", "jpeg", "png", "gif", "webp", "bmp"})


USUAL = frozenset(DEFAULTS["client_file_types"].split())


class BadFile(Exception):  # noqa: N818 - named as the desk says it
    """`str(bad)` is a sentence for the person: which file is not taken, and why."""


@dataclass(frozen=True)
class Limits:
    """What one message may carry; `types` is empty for staff, who may send any (S178)."""

    count: int
    size: int  # bytes of one file
    types: frozenset

    @property
    def words(self):
        """The limits in a sentence, shown before anything is chosen (S108)."""
        return in_words(self, get_language())


@lru_cache(maxsize=256)
def in_words(limits, language):
    said = ngettext("Up to %(count)s file, %(size)s.", "Up to %(count)s files, %(size)s each.", limits.count)
    said %= {"count": limits.count, "size": kinds.size_words(limits.size)}
    if limits.types == USUAL:
        return f"{said} " + _("Pictures, documents, archives, logs, sound and film.")
    return f"{said} " + _("Types: %(types)s.") % {"types": ", ".join(sorted(limits.types))} if limits.types else said


def limits(policy, *, by_staff):
    """The Limits of a department's policy for this side (C9)."""
    if by_staff:
        return Limits(policy.staff_file_count, policy.staff_file_size * 1000, frozenset())
    types = frozenset(word.lstrip(".").lower() for word in policy.client_file_types.split())
    return Limits(policy.client_file_count, policy.client_file_size * 1000, types)


def store(upload, *, owner, policy, by_staff, cid=""):
    """Store one uploaded file and return its loose Attachment. Raises BadFile with a sentence for the person.

    `cid` is the name under which the text of a mail shows it.

    The file is on the disk (temp, fsync, rename) before its row exists: a row never speaks of a file that is not there.
    """
    name = kinds.safe_name(upload.name)
    head = upload.read(HEAD)
    kind = kinds.sniff(head, name)
    refuse(name, kind, head, size=upload.size, allowed=limits(policy, by_staff=by_staff))
    stored_as, digest = put(upload)
    return Attachment.objects.create(
        owner=owner,
        name=name,
        cid=cid,
        content_type=kind,
        size=upload.size,
        sha256=digest,
        stored_as=stored_as,
        thumbnail=small_picture(upload, kind),
    )


def refuse(name, kind, head, *, size, allowed):
    """Raise BadFile for what may not be sent: empty, too large, a program, of another type, or other than it says."""
    said = {"name": name, "limit": kinds.size_words(allowed.size)}
    if not size:
        raise BadFile(_("%(name)s is empty.") % said)
    if size > allowed.size:
        raise BadFile(_("%(name)s is larger than %(limit)s. Compress it, or share a link in the message.") % said)
    if kinds.is_forbidden(name, kind):
        raise BadFile(_("%(name)s is a program or a script. Such files are not taken.") % said)
    if allowed.types and kinds.suffix(name) not in allowed.types:
        raise BadFile(_("%(name)s: files of this type are not taken. Put it into a ZIP file or choose another.") % said)
    if lies(name, kind, head):
        raise BadFile(_("%(name)s does not contain what its name says. Save it again as what it is.") % said)


def lies(name, kind, head):
    """Whether the name promises a picture or a PDF and the bytes are something else."""
    suffix = kinds.suffix(name)
    if suffix in PICTURES:
        return not kind.startswith("image/") or kind == "image/svg+xml"
    return suffix == "pdf" and b"%PDF-" not in head[:1024]


def put(upload):
    """Write a file under a random name: temp, fsync, rename. Returns (name in the storage, SHA-256). Raises BadFile."""
    name = new_name()
    target = Path(storages["attachments"].path(name))
    temporary = target.with_suffix(".part")
    digest = hashlib.sha256()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            upload.seek(0)
            for chunk in upload.chunks():
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno in NO_ROOM:
            raise BadFile(_("There is no room for files just now. Send your message without them.")) from error
        raise
    return name, digest.hexdigest()


def new_name():
    """A random name without suffix: nothing in it can be guessed, executed or served by mistake."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def small_picture(upload, kind):
    """Store a thumbnail of a safe picture and return its name; "" for anything else, bombs included."""
    if not kinds.is_inline(kind):
        return ""
    upload.seek(0)
    small = kinds.thumbnail(upload)
    if small is None:
        return ""
    return storages["attachments"].save(new_name(), ContentFile(small))


def too_many(count):
    """The sentence for more files than one message may carry."""
    return ngettext(
        "Only %(count)s file can go with one message.", "Only %(count)s files can go with one message.", count
    ) % {"count": count}


def loose(tokens, *, owners):
    """The files with these tokens that wait for a message and belong to one of `owners`, in the order of upload."""
    known = valid(tokens)
    if not known:
        return []
    return list(Attachment.objects.filter(message=None, pending=None, owner__in=owners, token__in=known))


def valid(tokens):
    """Those of the texts that are UUIDs."""
    found = []
    for token in tokens:
        with suppress(ValueError):
            found.append(uuid.UUID(token))
    return found


def shown(attachment):
    """A loose file as the form shows it (templates/_files.html) and as an upload is answered."""
    address = [attachment.token, attachment.name]
    return {
        "id": str(attachment.token),
        "name": attachment.name,
        "size": attachment.size,
        "kind": attachment.content_type,
        "thumb": reverse("attachment_thumbnail", args=address) if attachment.thumbnail else "",
        "remove_url": reverse("upload_remove", args=[attachment.token]),
    }


def forget(attachments):
    """Delete loose files: the rows now, what is on the disk once that is committed. A message's file stays."""
    names = []
    for row in attachments:
        deleted, _rows = Attachment.objects.filter(pk=row.pk, message=None, pending=None).delete()
        names += [row.stored_as, row.thumbnail] if deleted else []
    transaction.on_commit(lambda: erase(names), robust=True)


def of_messages(messages):
    """The files of these messages (a queryset)."""
    return Attachment.objects.filter(message__in=messages)


def let_go(attachments):
    """Delete these files (a queryset) for good, of messages too; bytes that a copy elsewhere still shows stay. In the
    caller's transaction: the bytes go when it is committed."""
    rows = list(attachments)
    attachments.delete()
    discard({name for row in rows for name in (row.stored_as, row.thumbnail)})


def discard(names):
    """Delete the bytes of these names, where no row speaks of them any more."""
    names = set(names) - {""}
    used = Attachment.objects.filter(Q(stored_as__in=names) | Q(thumbnail__in=names))
    gone = names - {name for pair in used.values_list("stored_as", "thumbnail") for name in pair}
    erasing.forget_files(gone)
    leftovers.discard("attachments", *sorted(gone))


def erase(names):
    """Delete what is stored under these names, but for what another row still speaks of: a message that was split off
    brought its files along (S158)."""
    for name in filter(None, names):
        if not Attachment.objects.filter(Q(stored_as=name) | Q(thumbnail=name)).exists():
            storages["attachments"].delete(name)


def forget_loose(now=None):
    """Delete files that came to no message and belong to no draft any more. Returns how many."""
    before = (now or timezone.now()) - LOOSE_KEPT
    rows = list(Attachment.objects.filter(message=None, pending=None, draft=None, created_at__lt=before)[:1000])
    forget(rows)
    return len(rows)

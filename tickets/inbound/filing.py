"""Files and text of a mail, cleaned and stored before any transaction begins (C9, S199)."""

from dataclasses import dataclass, replace

from django.core.files.base import ContentFile

from helpdesk_site.lib import text
from helpdesk_site.lib.pictures import identifier
from mail.parsing.quoted_html import new_html

from ..keeping import files
from ..models import Message
from ..writing import Written, write_plain

MACHINERY = (  # parts that mail programs add: nobody who sent them is told that they were not taken
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)


@dataclass(frozen=True)
class Filed:
    """The loose attachments of a mail, and a sentence for each file that was not taken."""

    attachments: tuple = ()
    left_out: tuple = ()


def filed(letter, row, *, policy, by_staff):
    """Store what the policy takes of a mail's files, those that nobody sees in the text first (C9).

    The raw mail keeps the others too. Loose files whose mail came to nothing are tidied away after two days.
    """
    allowed, kept, left_out = files.limits(policy, by_staff=by_staff), [], []
    parts = [part for part in letter.files if part.content_type != "application/pgp-encrypted"]  # RFC 3156: a version
    for part in sorted(parts, key=lambda part: part.inline):
        if len(kept) == allowed.count:
            left_out.append(files.too_many(allowed.count))
            break
        upload, cid = ContentFile(part.data, name=part.name), identifier(part.cid) if part.inline else ""
        try:
            kept.append(files.store(upload, owner=f"mail/{row.pk}", policy=policy, by_staff=by_staff, cid=cid))
        except files.BadFile as bad:
            left_out += [] if part.content_type in MACHINERY else [str(bad)]
    return Filed(tuple(kept), tuple(left_out))


def written(letter, row, trust, *, body=None):
    """The Written of a mail: its new words, shown as its HTML says them where it has any.

    `body` stands for the text where a part of it was for us alone (commands, a forwarder's words).
    """
    words = letter.text if body is None else body
    plain = write_plain(words)
    if letter.html and body is None:
        html = text.clean_html(letter.html if letter.forward else new_html(letter.html))
        plain = Written(body=plain.body, html=html, format=Message.Format.HTML)
    return replace(plain, quoted=quoted(letter), incoming=row, trust=trust)


def quoted(letter):
    """What a mail says besides its new words: what follows them, else the whole text, where they stand in between."""
    return text.clean_input(letter.full_text).strip().removeprefix(text.clean_input(letter.text).strip()).strip("\n")

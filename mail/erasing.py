"""What is taken out of mails that are kept: words and files out of the raw store and out of letters sent (C5, S155).

A raw mail is written anew without them, under another name, and the file of before is let go of with the caller's
transaction. Where they cannot be found behind its encodings, the mail as a whole gives way to a stub.
"""

import hashlib
import secrets
from base64 import encodebytes
from urllib.parse import unquote

from django.db.models import Q

from engine import leftovers
from helpdesk_site.lib.redaction import BLOCK

from . import intake
from .models import IncomingMail, OutgoingFile, OutgoingMail
from .parsing import mime
from .parsing.charsets import decode
from .parsing.words import decoded

STORAGE = "letters"
State = OutgoingMail.State
STRUCTURE = {"content-type", "content-transfer-encoding", "content-disposition"}
KEPT_OF_A_STUB = ("message-id", "date")
NESTED = 5  # mails in mails that are looked into


# --- Raw mails --------------------------------------------------------------------------------------------------------


def redacted(raw, words, digests=(), *, surely=False, expected=()) -> bytes | None:
    """A mail without the words, and without the files of these SHA-256; None where it holds none of them.

    `surely` says that it must hold the words, `expected` are files it must hold: where they are not found, it becomes a
    stub.
    """
    writer = _Writer(words, set(digests))
    new = writer.mail(raw)
    found = writer.found or in_bytes(raw, words)
    missed = set(expected) - writer.met
    if not (found or surely or missed):
        return None
    is_clean = (found or not surely) and not missed and not writer.lost and not holds(new, words)
    return new if is_clean else stub(raw, words)


def holds(raw, words) -> bool:
    """Whether a mail says the words anywhere: behind its encodings, or as it stands."""
    writer = _Writer(words, set())
    writer.mail(raw)
    return bool(writer.found or writer.lost or in_bytes(raw, words))


def stub(raw, words) -> bytes:
    """What is left of a mail that is taken away as a whole."""
    root, _trouble = mime.read(raw[: intake.PEEKED])
    kept = [(name, root.headers.get(name)) for name in KEPT_OF_A_STUB]
    lines = [f"{name}: {value}" for name, value in kept if value and not words.count(value)]
    lines += ["x-redacted: whole", "content-type: text/plain; charset=utf-8", "", BLOCK, ""]
    return "\r\n".join(lines).encode()


class _Writer:
    """Writes a mail anew, part by part. `found` counts what was taken out, `met` are the files among it; `lost` says
    that it was too large or too deep to look at all of it."""

    def __init__(self, words, digests, depth=0):
        self.words, self.digests, self.depth = words, digests, depth
        self.found, self.met, self.lost = 0, set(), False

    def mail(self, raw):
        root, trouble = mime.read(raw)
        self.lost = self.lost or bool(trouble & {"too_large", "too_deep", "too_many_parts", "head_cut"})
        return self.part(root)

    def part(self, part):
        if part.is_multipart:
            return self.together(part)
        if part.content_type == "message/rfc822" and self.depth < NESTED:
            inner = _Writer(self.words, self.digests, self.depth + 1)
            content = inner.mail(part.content)
            self.found, self.met, self.lost = self.found + inner.found, self.met | inner.met, self.lost or inner.lost
            return self.head(part, encoded=False) + content if inner.found else self.as_it_was(part)
        content = part.content
        digest = hashlib.sha256(content).hexdigest()
        if digest in self.digests:
            self.found, self.met = self.found + 1, self.met | {digest}
            return self.stub_of(part)
        if part.main_type == "text":
            return self.text(part, content)
        if in_bytes(content, self.words):
            self.found += 1
            return self.stub_of(part)
        return self.as_it_was(part)

    def together(self, part):
        """A part of parts, under a boundary of our own; what stands between them is nobody's and goes."""
        inner = [self.part(child) for child in part.parts]
        boundary = f"part-{secrets.token_hex(12)}"
        head = self.head(part, kind=f'{part.content_type}; boundary="{boundary}"', encoded=False)
        pieces = b"".join(b"--" + boundary.encode() + b"\r\n" + piece + b"\r\n" for piece in inner)
        return head + pieces + f"--{boundary}--\r\n".encode()

    def text(self, part, content):
        text = decode(content, part.charset)
        out = self.words.out_of_html if part.content_type == "text/html" else self.words.out_of
        new, count = out(text)
        if not count:
            return self.as_it_was(part)
        self.found += count
        kind = f"{part.content_type}; charset=utf-8"
        return self.head(part, kind=kind, encoded=True) + encodebytes(new.encode()).replace(b"\n", b"\r\n")

    def stub_of(self, part):
        return self.head(part, kind="text/plain; charset=utf-8", encoded=False, named=False) + BLOCK.encode() + b"\r\n"

    def as_it_was(self, part):
        return self.head(part) + part.body

    def head(self, part, *, kind="", encoded=None, named=True):
        """A head without the words. `kind` is another Content-Type; `encoded` says whether the body is base64 from now
        on, or nothing; None keeps both."""
        lines = []
        for name, value in part.headers.fields:
            if name in STRUCTURE and (encoded is not None or kind) and (name != "content-disposition" or not named):
                continue
            lines.append(name.encode() + b":" + self.value(name, value))
        if kind:
            lines.append(f"content-type: {kind}\r\n".encode())
        elif encoded is not None:
            lines.append(f"content-type: {part.content_type}\r\n".encode())
        if encoded:
            lines.append(b"content-transfer-encoding: base64\r\n")
        return b"".join(line if line.endswith(b"\n") else line + b"\r\n" for line in lines) + b"\r\n"

    def value(self, name, value):
        said = decode(value)
        if not (self.words.count(said) or self.words.count(decoded(said)) or self.words.count(unquote(said))):
            return value
        self.found += 1
        if name not in STRUCTURE:
            return f" {BLOCK}\r\n".encode()
        return b" " + said.partition(";")[0].strip().encode() + b"\r\n"


def in_bytes(data, words):
    """Whether bytes of any kind say the words, in one of the encodings in which programs write text."""
    sets = ["utf-8", "utf-16-le", "utf-16-be"] if b"\0" in data[:100_000] else ["utf-8"]
    return any(words.count(data.decode(charset, "ignore")) for charset in sets)


# --- Their rows -------------------------------------------------------------------------------------------------------


def about(number) -> Q:
    """A Q over incoming or outgoing mails: those of a ticket, by its number."""
    return Q(reference=number) | Q(reference__startswith=f"{number}#")


def without(row, words, digests=(), **certain) -> bytes | None:
    """A mail of the raw store as by `redacted`; None too where its file is gone already. To be kept (intake.keep)
    before the transaction in which `put` lets the row speak of it."""
    if not row.stored_as:
        return None
    try:
        raw = intake.open_raw(row)
    except OSError:
        return None
    return redacted(raw, words, digests, **certain)


def put(row, stored_as) -> None:
    """Let a mail be the file of this name from now on, in the caller's transaction; what it was is deleted."""
    leftovers.discard(STORAGE, row.stored_as)
    row.stored_as = stored_as
    row.save(update_fields=["stored_as"])


LOGGED = ["sender_name", "subject", "trouble", "folder"]


def count_in_row(row, words) -> int:
    """How often the import log says them of a mail."""
    return sum(words.count(getattr(row, name)) for name in LOGGED)


def redact_row(row, words) -> int:
    """Take the words out of what the import log says of a mail. Returns how often they stood there."""
    return _out_of_fields(row, words, LOGGED, [])


def redact_letter(mail, words) -> int:
    """Take the words out of a letter of ours, sent or not. Returns how often they stood there."""
    return _out_of_fields(mail, words, ["subject", "text", "answer", "to_name"], ["html"])


def _out_of_fields(row, words, texts, htmls):
    changed = {}
    for names, out in ((texts, words.out_of), (htmls, words.out_of_html)):
        for name in names:
            new, count = out(getattr(row, name))
            if count:
                setattr(row, name, new)
                changed[name] = count
    if changed:
        row.save(update_fields=list(changed))
    return sum(changed.values())


def forget_files(names) -> None:
    """Letters go without these stored files; that they went along is forgotten too."""
    OutgoingFile.objects.filter(stored_as__in=[name for name in names if name]).delete()


# --- All of a ticket --------------------------------------------------------------------------------------------------


def erase_incoming(rows) -> None:
    """Take away what these mails said; that they came, when, and from which address stays in the log."""
    for row in rows:
        leftovers.discard(STORAGE, row.stored_as)
        row.stored_as = row.sender_name = row.subject = row.trouble = ""
        row.save(update_fields=["stored_as", "sender_name", "subject", "trouble"])


def erase_outgoing(number) -> None:
    """Take away what our letters about a ticket said; those that wait are not sent."""
    mails = OutgoingMail.objects.filter(about(number))
    mails.filter(state__in=[State.QUEUED, State.RETRY]).update(state=State.CANCELLED, retry_at=None)
    OutgoingFile.objects.filter(mail__in=mails).delete()
    mails.update(subject="", text="", html="", answer="", to_name="", headers={})


def of_tickets(numbers, messages):
    """The mails of the raw store that belong to tickets: those of these messages (a queryset), those noted with their
    numbers, and others under the same Message-IDs."""
    theirs = Q(messages__in=messages.values("pk"))
    for number in numbers:
        theirs |= about(number)
    own = IncomingMail.objects.filter(theirs).values("pk")
    return IncomingMail.objects.filter(Q(pk__in=own) | Q(copy_of__in=own)).order_by("pk")

"""Where words stand in a ticket, and how they are taken out of each place (C5): its messages with their versions, their
files and letters, and whatever else was written there.

Looked through are the whole ticket with those merged into it, and of tickets that messages were split off to or from,
those messages alone: unless the person leads them too, then all of it.
"""

import secrets
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.files.storage import storages
from django.db.models import Q

from helpdesk_site.lib import text
from helpdesk_site.lib.redaction import BLOCK
from mail import erasing
from mail.models import Kind, OutgoingMail

from .. import access, merged
from ..composing import drafts
from ..models import (
    Attachment,
    BulkJob,
    CheckPoint,
    Draft,
    EventContent,
    FileLink,
    Message,
    MessageRevision,
    PendingReply,
    Snooze,
    Talk,
    Ticket,
    TimeEntry,
)
from . import files

MOST_READ = 30_000_000  # bytes of a file that are looked through
KINDS = (Draft.Kind.REPLY, Draft.Kind.NOTE)
# What else is written in a ticket: (model, its fields of plain text)
WRITTEN = (
    (CheckPoint, ["heading", "text"]),
    (TimeEntry, ["text"]),
    (Talk, ["phone", "link", "pass_code"]),
    (Snooze, ["note"]),
)


@dataclass
class Scope:
    """What is looked through: `tickets` as a whole, and single `messages` of others."""

    tickets: list
    messages: list = field(default_factory=list)  # ids

    @property
    def all_messages(self):
        return Message.objects.filter(Q(ticket__in=self.tickets) | Q(pk__in=self.messages))

    @property
    def all_tickets(self):
        """Ids of the tickets in whose history it is told."""
        others = Message.objects.filter(pk__in=self.messages).values_list("ticket_id", flat=True)
        return {*(ticket.pk for ticket in self.tickets), *others}

    @property
    def all_readers(self):
        """Ids of these and of those they were merged into, which are found by their words; in the order they are
        locked."""
        gone = Ticket.objects.filter(pk__in=self.all_tickets).exclude(merged_into=None)
        return sorted(self.all_tickets | {merged.survivor(ticket).pk for ticket in gone})


@dataclass
class Found:
    """Where the words stand. `rows` are all but messages and files: (row, what is written there)."""

    messages: list = field(default_factory=list)  # (Message, how often)
    files: list = field(default_factory=list)  # that hold them, or were chosen
    tickets: list = field(default_factory=list)  # whose subject holds them
    letters: list = field(default_factory=list)  # OutgoingMail
    mails: dict = field(default_factory=dict)  # IncomingMail: its bytes without; None where its row alone says them
    versions: list = field(default_factory=list)  # MessageRevision
    others: int = 0  # drafts, replies that wait, old subjects, points, descriptions

    def __bool__(self):
        return any([*vars(self).values()])


# --- What is looked through -------------------------------------------------------------------------------------------


def scope_of(ticket, *, by):
    """The Scope of a redaction in this ticket by somebody who leads its department."""
    here = merged.survivor(ticket)
    own = [here, *Ticket.objects.filter(pk__in=merged.family(here))]
    copies = copies_of(Message.objects.filter(ticket__in=own))
    rows = Message.objects.filter(pk__in=copies).exclude(ticket__in=own).select_related("ticket")
    led = {row.ticket for row in rows if access.leads(by, row.ticket.department_id)}
    return Scope([*own, *led], [row.pk for row in rows if row.ticket not in led])


def copies_of(messages):
    """The ids of messages that say the same, split off from these or the other way round, at any remove."""
    known, new = set(), set(messages.values_list("pk", flat=True))
    while new:
        known |= new
        near = Message.objects.filter(Q(origin__in=new) | Q(copies__in=new)).values_list("pk", flat=True)
        new = set(near) - known
    return known


def find(scope, words, *, chosen=()):
    """The Found of these words; `chosen` are ids of attachments to be taken away whatever they hold. Slow: never called
    in a transaction."""
    found = Found()
    found.versions = [row for row in versions_of(scope) if words.count(row.body) or words.count_html(row.html)]
    found.messages = [(row, count) for row in scope.all_messages.order_by("pk") if (count := count_in(row, words))]
    found.files = [row for row in files_of(scope) if row.pk in chosen or holds(row, words)]
    found.tickets = [ticket for ticket in scope.tickets if words.count(ticket.subject)]
    found.letters = [row for row in letters_of(scope) if count_in_letter(row, words)]
    found.mails = mails_of(scope, words, found)
    found.others = sum(1 for _row in others_of(scope, words))
    return found


def versions_of(scope):
    return MessageRevision.objects.filter(message__in=scope.all_messages.values("pk")).select_related("message")


def count_in(message, words):
    """How often a message says them, as it is read; what it repeats of older mail included."""
    own = max(words.count(message.body), words.count_html(message.html))
    return own + words.count(message.quoted)


def count_in_letter(mail, words):
    texts = sum(words.count(value) for value in (mail.subject, mail.text, mail.answer, mail.to_name))
    return texts + words.count_html(mail.html)


def files_of(scope):
    """The stored files of its messages, of drafts, and of replies that wait."""
    of = Q(message__in=scope.all_messages.values("pk")) | Q(pending__ticket__in=scope.tickets)
    of |= Q(draft__in=drafts_of(scope).values("pk"), message=None, pending=None)
    return Attachment.objects.filter(of).exclude(stored_as="").order_by("pk")


def holds(file, words):
    """Whether a file says them, in its name or as a text of any kind. What is packed is not looked into."""
    if words.count(file.name):
        return True
    try:
        with storages["attachments"].open(file.stored_as) as stored:
            return erasing.in_bytes(stored.read(MOST_READ), words)
    except OSError:
        return False


def drafts_of(scope):
    """What somebody types in its tickets, in one that follows them, or at the desk in a new one for their client."""
    of = Q(place__in=places_of(scope)) | Q(fields__follow__in=numbers_of(scope))
    for client in {ticket.client_id for ticket in scope.tickets}:
        place = f"{Draft.Kind.OPEN}/{client}"
        of |= Q(place=place) | Q(place__startswith=f"{place}/")
    return Draft.objects.filter(of)


def places_of(scope):
    changes = [drafts.place_of(Draft.Kind.EDIT, message) for message in scope.all_messages.only("pk")]
    return changes + [drafts.place_of(kind, ticket) for ticket in scope.tickets for kind in KINDS]


def letters_of(scope):
    """Our letters about its tickets, and about its single messages; digests that name its tickets."""
    about = Q(notifications__event__message__in=scope.messages)
    for ticket in scope.tickets:
        about |= erasing.about(ticket.number) | Q(kind=Kind.DIGEST, text__contains=ticket.number)
    return OutgoingMail.objects.filter(about).distinct().order_by("pk")


def mails_of(scope, words, found):
    """{mail of the raw store that holds them, or one of the files: its bytes without}. One whose message says them, as
    it came, must hold them too."""
    says = {row.incoming_id for row, _count in found.messages if not row.edited_at}
    says |= {row.message.incoming_id for row in found.versions}
    digests, expected, mails = {row.sha256 for row in found.files}, defaultdict(set), {}
    for row in found.files:
        if row.message_id:
            expected[row.message.incoming_id].add(row.sha256)
    for row in erasing.of_tickets([ticket.number for ticket in scope.tickets], scope.all_messages):
        new = erasing.without(row, words, digests, surely=row.pk in says, expected=expected[row.pk])
        if new is not None or erasing.count_in_row(row, words):
            mails[row] = new
    return mails


def others_of(scope, words):
    """Rows besides messages, letters and files in which the words stand, with how to take them out of each."""
    for row in EventContent.objects.filter(event__ticket__in=scope.tickets):
        if words.count(row.text):
            yield row, lambda row: row.delete()
    for row in drafts_of(scope):
        if any(words.count(str(value)) for value in row.fields.values()):
            yield row, lambda row: out_of_draft(row, words)
    for row in PendingReply.objects.filter(ticket__in=scope.tickets):
        if words.count(row.body) or words.count_html(row.html) or words.count(time_text(row)):
            yield row, lambda row: out_of_pending(row, words)
    for job in jobs_of(scope):
        if any(words.count(value) for value in [*said_by(job.params), *(why for _number, why in job.failed)]):
            yield job, lambda row: out_of_job(row, words)
    for model, names in WRITTEN:
        for row in model.objects.filter(ticket__in=scope.tickets):
            if any(words.count(getattr(row, name) or "") for name in names):
                yield row, lambda row, names=names: out_of_fields(row, names, words)


def jobs_of(scope):
    """The acts on many tickets that have ended and said something or failed, some ticket of the scope among those."""
    here = {ticket.pk for ticket in scope.tickets}
    rows = BulkJob.objects.filter(finished_at__isnull=False).exclude(failed=[], params={}).order_by("pk")
    return (job for job in rows.iterator(chunk_size=100) if here.intersection(job.tickets))


def said_by(params):
    """The texts among what the form of an act said."""
    return [value for value in params.values() if isinstance(value, str)]


def numbers_of(scope):
    return [ticket.number for ticket in scope.tickets]


# --- Taking out, in the caller's transaction --------------------------------------------------------------------------


def out_of_text(body, html, format, words):
    """(body, html) of something written, without the words."""
    if format == Message.Format.MARKDOWN:
        body, _count = words.out_of_markdown(body, text.render_markdown)
    else:
        body, _count = words.out_of(body)
    html, count = words.out_of_html(html)
    return body, text.clean_html(html) if count else html


def out_of_message(message, words):
    """Take them out of a message. It gets a new salt: with the old one, words could be tried against its old events."""
    message.body, message.html = out_of_text(message.body, message.html, message.format, words)
    message.quoted, _count = words.out_of(message.quoted)
    message.salt = secrets.token_hex(16)
    message.save(update_fields=["body", "html", "quoted", "salt"])


def out_of_version(row, words):
    row.body, row.html = out_of_text(row.body, row.html, row.message.format, words)
    row.save(update_fields=["body", "html"])


def out_of_draft(draft, words):
    """Take them out of what is typed by now, if it is there: its author goes on meanwhile."""
    for row in Draft.objects.select_for_update().filter(pk=draft.pk):
        row.fields = {name: words.out_of_markdown(said, text.render_markdown)[0] for name, said in row.fields.items()}
        row.save(update_fields=["fields"])


def out_of_job(job, words):
    for name, value in job.params.items():
        if isinstance(value, str):
            job.params[name] = words.out_of_markdown(value, text.render_markdown)[0]
    job.failed = [[number, words.out_of(why)[0]] for number, why in job.failed]
    job.save(update_fields=["params", "failed"])


def out_of_pending(row, words):
    row.body, row.html = out_of_text(row.body, row.html, Message.Format.MARKDOWN, words)
    if time_text(row):
        said, _count = words.out_of(time_text(row))
        row.after["time"]["text"] = fitting(TimeEntry(), "text", said)
    row.save(update_fields=["body", "html", "after"])


def time_text(pending):
    """What a waiting reply says of the time that will be logged with it."""
    return pending.after.get("time", {}).get("text", "")


def out_of_fields(row, names, words):
    for name in names:
        setattr(row, name, fitting(row, name, words.out_of(getattr(row, name) or "")[0]))
    row.save(update_fields=names)


def fitting(row, name, value):
    """A value that its column holds; an address that is none any more is nothing."""
    most = row._meta.get_field(name).max_length
    return value if len(value) <= most and not (name == "link" and BLOCK in value) else value[:most].replace(BLOCK, "")


def take_away(chosen):
    """Leave of these files, and of the same bytes elsewhere, a stub with its hash. Bytes, small pictures and links go.
    Returns the rows."""
    rows = list(Attachment.objects.filter(stored_as__in=[row.stored_as for row in chosen]).select_related("message"))
    stored = [name for row in rows for name in (row.stored_as, row.thumbnail)]
    FileLink.objects.filter(attachment__in=rows).delete()
    stub = {"name": BLOCK, "cid": "", "content_type": "application/octet-stream", "stored_as": "", "thumbnail": ""}
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).update(**stub)
    files.discard(stored)
    return rows

"""Words taken out for good, by those who lead (C5): out of messages, files, mails and all that repeats them.

The event of a message keeps the fingerprint of the text it saw, and the salt of that is thrown away: nobody can try
words against it. The event told here keeps the fingerprint of what is left, so the history verifies before and after.
"""

import secrets

from django.utils.translation import gettext as _

from audit import chain
from mail import erasing, intake
from mail.models import IncomingMail

from .. import found
from ..events import Happened, action, record_all
from ..keeping import redacting
from ..lists import search
from ..models import Message, Verb
from ..refused import Refused
from ._shared import proof

ROUNDS = 3  # what comes in meanwhile is looked through again


def redact(ticket, *, words, actor, chosen=()):
    """Take `words` (redaction.Words) out of a ticket and of all that repeats it; `chosen` are ids of files to be taken
    away with them. Not reversible. Raises Refused for words too short, and where there is nothing to take out.

    Mails and files are looked through before the transaction, so it is done in rounds, until nothing is found.
    """
    if words.flat and words.too_short:
        raise Refused(_("Choose at least three characters: shorter words stand everywhere."))
    scope = redacting.scope_of(ticket, by=actor)
    there = redacting.find(scope, words, chosen=chosen)
    if not there:
        raise Refused(_("These words stand nowhere in this ticket."))
    for _round in range(ROUNDS):
        kept = {row.pk: intake.keep(new) for row, new in there.mails.items() if new is not None}
        take_out(scope, there, kept, words=words, actor=actor)
        there = redacting.find(scope, words)
        if not there:
            break
    search.settle()


@action
def take_out(scope, there, kept, *, words, actor):
    """Take out what was found, in one transaction. `kept` are the new files of raw mails, by id. Each ticket's own
    chain tells what was taken out of it."""
    rows = found.all_locked(scope.all_readers)
    tickets = {pk: rows[pk] for pk in scope.all_readers}
    happened = {pk: [] for pk in tickets}
    mark = {"texts": {"words": chain.fingerprint(words.flat, secrets.token_hex(16))}} if words.flat else {}

    def tell(ticket, data, message=None):
        happened[ticket].append(Happened(Verb.REDACTED, {**data, **mark}, message=message))

    for row, count in there.messages:
        message = Message.objects.get(pk=row.pk)  # as it is, now that its ticket is locked
        redacting.out_of_message(message, words)
        tell(message.ticket_id, {"count": count, **proof(message)}, message)
    for row in redacting.take_away(there.files):
        if row.message_id and row.message.ticket_id in happened:
            tell(row.message.ticket_id, {"file": [row.pk, row.sha256]}, row.message)
    for row in there.tickets:
        ticket = tickets[row.pk]
        ticket.subject = words.out_of(ticket.subject)[0][:200]
        ticket.save(update_fields=["subject"])
        tell(ticket.pk, {"subject": True})
    for row in there.versions:
        redacting.out_of_version(row, words)
    for row, out in list(redacting.others_of(scope, words)):
        out(row)
    for mail in there.letters:
        erasing.redact_letter(mail, words)
    for mail in IncomingMail.objects.select_for_update().filter(pk__in=[row.pk for row in there.mails]).order_by("pk"):
        if mail.pk in kept:
            erasing.put(mail, kept[mail.pk])
        erasing.redact_row(mail, words)
    if not any(happened.values()):
        tell(scope.tickets[0].pk, {})
    for pk, ticket in tickets.items():
        if happened[pk]:
            record_all(ticket, happened[pk], actor=actor)
        search.reindex(ticket)

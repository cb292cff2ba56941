"""What became of the mails that carried our messages, as a client may know it: “We e-mailed ann…@example.com at 10:02”.

One's own address stands in full, others' masked: people who take part need not know each other's (S163).
"""

import json
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from helpdesk_site.lib import dates
from mail.models import OutgoingMail

from .. import words

State = OutgoingMail.State
WAITING = (State.QUEUED, State.SENDING, State.RETRY)
MOST = 300  # of the latest mails of one ticket

# A part of a statement that reads a ticket: an array of [message, person, address, state, when it was sent]
ROWS = f"""
(SELECT {{rows}}({{row}}(message_id, user_id, to_address, state, sent_at)) FROM (
   SELECT event.message_id, told.user_id, mail.to_address, mail.state, mail.sent_at
   FROM tickets_notification AS told
   JOIN tickets_ticketevent AS event ON event.id = told.event_id
   JOIN mail_outgoingmail AS mail ON mail.id = told.mail_id
   JOIN tickets_message AS message ON message.id = event.message_id
   WHERE told.event_id {{among}} (SELECT id FROM tickets_ticketevent
                              WHERE ticket_id {{of}} AND message_id IS NOT NULL){{end}}
    AND message.by_staff AND NOT message.is_note
    AND told.reason IN ('client', 'participant', 'contact', 'organisation')
   ORDER BY told.id DESC LIMIT {MOST}) AS mails)
"""  # noqa: S608 - no value in it
WORDS = {  # as an array, so that PostgreSQL looks the few events up instead of reading all notifications
    "postgresql": {"rows": "json_agg", "row": "json_build_array", "among": "= ANY(ARRAY", "end": ")"},
    "sqlite": {"rows": "json_group_array", "row": "json_array", "among": "IN", "end": ""},
}


def sql(vendor, of="= %(ticket)s"):
    """That part, for this kind of database."""
    return ROWS.format(of=of, **WORDS[vendor])


def of_merged(ids, me):
    """The deliveries of several tickets, which stand in one thread: {message id: its Deliveries}."""
    among = f"IN ({', '.join(str(int(pk)) for pk in ids)})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql(connection.vendor, among)}")  # noqa: S608 - numbers of ours
        (rows,) = cursor.fetchone()
    return deliveries(rows, me)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Mails of one message that fared alike: `state` is "sent", "waiting" or "failed", `mine` one to the reader."""

    state: str
    to: str
    at: object = None
    mine: bool = False


def deliveries(rows, me):
    """{message id: its Deliveries} of what ROWS has found; nothing is said of a mail that was taken back."""
    found = defaultdict(list)
    for message, person, address, state, sent_at in reversed(as_rows(rows)):
        mine = person == me
        found[message].append((state, address if mine else words.masked(address), sent_at, mine))
    return {message: list(together(mails)) for message, mails in found.items()}


def together(mails):
    """Those sent in one line, those on their way in one, each that failed in a line of its own; one's own first."""
    mails = sorted(mails, key=lambda mail: not mail[3])
    sent = [mail for mail in mails if mail[0] == State.SENT]
    if sent:
        at = min(dates.of_cursor(mail[2]) for mail in sent)
        yield Delivery("sent", ", ".join(mail[1] for mail in sent), at, sent[0][3])
    if waiting := [mail for mail in mails if mail[0] in WAITING]:
        yield Delivery("waiting", ", ".join(mail[1] for mail in waiting), mine=waiting[0][3])
    for _state, address, _at, mine in (mail for mail in mails if mail[0] == State.FAILED):
        yield Delivery("failed", address, mine=mine)


def as_rows(rows):
    """PostgreSQL hands over lists, SQLite their text; nothing where there is none."""
    return (json.loads(rows) if isinstance(rows, str) else rows) or []

"""Telling people: one click, one letter a person (ARCHITECTURE, "Events, notifications, outbox").

Who is told is decided in `recipients`, how it reads in `letters`. Up to RENDERED_AT_ONCE letters are written inside the
action's transaction; above that (a bulk close) only the Notification rows are, and `write_due` writes the letters.
"""

import logging
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from helpdesk_site.lib import rows
from mail import outbox

from . import kicks, letters
from .models import Notification, Verb
from .recipients import Circle, recipients

log = logging.getLogger(__name__)

RENDERED_AT_ONCE = 20


def about(events):
    """Tell everybody concerned of the events of one click, inside its transaction."""
    told = [row for ticket, own in by_ticket(events) for row in told_of(ticket, own)]
    if len({(row.event.ticket_id, row.user_id) for row in told}) > RENDERED_AT_ONCE:
        leave_for_later(told)
    elif told:
        write_now(told)


def write_now(told):
    """Write the letters with the rows. A letter that cannot be written never undoes the act it tells of: it waits."""
    try:
        with transaction.atomic():
            write(told)
    except Exception:
        log.exception("Letters of click %s could not be written; they are tried again.", told[0].event.click)
        leave_for_later(told)
    else:
        rows.insert(*told)


def by_ticket(events):
    """(ticket, its events) in order, the ticket as the last of its events left it."""
    groups = {}
    for event in events:
        groups.setdefault(event.ticket_id, []).append(event)
    return [(own[-1].ticket, own) for own in groups.values()]


def told_of(ticket, events):
    """The Notification rows, not yet saved, of one ticket's events."""
    circle, told = Circle(ticket), []
    answered = any(event.verb == Verb.REPLIED for event in events)
    for event in events:
        if event.verb == Verb.UNDONE:
            take_back_notices(event)
        elif not (answered and event.verb == Verb.CLOSED):  # the reply's letter says that it closed
            told += [
                Notification(event=event, user=person, reason=reason)
                for person, reason in recipients(event, circle).items()
            ]
    return told


def write(told):
    """Write one letter for each person and ticket among Notification rows of one click, and link them to it."""

    def letter_of(row):
        return row.event.ticket_id, row.user_id

    matters, written = {}, []
    for (ticket_id, _user), own in groupby(sorted(told, key=letter_of), key=letter_of):
        own = list(own)
        if ticket_id not in matters:
            people = [row.user for row in told if row.event.ticket_id == ticket_id]
            matters[ticket_id] = letters.Matter(own[-1].event.ticket, people)
        loudest = min(own, key=lambda row: (letters.LOUDNESS.index(row.event.verb), row.event.sequence))
        written.append((letters.write(matters[ticket_id], loudest), own))
    letters.post(matters.values(), [mail for mail, _rows in written])
    for mail, own in written:
        for row in own:
            row.mail = mail


def take_back_notices(undone):
    """Cancel what is still in the outbox about an event that was taken back (a close notice waits for its undo)."""
    rows = Notification.objects.filter(event__ticket=undone.ticket_id, event__sequence=undone.data["of"])
    rows.filter(mail=None).update(letter_due_at=None)
    for row in rows.filter(mail__state="queued").select_related("mail"):
        outbox.cancel(row.mail)


# --- Many recipients: the letters are written by a task ---------------------------------------------------------------


def leave_for_later(told):
    now = timezone.now()
    for row in told:
        row.mail, row.letter_due_at = None, now
    Notification.objects.bulk_create(told)
    kicks.write_letters()


def due(now):
    """Notification rows whose letters are still to be written."""
    return Notification.objects.filter(letter_due_at__lte=now).order_by("letter_due_at", "pk")


@transaction.atomic
def write_later(row):
    """Write the one letter that tells a person of the click of a Notification row left for later. Safe to run twice.

    Who has lost sight of the ticket meanwhile gets none. Returns whether a letter was written.
    """
    mine = Notification.objects.select_for_update(of=["self"]).filter(
        user=row.user_id, event__ticket=row.event.ticket_id, event__click=row.event.click, letter_due_at__isnull=False
    )
    rows = list(mine.select_related("event__ticket", "event__message__author", "event__actor", "user").order_by("pk"))
    circle = Circle(row.event.ticket)
    told = [row for row in rows if circle.still_sees(row.user, row.reason)]
    if told:
        write(told)
    for row in rows:
        row.letter_due_at = None
    Notification.objects.bulk_update(rows, ["letter_due_at", "mail"])
    return bool(told)

"""Telling people: one click, one letter a person (ARCHITECTURE, "Events, notifications, outbox").

Who is told is decided in `recipients`, how it reads in `letters`. Up to RENDERED_AT_ONCE letters are written inside the
action's transaction; above that (a bulk close) only the Notification rows are, and `write_later` writes the letters. So
it does when the quiet period after a client's messages is over: one letter tells staff of all of them (C20).
"""

import logging
from datetime import timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from helpdesk_site.lib import rows
from helpdesk_site.lib.prepared import Prepared
from mail import outbox
from mail.models import OutgoingMail

from .. import kicks
from ..models import Notification, Verb
from . import letters
from .recipients import Circle, told

log = logging.getLogger(__name__)

RENDERED_AT_ONCE = 20
TOLD_BY_REPLY = (Verb.STATUS, Verb.CLOSED, Verb.REOPENED, Verb.WOKEN)  # its letter says where the ticket stands now
LONGEST_WAIT = 3  # quiet periods after which staff are told, however fast a client goes on writing

waiting = Prepared(
    lambda ticket: Notification.objects.filter(
        event__ticket=ticket, event__verb=Verb.REPLIED, reason__in=letters.GROUPED, letter_due_at__isnull=False
    ).values("pk", "created_at", "letter_due_at")
)


def about(events):
    """Tell everybody concerned of the events of one click, inside its transaction."""
    everybody = [row for ticket, own in by_ticket(events) for row in told_of(ticket, own)]
    rows.insert(*(row for row in everybody if not row.by_mail))
    by_mail = [row for row in everybody if row.by_mail]
    if grouped := [row for row in by_mail if may_wait(row)]:
        wait_for_quiet(grouped)
        by_mail = [row for row in by_mail if row not in grouped]
    if len({(row.event.ticket_id, row.user_id) for row in by_mail}) > RENDERED_AT_ONCE:
        leave_for_later(by_mail)
    elif by_mail:
        write_now(by_mail)


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
    circle, found = Circle(ticket), []
    answered = any(event.verb == Verb.REPLIED for event in events)
    for event in events:
        if event.verb == Verb.UNDONE:
            take_back_notices(event)
        elif not (answered and event.verb in TOLD_BY_REPLY):
            found += [row_of(event, *one) for one in told(event, circle)]
    return with_rights(found, circle)


def row_of(event, person, reason, ways):
    """The Notification row of one person, with how it is told; `by_mail`, whether a letter goes at once."""
    row = Notification(event=event, user=person, reason=reason, in_portal=ways.bell, is_unread=ways.bell)
    row.by_mail = ways.mail
    if ways.digest:
        row.digest_due_at = digest_after(event.at, person)
    return row


MORNING = 8  # o'clock, where the person is


def digest_after(moment, person):
    """When the next digest of this person goes."""
    if person.digest == User.Digest.HOURLY:
        return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    here = moment.astimezone(person.zone)
    today = here.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return today if here < today else today + timedelta(days=1)


def with_rights(told, circle):
    """The rows, each of which knows whether its reader may answer."""
    for row in told:
        row.only_reads = (row.user_id, row.reason) in circle.readers
    return told


def write(told, *, to=""):
    """Write one letter for each person and ticket among these Notification rows, and link them to it. `to` is another
    address than the reader's."""

    def letter_of(row):
        return row.event.ticket_id, row.user_id

    matters, written = {}, []
    for (ticket_id, _user), own in groupby(sorted(told, key=letter_of), key=letter_of):
        own = list(own)
        if ticket_id not in matters:
            people = [row.user for row in told if row.event.ticket_id == ticket_id]
            matters[ticket_id] = letters.Matter(own[-1].event.ticket, people)
        loudest = min(own, key=lambda row: (letters.LOUDNESS.index(row.event.verb), -row.event.sequence))
        written.append((letters.write(matters[ticket_id], loudest, events=[row.event for row in own], to=to), own))
    letters.post(matters.values(), [mail for mail, _rows in written])
    for mail, own in written:
        for row in own:
            row.mail = mail


def take_back_notices(undone):
    """Cancel what is still in the outbox about an event that was taken back (a close notice waits for its undo)."""
    rows = Notification.objects.filter(event__ticket=undone.ticket_id, event__sequence=undone.data["of"])
    rows.update(in_portal=False, is_unread=False, digest_due_at=None)
    rows.filter(mail=None).update(letter_due_at=None)
    for row in rows.filter(mail__state="queued").select_related("mail"):
        outbox.cancel(row.mail)


def hush(rows):
    """Let nothing more go out about these Notification rows (a queryset): what they tell of was deleted. A letter that
    tells of other messages too is written anew without it. Returns what `speak_again` wants, for the event."""
    waiting = list(rows.filter(letter_due_at__isnull=False).values_list("pk", flat=True))
    Notification.objects.filter(pk__in=waiting).update(letter_due_at=None)
    mails = OutgoingMail.objects.filter(notifications__in=rows, state__in=["queued", "retry"]).distinct()
    stopped = [mail.pk for mail in mails.order_by("pk") if outbox.cancel(mail)]
    others = Notification.objects.filter(mail__in=stopped).exclude(pk__in=rows.values("pk"))
    if others.update(mail=None, letter_due_at=timezone.now()):
        kicks.write_letters()
    return {name: ids for name, ids in (("letters", waiting), ("mails", stopped)) if ids}


def speak_again(data):
    """Send what `hush` held back: the deleting was taken back at once."""
    for mail in OutgoingMail.objects.filter(pk__in=data.get("mails", ()), state="cancelled"):
        outbox.send_again(mail)
    told = Notification.objects.filter(pk__in=data.get("letters", ()), mail=None)
    if told.update(letter_due_at=timezone.now()):
        kicks.write_letters()


# --- A client who writes message after message (C20, S61) -------------------------------------------------------------


def may_wait(row):
    """Whether a letter waits for the end of the client's messages: to staff, about a reply. The first message of a
    ticket and what we write ourselves are told at once."""
    return row.reason in letters.GROUPED and is_clients(row.event) and bool(row.event.ticket.policy.group_minutes)


def is_clients(event):
    return event.verb == Verb.REPLIED and not event.message.by_staff


def wait_for_quiet(told):
    """Leave these rows, of one reply, until its ticket has been quiet for as long as policy says; older ones of the
    same ticket wait with them."""
    ticket, now = told[0].event.ticket, timezone.now()
    quiet = timedelta(minutes=ticket.policy.group_minutes)
    older = waiting.rows(ticket.pk)
    due = min(now + quiet, min((made for _pk, made, _due in older), default=now) + LONGEST_WAIT * quiet)
    if moved := [pk for pk, _made, before in older if before != due]:
        Notification.objects.filter(pk__in=moved, letter_due_at__isnull=False).update(letter_due_at=due)
    for row in told:
        row.letter_due_at = due
    rows.insert(*told)


def write_again(mail, *, to=""):
    """Write the letter that `mail` was once more, with fresh links, perhaps to another address. Returns the new mail;
    None when it told of nothing that is there, or its reader has lost sight of the ticket."""
    rows = Notification.objects.filter(mail=mail, event__message__deleted_at=None).order_by("pk")
    rows = list(rows.select_related("event__ticket", "event__message__author", "event__actor", "user"))
    circle = Circle(rows[0].event.ticket) if rows else None
    told = with_rights([row for row in rows if circle.still_sees(row.user, row.reason)], circle)
    if not told:
        return None
    write(told, to=to)
    Notification.objects.bulk_update(told, ["mail"])
    return told[0].mail


# --- Letters that are written later, by a task ------------------------------------------------------------------------


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
    """Write the one letter that tells a person of the click of a Notification row left for later, or of all of the
    client's messages that wait with it. Safe to run twice.

    Who has lost sight of the ticket meanwhile gets none. Returns whether a letter was written.
    """
    same = Q(event__click=row.event.click)
    if row.reason in letters.GROUPED and is_clients(row.event):
        same |= Q(event__verb=Verb.REPLIED, event__message__by_staff=False, reason__in=letters.GROUPED)
    mine = Notification.objects.select_for_update(of=["self"]).filter(
        same, user=row.user_id, event__ticket=row.event.ticket_id, letter_due_at__isnull=False
    )
    rows = list(mine.select_related("event__ticket", "event__message__author", "event__actor", "user").order_by("pk"))
    circle = Circle(row.event.ticket)
    told = with_rights([row for row in rows if circle.still_sees(row.user, row.reason)], circle)
    if told:
        write(told)
    for row in rows:
        row.letter_due_at = None
    Notification.objects.bulk_update(rows, ["letter_due_at", "mail"])
    return bool(told)

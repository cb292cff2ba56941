"""Due times of a ticket: the queue's clock (C11), settling (C7), auto-close and its reminder (C1, C2).

Pure: each function sets fields of a ticket in memory; the action that called it saves `TIMED`.
"""

from datetime import timedelta

from departments.models import Category, Policy
from departments.policy import status_rules

UNDO = timedelta(seconds=60)  # how long an act can be taken back (actions.undoing); a notice of it waits as long

# The fields these functions may set; an action saves them together.
TIMED = [
    "status", "category", "awaiting", "queue_at", "waiting_since", "status_since", "settle_at", "close_at", "remind_at",
    "updated_at", "last_message_at", "last_by_staff", "first_reply_at", "closed_at", "closed_by",
    "snoozed_at", "snoozed_until", "snoozed_by", "hidden", "hidden_at",
]  # fmt: skip


def enter_status(ticket, status, *, at):
    """Put the ticket into `status` at the moment `at`, with everything that depends on it."""
    rules = status_rules(status, ticket.shown_department)
    ticket.status, ticket.category, ticket.awaiting = status, rules.category, rules.awaiting_reply
    ticket.status_since = at
    if rules.category == Category.CLOSED:
        ticket.waiting_since = None
        end_snooze(ticket)
    else:
        ticket.closed_at = ticket.closed_by = ticket.hidden_at = None
        ticket.hidden = ticket.Hidden.NO
    ticket.settle_at = at + timedelta(minutes=rules.settles_after) if rules.settles_into else None
    ticket.close_at, ticket.remind_at = closing_times(ticket, rules, since=max(at, ticket.last_message_at))
    ticket.queue_at = queue_time(ticket)
    if ticket.snoozed_at:
        rest(ticket)


def rest(ticket):
    """While a ticket is snoozed it waits in no queue, and nothing becomes of it by itself."""
    ticket.awaiting = False
    ticket.settle_at = ticket.close_at = ticket.remind_at = None


def end_snooze(ticket):
    """It is snoozed no more; `enter_status` says what it waits for again."""
    ticket.snoozed_at = ticket.snoozed_until = ticket.snoozed_by = None


def closing_times(ticket, rules, *, since):
    """(close_at, remind_at) of a ticket idle since `since`; None for never. Reminders only before a later closing."""
    policy = ticket.policy
    if not closes_itself(ticket, rules):
        return None, None
    close_at = since + timedelta(hours=policy.auto_close_after)
    before = timedelta(hours=policy.auto_close_reminder)
    return close_at, (close_at - before if before and close_at - before > since else None)


def closes_itself(ticket, rules):
    """Whether an idle ticket under these rules closes one day: only where its status is flagged so (S174, C2)."""
    return rules.auto_close and rules.category != Category.CLOSED and ticket.policy.auto_close_after > 0


def queue_time(ticket):
    """Where the ticket stands in its department's queue (C11, S24)."""
    by = ticket.policy.queue_clock
    if by == Policy.QueueClock.CREATED:
        return ticket.created_at
    if by == Policy.QueueClock.LAST_MESSAGE:
        return ticket.last_message_at
    return ticket.waiting_since or ticket.last_message_at


def note_message(ticket, *, by_staff, at, by_rule=False):
    """A public message was written: whose turn it is, and since when. A rule's words are no answer: nothing turns."""
    ticket.last_message_at = ticket.updated_at = at
    if by_rule:
        return
    ticket.last_by_staff = by_staff
    if by_staff:
        ticket.waiting_since = None
        ticket.first_reply_at = ticket.first_reply_at or at
    else:
        ticket.waiting_since = ticket.waiting_since or at

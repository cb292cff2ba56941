"""After an operator changed the settings: what the status of each ticket means now, and when its timers are due.

The same sentences as `clock.enter_status`, said once more as set-based updates, because 50,000 open tickets are not
locked and saved one by one. A test holds the two against each other.
"""

from datetime import timedelta

from django.db.models import Case, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from departments.models import Category, Policy
from departments.policy import forget, snapshot, status_rules

from .models import Ticket, TicketEvent, Verb

CHUNK = 1000


def retime(departments=None, statuses=None, *, now=None):
    """Give the tickets of these departments and statuses (rows; None for all) the meaning and times of the settings.

    Called after a department, the site's row or a status was saved. In chunks, each in its own transaction; safe to
    run twice. Returns how many tickets were looked at.
    """
    forget()
    now, known = now or timezone.now(), snapshot()
    departments = known.departments.values() if departments is None else departments
    statuses = known.statuses.values() if statuses is None else statuses
    return sum(
        retime_pair(known.departments[department.pk], known.statuses[status.pk], now=now)
        for department in departments
        for status in statuses
    )


def retime_pair(department, status, *, now):
    """The tickets of one department in one status."""
    rules = status_rules(status, department)
    tickets = Ticket.objects.filter(department=department.pk, status=status.pk)
    if rules.category == Category.CLOSED:
        tickets = tickets.open()  # those closed before stay as they are
        values = closed_values(now)
    else:
        values = open_values(rules, department.policy)
    values |= {"category": rules.category, "awaiting": rules.awaiting_reply}
    return update_in_chunks(tickets, values)


def closed_values(now):
    """A status that means closed from now on."""
    nothing = dict.fromkeys(["settle_at", "close_at", "remind_at", "rules_at", "waiting_since"])
    return {**nothing, "closed_at": Coalesce("closed_at", Value(now))}


def open_values(rules, policy):
    since = Coalesce("status_since", "last_message_at")
    idle_since = Greatest(since, F("last_message_at"))
    settle_at = after(since, minutes=rules.settles_after) if rules.settles_into else None
    close_at, remind_at = closing_values(rules, policy, idle_since)
    return {
        "closed_at": None,
        "closed_by": None,
        "settle_at": settle_at,
        "close_at": close_at,
        "remind_at": remind_at,
        "queue_at": queue_value(policy),
    }


def closing_values(rules, policy, idle_since):
    """clock.closing_times as expressions. Who was reminded in this idle time is not reminded again."""
    if not rules.auto_close or not policy.auto_close_after:
        return None, None
    hours, before = policy.auto_close_after, policy.auto_close_reminder
    close_at = after(idle_since, hours=hours)
    if not before or before >= hours:
        return close_at, None
    reminded = TicketEvent.objects.filter(ticket=OuterRef("pk"), verb=Verb.REMINDED, at__gte=OuterRef("status_since"))
    remind_at = Case(When(Exists(reminded), then=None), default=after(idle_since, hours=hours - before))
    return close_at, remind_at


def queue_value(policy):
    """clock.queue_time as an expression (C11)."""
    return {
        Policy.QueueClock.CREATED: F("created_at"),
        Policy.QueueClock.LAST_MESSAGE: F("last_message_at"),
    }.get(policy.queue_clock, Coalesce("waiting_since", "last_message_at"))


def after(moment, **span):
    return ExpressionWrapper(moment + timedelta(**span), output_field=DateTimeField())


def update_in_chunks(tickets, values):
    """Update rows a chunk at a time, so that no lock is held for long. Returns how many."""
    seen, last = 0, 0
    tickets = tickets.filter(merged_into=None)
    while True:
        ids = list(tickets.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return seen
        seen += tickets.filter(Q(pk__in=ids)).update(**values)
        last = ids[-1]

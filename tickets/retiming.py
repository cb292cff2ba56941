"""After an operator changed the settings: what the status of each ticket means now, and when its timers are due.

The same sentences as `clock.enter_status`, said once more as set-based updates, because 50,000 open tickets are not
locked and saved one by one. A test holds the two against each other.
"""

from datetime import timedelta

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from departments.models import Category, Policy
from departments.policy import forget, snapshot, status_rules

from .found import in_turns
from .models import Ticket, TicketEvent, Verb

CHUNK = 1000


def retime(departments=None, statuses=None, *, now=None):
    """Give the tickets of these departments and statuses (rows; None for all) the meaning and times of the settings.

    Called after a department, the site's row or a status was saved. In chunks, each in its own transaction; safe to
    run twice. Returns how many tickets were changed.
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
    """The tickets of one department in one status; what is hidden stays closed. Returns how many were changed."""
    rules = status_rules(status, department)
    tickets = Ticket.objects.filter(department=department.pk, status=status.pk, merged_into=None, hidden="")
    meaning = {"category": rules.category, "awaiting": rules.awaiting_reply}
    if rules.category == Category.CLOSED:  # those closed before stay as they are
        return update_in_chunks(tickets.open(), {**meaning, **closed_values(now)})
    tickets, snoozed = tickets.filter(hidden="", snoozed_at=None), tickets.exclude(snoozed_at=None)
    changed = update_in_chunks(snoozed, {"category": rules.category})  # its times are set when it wakes
    values = {**meaning, **open_values(rules, department.policy)}
    if values["remind_at"] is None:
        return changed + update_in_chunks(tickets, values)
    # Who was reminded in this idle time is not reminded again
    events = TicketEvent.objects.filter(ticket=OuterRef("pk"), verb=Verb.REMINDED, at__gte=OuterRef("status_since"))
    changed += update_in_chunks(tickets.exclude(Exists(events)), values)
    return changed + update_in_chunks(tickets.filter(Exists(events)), {**values, "remind_at": None})


def closed_values(now):
    """A status that means closed from now on."""
    nothing = dict.fromkeys(["settle_at", "close_at", "remind_at", "rules_at", "waiting_since"])
    nothing |= dict.fromkeys(["snoozed_at", "snoozed_until", "snoozed_by"])
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
    """clock.closing_times as expressions."""
    if not rules.auto_close or not policy.auto_close_after:
        return None, None
    hours, before = policy.auto_close_after, policy.auto_close_reminder
    remind_at = after(idle_since, hours=hours - before) if 0 < before < hours else None
    return after(idle_since, hours=hours), remind_at


def queue_value(policy):
    """clock.queue_time as an expression (C11)."""
    return {
        Policy.QueueClock.CREATED: F("created_at"),
        Policy.QueueClock.LAST_MESSAGE: F("last_message_at"),
    }.get(policy.queue_clock, Coalesce("waiting_since", "last_message_at"))


def after(moment, **span):
    return ExpressionWrapper(moment + timedelta(**span), output_field=DateTimeField())


def update_in_chunks(tickets, values):
    """Update the rows that are not so yet, a chunk at a time, so that no lock is held for long. Returns how many."""
    changed, last = 0, 0
    tickets = tickets.filter(other_than(values))
    while True:
        ids = list(tickets.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return changed
        changed += in_turns(ids, lambda some: tickets.filter(pk__in=some).update(**values))
        last = ids[-1]


def other_than(values):
    """A Q: rows in which at least one of these fields has another value. No value may come out as NULL but None."""
    differs = Q()
    for name, value in values.items():
        differs |= Q(**{f"{name}__isnull": False}) if value is None else ~Q(**{name: value})
    return differs

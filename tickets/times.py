"""Time spent on tickets as pages show it: on one ticket, and day by day (S152). Nothing of it is for clients."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Q, Sum
from django.utils import timezone

from departments.models import Activity
from departments.policy import snapshot
from helpdesk_site.lib.spans import clock_of

from . import access
from .models import TimeEntry

_kept = (None, {})
CENT = Decimal("0.01")


class Typed(NamedTuple):
    """What somebody typed of the time spent, by the names a reply's form has for it."""

    time: str
    activity: str
    billable: str
    amount: str
    invoicing: str
    time_text: str

    invoicings = TimeEntry.Invoicing.choices  # that are offered


FIELDS = Typed._fields


class Spent(NamedTuple):
    """One entry on the page of its ticket; `by` is an id, or a User after `named`."""

    pk: int
    by: object
    minutes: int
    message: int  # id of what it was logged with, 0 for none
    activity: object
    is_billable: bool
    amount: Decimal | None
    day: str
    text: str

    @property
    def clock(self):
        return clock_of(self.minutes)


@dataclass(frozen=True)
class Times:
    """What was logged on one ticket."""

    entries: list = field(default_factory=list)

    @property
    def clock(self):
        return clock_of(sum(entry.minutes for entry in self.entries))

    @property
    def amount(self):
        return sum((entry.amount for entry in self.entries if entry.amount and entry.is_billable), Decimal(0))

    @property
    def people(self):
        return {entry.by for entry in self.entries}

    def named(self, people):
        return Times([entry._replace(by=people.get(entry.by)) for entry in self.entries])

    def of_message(self, pk):
        """The time logged with one message, as a clock; "" for none."""
        minutes = sum(entry.minutes for entry in self.entries if entry.message == pk)
        return clock_of(minutes) if minutes else ""


def spent(pk, by, word, text):
    """The Spent of one row of tickets.around."""
    minutes, message, activity, billable, amount, day = word.split(" ")
    row = activities().get(int(activity))
    price = None if amount == "-" else Decimal(amount).quantize(CENT)
    return Spent(pk, by, int(minutes), int(message), row, billable == "1", price, day, text)


def activities():
    """{id: Activity} of all of them in their order, at most as old as the snapshot of the policy."""
    global _kept
    now = snapshot()
    if _kept[0] is not now:
        _kept = (now, {row.pk: row for row in Activity.objects.order_by("position", "name", "pk")})
    return _kept[1]


def typed_again(said):
    """What the form of a reply said of the time spent, from what PendingReply.after keeps of it."""
    if not said:
        return {}
    return {
        "time": clock_of(said["minutes"]) if said["minutes"] else "",
        "activity": str(said["activity"] or ""),
        "billable": "on" if said["billable"] else "",
        "amount": said["amount"] or "",
        "invoicing": said["invoicing"],
        "time_text": said["text"],
    }


# --- Day by day -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Which entries somebody asks for: of these days, of one person or department (ids, 0 for all they may see)."""

    viewer: object
    first: object
    last: object
    user: int = 0
    department: int = 0


def seen_by(viewer):
    """A Q over entries: one's own, wherever their tickets are now, and all of the departments one leads."""
    user = viewer.user
    if user.is_superuser:
        return Q()
    places = access.departments_of(user)
    led = [pk for pk in places if access.leads(user, pk)]
    return Q(user=user) | Q(ticket__department__in=led)


def listed(asked):
    """The entries asked for, in order."""
    rows = TimeEntry.objects.filter(seen_by(asked.viewer), day__gte=asked.first, day__lte=asked.last)
    if asked.user:
        rows = rows.filter(user=asked.user)
    if asked.department:
        rows = rows.filter(ticket__department=asked.department)
    about = ("ticket__client", "ticket__department", "ticket__organisation", "user")
    return rows.select_related(*about).order_by("day", "pk")


def totals(rows):
    """(entries, minutes, billable minutes, amount) of these."""
    said = rows.order_by().aggregate(
        n=Count("pk"), all=Sum("minutes"), billable=Sum("minutes", filter=Q(is_billable=True)),
        amount=Sum("amount", filter=Q(is_billable=True)),
    )  # fmt: skip
    amount = (said["amount"] or Decimal(0)).quantize(CENT)
    return said["n"], clock_of(said["all"] or 0), clock_of(said["billable"] or 0), amount


def by_day(rows, days):
    """{day: how much was spent on it, as a clock} of these days of these entries: whole days, whatever a page shows."""
    said = rows.filter(day__in=days).order_by().values_list("day").annotate(Sum("minutes")) if days else []
    return {day: clock_of(minutes) for day, minutes in said}


def today():
    """Of the person's own calendar."""
    return timezone.localdate()

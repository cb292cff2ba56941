"""Time spent on a ticket, and what is billed for it (S152). No client ever sees any of it."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from departments.models import Activity
from helpdesk_site.lib.text import clean_line

from .. import access
from ..events import action, record
from ..models import TimeEntry, Verb
from ..refused import Refused
from ._shared import locked

TEXT_LENGTH = TimeEntry._meta.get_field("text").max_length
MOST = 7 * 24 * 60  # minutes of one entry
CENT = Decimal("0.01")
FIELDS = ("minutes", "activity", "is_billable", "amount", "invoicing", "text", "day")


@action
def log_time(
    ticket, *, user, minutes=0, activity=None, is_billable=False, amount=None, invoicing=TimeEntry.Invoicing.NO,
    text="", day=None, message=None,
):  # fmt: skip
    """Log time somebody spent, or an item to bill; `message` is what it was logged with. Without an amount what is
    billable costs what its activity does. Returns the entry; raises Refused for one that says nothing."""
    ticket = locked(ticket)
    refuse_nothing(minutes, amount)
    entry = TimeEntry.objects.create(
        ticket=ticket, message=message, user=user, activity=activity, minutes=minutes, is_billable=is_billable,
        amount=amount if amount is not None else price(activity, minutes, is_billable), invoicing=invoicing,
        text=clean_line(text)[:TEXT_LENGTH], day=day or timezone.localdate(),
    )  # fmt: skip
    told(ticket, "logged", entry, actor=user)
    return entry


@action
def change_time(entry, *, actor, **said):
    """Correct an entry, by TimeEntry's FIELDS. An amount left empty is worked out anew. Returns the entry."""
    ticket, entry = locked_with(entry)
    refuse_others(entry, ticket, actor)
    before = entry.minutes
    for name in FIELDS:
        if name in said:
            setattr(entry, name, said[name])
    refuse_nothing(entry.minutes, entry.amount)
    entry.text = clean_line(entry.text)[:TEXT_LENGTH]
    if entry.amount is None:
        entry.amount = price(entry.activity, entry.minutes, entry.is_billable)
    entry.save(update_fields=FIELDS)
    told(ticket, "changed", entry, actor=actor, **{"from": before})
    return entry


@action
def remove_time(entry, *, actor):
    """Take an entry off; the history keeps how much it was."""
    ticket, entry = locked_with(entry)
    refuse_others(entry, ticket, actor)
    told(ticket, "removed", entry, actor=actor)
    entry.delete()


def locked_with(entry):
    """(its ticket, the fresh entry), locked. Raises Refused when it has gone."""
    ticket = locked(entry.ticket)
    row = TimeEntry.objects.select_for_update().filter(pk=entry.pk).first()
    if row is None:
        raise Refused(_("Somebody took this entry off."))
    return ticket, row


def refuse_nothing(minutes, amount):
    """Raise Refused for an entry of neither time nor money, and for one of more than a week."""
    if not minutes and amount is None:
        raise Refused(_("Enter the time spent, or an amount."))
    if minutes > MOST:
        raise Refused(_("At most seven days in one entry."))


def refuse_others(entry, ticket, actor):
    """Raise Refused for what a colleague logged, and for what was invoiced, unless one leads the department."""
    if access.leads(actor, ticket.department_id):
        return
    if entry.user_id != actor.pk:
        raise Refused(_("A colleague logged this. Whoever leads the department can change it."))
    if entry.invoicing == TimeEntry.Invoicing.DONE:
        raise Refused(_("This is invoiced already. Whoever leads the department can change it."))


def price(activity, minutes, is_billable):
    """What so many minutes of an activity cost; None where nothing says so."""
    if not is_billable or activity is None or activity.hourly is None:
        return None
    return (activity.hourly * minutes / 60).quantize(CENT, ROUND_HALF_UP)


def told(ticket, did, entry, *, actor, **more):
    texts = {"text": entry.text} if entry.text else None
    said = {"entry": entry.pk, "minutes": entry.minutes, **more}
    record(ticket, Verb.TIMED, actor=actor, did=did, texts=texts, **said)


def kept(said):
    """What PendingReply.after keeps of the fields of an entry, so that it is logged when the reply goes."""
    return {
        "minutes": said["minutes"],
        "activity": said["activity"] and said["activity"].pk,
        "billable": said["is_billable"],
        "amount": None if said["amount"] is None else str(said["amount"]),
        "invoicing": said["invoicing"],
        "text": said["text"],
        "day": timezone.localdate().isoformat(),
    }


def log_kept(ticket, said, actor, message):
    """Log what `kept` has kept. An activity that is gone since is none."""
    log_time(
        ticket, user=actor, message=message, minutes=said["minutes"], is_billable=said["billable"],
        activity=Activity.objects.filter(pk=said["activity"]).first(), invoicing=said["invoicing"], text=said["text"],
        amount=None if said["amount"] is None else Decimal(said["amount"]), day=parse_date(said["day"]),
    )  # fmt: skip

"""Time spent as pages send it: with a reply or a note, or alone (S152)."""

from datetime import date, timedelta

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk_site.lib.dates import parse_day
from helpdesk_site.lib.spans import clock_of, parse_minutes
from helpdesk_site.lib.text import clean_line

from .. import times
from ..actions.timing import MOST, TEXT_LENGTH, kept
from ..models import TimeEntry
from ..refused import Refused
from .portal import LineField, RowField

Invoicing = TimeEntry.Invoicing
AHEAD = timedelta(days=1)  # of the calendar, for those far to the east


class SpanField(forms.CharField):
    """Minutes, typed as 0:12, 12 or 1h 5m."""

    default_error_messages = {
        "invalid": gettext_lazy("Enter the time as 0:12, 12 or 1h 5m"),
        "too_long": gettext_lazy("At most seven days in one entry."),
    }

    def to_python(self, value):
        minutes = parse_minutes(value)
        if minutes is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if minutes > MOST:
            raise forms.ValidationError(self.error_messages["too_long"], code="too_long")
        return minutes

    def prepare_value(self, value):
        return clock_of(value) if isinstance(value, int) else value


class TimeForm(forms.Form):
    """What was done, how long, and what is billed. The names of its fields are those of a reply's form."""

    time = SpanField(label=gettext_lazy("Time spent"), required=False)
    billable = forms.BooleanField(label=gettext_lazy("Billable"), required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), required=False, max_digits=10, decimal_places=2, localize=True,
        validators=[MinValueValidator(0)],
        help_text=gettext_lazy("Empty: what the activity costs."),
    )  # fmt: skip
    invoicing = forms.ChoiceField(label=gettext_lazy("Invoicing"), choices=Invoicing.choices, required=False)
    time_text = LineField(label=gettext_lazy("Description"), required=False, max_length=TEXT_LENGTH)

    def __init__(self, *args, chosen=None, **more):
        super().__init__(*args, **more)
        rows = [row for row in times.activities().values() if row.is_active or row.pk == chosen]
        if rows:
            none = pgettext_lazy("activity", "None")
            said = {"empty": none, "label": _("Activity"), "required": False}
            self.fields["activity"] = RowField(rows, key="pk", name=lambda row: row.said(), **said)
        self.order_fields(["time", "activity", "billable", "amount", "invoicing", "time_text"])

    @property
    def says_something(self):
        return bool(self.cleaned_data.get("time") or self.cleaned_data.get("amount") is not None)

    @property
    def said(self):
        """The fields of an entry. What is to be invoiced is billable."""
        cleaned = self.cleaned_data
        invoicing = cleaned.get("invoicing") or Invoicing.NO
        return {
            "minutes": cleaned.get("time") or 0,
            "activity": cleaned.get("activity"),
            "is_billable": cleaned["billable"] or invoicing != Invoicing.NO,
            "amount": cleaned.get("amount"),
            "invoicing": invoicing,
            "text": clean_line(cleaned.get("time_text")),
        }


class EntryForm(TimeForm):
    """The same alone, with its day."""

    time = SpanField(
        label=gettext_lazy("Time spent"), required=False, help_text=gettext_lazy("As 0:12, 12 or 1h 5m.")
    )

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a day"), "invalid": gettext_lazy("Choose a day")},
    )

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not date(2000, 1, 1) <= day <= times.today() + AHEAD:
            raise forms.ValidationError(_("Choose a day that has come."))
        return day

    @property
    def said(self):
        return super().said | {"day": self.cleaned_data["day"]}


def of_entry(entry):
    """What the form of an entry begins with."""
    return {
        "time": entry.minutes, "activity": entry.activity_id, "billable": entry.is_billable, "amount": entry.amount,
        "invoicing": entry.invoicing, "time_text": entry.text, "day": entry.day,
    }  # fmt: skip


def time_sent(sent):
    """The fields of the entry a reply or a note was sent with; None for none. Raises Refused for what is no time."""
    form = TimeForm(sent)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise Refused(_("%(field)s: %(error)s") % {"field": form.fields[name].label, "error": errors[0]})
    return form.said if form.says_something else None


def time_kept(sent):
    """{"time": …} for PendingReply.after, or {}."""
    said = time_sent(sent)
    return {"time": kept(said)} if said else {}


# --- The list by day --------------------------------------------------------------------------------------------------

LONGEST = timedelta(days=366)


def asked(query, viewer):
    """The times.Asked of an address; what is no day or nobody's number is left out (T19). Alone, `day` is one day."""
    today = times.today()
    day = day_in(query.get("day"))
    first = day or day_in(query.get("from")) or today
    last = day or day_in(query.get("until")) or max(first, today)
    first, last = min(first, last), max(first, last)
    return times.Asked(
        viewer, max(first, last - LONGEST), last, number_in(query.get("user")), number_in(query.get("department"))
    )


def day_in(text):
    return parse_day(text or "")


def number_in(text):
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0

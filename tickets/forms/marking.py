"""What staff hang on a ticket, as a page sends it: tags, a snooze, the points of a checklist (T19)."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Tone

from ..actions.checking import LONGEST as POINT_LENGTH
from ..actions.snoozing import NOTE_LENGTH
from ..lists import queues
from ..refused import Refused
from .portal import LineField

NINE = time(9)


class Moment(NamedTuple):
    """One choice of the snooze's menu; `until` is None for the client's word."""

    code: str
    words: str
    until: datetime | None


def moments(now):
    """What a snooze offers, in the agent's own zone: later today, tomorrow and Monday at nine, in a week."""
    local = timezone.localtime(now)
    tomorrow, monday = local.date() + timedelta(days=1), local.date() + timedelta(days=7 - local.weekday())
    found = [
        Moment("hours", _("In 3 hours"), now + timedelta(hours=3)),
        Moment("tomorrow", _("Tomorrow at 9:00"), at_nine(tomorrow)),
        Moment("monday", _("On Monday at 9:00"), at_nine(monday)),
        Moment("week", _("In a week"), now + timedelta(days=7)),
        Moment("client", _("Until the client writes"), None),
    ]
    return [one for one in found if one.code != "monday" or monday != tomorrow]


def at_nine(day):
    return timezone.make_aware(datetime.combine(day, NINE))


class SnoozeForm(forms.Form):
    """Until when: one of the choices, or a moment of one's own; and why."""

    note = LineField(label=gettext_lazy("Why"), max_length=NOTE_LENGTH, required=False)
    at = forms.DateTimeField(
        label=gettext_lazy("A date and time"),
        required=False,
        error_messages={"invalid": gettext_lazy("Choose a date and a time")},
    )

    def clean(self):
        """`until` is the moment chosen; asked for by a button, or by the field."""
        said = super().clean()
        chosen = {moment.code: moment.until for moment in moments(timezone.now())}
        code = self.data.get("until", "")
        if code in chosen:
            said["until"] = chosen[code]
        elif said.get("at"):
            said["until"] = said["at"]
        elif "at" not in self.errors:
            self.add_error("at", _("Choose a date and a time"))
        return said


def ids_in(values):
    """The ids among these values of a form, each once."""
    return list(dict.fromkeys(int(value) for value in values if queues.is_id(value)))


class PointRow(NamedTuple):
    """One point as the page for the whole list sends it."""

    pk: int
    text: str
    place: int
    is_removed: bool


def points_in(sent):
    """The PointRows of a form, in the order it wants."""
    rows = []
    for pk in ids_in(sent.getlist("point"))[:200]:
        place = sent.get(f"place_{pk}", "")
        text = sent.get(f"text_{pk}", "")[: POINT_LENGTH * 2]
        rows.append(PointRow(pk, text, int(place) if queues.is_id(place) else 0, f"remove_{pk}" in sent))
    return sorted(rows, key=lambda row: row.place)


def headings_in(sent):
    """[(heading, the one it is to have)] of the lists of a form."""
    return list(zip(sent.getlist("was"), sent.getlist("heading"), strict=False))[:200]


def chosen_tone(code):
    """The colour of a tag; "" for none. Raises Refused for what nobody offers."""
    if code and code not in Tone.values:
        raise Refused(_("Choose one of the list."))
    return code

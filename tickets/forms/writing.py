"""What is sent along with a reply: the time it is to go (FIELD 1.2, “send later”)."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django import forms
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..refused import Refused
from .portal import TextField

NINE = time(9)
TYPED = "typed"  # of the button that Enter presses


class Moment(NamedTuple):
    """One choice of the menu: when, in whose words, and when that is for the agent where their clocks differ."""

    code: str
    words: str
    at: datetime
    own: str = ""


def moments(client, now):
    """What "send later" knows: in two hours, tomorrow and Monday at nine where the client is. Where nobody knows that,
    it is nine where the agent is."""
    zone = client.zone if client.time_zone else timezone.get_current_timezone()
    day = timezone.localtime(now, zone).date()
    tomorrow, monday = day + timedelta(days=1), day + timedelta(days=7 - day.weekday())
    if client.time_zone:
        words = _("Tomorrow at 9:00, client’s time"), _("On Monday at 9:00, client’s time")
    else:
        words = _("Tomorrow at 9:00"), _("On Monday at 9:00")
    return [
        Moment("hours", _("In 2 hours"), now + timedelta(hours=2)),
        at_nine("tomorrow", words[0], tomorrow, zone),
        at_nine("monday", words[1], monday, zone),
    ]


def offered(client, now):
    """The same, each moment once."""
    return list({moment.at: moment for moment in reversed(moments(client, now))}.values())[::-1]


def at_nine(code, words, day, zone):
    at = timezone.make_aware(datetime.combine(day, NINE), zone)
    here = timezone.localtime(at)
    same = here.utcoffset() == at.utcoffset()
    return Moment(code, words, at, "" if same else formats.date_format(here, "SHORT_DATETIME_FORMAT"))


def time_chosen(sent, client):
    """When a reply is to go, as its form says it: one of the moments, or a date and time where the agent is; None for
    now. Raises Refused for what is no time."""
    code = later_of(sent)
    if not code:
        return None
    known = {moment.code: moment.at for moment in moments(client, timezone.now())}
    return known[code] if code in known else moment_typed(sent.get("later_at", ""))


def later_of(sent):
    """What a form says of later: the code of a moment, or that one was typed. Enter in a line, without script, presses
    a button that says so whether or not one was; then it goes now."""
    code = sent.get("later", "")
    return "" if code == TYPED and not sent.get("later_at") else code


def moment_typed(text):
    """A date and time as a field of the page gives it. Raises Refused for anything else."""
    try:
        return forms.DateTimeField().clean(text[:40])
    except forms.ValidationError:
        raise Refused(_("Choose a date and a time")) from None


class LaterForm(forms.Form):
    """Another text or another time for a reply that waits."""

    message = TextField(label=gettext_lazy("Text"))
    at = forms.DateTimeField(
        label=gettext_lazy("A date and time"),
        error_messages={
            "required": gettext_lazy("Choose a date and a time"),
            "invalid": gettext_lazy("Choose a date and a time"),
        },
    )

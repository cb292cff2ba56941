"""Moments in words: in the reader's language, time zone and day. What is spelt once is kept, for lists show the same
moments all day."""

import datetime
import re
from functools import lru_cache

from django.utils import dateformat, formats, timezone
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

WEEK = 7 * 24 * 3600
LONG = 90  # seconds; more is told in minutes


def when(moment, style="both", cls=""):
    """A moment for people, in the active time zone; the exact one stands in `title` and `datetime`.

    `style`: "both" 2 minutes ago (14:03); "two" the same on two lines; "relative" 2 minutes ago; "short" 2 min;
    "absolute" 20 November 2026, 14:03; "clock" 14:03, with the day unless it is today; "date". After a week an age is
    told as its day.
    """
    return when_in(reader(), moment, style, cls) if moment else ""


def reader():
    """What all times of a page depend on: the moment it is drawn, and the reader's language, zone and day."""
    now = timezone.now()
    return now.timestamp(), (get_language(), timezone.get_current_timezone_name(), timezone.localdate(now))


def when_in(reader, moment, style="both", cls=""):
    """The same for somebody who draws hundreds of moments for one reader."""
    (now, place), second = reader, int(moment.timestamp())
    age = now - second
    if style in REL and -60 <= age < WEEK:
        inside, below = _beside(second, style, *place)
        attributes, told = _attributes(second, style, cls, *place[:2]), _age(age, style)
        return format_html("<time {}>{}{}</time>{}", attributes, told, inside, below)
    return _dated(second, style, cls, *place)


@lru_cache(maxsize=16384)
def _dated(second, style, cls, language, zone, today):
    """A moment that is not told as its age: the same all day."""
    local, (_inside, below) = _local(second), _beside(second, style, language, zone, today, aged=False)
    attributes = _attributes(second, "", cls, language, zone)
    return format_html("<time {}>{}</time>{}", attributes, _day(local, today, style), below)


@lru_cache(maxsize=16384)
def _attributes(second, style, cls, language, zone):
    kind = format_html(' class="{}"', cls) if cls else ""
    return format_html("{}{}{}", _exactly(second, language, zone), REL[style] if style else "", kind)


def _local(second):
    return timezone.localtime(datetime.datetime.fromtimestamp(second, datetime.UTC))


def exactly(moment):
    """The attributes of a <time> that say a moment to the second. Spelt once: lists show the same moments all day."""
    return _exactly(int(moment.timestamp()), get_language(), timezone.get_current_timezone_name())


@lru_cache(maxsize=16384)
def _exactly(second, language, zone):
    local = _local(second)
    moment = local.astimezone(datetime.UTC)
    machine, people = moment.strftime("%Y-%m-%dT%H:%M:%SZ"), _in_full(second, language, zone)
    return format_html('datetime="{}" title="{}, {}"', machine, people, local.tzname())


# The attribute that lets the script keep an age right, for the styles that are ages.
REL = {style: format_html(' data-rel="{}"', style) for style in ("both", "two", "relative", "short")}


def _age(seconds, style):
    return ago_short(seconds) if style == "short" else ago(seconds)


def _day(local, today, style):
    """What stands for a moment that is not told as its age."""
    if style == "short":
        return short_day(local, today)
    if style == "clock":
        return clock(local, today)
    return written(local, "DATETIME_FORMAT" if style == "absolute" else "DATE_FORMAT")


@lru_cache(maxsize=16384)
def _beside(second, style, language, zone, today, aged=True):
    """The hour inside the same line, and the hour on a line below."""
    local = _local(second)
    if style == "both" and aged:
        return format_html("<span> ({})</span>", clock(local, today)), ""
    if style == "two":
        return "", format_html("<small>{}</small>", clock(local, today) if aged else written(local, "TIME_FORMAT"))
    return "", ""


def in_full(moment):
    """“20 November 2026, 14:03”, for the middle of a sentence."""
    return _in_full(int(moment.timestamp()), get_language(), timezone.get_current_timezone_name())


@lru_cache(maxsize=16384)
def _in_full(second, language, zone):
    return written(_local(second), "DATETIME_FORMAT")


def written(local, format_name):
    """As `formats.date_format`, whose pattern is cut anew each time and costs three times as much."""
    return _spell(local, formats.get_format(format_name))


def short_day(local, today):
    """“12 Nov”, with the year unless it is this one."""
    pattern = formats.get_format("SHORT_DATE_FORMAT")
    return _spell(local, re.sub(r"\W*Y", "", pattern) if local.year == today.year else pattern)


def _spell(local, pattern):
    look = dateformat.DateFormat(local)
    return "".join(str(getattr(look, piece)()) if letter else piece for letter, piece in _cut(pattern))


@lru_cache(maxsize=64)
def _cut(pattern):
    """A date pattern as (is a format letter, text) pairs."""
    parts = enumerate(dateformat.re_formatchars.split(pattern))
    return [(bool(i % 2), part if i % 2 else dateformat.re_escaped.sub(r"\1", part)) for i, part in parts if part]


def ago(seconds):
    """“3 minutes ago”, in the active language."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}


def ago_short(seconds):
    """“3 min” for a narrow column; the words do not decline."""
    minutes = max(int(seconds // 60), 0)
    if minutes < 60:
        return pgettext("age", "%(n)s min") % {"n": minutes}
    if minutes < 24 * 60:
        return pgettext("age", "%(n)s h") % {"n": minutes // 60}
    return pgettext("age", "%(n)s d") % {"n": minutes // 1440}


def countdown(seconds, reload=False):
    """How long is left, “85 s” or “10 min”; the script counts on, and fetches the page anew at the end if asked to."""
    unit, long = pgettext("seconds", "s"), pgettext("age", "%(n)s min") % {"n": "#"}
    short = f"#\N{NO-BREAK SPACE}{unit}"
    said = long.replace("#", str(-(-seconds // 60))) if seconds > LONG else short.replace("#", str(seconds))
    return format_html(
        '<span class="num" data-countdown="{}" data-words="{}|{}"{}>{}</span>',
        seconds, short, long, " data-reload" if reload else "", said,
    )  # fmt: skip


def clock(local, today):
    """The hour, and the day unless it is today."""
    return _clock(local.replace(second=0, microsecond=0, tzinfo=None), local.date() == today, get_language())


@lru_cache(maxsize=16384)
def _clock(local, is_today, language):  # `local` without its zone: the same instant in two zones is two hours
    hour = written(local, "TIME_FORMAT")
    if is_today:
        return hour
    return pgettext("day and hour", "%(day)s, %(hour)s") % {"day": written(local, "MONTH_DAY_FORMAT"), "hour": hour}


def time_zone_name():
    """The zone times are shown in, for the foot of the page: “Europe/Moscow, UTC+3”."""
    now = timezone.localtime()
    offset = int(now.utcoffset().total_seconds()) // 60
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset), 60)
    shown = f"UTC{'+' if offset > 0 else '−'}{hours}" + (f":{minutes:02}" if minutes else "")
    return f"{str(timezone.get_current_timezone_name()).replace('_', ' ')}, {shown}"

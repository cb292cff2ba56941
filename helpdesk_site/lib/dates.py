"""Days and moments as people type and read them; pure, the words are chosen in templates."""
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = re.compile(r"\s*([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\s*", re.ASCII)
_UNITS = (("year", 365 * 86400), ("month", 30 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60))


def parse_day(text) -> date | None:
    """Return the day written as ``YYYY-MM-DD``, or None for anything else and for years no ticket can have."""
    found = _DAY.fullmatch(text) if isinstance(text, str) and len(text) < 40 else None
    if not found:
        return None
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day) if 1970 <= year <= 2999 else None
    except ValueError:
        return None


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the moment a day begins in a time zone; where the clocks skip midnight, the first moment that exists."""
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    return midnight.astimezone(UTC).astimezone(zone)  # a skipped midnight, read by the old offset, is the jump itself


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the moment the next day begins: a filter asks ``< end_of_day`` and so misses no microsecond."""
    return start_of_day(day + timedelta(days=1), zone)


def day_of(at: datetime, zone: tzinfo) -> date:
    """Return the day a moment falls on in a time zone."""
    return at.astimezone(zone).date()


def day_range(first: date | None, last: date | None, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Return (from, before) for a filter of two days, both included, swapped when they came the wrong way round."""
    if first and last and last < first:
        first, last = last, first
    return (start_of_day(first, zone) if first else None, end_of_day(last, zone) if last else None)


def ago(at: datetime, now: datetime) -> tuple[int, str]:
    """Return how far apart two moments are in the largest whole unit: ``(3, "hour")``.

    Under a minute it is ``(0, "minute")``. The number is negative when ``at`` is still to come. Months count 30 days,
    years 365.
    """
    seconds = int((now - at).total_seconds())
    sign = -1 if seconds < 0 else 1
    for unit, length in _UNITS:
        if abs(seconds) >= length:
            return sign * (abs(seconds) // length), unit
    return 0, "minute"


def of_cursor(value):
    """The moment a bare cursor gave; SQLite says it without its zone, in UTC, and perhaps in text."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)

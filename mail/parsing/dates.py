"""The date a mail gives itself, when it can be one."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

YEARS = range(1990, 2101)


def read(value: str) -> datetime | None:
    """Return the moment in UTC; None for what is no date, or one of another age."""
    try:
        found = parsedate_tz(value[:200])
        if not found or found[0] not in YEARS:
            return None
        offset = timedelta(seconds=found[9] or 0)
        return datetime(*found[:5], min(found[5], 59), tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None

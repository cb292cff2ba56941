"""Days and moments in the zones where clocks jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk_site.lib import dates

BERLIN, SAO_PAULO, BEIRUT = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Beirut")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        (" 2026-3-1 ", date(2026, 3, 1)),
        ("2026-02-29", None),
        ("2026-13-01", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("01.03.2026", None),
        ("2026-03-01T00:00", None),
        ("٢٠٢٦-٠٣-٠١", None),
        ("", None),
        (None, None),
        (["2026-03-01"], None),
        ("2026-03-01" * 100, None),
    ],
)
def test_a_day_is_read_or_left_out(typed, day):
    """T19: a filter nobody offered is left out."""
    assert dates.parse_day(typed) == day


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        (date(2026, 7, 1), BERLIN, "2026-06-30T22:00"),
        (date(2026, 3, 29), BERLIN, "2026-03-28T23:00"),
        (date(2018, 11, 4), SAO_PAULO, "2018-11-04T03:00"),  # clocks went from 0:00 to 1:00
        (date(2026, 3, 29), BEIRUT, "2026-03-28T22:00"),  # likewise
        (date(2018, 2, 18), SAO_PAULO, "2018-02-18T03:00"),  # 23:00 to 24:00 of the day before came twice
        (date(2026, 1, 1), UTC, "2026-01-01T00:00"),
    ],
)
def test_a_day_begins_when_it_begins_there(day, zone, start):
    """S88: from and to are days of the reader's zone."""
    begins = dates.start_of_day(day, zone)
    assert begins == datetime.fromisoformat(start).replace(tzinfo=UTC)
    before = begins.astimezone(UTC) - timedelta(microseconds=1)
    assert dates.day_of(begins, zone) == day and dates.day_of(before, zone) < day


def test_days_follow_one_another_without_a_gap():
    """S88: no moment belongs to two days or to none."""
    day = date(2018, 1, 1)
    for _ in range(365):
        assert dates.end_of_day(day, SAO_PAULO) == dates.start_of_day(day + timedelta(days=1), SAO_PAULO)
        day += timedelta(days=1)


def test_a_range_includes_both_days_whichever_comes_first():
    """S88."""
    first, last = date(2026, 1, 1), date(2026, 1, 2)
    whole = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC))
    assert dates.day_range(first, last, UTC) == dates.day_range(last, first, UTC) == whole
    assert dates.day_range(None, last, UTC) == (None, whole[1])
    assert dates.day_range(first, None, UTC) == (whole[0], None)
    assert dates.day_range(None, None, UTC) == (None, None)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, (0, "minute")),
        (59, (0, "minute")),
        (60, (1, "minute")),
        (3599, (59, "minute")),
        (3600, (1, "hour")),
        (86400 * 29, (29, "day")),
        (86400 * 30, (1, "month")),
        (86400 * 364, (12, "month")),
        (86400 * 365, (1, "year")),
        (-30, (0, "minute")),
        (-7200, (-2, "hour")),
    ],
)
def test_how_long_ago_is_told_in_its_largest_unit(seconds, told):
    """S20: last activity."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert dates.ago(now - timedelta(seconds=seconds), now) == told

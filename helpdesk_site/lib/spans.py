"""Spans of time as people type and read them: minutes, and hours with minutes."""

import re

from .numbers import Number

_CLOCK = re.compile(r"([0-9]{1,3}):([0-5]?[0-9])", re.ASCII)
_PLAIN = re.compile(r"[0-9]{1,5}", re.ASCII)
_WORDS = re.compile(
    r"(?:([0-9]{1,3}(?:[.,][0-9]{1,2})?)\s*(?:h|hr|hrs|hours?|ч|час|часа|часов|heures?|horas?)\.?)?\s*"
    r"(?:([0-9]{1,5})\s*(?:m|min|mins|minutes?|м|мин|минут|минуты|minutos?)?\.?)?",
    re.IGNORECASE,
)


def parse_minutes(text) -> int | None:
    """Return the minutes that "0:12", "12", "1h 5m" or "1,5 h" mean; 0 for nothing, None for anything else."""
    text = str(text or "").strip()
    if not text:
        return 0
    if len(text) > 40:
        return None
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 60 + int(clock[2])
    if _PLAIN.fullmatch(text):
        return int(text)
    words = _WORDS.fullmatch(text)
    if not words:
        return None
    hours = float(words[1].replace(",", ".")) if words[1] else 0
    return round(hours * 60) + int(words[2] or 0)


def clock_of(minutes: int) -> str:
    """Return minutes as hours and minutes: ``1:05``."""
    return f"{Number(minutes // 60)}:{minutes % 60:02d}"

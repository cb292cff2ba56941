"""Invitations (RFC 5545): the files stay files; what, when, where and by whom is read out of them."""

import re

from helpdesk_site.lib.text import clean_line

from .charsets import decode
from .letter import Event

EVENTS_LIMIT = 20
SIZE_LIMIT = 200_000  # bytes of one calendar that are read
_FIELD = re.compile(r"([A-Za-z-]{1,40})((?:;[^:;=\"]{1,60}=(?:\"[^\"]*\"|[^:;\"]*))*):(.*)")
_UNFOLD = re.compile(r"\n[ \t]")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$")


def read(files) -> tuple[Event, ...]:
    """Return the events of the calendars among these files."""
    found = []
    for file in files:
        if file.content_type in ("text/calendar", "application/ics"):
            found += _events(decode(file.data[:SIZE_LIMIT]))
    return tuple(found[:EVENTS_LIMIT])


def summary(events) -> str:
    """Return a text that says of each event what, when, where and by whom."""
    return "\n\n".join("\n".join(filter(None, _lines(event))) for event in events)


def _lines(event):
    when = " – ".join(filter(None, [event.start, event.end]))
    return [event.summary, " ".join(filter(None, [when, event.zone])), event.location, event.organizer]


def _events(text: str):
    fields, inside = {}, []
    for line in _UNFOLD.sub("", text).split("\n"):
        if not (match := _FIELD.match(line)):
            continue
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside[-1] == "VEVENT":
                fields = {}
        elif name == "END" and inside:
            if inside.pop() == "VEVENT":
                yield _event(fields)
        elif inside[-1:] == ["VEVENT"]:
            fields.setdefault(name, (parameters, value))


def _event(fields) -> Event:
    def said(name):
        text = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], fields.get(name, ("", ""))[1])
        return clean_line(text)[:500]

    zone = re.search(r"TZID=\"?([^\";:]{1,80})", fields.get("DTSTART", ("", ""))[0])
    organizer = re.sub(r"^mailto:", "", said("ORGANIZER"), flags=re.IGNORECASE)
    return Event(
        summary=said("SUMMARY"),
        start=_when(said("DTSTART")),
        end=_when(said("DTEND")),
        zone=clean_line(zone[1]) if zone else "",
        location=said("LOCATION"),
        organizer=organizer,
    )


def _when(value: str) -> str:
    if not (found := _WHEN.match(value)):
        return value[:40]
    year, month, day, hour, minute, utc = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}{' UTC' if utc else ''}" if hour else "")

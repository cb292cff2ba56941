"""A letter as bytes that another process of ours sends: JSON, then the contents of its files in order."""

import json
from dataclasses import asdict, fields, replace
from datetime import datetime

from .letter import Address, AuthenticationResult, Bounce, Event, File, Forward, Letter

_ONE = {"sender": Address, "bounce": Bounce, "forward": Forward}
_MANY = {
    "senders": Address,
    "reply_to": Address,
    "to": Address,
    "cc": Address,
    "files": File,
    "events": Event,
    "authentication": AuthenticationResult,
}


def packed(letter: Letter) -> tuple[bytes, list[bytes]]:
    """Return the letter without the contents of its files, and these contents."""
    contents = [file.data for file in letter.files]
    bare = replace(letter, files=tuple(replace(file, data=b"") for file in letter.files))
    values = asdict(bare)
    values["date"] = letter.date and letter.date.isoformat()
    values["files"] = [{**file, "data": len(data)} for file, data in zip(values["files"], contents, strict=True)]
    return json.dumps(values).encode(), contents


def unpacked(head: bytes, read) -> Letter:
    """Return the letter; `read` gives the next so many bytes."""
    values = json.loads(head)
    values["files"] = [{**file, "data": bytes(read(file["data"]))} for file in values["files"]]
    values["date"] = values["date"] and datetime.fromisoformat(values["date"])
    return Letter(**{field.name: _value(field.name, values[field.name]) for field in fields(Letter)})


def _value(name, value):
    if name in _ONE:
        return value and _built(_ONE[name], value)
    if name in _MANY:
        return tuple(_built(_MANY[name], each) for each in value)
    return tuple(value) if isinstance(value, list) else value


def _built(kind, values):
    if kind is Forward:
        values = {**values, "sender": Address(**values["sender"])}
    return kind(**values)

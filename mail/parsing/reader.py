"""`parse`: the order in which a mail is read, and that nothing in it stops the reading."""

import logging
import re
from dataclasses import replace

from helpdesk_site.lib.text import clean_input

from . import (
    addresses,
    authentication,
    body,
    bounces,
    calendars,
    charsets,
    dates,
    files,
    forwards,
    identifiers,
    kinds,
    letter,
    marker,
    mime,
    quoted_html,
    replies,
)
from .html import HTML_LIMIT, html_to_text

log = logging.getLogger(__name__)

SUBJECT_LIMIT = 1_000
_ENVELOPE = (
    ["delivered-to", "envelope-to", "x-envelope-to", "x-original-to", "x-delivered-to", "x-forwarded-to"]
    + ["x-original-recipient", "apparently-to"]
)
_HEAD = re.compile(rb"(?:(?!\r?\n\r?\n)[\x00-\xff]){0,20000}")


def parse(raw: bytes) -> letter.Letter:
    """Return what a mail says, whatever its bytes are; what was wrong with it stands in `trouble`.

    Where our own reading fails, less is read: all words instead of the new ones, then the head alone.
    """
    for attempt in (raw, ""), (raw, "not_stripped"), (_HEAD.match(raw)[0], "unreadable"):
        try:
            return _parsed(*attempt)
        except Exception:
            log.exception("A mail could not be read.")
    return letter.Letter(trouble=("unreadable",))


def _parsed(raw: bytes, fault: str) -> letter.Letter:
    trouble = {fault} - {""}
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    root, found = mime.read(raw)
    head = _head(root.headers)
    words = _words(root, whole=bool(fault))
    trouble |= found | words.pop("trouble") | _trouble_of(root, head)
    return letter.Letter(**{**head, **words, **_kind(root, head, words)}, trouble=tuple(sorted(trouble)))


def _head(headers) -> dict:
    people = {name: addresses.read_all(headers.all(name), headers.charset) for name in ("from", "reply-to", "to", "cc")}
    senders = tuple(person for person in people["from"] if person.address)
    return {
        "sender": next(iter(senders + people["from"]), letter.Address()),
        "senders": senders,
        "reply_to": tuple(person for person in people["reply-to"] if person.address),
        "to": tuple(person for person in people["to"] if person.address),
        "cc": tuple(person for person in people["cc"] if person.address),
        "envelope": _envelope(headers),
        "return_path": _return_path(headers),
        "subject": headers.words("subject")[:SUBJECT_LIMIT],
        "date": dates.read(headers.get("date")),
        "message_id": identifiers.first(headers.get("message-id")),
        "in_reply_to": identifiers.all_of(headers.all("in-reply-to")),
        "references": identifiers.all_of(headers.all("references")),
        "language": _language(headers),
        "authentication": authentication.read(headers),
    }


def _words(root, *, whole: bool) -> dict:
    """Text, HTML and files, each where it belongs; `whole` leaves the old words among the new ones."""
    found, subject = body.read(root), root.headers.words("subject")
    text, made = found.text()
    html = found.html()
    text, inside = files.from_text(text)
    attached, packed, trouble = files.read(found.files, html, found.pictures)
    if packed and not text.strip():
        html = packed.html
        text, made = (packed.text, False) if packed.text.strip() else (html_to_text(html), bool(html))
    enclosed = _enclosed(found.files) if not text.strip() else None
    if enclosed:
        text = enclosed.body
    events = calendars.read(attached)
    if not text.strip():
        text = calendars.summary(events)
    text = clean_input(text).strip("\n")
    passed_on = enclosed if whole or enclosed else forwards.forward_of(subject, text)
    own = text if whole or passed_on else _new(text, html if made else "")
    beside = None if whole or passed_on else _passed_on_beside(root, found.files, own)
    return {
        "full_text": _whole(_stray(root), text, beside),
        "text": own,
        "html": clean_input(html),
        "html_text": made,
        "files": tuple(inside + attached),
        "events": events,
        "marker": marker.found(text, html),
        "forward": passed_on or beside,
        "trouble": trouble | found.trouble,
    }


def _new(text: str, html: str) -> str:
    """Return the new words; of HTML as its tags tell them."""
    if html:
        return quoted_html.new_text_of(html[: HTML_LIMIT], html_to_text)
    return replies.new_text(text)


def _enclosed(parts) -> letter.Forward | None:
    """Return the mail that was passed on as a file, with nothing said about it; nothing in it threads."""
    mails = [part for part in parts if part.content_type in ("message/rfc822", "message/global")]
    if len(mails) != 1:
        return None
    root, _trouble = mime.read(mails[0].content)
    head, found = _head(root.headers), body.read(root)
    return letter.Forward(head["sender"], head["subject"], found.text()[0], root.headers.get("date")[:100])


def _passed_on_beside(root, parts, own) -> letter.Forward | None:
    """The mail that this one says it passes on, as a file beside words of its own."""
    if "x-forwarded-message-id" not in root.headers and not forwards.passes_on(root.headers.words("subject")):
        return None
    enclosed = _enclosed(parts)
    return enclosed and replace(enclosed, words=own)


def _stray(root) -> str:
    """The head from the first line on that is no field: its writer may have meant it as words."""
    if root.headers.stray is None or root.main_type != "text":
        return ""
    return clean_input(charsets.decode(root.raw[root.headers.stray:root.start], root.charset)).strip("\n")


def _whole(stray, text, passed_on) -> str:
    pieces = [stray, text, clean_input(passed_on.body).strip("\n") if passed_on else ""]
    return "\n\n".join(filter(None, pieces))[:body.TEXT_LIMIT]


def _kind(root, head, words) -> dict:
    """What the mail is; only a person's mail forwards another."""
    headers, subject, text = root.headers, head["subject"], words["full_text"]
    report = bounces.kind_of_report(root, headers, head["sender"], head["return_path"], subject, text)
    kind = kinds.kind_of(headers, subject, report)
    own = {person.address.lower() for person in head["to"] + head["cc"]} | {one.lower() for one in head["envelope"]}
    personal = kind in (letter.NORMAL, letter.LIST)
    alone = kinds.must_be_left_alone(headers, head["return_path"], head["sender"].address)
    return {
        "kind": kind,
        "auto_submitted": alone or kind in (letter.BOUNCE, letter.FEEDBACK, letter.AUTO_REPLY),
        "out_of_office": kind == letter.AUTO_REPLY,
        "bounce": bounces.read(root, headers, own, text) if kind == letter.BOUNCE else None,
        "forward": words["forward"] if personal else None,
    }


def _trouble_of(root, head) -> set:
    found = set()
    if not head["sender"].address:
        found.add("no_sender")
    if len({one.lower() for value in root.headers.all("from") for one in addresses.bare_addresses(value)}) > 1:
        found.add("several_senders")
    return found


def _envelope(headers) -> tuple[str, ...]:
    found = {}
    for name in _ENVELOPE:
        for value in headers.all(name):
            for candidate in addresses.bare_addresses(value.partition(";")[2] if ";" in value else value):
                if address := addresses.clean_address(candidate):
                    found.setdefault(address)
    return tuple(found)[: addresses.RECIPIENTS_LIMIT]


def _return_path(headers) -> str | None:
    if not (values := headers.all("return-path")):
        return None
    return addresses.clean_address(values[0]) or ("" if not values[0].strip("<> ") else values[0].strip("<> ")[:320])


def _language(headers) -> str:
    """The language its program says the mail is in, or its writer reads."""
    value = headers.get("content-language") or headers.get("accept-language")
    found = re.match(r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*(?:[,;]|$)", value)
    return found[1][:20] if found else ""

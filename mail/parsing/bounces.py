"""Reports of mail servers: not delivered, not yet delivered, complained about (RFC 3464, 5965, 6522, 8098).

Half of all servers write such reports in prose. Those are known by their senders and by the words such reports begin
with, and are read for what they name: the recipient, the code, the mail that failed.
"""

import re

from helpdesk_site.lib.text import clean_line

from . import identifiers, kinds, letter
from .addresses import bare_addresses, clean_address
from .headers import read_head
from .notices import BODY, DELAYED, PERMANENT, SUBJECT

TEXT_LIMIT = 30_000  # characters of a report in prose that are read
RAW_LIMIT = 500_000  # bytes in which the head of the failed mail is looked for
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")  # RFC 3464, 2.3.3
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_ORIGINAL_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.#:-])([45]\d\d)(?=[ -])")
_DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-daemon|mdaemon|mail\.delivery\.system|double-bounce)(?:[-+_.=].*)?", re.IGNORECASE
)
_DELIVERY = re.compile(
    r"\W*(?:(?:internet )?e?mail deliver\w* \w*system|(?:system|mail) administrator|post[ _-]?master)\b", re.IGNORECASE
)
_COMPLAINT = re.compile(r"(?:fwd?: )?(?:complaint about message from|e-?mail feedback report for)\b", re.IGNORECASE)
_COPIED_ID = re.compile(r"^[ \t>|]*message-id:[ \t]*\n?[ \t>|]*(<[^<>\s]{3,500}>)", re.IGNORECASE | re.MULTILINE)
_JSON_REPORT = re.compile(r'"notificationType"\s*:\s*"(Bounce|Complaint)"')
_RECIPIENT_IN_JSON = re.compile(r'"emailAddress"\s*:\s*"([^"]+)"')


def kind_of_report(root, headers, sender, return_path, subject, text) -> str:
    """Return letter.BOUNCE, letter.FEEDBACK, letter.AUTO_REPLY for a reading receipt, or ""."""
    types = {part.content_type for part in root.walk()}
    report = root.type_parameters.get("report-type", "").lower() if root.content_type == "multipart/report" else ""
    if "message/feedback-report" in types or report == "feedback-report":
        return letter.FEEDBACK
    if "x-apple-unsubscribe" in headers or _COMPLAINT.match(subject):
        return letter.FEEDBACK
    if types & set(_STATUS_TYPES) or report in ("delivery-status", "global-delivery-status"):
        return letter.BOUNCE
    if report == "disposition-notification" or "message/disposition-notification" in types:
        return letter.AUTO_REPLY
    if found := _JSON_REPORT.search(text[:TEXT_LIMIT]):
        return letter.BOUNCE if found[1] == "Bounce" else letter.FEEDBACK
    return letter.BOUNCE if _is_prose_report(headers, sender, return_path, subject, text) else ""


def read(root, headers, own: set, text: str) -> letter.Bounce:
    """Return what a report is about; `own` are the addresses it was sent to, which are not the ones that failed."""
    fields = _status_fields(root)
    text = text[:TEXT_LIMIT] if text.strip() else root.raw[root.start:root.end][:TEXT_LIMIT].decode("latin-1")
    said = " ".join((fields.get("diagnostic-code", ""), fields.get("status", ""))) or text
    status = (_ENHANCED.search(fields.get("status", "")) or _ENHANCED.search(said) or _ENHANCED.search(text) or [""])[0]
    action = fields.get("action", "").lower().split(" ")[0]
    action = action if action in _ACTIONS else _action(headers, status, text)
    diagnostic = clean_line(fields.get("diagnostic-code", "").partition(";")[2]) or _sentence(text)
    return letter.Bounce(
        recipient=_recipient(fields, headers, own, text),
        action=action,
        status=status,
        diagnostic=diagnostic[:500],
        message_id=_message_id(root, headers, text),
        permanent=action == "failed" and _is_permanent(status, diagnostic, text),
    )


def _is_prose_report(headers, sender, return_path, subject, text) -> bool:
    if headers.get("x-failed-recipients"):
        return True
    from_daemon = bool(_DAEMON.fullmatch(sender.address.partition("@")[0] or sender.name)) or bool(
        _DAEMON.fullmatch((return_path or "").partition("@")[0])
    )
    if from_daemon and not kinds.automatic_answer(headers, ""):
        return True
    by_machine = from_daemon or return_path == "" or kinds.is_machine(sender.address) or not sender.address
    if not (by_machine or "x-mlserver" in headers or _DELIVERY.match(sender.name)):
        return False
    return bool(SUBJECT.match(subject)) or bool(BODY.search(text[:TEXT_LIMIT]))


def _status_fields(root) -> dict:
    """Return the fields about the first recipient, and those about the mail under names it has not."""
    for part in root.walk():
        if part.content_type not in _STATUS_TYPES:
            continue
        found, content = {}, part.content[:100_000].lstrip(b"\r\n")
        groups, at = [], 0
        while at < len(content) and len(groups) < 100:
            group, after, _cut = read_head(content, at, len(content))
            groups.append(group)
            at = max(after, at + 1)
        people = [group for group in groups if "final-recipient" in group or "action" in group or "status" in group]
        people.sort(key=lambda group: group.get("action").lower() != "failed")
        for group in people[:1] + groups:
            for name, _value in group.fields:
                found.setdefault(name, group.get(name))
        return found
    return {}


def _recipient(fields, headers, own, text) -> str:
    for name in ("final-recipient", "original-recipient"):
        if address := clean_address(fields.get(name, "").rpartition(";")[2]):
            return address
    named = bare_addresses(headers.get("x-failed-recipients")) + _RECIPIENT_IN_JSON.findall(text)
    for candidate in named + bare_addresses(text):
        address = clean_address(candidate.strip(".'`"))
        if address and address.lower() not in own and not kinds.is_machine(address):
            return address
    return ""


def _action(headers, status, text) -> str:
    if DELAYED.search(headers.words("subject")) or (DELAYED.search(text) and not PERMANENT.search(text)):
        return "delayed"
    return "delayed" if status.startswith("4") and not PERMANENT.search(text) else "failed"


def _is_permanent(status, diagnostic, text) -> bool:
    if status:
        return status.startswith("5")
    code = _REPLY_CODE.search(diagnostic) or _REPLY_CODE.search(text)
    return code[1].startswith("5") if code else bool(PERMANENT.search(text))


def _sentence(text) -> str:
    """Return the line of a report in prose that holds the server's answer."""
    for line in text.split("\n"):
        if _ENHANCED.search(line) or _REPLY_CODE.search(line):
            return clean_line(line)
    return ""


def _message_id(root, headers, text) -> str:
    """Return the id of the mail that failed: from the copy that came back, else from what the report refers to."""
    for part in root.walk():
        if part is not root and part.content_type in _ORIGINAL_TYPES:
            content = part.content[:200_000].lstrip(b"\r\n")
            copy, _body, _cut = read_head(content, 0, len(content))
            if found := identifiers.first(copy.get("message-id")):
                return found
    for place in text, root.raw[root.start:root.start + RAW_LIMIT].decode("latin-1"):
        if found := _COPIED_ID.search(place):
            return found[1]
    answered = identifiers.all_of(headers.all("in-reply-to") + headers.all("references"))
    return answered[-1] if answered else ""

"""Logs as JSON lines in UTC, with the request's id, person and address, and without secrets (SECURITY, V16)."""

import contextlib
import contextvars
import json
import logging
import re
from datetime import UTC, datetime

request_in_hand = contextvars.ContextVar("request_in_hand", default=None)

NAMED = r"[a-z0-9_-]*(?:password|token|secret|csrf|session)[a-z0-9_-]*"
SECRETS = [
    (re.compile(r"(/(?:g|confirm|email|invitation|reset|unsubscribe|rate)/)(?!sent/|done/)[^/\s\"']+"), r"\1…"),
    (re.compile(rf"(?i)\b({NAMED}[\"']?\s*[=:]\s*[\"']?)[^\s\"'&;,)}}]+"), r"\1…"),
    (re.compile(r"(?i)\b(authorization[\"']?\s*[=:]\s*[\"']?(?:basic|bearer)?\s*)[^\s\"',]+"), r"\1…"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+@"), r"\1…@"),
]


@contextlib.contextmanager
def speaking_of(request):
    """Every line logged inside carries this request's id, person and address."""
    token = request_in_hand.set(request)
    try:
        yield
    finally:
        request_in_hand.reset(token)


def without_secrets(text):
    """The text with passwords, tokens and keys replaced by an ellipsis."""
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return text


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what is known of the request or task."""

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **about_request(request_in_hand.get() or getattr(record, "request", None)),
        }
        if record.exc_info:
            line["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def about_request(request):
    """What a line says of its request. Asks the database nothing: the person only when already known."""
    if not hasattr(request, "META"):
        return {}
    about = {
        "request": getattr(request, "id", ""),
        "method": request.method,
        "path": without_secrets(request.path),
        "address": request.META.get("REMOTE_ADDR", ""),
    }
    person = getattr(request, "_cached_user", None)
    if person is not None and person.pk:
        about["person"] = person.pk
    return about

"""What servers on the way found out about the sender of a mail (RFC 8601), in order; whom to trust is policy."""

import re

from .letter import AuthenticationResult

RESULTS_LIMIT = 200
_OUTSIDE = re.compile(r'("(?:[^"\\]|\\.?)*+(?:"|\Z))|(\()|([^"()]+|\))')
_INSIDE = re.compile(r"(\()|(\))|\\.?|[^()\\]+")
_RESULT = re.compile(r"([a-z0-9-]{1,40})(?:/\d+)?\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]{1,20}\.[a-z0-9-]{1,40})\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE)
_SPEAKS_OF = ("header.from", "header.d", "header.i", "smtp.mailfrom", "smtp.helo", "policy.ptr")


def read(headers) -> tuple[AuthenticationResult, ...]:
    """Return the verdicts of all Authentication-Results, the topmost header first."""
    found = []
    for instance, value in enumerate(headers.all("authentication-results")):
        server, *verdicts = _uncommented(value).split(";")
        server = (server.split() or [""])[0].lower()[:255]
        for verdict in verdicts:
            if (result := _RESULT.match(verdict.strip())) and len(found) < RESULTS_LIMIT:
                domain = _domain(verdict[result.end():])
                found.append(AuthenticationResult(server, instance, result[1].lower(), result[2].lower(), domain))
    return tuple(found)


def _uncommented(value: str) -> str:
    """The value without its comments, and without semicolons in quotes: both may hold what a stranger wrote."""
    out, at, depth = [], 0, 0
    while at < len(value):
        token = (_INSIDE if depth else _OUTSIDE).match(value, at)
        at = token.end()
        if depth:
            depth += bool(token[1]) - bool(token[2])
        elif token[2]:
            depth, at = 1, token.end()
            out.append(" ")
        else:
            out.append((token[1] or "").replace(";", " ") or token[3] or "")
    return "".join(out)


def _domain(text: str) -> str:
    properties = {name.lower(): value.strip('"') for name, value in reversed(_PROPERTY.findall(text))}
    said = next((properties[name] for name in _SPEAKS_OF if name in properties), "")
    return said.rpartition("@")[2].strip("<>.").lower()[:255]

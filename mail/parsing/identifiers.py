"""Message-IDs (RFC 5322, 3.6.4) as they are written: several in one field, folded, without brackets, among words."""

import re

ID_LIMIT = 500  # characters; a line may hold 998
IDS_LIMIT = 2_000
_BRACKETED = re.compile(r"<([^<>]{1,2000})>")


def all_of(values) -> tuple[str, ...]:
    """Return every id of these fields in order, each once, in angle brackets."""
    found = {}
    for value in values:
        bracketed = ["".join(inner.split()) for inner in _BRACKETED.findall(value)]
        bare = [word.strip(",;<>\"'") for word in _BRACKETED.sub(" ", value).split() if "@" in word]
        for text in bracketed + bare:
            if 0 < len(text) <= ID_LIMIT:
                found.setdefault(f"<{text}>")
    ids = list(found)
    return tuple(ids if len(ids) <= IDS_LIMIT else ids[:1] + ids[1 - IDS_LIMIT:])


def first(value: str) -> str:
    """Return the id of a Message-ID field, "" when there is none; without brackets or an @ it still names the mail."""
    if found := all_of([value]):
        return found[0]
    word = "".join(value.split()).strip("<>")
    return f"<{word}>" if 0 < len(word) <= ID_LIMIT else ""

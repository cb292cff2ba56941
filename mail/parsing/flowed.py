"""Text that its program broke into lines for us to join again (RFC 3676, format=flowed)."""

import re

_QUOTES = re.compile(r">*")


def unfolded(text: str, *, delete_space: bool = False) -> str:
    """Return the text with each paragraph on one line; quotes keep their marks, and a signature's line stays alone."""
    out, depth, open_line = [], 0, False
    for line in text.split("\n"):
        marks = _QUOTES.match(line)[0]
        said = line[len(marks):]
        said = said[1:] if said.startswith(" ") else said
        signature = said == "-- "
        if open_line and len(marks) == depth and not signature:
            out[-1].append(said)
        else:
            out.append([_mark(marks), said])
        depth, open_line = len(marks), said.endswith(" ") and not signature
        if open_line and delete_space:
            out[-1][-1] = said[:-1]
    return "\n".join("".join(pieces).rstrip(" ") if pieces[-1] != "-- " else "".join(pieces) for pieces in out)


def _mark(marks: str) -> str:
    return f"{marks} " if marks else ""

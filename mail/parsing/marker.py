"""The mark we hide in the mails we send, for programs that answer without saying to what.

It is text, because classes and comments do not survive; where it was hidden and quoted, it is found again.
"""

from ..marks import HIDDEN


def written(token: str) -> str:
    """Return the mark that stands for a token."""
    return f"[ref:{token}]"


def found(*texts: str) -> str:
    """Return the token of the first mark in these texts, "" when there is none."""
    return next((match[1] for match in map(HIDDEN.search, texts) if match), "")

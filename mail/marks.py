"""What stands in our letters so that an answer finds its way back: the hidden mark, and the line to answer above.

Both are words in a form of their own: classes and comments do not survive being quoted, and the line is in the reader's
language. `mail.parsing` looks for the same forms.
"""

import re

HIDDEN = re.compile(r"\[ref:([A-Za-z0-9_.:=-]{8,200})\]")
DELIMITER = re.compile(r"##- (?P<words>[^\r\n]{1,150}?) -##")


def hidden(message_id: str) -> str:
    """The mark of a letter with this Message-ID of ours: its keyed part, `mail.pointers` knows it again."""
    return f"[ref:{message_id.strip('<>').partition('@')[0]}]"


def delimiter(words: str) -> str:
    """The line above which an answer is written, saying so."""
    return f"##- {words} -##"

"""What helps a client to write a ticket that is answered soon. It advises and never stops anybody."""

import re

TASKS = 4  # numbered points, or ticks, that read like a list of tasks
POINT = re.compile(r"^[ \t]{0,3}(?:\d{1,3}[.)]|[-*+•][ \t]+\[[ xX]?\])[ \t]+\S", re.MULTILINE)
CODE = re.compile(r"^(```|~~~).*?(?:^\1|\Z)", re.MULTILINE | re.DOTALL)


def reads_like_many(text):
    """Whether a message is a list of tasks, each of which would be better off in a ticket of its own (S58). Points in
    a block of code, such as the lines of a log, are none."""
    return len(POINT.findall(CODE.sub("", text))) >= TASKS

"""Django's PostgreSQL, which sees that a kept connection is open instead of asking it at every request.

A server that stops, restarts or throws one out says so and hangs up: there is something to read then, or an end. Where
nothing came, and the connection was used a moment ago, it is open. Whatever stands between may forget a connection
that rested for longer, so after a rest it is asked as Django does, by a statement of its own.
"""

import select
from time import monotonic

from django.db.backends.postgresql import base

RESTED = 30  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    used_at = float("-inf")

    def is_usable(self):
        now = monotonic()
        rested, self.used_at = now - self.used_at > RESTED, now
        return (not rested and is_quiet(self.connection)) or super().is_usable()


def is_quiet(line):
    """Whether a connection of psycopg is open, and nothing came on it unasked."""
    if line is None or line.closed:
        return False
    poll = select.poll()
    poll.register(line.fileno(), select.POLLIN)  # an end and an error are always told
    return not poll.poll(0)

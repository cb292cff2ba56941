"""Emptying mailboxes into the raw store: IMAP and POP3, polled or listened to.

Runs in tasks and commands; in a request only `try_out` does, for ten seconds at most. Knows nothing of what mails say.
"""
from .places import LARGEST
from .trouble import Problem, Trouble
from .visits import fetch, fetch_all, try_out

__all__ = ["LARGEST", "Problem", "Trouble", "fetch", "fetch_all", "try_out"]

"""Django admin over the conversation: to look and to search, never to write past an action; and the rules."""

from . import rules, tickets

__all__ = ["rules", "tickets"]

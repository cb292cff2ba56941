"""Django admin over the conversation: to look and to search, never to write past an action; rules and letters."""

from . import letters, replies, rules, tags, tickets

__all__ = ["letters", "replies", "rules", "tags", "tickets"]

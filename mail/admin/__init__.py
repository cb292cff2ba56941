from . import log, mailboxes, outbox

__all__ = ["log", "mailboxes", "outbox"]

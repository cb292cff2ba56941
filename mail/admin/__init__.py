from . import blocking, log, mailboxes, outbox

__all__ = ["blocking", "log", "mailboxes", "outbox"]

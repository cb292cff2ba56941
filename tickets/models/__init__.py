from .event import Anchor, EventContent, Notification, RuleRun, TicketEvent, Verb
from .message import Attachment, Draft, FileLink, MailId, Message, MessageRevision, PendingReply
from .ticket import Flag, Participant, Presence, Reading, Tag, Ticket

__all__ = [
    "Anchor",
    "Attachment",
    "Draft",
    "EventContent",
    "FileLink",
    "Flag",
    "MailId",
    "Message",
    "MessageRevision",
    "Notification",
    "Participant",
    "PendingReply",
    "Presence",
    "Reading",
    "RuleRun",
    "Tag",
    "Ticket",
    "TicketEvent",
    "Verb",
]

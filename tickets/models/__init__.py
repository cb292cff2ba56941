from .event import Anchor, EventContent, Notification, RuleRun, TicketEvent, Verb
from .message import Attachment, Draft, MailId, Message, MessageRevision, PendingReply
from .ticket import Flag, Participant, Presence, Reading, Tag, Ticket

__all__ = [
    "Anchor",
    "Attachment",
    "Draft",
    "EventContent",
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

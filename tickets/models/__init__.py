from .event import Anchor, EventContent, Notification, RuleRun, TicketEvent, Verb
from .message import Attachment, Draft, Message, MessageRevision, PendingReply
from .ticket import Flag, Participant, Presence, Reading, Tag, Ticket

__all__ = [
    "Anchor",
    "Attachment",
    "Draft",
    "EventContent",
    "Flag",
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

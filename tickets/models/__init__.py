from .desk import BulkJob, SavedView, ViewChoice
from .event import Anchor, EventContent, Notification, RuleRun, TicketEvent, Verb
from .message import Attachment, Draft, FileLink, MailId, Message, MessageRevision, PendingReply
from .rating import STARS, Rating
from .ticket import Flag, Participant, Presence, Reading, Tag, TagGone, Ticket
from .work import CheckPoint, Mention, Snooze, Talk, TicketLink, TimeEntry, Watcher

__all__ = [
    "STARS",
    "Anchor",
    "Attachment",
    "BulkJob",
    "CheckPoint",
    "Draft",
    "EventContent",
    "FileLink",
    "Flag",
    "MailId",
    "Mention",
    "Message",
    "MessageRevision",
    "Notification",
    "Participant",
    "PendingReply",
    "Presence",
    "Rating",
    "Reading",
    "RuleRun",
    "SavedView",
    "Snooze",
    "Tag",
    "TagGone",
    "Talk",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "TimeEntry",
    "Verb",
    "ViewChoice",
    "Watcher",
]

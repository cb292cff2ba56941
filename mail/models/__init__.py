from .blocking import BlockedSender
from .incoming import MOST_TRIES, TAKEN_TOO_LONG, IncomingMail, KnownPlace
from .mailbox import FORGOTTEN, LISTENED, Mailbox
from .outgoing import GRACE, STUCK, Kind, OutgoingFile, OutgoingMail

__all__ = [
    "BlockedSender",
    "FORGOTTEN",
    "GRACE",
    "LISTENED",
    "MOST_TRIES",
    "STUCK",
    "TAKEN_TOO_LONG",
    "IncomingMail",
    "Kind",
    "KnownPlace",
    "Mailbox",
    "OutgoingFile",
    "OutgoingMail",
]

"""Every change of a ticket, one plain function each, named as a support desk says it."""

from .afterwards import carry_out
from .assigning import assign, flag, unflag
from .closing import auto_close, close, remind, reopen, reopens_until, reply_refusal, way_of_closed
from .escalating import alert, bring_back, escalate
from .noting import add_note, edit_message, keep_automatic
from .opening import open_ticket
from .pending import call_back, hold_reply, release
from .readdressing import readdress, send_again
from .replying import Crossed, reply
from .sorting import move, set_priority, set_status, set_subject, set_type, settle
from .taking_part import add_participant, leave, remove_participant
from .undoing import undo
from .vouching import confirm, disown, take_mail

__all__ = [
    "Crossed",
    "add_note",
    "add_participant",
    "alert",
    "assign",
    "auto_close",
    "bring_back",
    "call_back",
    "carry_out",
    "close",
    "confirm",
    "disown",
    "edit_message",
    "escalate",
    "flag",
    "hold_reply",
    "keep_automatic",
    "leave",
    "move",
    "open_ticket",
    "readdress",
    "release",
    "remind",
    "remove_participant",
    "reopen",
    "reopens_until",
    "reply",
    "reply_refusal",
    "send_again",
    "set_priority",
    "set_status",
    "set_subject",
    "set_type",
    "settle",
    "take_mail",
    "undo",
    "unflag",
    "way_of_closed",
]

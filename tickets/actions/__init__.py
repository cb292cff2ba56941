"""Every change of a ticket, one plain function each, named as a support desk says it."""

from .afterwards import carry_out
from .assigning import assign, flag, unflag
from .checking import (
    add_points,
    open_points,
    put_list,
    remove_point,
    rename_list,
    rename_point,
    reorder_points,
    tick,
    untick,
)
from .clients import change_client
from .closing import auto_close, close, remind, reopen, reopens_until, reply_refusal, way_of_closed
from .deleting import delete_message, undelete_message
from .escalating import alert, bring_back, escalate
from .linking import link, unlink
from .merging import merge
from .noting import Overtaken, add_note, edit_message, keep_automatic
from .opening import open_ticket
from .pending import call_back, call_off_of_leaver, change_later, hold_note, hold_reply, release, take_back_held
from .rating import rate
from .readdressing import readdress, send_again
from .redacting import redact
from .replying import Crossed, reply
from .snoozing import snooze, wake, wake_in_time
from .sorting import move, set_priority, set_status, set_subject, set_type, settle
from .spamming import mark_spam, unmark_spam
from .splitting import split, unsplit
from .tagging import bring_back_tag, change_tag, delete_tag, merge_tag, tag, tags_named
from .taking_part import add_participant, leave, remove_participant
from .talking import change_talk
from .teaming import give_to_team
from .timing import change_time, log_time, remove_time
from .trashing import block_and_trash, empty, restore, trash
from .undoing import undo
from .unmerging import detach, unmerge
from .vouching import confirm, disown, take_mail
from .watching import stop_watching, watch

__all__ = [
    "Crossed",
    "Overtaken",
    "add_note",
    "add_participant",
    "add_points",
    "alert",
    "assign",
    "auto_close",
    "block_and_trash",
    "bring_back",
    "bring_back_tag",
    "call_back",
    "call_off_of_leaver",
    "carry_out",
    "change_client",
    "change_later",
    "change_tag",
    "change_talk",
    "change_time",
    "close",
    "confirm",
    "delete_message",
    "delete_tag",
    "detach",
    "disown",
    "edit_message",
    "empty",
    "escalate",
    "flag",
    "give_to_team",
    "hold_note",
    "hold_reply",
    "keep_automatic",
    "leave",
    "link",
    "log_time",
    "mark_spam",
    "merge",
    "merge_tag",
    "move",
    "open_points",
    "open_ticket",
    "put_list",
    "rate",
    "readdress",
    "redact",
    "release",
    "remind",
    "remove_participant",
    "remove_point",
    "remove_time",
    "rename_list",
    "rename_point",
    "reopen",
    "reopens_until",
    "reorder_points",
    "reply",
    "reply_refusal",
    "restore",
    "send_again",
    "set_priority",
    "set_status",
    "set_subject",
    "set_type",
    "settle",
    "snooze",
    "split",
    "stop_watching",
    "tag",
    "tags_named",
    "take_back_held",
    "take_mail",
    "tick",
    "trash",
    "undelete_message",
    "undo",
    "unflag",
    "unlink",
    "unmark_spam",
    "unmerge",
    "unsplit",
    "untick",
    "wake",
    "wake_in_time",
    "watch",
    "way_of_closed",
]

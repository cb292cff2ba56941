"""What else happens when a reply is sent: of a predefined reply (S147), and the time spent (S152)."""

from datetime import timedelta

from django.utils import timezone

from departments.models import PredefinedReply, Team
from departments.policy import snapshot

from .. import colleagues
from ..composing import predefined
from ..events import action
from ..refused import Refused
from .assigning import assign
from .snoozing import snooze
from .sorting import set_priority
from .tagging import tag, tags_named
from .teaming import give_to_team
from .timing import log_kept

Assign = PredefinedReply.Assign


@action
def carry_out(ticket, after, *, actor, message=None):
    """Do to the ticket what `after` says (as PendingReply keeps it), and count what was sent. Called in the click of
    the reply (`message`), which has gone: what the ticket does not allow any more is left undone."""
    predefined.count(after.get("predefined"), after.get("about"))
    for name, value in after.items():
        if name in DEEDS:
            try:
                DEEDS[name](ticket, value, actor, message)
            except Refused:
                continue


def give_priority(ticket, code, actor, message):
    row = next((row for row in snapshot().priorities.values() if row.code == code and row.is_active), None)
    if row:
        set_priority(ticket, priority=row, actor=actor)


def hand_over(ticket, whom, actor, message):
    """To whoever sent the reply, to nobody, to a colleague or to a team; to none who is gone."""
    known = colleagues.named(whom)
    who = known and type(known).objects.filter(pk=known.pk).first()  # as they are by now
    if whom in (Assign.ME, Assign.NOBODY):
        assign(ticket, to=actor if whom == Assign.ME else None, actor=actor)
    elif isinstance(who, Team):
        give_to_team(ticket, team=who, actor=actor)
    elif who:
        assign(ticket, to=who, actor=actor)


def put_tags(ticket, names, actor, message):
    tag(ticket, on=tags_named(", ".join(names)), actor=actor)


def put_off(ticket, hours, actor, message):
    snooze(ticket, until=timezone.now() + timedelta(hours=hours), actor=actor)


DEEDS = {"priority": give_priority, "assign": hand_over, "tags": put_tags, "snooze_hours": put_off, "time": log_kept}

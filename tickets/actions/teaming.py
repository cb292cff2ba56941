"""Which team of the department a ticket is given to, before one of its members takes it (S4, S48, S201)."""

from django.utils.translation import gettext as _

from departments.models import Team

from ..events import action, record
from ..models import Verb
from ..refused import Refused
from ._shared import locked
from .assigning import assign


@action
def give_to_team(ticket, *, team, actor):
    """Give the ticket to a team of its department, or to none. Somebody else's ticket becomes nobody's, so that the
    team sees it is theirs to take. Returns the ticket. Raises Refused for a team of another department."""
    ticket = locked(ticket)
    if team and (team.department_id != ticket.department_id or not team.is_active):
        raise Refused(_("%(team)s is no team of this department.") % {"team": team})
    before, after = ticket.team_id, team.pk if team else None
    if before == after:
        return ticket
    ticket.team = team
    record(ticket, Verb.TEAMED, actor=actor, saving=["team"], **{"from": before, "to": after})
    if team and ticket.assignee_id and not team.members.filter(pk=ticket.assignee_id).exists():
        return assign(ticket, to=None, actor=actor)
    return ticket


def leave_team(ticket, *, actor):
    """Take a locked ticket off its team, because it goes to another department."""
    before = ticket.team_id
    if before:
        ticket.team = None
        record(ticket, Verb.TEAMED, actor=actor, saving=["team"], **{"from": before, "to": None})


def team_taken_back(ticket, event, actor):
    """Undo of giving a ticket to a team."""
    before = event.data["from"]
    if ticket.team_id != event.data["to"]:
        return False
    ticket.team = Team.objects.filter(pk=before, department=ticket.department_id).first() if before else None
    ticket.save(update_fields=["team"])
    return True

"""Whom a predefined reply gives its ticket to, in words, and where it cannot (S147). Its row names them as menus do:
"me", "nobody", a colleague ("12") or a team ("team-3")."""

from django.utils.translation import gettext as _

from departments.models import PredefinedReply, Team

from .. import colleagues

Assign = PredefinedReply.Assign


def words(code, department=None):
    """What happens to a ticket of this department (id; None: of any), or why it does not."""
    if code == Assign.ME:
        return _("assigned to me")
    if code == Assign.NOBODY:
        return _("assigned to nobody")
    if why := refusal(code, department):
        return why
    who = colleagues.named(code)
    said = _("given to the team %(who)s") if isinstance(who, Team) else _("assigned to %(who)s")
    return said % {"who": who}


def refusal(code, department=None):
    """Why a ticket of this department cannot be given to them; "" where it can."""
    if code in Assign.values:
        return ""
    who = colleagues.named(code)
    if who is None:
        return _("left out: whom it was assigned to is gone")
    said = of_team(who, department) if isinstance(who, Team) else of_colleague(who, department)
    return said % {"who": who}


def of_team(team, department):
    if not team.is_active:
        return _("left out: the team %(who)s is not offered any more")
    if department not in (None, team.department_id):
        return _("left out: %(who)s is no team of this department")
    return ""


def of_colleague(person, department):
    if person.pk not in colleagues.staff().people:
        return _("left out: %(who)s does not work here any more")
    if department and person not in colleagues.of_department(department):
        return _("left out: %(who)s does not work in this department")
    return ""

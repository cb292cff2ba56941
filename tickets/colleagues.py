"""The staff, for menus and names: who can be given a ticket, flagged, mentioned. Permissions are never read from here.

Kept as long as the operator's configuration (departments.policy): every page of the desk offers these people, and they
change about as rarely.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from accounts.models import User
from departments.models import StaffPlace, Team
from departments.policy import snapshot

TEAM = "team-"  # before the id of a team, where one field names people and teams
_kept = (None, None)


class Face(NamedTuple):
    """What is shown of a colleague in a menu."""

    pk: int
    full_name: str
    picture_url: str


@lru_cache(maxsize=4096)
def face_of(pk, name, email, picture):
    """The Face of somebody, from columns of the database: a whole User costs more than the row they stand in."""
    user = User(pk=pk, name=name, email=email, picture=picture or "")
    return Face(pk, user.full_name, user.picture_url)


@dataclass
class Staff:
    """The active staff by id, in order of their names, the departments each works in, and those who have left."""

    people: dict
    places: dict = field(repr=False)  # user id -> set of department ids
    left: dict = field(default_factory=dict, repr=False)

    @cached_property
    def faces(self):
        """The Face of each, by id."""
        return {pk: Face(pk, user.full_name, user.picture_url) for pk, user in self.people.items()}


def staff():
    """The Staff, at most as old as the snapshot of the policy. Two statements when it has to be read."""
    global _kept
    known = snapshot()
    if _kept[0] is not known:
        _kept = (known, _read())
    return _kept[1]


def _read():
    people = User.objects.filter(is_staff=True).order_by("name", "email").defer("password", "staff_notes")
    places = {}
    for user_id, department_id in StaffPlace.objects.values_list("user_id", "department_id"):
        places.setdefault(user_id, set()).add(department_id)
    here, left = {}, {}
    for user in people:
        (here if user.is_active else left)[user.pk] = user
    return Staff(here, places, left)


def of_departments(departments):
    """Those who work in at least one of these departments (ids); operators work in all."""
    wanted, known = set(departments), staff()
    return [user for user in known.people.values() if user.is_superuser or wanted & known.places.get(user.pk, set())]


def of_department(department_id):
    """Those who can be given a ticket of this department."""
    return of_departments([department_id])


_teams = (None, {})


def teams():
    """{id: Team} of all teams, in the order of their departments; as old as `staff` at most."""
    global _teams
    known = snapshot()
    if _teams[0] is not known:
        _teams = (known, {row.pk: row for row in Team.objects.order_by("department__position", "name", "pk")})
    return _teams[1]


def named(code):
    """The colleague or Team that a field names ("12", "team-3"), offered or not; None where there is none any more."""
    pk = code.removeprefix(TEAM)
    if not pk.isdecimal() or len(pk) > 18:
        return None
    if code.startswith(TEAM):
        return teams().get(int(pk))
    return staff().people.get(int(pk)) or staff().left.get(int(pk))

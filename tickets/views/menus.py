"""The menus of the desk: whom to give a ticket to, which status, which priority. Many pages show the same names, so
each menu is drawn once for what it names."""

from functools import lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import get_language

from .. import colleagues
from ..colleagues import TEAM

MANY = 8  # a longer menu gets a field to narrow it


class Choice(NamedTuple):
    """One item: its value for the form, its name, and what draws it (a category, a level, a picture)."""

    value: str
    name: str
    look: object = ""
    tone: str = ""


def people(field, users, *, current=None, apart=()):
    """Buttons with faces. `current` is marked, the ids `apart` are left out."""
    shown = tuple(colleagues.staff().faces[user.pk] for user in users if user.pk not in apart)
    return drawn("desk/_people_items.html", get_language(), field=field, people=shown, current=current)


def teams(field, departments, *, current=None):
    """Buttons for the teams of these departments (ids), to stand above the people."""
    rows = [row for row in colleagues.teams().values() if row.is_active and row.department_id in departments]
    shown = tuple(Choice(f"{TEAM}{row.pk}", row.said()) for row in rows)
    return drawn("desk/_team_items.html", get_language(), field=field, teams=shown, current=f"{TEAM}{current}")


def flag_options(users):
    """The same people as options of a list."""
    shown = tuple(colleagues.staff().faces[user.pk] for user in users)
    return drawn("desk/_people_options.html", get_language(), people=shown)


def options(choices, *, current=None):
    """Pairs of a code and its words as options of a list."""
    shown = tuple(Choice(code, str(words)) for code, words in choices)
    return drawn("desk/_options.html", get_language(), choices=shown, current=current)


def statuses(rows, *, current=None, closes=""):
    """Buttons with glyphs; `closes` is the key that presses the one that closes."""
    shown = tuple(Choice(row.code, row.said(), row.category, row.colour) for row in rows)
    code = current and current.code
    return drawn("desk/_status_items.html", get_language(), choices=shown, current=code, closes=closes)


def priorities(rows, *, current=None):
    shown = tuple(Choice(row.code, row.said(), row.level) for row in rows)
    return drawn("desk/_priority_items.html", get_language(), choices=shown, current=current and current.code)


def departments(rows, *, current=None):
    shown = tuple(Choice(row.slug, row.said(), row.icon or "messages") for row in rows)
    return drawn("desk/_department_items.html", get_language(), choices=shown, current=current and current.slug)


@lru_cache(maxsize=2048)
def drawn(template, language, **about):
    """A fragment that only depends on what it is given."""
    return render_to_string(template, about)

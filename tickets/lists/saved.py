"""Saved views: lists of the queue under a name, mine or a department's, each in everybody's own order (S131).

What one person chooses for a view, its columns, its order and its place in the rail, is that person's alone.
"""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from .. import access
from ..models import SavedView, ViewChoice
from ..refused import Refused

MOST = 100  # views of one person, and shared with one department
LONGEST = SavedView._meta.get_field("query").max_length


def listed(viewer):
    """The saved views this person may use, in their own order, each with `is_pinned` and `may_change`."""
    rows = list(SavedView.objects.filter(access.saved_views(viewer)).select_related("department", "owner"))
    choices = {row.view_id: row for row in ViewChoice.objects.filter(user=viewer.user, view__isnull=False)}
    for row in rows:
        choice = choices.get(row.pk)
        row.place = row.position if choice is None or choice.position is None else choice.position
        row.is_pinned = choice is None or choice.pinned
        row.may_change = access.may_change_view(viewer.user, row)
    return sorted(rows, key=lambda row: (row.place, row.name, row.pk))


@transaction.atomic
def save(viewer, *, name, asked, columns=(), department=None):
    """Keep a list under a name, for oneself or for a department one leads. Returns the SavedView. Raises Refused."""
    refuse_unkept(asked)
    own = SavedView.objects.filter(department=department) if department else SavedView.objects.filter(owner=viewer.user)
    if own.count() >= MOST:
        raise Refused(_("There are %(n)s saved views already. Delete one first.") % {"n": MOST})
    last = own.aggregate(last=Max("position"))["last"]
    return SavedView.objects.create(
        name=name, owner=viewer.user, department=department, query=asked.query, columns=list(columns),
        position=0 if last is None else min(last + 1, 32000),
    )  # fmt: skip


def change(row, *, name, department, columns, asked=None):
    """Change a view for all who use it; its filters where `asked` says others."""
    if asked:
        refuse_unkept(asked)
        row.query = asked.query
    row.name, row.department, row.columns = name, department, list(columns)
    row.save(update_fields=["name", "department", "columns", "query"])
    return row


def refuse_unkept(asked):
    if len(asked.query) > LONGEST:
        raise Refused(_("These are too many filters to keep. Take some off."))


# --- What one person chooses ------------------------------------------------------------------------------------------


def pin(viewer, row, pinned):
    """Let a view stand in this person's rail, or not."""
    ViewChoice.objects.update_or_create(user=viewer.user, view=row, defaults={"pinned": pinned})


@transaction.atomic
def move(viewer, row, by):
    """Move a view up (-1) or down (1) in this person's own order."""
    rows = listed(viewer)
    here = next(at for at, each in enumerate(rows) if each.pk == row.pk)
    there = min(max(here + by, 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))
    for place, each in enumerate(rows):
        if each.place != place:
            ViewChoice.objects.update_or_create(user=viewer.user, view=each, defaults={"position": place})


def choose(viewer, asked, *, columns, sort):
    """Keep the columns and order this person wants for a list, of ours or saved; none for the usual ones."""
    which = {"view": asked.saved, "builtin": ""} if asked.saved else {"view": None, "builtin": asked.view}
    defaults = {"columns": list(columns), "sort": sort}
    ViewChoice.objects.update_or_create(user=viewer.user, **which, defaults=defaults)


def choice_of(viewer, asked):
    """The (columns, order) this person chose for a list; empty where none."""
    which = {"view": asked.saved} if asked.saved else {"view": None, "builtin": asked.view}
    row = ViewChoice.objects.filter(user=viewer.user, **which).first()
    return (tuple(row.columns), row.sort) if row else ((), "")

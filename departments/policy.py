"""Reading the settings: a department's own, else the site's, else the default (REQUIREMENTS, C1-C24).

Site row, statuses, priorities and types change rarely and are read on every page, so each process keeps them for a few
seconds (`SNAPSHOT_SECONDS`); an admin save empties this process's copy at once.
"""

import threading
import time
from dataclasses import dataclass, field
from functools import cache

from django.db.models import prefetch_related_objects

from helpdesk_site.lib.prepared import PreparedRows

from .models.policy import DEFAULTS, STATUS_DEFAULTS

SNAPSHOT_SECONDS = 5
_lock = threading.Lock()
_kept = None


@dataclass(frozen=True)
class Snapshot:
    """The operator's rows as they were read last. All dicts are by primary key unless named otherwise."""

    portal: object
    statuses: dict
    statuses_by_code: dict
    priorities: dict
    types: dict
    departments: dict
    overrides: dict = field(repr=False)  # (department id, status id) -> StatusInDepartment
    letters: dict = field(repr=False)  # (kind, department id or None, language or "") -> LetterTemplate in use
    signatures: dict = field(repr=False)  # (user id or None, department id or None, language or "") -> Signature
    rules: tuple  # the escalation rules that are switched on, in order, with their rows
    read_at: float


def snapshot():
    """The operator's configuration, at most SNAPSHOT_SECONDS old. A dozen small queries when it has to be read."""
    global _kept
    kept = _kept
    if kept and time.monotonic() - kept.read_at < SNAPSHOT_SECONDS:
        return kept
    with _lock:
        if _kept and time.monotonic() - _kept.read_at < SNAPSHOT_SECONDS:
            return _kept
        _kept = _read()
        return _kept


def forget():
    """Read everything anew next time. Called after each admin save and by tests."""
    global _kept
    _kept = None


def _read():
    from .models import (
        Department,
        LetterTemplate,
        Portal,
        Priority,
        Rule,
        Signature,
        Status,
        StatusInDepartment,
        TicketType,
    )

    statuses = {row.pk: row for row in _rows_of(Status)}
    rules = [row for row in _rows_of(Rule) if row.is_active]
    prefetch_related_objects(rules, "departments", "conditions", "actions")
    return Snapshot(
        portal=next(iter(_rows_of(Portal)), None) or Portal.get(),
        statuses=statuses,
        statuses_by_code={row.code: row for row in statuses.values()},
        priorities={row.pk: row for row in _rows_of(Priority)},
        types={row.pk: row for row in _rows_of(TicketType)},
        departments={row.pk: row for row in _rows_of(Department)},
        overrides={(row.department_id, row.status_id): row for row in _rows_of(StatusInDepartment)},
        letters={(row.kind, row.department_id, row.language): row for row in _rows_of(LetterTemplate) if row.is_active},
        signatures={
            (row.user_id, row.department_id, row.language): row
            for row in sorted(_rows_of(Signature), key=lambda row: row.pk)
        },
        rules=tuple(rules),
        read_at=time.monotonic(),
    )


def _rows_of(model):
    """Its rows in their order."""
    return _all(model).models()


@cache
def _all(model):
    return PreparedRows(model.objects.all, slots=())


def letter_template(kind, department, language):
    """The words an operator chose for a kind of letter, the closest first; None for the shipped ones (S123, S175)."""
    known = snapshot().letters
    places = [(department.pk, language), (department.pk, ""), (None, language), (None, "")]
    return next((known[kind, *place] for place in places if (kind, *place) in known), None)


def signature(user, department, language):
    """What stands below this person's replies in mail, with its fields: the closest Signature's text, or "" (S146)."""
    known = snapshot().signatures
    whose = [(who, where) for who in (user.pk, None) for where in (department.pk, None)]
    places = [(*place, spoken) for place in whose for spoken in (language, "")]
    return next((known[place].text for place in places if place in known), "")


class PolicyView:
    """`department.policy`: every setting by name. Unknown names raise AttributeError."""

    def __init__(self, department):
        self._department = department

    def __getattr__(self, name):
        if name in DEFAULTS:
            return self._first(name, DEFAULTS[name])
        if name in STATUS_DEFAULTS:
            return self._status(name)
        raise AttributeError(name)

    def _first(self, name, default):
        for row in (self._department, snapshot().portal):
            value = getattr(row, name)
            if value is not None and value != "":
                return value
        return default

    def _status(self, name):
        known = snapshot()
        chosen = self._first(f"{name}_id", None)
        return known.statuses.get(chosen) or known.statuses_by_code.get(STATUS_DEFAULTS[name])


@dataclass(frozen=True)
class StatusRules:
    """What a status means in one department (C2, C6, C7). `settles_after` is in minutes, 0 for never."""

    status: object
    category: str
    awaiting_reply: bool
    auto_close: bool
    settles_into: object
    settles_after: int


def status_rules(status, department):
    """The rules of `status` in `department`, its overrides applied."""
    known = snapshot()
    status = known.statuses.get(status.pk, status)
    row = known.overrides.get((department.pk, status.pk))
    category = (row and row.category) or status.category
    moved = bool(row and row.category and row.category != status.category)
    target = (row and row.settles_into_id) or status.settles_into_id
    after = row.settles_after if row and row.settles_after is not None else status.settles_after
    return StatusRules(
        status=status,
        category=category,
        awaiting_reply=(category in ("new", "waits_staff")) if moved else status.awaiting_reply,
        auto_close=row.auto_close if row and row.auto_close is not None else status.auto_close,
        settles_into=known.statuses.get(target) if target and after else None,
        settles_after=after if target else 0,
    )

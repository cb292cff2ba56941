"""The columns a list of tickets can have, and which of them one person sees (S130, S131).

What they choose for themselves goes before what the saved view says, and that before the usual ones. A column is a line
of COLUMNS, its cell in templates/desk/_row.html, and what fills it in rows.py; what it reads besides is queues.EXTRA.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Column:
    """One column: its heading (`hidden` where the cells speak for themselves), the class of its cells."""

    label: str
    cls: str = "c-more"
    hidden: bool = False


COLUMNS = {  # in the order they stand in
    "priority": Column(_("Priority"), "c-prio", hidden=True),
    "number": Column(_("Number"), "c-id"),
    "subject": Column(_("Subject"), "c-sub"),
    "tags": Column(_("Tags"), "c-tags"),
    "client": Column(_("Client"), "c-client"),
    "organisation": Column(_("Organisation")),
    "service": Column(_("Service")),
    "department": Column(_("Department"), "c-dept"),
    "type": Column(_("Type")),
    "channel": Column(_("Came by")),
    "status": Column(_("Status"), "c-status"),
    "waiting": Column(_("Waiting"), "c-sla"),
    "since": Column(_("Unanswered"), "c-more r"),
    "client_message": Column(_("Client wrote"), "c-more r"),
    "team": Column(_("Team")),
    "assignee": Column(_("Assignee"), "c-who", hidden=True),
    "created": Column(pgettext_lazy("column", "Opened"), "c-more r"),
    "updated": Column(_("Updated"), "c-time r"),
}
USUAL = ("priority", "number", "subject", "client", "department", "status", "waiting", "assignee", "updated")


def shown(asked, choices, *, many_departments):
    """The codes of the columns of a list, in their order. `choices` are the person's own, by list."""
    chosen, _sort = choices.get(asked.key, ((), ""))
    saved = asked.saved.columns if asked.saved else ()
    wanted = {"subject", *(known(chosen) or known(saved) or USUAL)}
    return tuple(code for code in COLUMNS if code in wanted and (code != "department" or many_departments))


def known(codes):
    """Those of the codes that are columns, in their order: what a form or a row of the database names (T19)."""
    return tuple(code for code in COLUMNS if code in codes)


def heads(asked, codes):
    """The headings of a table, each with whether a click on it sorts this list (S130, T19)."""
    return [
        {
            "field": code,
            "label": COLUMNS[code].label,
            "cls": COLUMNS[code].cls,
            "hidden": COLUMNS[code].hidden,
            "sorts": code in asked.sorts,
        }
        for code in codes
    ]

"""Words for us at the top of a staff mail: `#close`, `#assign NAME` (issue: staff by mail; mail/RULES, Commands)."""

import re
from dataclasses import dataclass

from helpdesk_site.lib.text import fold

from .. import actions, colleagues

LINE = re.compile(r"#(close|assign)\b[ \t]*(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Orders:
    """What a mail orders besides what it says. `unclear` are lines whose person we do not know: they are never sent on
    to a client."""

    text: str
    close: bool = False
    assignee: object = None
    unclear: tuple = ()

    @property
    def any(self):
        return self.close or self.assignee is not None


def orders_in(words, *, user, ticket):
    """The Orders at the top of a text; what is no command of ours is left alone."""
    lines, close, assignee, unclear = words.lstrip("\n").split("\n"), False, None, []
    while lines and (found := LINE.fullmatch(lines[0].strip())):
        word, name = found[1].lower(), found[2].strip()
        if word == "close" and not name:
            close = True
        elif word == "assign" and (person := colleague(name, user=user, ticket=ticket)):
            assignee = person
        else:
            unclear.append(lines[0].strip())
        lines.pop(0)
        while lines and not lines[0].strip():
            lines.pop(0)
    return Orders("\n".join(lines).strip("\n"), close, assignee, tuple(unclear))


def colleague(name, *, user, ticket):
    """The one member of staff of the ticket's department whom "me", an address, a name or its beginning means."""
    wanted = fold(name.lstrip("@")).strip()
    if not wanted:
        return None
    if wanted == "me":
        return user
    here = colleagues.of_department(ticket.department_id)
    exact = [person for person in here if wanted in (person.email, fold(person.full_name))]
    found = exact or [person for person in here if fold(person.full_name).startswith(wanted)]
    return found[0] if len(found) == 1 else None


def carry_out(orders, ticket, *, actor):
    """Do what was ordered, as this person."""
    if orders.assignee is not None:
        actions.assign(ticket, to=orders.assignee, actor=actor)
    if orders.close:
        actions.close(ticket, actor=actor)

"""Which messages of a ticket stand in a ticket of their own, and where those of this one come from: told by its events,
so that no page asks for it (S158)."""

from .models import Verb


def marks(events):
    """{message id: (verb, number)}: SPLIT and where it was moved to, or OPENED and where it was taken from."""
    undone = {(row.ticket_id, row.data.get("of")) for row in events if row.verb == Verb.UNSPLIT}
    found = {}
    for row in events:
        if row.verb != Verb.SPLIT or (row.ticket_id, row.sequence) in undone:
            continue
        if "to" in row.data:
            found |= dict.fromkeys(row.data["messages"], (Verb.SPLIT, row.data["to"][1]))
        else:
            found |= {copy["message"]: (Verb.OPENED, row.data["from"][1]) for copy in row.data["copies"]}
    return found

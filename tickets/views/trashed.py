"""The page of a ticket in the trash, or deleted for good: to read what is left of it, and to restore it (S155)."""

from django.shortcuts import render

from .. import access
from ..actions.trashing import KEPT, last_time
from ..conversation import desk_thread
from ..lists import queries
from ..models import Ticket
from . import lines

READING = access.Abilities(see=True, read_notes=True)


def page(request, ticket, *, form=None, refusal="", status=200):
    """It, for those who work there. `form` is bound where somebody wrote while it was thrown away: the text is shown
    again, and waits in the box."""
    gone, event = ticket.hidden == Ticket.Hidden.GONE, last_time(ticket)
    thread = desk_thread.build(request.viewer, ticket)
    context = {
        "ticket": ticket,
        "can": access.abilities(request.viewer, ticket),
        "gone": gone,
        "by": event and event.actor,
        "emptied_at": ticket.hidden_at + KEPT,
        "lines": "" if gone else lines.draw(request, thread, ticket, READING),
        "log": lines.log(thread.log),
        "longer_log": thread.longer_log,
        "refusal": refusal,
        "typed": form["message"].value() if form is not None else "",
        "rail": queries.rail(request.viewer, current=queries.key_of(view="trash")),
    }
    return render(request, "desk/trashed.html", context, status=status)

"""The log of a ticket as a page (S167)."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import access
from ..conversation import logbook
from ..lists import queries
from .doors import for_somebody


@require_safe
@for_somebody
def log(request, number):
    """Everything that happened to the ticket, in words, narrowed as the address says; it can be printed."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    asked = logbook.read(request.GET)
    page = logbook.page(ticket, asked)
    context = {
        "ticket": ticket,
        "asked": asked,
        "page": page,
        "rows": [(told, source, logbook.SOURCES[source]) for told, source in page.rows],
        "kinds": [(code, name, code in asked.kinds) for code, (name, _verbs) in logbook.KINDS.items()],
        "sources": logbook.SOURCES.items(),
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/log.html", context)

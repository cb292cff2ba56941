"""The portal as a client sees it (S180): for staff, of tickets they work on, to be read and nothing else.

It is drawn from the client's own pages with the client as the viewer. Every control of it is disabled, nothing is
marked as read, and what the client or the agent is typing is not shown.
"""

from django.contrib import messages as notices
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.viewer import Viewer
from helpdesk_site.lib import shapes

from .. import access, words
from ..lists import clients, queries_client
from . import client_rows, conversation
from .desk import staff_only
from .doors import for_somebody


@require_safe
@for_somebody
def ticket(request, number):
    """The conversation as its client reads it."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    viewer = Viewer(ticket.client)
    can = access.abilities(viewer, ticket)
    if not can.see or can.work:
        notices.info(request, _("Its client does not see this ticket in the portal."))
        return redirect("ticket", ticket.number)
    context = conversation.client_context(request, viewer, ticket, can)
    context["thread"].unread = False
    back = {"seen_by": ticket.client, "back_url": reverse("ticket", args=[ticket.number])}
    left_out = {"can_write": False, "linked": [row for row in context["linked"] if sees(request, row)]}
    left_out["follow_up_url"] = f"{reverse('desk_new')}?client={ticket.client_id}"
    return render(request, "conversation/as_client.html", context | back | left_out)


def sees(request, ticket):
    return access.abilities(request.viewer, ticket).see


@require_safe
@staff_only
def home(request, client):
    """The client's start page, with those of their tickets that the viewer works on."""
    client = clients.client_for(request.viewer, client)
    lists = queries_client.home_lists(Viewer(client), access.workable(request.viewer))
    for_me, for_support, closed = (leading_on(client_rows.draw(words.dressed(rows))) for rows in lists)
    context = {"for_me": for_me, "for_support": for_support, "closed": closed, "seen_by": client}
    context["back_url"] = reverse("desk_client", args=[client.pk])
    return render(request, "portal/as_client.html", context)


def leading_on(tickets):
    """Rows that lead to the ticket as the client sees it."""
    for row in tickets:
        address = reverse("ticket", args=[row.number])
        row.html = shapes.swapped(row.html, f'"{address}"', f'"{address}as-client/"')
    return tickets

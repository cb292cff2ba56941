"""The trash at the desk: into it, out of it, and for good (S133, S155). What lies there is a view of the queue."""

from django.contrib import messages as notices
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.toasts import toast

from .. import access, actions
from ..events import one_click
from ..refused import Refused
from .doors import for_somebody
from .marking import ask


@require_POST
@for_somebody
@once
def trash(request, number):
    """Move the ticket to the trash, with Undo."""
    ticket = access.ticket_for(request.viewer, number, to="trash")
    with one_click() as click:
        actions.trash(ticket, actor=request.user)
    undo_url = reverse("ticket_undo", args=[ticket.number, click.id]) if click.events else ""
    toast(request, _("%(number)s is in the trash.") % {"number": ticket.number}, undo_url=undo_url)
    return redirect("ticket", ticket.number)


@require_POST
@for_somebody
@once
def restore(request, number):
    """Take it out of the trash."""
    ticket = access.ticket_for(request.viewer, number, to="restore")
    actions.restore(ticket, actor=request.user)
    toast(request, _("%(number)s is back where it was.") % {"number": ticket.number})
    return redirect(safe_next(request, reverse("ticket", args=[ticket.number])))


@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
@once
def empty(request, number):
    """Ask, and delete for good what was written in it: for those who lead."""
    ticket = access.ticket_for(request.viewer, number, to="empty")
    if request.method == "POST":
        try:
            actions.empty(ticket, actor=request.user)
            toast(request, _("%(number)s was deleted for good.") % {"number": ticket.number})
        except Refused as refused:
            notices.error(request, str(refused))
        return redirect("ticket", ticket.number)
    title = _("Delete %(number)s for good") % {"number": ticket.number}
    return ask(request, "desk/empty.html", ticket, title=title)

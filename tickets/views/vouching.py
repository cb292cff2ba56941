"""“Did you write this?”: what a client says of a mail about an account that came in their name (S69, C23)."""

from django.contrib import messages as notices
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engine.once import once
from helpdesk_site.lib.toasts import toast

from .. import access, actions
from ..refused import Refused
from ..writing import write_plain
from .doors import for_somebody


@require_POST
@for_somebody
@once
def confirm(request, number):
    """Yes: we begin."""
    ticket = access.ticket_for(request.viewer, number, to="confirm")
    actions.confirm(ticket, actor=request.viewer.user)
    toast(request, _("Thank you. We look after it now."))
    return redirect("ticket", ticket.number)


@require_POST
@for_somebody
@once
def disown(request, number):
    """No: the ticket closes, and staff read why."""
    ticket = access.ticket_for(request.viewer, number, to="confirm")
    try:
        actions.disown(ticket, written=write_plain(_("I did not write this.")), actor=request.viewer.user)
    except Refused as refused:
        notices.error(request, str(refused))
    else:
        toast(request, _("Thank you. The ticket is closed, and nothing is done about it."))
    return redirect("ticket", ticket.number)

"""What I did lately, and Undo while it is possible (issue, "Undo")."""

from django.contrib import messages as notices
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.toasts import toast

from .. import actions
from .. import activity as lately
from ..lists import queries
from ..models import TicketEvent
from ..refused import Refused
from .desk import staff_only


@require_safe
@staff_only
def activity(request):
    """My own acts, the latest first; what waits to be sent stands above."""
    before = request.GET.get("before", "")
    acts, more = lately.lately(request.viewer, before)
    context = {
        "acts": acts,
        "more": more,
        "waiting": [] if before else lately.waiting(request.viewer),
        "rail": queries.rail(request.viewer, current="activity"),
    }
    return render(request, "desk/activity.html", context)


@require_POST
@staff_only
@once
def undo(request, click):
    """Take back one click of my own, wherever its tickets were moved since."""
    if not TicketEvent.objects.filter(click=click, actor=request.user).exists():
        raise Http404
    try:
        actions.undo(click, actor=request.user)
        toast(request, _("Taken back."))
    except Refused as refused:
        notices.error(request, str(refused))
    return redirect(safe_next(request, reverse("desk_activity")))

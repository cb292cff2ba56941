"""The bell of the desk: what somebody was told of, and what a page nobody looks at may say aloud."""

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.toasts import toast

from ..lists import bell, queries, queues
from .desk import staff_only


@require_safe
@staff_only
def notices(request):
    """Everything I was told of, the unread first."""
    lines, page = bell.page(request.viewer, request.GET.get("cursor", ""))
    context = {
        "unread": [line for line in lines if line.is_unread],
        "seen": [line for line in lines if not line.is_unread],
        "page": page,
        "rail": queries.rail(request.viewer, current="bell"),
    }
    return render(request, "desk/bell.html", context)


@require_POST
@staff_only
def read(request):
    """I have seen one of them, or all."""
    one = request.POST.get("notice", "")
    if one and not queues.is_id(one):
        return redirect("desk_bell")
    seen = bell.mark_read(request.viewer, int(one) if one else None)
    if not one and seen:
        toast(request, _("All notices are marked as read."))
    return redirect(safe_next(request, "desk_bell"))


@require_safe
@staff_only
def latest(request):
    """What has come since the notice with the id `after`: asked by a page that is not looked at and may say so on the
    device; without `after`, where to begin."""
    after = request.GET.get("after", "")
    if not queues.is_id(after):
        return JsonResponse({"newest": bell.newest(request.viewer), "notices": []})
    lines = bell.since(request.viewer, int(after))
    newest = max((line.pk for line in lines), default=int(after))
    return JsonResponse({"newest": newest, "notices": [said(line) for line in lines]})


def said(line):
    """A line as the device says it."""
    return {"title": f"{line.number} {line.subject}", "text": line.plain, "url": line.url}

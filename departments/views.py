"""What staff choose about their own places."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .models import StaffPlace


@require_POST
def notices(request):
    """Say in which of my departments I am told by mail of new tickets and replies (S126)."""
    if not request.viewer.is_staff:
        raise Http404
    chosen = request.POST.getlist("department")
    for place in StaffPlace.objects.filter(user=request.user):
        place.notify = str(place.department_id) in chosen
        place.save(update_fields=["notify"])
    messages.success(request, _("Saved."))
    return redirect("profile")

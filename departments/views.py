"""What staff choose about their own places."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .models import StaffPlace


@require_POST
def notices(request):
    """Say of what I am told by mail, in each of my departments (S126)."""
    if not request.viewer.is_staff:
        raise Http404
    for place in StaffPlace.objects.filter(user=request.user):
        chosen = request.POST.getlist(f"department-{place.department_id}")
        place.want([letter for letter in StaffPlace.Letters.values if letter in chosen])
    messages.success(request, _("Saved."))
    return redirect("profile")

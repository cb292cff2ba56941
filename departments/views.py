"""What staff choose about their own places."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .forms import SignatureForm
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


@require_http_methods(["GET", "HEAD", "POST"])
def signature(request):
    """What stands below my replies in mail (S146). The form stands in the profile, too."""
    if not request.viewer.is_staff:
        raise Http404
    form = SignatureForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "departments/signature.html", {"form": form}, status=422 if form.errors else 200)

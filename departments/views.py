"""What staff choose about their own places."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import profile

from .forms import SignatureForm
from .models import StaffPlace


@require_POST
def notices(request):
    """Say of what I am told and how, in each of my departments (S126)."""
    if not request.viewer.is_staff:
        raise Http404
    for place in StaffPlace.objects.filter(user=request.user):
        chosen = request.POST.getlist(f"department-{place.department_id}")
        place.want([letter for letter in StaffPlace.Letters.values if letter in chosen])
        if "ways" in request.POST:
            shown, gathered = (request.POST.getlist(f"{way}-{place.department_id}") for way in ("shown", "gathered"))
            place.tell(shown=shown, gathered=gathered)
    profile.choose_digest(request.user, request.POST.get("digest", ""))
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

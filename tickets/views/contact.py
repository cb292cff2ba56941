"""The public contact form, linkable from anywhere (S181)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts import zones
from departments.policy import snapshot
from engine.once import once

from .. import contact as contacting
from ..contact import TRAP, ContactForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@once
def contact(request, slug=""):
    """Write to one of the public departments, or to the one the address names. The answer is the same for everybody,
    known or not (T16)."""
    departments = public(slug)
    if "sent" in request.GET and request.method != "POST":
        return render(request, "portal/contact_sent.html")
    form = ContactForm(request, departments, initial=known_of(request.viewer))
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "trap": TRAP, "only": departments[0] if len(departments) == 1 else None}
        return render(request, "portal/contact.html", context, status=422 if form.is_bound else 200)
    contacting.send(form, language=get_language() or "", time_zone=zones.of_browser(request))
    return redirect(f"{request.path}?sent")


def public(slug):
    """The departments strangers may write to; the one at this address alone. Raises Http404 where there is none."""
    rows = [row for row in snapshot().departments.values() if row.is_active and row.is_public]
    rows = [row for row in rows if row.slug == slug] if slug else [row for row in rows if not row.is_hidden]
    if not rows:
        raise Http404
    return rows


def known_of(viewer):
    """What a person who is signed in need not type."""
    return {"name": viewer.user.name, "email": viewer.user.email} if viewer else {}

"""The guest's doors: in by the link from the letter, and asking for a fresh one (S7)."""
from allauth.core import ratelimit
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from engine.once import once

from . import passes
from .forms import FreshLinkForm
from .signals import sight_asked

OFFERED = "offered_pass"  # in the session: a pass for somebody else than who is signed in


@login_not_required
@never_cache
@require_safe
def way_in(request, token):
    """Exchange the token for a session and get it out of the address at once. It narrows, it never signs in."""
    guest_pass = passes.redeem(token)
    if guest_pass is None:
        return render(request, "accounts/pass_over.html", {"form": FreshLinkForm()}, status=410)
    if not request.user.is_authenticated:
        return let_in(request, guest_pass)
    if may_see_anyway(request.viewer, guest_pass):
        return redirect("ticket", guest_pass.ticket_number)
    request.session[OFFERED] = guest_pass.pk
    return redirect("guest_switch")


@never_cache
@require_http_methods(["GET", "POST"])
def switch(request):
    """Somebody signed in followed another person's link: stay, or sign out and come in as that guest."""
    guest_pass = passes.valid().filter(pk=request.session.get(OFFERED)).first()
    if guest_pass is None:
        return redirect("home")
    if request.method == "GET":
        return render(request, "accounts/pass_switch.html", {"guest_pass": guest_pass})
    logout(request)
    return let_in(request, guest_pass)


@login_not_required
@once
@never_cache
def fresh_link(request):
    """Ask for fresh links by mail. The page says the same whatever we know of the address (T16)."""
    form = FreshLinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/fresh_link.html", {"form": form})
    if not ratelimit.consume(request, action="guest_link", key=form.cleaned_data["email"]):
        return ratelimit.respond_429(request)
    passes.send_fresh(form.cleaned_data["email"])
    return redirect("guest_links_sent")


@login_not_required
@require_safe
def links_sent(request):
    return render(request, "accounts/fresh_link_sent.html")


# Below the doors


def let_in(request, guest_pass):
    passes.extend(guest_pass)
    request.session.cycle_key()
    request.session[passes.SESSION_KEY] = guest_pass.pk
    return redirect("ticket", guest_pass.ticket_number)


def may_see_anyway(viewer, guest_pass):
    """Whether the signed-in person is the guest, or may see the ticket as themself; the floor of tickets knows."""
    if viewer.user == guest_pass.user:
        return True
    answers = sight_asked.send(None, viewer=viewer, ticket_number=guest_pass.ticket_number)
    return any(answer for _receiver, answer in answers)

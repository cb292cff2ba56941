"""Says who is looking, and turns the page to their language and time zone."""

import zoneinfo

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware, get_user
from django.contrib.auth.views import redirect_to_login
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from engine.once import came_from

from . import passes, sessions, zones
from .viewer import STRANGER, Viewer


def viewer(get_response):
    """Set `request.viewer`. Costs the session and the user, one query for a guest's pass, nothing for strangers."""

    def middleware(request):
        request.viewer = viewer_of(request)
        chosen = speak_to(request)
        try:
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        finally:
            timezone.deactivate()
        if not chosen:
            patch_vary_headers(response, ["Accept-Language"])
        return response

    return middleware


def viewer_of(request):
    """The signed-in person; else the person of the guest's pass, for its one ticket; else a stranger."""
    request.user = get_user(request)  # read anyway, and asked for a hundred times a page: without Django's lazy wrapper
    if request.user.is_authenticated and sessions.is_over(request.session, request.user):
        logout(request)
    if request.user.is_authenticated:
        sessions.touch(request)
        return Viewer(request.user)
    guest_pass = passes.in_session(request)
    if guest_pass is None:
        return STRANGER
    passes.extend(guest_pass)
    return Viewer(guest_pass.user, only_ticket=guest_pass.ticket_number)


def speak_to(request):
    """Activate the language and the zone the person chose; else what the browser says. Returns whether the language
    was chosen. Stands for Django's LocaleMiddleware, which asks the browser even then."""
    user = request.viewer.user
    chosen = getattr(user, "language", "")
    translation.activate(chosen or translation.get_language_from_request(request))
    request.LANGUAGE_CODE = translation.get_language()
    zone = zones.clean(getattr(user, "time_zone", "")) or zones.of_browser(request) or "UTC"
    timezone.activate(zoneinfo.ZoneInfo(zone))
    return bool(chosen)


class SignInFirst(LoginRequiredMiddleware):
    """To the sign-in and back: after a form to the page it was sent from, for where it was sent to is no page. htmx is
    told to load the sign-in, not to put it into a corner of its page."""

    def handle_no_permission(self, request, view_func):
        if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        if request.method == "POST" and request.headers.get("X-Requested-With") != "fetch":
            messages.info(request, _("You were signed out, so nothing was changed. Sign in and do it again."))
        answer = redirect_to_login(came_from(request))
        return HttpResponseClientRedirect(answer.url) if request.headers.get("HX-Request") else answer

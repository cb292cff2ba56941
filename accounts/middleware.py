"""Says who is looking, and turns the page to their language and time zone."""
import zoneinfo

from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

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

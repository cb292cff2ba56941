"""Refused, said by any action, becomes a message on the page and never a 500 (ARCHITECTURE, "Doors")."""
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from engine.once import came_from
from helpdesk_site.lib.http import safe_next

from .refused import Refused


def refusals(get_response):
    """Turn an action's Refused into a message on the page the person came from."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, error):
        if not isinstance(error, Refused):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
        messages.error(request, str(error))
        return HttpResponseRedirect(safe_next(request, came_from(request)))

    middleware.process_exception = process_exception
    return middleware

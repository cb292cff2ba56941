"""The pages for what went wrong. 400, 500 and 503 are drawn without the request: what failed may fail again."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template import loader

from engine.once import came_from

RETRY_AFTER_SECONDS = "15"


def bad_request(request, exception=None):
    return answer(request, 400, bare=True)


def permission_denied(request, exception=None):
    return answer(request, 403)


def csrf_failure(request, reason=""):
    """A form from a stale page or another site: say so, and that nothing was done; our own get back what was typed."""
    ours = request.headers.get("Origin", base_url(request)) == base_url(request)
    typed = request.POST.get("message", "") if ours else ""
    return answer(request, 403, template="errors/stale.html", typed=typed, back=came_from(request))


def base_url(request):
    return f"{request.scheme}://{request.get_host()}"


def page_not_found(request, exception=None):
    """The same page for what does not exist and for what is not yours (S7)."""
    return answer(request, 404)


def server_error(request):
    """500 with the request's id; 503 with Retry-After when it was the database that did not answer."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        response = answer(request, 503, bare=True)
        response["Retry-After"] = RETRY_AFTER_SECONDS
        return response
    return answer(request, 500, bare=True)


def answer(request, status, *, template="", bare=False, **more):
    context = {"request_id": getattr(request, "id", ""), "status": status, **more}
    page = loader.render_to_string(template or f"errors/{status}.html", context, None if bare else request)
    return HttpResponse(page, status=status)

"""The server under test: the portal, and beside it the bare page behind Django's stock middleware."""

import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import override_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
portal = get_wsgi_application()


class BareHandler(WSGIHandler):
    """Django as it comes: stock middleware and one URL."""

    def load_middleware(self, is_async=False):
        with override_settings(MIDDLEWARE=settings.STOCK_MIDDLEWARE, SESSION_ENGINE=settings.STOCK_SESSIONS):
            super().load_middleware(is_async)

    def resolve_request(self, request):
        request.urlconf = "benchmarks.urls"
        return super().resolve_request(request)


bare = BareHandler()


def application(environ, start_response):
    ours = not environ.get("PATH_INFO", "").startswith("/bare/")
    if not ours:
        connection.used_at = float("-inf")  # Django's health check, which asks every time
    return (portal if ours else bare)(environ, start_response)

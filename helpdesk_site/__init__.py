"""The roof: settings, urls, Celery, middleware, the demo world. Nothing of the desk's work lives here.

`lib/` is the cellar: pure helpers that import no app. Everything else here may import every app; no app imports it.
"""
from .celery import app as celery_app

__all__ = ["celery_app"]

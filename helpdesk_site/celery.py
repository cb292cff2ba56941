"""Celery: a message is only a kick. What must happen is a row with a due time (ARCHITECTURE, "Two databases")."""

import os

from celery import Celery
from celery.signals import beat_embedded_init, beat_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk_site.settings")
TRANSPORT_ALIASES["djangodb"] = "engine.transport:Transport"

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
@beat_embedded_init.connect
def first_heartbeat(**kwargs):
    """A scheduler that just started says so at once: /readyz need not wait for the first tick."""
    app.send_task("engine.tasks.heartbeat")

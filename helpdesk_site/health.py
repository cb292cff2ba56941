"""`/healthz`: the process lives. `/readyz`: database, migrations, scheduler, fetchers, outbox are well; 503 names what
is not (T23). Mailboxes that fail are named too.
"""

from functools import lru_cache

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from engine import heartbeats
from mail import delivery
from mail.models import Mailbox


@login_not_required
@require_safe
def alive(request):
    """Asks nothing but the process itself."""
    return JsonResponse({"process": "ok"})


@login_not_required
@require_safe
def ready(request):
    """One word for each dependency. Later ones are not asked when an earlier one fails."""
    found = examine()
    well = all(word == "ok" for name, word in found.items() if name != "mailboxes")
    return JsonResponse(found, status=200 if well else 503)


def examine():
    """One word for each of database, migrations, scheduler, fetchers, outbox, mailboxes: "ok", or else "down",
    "missing", "stale", "late", "failing" with their numbers in the admin (names are nothing for strangers).

    Fetchers are stale when nobody looks into a mailbox. One that keeps refusing us is told, but the portal is ready all
    the same: it would help nobody to take it away. The outbox is late when letters that could go lie there: no worker
    carries them.
    """
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return {"database": "down"}
    if migrations_on_disk() - applied:
        return {"database": "ok", "migrations": "missing"}
    now = timezone.now()
    scheduler = "ok" if heartbeats.is_alive(heartbeats.SCHEDULER) else "stale"
    fetchers = "stale" if Mailbox.objects.forgotten(at=now).exists() else "ok"
    outbox = "late" if delivery.is_late() else "ok"
    failing = ", ".join(str(mailbox.pk) for mailbox in Mailbox.objects.failing(at=now))
    return {
        "database": "ok",
        "migrations": "ok",
        "scheduler": scheduler,
        "fetchers": fetchers,
        "outbox": outbox,
        "mailboxes": f"failing: {failing}" if failing else "ok",
    }


@lru_cache(maxsize=1)
def migrations_on_disk():
    """The newest migrations of each app in this release; every older one stands before them."""
    loader = MigrationLoader(None)
    return frozenset(loader.graph.leaf_nodes())

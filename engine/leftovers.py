"""Files that are to go for good: named in a row first, deleted once that is committed (ARCHITECTURE, "Rows first").

Whoever erases a file calls `discard` in the transaction in which the last row lets go of it. When that is rolled back,
nothing happened; when the machine dies before the file is gone, the hourly sweep deletes it.
"""

import logging

from django.core.files.storage import storages
from django.db import transaction

from .models import Leftover

log = logging.getLogger(__name__)

BATCH = 1000


def discard(storage, *names):
    """Delete these files of a storage ("attachments", "letters") once the transaction is committed."""
    rows = [Leftover.objects.create(storage=storage, name=name) for name in names if name]
    if rows:
        transaction.on_commit(lambda: remove(rows), robust=True)


def sweep():
    """Delete what a process that died has left. Returns how many files."""
    return remove(list(Leftover.objects.order_by("pk")[:BATCH]))


def remove(rows):
    """Delete the files, then their rows; one that cannot be deleted just now is met again by the sweep."""
    gone = [row.pk for row in rows if removed(row)]
    Leftover.objects.filter(pk__in=gone).delete()
    return len(gone)


def removed(row):
    try:
        storages[row.storage].delete(row.name)
    except OSError:
        log.warning("%s could not be deleted; it is tried again.", row, exc_info=True)
        return False
    return True

"""How a timer goes through what is due: once, whoever else tries, and whatever fails on the way.

A run holds a lease, so two schedulers do nothing twice. It works in batches, each row in its own transaction; one that
fails is logged, stops no other, and is met again by the next run. What no run did before is caught up.
"""

import logging

from engine.leases import lease

from ..refused import Refused

log = logging.getLogger(__name__)

BATCH = 200


def each(name, due, by, act):
    """Do `act` on every row of the queryset `due`, oldest time in `by` first, under the lease `name`.

    Returns how often `act` said that it did something; 0 when another process holds the lease. `due` is read batch by
    batch past the last row seen, so a row that stays due because it failed is met once a run.
    """
    done = 0
    with lease(name) as mine:
        last = None
        while mine:
            rows = batch_after(due, by, last)
            for row in rows:
                done += bool(surely(act, row, name))
            if len(rows) < BATCH or not mine.renew():
                break
            last = rows[-1]
    return done


def batch_after(due, by, last):
    """The next rows of `due` by (time, id)."""
    due = due.order_by(by, "pk")
    if last is not None:
        at = getattr(last, by)
        due = due.filter(**{f"{by}__gte": at}).exclude(**{by: at, "pk__lte": last.pk})
    return list(due[:BATCH])


def surely(act, row, name):
    """Whether `act` did something with the row, which may take it no more; an error is logged and the others go on."""
    try:
        return act(row)
    except Refused:  # somebody was quicker: put it in the trash, merged it
        return False
    except Exception:
        log.exception("%s failed for %s %s.", name, row._meta.model_name, row.pk)
        return False

"""A ticket by its number, with its people: asked by every page and every act on a ticket, so compiled once.

Rows are locked in one order, so that nobody waits for somebody who waits for them: the tickets that are on their own by
id, then those merged into them, which nobody holds without the one they live on in.
"""

from functools import lru_cache

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from helpdesk_site.lib.prepared import PreparedRows

from .models import Ticket

for_change = PreparedRows(lambda pk: Ticket.objects.select_for_update(no_key=True).filter(pk=pk))
at_once = PreparedRows(
    lambda pk: Ticket.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk, merged_into=None)
)


def by_number(number, having=()):
    """The ticket with this number (as stored), or None. `having`: the names of foreign keys read along with it."""
    return next(iter(by_number_having(tuple(having)).models(number)), None)


@lru_cache(maxsize=32)
def by_number_having(having):
    return PreparedRows(lambda number: Ticket.objects.filter(number=number), having=having, slots=(str,))


def locked(pk):
    """The ticket's fresh row, locked until the transaction ends. Raises Ticket.DoesNotExist.

    For a merged-away one whose survivor is locked; of any other ticket ask for its `end_locked`.
    """
    refuse_outside()
    row = for_change.first(pk)
    if row is None:
        raise Ticket.DoesNotExist
    return row


def end_locked(pk):
    """The fresh row in which a ticket lives on, locked: its own, mostly. Raises Ticket.DoesNotExist."""
    refuse_outside()
    if (row := at_once.first(pk)) is not None:  # mostly: nobody holds it, and there is nothing to let go of
        return row
    before = transaction.savepoint()
    row = locked(pk)
    if row.merged_into_id:
        transaction.savepoint_rollback(before)  # and with it the lock
        return ends_locked([pk])[pk]
    transaction.savepoint_commit(before)
    return row


def ends_locked(ids):
    """{id: the fresh row in which that ticket lives on}, locked by id. Who had to wait, and finds one of them merged
    on, lets go of all at once and begins anew. Raises Ticket.DoesNotExist."""
    refuse_outside()
    while True:
        ends, before = ends_of(ids), transaction.savepoint()
        led_on = {pk: end for pk, end in ends.items() if pk != end}
        rows = own_locked(set(ends.values()))
        if rows is not None and ends_of(led_on) == led_on:
            transaction.savepoint_commit(before)
            return {pk: rows[end] for pk, end in ends.items()}
        transaction.savepoint_rollback(before)


def own_locked(ids):
    """{id: the fresh row}, locked by id; None as soon as one is no ticket of its own any more."""
    rows = {}
    for pk in sorted(ids):
        rows[pk] = locked(pk)
        if rows[pk].merged_into_id:
            return None
    return rows


def all_locked(ids):
    """{id: the fresh row}, locked, of all these tickets and of those in which the merged-away ones live on."""
    rows = {row.pk: row for row in ends_locked(ids).values()}
    return rows | {pk: locked(pk) for pk in sorted(set(ids) - rows.keys())}


def in_turns(ids, change):
    """Let `change(ids)` update many tickets, each time in a transaction of its own: those nobody holds at once, then
    the others one by one. It waits for nobody while it holds something. Returns the sum of what `change` returned."""
    with transaction.atomic():
        rows = Ticket.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=ids)
        free = list(rows.values_list("pk", flat=True))
        done = change(free)
    for pk in sorted(set(ids) - set(free)):
        with transaction.atomic():
            done += change([pk])
    return done


def ends_of(ids):
    """{id: the id of the ticket in which it lives on}"""
    ends = dict.fromkeys(ids)
    into = dict(Ticket.objects.filter(pk__in=ends).values_list("pk", "merged_into"))
    while missing := {pk for pk in into.values() if pk} - into.keys():
        into |= dict(Ticket.objects.filter(pk__in=missing).values_list("pk", "merged_into"))
    for pk in ends:
        end = pk
        while into.get(end):
            end = into[end]
        ends[pk] = end
    return ends


def refuse_outside():
    if not connection.in_atomic_block:
        raise TransactionManagementError("A ticket is locked inside a transaction.")

"""A ticket by its number, with its people: asked by every page and every act on a ticket, so compiled once."""

from functools import lru_cache

from django.db import connection
from django.db.transaction import TransactionManagementError

from helpdesk_site.lib.prepared import PreparedRows

from .models import Ticket

for_change = PreparedRows(lambda pk: Ticket.objects.select_for_update().filter(pk=pk))


def by_number(number, having=()):
    """The ticket with this number (as stored), or None. `having`: the names of foreign keys read along with it."""
    return next(iter(by_number_having(tuple(having)).models(number)), None)


@lru_cache(maxsize=32)
def by_number_having(having):
    return PreparedRows(lambda number: Ticket.objects.filter(number=number), having=having, slots=(str,))


def locked(pk):
    """The ticket's fresh row, locked until the transaction ends. Raises Ticket.DoesNotExist."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A ticket is locked inside a transaction.")
    row = next(iter(for_change.models(pk)), None)
    if row is None:
        raise Ticket.DoesNotExist
    return row

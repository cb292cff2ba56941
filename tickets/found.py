"""A ticket by its number, with its people: asked by every page and every act on a ticket, so compiled once."""

from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS

from helpdesk_site.lib.prepared import Prepared

from .models import Ticket


def by_number(number, having=()):
    """The ticket with this number (as stored), or None. `having`: the names of foreign keys read along with it."""
    statement, parts = by_number_having(tuple(having))
    row = next(iter(statement.rows(number)), None)
    return row and assembled(row, parts)


@lru_cache(maxsize=32)
def by_number_having(having):
    """(the statement, [(name, model, columns)]): the ticket's own part first, under the name ""."""
    parts = [("", Ticket)] + [(name, Ticket._meta.get_field(name).related_model) for name in having]
    parts = [(name, model, [field.attname for field in model._meta.concrete_fields]) for name, model in parts]
    columns = [f"{name}__{column}" if name else column for name, _model, columns in parts for column in columns]
    return Prepared(lambda number: Ticket.objects.filter(number=number).values(*columns), slots=(str,)), parts


def assembled(row, parts):
    """The Ticket of one row, its related objects in place."""
    ticket, start = None, 0
    for name, model, columns in parts:
        values, start = row[start : start + len(columns)], start + len(columns)
        found = model.from_db(DEFAULT_DB_ALIAS, columns, values) if values[0] is not None else None
        if name:
            setattr(ticket, name, found)
        else:
            ticket = found
    return ticket

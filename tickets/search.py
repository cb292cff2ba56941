"""Search: one face over two engines (STACK, 9). Words are folded and stemmed in Python, the engines only match.

Each ticket has two documents: what clients may read (its number, subject, client, public messages and file names), and
its notes, searched only for those who may read notes. PostgreSQL keeps them as tsvectors under a GIN index, SQLite in
FTS5 tables; the same words find the same tickets on both.
"""

import json

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from helpdesk_site.lib import stems, tokens

PUBLIC, NOTES = "tickets_searchpublic", "tickets_searchnotes"
DOCUMENT_BYTES = 800_000  # PostgreSQL takes 1 MB a tsvector; text beyond this is kept but no longer found
ADDED_BYTES = 200_000
SHORTEST_PREFIX = 2
COMMON_PERCENT = 1  # a word in more of the tickets than this is looked for along the list's own order


def create(ticket):
    """Index a new ticket: its number, its subject, and the client's name and address."""
    _write(PUBLIC, ticket.pk, _lexemes(head_text(ticket)))


def add(ticket, text, *, is_note):
    """Add a message's (or note's) text and file names to its ticket's document."""
    lexemes = _lexemes(text)
    if not _append(_table(is_note), ticket.pk, lexemes):
        _write(_table(is_note), ticket.pk, lexemes)


def reindex(ticket):
    """Write both documents of a ticket anew from its messages: after an edit, a merge, a redaction."""
    texts = {False: [head_text(ticket)], True: []}
    for message in ticket.messages.prefetch_related("attachments"):
        names = " ".join(file.name for file in message.attachments.all())
        texts[message.is_note].append(f"{message.body}\n{names}")
    for is_note, parts in texts.items():
        _write(_table(is_note), ticket.pk, _lexemes("\n".join(parts)))


def head_text(ticket):
    """What a ticket is found by besides its messages."""
    return f"{ticket.number} {ticket.subject} {ticket.client.name} {ticket.client.email}"


def matching(tickets, words, *, notes=False):
    """The tickets of a queryset that hold every word; the last word may be unfinished. Words in any language.

    `notes` also looks at notes: only for viewers who read notes on every ticket of the queryset. A ticket number finds
    its ticket exactly. Nothing but punctuation finds nothing.
    """
    number = tokens.clean_number(words)
    if number:
        return tickets.filter(number=number)
    query = _query(stems.query_groups(words))
    if not query:
        return tickets.none()
    found = Q(pk__in=_hits(PUBLIC, query))
    return tickets.filter(found | Q(pk__in=_hits(NOTES, query)) if notes else found)


def _table(is_note):
    return NOTES if is_note else PUBLIC


def _lexemes(text):
    """The distinct stems of a text, in the order they first appear, up to ADDED_BYTES."""
    kept, room = [], ADDED_BYTES
    for lexeme in dict.fromkeys(stems.tokens(text)):
        room -= len(lexeme.encode()) + 4
        if room < 0:
            break
        kept.append(lexeme)
    return kept


def _write(table, pk, lexemes):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {table} (ticket_id, bytes, words) VALUES (%s, %s, array_to_tsvector(%s::text[]))"  # noqa: S608
                " ON CONFLICT (ticket_id) DO UPDATE SET bytes = excluded.bytes, words = excluded.words",
                [pk, _bytes(lexemes), lexemes],
            )
        else:
            cursor.execute(f"DELETE FROM {table} WHERE rowid = %s", [pk])  # noqa: S608
            cursor.execute(f"INSERT INTO {table} (rowid, words) VALUES (%s, %s)", [pk, " ".join(lexemes)])  # noqa: S608


def _append(table, pk, lexemes):
    """Add to a document that exists; returns whether it does."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            size = _bytes(lexemes)
            cursor.execute(
                f"UPDATE {table} SET words = CASE WHEN bytes + %s > %s THEN words"  # noqa: S608
                " ELSE words || array_to_tsvector(%s::text[]) END, bytes = LEAST(bytes + %s, %s) WHERE ticket_id = %s",
                [size, DOCUMENT_BYTES, lexemes, size, DOCUMENT_BYTES, pk],
            )
        else:
            cursor.execute(
                f"UPDATE {table} SET words = words || ' ' || %s WHERE rowid = %s AND length(words) < %s",  # noqa: S608
                [" ".join(lexemes), pk, DOCUMENT_BYTES],
            )
            if not cursor.rowcount:
                cursor.execute(f"SELECT 1 FROM {table} WHERE rowid = %s", [pk])  # noqa: S608
                return bool(cursor.fetchone())
        return bool(cursor.rowcount)


def _bytes(lexemes):
    return sum(len(lexeme.encode()) + 4 for lexeme in lexemes)


def _query(groups):
    """The engine's own query text: every group, any stem of it, the last word also as a beginning."""
    sqlite = connection.vendor == "sqlite"
    parts = []
    for at, (found, folded) in enumerate(groups):
        prefix = at == len(groups) - 1 and len(folded) >= SHORTEST_PREFIX
        if sqlite:
            any_of = [f'"{stem}"' for stem in found] + ([f'"{folded}"*'] if prefix else [])
        else:
            any_of = [f"'{stem}'" for stem in found] + ([f"'{folded}':*"] if prefix else [])
        parts.append("(" + (" OR " if sqlite else " | ").join(dict.fromkeys(any_of)) + ")")
    return (" AND " if sqlite else " & ").join(parts)


def _hits(table, query):
    """A subquery of ticket ids. A rare query is answered by the text index at once; a common one along the list."""
    if connection.vendor == "sqlite":
        return RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [query])  # noqa: S608, S611
    if _is_common(table, query):
        # The walk: PostgreSQL follows the order of the list and asks the document of each ticket.
        return RawSQL(
            f"SELECT ticket_id FROM {table} WHERE ticket_id = tickets_ticket.id AND words @@ %s::tsquery LIMIT 1",  # noqa: S608, S611
            [query],
        )
    return RawSQL(f"SELECT ticket_id FROM {table} WHERE words @@ %s::tsquery", [query])  # noqa: S608, S611


def _is_common(table, query):
    """Whether PostgreSQL's own statistics expect more than COMMON_PERCENT of the documents."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {table} WHERE words @@ %s::tsquery", [query])  # noqa: S608
        plan = cursor.fetchone()[0]
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        documents = cursor.fetchone()[0]
    plan = plan if isinstance(plan, list) else json.loads(plan)
    return documents > 1000 and plan[0]["Plan"]["Plan Rows"] * 100 > documents * COMMON_PERCENT

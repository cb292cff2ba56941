"""Search: one face over two engines (STACK, 9). Words are folded and stemmed in Python, the engines only match.

Each ticket has two documents: what clients may read (its number, subject, client, public messages and file names), and
its notes, searched only for those who may read notes. PostgreSQL keeps them as tsvectors under a GIN index, SQLite in
FTS5 tables; the same words find the same tickets on both.
"""

import time
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import connection
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL

from helpdesk_site.lib import stems, tokens

from .. import merged
from ..models import Message, Ticket

PUBLIC, NOTES = "tickets_searchpublic", "tickets_searchnotes"
DOCUMENT_BYTES = 800_000  # PostgreSQL takes 1 MB a tsvector; text beyond this is kept but no longer found
ADDED_BYTES = 200_000
SHORTEST_PREFIX = 2
MOST_HITS = 5_000  # with more, hits are looked for along the list's own order
PAGE = 50  # rows a walk along the list has to find
STATISTICS_KEPT = 600  # seconds


def add(ticket, text, *, is_note, is_first=False):
    """Add a message's (or note's) text and file names to its ticket's document.

    The first message begins it, with the ticket's number, its subject, and the client's name and address.
    """
    lexemes = _lexemes(f"{head_text(ticket)}\n{text}" if is_first else text)
    if is_first or not _append(_table(is_note), ticket.pk, lexemes):
        _write(_table(is_note), ticket.pk, lexemes)


def reindex(ticket):
    """Write both documents of a ticket anew from its messages: after an edit, a merge, a redaction. A survivor is found
    by all that was merged into it; by the addresses of their clients for staff alone."""
    texts = {False: [head_text(ticket)], True: []}
    for other in Ticket.objects.filter(pk__in=merged.family(ticket)).select_related("client"):
        texts[False].append(f"{other.number} {other.subject} {other.client.name}")
        texts[True].append(other.client.email)
    said = Message.objects.filter(ticket__in=merged.ids(ticket), deleted_at=None)
    for message in said.prefetch_related("attachments"):
        names = " ".join(file.name for file in message.attachments.all())
        texts[message.is_note].append(f"{message.body}\n{names}")
    for is_note, parts in texts.items():
        _write(_table(is_note), ticket.pk, _lexemes("\n".join(parts)))


def forget(ticket):
    """Delete both documents of a ticket: nothing is found by what was written there."""
    for table in (PUBLIC, NOTES):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {_key()} = %s", [ticket.pk])


def settle():
    """Leave nothing of deleted documents behind: SQLite's text index keeps their words until it is put in order."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in (PUBLIC, NOTES):
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def _key():
    return "ticket_id" if connection.vendor == "postgresql" else "rowid"


def head_text(ticket):
    """What a ticket is found by besides its messages."""
    return f"{ticket.number} {ticket.subject} {ticket.client.name} {ticket.client.email}"


def matching(tickets, words, *, notes=False, few=False):
    """The tickets of a queryset that hold every word; the last word may be unfinished. Words in any language.

    `notes` also looks at notes: only for viewers who read notes on every ticket of the queryset. `few` says that the
    queryset is short by itself, as one client's tickets are. A ticket number finds its ticket exactly. Nothing but
    punctuation finds nothing.
    """
    way, value = way_to(words, notes=notes, few=few)
    return tickets.filter(found_by(way, value, notes=notes))


class Way(StrEnum):
    """How the tickets are found that hold some words: by what is asked of the database, and asked with which value."""

    NOTHING = "nothing"
    NUMBER = "number"  # the ticket with this number, and where it lives on
    INDEX = "index"  # SQLite: those its text index finds with this query
    HITS = "hits"  # PostgreSQL: those with these ids, which its text index found
    WALK = "walk"  # PostgreSQL: those along the list whose documents match this query


def way_to(words, *, notes=False, few=False):
    """(Way, value) of a search: the same way is the same statement, asked with another value."""
    number = tokens.clean_number(words)
    if number:
        return Way.NUMBER, number
    groups = stems.query_groups(words)
    if not groups:
        return Way.NOTHING, ""
    query = _query(groups)
    if connection.vendor == "sqlite":
        return Way.INDEX, query
    hits = None if few or _statistics().say_common(groups) else _hits(_tables(notes), query)
    if hits is None:
        return Way.WALK, query
    return (Way.HITS, "{" + ",".join(map(str, hits)) + "}") if hits else (Way.NOTHING, "")


def found_by(way, value, *, notes=False):
    """A Q: the tickets of a way and its value."""
    if way == Way.NOTHING:
        return Q(pk__in=[])
    if way == Way.NUMBER:
        return Q(pk__in=RawSQL(merged.UP, [value]))  # noqa: S611 - a value, never SQL
    if way == Way.HITS:
        return Q(pk__in=RawSQL("SELECT unnest(CAST(%s AS bigint[]))", [value]))  # noqa: S611 - a value, never SQL
    if way == Way.INDEX:
        return _any(Q(pk__in=_matches(table, value)) for table in _tables(notes))
    return _any(Q(Holds(F("pk"), table=table, query=value)) for table in _tables(notes))


def _tables(notes):
    return [PUBLIC, NOTES] if notes else [PUBLIC]


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


def _any(conditions):
    first, *others = conditions
    for condition in others:
        first |= condition
    return first


def _matches(table, query):
    """SQLite: a subquery of the ids of all tickets whose document matches."""
    return RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [query])


# --- PostgreSQL: the text index answers a rare query, a walk along the list a common one ------------------------------


class Holds(Func):
    """Whether one ticket's document matches: asked ticket by ticket, in the order of the list, until a page is full.

    A scalar subquery, because anything else PostgreSQL may turn into a read of every document; and the query one of its
    own, so that it is read from its text once and not for each ticket.
    """

    output_field = BooleanField()

    def __init__(self, ticket, *, table, query):
        super().__init__(ticket, table=table, query=query)

    def as_sql(self, compiler, connection, **context):
        ticket, params = compiler.compile(self.source_expressions[0])
        table, query = self.extra["table"], self.extra["query"]
        sql = f"COALESCE((SELECT words @@ (SELECT %s::tsquery) FROM {table} WHERE ticket_id = {ticket}), FALSE)"
        return sql, (query, *params)


def _hits(tables, query):
    """The ids of all tickets whose documents match; None for more than MOST_HITS."""
    parts = " UNION ALL ".join(f"SELECT ticket_id FROM {table} WHERE words @@ %s::tsquery" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"{parts} LIMIT {MOST_HITS + 1}", [query] * len(tables))
        found = [pk for (pk,) in cursor.fetchall()]
    return found if len(found) <= MOST_HITS else None


@dataclass(frozen=True)
class Statistics:
    """What PostgreSQL's statistics know of the public documents: how many, and what share holds each common word."""

    documents: int = 0
    shares: dict = field(default_factory=dict, repr=False)
    read_at: float = 0.0

    def say_common(self, groups):
        """Whether walking past PAGE / share tickets is less work than reading every hit."""
        return self.share(groups) ** 2 * self.documents > PAGE

    def share(self, groups):
        """The share of documents a query matches, as far as its words are common; a rare word counts for none."""
        share = 1.0
        for at, (found, folded) in enumerate(groups):
            any_of = sum(self.shares.get(stem, 0) for stem in found)
            if at == len(groups) - 1 and len(folded) >= SHORTEST_PREFIX:
                any_of = max(any_of, sum(often for word, often in self.shares.items() if word.startswith(folded)))
            share *= min(any_of, 1)
        return share


_kept = Statistics()


def _statistics():
    """The Statistics, at most STATISTICS_KEPT seconds old. They only choose the way to the hits, never the hits."""
    global _kept
    if not _kept.read_at or time.monotonic() - _kept.read_at > STATISTICS_KEPT:
        _kept = _read_statistics()
    return _kept


def _read_statistics():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples, most_common_elems::text::text[], most_common_elem_freqs FROM pg_class"
            " LEFT JOIN pg_stats ON schemaname = relnamespace::regnamespace::text AND tablename = relname"
            " AND attname = 'words' WHERE oid = %s::regclass",
            [PUBLIC],
        )
        documents, words, shares = cursor.fetchone()
    return Statistics(int(max(documents, 0)), dict(zip(words or (), shares or (), strict=False)), time.monotonic())

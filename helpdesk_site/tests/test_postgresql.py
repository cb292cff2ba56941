"""A kept connection is seen to be open without a statement, and made anew when it is not (helpdesk_site/postgresql)."""

import select

import pytest
from django.db import connection

from helpdesk_site.postgresql.base import RESTED

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
PATIENCE = 30  # seconds; what another sends arrives when it arrives


@pytest.fixture
def line():
    """A connection of its own, used just now."""
    line = connection.copy()
    line.connect()
    assert line.is_usable()
    yield line
    line.close()


def ask(line, sql="SELECT pg_backend_pid()"):
    with line.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def latest(pid):
    """The statement a connection asked last, as the server knows it."""
    return ask(connection, f"SELECT query FROM pg_stat_activity WHERE pid = {pid}")


def next_request(line):
    """What Django does when a request begins, and at its first statement."""
    line.close_if_unusable_or_obsolete()
    return ask(line)


def test_what_was_used_a_moment_ago_is_not_asked(line):
    pid = ask(line)
    assert line.is_usable()
    assert latest(pid) == "SELECT pg_backend_pid()"
    assert next_request(line) == pid


def test_what_rested_is_asked(line):
    pid = ask(line)
    line.used_at -= RESTED + 1
    assert line.is_usable()
    assert latest(pid) == "SELECT 1"


def test_one_thrown_out_is_made_anew_at_once(line):
    """T27: a server that restarts costs nobody their page."""
    pid = ask(line)
    assert ask(connection, f"SELECT pg_terminate_backend({pid}, 5000)")
    assert not line.is_usable()
    assert next_request(line) != pid


def test_what_came_unasked_is_looked_into(line):
    """A notice is no end."""
    pid = ask(line)
    with line.cursor() as cursor:
        cursor.execute("LISTEN something")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("NOTIFY something")
    other.close()
    assert select.select([line.connection], [], [], PATIENCE)[0]
    assert line.is_usable()
    assert latest(pid) == "SELECT 1"
    assert next_request(line) == pid


def test_one_that_is_closed_or_was_never_made_is_not_usable():
    line = connection.copy()
    assert not line.is_usable()
    line.connect()
    line.connection.close()
    assert not line.is_usable()

"""T26: migrations go forwards and backwards, nothing drifts, and two migrators at once make one database."""

import json
import os
import subprocess
import sys
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from helpdesk_site.testing import environment_of_this_database

OURS = ("engine", "audit", "mail", "accounts", "departments", "tickets")


def manage(*words, environ):
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def empty_database(tmp_path, django_db_blocker, django_db_setup):
    """The environment of a fresh database of the kind these tests run on."""
    if connection.vendor == "sqlite":
        yield {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.sqlite3'}"}
        return
    name = f"fresh_{uuid.uuid4().hex}"
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        environ = environment_of_this_database()
    yield {**environ, "DATABASE_URL": urlsplit(environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()}
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db
def test_no_model_has_drifted_from_its_migrations():
    """T26."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_two_migrators_at_once_make_one_database(empty_database):
    """T26: both end well, the second waits for the first."""
    both = [manage("migrate", environ=empty_database) for _ in range(2)]
    said = [process.communicate(timeout=180)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Applying tickets.0001_initial" in words for words in said) == 1


THERE_AND_BACK = """
import django, json, sys; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
seen = []
call_command("migrate", verbosity=0)
seen.append(connection.introspection.table_names())
MigrationExecutor(connection).migrate([(app, None) for app in sys.argv[1:]])
seen.append(connection.introspection.table_names())
call_command("migrate", verbosity=0)
seen.append(connection.introspection.table_names())
print(json.dumps(seen))
"""


def test_migrations_go_backwards_and_forwards_again(empty_database):
    """T26: everything of ours can be taken back, and comes back the same."""
    back = [app for app in OURS if app != "accounts"]  # the user is what Django's own tables point to
    done = subprocess.run(
        [sys.executable, "-c", THERE_AND_BACK, *back],
        cwd=settings.BASE_DIR,
        env={**empty_database, "DJANGO_SETTINGS_MODULE": "helpdesk_site.settings"},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    forwards, backwards, again = json.loads(done.stdout)
    assert [name for name in backwards if name.startswith(tuple(f"{app}_" for app in back))] == []
    assert sorted(again) == sorted(forwards)

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
from django.db.migrations.loader import MigrationLoader

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


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory, django_db_blocker, django_db_setup):
    """The environment of a fresh database of the kind these tests run on."""
    if connection.vendor == "sqlite":
        yield {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('fresh') / 'fresh.sqlite3'}"}
        return
    name = f"fresh_{uuid.uuid4().hex}"
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        environ = environment_of_this_database()
    yield {**environ, "DATABASE_URL": urlsplit(environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()}
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(empty_database):
    """That database, brought up by two migrators at once, and what they said."""
    both = [manage("migrate", environ=empty_database) for _ in range(2)]
    said = [process.communicate(timeout=180)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    return empty_database, said


@pytest.mark.django_db
def test_no_model_has_drifted_from_its_migrations():
    """T26."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.long
def test_two_migrators_at_once_make_one_database(migrated):
    """T26: both end well, the second waits for the first."""
    _environ, said = migrated
    assert sum("Applying tickets.0001_initial" in words for words in said) == 1


THERE_AND_BACK = """
import django, json, sys; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
seen = []
seen.append(connection.introspection.table_names())
for app, name in json.loads(sys.argv[1])[::-1]:  # from the top, which is quicker than all at once
    MigrationExecutor(connection).migrate([(app, name or None)])
seen.append(connection.introspection.table_names())
call_command("migrate", verbosity=0)
seen.append(connection.introspection.table_names())
print(json.dumps(seen))
"""


def there_and_back(environ, targets):
    """The names of the tables: as migrated, when taken back to these migrations, and migrated again."""
    done = subprocess.run(
        [sys.executable, "-c", THERE_AND_BACK, json.dumps(targets)],
        cwd=settings.BASE_DIR,
        env={**environ, "DJANGO_SETTINGS_MODULE": "helpdesk_site.settings"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [sorted(names) for names in json.loads(done.stdout)]


def migrations_of(app):
    """The migrations of one of our apps, by name and in order."""
    found = MigrationLoader(None).disk_migrations
    return [(name, found[label, name]) for label, name in sorted(found) if label == app]


@pytest.mark.parametrize("app", OURS)
def test_no_step_of_a_migration_is_a_way_of_no_return(app):
    """T26: the walk all the way back takes long, and is made before a release."""
    steps = [(name, step) for name, migration in migrations_of(app) for step in migration.operations]
    assert [(name, step.describe()) for name, step in steps if not step.reversible] == []


@pytest.mark.long
def test_the_newest_migrations_go_backwards_and_forwards_again(migrated):
    """T26: what a release adds can be taken back, and comes back the same."""
    forwards, _backwards, again = there_and_back(migrated[0], before_the_newest())
    assert again == forwards


def before_the_newest():
    """(app, migration) of where each app is without its newest one, and without what needs that of another app."""
    known = {app: [name for name, _migration in migrations_of(app)] for app in OURS if app != "accounts"}
    graph, gone = MigrationLoader(None).graph, set()
    for app, names in known.items():
        gone |= set(graph.backwards_plan((app, names[-1]))) if names else set()
    return [(app, next((name for name in names[::-1] if (app, name) not in gone), "")) for app, names in known.items()]


@pytest.mark.long
def test_all_migrations_go_backwards_and_forwards_again(migrated):
    """T26: everything of ours can be taken back, and comes back the same."""
    back = [app for app in OURS if app != "accounts"]  # the user is what Django's own tables point to
    forwards, backwards, again = there_and_back(migrated[0], [(app, "") for app in back])
    assert [name for name in backwards if name.startswith(tuple(f"{app}_" for app in back))] == []
    assert again == forwards

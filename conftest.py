"""What every test stands on: honest services, no network, clean tables, a real browser, and the cast."""

import contextlib
import fcntl
import gc
import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import django
import pytest

from helpdesk_site.tests.stage import Stage

# --- Services: a missing one skips its tests, or fails them when HELPDESK_REQUIRE names it (CONTRACT, bin/test) -------

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
REQUIRED = {word.strip() for word in os.environ.get("HELPDESK_REQUIRE", "").split(",") if word.strip()}


def has_postgres():
    from django.db import connection

    return connection.vendor == "postgresql"


def has_redis():
    import redis
    from django.conf import settings

    try:
        return bool(settings.REDIS_URL) and redis.from_url(settings.REDIS_URL, socket_timeout=2).ping()
    except redis.RedisError:
        return False


def has_dovecot():
    """The tests speak the language of dovecot 2.3's configuration."""
    return Path(DOVECOT).is_file() and subprocess.check_output([DOVECOT, "--version"], text=True).startswith("2.3.")


SERVICES = {
    "postgres": has_postgres,
    "redis": has_redis,
    "browser": lambda: Path(CHROMIUM).is_file(),
    "imap": cache(has_dovecot),
}


def pytest_configure(config):
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose
    forbid_the_network()
    config.pluginmanager.register(Stage(), "stage")


def pytest_runtest_setup(item):
    for service, available in SERVICES.items():
        if item.get_closest_marker(service) and not available():
            (pytest.fail if service in REQUIRED else pytest.skip)(f"{service} is not available")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_collection_finish():
    """What is loaded by now stays to the end: garbage is not looked for in it again and again."""
    gc.collect()
    gc.freeze()


# --- Network: nothing but this machine --------------------------------------------------------------------------------


class Outside(OSError):
    """A test reached for the network."""


def is_here(host):
    return host in (None, "", "localhost", socket.gethostname()) or str(host).startswith(("127.", "::1", "0.0.0.0"))


def forbid_the_network():
    """Sockets connect to loopback and to files only, and no other name is looked up."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(method):
        def connect_to(self, address):
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
                raise Outside(f"the tests may not connect to {address[0]}")
            return method(self, address)

        return connect_to

    def look_up_here(host, *args, **kwargs):
        if not is_here(host.decode() if isinstance(host, bytes) else host):
            raise socket.gaierror(socket.EAI_NONAME, f"the tests may not look up {host!r}")
        return look_up(host, *args, **kwargs)

    socket.socket.connect, socket.socket.connect_ex = guarded(connect), guarded(connect_ex)
    socket.getaddrinfo = look_up_here


# --- Tables: after a test with real transactions everything is as the migrations left it ------------------------------


class Migrated:
    """The migrated database of an earlier run or another worker, by what it was made of. Migrating costs each worker as
    much as some hundred tests, so one does and the others wait. test_migrations runs them from nothing, always."""

    def __init__(self, connection, made_of, folder):
        folder.mkdir(exist_ok=True)
        self.lock = open(folder / f"migrating-{made_of}", "w")  # noqa: SIM115 - held until there is one
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.connection = connection
        self.place = self.place_of(made_of, folder)
        self.is_there = self.found()
        if self.is_there:
            self.take()
            self.lock.close()

    def keep_if_new(self):
        if not self.lock.closed:
            self.keep()
            self.lock.close()


class InAFile(Migrated):
    """SQLite: a file beside pytest's own cache."""

    def place_of(self, made_of, folder):
        return folder / f"migrated-{made_of}.sqlite3"

    def found(self):
        return self.place.exists()

    def take(self):
        goal = Path(self.connection.settings_dict["TEST"]["NAME"])
        for rest in goal.parent.glob(f"{goal.name}*"):
            rest.unlink()
        shutil.copyfile(self.place, goal)

    def keep(self):
        """Keep it under its name, and none that is older than a day."""
        for old in [*self.place.parent.glob("migrated-*"), *self.place.parent.glob("migrating-*")]:
            with contextlib.suppress(FileNotFoundError):
                if old.stat().st_mtime < time.time() - 86_400:
                    old.unlink()
        fresh = self.place.with_suffix(f".{os.getpid()}")
        run(self.connection, [f"VACUUM INTO '{fresh}'"])
        fresh.replace(self.place)


class OnTheServer(Migrated):
    """PostgreSQL: a database on the same server, from which others are copied."""

    def place_of(self, made_of, folder):
        return f"{self.connection.settings_dict['NAME']}_migrated_{made_of}"[-63:]

    def found(self):
        with self.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.place])
            return bool(cursor.fetchall())

    def take(self):
        self.connection.settings_dict["TEST"]["TEMPLATE"] = self.place

    def keep(self):
        made = self.connection.settings_dict["NAME"]
        self.connection.close()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{self.place}" TEMPLATE "{made}"')


@pytest.fixture(scope="session")
def migrated_before(django_db_modify_db_settings, django_db_blocker):
    from django.apps import apps
    from django.conf import settings
    from django.db import connection

    made_of = hashlib.sha256(f"{django.VERSION} {sys.version} {sqlite3.sqlite_version}".encode())
    for path in sorted(path for app in apps.get_app_configs() for path in sources_of_tables(Path(app.path))):
        made_of.update(f"{path} ".encode() + path.read_bytes())
    kind = {"sqlite": InAFile, "postgresql": OnTheServer}[connection.vendor]
    with django_db_blocker.unblock():
        return kind(connection, made_of.hexdigest()[:24], settings.BASE_DIR / ".pytest_cache")


def sources_of_tables(app):
    return [*app.glob("settings.py"), *app.glob("models.py"), *app.glob("models/**/*.py"), *app.glob("migrations/*.py")]


@pytest.fixture(scope="session")
def django_db_keepdb(migrated_before):
    """Whether the database of these tests is there already: on SQLite, where its file was copied."""
    return migrated_before.is_there and isinstance(migrated_before, InAFile)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, migrated_before, pytestconfig):
    """The test database, and the way back to it: the only place where the triggers on the history are lifted.

    Only tables in which something changed are touched: emptying all of them costs PostgreSQL a second a test.
    """
    from django.db import connection, transaction
    from django.test import TransactionTestCase

    pytestconfig.pluginmanager.get_plugin("stage").blocker = django_db_blocker
    with django_db_blocker.unblock():
        tables = [*connection.introspection.django_table_names(only_existing=True, include_views=False)]
        searched = {"tickets_searchpublic", "tickets_searchnotes"}  # no models': on PostgreSQL they are columns
        tables += searched.intersection(connection.introspection.table_names())
        as_migrated = rows_of(connection, tables)
        if tables:
            migrated_before.keep_if_new()

    def clean_up(case):
        now = rows_of(connection, tables)
        changed = [table for table in tables if now[table] != as_migrated[table]]
        with history_unlocked(connection, changed), connection.constraint_checks_disabled(), transaction.atomic():
            for table in changed:
                fill_anew(connection, table, as_migrated[table])

    original, TransactionTestCase._fixture_teardown = TransactionTestCase._fixture_teardown, clean_up
    yield
    TransactionTestCase._fixture_teardown = original


def rows_of(connection, tables):
    """{table: its rows, by key}"""
    with connection.cursor() as cursor:
        return {table: selected(cursor, table) for table in tables}


def selected(cursor, table):
    cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
    return cursor.fetchall()


def fill_anew(connection, table, rows):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
        for row in rows:
            cursor.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)


@contextlib.contextmanager
def history_unlocked(connection, tables):
    """Without the triggers of these tables that refuse to change history; they stand again afterwards."""
    off, on = {"sqlite": lift_on_sqlite, "postgresql": lift_on_postgresql}[connection.vendor](connection, tables)
    run(connection, off)
    try:
        yield
    finally:
        run(connection, on)


def lift_on_sqlite(connection, tables):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'")
        triggers = [(name, sql) for name, table, sql in cursor.fetchall() if table in tables]
    return [f'DROP TRIGGER "{name}"' for name, _sql in triggers], [sql for _name, sql in triggers]


def lift_on_postgresql(connection, tables):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        locked = [table for (table,) in cursor.fetchall() if table in tables]
    return tuple([f"ALTER TABLE {table} {word} TRIGGER USER" for table in locked] for word in ("DISABLE", "ENABLE"))


def run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def empty_cache():
    """Throttles and counters of one test are not the next one's."""
    yield
    from django.core.cache import cache

    cache.clear()


# --- Browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    from playwright.sync_api import expect

    from helpdesk_site.tests.browsing import PATIENCE

    expect.set_options(timeout=PATIENCE * 1000)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    quiet = ["--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": flags + quiet}


@pytest.fixture
def context(context):
    """A browser context in which a refused resource or a script error on any page fails the test."""
    complaints = []
    context.expose_binding("complain", lambda source, words: complaints.append(f"{source['page'].url}: {words}"))
    context.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " e => complain(`CSP ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))"
    )
    context.on("weberror", lambda error: complaints.append(f"script error: {error.error}"))
    yield context
    assert complaints == []


# --- The cast ---------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def fresh_settings_of_the_desk():
    """What an operator configured in one test is not known in the next."""
    from departments.policy import forget

    forget()
    yield
    forget()


@pytest.fixture
def cast(db, pytestconfig):
    """Everybody: people (anna, olga, carl, greta, ben, sam, lena, operator, system) and departments by slug."""
    return pytestconfig.pluginmanager.get_plugin("stage").the_cast()


def member_of_cast(name):
    @pytest.fixture(name=name)
    def one(cast):
        return getattr(cast, name)

    return one


anna, olga, carl, greta = map(member_of_cast, ["anna", "olga", "carl", "greta"])
ben, sam, lena, operator = map(member_of_cast, ["ben", "sam", "lena", "operator"])
sales, billing, support = map(member_of_cast, ["sales", "billing", "support"])


@pytest.fixture
def client_of(cast):
    """`client_of(anna)`: a browser in which Anna is signed in; `client_of(None)`: a stranger's."""
    from django.test import Client

    from helpdesk_site.tests.signing_in import sign_in

    def browser(user=None, **kwargs):
        client = Client(**kwargs)
        if user is not None:
            sign_in(client, user)
        return client

    return browser


@pytest.fixture
def open_ticket(cast):
    """`open_ticket(client=anna, department=support, subject=…, text=…)`: a ticket, opened by the action itself."""
    from tickets import actions
    from tickets.writing import write

    def make(*, client=None, department=None, subject="Shop returns 502", text="The cart answers 502.", **more):
        client = client or cast.anna
        return actions.open_ticket(
            department or cast.support,
            client=client,
            author=more.pop("author", client),
            subject=subject,
            written=write(text),
            **more,
        )

    return make


@pytest.fixture
def ticket(open_ticket):
    """Anna's ticket in Technical support."""
    return open_ticket()


@pytest.fixture
def say(cast):
    """`say(ticket, sam, "Done.")`: a reply in the role the person has on that ticket."""
    from accounts.viewer import Viewer
    from tickets import access, actions
    from tickets.writing import write

    def reply(ticket, author, text="A reply.", **more):
        by_staff = access.abilities(Viewer(author), ticket).work
        return actions.reply(ticket, author=author, written=write(text), by_staff=by_staff, **more)

    return reply

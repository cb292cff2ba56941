"""What every test stands on: honest services, no network, clean tables, a real browser, and the cast."""

import gc
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from helpdesk_site.tests.migrated import InAFile, migrated
from helpdesk_site.tests.network import forbid_the_network
from helpdesk_site.tests.stage import Stage
from helpdesk_site.tests.tables import fill_anew, history_unlocked, rows_of

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


# --- Tables: after a test with real transactions everything is as the migrations left it ------------------------------


@pytest.fixture(scope="session")
def migrated_before(django_db_modify_db_settings, django_db_blocker):
    from django.db import connection

    with django_db_blocker.unblock():
        return migrated(connection)


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

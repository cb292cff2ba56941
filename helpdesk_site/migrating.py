"""One migrator at a time: two processes that migrate the same empty database would both make its tables (T26)."""

import contextlib
import fcntl
from pathlib import Path

LOCK = 0x48_45_4C_50  # any number of our own, the same for every process


@contextlib.contextmanager
def one_migrator(connection):
    """Wait until no other process migrates this database. Time limits of pages do not hold for migrations."""
    waiting = {"sqlite": wait_for_file, "postgresql": wait_for_advisory_lock}[connection.vendor]
    with waiting(connection):
        yield


@contextlib.contextmanager
def wait_for_file(connection):
    with open(Path(str(connection.settings_dict["NAME"]) + ".migrating"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def wait_for_advisory_lock(connection):
    """A transaction of its own holds the lock, so that it works behind a connection pooler too and ends with us."""
    keeper = connection.copy()
    keeper.set_autocommit(False)
    try:
        with keeper.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
    finally:
        keeper.close()

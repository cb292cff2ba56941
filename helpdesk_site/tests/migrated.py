"""The migrated test database, made once for all workers and kept for the next run."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
import sys
import time
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings

from .tables import run


def migrated(connection):
    """The Migrated of this database, under a name made of models, migrations, settings and versions."""
    made_of = hashlib.sha256(f"{django.VERSION} {sys.version} {sqlite3.sqlite_version}".encode())
    for path in sorted(path for app in apps.get_app_configs() for path in sources_of_tables(Path(app.path))):
        made_of.update(f"{path} ".encode() + path.read_bytes())
    kind = {"sqlite": InAFile, "postgresql": OnTheServer}[connection.vendor]
    return kind(connection, made_of.hexdigest()[:24], settings.BASE_DIR / ".pytest_cache")


def sources_of_tables(app):
    return [*app.glob("settings.py"), *app.glob("models.py"), *app.glob("models/**/*.py"), *app.glob("migrations/*.py")]


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

"""What a start needs before the first request: tables, translations, static files. Each only when due."""

import hashlib
from pathlib import Path

import polib
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate():
    """Bring the tables up to this release. Quick when there is nothing to do."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Preparing the database ...", flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def compile_translations():
    """Write each .mo anew whose .po is newer. No gettext is needed on the machine."""
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                save_whole(polib.pofile(str(source)).to_binary(), target)


def collect_static():
    """Collect, hash and compress the static files when one of them changed since the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    now = fingerprint_of_static()
    if not stamp.exists() or stamp.read_text() != now:
        print("Preparing the static files ...", flush=True)
        call_command("collectstatic", interactive=False, verbosity=0, clear=settings.STATIC_ROOT.exists())
        stamp.write_text(now)


def fingerprint_of_static():
    found = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            found.update(f"{storage.path(path)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return found.hexdigest()


def save_whole(content, path):
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)

"""`manage.py mail_scenario`: plays mail conversations, JSON lines in and out, in a database that is thrown away.

    {"op": "reset", "config": {mailbox, name, authserv_id, staff, blocked, max_message_bytes}}
    {"op": "receive", "raw_b64": …, "rcpt": …}    {"op": "agent_reply", "ticket": number, "text": …, "agent": address}
    {"op": "close", "ticket": number}              {"op": "ticket", "ticket": number}

Nothing is ever sent: what would have been is in the answer, as the bytes of each letter.
"""

import base64
import json
import sys
import tempfile

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.test.utils import override_settings


class Command(BaseCommand):
    help = "Plays mail conversations in a database that is thrown away: JSON lines in, JSON lines out."

    def handle(self, **options):
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            with tempfile.TemporaryDirectory() as folder, override_settings(STORAGES=stored_in(folder)):
                play(sys.stdin, sys.stdout)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def stored_in(folder):
    """The storages, with all that is written below a folder of our own."""
    written = {"attachments", "letters", "default"}
    return {
        name: {**storage, "OPTIONS": {**storage.get("OPTIONS", {}), "location": f"{folder}/{name}"}}
        if name in written
        else storage
        for name, storage in settings.STORAGES.items()
    }


def play(lines, out):
    """Answer each line; every scenario from one reset to the next is undone at its end."""
    from helpdesk_site.playing import Scenario

    scenario, undone = None, None
    for line in filter(str.strip, lines):
        asked = json.loads(line)
        if asked["op"] == "reset":
            if undone:
                undone.__exit__(None, None, None)
            undone = rolled_back()
            undone.__enter__()
            scenario = Scenario(asked.get("config", {}))
            answer = {"ok": True}
        else:
            answer = answered(scenario, asked)
        out.write(json.dumps(answer) + "\n")
        out.flush()
    if undone:
        undone.__exit__(None, None, None)


class rolled_back:  # noqa: N801 - reads as a sentence: with rolled_back():
    """A transaction that never stands."""

    def __enter__(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *error):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)


def answered(scenario, asked):
    given = {name: value for name, value in asked.items() if name != "op"}
    if "raw_b64" in given:
        given["raw"] = base64.b64decode(given.pop("raw_b64"))
    try:
        with transaction.atomic():
            return getattr(scenario, asked["op"])(**given)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}

"""A real mail server on this machine that says what a test tells it to say."""
import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from urllib.parse import quote

import pytest
import redis
from aiosmtpd.controller import Controller
from django.db import transaction

from mail import outbox

from .mailboxes import connect, dovecot, program, provider  # noqa: F401 - fixtures


class MailServer:
    """Takes letters over SMTP and keeps them. `says[step]` is the answer at "mail", "rcpt" or "data" from now on;
    a list answers one letter each. "hang" never answers, "die" hangs up."""

    def __init__(self):
        self.letters = []  # (envelope sender, envelope recipient, bytes)
        self.says = {}
        self.connections = 0

    def answer(self, step):
        said = self.says.get(step)
        if isinstance(said, list):
            return said.pop(0) if said else None
        return said

    async def speak(self, server, step, yes):
        said = self.answer(step)
        if said == "hang":
            await asyncio.sleep(3600)
        if said == "die":
            server.transport.abort()
            return "421 never heard"
        return said or yes

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = await self.speak(server, "mail", "250 OK")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = await self.speak(server, "rcpt", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        early = self.says.get("before keeping")
        if early:
            return await self.speak(server, "before keeping", "250 OK")
        self.letters.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content))
        return await self.speak(server, "data", f"250 2.0.0 queued as {len(self.letters)}")

    @property
    def content(self):
        return [content for _sender, _recipient, content in self.letters]


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(settings):
    """A mail server that takes everything; EMAIL_URL names it."""
    handler = MailServer()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.MAIL_TIMEOUT = settings.MAIL_PATIENCE = 2
    yield handler
    for task in asyncio.all_tasks(controller.loop):
        controller.loop.call_soon_threadsafe(task.cancel)
    controller.stop()


@pytest.fixture
def no_server(settings):
    """EMAIL_URL names a port where nobody listens."""
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"


@pytest.fixture
def folder(settings, tmp_path):
    """No mail server: letters become files here."""
    settings.EMAIL_URL, settings.MAIL_FOLDER = "", tmp_path / "mail"
    return settings.MAIL_FOLDER


@pytest.fixture
def write(db):
    """`write(to=…)`: a letter in the outbox, about nothing much."""

    def one(**given):
        plain = {"to": "anna@example.com", "kind": "reply", "subject": "[KTR-482913] Hello", "text": "It works.\n"}
        with transaction.atomic():
            return outbox.enqueue(**{**plain, **given})

    return one


@pytest.fixture
def another_process(transactional_db, settings, tmp_path):
    """`another_process(code, REDIS_URL=…)`: a Python process on the test database, with Django set up."""
    from django.db import connection

    place = connection.settings_dict
    url = f"sqlite:///{place['NAME']}"
    if connection.vendor == "postgresql":
        password = f":{quote(place['PASSWORD'])}" if place["PASSWORD"] else ""
        url = f"postgres://{place['USER']}{password}@{place['HOST']}:{place['PORT']}/{place['NAME']}"

    def start(code, **environment):
        return subprocess.Popen(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env={**os.environ, "DATABASE_URL": url, "HELPDESK_VAR": str(tmp_path), "EMAIL_URL": settings.EMAIL_URL,
                 "DJANGO_SETTINGS_MODULE": "helpdesk_site.settings", **environment},
            cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def at_once(work, count):
    """Run `work(number)` in `count` threads that start together, each with its own database connection."""
    from django.db import connection

    start, results, errors = threading.Barrier(count), [], []

    def run(number):
        start.wait()
        try:
            results.append(work(number))
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def kicks():
    """The messages that wait at the broker in use, as text: the embedded one's rows or the Redis list."""
    from django.conf import settings

    from engine.models import QueueMessage

    if not settings.REDIS_URL:
        return list(QueueMessage.objects.filter(queue="celery").values_list("payload", flat=True))
    return [message.decode() for message in redis.from_url(settings.REDIS_URL).lrange("celery", 0, -1)]


def forget_kicks():
    from django.conf import settings

    if settings.REDIS_URL:
        redis.from_url(settings.REDIS_URL).delete("celery")

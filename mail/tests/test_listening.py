"""`fetch_email --forever`: mail comes in when the server tells of it, and each mailbox stands alone (IDLE)."""
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from helpdesk_site.testing import environment_of_this_database
from mail.fetching import listening
from mail.models import IncomingMail, Mailbox

from .servers import Peer, silent
from .test_fetching import elsewhere, mails

pytestmark = [pytest.mark.imap, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def listen():
    """Start listening in a thread; it ends with the test."""
    stop, threads = threading.Event(), []

    def start():
        threads.append(threading.Thread(target=listening.listen_all, args=[stop]))
        threads[0].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    ends = time.monotonic() + 20
    while any(thread.name.startswith("mailbox-") for thread in threading.enumerate()) and time.monotonic() < ends:
        time.sleep(0.05)


def until(true, seconds=30):
    """Less than the minute after which every mailbox is looked into anyhow."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def count():
    return IncomingMail.objects.count()


def test_mail_comes_in_when_the_server_tells_of_it(program, connect, listen, settings):
    """Also while another mailbox hangs."""
    settings.MAIL_TIMEOUT = 2
    peer = Peer(silent)
    elsewhere(peer.port)
    mailbox = connect(idle=True)
    program.put(*mails(1))
    listen()
    until(lambda: count() == 1)
    for number in (1, 2):
        time.sleep(0.3)  # it has begun to wait by then; if not, the mail comes with the next look
        program.put(*mails(1, start=number))
        until(lambda number=number: count() == number + 1)
    mailbox.refresh_from_db()
    assert mailbox.checked_at and not mailbox.problem
    peer.close()


def test_a_mailbox_a_listener_cares_for_is_not_polled_as_long_as_the_listener_lives(connect):
    now = timezone.now()
    connect(idle=True, checked_at=now - timedelta(minutes=1))
    dead = connect(idle=True, name="dead listener", checked_at=now - timedelta(minutes=5))
    polled = connect(name="polled", checked_at=now - timedelta(minutes=1))
    new = connect(idle=True, name="new")
    assert list(Mailbox.objects.due(at=now).unheard(at=now)) == [new, dead, polled]


def test_the_command_fetches_for_ever_and_ends_on_sigterm(program, connect):
    connect()
    program.put(*mails(2))
    process = subprocess.Popen(
        [sys.executable, "manage.py", "fetch_email", "--forever"], cwd=settings.BASE_DIR,
        env=environment_of_this_database(),
    )  # fmt: skip
    try:
        until(lambda: count() == 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()

"""SIGKILL: a fetcher that is killed thirty times over three hundred mails brings in each exactly once (Done-when 2)."""
import random
import time

import pytest

from engine.models import Lease
from mail.models import IncomingMail, Mailbox

from .test_fetching import mails, subjects

KILLS, MAILS = 30, 300
FETCHER = (
    "from mail import fetching\n"
    "from mail.models import Mailbox\n"
    "while True:\n"
    "    fetching.fetch(Mailbox.objects.get())\n"
)


@pytest.mark.kill
@pytest.mark.imap
@pytest.mark.parametrize(("kind", "after"), [("imap", "seen"), ("imap", "move"), ("pop3", "delete")])
@pytest.mark.django_db(transaction=True)
def test_a_fetcher_killed_thirty_times_brings_in_each_mail_exactly_once(
    kind, after, program, connect, another_process, settings
):
    """T05. The mails come while it is being killed."""
    connect(kind=kind, after=after, moved_to="Done")
    chance = random.Random(300)
    here = {"HELPDESK_VAR": str(settings.LETTER_ROOT.parent)}
    waiting = mails(MAILS)
    wanted = [f"Mail {number}" for number in range(MAILS)]
    for _ in range(KILLS):
        batch, waiting = waiting[:10], waiting[10:]
        program.put(*batch)
        before = IncomingMail.objects.count()
        fetcher = another_process(FETCHER, **here)
        wait_for(before + chance.randint(0, 9), fetcher)
        time.sleep(chance.uniform(0, 0.03))
        fetcher.kill()
        fetcher.communicate()
        Lease.objects.all().delete()  # a dead fetcher's lease ends after a minute; the test does not wait for it
    fetcher = another_process(FETCHER, **here)
    wait_for(MAILS, fetcher)
    time.sleep(1)
    fetcher.terminate()
    fetcher.communicate()
    assert sorted(subjects()) == sorted(wanted)
    assert not Mailbox.objects.get().problem
    assert program.count("Done") == (MAILS if after == "move" else 0)
    assert program.count() == (MAILS if after == "seen" else 0)


def wait_for(count, fetcher):
    """Until so many mails are in the store, or nothing more comes."""
    ends = time.monotonic() + 30
    quiet, last = time.monotonic() + 3, -1
    while time.monotonic() < min(ends, quiet):
        assert fetcher.poll() is None, fetcher.communicate()[1]
        now = IncomingMail.objects.count()
        if now >= count:
            return
        if now != last:
            quiet, last = time.monotonic() + 3, now
        time.sleep(0.002)

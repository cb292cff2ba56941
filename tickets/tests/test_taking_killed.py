"""SIGKILL: a reader that is killed thirty times over three hundred mails makes one message of each (Done-when 2)."""

import random
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from engine.models import Lease
from mail import intake
from mail.models import IncomingMail, OutgoingMail
from mail.tests.conftest import another_process  # noqa: F401 - fixture
from tickets.models import Message, Ticket

KILLS, MAILS = 30, 300
READER = (
    "from tickets.inbound import refusing, taking\n"
    "refusing.REPLIES_OF_ONE = 1000\n"  # the hour's limit is not what is tried here
    "import time\n"
    "while True:\n"
    "    taking.take_in()\n"
    "    time.sleep(0.01)\n"
)


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_reader_killed_thirty_times_makes_one_message_of_each_mail(
    cast, anna, ticket, mail, another_process, settings  # noqa: F811
):
    """T05: replies to one ticket and new tickets, each mail exactly once, and every letter of ours once."""
    for number in range(MAILS):
        subject = ticket.number if number % 12 else f"New {number}"
        intake.store(mail(anna, subject=subject, text=f"Mail {number}."), source="pipe")
    chance, here = random.Random(300), {"HELPDESK_VAR": str(settings.LETTER_ROOT.parent)}
    for _ in range(KILLS):
        done = read().count()
        reader = another_process(READER, **here)
        wait_for(done + chance.randint(0, 9), reader)
        time.sleep(chance.uniform(0, 0.03))
        reader.kill()
        reader.communicate()
        time_passes()
    reader = another_process(READER, **here)
    wait_for(MAILS, reader)
    reader.terminate()
    reader.communicate()
    assert read().count() == MAILS
    bodies = list(Message.objects.exclude(incoming=None).values_list("body", flat=True))
    assert sorted(bodies) == sorted(f"Mail {number}." for number in range(MAILS))
    assert Ticket.objects.filter(channel="email").count() == created() == MAILS // 12
    ids = list(OutgoingMail.objects.values_list("message_id", flat=True))
    assert len(ids) == len(set(ids))


def read():
    return IncomingMail.objects.filter(state__in=["done", "held"])


def created():
    return IncomingMail.objects.filter(outcome="created").count()


def time_passes():
    """A dead reader's lease and claim end by themselves after some minutes; the test does not wait for them."""
    Lease.objects.all().delete()
    IncomingMail.objects.filter(state="taken").update(claimed_at=timezone.now() - timedelta(hours=1), attempts=1)


def wait_for(count, reader):
    """Until so many mails are read, or nothing more is."""
    ends, quiet, last = time.monotonic() + 60, time.monotonic() + 8, -1
    while time.monotonic() < min(ends, quiet):
        assert reader.poll() is None, reader.communicate()[1]
        now = read().count()
        if now >= count:
            return
        if now != last:
            quiet, last = time.monotonic() + 8, now
        time.sleep(0.002)

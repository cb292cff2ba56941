"""SIGKILL: a sender that is killed thirty times over three hundred letters loses none (T06, Done-when 3)."""
import random
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.utils import timezone

from mail import delivery
from mail.models import STUCK, OutgoingMail

KILLS, LETTERS = 30, 300
SENDER = (
    "import time\n"
    "from datetime import timedelta\n"
    "from mail import delivery\n"
    "while True:\n"
    "    delivery.sweep(grace=timedelta(0))\n"
    "    time.sleep(0.01)\n"
)


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_thirty_times_loses_no_letter_and_doubles_none_unknowably(
    server, write, another_process, record_property
):
    ids = {write(to=f"client{number}@example.com").message_id for number in range(LETTERS)}
    chance = random.Random(482913)
    for _ in range(KILLS):
        sender = another_process(SENDER)
        wait_for(server, letters=len(server.letters) + chance.randint(0, 6), sender=sender)
        time.sleep(chance.uniform(0, 0.02))
        sender.kill()
        sender.communicate()
    left_in_the_middle = OutgoingMail.objects.filter(state="sending").count()
    while OutgoingMail.objects.waiting().exists():
        delivery.sweep(at=timezone.now() + STUCK + timedelta(minutes=1))

    arrived = Counter(message_from_bytes(content)["Message-ID"] for content in server.content)
    doubles = sum(times - 1 for times in arrived.values())
    record_property("doubles", doubles)
    assert set(arrived) == ids, "every letter arrived, and none that was not written"
    assert doubles <= left_in_the_middle <= KILLS
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent"}


def wait_for(server, *, letters, sender):
    """Until the server has so many letters, or the outbox is empty for this sender."""
    ends = time.monotonic() + 20
    while len(server.letters) < min(letters, LETTERS) and time.monotonic() < ends:
        assert sender.poll() is None, sender.communicate()[1]
        if not OutgoingMail.objects.filter(state__in=["queued", "retry"]).exists():
            return
        time.sleep(0.002)

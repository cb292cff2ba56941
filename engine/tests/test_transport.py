"""The embedded broker keeps what it was given (SECURITY, "tasks idempotent"; STACK, decision 4)."""

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from engine import transport
from engine.models import Heartbeat, QueueMessage
from helpdesk_site.testing import environment_of_this_database

pytestmark = pytest.mark.django_db


def test_a_message_is_had_once_and_gone_when_acknowledged(broker):
    broker.put("hello")
    message = broker.get()
    assert message.decode() == {"word": "hello"}
    assert broker.get() is None
    message.ack()
    assert not QueueMessage.objects.exists()


def test_messages_come_in_order_and_urgent_ones_first(broker):
    for word in ("first", "second"):
        broker.put(word)
    broker.put("urgent", priority=9)
    assert broker.words() == ["urgent", "first", "second"]


def test_a_message_of_a_transaction_that_failed_was_never_sent(broker):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        broker.put("never")
        raise ZeroDivisionError
    broker.put("sent")
    assert broker.words() == ["sent"]


def test_a_message_whose_consumer_died_comes_again_and_says_so(brokers):
    dead, alive = brokers(), brokers()
    dead.put("work")
    dead.get()
    assert alive.get() is None
    QueueMessage.objects.update(visible_at=time.time() - 1)
    message = alive.get()
    assert message.decode() == {"word": "work"}
    assert message.delivery_info["redelivered"]


def test_who_lost_the_lease_cannot_take_the_message_from_the_next(brokers):
    slow, next_one = brokers(), brokers()
    slow.put("work")
    late = slow.get()
    QueueMessage.objects.update(visible_at=time.time() - 1)
    next_one.get()
    late.ack()
    assert QueueMessage.objects.count() == 1


def test_a_rejected_message_is_there_for_others_at_once(brokers):
    one, other = brokers(), brokers()
    one.put("work")
    one.get().reject(requeue=True)
    assert other.words() == ["work"]


def test_a_refused_message_is_gone(broker):
    broker.put("work")
    broker.get().reject(requeue=False)
    assert not QueueMessage.objects.exists()


def test_a_consumer_that_stops_gives_back_what_it_holds(brokers):
    leaving, staying = brokers(), brokers()
    leaving.put("work")
    leaving.get()
    leaving.close()
    assert staying.words() == ["work"]


def test_a_message_nobody_need_acknowledge_is_gone_when_had(broker):
    broker.put("work")
    assert broker.queue.bind(broker.channel).get(no_ack=True)
    assert not QueueMessage.objects.exists()


def test_a_countdown_sleeps_in_the_table(broker):
    soon = (timezone.now() + timedelta(minutes=5)).isoformat()
    broker.put("later", headers={"eta": soon})
    broker.put("due", headers={"eta": (timezone.now() - timedelta(seconds=1)).isoformat()})
    broker.put("never late", headers={"eta": None})
    assert broker.words() == ["due", "never late"]
    QueueMessage.objects.update(visible_at=time.time())
    assert broker.words() == ["later"]


def test_a_message_that_kills_every_worker_is_dropped_in_the_end(broker, caplog):
    broker.put("poison")
    broker.put("work")
    QueueMessage.objects.filter(payload__contains="letters").order_by("pk")[:1].get()
    first = QueueMessage.objects.earliest("pk")
    QueueMessage.objects.filter(pk=first.pk).update(attempts=transport.MOST_ATTEMPTS)
    assert broker.words() == ["work"]
    assert "dropped" in caplog.text


def test_a_database_that_does_not_answer_is_a_lost_connection_to_celery(broker):
    """Celery connects again after these instead of ending the worker."""
    assert issubclass(OperationalError, broker.connection.connection_errors)


def test_purging_and_counting_know_only_their_queue(broker):
    broker.put("one")
    QueueMessage.objects.create(queue="other", payload="{}", visible_at=0)
    assert broker.channel._size("letters") == 1
    assert broker.channel.queue_purge("letters") == 1
    assert QueueMessage.objects.get().queue == "other"


@pytest.mark.django_db(transaction=True)
def test_a_long_task_keeps_its_message_past_the_lease(brokers):
    busy, other = brokers(lease=0.6), brokers(lease=0.6)
    busy.put("long work")
    message = busy.get()
    first_lease = QueueMessage.objects.get().visible_at
    while QueueMessage.objects.get().visible_at <= first_lease + 0.6:
        time.sleep(0.05)
    assert other.get() is None
    message.ack()
    assert not QueueMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_consumers_never_share_a_message(brokers):
    producer, consumers = brokers(), [brokers() for _ in range(4)]
    for number in range(100):
        producer.put(number)

    def consume(broker):
        try:
            return broker.words()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        had = [word for words in pool.map(consume, consumers) for word in words]
    assert sorted(had + producer.words()) == list(range(100))


CONSUMER = """
import django; django.setup()
from engine.models import Heartbeat
from engine.tests.conftest import Broker
from django.utils import timezone
import time
broker = Broker(lease=1)
print("ready", flush=True)
while True:
    message = broker.get()
    if message is None:
        time.sleep(0.05)
        continue
    Heartbeat.objects.update_or_create(name=message.decode()["word"], defaults={"at": timezone.now()})
    message.ack()
"""


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_consumers_are_killed(broker):
    """Consumers are killed with SIGKILL at random moments; each message is worked on at least once in the end."""
    words = [f"message {number}" for number in range(600)]
    for word in words:
        broker.put(word)
    deadline, kills = time.monotonic() + 120, 0
    consumers = [consumer(), consumer()]
    while QueueMessage.objects.exists() and time.monotonic() < deadline:
        time.sleep(random.uniform(0.05, 0.4))
        if kills < 20:
            victim = random.randrange(2)
            end(consumers[victim])
            consumers[victim], kills = consumer(), kills + 1
    for process in consumers:
        end(process)
    assert kills
    assert set(Heartbeat.objects.values_list("name", flat=True)) == set(words)
    assert not QueueMessage.objects.exists()


def consumer():
    process = subprocess.Popen(
        [sys.executable, "-c", CONSUMER], env=environment_of_this_database(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def end(process):
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

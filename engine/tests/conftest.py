"""A broker of its own for each test, and subprocesses that share the test database."""

import pytest
from kombu import Connection, Exchange, Producer, Queue

import helpdesk_site.celery  # noqa: F401 - names the transport


class Broker:
    """One connection of the embedded broker, with one queue."""

    def __init__(self, lease=60):
        self.connection = Connection("djangodb://localhost", transport_options={"visibility_timeout": lease})
        self.channel = self.connection.channel()
        self.queue = Queue("letters", Exchange("letters"), routing_key="letters", channel=self.channel)
        self.queue.declare()

    def put(self, word, **options):
        Producer(self.channel).publish({"word": word}, exchange="letters", routing_key="letters", **options)

    def get(self):
        return self.queue.bind(self.channel).get()

    def words(self):
        """Everything that can be had now, acknowledged."""
        found = []
        while message := self.get():
            message.ack()
            found.append(message.decode()["word"])
        return found

    def close(self):
        self.connection.release()


@pytest.fixture
def brokers():
    """`brokers()` opens one more connection; all close at the end."""
    opened = []

    def another(**options):
        opened.append(Broker(**options))
        return opened[-1]

    yield another
    for broker in opened:
        broker.close()


@pytest.fixture
def broker(brokers):
    return brokers()

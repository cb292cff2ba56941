"""The embedded broker: a Kombu transport over the Django database, so that Celery needs no server (STACK, decision 4).

Delivery is at least once. A consumer claims a message by moving its `visible_at` into the future (the lease) and renews
it while the task runs; an acknowledged message is deleted; one whose consumer died shows again when its lease ends.
Publishing happens on the caller's own database connection, so a message published inside a transaction comes and goes
with it. A task with a countdown sleeps here, not in a worker's memory.

Only direct and topic routing: there is no remote control over this broker (`CELERY_WORKER_ENABLE_REMOTE_CONTROL`).
"""

import logging
import threading
import time
import uuid
from datetime import UTC, datetime
from queue import Empty

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import F
from kombu.transport import virtual
from kombu.utils.json import dumps, loads

from helpdesk_site.lib import rows

log = logging.getLogger(__name__)

LEASE_SECONDS = 60  # transport option `visibility_timeout`
MOST_ATTEMPTS = 20  # a message that was never finished in so many tries kills its worker; it is dropped and logged
CANDIDATES = 5  # looked at in one go, so that consumers who want the same message need not ask again


class QoS(virtual.QoS):
    """Acknowledging and rejecting reach the table; the rest is Kombu's."""

    def ack(self, delivery_tag):
        self.channel.finish(delivery_tag)
        super().ack(delivery_tag)

    def reject(self, delivery_tag, requeue=False):
        if not requeue:
            self.channel.finish(delivery_tag)
        super().reject(delivery_tag, requeue=requeue)


class Channel(virtual.Channel):
    """One consumer's or producer's line to the table of messages."""

    QoS = QoS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.holder = uuid.uuid4().hex
        self.lease = self.connection.client.transport_options.get("visibility_timeout", LEASE_SECONDS)
        self.claims = {}  # delivery tag → primary key
        self.unacknowledged_queues = set()
        self.closing = threading.Event()
        self.renewer = None

    # What Kombu asks of a channel

    def _put(self, queue, message, **kwargs):
        priority = self._get_message_priority(message, reverse=True)
        row = messages().model(queue=queue, payload=dumps(message), priority=priority, visible_at=due(message))
        rows.insert(row)

    def _get(self, queue, timeout=None):
        """Claim the next message of `queue` and return it; raises Empty when there is none."""
        if not connection.in_atomic_block:
            close_old_connections()
        for row in messages().filter(queue=queue, visible_at__lte=time.time()).order_by("priority", "pk")[:CANDIDATES]:
            if self.claim(row):
                return self.delivery(row)
        raise Empty

    def _get_and_deliver(self, queue, callback):
        message = self._get(queue)
        if queue in self.unacknowledged_queues:
            self.finish(message["properties"]["delivery_tag"])
        callback(message, queue)

    def basic_consume(self, queue, no_ack, *args, **kwargs):
        (self.unacknowledged_queues.add if no_ack else self.unacknowledged_queues.discard)(queue)
        return super().basic_consume(queue, no_ack, *args, **kwargs)

    def basic_get(self, queue, no_ack=False, **kwargs):
        message = super().basic_get(queue, no_ack=no_ack, **kwargs)
        if message is not None and no_ack:
            self.finish(message.delivery_tag)
        return message

    def _restore(self, message):
        """Give a claimed message back; others may have it at once."""
        pk = self.claims.pop(message.delivery_tag, None)
        mine(pk, self.holder).update(visible_at=time.time(), claimed_by="")

    def _size(self, queue):
        return messages().filter(queue=queue, visible_at__lte=time.time()).count()

    def _purge(self, queue):
        return messages().filter(queue=queue).delete()[0]

    def close(self):
        self.closing.set()
        super().close()

    # Claims

    def claim(self, row):
        """True when the message is ours now. `attempts` is the version: who read it first and writes first wins."""
        now = time.time()
        won = messages().filter(pk=row.pk, attempts=row.attempts, visible_at__lte=now)
        if row.attempts >= MOST_ATTEMPTS:
            if won.delete()[0]:
                log.error("message %s of queue %s dropped after %s attempts", row.pk, row.queue, row.attempts)
            return False
        return won.update(visible_at=now + self.lease, claimed_by=self.holder, attempts=F("attempts") + 1) == 1

    def delivery(self, row):
        """The message as Kombu wants it, marked when it is not its first time; its lease is renewed from here on."""
        message = loads(row.payload)
        properties = message["properties"]
        if row.attempts:
            properties.setdefault("delivery_info", {})["redelivered"] = True
        self.claims[properties["delivery_tag"]] = row.pk
        if self.renewer is None:
            self.renewer = threading.Thread(target=self.renew, name="engine-leases", daemon=True)
            self.renewer.start()
        return message

    def finish(self, delivery_tag):
        """Done with, for good. A message whose lease we lost belongs to another now and stays."""
        pk = self.claims.pop(delivery_tag, None)
        mine(pk, self.holder).delete()

    def renew(self):
        """Keep what we hold while tasks run. Runs in a thread of its own until the channel closes."""
        while not self.closing.wait(self.lease / 3):
            held = list(self.claims.values())
            if not held:
                continue
            try:
                close_old_connections()
                messages().filter(pk__in=held, claimed_by=self.holder).update(visible_at=time.time() + self.lease)
            except DatabaseError:
                log.warning("leases not renewed", exc_info=True)
        connection.close()


class Transport(virtual.Transport):
    """`djangodb://`, named in `helpdesk_site.celery`."""

    Channel = Channel
    driver_type = "sql"
    driver_name = "django"
    default_port = None
    polling_interval = 0.25
    connection_errors = (*virtual.Transport.connection_errors, DatabaseError, InterfaceError)
    state = virtual.BrokerState()

    def __init__(self, client, **kwargs):
        super().__init__(client, **kwargs)
        self.state = type(self).state  # one for the process: a binding declared once is known to every connection

    def driver_version(self):
        return "1"


def messages():
    """The table. Imported late: Kombu loads this module before Django's models are ready."""
    from .models import QueueMessage

    return QueueMessage.objects


def mine(pk, holder):
    return messages().filter(pk=pk, claimed_by=holder)


def due(message):
    """When the message may be seen: now, or at the task's `eta`."""
    eta = (message.get("headers") or {}).get("eta")
    if not eta:
        return time.time()
    moment = datetime.fromisoformat(eta)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

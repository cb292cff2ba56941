"""`fetch_email --forever`: each mailbox in a thread of its own.

Where the server can tell of new mail (IDLE) we wait for its word, for a minute at most, so that a word we miss costs a
minute; the others are looked into each minute.
"""
import logging
import threading

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from engine.leases import lease

from ..models import Mailbox
from .dialing import Patience
from .imap import Imap
from .visits import fetch, note_well, noting, take_in

log = logging.getLogger(__name__)

EVERY = 60  # seconds between two looks
ROUNDS = 25  # looks over one line; servers end lines of half an hour
LAST_WORDS = 5  # seconds in which a mail that is being stored may be finished when we are told to stop


def listen_all(stop):
    """Care for all mailboxes in use until `stop` is set; new ones are found within half a minute."""
    threads = {}
    while not stop.is_set():
        for pk in in_use():
            if pk not in threads or not threads[pk].is_alive():
                threads[pk] = threading.Thread(target=care_for, args=[pk, stop], name=f"mailbox-{pk}", daemon=True)
                threads[pk].start()
        stop.wait(EVERY / 2)
    for thread in threads.values():
        thread.join(LAST_WORDS)
    connection.close()


def in_use():
    close_old_connections()
    try:
        return list(Mailbox.objects.filter(is_active=True).values_list("pk", flat=True))
    except DatabaseError:
        log.warning("The mailboxes could not be read from the database.", exc_info=True)
        return []


def care_for(pk, stop):
    """Fetch from one mailbox until it is switched off or `stop` is set."""
    try:
        while not stop.is_set():
            close_old_connections()
            mailbox = Mailbox.objects.filter(pk=pk, is_active=True).first()
            if mailbox is None:
                return
            if mailbox.retry_at and mailbox.retry_at > timezone.now():
                stop.wait(min(EVERY, (mailbox.retry_at - timezone.now()).total_seconds()))
            elif mailbox.idle and mailbox.kind == Mailbox.Kind.IMAP:
                with Patience() as patience:
                    noting(mailbox, patience, lambda: listen(mailbox, patience, stop))  # noqa: B023 - called at once
            else:
                fetch(mailbox)
                stop.wait(EVERY)
    except DatabaseError:
        log.warning("Mailbox %s: the database does not answer.", pk, exc_info=True)
    finally:
        connection.close()


def listen(mailbox, patience, stop):
    """Take in what waits, wait for word of more, and so on, over one line. Raises Trouble."""
    as_configured = configured(mailbox)
    with Imap(mailbox, patience) as line:
        for _round in range(ROUNDS):
            with lease(f"mailbox:{mailbox.pk}") as mine:
                if mine:
                    take_in(line, mine)
                    note_well(mailbox)
            if stop.is_set():
                return
            if line.can_idle:
                line.wait(EVERY, stop)
            else:
                stop.wait(EVERY)
            close_old_connections()
            if configured(Mailbox.objects.filter(pk=mailbox.pk, is_active=True).first()) != as_configured:
                return


def configured(mailbox):
    """What an operator may change about a mailbox, to be compared."""
    fields = [field.attname for field in Mailbox._meta.fields if field.editable or field.name.startswith("sealed_")]
    return mailbox and [getattr(mailbox, name) for name in fields]

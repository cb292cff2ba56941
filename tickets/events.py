"""record() or record_all(), the one line every action ends with, and CONSUMERS: the one list of what follows from it.

A *click* is one act of one person, however many events it makes: "reply and close" is two events and one mail. The
outermost @action opens the click; its consumers run once, with all its events, still inside the same transaction.
"""

import functools
import secrets
import threading
import uuid
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit import chain
from engine import once
from helpdesk_site.lib import rows

from .models import EventContent, TicketEvent

_open = threading.local()


class Click:
    """The events of one act, in order."""

    def __init__(self, id=None):
        self.id = id or uuid.uuid4()
        self.events = []


def action(function):
    """Make a function an action: one transaction, one click; the consumers run before the commit."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        with one_click():
            return function(*args, **kwargs)

    return run


class one_click:  # noqa: N801 - reads as a sentence: with one_click():
    """Several actions as one act: one transaction, one click id, one letter to each person.

    `id` is given for an act that takes several transactions (tickets.bulk); inside another click it counts for nothing.
    """

    def __init__(self, id=None):
        self.id = id

    def __enter__(self):
        self.outermost = getattr(_open, "click", None) is None
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        if self.outermost:
            _open.click = Click(self.id)
        return _open.click

    def __exit__(self, kind, error, trace):
        if not self.outermost:
            return self.atomic.__exit__(kind, error, trace)
        click, _open.click = _open.click, None
        if kind is None:
            try:
                for consumer in consumers():
                    consumer(click.events)
            except BaseException as failure:
                self.atomic.__exit__(type(failure), failure, failure.__traceback__)
                raise
        return self.atomic.__exit__(kind, error, trace)


def click_in_hand():
    """The id of the click that is being made, for what it sets aside to be done later."""
    return _open.click.id


def consumers():
    """What follows from a change. Each takes the click's events, inside the transaction."""
    from .automation import rules
    from .notices import notify

    return (notify.about, rules.schedule)


class Happened(NamedTuple):
    """One thing that happened, before it is an event.

    `data`: ids and codes only. `texts`: {name: text} that may have to be erased one day.
    """

    verb: str
    data: dict = {}
    texts: dict = {}
    message: object = None


def record(ticket, verb, *, actor, message=None, texts=None, saving=(), **data):
    """Write one event at the end of the ticket's chain: `record_all` of one thing. Returns the event."""
    (event,) = record_all(ticket, [Happened(verb, data, texts or {}, message)], actor=actor, saving=saving)
    return event


def record_all(ticket, happened, *, actor, saving=()):
    """Write what one action did, in order, at the end of the ticket's chain. The caller holds the ticket's row lock.

    The ticket's counters and head are saved, and with them `saving`, the fields the action has changed; `updated_at` is
    the caller's to decide. Returns the events.
    """
    once.claim(reverse("ticket", args=[ticket.number]))
    click = getattr(_open, "click", None) or Click()
    events, contents = [], []
    for what in happened:
        texts = [EventContent(name=name, text=text, salt=secrets.token_hex(16)) for name, text in what.texts.items()]
        event = sealed(ticket, what, texts, actor=actor, click=click)
        ticket.event_count, ticket.head = event.sequence, event.hash
        events.append(event)
        contents.append(texts)
    rows.insert(*events)
    for event, texts in zip(events, contents, strict=True):
        for text in texts:
            text.event = event
        rows.insert(*texts)
    rows.update(ticket, ["event_count", "head", *saving])
    click.events += events
    return events


def sealed(ticket, what, texts, *, actor, click):
    """The event that follows the ticket's last one, with its hash."""
    data = what.data
    if texts:
        data = {**data, "texts": {text.name: chain.fingerprint(text.text, text.salt) for text in texts}}
    event = TicketEvent(
        ticket=ticket,
        sequence=ticket.event_count + 1,
        verb=what.verb,
        actor=actor,
        message=what.message,
        data=data,
        click=click.id,
        at=timezone.now(),
        previous_hash=ticket.head,
        key_id=chain.key_id(chain.current_key()),
    )
    event.hash = chain.seal(content_of(event), previous_hash=event.previous_hash)
    return event


def content_of(event):
    """What the hash of an event covers: everything but the hash itself."""
    return {
        "ticket": event.ticket_id,
        "sequence": event.sequence,
        "verb": str(event.verb),
        "actor": event.actor_id,
        "message": event.message_id,
        "data": event.data,
        "click": str(event.click),
        "at": event.at.isoformat(),
    }

"""The whole cast at one desk at the same moment, with the clocks, the workers and the mail running beside them (T09).

Nobody meets an error but a refusal, nothing is lost or doubled, and the desk is whole: as in `test_machine`, where they
act one after the other.
"""

import itertools
import logging
import random
import re
import threading
import time
import traceback
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.viewer import Viewer
from departments.models import Department, Policy, Portal, Priority, Rule, Status
from departments.policy import forget
from departments.signals import settings_changed
from helpdesk_site.lib.redaction import Words
from mail import delivery, intake
from mail.models import IncomingMail, OutgoingMail
from tickets import access, actions, bulk, found, merged
from tickets.automation import rules, timers
from tickets.inbound import taking
from tickets.models import (
    STARS,
    BulkJob,
    CheckPoint,
    Draft,
    Message,
    Notification,
    PendingReply,
    Tag,
    TagGone,
    Ticket,
    TicketEvent,
    TicketLink,
    Verb,
)
from tickets.refused import Refused
from tickets.writing import write

from .test_machine import CLIENTS, SECRET, STAFF, Desk

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

SECONDS, PEOPLE = 40, 6
OPENED = [("anna", "support")] * 3 + [("carl", "support"), ("greta", "billing"), ("olga", "support"), ("carl", "sales")]


class Crowd(logging.Handler):
    """Everybody at the desk, what they did, and what went wrong: also what was only logged."""

    def __init__(self, cast):
        super().__init__(logging.ERROR)
        self.cast, self.words, self.chance = cast, itertools.count(1), threading.local()
        self.done, self.accepted = Counter(), Counter()  # acts by name; letters by Message-ID
        self.wrong, self.clicks, self.said, self.held = [], [], {}, {}

    def emit(self, record):
        self.wrong.append(("log", self.format(record)))

    # --- Who, where, what ---------------------------------------------------------------------------------------------

    def one_of(self, things):
        things = list(things)
        if not things:
            raise Refused("there is none")
        return self.chance.random.choice(things)

    def often(self, share=0.5):
        return self.chance.random.random() < share

    def person(self, names):
        return User.objects.get(pk=getattr(self.cast, self.one_of(names)).pk)

    def text(self, *more):
        self.chance.word = f"word{next(self.words)}q"
        return write(" ".join([self.chance.word, f"z{self.chance.word}", *more]))

    def door(self, me, ability):
        """A ticket as its page was some moments ago; of those of the first days mostly."""
        numbers = list(Ticket.objects.order_by("pk").values_list("number", flat=True))
        ticket = access.ticket_for(Viewer(me), self.one_of(numbers[:7] if self.often(0.8) else numbers), to=ability)
        time.sleep(self.chance.random.random() * 0.03)
        return ticket

    def message(self, ticket):
        return self.one_of(Message.objects.filter(ticket__in=merged.ids(ticket)))

    # --- What they do: each takes who does it -------------------------------------------------------------------------

    def client_writes(self, me):
        me = self.person(CLIENTS)
        return actions.reply(self.door(me, "reply"), author=me, written=self.text(), by_staff=False)

    def rate(self, me):
        me = self.person(CLIENTS)
        ticket = self.door(me, "rate")
        message = self.one_of([None, self.message(ticket), self.message(ticket)])
        actions.rate(ticket, stars=self.one_of(STARS), actor=me, message=message)

    def reply(self, me):
        status = self.one_of([None, *Status.objects.filter(code__in=["closed", "on-hold"])])
        return actions.reply(self.door(me, "work"), author=me, written=self.text(), by_staff=True, status=status)

    def hold(self, me):
        ticket, due_at = self.door(me, "work"), timezone.now() + timedelta(seconds=1)
        actions.hold_reply(ticket, author=me, written=self.text(), due_at=due_at, is_later=self.often(0.3))
        self.held.setdefault(self.chance.word, True)  # or called back already

    def call_back(self, me):
        row = self.one_of(PendingReply.objects.select_related("author"))
        text, _files = actions.call_back(row, actor=row.author)
        self.held[text.split()[0]] = False

    def note(self, me):
        return actions.add_note(self.door(me, "work"), author=me, written=self.text(SECRET), mentions=[me])

    def close_or_open(self, me):
        ticket = self.door(me, "work")
        actions.close(ticket, actor=me) if self.often() else actions.reopen(ticket, actor=me, by_staff=True)

    def hand_over(self, me):
        ticket, kind = self.door(me, "work"), self.one_of(["person", "department", "priority", "client", "flag"])
        if kind == "person":
            actions.assign(ticket, to=self.one_of([None, me]), actor=me)
        elif kind == "department":
            actions.move(ticket, to=self.one_of(Department.objects.all()), actor=me)
        elif kind == "priority":
            actions.set_priority(ticket, priority=self.one_of(Priority.objects.all()), actor=me)
        elif kind == "client":
            actions.change_client(ticket, to=self.person(CLIENTS), actor=me, keep=self.often(), across=True)
        else:
            self.one_of([actions.flag, actions.unflag])(ticket, to=me, actor=me)

    def tag(self, me):
        tags = actions.tags_named(f"{SECRET}-{self.one_of('abcd')}, {SECRET}-{self.one_of('abcd')}")
        actions.tag(self.door(me, "work"), **{self.one_of(["on", "on", "off"]): tags}, actor=me)

    def tidy_tags(self, me):
        kind, tag = self.one_of(["merge", "rename", "delete", "back"]), self.one_of(Tag.objects.all())
        if kind == "merge":
            actions.merge_tag(tag, into=self.one_of(Tag.objects.exclude(pk=tag.pk)), actor=me)
        elif kind == "rename":
            actions.change_tag(tag, name=f"{SECRET}-{self.one_of('abcdef')}", tone="")
        elif kind == "delete":
            actions.delete_tag(tag, actor=me)
        else:
            actions.bring_back_tag(self.one_of(TagGone.objects.all()))

    def put_aside(self, me):
        act = self.one_of([actions.snooze, actions.wake, actions.mark_spam, actions.unmark_spam])
        act(self.door(me, "work"), actor=me, **({"until": None} if act is actions.snooze else {}))

    def trash(self, me):
        name = self.one_of(["trash", "restore"])
        getattr(actions, name)(self.door(me, name), actor=me)

    def restore(self, me):
        actions.restore(self.one_of(Ticket.objects.filter(hidden=Ticket.Hidden.TRASH)), actor=me)

    def change_message(self, me):
        row = self.message(self.door(me, "edit_messages"))
        what = self.one_of([actions.delete_message, actions.undelete_message, actions.edit_message])
        if what is actions.edit_message:
            words = " ".join([*row.body.split()[:1], "changed", *([SECRET] if row.is_note else [])])
            what(row, editor=me, written=write(words))
        else:
            what(row, actor=me)

    def redact(self, me):
        ticket = self.door(me, "redact")
        word = re.search(r"zword\d+q", self.message(ticket).body)
        if word:
            actions.redact(ticket, words=Words(word[0]), actor=me)

    def check(self, me):
        ticket = self.door(me, "work")
        points = list(CheckPoint.objects.filter(ticket=ticket))
        if not points or self.often():
            actions.add_points(ticket, texts=[SECRET], heading="", actor=me)
        else:
            self.one_of([actions.tick, actions.remove_point])(self.one_of(points), actor=me)

    def link(self, me):
        if self.often(0.3):
            actions.unlink(self.one_of(TicketLink.objects.all()), actor=me)
        else:
            kind = self.one_of(TicketLink.Kind.values)
            actions.link(self.door(me, "work"), to=self.door(me, "work"), kind=kind, actor=me)

    def merge(self, me):
        rows = [self.door(me, "merge") for _each in range(self.one_of([2, 2, 3]))]
        actions.merge(rows, into=self.one_of(rows), actor=me, across=True, tell=self.often())

    def take_apart(self, me):
        if self.often():
            actions.detach(self.one_of(Ticket.objects.exclude(merged_into=None)), actor=me)
        else:
            actions.unmerge(self.one_of(TicketEvent.objects.filter(verb=Verb.TOOK_IN).order_by("-pk")[:6]), actor=me)

    def answer_merged(self, me):
        """From a page on which it was a ticket of its own."""
        ticket = self.one_of(Ticket.objects.exclude(merged_into=None))
        ticket.merged_into = None
        return actions.reply(ticket, author=me, written=self.text(), by_staff=True)

    def split(self, me):
        ticket = self.door(me, "split")
        actions.split(
            ticket, messages=[self.message(ticket)], subject="Split", department=self.cast.support, actor=me, tell=True
        )  # fmt: skip

    def open_one(self, me):
        me = self.person(CLIENTS)
        follows = access.ticket_for(Viewer(me), self.one_of(Ticket.objects.all()).number, to="see")
        ticket = actions.open_ticket(
            self.cast.support, client=me, author=me, subject="New", written=self.text(), follow_up_of=follows
        )
        return ticket.first_message

    def undo(self, me):
        click, who = self.one_of(self.clicks[-20:])
        actions.undo(click, actor=User.objects.get(pk=who))

    def many(self, me):
        """In the request, or by a worker at the same time as the kick."""
        name, params = self.one_of([
            ("close", {}), ("trash", {}), ("restore", {}), ("spam", {}), ("notspam", {}),
            ("status", {"status": "on-hold"}), ("assign", {"assign": str(me.pk)}),
            ("department", {"department": "billing"}),
        ])  # fmt: skip
        ids = list(Ticket.objects.workable_by(Viewer(me)).order_by("?").values_list("pk", flat=True))
        job = bulk.start(Viewer(me), name, params, ids[: self.one_of([3, 8])])
        bulk.run(job.pk)

    def undo_many(self, me):
        job = self.one_of(BulkJob.objects.order_by("-pk")[:5])
        bulk.undo(job)
        bulk.run(job.pk)

    def configure(self, me):
        """An operator closes and opens a department, and saves a rule."""
        sales = Department.objects.get(slug="sales")
        sales.is_active = not sales.is_active
        sales.save(update_fields=["is_active"])
        settings_changed.send(sender=Department, departments=None, statuses=None)
        rules.reconsider()

    ACTS = [
        client_writes, client_writes, rate, rate, reply, reply, hold, hold, call_back, note, close_or_open, hand_over,
        hand_over, tag, tidy_tags, put_aside, trash, restore, change_message, redact, check, link, merge, merge, merge,
        take_apart, take_apart, answer_merged, split, open_one, undo, undo, many, undo_many, configure,
    ]  # fmt: skip

    # --- How they do it -----------------------------------------------------------------------------------------------

    def person_acts(self):
        act, me = self.one_of(self.ACTS), self.person(STAFF)
        try:
            made = act(self, me)
        except (Refused, Http404):
            return
        self.done[act.__name__] += 1
        if isinstance(made, Message):
            self.said[made.pk] = self.chance.word
        last = TicketEvent.objects.filter(actor=me).order_by("-pk").values_list("click", flat=True).first()
        self.clicks.append((last, me.pk))

    def clocks_go(self):
        now = timezone.now()
        timers.release_due_replies()
        timers.wake_due(now + timedelta(hours=2))
        timers.settle_due(now + timedelta(hours=self.one_of([0, 30])))
        timers.close_idle(now + timedelta(hours=self.one_of([0, 24 * 9])))
        rules.run_due(now + timedelta(minutes=2))
        timers.write_letters()
        timers.tidy()
        self.done["clocks"] += 1

    def workers_go(self):
        for pk in PendingReply.objects.filter(due_at__lte=timezone.now()).values_list("pk", flat=True):
            timers.release_reply(pk)
        bulk.run_left_behind(timezone.now() + timedelta(minutes=1))
        delivery.sweep(at=timezone.now() + timedelta(minutes=2), office=self)
        self.done["workers"] += 1

    def mail_comes(self):
        time.sleep(0.5)
        who, word = self.one_of(["anna", "carl", "dora"]), f"word{next(self.words)}q"
        letter = OutgoingMail.objects.filter(to_address=f"{who}@example.com").order_by("-pk").first()
        raw = (
            f"From: {who}@example.com\r\nTo: support@example.com\r\nSubject: {word}\r\n"
            f"Message-ID: <{word}@x.example>\r\nIn-Reply-To: {letter.message_id if letter else ''}\r\n"
            f"\r\n{word} by mail\r\n"
        )
        intake.store(raw.encode(), source="pipe", envelope_to=["support@example.com"])
        taking.take_in()
        self.done["mails"] += 1

    def go_on(self, what, seed, ends):
        self.chance.random = random.Random(seed)
        while time.monotonic() < ends:
            try:
                what()
            except Exception:
                self.wrong.append((what.__name__, traceback.format_exc()))
        connection.close()

    # --- The mail server ----------------------------------------------------------------------------------------------

    def open(self):
        pass

    def send(self, letter):
        self.accepted[re.search(rb"(?i)^message-id:.*", letter.content, re.MULTILINE)[0]] += 1
        return "250 OK"


@pytest.fixture
def crowd(cast, open_ticket, monkeypatch):
    """Seven tickets; jobs of more than four are large; a rule that does several things; locks that are held a while."""
    Portal.get()
    Portal.objects.update(history_policy=Policy.History.REVISIONS, merge_across=True, rating_mode=Policy.Ratings.BOTH)
    rule = Rule.objects.create(name="Too long", is_active=True, since="waiting", after_minutes=1)
    for place, (do, value) in enumerate(
        [("note", SECRET), ("tag", f"{SECRET}-b"), ("assign", "leads"), ("reply", "Soon.")]
    ):
        rule.actions.create(do=do, value=value, position=place)
    forget()
    monkeypatch.setattr(bulk, "AT_ONCE", 4)
    monkeypatch.setattr(bulk.step.__wrapped__, "__kwdefaults__", {"size": 3})
    locked = found.locked

    def slowly(pk):
        row = locked(pk)
        time.sleep(random.choice([0, 0, 0.005]))  # noqa: S311
        return row

    monkeypatch.setattr(found, "locked", slowly)
    for name, slug in OPENED:
        open_ticket(client=getattr(cast, name), department=getattr(cast, slug))
    crowd = Crowd(cast)
    names = (None, "tickets", "mail", "engine")
    for name in names:
        logging.getLogger(name).addHandler(crowd)
    yield crowd
    for name in names:
        logging.getLogger(name).removeHandler(crowd)


def test_whatever_many_do_at_once_nobody_meets_an_error_and_the_desk_is_whole(crowd):
    """T07, T09, T20."""
    seed, ends = random.randrange(10**6), time.monotonic() + SECONDS  # noqa: S311
    acts = [crowd.person_acts] * PEOPLE + [crowd.clocks_go, crowd.workers_go, crowd.workers_go, crowd.mail_comes]
    threads = [threading.Thread(target=crowd.go_on, args=(act, seed + n, ends)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 60)
    assert not [thread for thread in threads if thread.is_alive()], "somebody waits for ever"
    assert crowd.wrong == []
    for act in (crowd.clocks_go, crowd.workers_go):
        crowd.go_on(act, seed, time.monotonic() + 1)
    Desk.history_verifies(None)
    Desk.rows_agree_with_themselves(None)
    Desk.ratings_are_where_their_messages_are(None)
    Desk.documents_are_as_written_anew(None)
    Desk.no_letter_to_a_client_tells_ours(None)
    nothing_is_lost_or_doubled(crowd)


def nothing_is_lost_or_doubled(crowd):
    assert not [letter for letter, times in crowd.accepted.items() if times > 1]
    told = Counter(Notification.objects.exclude(mail=None).values_list("event", "user"))
    assert not [one for one, times in told.items() if times > 1]
    assert not IncomingMail.objects.exclude(state__in=["done", "held"]).exists()
    written = dict(Message.objects.filter(origin=None).values_list("pk", "body"))
    assert not crowd.said.keys() - written.keys()
    words = Counter(re.findall(r"\bword\d+q", "\n".join(written.values())))
    assert not [word for word, times in words.items() if times > 1]
    typed = [
        *PendingReply.objects.values_list("body", flat=True),
        *(row.fields["message"] for row in Draft.objects.all()),
    ]
    waits = set(re.findall(r"\bword\d+q", "\n".join(typed)))
    for word, is_on_its_way in crowd.held.items():
        assert (words[word] + (word in waits)) == (1 if is_on_its_way else 0), word

"""T06: the outbox as a machine. Whatever happens in whatever order, and wherever a sender dies, every letter goes out,
is refused or is taken back; none twice but where SMTP itself cannot know, and then under the same Message-ID."""
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mail import delivery, outbox, post
from mail.letter import build
from mail.models import STUCK, OutgoingMail
from mail.signals import mail_failed


class Died(BaseException):
    """SIGKILL, as far as one process can play it: no handler of ours may catch it."""


class Office:
    """A mail server with moods, and a sender that dies at a chosen point."""

    def __init__(self, machine, mood, dies):
        self.machine, self.mood, self.dies = machine, mood, dies

    def open(self):
        if self.mood == "down":
            raise post.Unreachable("ConnectionRefusedError")
        self.die_at("before the claim")

    def send(self, letter):
        self.die_at("before the server hears")
        if self.mood == "breaks before":
            raise post.BrokenOff("gone")
        if self.mood == "refuses":
            raise post.Refused("550 no")
        if self.mood == "delays":
            raise post.Delayed("451 later")
        self.machine.accept(letter.content)
        if self.mood == "breaks after":
            self.machine.excuse(letter.content)
            raise post.BrokenOff("gone, after it said yes")
        if self.dies == "after the server said yes":
            self.machine.excuse(letter.content)
        self.die_at("after the server said yes")
        return "250 OK"

    def close(self):
        pass

    def die_at(self, point):
        if self.dies == point:
            self.dies = None
            raise Died(point)


MOODS = st.sampled_from(["takes", "takes", "refuses", "delays", "down", "breaks before", "breaks after"])
DEATHS = st.sampled_from(
    [None, None, "before the claim", "before the server hears", "after the server said yes", "while it is noted"]
)


class Outbox(RuleBasedStateMachine):
    @initialize()
    def empty(self):
        OutgoingMail.objects.all().delete()
        self.now = timezone.now()
        self.known = {}  # Message-ID → pk of every letter that was committed
        self.accepted = {}  # Message-ID → how often the server said yes
        self.excused = {}  # Message-ID → how often nobody could know that it had, or somebody asked for another
        self.slow = []  # letters claimed by senders that have not come back yet
        self.dies_while_told = False
        mail_failed.connect(self.hear, dispatch_uid="machine")

    def hear(self, sender, mail, **kwargs):
        if self.dies_while_told:
            self.dies_while_told = False
            raise Died("while it is noted")

    def accept(self, content):
        message_id = self.id_in(content)
        assert message_id in self.known, "a letter went out that was never committed"
        assert OutgoingMail.objects.get(message_id=message_id).state != "cancelled"
        self.accepted[message_id] = self.accepted.get(message_id, 0) + 1

    def excuse(self, content):
        self.excused[self.id_in(content)] = self.excused.get(self.id_in(content), 0) + 1

    def id_in(self, content):
        [line] = [line for line in content.split(b"\r\n") if line.startswith(b"Message-ID:")]
        return line.partition(b":")[2].strip().decode()

    @rule(secret=st.booleans(), kept=st.booleans(), delay=st.sampled_from([0, 0, 30]))
    def write(self, secret, kept, delay):
        try:
            with transaction.atomic():
                mail = outbox.enqueue(
                    to="anna@example.com", kind="reply", subject="Hello", text="It works.", secret=secret,
                    due_at=self.now + timedelta(minutes=delay),
                )  # fmt: skip
                if not kept:
                    raise RuntimeError("the action stumbled")
        except RuntimeError:
            return
        self.known[mail.message_id] = mail.pk

    @precondition(lambda self: self.known)
    @rule(data=st.data(), mood=MOODS, dies=DEATHS)
    def quick_path(self, data, mood, dies):
        pk = data.draw(st.sampled_from(sorted(self.known.values())))
        self.play(lambda office: delivery.deliver([pk, pk], at=self.now, office=office), mood, dies)

    @rule(mood=MOODS, dies=DEATHS)
    def sure_path(self, mood, dies):
        self.play(lambda office: delivery.sweep(at=self.now, office=office), mood, dies)

    def play(self, send, mood, dies):
        self.dies_while_told = dies == "while it is noted"
        try:
            send(Office(self, mood, dies))
        except Died:
            pass
        self.dies_while_told = False

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def a_slow_sender_claims(self, data):
        mail = delivery.claim(data.draw(st.sampled_from(sorted(self.known.values()))), at=self.now)
        if mail:
            self.slow.append(mail)

    @precondition(lambda self: self.slow)
    @rule(end=st.sampled_from(["sent", "retry", "failed", "never"]))
    def a_slow_sender_comes_back(self, end):
        mail = self.slow.pop(0)
        if end == "sent" and OutgoingMail.objects.get(pk=mail.pk).state != "cancelled":
            letter = build(mail)
            if OutgoingMail.objects.get(pk=mail.pk).claimed_by != mail.claimed_by:
                self.excuse(letter.content)  # it was taken for dead, and another has tried meanwhile
            self.accept(letter.content)
            delivery.note_sent(mail, letter, "250 OK", at=self.now)
        elif end == "retry":
            delivery.later(mail, "delayed", "451 later", at=self.now)
        elif end == "failed":
            delivery.give_up(mail, "refused", "550 no")

    @rule(minutes=st.sampled_from([1, 2, 16, 90, 60 * 24]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def somebody_takes_it_back(self, data):
        mail = OutgoingMail.objects.get(pk=data.draw(st.sampled_from(sorted(self.known.values()))))
        before = mail.state
        assert outbox.cancel(mail) == (before in ("queued", "retry"))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def an_operator_sends_it_again(self, data):
        mail = OutgoingMail.objects.get(pk=data.draw(st.sampled_from(sorted(self.known.values()))))
        if outbox.send_again(mail):
            self.excused[mail.message_id] = self.excused.get(mail.message_id, 0) + 1
            OutgoingMail.objects.filter(pk=mail.pk).update(due_at=self.now)

    @invariant()
    def no_letter_is_lost_and_none_appears(self):
        rows = OutgoingMail.objects.values_list("message_id", "pk")
        assert dict(rows) == getattr(self, "known", {})

    @invariant()
    def no_letter_goes_out_twice_but_where_nobody_could_know(self):
        for message_id, times in getattr(self, "accepted", {}).items():
            assert times <= 1 + self.excused.get(message_id, 0)

    @invariant()
    def sent_means_that_the_server_said_yes_and_no_secret_stays(self):
        for mail in OutgoingMail.objects.all():
            if mail.state == "sent":
                assert self.accepted[mail.message_id] and mail.sent_at and mail.answer
            if mail.secret:
                assert mail.is_blanked == mail.is_finished
            assert (mail.state == "retry") == (mail.retry_at is not None)

    def teardown(self):
        """The server is well again for three days: everything that was neither refused nor taken back arrives."""
        if not hasattr(self, "known"):
            return
        for _ in range(6):
            self.now += STUCK + timedelta(hours=12)
            delivery.sweep(at=self.now, office=Office(self, "takes", None))
        mail_failed.disconnect(dispatch_uid="machine")
        assert not OutgoingMail.objects.waiting().exists()
        self.no_letter_is_lost_and_none_appears()
        self.no_letter_goes_out_twice_but_where_nobody_could_know()
        for mail in OutgoingMail.objects.filter(state="failed"):
            assert mail.trouble in ("refused", "expired")


def play(examples, steps, **more):
    run_state_machine_as_test(
        Outbox,
        settings=settings(
            **more, max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], print_blob=True,
        ),
    )  # fmt: skip


@pytest.mark.django_db
def test_whatever_happens_every_letter_goes_out_once():
    """T06. The same histories each time; new ones are looked for at length."""
    play(examples=25, steps=25, derandomize=True)


@pytest.mark.long
@pytest.mark.django_db
def test_whatever_happens_every_letter_goes_out_once_at_length():
    """T06, many more histories."""
    play(examples=600, steps=60)

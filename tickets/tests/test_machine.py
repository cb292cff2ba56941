"""The desk as a machine: the cast does anything to a few tickets, in any order, on pages as stale as they like.

Whatever they did, the history verifies, lists and counts agree, search finds the live text and nothing else, no client
meets a word of the staff's, and what can be taken back leaves everything as it was.
"""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.http import Http404, QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from accounts.viewer import Viewer
from departments.models import Department, Policy, Portal, Priority, Status, Team
from departments.policy import forget, status_rules
from helpdesk_site.cast import raise_cast
from helpdesk_site.lib.redaction import Words
from helpdesk_site.tests.signing_in import sign_in
from mail.models import OutgoingMail
from tickets import access, actions, merged
from tickets.actions.undoing import REVERSIBLE
from tickets.automation import timers
from tickets.conversation import split_off
from tickets.events import one_click
from tickets.keeping import history
from tickets.lists import queries, queues, search
from tickets.models import (
    CheckPoint,
    Flag,
    Mention,
    Message,
    Participant,
    PendingReply,
    Rating,
    Tag,
    Ticket,
    TicketLink,
    TimeEntry,
    Verb,
    Watcher,
)
from tickets.refused import Refused
from tickets.writing import write

SECRET = "xsecretx"  # stands in everything that only staff may read
STAFF, CLIENTS = ["sam", "ben", "lena", "operator"], ["anna", "olga", "carl", "greta"]
TICKETS = st.integers(0, 9)  # of those there are, over and over
WHO = st.sampled_from(STAFF)
POINTS = ["add", "tick", "untick", "remove", "rename", "order", "head"]
RIGHTS = st.sampled_from(Participant.Rights.values)
ONCE = st.booleans()  # whether it is taken back at once
# Moments of the desk's own clocks, which undo sets anew; counters and heads, which only grow
PASSING = {
    "event_count", "head", "updated_at", "status_since", "settle_at", "close_at", "remind_at", "hidden_at",
    "snoozed_at", "closed_at", "closed_by",
}  # fmt: skip


class Desk(RuleBasedStateMachine):
    # --- The people and four tickets -----------------------------------------------------------------------------

    @initialize()
    def begin(self):
        self.savepoint = transaction.savepoint()
        self.cast = raise_cast()
        Portal.get()
        Portal.objects.update(
            history_policy=Policy.History.REVISIONS, merge_across=True, rating_mode=Policy.Ratings.BOTH
        )
        forget()
        self.team = Team.objects.create(name="Night shift", department=self.cast.support)
        self.words, self.clicks = 0, []
        for name, department in (("anna", "support"), ("anna", "support"), ("carl", "support"), ("greta", "billing")):
            person = getattr(self.cast, name)
            actions.open_ticket(
                getattr(self.cast, department), client=person, author=person, subject=self.word(), written=self.text()
            )

    def teardown(self):
        if not hasattr(self, "savepoint"):
            return
        try:
            self.search_finds_what_is_there()
            self.clients_read_nothing_of_ours()
            self.stars_that_a_page_offers_are_taken()
        finally:
            transaction.savepoint_rollback(self.savepoint)
            forget()

    def word(self):
        self.words += 1
        return f"word{self.words}q"

    def text(self, *more):
        return write(" ".join([self.word(), *more]))

    def person(self, name):
        return User.objects.get(pk=getattr(self.cast, name).pk)  # as the next request reads them

    def pick(self, at):
        rows = list(Ticket.objects.order_by("pk"))
        return rows[at % len(rows)]

    def act(self, who, at, ability, do, *, once=False):
        """Somebody does it at the door of a ticket; who may not, or is refused, leaves everything as it was."""
        actor = self.person(who)
        try:
            ticket = access.ticket_for(Viewer(actor), self.pick(at).number, to=ability)
        except Http404:
            return
        before = world()
        try:
            with one_click() as click:
                do(ticket, actor)
        except Refused:
            assert world() == before
            return
        if click.events:
            self.clicks.append((click.id, who))
            if once and can_be_undone(click):
                actions.undo(click.id, actor=self.person(who))
                assert differences(before, world()) == []

    # --- What they do --------------------------------------------------------------------------------------------

    @rule(at=TICKETS, who=st.sampled_from(CLIENTS), by_mail=st.booleans())
    def client_writes(self, at, who, by_mail):
        channel = Ticket.Channel.EMAIL if by_mail else Ticket.Channel.PORTAL
        self.act(who, at, "reply", lambda ticket, me: actions.reply(
            ticket, author=me, written=self.text(), by_staff=False, channel=channel
        ))  # fmt: skip

    @rule(at=TICKETS, who=st.sampled_from(CLIENTS), closes=st.booleans())
    def client_closes_or_reopens(self, at, who, closes):
        if closes:
            self.act(who, at, "close", lambda ticket, me: actions.close(ticket, actor=me))
        else:
            self.act(who, at, "reopen", lambda ticket, me: actions.reopen(ticket, actor=me, by_staff=False))

    @rule(at=TICKETS, who=st.sampled_from(CLIENTS), stars=st.integers(1, 5), message=st.none() | TICKETS)
    def client_rates(self, at, who, stars, message):
        def do(ticket, me):
            rows = list(Message.objects.filter(ticket__in=merged.ids(ticket)).order_by("pk"))
            row = None if message is None else rows[message % len(rows)]
            actions.rate(ticket, stars=stars, actor=me, message=row)

        self.act(who, at, "rate", do)

    @rule(at=TICKETS, who=st.sampled_from(CLIENTS), to=st.sampled_from(CLIENTS), rights=RIGHTS)
    def client_invites(self, at, who, to, rights):
        self.act(who, at, "invite", lambda ticket, me: actions.add_participant(
            ticket, user=self.person(to), rights=rights, actor=me
        ))  # fmt: skip

    @rule(at=TICKETS, who=WHO, status=st.sampled_from(["", "closed", "on-hold", "in-progress"]), later=st.booleans())
    def staff_reply(self, at, who, status, later):
        follows = Status.objects.filter(code=status).first()
        if later:
            due = timezone.now() + timedelta(days=2)
            self.act(who, at, "work", lambda ticket, me: actions.hold_reply(
                ticket, author=me, written=self.text(), due_at=due, status=follows, is_later=True
            ))  # fmt: skip
        else:
            self.act(who, at, "work", lambda ticket, me: actions.reply(
                ticket, author=me, written=self.text(), by_staff=True, status=follows
            ))  # fmt: skip

    @rule(at=TICKETS, who=WHO, calls=WHO)
    def note(self, at, who, calls):
        self.act(who, at, "work", lambda ticket, me: actions.add_note(
            ticket, author=me, written=self.text(SECRET), mentions=[self.person(calls)]
        ))  # fmt: skip

    @rule(
        at=TICKETS, who=WHO, once=ONCE, code=st.sampled_from(["open", "on-hold", "answered", "in-progress", "closed"])
    )
    def set_status(self, at, who, once, code):
        status = Status.objects.filter(code=code).first()
        if status:
            self.act(who, at, "work", lambda t, me: actions.set_status(t, status=status, actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, closes=st.booleans())
    def close_or_reopen(self, at, who, once, closes):
        if closes:
            self.act(who, at, "work", lambda t, me: actions.close(t, actor=me), once=once)
        else:
            self.act(who, at, "work", lambda t, me: actions.reopen(t, actor=me, by_staff=True), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, to=st.sampled_from([None, *STAFF]))
    def assign(self, at, who, once, to):
        self.act(who, at, "work", lambda t, me: actions.assign(t, to=to and self.person(to), actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, to=WHO, off=st.booleans())
    def flag(self, at, who, once, to, off):
        act = actions.unflag if off else actions.flag
        self.act(who, at, "work", lambda t, me: act(t, to=self.person(to), actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, off=st.booleans())
    def give_to_team(self, at, who, once, off):
        self.act(
            who, at, "work", lambda t, me: actions.give_to_team(t, team=None if off else self.team, actor=me), once=once
        )

    @rule(at=TICKETS, who=WHO, once=ONCE, slug=st.sampled_from(["support", "billing", "sales"]))
    def move(self, at, who, once, slug):
        to = Department.objects.get(slug=slug)
        self.act(who, at, "work", lambda t, me: actions.move(t, to=to, actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, level=st.integers(0, 2))
    def set_priority(self, at, who, once, level):
        row = list(Priority.objects.order_by("pk"))[level]
        self.act(who, at, "work", lambda t, me: actions.set_priority(t, priority=row, actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE)
    def set_subject(self, at, who, once):
        self.act(who, at, "work", lambda t, me: actions.set_subject(t, subject=self.word(), actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, names=st.lists(st.sampled_from("abc"), min_size=1, max_size=3), off=ONCE)
    def tag(self, at, who, once, names, off):
        def do(ticket, me):
            tags = actions.tags_named(", ".join(f"{SECRET}-{name}" for name in names))
            actions.tag(ticket, **{"off" if off else "on": tags}, actor=me)

        self.act(who, at, "work", do, once=once)

    @rule(gone=st.booleans())
    def lead_tidies_tags(self, gone):
        tags = list(Tag.objects.order_by("key"))
        if gone and tags:
            actions.delete_tag(tags[0], actor=self.cast.lena)
        elif len(tags) > 1:
            actions.merge_tag(tags[0], into=tags[1], actor=self.cast.lena)

    @rule(at=TICKETS, who=WHO, once=ONCE, hours=st.sampled_from([None, 1, 100]), wakes=st.booleans())
    def snooze(self, at, who, once, hours, wakes):
        until = hours and timezone.now() + timedelta(hours=hours)
        if wakes:
            self.act(who, at, "work", lambda t, me: actions.wake(t, actor=me), once=once)
        else:
            self.act(who, at, "work", lambda t, me: actions.snooze(t, until=until, note=SECRET, actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, off=st.booleans())
    def spam(self, at, who, once, off):
        act = actions.unmark_spam if off else actions.mark_spam
        self.act(who, at, "work", lambda t, me: act(t, actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, what=st.sampled_from(["trash", "trash", "restore", "restore", "empty"]))
    def trash(self, at, who, once, what):
        self.act(who, at, what, lambda t, me: getattr(actions, what)(t, actor=me), once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, message=TICKETS, what=st.sampled_from(["delete", "undelete", "edit"]))
    def change_message(self, at, who, once, message, what):
        def do(ticket, me):
            rows = list(Message.objects.filter(ticket__in=merged.ids(ticket)).order_by("pk"))
            row = rows[message % len(rows)]
            if what == "delete":
                actions.delete_message(row, actor=me)
            elif what == "undelete":
                actions.undelete_message(row, actor=me)
            else:
                actions.edit_message(row, editor=me, written=self.text(*([SECRET] if row.is_note else [])))

        self.act(who, at, "edit_messages", do, once=once)

    @rule(at=TICKETS, who=WHO, message=TICKETS)
    def redact(self, at, who, message):
        actor = self.person(who)
        try:
            ticket = access.ticket_for(Viewer(actor), self.pick(at).number, to="redact")
        except Http404:
            return
        rows = list(Message.objects.filter(ticket__in=merged.ids(ticket)).exclude(body="").order_by("pk"))
        found = re.search(r"word\d+q", rows[message % len(rows)].body) if rows else None
        if found:
            actions.redact(ticket, words=Words(found[0]), actor=actor)
            assert not Message.objects.filter(ticket__in=merged.ids(ticket), body__contains=found[0]).exists()

    @rule(at=TICKETS, who=WHO, once=ONCE, what=st.sampled_from(POINTS))
    def check(self, at, who, once, what):
        def do(ticket, me):
            points = list(CheckPoint.objects.filter(ticket=ticket))
            if what == "add" or not points:
                heading = SECRET if len(points) % 2 else ""
                actions.add_points(ticket, texts=[f"{SECRET} {self.word()}", SECRET], heading=heading, actor=me)
            elif what == "head":
                actions.rename_list(ticket, points=[points[0].pk], to=f"{SECRET} {self.word()}", actor=me)
            elif what == "order":
                actions.reorder_points(ticket, order=[row.pk for row in reversed(points)], actor=me)
            elif what == "rename":
                actions.rename_point(points[0], text=f"{SECRET} {self.word()}", actor=me)
            else:
                act = {"tick": actions.tick, "untick": actions.untick, "remove": actions.remove_point}[what]
                act(points[-1], actor=me)

        self.act(who, at, "work", do, once=once)

    @rule(at=TICKETS, who=WHO, once=ONCE, other=TICKETS, kind=st.sampled_from(TicketLink.Kind.values), off=ONCE)
    def link(self, at, who, once, other, kind, off):
        def do(ticket, me):
            row = TicketLink.objects.filter(ticket=ticket).first()
            if off and row:
                actions.unlink(row, actor=me)
            elif not off:
                actions.link(ticket, to=self.door(me, other, "work"), kind=kind, actor=me)

        self.act(who, at, "work", do, once=once)

    @rule(at=TICKETS, who=WHO, off=st.booleans())
    def watch(self, at, who, off):
        act = actions.stop_watching if off else actions.watch
        self.act(who, at, "work", lambda t, me: act(t, user=me))

    @rule(at=TICKETS, who=WHO)
    def log_time(self, at, who):
        self.act(who, at, "work", lambda t, me: actions.log_time(
            t, user=me, minutes=5, day=timezone.localdate(), text=SECRET
        ))  # fmt: skip

    @rule(at=TICKETS, who=WHO, once=ONCE, to=st.sampled_from(CLIENTS), keep=st.booleans())
    def change_client(self, at, who, once, to, keep):
        self.act(who, at, "work", lambda t, me: actions.change_client(
            t, to=self.person(to), actor=me, keep=keep, across=True
        ), once=once)  # fmt: skip

    @rule(at=TICKETS, who=WHO, once=ONCE, others=st.lists(TICKETS, min_size=1, max_size=3), into=TICKETS)
    def merge(self, at, who, once, others, into):
        def do(ticket, me):
            rows = [ticket, *(self.door(me, other, "merge") for other in others)]
            actions.merge(rows, into=rows[into % len(rows)], actor=me, across=True, tell=bool(into % 2))

        self.act(who, at, "merge", do, once=once)

    @rule(at=TICKETS, who=WHO, which=TICKETS)
    def detach(self, at, who, which):
        def do(ticket, me):
            rows = list(Ticket.objects.filter(pk__in=merged.family(ticket)).order_by("pk"))
            if rows:
                actions.detach(rows[which % len(rows)], actor=me)

        self.act(who, at, "merge", do)

    @rule(
        at=TICKETS, who=WHO, once=ONCE, which=st.sets(st.integers(0, 6), min_size=1),
        slug=st.sampled_from(["support", "billing"]),
    )  # fmt: skip
    def split(self, at, who, once, which, slug):
        def do(ticket, me):
            rows = list(Message.objects.filter(ticket__in=merged.ids(ticket)).order_by("pk"))
            chosen = [row for number, row in enumerate(rows) if number in which]
            to = Department.objects.get(slug=slug)
            actions.split(ticket, messages=chosen, subject=self.word(), department=to, actor=me, tell=True)

        self.act(who, at, "split", do, once=once)

    def door(self, me, at, ability):
        try:
            return access.ticket_for(Viewer(me), self.pick(at).number, to=ability)
        except Http404 as error:
            raise Refused("not found") from error

    @rule(back=st.integers(0, 5))
    def undo_some_click(self, back):
        """Of any of them, by whoever did it, after whatever happened since."""
        if len(self.clicks) > back:
            click, who = self.clicks[-1 - back]
            before = world()
            try:
                actions.undo(click, actor=self.person(who))
            except Refused:
                assert differences(before, world()) == []

    @rule(hours=st.sampled_from([1, 60, 24 * 8]))
    def time_goes_by(self, hours):
        now = timezone.now() + timedelta(hours=hours)
        timers.release_due_replies(now=now)
        timers.wake_due(now=now)
        timers.settle_due(now=now)
        timers.close_idle(now=now)
        timers.write_letters(now=now)

    # --- What holds whatever they did -----------------------------------------------------------------------------

    @invariant()
    def history_verifies(self):
        assert history.verify() is None

    @invariant()
    def rows_agree_with_themselves(self):
        for row in Ticket.objects.select_related("status", "department", "merged_into"):
            rules = status_rules(row.status, row.department)
            assert row.category == rules.category, row.number
            assert row.awaiting == (rules.awaiting_reply and not row.snoozed_at), row.number
            due = [row.settle_at, row.close_at, row.remind_at]
            if row.hidden:
                assert row.is_closed, f"{row.number} is hidden and open"
            if row.is_closed:
                assert row.closed_at and not row.waiting_since and not row.snoozed_at, row.number
            if row.is_closed or row.snoozed_at or row.merged_into_id:
                assert not any(due), row.number
            if row.merged_into_id:
                assert not row.snoozed_until and not row.rules_at, row.number
                assert not merged.survivor(row).merged_into_id
                for model in (PendingReply, CheckPoint, TimeEntry):
                    assert not model.objects.filter(ticket=row).exists(), (row.number, model)
            assert row.has_merged == Ticket.objects.filter(merged_into=row).exists(), row.number
            numbers = Message.objects.filter(ticket=row).order_by("number")
            for is_note, last in ((False, row.last_number), (True, row.last_note)):
                found = numbers.filter(is_note=is_note).values_list("number", flat=True)
                assert list(found) == list(range(1, last + 1)), row.number

    @invariant()
    def ratings_are_where_their_messages_are(self):
        for row in Rating.objects.exclude(message=None).select_related("message"):
            assert row.ticket_id == row.message.ticket_id and row.agent_id == row.message.author_id, row.pk
            assert row.message.by_staff and not row.message.is_note and row.user_id != row.agent_id, row.pk

    @invariant()
    def counts_of_the_rail_are_those_of_the_lists(self):
        for name in STAFF if hasattr(self, "cast") else ():
            viewer = Viewer(self.person(name))
            counted = queries.counts(viewer)
            for view in queries.COUNTED:
                if view in queues.VIEWS and view != "mentions":
                    listed = queues.tickets(viewer, queues.read(QueryDict(f"view={view}"), viewer))
                    assert getattr(counted, view) == listed.count(), (name, view)
            for row in queues.departments_of(viewer):
                listed = queues.tickets(viewer, queues.read(QueryDict(f"department={row.slug}"), viewer))
                assert counted.departments[row.pk] == listed.count(), (name, row.slug)

    @invariant()
    def documents_are_as_written_anew(self):
        for ticket in Ticket.objects.filter(merged_into=None).exclude(hidden=Ticket.Hidden.GONE):
            before = documents(ticket)
            search.reindex(ticket)
            assert documents(ticket) == before, ticket.number

    @invariant()
    def no_letter_to_a_client_tells_ours(self):
        people = User.objects.filter(is_staff=True).values_list("email", flat=True)
        for mail in OutgoingMail.objects.exclude(to_address__in=[*people]):
            assert SECRET not in f"{mail.subject} {mail.text} {mail.html}"

    def search_finds_what_is_there(self):
        for name in [*CLIENTS, *STAFF]:
            viewer = Viewer(self.person(name))
            rows = Ticket.objects.visible_to(viewer).listed()
            texts = {row.pk: live_text(row) for row in rows.select_related("client")}
            for number in range(1, self.words + 1):
                word = f"word{number}q"
                found = set(search.matching(rows, word, few=True).values_list("pk", flat=True))
                assert found == {pk for pk, text in texts.items() if word in text}, (name, word)

    def clients_read_nothing_of_ours(self):
        for name in CLIENTS:
            browser, viewer = Client(), Viewer(self.person(name))
            sign_in(browser, viewer.user)
            pages = ["/", "/tickets/", "/tickets/?q=word"]
            for row in Ticket.objects.all():
                answer = browser.get(f"/t/{row.number}/", follow=True)
                own, back = Ticket.objects.get(pk=row.pk), split_off.taken_back_to(row)
                may = any(access.abilities(viewer, each).see for each in (own, back) if each)
                assert answer.status_code == (200 if may else 404), (name, row.number)
                assert SECRET not in answer.content.decode()
            for page in pages:
                assert SECRET not in browser.get(page, follow=True).content.decode()

    def stars_that_a_page_offers_are_taken(self):
        for name in CLIENTS:
            browser, person = Client(), self.person(name)
            sign_in(browser, person)
            for row in Ticket.objects.visible_to(Viewer(person)).filter(merged_into=None):
                for door in re.findall(r'action="(/t/[^"]+/rate/)"', browser.get(f"/t/{row.number}/").content.decode()):
                    answer = browser.post(door, {"stars": "3"}, headers={"HX-Request": "true"})
                    assert answer.status_code == 200, (name, door, answer.content.decode())


# --- The whole desk, as values ----------------------------------------------------------------------------------------


def can_be_undone(click):
    verbs = {event.verb for event in click.events}
    return verbs <= REVERSIBLE | {Verb.MERGED} and Verb.REPLIED not in verbs


def world():
    """{what: value} of everything undo gives back."""
    names = [field.attname for field in Ticket._meta.concrete_fields if field.name not in PASSING]
    found = {}
    for row in Ticket.objects.all():
        found |= {(row.number, name): getattr(row, name) for name in names}
        found[row.number, "rests"] = bool(row.snoozed_at)
        found[row.number, "documents"] = None if row.merged_into_id else documents(row)
    for model, fields in HANGING.items():
        order = ["position", "pk"] if model is CheckPoint else ["pk"]
        for values in model.objects.order_by(*order).values_list("ticket__number", *fields):
            found.setdefault((values[0], model.__name__), []).append(values[1:])
    for (_number, name), values in found.items():
        if name in ("Participant", "Flag", "Watcher", "Mention", "TicketLink", "Ticket_tags"):
            values.sort()
    return found


HANGING = {
    Participant: ["user", "rights"],
    Flag: ["user"],
    Watcher: ["user"],
    Mention: ["user"],
    TicketLink: ["other__number", "kind"],
    CheckPoint: ["heading", "text", "done_by"],
    TimeEntry: ["minutes"],
    PendingReply: ["body", "due_at"],
    Message: ["number", "is_note", "body", "deleted_by"],
    Rating: ["message", "user", "stars"],
    Ticket.tags.through: ["tag"],
}


def differences(before, after):
    """What undo left otherwise. A ticket that was made meanwhile may stay, in the trash."""
    numbers = {number for number, _name in before}
    return sorted(
        (number, name, before.get((number, name)), after.get((number, name)))
        for number, name in before.keys() | after.keys()
        if number in numbers and before.get((number, name)) != after.get((number, name))
    )


def documents(ticket):
    """The words by which a ticket is found: (for all, for staff)."""
    found = []
    for table in (search.PUBLIC, search.NOTES):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT words FROM {table} WHERE {search._key()} = %s", [ticket.pk])
            row = cursor.fetchone()
        text = str(row[0]) if row else ""
        found.append(set(re.findall(r"[^\s']+", text)))
    return found


def live_text(ticket):
    said = Message.objects.filter(ticket__in=merged.ids(ticket), is_note=False, deleted_at=None)
    subjects = Ticket.objects.filter(pk__in=merged.ids(ticket)).values_list("subject", flat=True)
    return " ".join([*said.values_list("body", flat=True), *subjects])


def play(examples, steps, **more):
    run_state_machine_as_test(
        Desk,
        settings=settings(
            **more, max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip


@pytest.mark.early
@pytest.mark.django_db
def test_whatever_the_cast_does_the_desk_is_whole():
    """T01, T09, T20. The same few histories each time; new ones are looked for at length."""
    play(examples=3, steps=15, derandomize=True)


@pytest.mark.long
@pytest.mark.django_db
def test_whatever_the_cast_does_the_desk_is_whole_at_length():
    """T01, T09, T20, many more histories: about seven minutes."""
    play(examples=100, steps=50)

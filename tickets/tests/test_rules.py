"""Escalation rules: what waiting too long does to a ticket, once a crossing (S176, S3, S166; issue part 7)."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from departments.models import Priority, Rule, Status
from departments.policy import forget
from engine import leases
from mail.models import Kind, OutgoingMail
from tickets import actions
from tickets.automation import rules
from tickets.models import Message, RuleRun, Ticket, TicketEvent, Verb
from tickets.writing import write

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def rule(cast):
    """`rule("mail leads", since="waiting", after=60, status=["open"])`: a rule that is switched on."""

    def make(*steps, since="waiting", after=60, departments=(), active=True, **conditions):
        row = Rule.objects.create(name="Too long", is_active=active, since=since, after_minutes=after)
        row.departments.set(departments)
        for field, values in conditions.items():
            row.conditions.create(field=field, values=values)
        for position, step in enumerate(steps):
            do, _space, value = step.partition(" ")
            row.actions.create(do=do, value=value, position=position)
        rules.reconsider()
        return row

    return make


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def after(ticket, **span):
    return ticket.created_at + timedelta(**span)


# --- When a rule runs -------------------------------------------------------------------------------------------------


def test_a_rule_changes_department_status_and_priority_after_its_time_and_once(ticket, rule, billing, lena):
    """S176: "after a set time status, department and priority change by themselves"."""
    rule("move billing", "status in-progress", "priority critical")
    assert rules.run_due(after(ticket, minutes=59)) == 0
    assert rules.run_due(after(ticket, minutes=61)) == 1
    assert rules.run_due(after(ticket, hours=99)) == 0
    ticket = fresh(ticket)
    assert (ticket.department, ticket.status.code, ticket.priority.code) == (billing, "in-progress", "critical")
    assert ticket.escalated and verbs(ticket).count(Verb.ESCALATED) == 1
    assert {event.actor.is_system for event in ticket.events.exclude(verb=Verb.OPENED)} == {True}


def test_a_rule_of_another_department_or_switched_off_does_nothing(ticket, rule, billing, support):
    rule("priority high", departments=[billing])
    rule("priority high", active=False)
    assert rules.run_due(after(ticket, hours=2)) == 0
    rule("priority high", departments=[support])
    assert rules.run_due(after(ticket, hours=2)) == 1


def test_all_conditions_must_hold(ticket, rule, sam):
    rule("note Late.", status=["on-hold"], priority=["high", "critical"], assigned=["no"])
    late = after(ticket, hours=2)
    assert rules.run_due(late) == 0
    actions.set_status(ticket, status=Status.objects.get(code="on-hold"), actor=sam)
    assert rules.run_due(late) == 0
    actions.set_priority(ticket, priority=Priority.objects.get(code="high"), actor=sam)
    actions.assign(ticket, to=sam, actor=sam)
    assert rules.run_due(late) == 0
    actions.assign(ticket, to=None, actor=sam)
    assert rules.run_due(late) == 1


def test_a_condition_of_all_there_is_holds_for_every_ticket(ticket, rule):
    rule("note Assigned or not.", assigned=["yes", "no"])
    assert rules.run_due(after(ticket, hours=2)) == 1


def test_each_step_goes_by_the_department_the_one_before_moved_it_to(ticket, rule, billing, ben, lena):
    rule("move billing", "mail department")
    rules.run_due(after(ticket, hours=2))
    assert ticket.events.get(verb=Verb.ALERTED).data["to"] == sorted([ben.pk, lena.pk])


def test_a_new_wait_is_a_new_crossing(ticket, rule, anna, sam, say):
    """Once per crossing: an answer ends the wait, the client's next message begins another."""
    rule("note Late.")
    assert rules.run_due(after(ticket, hours=2)) == 1
    say(ticket, sam)
    assert rules.run_due(after(ticket, hours=9)) == 0
    say(ticket, anna)
    assert rules.run_due(after(ticket, minutes=30)) == 0
    assert rules.run_due(after(ticket, hours=2)) == 1
    assert RuleRun.objects.filter(ticket=ticket).count() == 2


def test_adding_information_does_not_start_the_wait_anew(ticket, rule, anna, say):
    """C11: the first unanswered message counts."""
    rule("note Late.")
    say(ticket, anna, "And one more thing.")
    assert rules.run_due(after(ticket, minutes=60)) == 1


@pytest.mark.parametrize("since", ["waiting", "last_message", "created"])
def test_a_closed_ticket_is_left_alone(ticket, rule, anna, since):
    rule("note Late.", since=since)
    actions.close(ticket, actor=anna)
    assert rules.run_due(after(ticket, hours=99)) == 0


def test_rules_count_from_the_last_message_or_from_the_opening(ticket, rule, sam, say):
    rule("note Silent.", since="last_message", after=60)
    rule("note Old.", since="created", after=120)
    say(ticket, sam)
    Ticket.objects.filter(pk=ticket.pk).update(last_message_at=after(ticket, minutes=30))
    rules.reconsider()
    assert rules.run_due(after(ticket, minutes=89)) == 0
    assert rules.run_due(after(ticket, minutes=90)) == 1
    assert rules.run_due(after(ticket, minutes=120)) == 1
    assert [note.body for note in Message.objects.filter(ticket=ticket, is_note=True)] == ["Silent.", "Old."]


def test_rules_run_in_order_and_each_sees_what_the_one_before_did(ticket, rule):
    first = rule("priority high")
    second = rule("priority critical", priority=["high"])
    Rule.objects.filter(pk=first.pk).update(position=2)
    Rule.objects.filter(pk=second.pk).update(position=1)
    rules.reconsider()
    rules.run_due(after(ticket, hours=2))
    assert fresh(ticket).priority.code == "high"
    Rule.objects.filter(pk=second.pk).update(position=3)
    rules.reconsider()
    rules.run_due(after(ticket, hours=2))
    assert fresh(ticket).priority.code == "critical"


def test_a_rule_switched_on_later_reaches_tickets_that_wait_already(ticket, rule):
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=timezone.now() - 5 * HOUR)
    row = rule("note Late.", active=False)
    assert rules.preview(row) == 1
    row.is_active = True
    row.save(update_fields=["is_active"])
    assert rules.reconsider() == 1
    assert rules.run_due() == 1
    assert rules.preview(row) == 0


# --- Exactly once -----------------------------------------------------------------------------------------------------


def test_two_schedulers_at_once_run_a_rule_once(ticket, rule):
    rule("note Late.")
    late = after(ticket, hours=2)
    with leases.lease("run-rules") as mine:
        assert mine and rules.run_due(late) == 0
    due = fresh(ticket)
    assert [rules.ask(due, late), rules.ask(due, late)] == [1, 0]


def test_a_rule_that_breaks_half_way_leaves_nothing_and_runs_later(ticket, rule, monkeypatch):
    """Its actions and its RuleRun stand or fall together."""
    rule("note Late.", "priority high")
    late = after(ticket, hours=2)

    def broken(*args, **kwargs):
        raise RuntimeError("the worker dies")

    monkeypatch.setitem(rules.DOING, "priority", broken)
    assert rules.run_due(late) == 0
    assert not RuleRun.objects.exists() and not Message.objects.filter(is_note=True).exists()
    monkeypatch.undo()
    assert rules.run_due(late) == 1


def test_what_a_ticket_does_not_allow_is_left_out_and_noted_by_code(ticket, rule, ben):
    """Ben does not work in this department; the status is gone."""
    rule(f"assign {ben.pk}", "status nowhere", "priority high")
    assert rules.run_due(after(ticket, hours=2)) == 1
    ticket = fresh(ticket)
    assert ticket.assignee is None and ticket.priority.code == "high"
    assert ticket.events.get(verb=Verb.ESCALATED).data["refused"] == ["assign", "status"]


# --- No loops ---------------------------------------------------------------------------------------------------------


def test_a_rules_reply_is_no_answer_and_wakes_no_rule(ticket, rule, cast):
    """A rule's words leave status and clock alone; rules that count from the last message do not count from theirs."""
    rule("reply Please be patient.", since="last_message", after=60)
    rule("reply Still here.", since="waiting", after=60)
    waiting = ticket.waiting_since
    for hours in range(2, 20):
        with time_machine.travel(after(ticket, hours=hours)):  # their words are of that hour too
            rules.run_due()
    ticket = fresh(ticket)
    said = Message.objects.filter(ticket=ticket, author=cast.system)
    assert said.count() == 2
    assert ticket.status.code == "open" and ticket.awaiting and ticket.waiting_since == waiting
    assert ticket.first_reply_at is None and ticket.assignee is None


def test_rules_that_undo_each_other_stop(ticket, rule):
    rule("status in-progress", status=["open", "on-hold"])
    rule("status on-hold", status=["in-progress"])
    for hours in range(2, 20):
        rules.run_due(after(ticket, hours=hours))
    assert verbs(ticket).count(Verb.ESCALATED) == 2


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_rule_mails_flags_and_assigns_staff_and_each_gets_one_letter(ticket, rule, sam, lena):
    """S176, S166."""
    rule("mail leads", f"flag {lena.email}", f"assign {lena.pk}", "note Too long.")
    before = OutgoingMail.objects.count()
    rules.run_due(after(ticket, hours=2))
    mail = OutgoingMail.objects.order_by("pk")[before:].get()
    assert mail.user == lena
    assert fresh(ticket).assignee == lena and ticket.flags.get().user == lena


def test_the_letter_names_the_rule(ticket, rule, sam):
    rule("mail department")
    rules.run_due(after(ticket, hours=2))
    mail = OutgoingMail.objects.get(kind=Kind.ESCALATED, user=sam)
    assert "Too long" in mail.text


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("leads", ["lena"]),
        ("department", ["sam", "lena"]),
        ("assignee", ["sam"]),
        ("sam@example.com, LENA@example.com", ["sam", "lena"]),
        ("department anna@example.com ben@example.com", ["sam", "lena"]),
    ],
)
def test_people_of_a_rule_are_staff_of_the_ticket(ticket, cast, value, names):
    """S119: whoever the rule names, nobody without sight is told."""
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    assert {person.pk for person in rules.people(value, fresh(ticket))} == {getattr(cast, name).pk for name in names}


def test_a_rules_reply_is_mailed_to_the_client_in_full(ticket, rule, anna):
    rule("reply Sorry <b>for</b> the wait.")
    rules.run_due(after(ticket, hours=2))
    mail = OutgoingMail.objects.get(user=anna, kind=Kind.REPLY)
    assert "Sorry <b>for</b> the wait." in mail.text and "&lt;b&gt;" in mail.html


def test_a_rules_note_is_never_mailed_to_the_client(ticket, rule, anna):
    """S161."""
    rule("note The client is difficult.")
    rules.run_due(after(ticket, hours=2))
    assert not [mail for mail in OutgoingMail.objects.exclude(kind=Kind.NOTE) if "difficult" in mail.text + mail.html]


# --- Cost and command -------------------------------------------------------------------------------------------------


def test_without_rules_nothing_is_due_and_with_them_only_what_changes_is_asked(ticket, rule, sam):
    actions.add_note(ticket, author=sam, written=write("Hm."))
    assert fresh(ticket).rules_at is None
    row = rule("note Late.")
    assert fresh(ticket).rules_at == ticket.waiting_since + HOUR
    rules.run_due(after(ticket, hours=2))
    assert fresh(ticket).rules_at is None
    row.delete()
    forget()
    actions.add_note(ticket, author=sam, written=write("Hm."))
    assert fresh(ticket).rules_at is None


def test_a_ticket_is_asked_about_when_the_first_of_its_rules_is_due(ticket, rule, billing):
    """None of another department, and a change says it anew; of a closed one nothing is asked."""
    rule("note Later.", after=60)
    rule("note Sooner.", after=30)
    rule("note Elsewhere.", after=10, departments=[billing])
    soonest = ticket.waiting_since + HOUR / 2
    assert fresh(ticket).rules_at == soonest
    Ticket.objects.update(rules_at=None)
    actions.set_subject(ticket, subject="Another", actor=ticket.client)
    assert fresh(ticket).rules_at == soonest
    rule("note By opening.", since="created")
    actions.close(ticket, actor=ticket.client)
    assert fresh(ticket).rules_at is None


def test_run_rules_as_of_a_moment_and_as_a_dry_run(ticket, rule):
    """CONTRACT."""
    rule("priority high")
    at = after(ticket, hours=2).isoformat()

    def said(*args):
        out = io.StringIO()
        call_command("run_rules", *args, stdout=out)
        return out.getvalue()

    assert f"{ticket.number} the rule would run: Too long" in said("--at", at, "--dry-run")
    assert fresh(ticket).priority.code == "medium"
    assert "rules ran on 1 tickets" in said("--at", at)
    assert fresh(ticket).priority.code == "high"

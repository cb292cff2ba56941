"""Escalation rules: what happens to tickets that wait too long, in the operator's order (S176).

`Ticket.rules_at` is when the rules are to be asked about a ticket again: set by every change of it (`schedule`), by a
change of the rules (`reconsider`), and by having been asked. So a run costs what is due. A rule acts once a crossing:
RuleRun is unique for rule, ticket and the moment counted from, and is written in the transaction of the rule's actions.
"""

from datetime import timedelta
from functools import lru_cache

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import Rule, RuleAction, RuleCondition, StaffPlace
from departments.policy import forget, snapshot

from .. import actions, colleagues, found
from ..composing import mentions
from ..events import one_click
from ..models import Message, RuleRun, Ticket
from ..notices.recipients import Circle
from ..refused import Refused
from ..writing import write_plain
from .due import each

MOST_SHOWN = 1000  # counts stop here
CHUNK = 1000
COUNTED_FROM = {
    Rule.Since.WAITING: "waiting_since",
    Rule.Since.LAST_MESSAGE: "last_message_at",
    Rule.Since.CREATED: "created_at",
}
Field, Do = RuleCondition.Field, RuleAction.Do


# --- When to ask ------------------------------------------------------------------------------------------------------


def schedule(events):
    """Consumer: a change may start a wait, end one, or make a condition hold. Sets when to ask about each ticket."""
    if not snapshot().rules:
        return
    now = timezone.now()
    for ticket in {event.ticket_id: event.ticket for event in events}.values():
        moments = [max(moment, now) for moment in moments_of(ticket)]
        ask_at(ticket, min(moments, default=None))


def moments_of(ticket):
    """When each rule of the ticket's department is or was due."""
    if ticket.is_closed or ticket.merged_into_id:
        return
    for rule in snapshot().rules:
        since = getattr(ticket, COUNTED_FROM[rule.since])
        if since and applies_to(rule, ticket.department_id):
            yield since + timedelta(minutes=rule.after_minutes)


def applies_to(rule, department_id):
    departments = [row.pk for row in rule.departments.all()]
    return not departments or department_id in departments


def ask_at(ticket, moment):
    if ticket.rules_at != moment:
        ticket.rules_at = moment
        ticket.save(update_fields=["rules_at"])


def reconsider():
    """Set anew when the rules are asked, for all open tickets: called after a rule was saved. Returns how many."""
    forget()
    rules, seen, last = snapshot().rules, 0, 0
    while True:
        open_ones = Ticket.objects.listed().open().filter(pk__gt=last).order_by("pk")
        ids = list(open_ones.values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return seen
        seen, last = seen + len(ids), ids[-1]
        found.in_turns(ids, lambda some: ask_anew(Ticket.objects.filter(pk__in=some), rules))


def ask_anew(tickets, rules):
    """Set when the rules are asked about these tickets. Returns how many they are."""
    count = tickets.update(rules_at=None)
    for rule in rules:
        ask_earlier(tickets, rule)
    return count


def ask_earlier(tickets, rule):
    """Let the tickets be asked when `rule` is due, unless they are asked before."""
    since = COUNTED_FROM[rule.since]
    due = ExpressionWrapper(F(since) + timedelta(minutes=rule.after_minutes), output_field=DateTimeField())
    tickets = in_departments(tickets, rule).filter(**{f"{since}__isnull": False})
    tickets.filter(Q(rules_at=None) | Q(rules_at__gt=due)).update(rules_at=due)


# --- Which tickets a rule speaks of -----------------------------------------------------------------------------------


def matching(rule, now):
    """The tickets on which `rule` acts at `now`: open, over its time, all conditions true, this crossing not yet done.

    Rules that count from the last message leave those alone on which a rule wrote it, so that none wakes itself.
    """
    since = COUNTED_FROM[rule.since]
    tickets = in_departments(Ticket.objects.listed().open(), rule)
    tickets = tickets.filter(**{f"{since}__lte": now - timedelta(minutes=rule.after_minutes)})
    for condition in rule.conditions.all():
        tickets = tickets.filter(true_for(condition))
    if rule.since == Rule.Since.LAST_MESSAGE:
        system = get_user_model().objects.system()
        by_rule = Message.objects.filter(
            ticket=OuterRef("pk"), is_note=False, number=OuterRef("last_number"), author=system
        )
        tickets = tickets.exclude(Exists(by_rule))
    if rule.pk:
        done = RuleRun.objects.filter(rule=rule, ticket=OuterRef("pk"), crossing=OuterRef(since))
        tickets = tickets.exclude(Exists(done))
    return tickets


def in_departments(tickets, rule):
    ids = [row.pk for row in rule.departments.all()] if rule.pk else []
    return tickets.filter(department__in=ids) if ids else tickets


def true_for(condition):
    """The condition as a Q. Without values it is true for every ticket."""
    values = condition.values
    if not values:
        return Q()
    if condition.field == Field.STATUS:
        return Q(status__code__in=values)
    if condition.field == Field.PRIORITY:
        return Q(priority__code__in=values)
    wanted = [Q(assignee__isnull=value == "no") for value in ("yes", "no") if value in values]
    return wanted[0] if len(wanted) == 1 else Q()


def preview(rule, now=None):
    """On how many tickets `rule` would act now, switched on or not, counted up to MOST_SHOWN + 1; for the admin."""
    return matching(rule, now or timezone.now()).order_by()[: MOST_SHOWN + 1].count()


# --- Asking -----------------------------------------------------------------------------------------------------------


def run_due(now=None):
    """Ask the rules about every ticket whose time has come. Returns on how many tickets a rule acted."""
    now = now or timezone.now()
    return each("run-rules", to_ask(now), "rules_at", lambda ticket: ask(ticket, now))


def to_ask(now):
    return Ticket.objects.filter(rules_at__lte=now)


@transaction.atomic
def ask(ticket, now):
    """Run the rules that hold for one ticket, in order, each seeing what the one before did. Returns how many ran."""
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    if ticket.rules_at is None or ticket.rules_at > now:
        return 0
    ran = 0
    for rule in snapshot().rules:
        caught = matching(rule, now).filter(pk=ticket.pk).first()
        if caught:
            run(rule, caught)
            ran += 1
    ticket.refresh_from_db()
    ask_at(ticket, min((moment for moment in moments_of(ticket) if moment > now), default=None))
    return ran


def run(rule, ticket):
    """Do all the rule says, as one click: one letter to each person. What the ticket does not allow is left out."""
    system = get_user_model().objects.system()
    refused = []
    with one_click():
        RuleRun.objects.create(rule=rule, ticket=ticket, crossing=getattr(ticket, COUNTED_FROM[rule.since]))
        for step in rule.actions.all():
            ticket.refresh_from_db(fields=["department", "assignee"])  # as the step before left it
            try:
                DOING[step.do](ticket, step.value.strip(), rule=rule, actor=system)
            except Refused:
                refused.append(step.do)
        actions.escalate(ticket, rule=rule, refused=refused, actor=system)


# --- What a rule can do: `value` is a code, people, or a text ---------------------------------------------------------


def move(ticket, value, *, rule, actor):
    actions.move(ticket, to=known(value, {row.slug: row for row in snapshot().departments.values()}), actor=actor)


def set_status(ticket, value, *, rule, actor):
    actions.set_status(ticket, status=known(value, snapshot().statuses_by_code), actor=actor)


def set_priority(ticket, value, *, rule, actor):
    priorities = {row.code: row for row in snapshot().priorities.values()}
    actions.set_priority(ticket, priority=known(value, priorities), actor=actor)


def flag(ticket, value, *, rule, actor):
    for person in people(value, ticket):
        actions.flag(ticket, to=person, actor=actor)


def assign(ticket, value, *, rule, actor):
    actions.assign(ticket, to=people(value, ticket)[0], actor=actor)


def reply(ticket, value, *, rule, actor):
    actions.reply(ticket, author=actor, written=written(value), by_staff=True)


def note(ticket, value, *, rule, actor):
    actions.add_note(ticket, author=actor, written=written(value), mentions=mentions.people_in(value, ticket))


def mail(ticket, value, *, rule, actor):
    actions.alert(ticket, to=people(value, ticket), rule=rule, actor=actor)


def tag(ticket, value, *, rule, actor):
    actions.tag(ticket, on=actions.tags_named(value), actor=actor)


def give_to_team(ticket, value, *, rule, actor):
    teams = {str(pk): team for pk, team in colleagues.teams().items()}
    actions.give_to_team(ticket, team=known(value, teams), actor=actor)


DOING = {
    Do.MOVE: move,
    Do.STATUS: set_status,
    Do.PRIORITY: set_priority,
    Do.FLAG: flag,
    Do.ASSIGN: assign,
    Do.REPLY: reply,
    Do.NOTE: note,
    Do.MAIL: mail,
    Do.TAG: tag,
    Do.TEAM: give_to_team,
}


def known(code, rows):
    """The operator's row with this code. Raises Refused when it is gone."""
    if code not in rows:
        raise Refused(_("There is no “%(code)s” any more.") % {"code": code})
    return rows[code]


def people(value, ticket):
    """The staff a rule names: ids or addresses separated by spaces, or `assignee`, `leads`, `department`.

    Raises Refused when nobody is left who works on the ticket.
    """
    words = value.replace(",", " ").split()
    ids = {int(word) for word in words if word.isdecimal() and len(word) < 19}
    addresses = [word.lower() for word in words if "@" in word]
    ids |= set(get_user_model().objects.filter(email__in=addresses).values_list("pk", flat=True))
    places = StaffPlace.objects.filter(department=ticket.department_id)
    if "department" in words:
        ids |= set(places.values_list("user_id", flat=True))
    if "leads" in words:
        ids |= set(places.filter(role=StaffPlace.Role.LEAD).values_list("user_id", flat=True))
    if "assignee" in words:
        ids.add(ticket.assignee_id)
    circle = Circle(ticket)
    staff = circle.staff(ids)
    if not staff:
        raise Refused(_("Nobody the rule names works in this department."))
    return [circle.known[pk] for pk in staff]


@lru_cache(maxsize=100)
def written(text):
    """A rule's text, rendered once a process and not once a ticket."""
    return write_plain(text)

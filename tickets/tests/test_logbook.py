"""The log of a ticket (S167): every change of department, flag, note, owner and status, from what to what, by whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from departments.models import Team
from departments.policy import snapshot
from tickets import actions
from tickets.conversation import logbook
from tickets.models import Ticket, Verb
from tickets.writing import write

pytestmark = pytest.mark.django_db


def log(browser, ticket, **asked):
    return browser.get(f"/t/{ticket.number}/log/", asked)


def lines(browser, ticket, **asked):
    return log(browser, ticket, **asked).content.decode().partition('<ol class="timeline')[2].partition("</ol>")[0]


@pytest.fixture
def busy(ticket, cast, say):
    """A ticket to which something of each kind happened."""
    statuses = snapshot().statuses_by_code
    actions.assign(ticket, to=cast.lena, actor=cast.sam)
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    actions.flag(ticket, to=cast.lena, actor=cast.sam)
    actions.add_note(ticket, author=cast.sam, written=write("Look here."))
    actions.set_status(Ticket.objects.get(pk=ticket.pk), status=statuses["in-progress"], actor=cast.sam)
    say(ticket, cast.sam, "Done.")
    actions.close(ticket, actor=cast.sam)
    actions.reopen(ticket, actor=cast.anna, by_staff=False)
    actions.move(ticket, to=cast.billing, actor=cast.operator)
    return ticket


def test_every_verb_is_of_one_kind():
    """Nothing that happens is missing from the filters."""
    verbs = [verb for _name, verbs in logbook.KINDS.values() for verb in verbs]
    assert set(verbs) == set(Verb) and len(verbs) == len(set(verbs))


def test_each_change_is_told_from_what_to_what(client_of, busy, cast):
    """S167: department, flag, note, owner, status."""
    page = lines(client_of(cast.operator), busy)
    for words in (
        "<b>Lena Varga</b> handed it from <b>Lena Varga</b> to <b>Sam Whitlock</b>",
        "flagged it for <b>Lena Varga</b>",
        "added note",
        "to <b>In progress</b>",
        "closed the ticket, from <b>",
        "opened the ticket again, from <b>Closed</b>",
        "moved it from <b>Technical support</b> to <b>Billing",
    ):
        assert words in page, words


def test_it_is_narrowed_by_kind(client_of, busy, cast):
    """S167."""
    browser = client_of(cast.operator)
    status = lines(browser, busy, kind="status")
    assert "closed the ticket" in status and "flagged" not in status and "added note" not in status
    people = lines(browser, busy, kind=["people", "messages"])
    assert "flagged" in people and "added note" in people and "closed the ticket" not in people
    assert lines(browser, busy, kind="mail") == ""


def test_it_is_narrowed_by_where_it_came_from(client_of, ticket, arrive, cast):
    """S167: by a person, by mail, by a rule, by itself."""
    actions.set_priority(ticket, priority=list(snapshot().priorities.values())[-1], actor=cast.sam)
    actions.assign(ticket, to=cast.sam, actor=cast.system)
    browser = client_of(cast.sam)
    assert "changed the priority" in lines(browser, ticket, source="person")
    by_itself = lines(browser, ticket, source="system")
    assert "assigned it" in by_itself and "changed the priority" not in by_itself and "By itself" in by_itself
    assert lines(browser, ticket, source="rule") == ""
    mailed = arrive(cast.anna, subject="By mail", text="It burns.").ticket
    assert "opened the ticket" in lines(client_of(cast.operator), mailed, source="mail")
    assert lines(client_of(cast.operator), mailed, source="person") == ""


def test_it_is_narrowed_by_days(client_of, busy, cast):
    browser, today = client_of(cast.operator), timezone.localdate()
    yesterday, tomorrow = (str(today + timedelta(days=n)) for n in (-1, 1))
    assert "closed" in lines(browser, busy, since=yesterday, until=tomorrow)
    assert lines(browser, busy, until=yesterday) == "" and lines(browser, busy, since=str(today + timedelta(2))) == ""


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "x"}, {"source": "x"}, {"since": "x"}, {"until": "9999-12-31"}, {"since": "0001-01-01"},
        {"cursor": "x"}, {"kind": ["status"] * 500},
    ],
)  # fmt: skip
def test_what_nobody_offers_is_left_out(client_of, busy, cast, asked):
    """T19."""
    assert "closed the ticket" in lines(client_of(cast.operator), busy, **asked)


def test_a_long_log_is_paged_by_key(client_of, ticket, cast, monkeypatch):
    monkeypatch.setattr(logbook, "PAGE", 3)
    for number in range(3):
        actions.flag(ticket, to=cast.sam, actor=cast.lena)
        actions.unflag(ticket, to=cast.sam, actor=cast.lena)
    browser = client_of(cast.sam)
    first = log(browser, ticket)
    assert first.content.decode().count('class="log-line"') == 3 and first.context["page"].next
    second = log(browser, ticket, cursor=first.context["page"].next)
    assert second.content.decode().count('class="log-line"') == 3
    third = lines(browser, ticket, cursor=second.context["page"].next)
    assert "opened the ticket" in third


def test_what_was_taken_back_is_named_from_another_page_too(client_of, ticket, cast, monkeypatch):
    with_click = actions.flag(ticket, to=cast.lena, actor=cast.sam)
    actions.undo(with_click.events.latest("sequence").click, actor=cast.sam)
    monkeypatch.setattr(logbook, "PAGE", 1)
    assert "took back: flagged" in lines(client_of(cast.sam), ticket)


def test_a_log_of_any_length_costs_the_same(client_of, ticket, cast, statements):
    """T27."""
    browser = client_of(cast.sam)
    log(browser, ticket)
    with statements() as one:
        log(browser, ticket)
    for number in range(3):
        actions.flag(ticket, to=cast.sam, actor=cast.lena)
        actions.unflag(ticket, to=cast.sam, actor=cast.lena)
    with statements() as three:
        log(browser, ticket)
    assert len(one) == len(three) <= 9


def test_teams_are_told(client_of, ticket, cast):
    """S167, S4."""
    one, two = (Team.objects.create(name=name, department=cast.support) for name in ("Mail", "Web"))
    actions.give_to_team(ticket, team=one, actor=cast.sam)
    actions.give_to_team(ticket, team=two, actor=cast.sam)
    actions.give_to_team(ticket, team=None, actor=cast.sam)
    page = lines(client_of(cast.sam), ticket)
    for words in ("to the team <b>Mail</b>", "from the team <b>Mail</b> to <b>Web</b>", "off the team <b>Web</b>"):
        assert words in page, words


def test_nobody_else_reads_it(client_of, busy, cast):
    """T01, T18."""
    for name in ("anna", "olga", "carl", "greta", "sam"):
        assert log(client_of(getattr(cast, name)), busy).status_code == 404, name
    assert log(client_of(cast.ben), busy).status_code == 200

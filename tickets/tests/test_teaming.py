"""Teams of a department: a ticket is given to one, its members are told, one of them takes it (S4, S48, S201)."""

import pytest

from departments.models import StaffPlace, Team, TicketType
from departments.policy import forget
from mail.models import OutgoingMail
from tickets import actions
from tickets.automation import rules
from tickets.events import one_click
from tickets.models import Notification, Ticket, TicketEvent, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(cast):
    row = Team.objects.create(name="Mail servers", department=cast.support)
    row.members.add(cast.sam, cast.lena)
    return row


@pytest.fixture
def other_team(cast):
    return Team.objects.create(name="Web servers", department=cast.support)


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def undo_last(ticket, actor):
    actions.undo(TicketEvent.objects.filter(ticket=ticket).latest("sequence").click, actor=actor)


def assign(browser, ticket, value):
    return browser.post(f"/t/{ticket.number}/assign/", {"assignee": value})


# --- Giving and taking ------------------------------------------------------------------------------------------------


def test_a_ticket_is_given_to_a_team_and_its_members_are_told(ticket, team, cast):
    """S4, S201: everybody of the team but whoever gave it, by the letters they want; never the client's side."""
    OutgoingMail.objects.all().delete()
    actions.give_to_team(ticket, team=team, actor=cast.lena)
    assert fresh(ticket).team == team
    assert list(OutgoingMail.objects.values_list("to_address", flat=True)) == [cast.sam.email]
    mail = OutgoingMail.objects.get()
    assert "gave this ticket to your team Mail servers" in mail.text and "given to your team" in mail.text
    assert Notification.objects.get(mail=mail).reason == Notification.Reason.TEAM


def test_whoever_does_without_such_letters_gets_none(ticket, team, cast):
    """S126: the switch for tickets somebody is given."""
    place = StaffPlace.objects.get(user=cast.sam, department=cast.support)
    place.want([letter for letter in place.Letters if letter != place.Letters.GIVEN])
    OutgoingMail.objects.all().delete()
    actions.give_to_team(ticket, team=team, actor=cast.lena)
    assert not OutgoingMail.objects.exists()


def test_given_twice_it_is_told_once(ticket, team, cast):
    for _again in range(2):
        actions.give_to_team(fresh(ticket), team=team, actor=cast.lena)
    assert verbs(ticket).count(Verb.TEAMED) == 1


def test_a_member_without_a_place_any_more_is_told_nothing(ticket, team, cast):
    """S119."""
    StaffPlace.objects.filter(user=cast.sam).delete()
    OutgoingMail.objects.all().delete()
    actions.give_to_team(ticket, team=team, actor=cast.lena)
    assert not OutgoingMail.objects.exists()


def test_somebody_elses_ticket_becomes_nobodys_a_members_stays(ticket, team, other_team, cast):
    actions.assign(ticket, to=cast.sam, actor=cast.sam)
    actions.give_to_team(ticket, team=team, actor=cast.sam)
    assert fresh(ticket).assignee == cast.sam
    actions.give_to_team(ticket, team=other_team, actor=cast.sam)
    assert fresh(ticket).assignee is None and fresh(ticket).team == other_team
    undo_last(ticket, cast.sam)
    assert fresh(ticket).assignee == cast.sam and fresh(ticket).team == team


def test_a_member_who_takes_it_keeps_the_team(ticket, team, cast, say):
    actions.give_to_team(ticket, team=team, actor=cast.lena)
    actions.assign(ticket, to=cast.sam, actor=cast.sam)
    assert fresh(ticket).team == team and fresh(ticket).assignee == cast.sam


def test_a_team_of_another_department_or_one_no_longer_offered_is_refused(ticket, team, cast):
    """T19."""
    elsewhere = Team.objects.create(name="Invoices", department=cast.billing)
    with pytest.raises(Refused):
        actions.give_to_team(ticket, team=elsewhere, actor=cast.sam)
    Team.objects.filter(pk=team.pk).update(is_active=False)
    team.refresh_from_db()
    with pytest.raises(Refused):
        actions.give_to_team(ticket, team=team, actor=cast.sam)
    assert Verb.TEAMED not in verbs(ticket)


def test_another_department_takes_the_team_off_and_undo_puts_it_back(ticket, team, cast):
    """S33."""
    actions.give_to_team(ticket, team=team, actor=cast.lena)
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    assert fresh(ticket).team is None
    undo_last(ticket, cast.lena)
    assert fresh(ticket).team == team and fresh(ticket).department == cast.support


def test_another_team_given_since_is_left_alone(ticket, team, other_team, cast):
    with one_click() as click:
        actions.give_to_team(ticket, team=team, actor=cast.lena)
    actions.give_to_team(fresh(ticket), team=other_team, actor=cast.sam)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=cast.lena)
    assert fresh(ticket).team == other_team


def test_merging_takes_no_team_of_another_department_along(open_ticket, team, cast):
    """S165."""
    old, young = open_ticket(department=cast.billing), open_ticket()
    actions.give_to_team(young, team=team, actor=cast.lena)
    actions.merge([old, young], into=old, actor=cast.operator)
    assert fresh(old).team is None
    one, two = open_ticket(), open_ticket()
    actions.give_to_team(two, team=team, actor=cast.lena)
    actions.merge([one, two], into=one, actor=cast.lena)
    assert fresh(one).team == team


# --- At the desk ------------------------------------------------------------------------------------------------------


def test_the_menu_offers_the_teams_of_the_department(client_of, ticket, team, cast):
    """S4: person or team, with Undo."""
    Team.objects.create(name="Invoices", department=cast.billing)
    browser = client_of(cast.sam)
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "Mail servers" in page and "Invoices" not in page
    assert assign(browser, ticket, f"team-{team.pk}").status_code == 302
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert fresh(ticket).team == team and "Given to the team Mail servers." in page and "/undo/" in page
    assert "gave it to the team <b>Mail servers</b>" in page
    assign(browser, ticket, "no-team")
    assert fresh(ticket).team is None


@pytest.mark.parametrize("value", ["team-", "team-0", "team-x", "team-99999999999", "team--1"])
def test_what_is_no_team_is_refused(client_of, ticket, team, cast, value):
    """T19."""
    assert assign(client_of(cast.sam), ticket, value).status_code == 302
    assert fresh(ticket).team is None and Verb.TEAMED not in verbs(ticket)


def test_nobody_else_gives_it_to_a_team(client_of, ticket, team, cast):
    """T01, T18."""
    for name in ("anna", "olga", "carl", "greta", "ben"):
        assert assign(client_of(getattr(cast, name)), ticket, f"team-{team.pk}").status_code == 404, name
    assert fresh(ticket).team is None


def test_many_tickets_are_given_to_a_team_at_once(client_of, open_ticket, team, cast):
    """Issue 4, bulk."""
    rows = [open_ticket(), open_ticket()]
    client_of(cast.sam).post("/desk/bulk/", {"t": [row.number for row in rows], "assign": f"team-{team.pk}"})
    assert [fresh(row).team for row in rows] == [team, team]


def test_the_queue_shows_the_team_while_nobody_has_it(client_of, ticket, team, cast):
    browser = client_of(cast.lena)
    assert "Mail servers" not in rows_of(browser.get("/desk/"))
    actions.give_to_team(ticket, team=team, actor=cast.lena)
    assert "Mail servers" in rows_of(browser.get("/desk/"))
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    assert "Mail servers" not in rows_of(browser.get("/desk/"))


def rows_of(page):
    return page.content.decode().partition("<tbody")[2].partition("</tbody")[0]


def test_the_members_of_a_team_have_a_list_of_its_tickets(client_of, open_ticket, team, cast):
    """The view stands in the rail of whoever is in a team."""
    given, _other = open_ticket(subject="For the team"), open_ticket(subject="For anybody")
    actions.give_to_team(given, team=team, actor=cast.operator)
    page = client_of(cast.sam).get("/desk/?view=teams").content.decode()
    assert "For the team" in page and "For anybody" not in page
    assert "view=teams" in client_of(cast.sam).get("/desk/").content.decode()
    assert "view=teams" not in client_of(cast.ben).get("/desk/").content.decode()


def test_clients_learn_nothing_of_teams(client_of, ticket, team, cast, say):
    """Canary."""
    Team.objects.filter(pk=team.pk).update(name="canaryteam")
    actions.give_to_team(ticket, team=team, actor=cast.lena)
    say(ticket, cast.sam, "On it.")
    for person in (cast.anna, cast.olga):
        for url in (f"/t/{ticket.number}/", "/tickets/"):
            assert "canaryteam" not in client_of(person).get(url).content.decode()
    mails = OutgoingMail.objects.filter(to_address__in=[cast.anna.email, cast.olga.email])
    assert not [mail for mail in mails if "canaryteam" in f"{mail.subject} {mail.text} {mail.html}"]


# --- Rules ------------------------------------------------------------------------------------------------------------


def test_a_rule_gives_to_a_team(ticket, team, cast):
    """S176."""
    rules.DOING["team"](ticket, str(team.pk), rule=None, actor=cast.system)
    assert fresh(ticket).team == team
    with pytest.raises(Refused):
        rules.DOING["team"](ticket, "0", rule=None, actor=cast.system)


# --- Given from the beginning -----------------------------------------------------------------------------------------

SAID = {"subject": "Mail", "message": "We look into it.", "department": "support", "priority": "medium"}


def test_a_new_ticket_is_given_to_a_team(client_of, team, cast):
    """S168, S201: the same list names people and teams; its members are told."""
    browser = client_of(cast.lena)
    assert f'<option value="team-{team.pk}">Mail servers</option>' in browser.get("/desk/new/").content.decode()
    OutgoingMail.objects.all().delete()
    browser.post("/desk/new/", SAID | {"client": cast.anna.pk, "assignee": f"team-{team.pk}"})
    ticket = Ticket.objects.get()
    assert (ticket.team, ticket.assignee) == (team, None) and verbs(ticket) == [Verb.OPENED, Verb.TEAMED]
    assert OutgoingMail.objects.filter(to_address=cast.sam.email).count() == 1


def test_a_team_of_another_department_gets_no_new_ticket(client_of, team, cast):
    """T19: nor where the type of the ticket sends it there."""
    kind = TicketType.objects.create(code="invoice", name="Invoice", department=cast.billing)
    forget()
    said = SAID | {"client": cast.anna.pk, "assignee": f"team-{team.pk}"}
    for more in ({"department": "billing"}, {"type": kind.code}, {"assignee": f"{team.pk}-team"}):
        assert client_of(cast.lena).post("/desk/new/", said | more).status_code == 422
    assert not Ticket.objects.exists()


def test_what_is_split_off_is_given_to_a_team(client_of, ticket, team, say, cast):
    """S159; a team of another department refuses it, and nothing is split off."""
    question = say(ticket, cast.anna, "And my mailbox?")
    form = SAID | {"m": [question.pk], "assignee": f"team-{team.pk}"}
    answer = client_of(cast.sam).post(f"/t/{ticket.number}/split/", form | {"department": "billing"})
    assert answer.status_code == 422 and "is no team of this department" in answer.content.decode()
    assert Ticket.objects.count() == 1
    client_of(cast.sam).post(f"/t/{ticket.number}/split/", form)
    assert Ticket.objects.latest("pk").team == team

"""Predefined replies that give their ticket to a colleague or a team: with a reply, with a note, for many, taken back;
and where it cannot be done, that is said beforehand and nothing breaks (S147)."""

import pytest

from departments.models import PredefinedReply, StaffPlace, Team
from departments.policy import forget
from tickets.automation.timers import release_due_replies
from tickets.models import BulkJob, PendingReply, Ticket, Verb

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(cast):
    row = Team.objects.create(name="Server crew", department=cast.support)
    row.members.add(cast.lena)
    forget()
    return row


@pytest.fixture
def at_once(sam):
    sam.undo_seconds = 0
    sam.save(update_fields=["undo_seconds"])


def answer(client, ticket, row, also=("assign",)):
    sent = {"message": "A colleague looks at it.", "status": "answered", "predefined": row.pk, "also": also}
    return client.post(f"/t/{ticket.number}/reply/", sent)


def given(ticket):
    """(who looks after it, its team)."""
    row = Ticket.objects.get(pk=ticket.pk)
    return row.assignee and row.assignee.first_name, row.team and row.team.name


def chips(client, ticket, row):
    """The page of the ticket with this reply put in, as far as its chips go."""
    client.post(f"/t/{ticket.number}/predefined/insert/", {"box": "reply", "reply": row.pk})
    return client.get(f"/t/{ticket.number}/").text.partition("data-inserted>")[2].partition("</div>")[0]


def picker(client, ticket):
    return client.get(f"/t/{ticket.number}/predefined/", headers={"X-Requested-With": "fetch"}).text


# --- Given ------------------------------------------------------------------------------------------------------------


def test_a_reply_gives_the_ticket_to_a_colleague_in_its_click(client_of, ticket, cast, lay, at_once):
    """S147, S4: the chip says to whom; the colleague is told once."""
    row = lay("Second line", "x", assign=str(cast.lena.pk))
    browser = client_of(cast.sam)
    assert f'value="assign" checked>assigned to {cast.lena.full_name}' in chips(browser, ticket, row)
    assert f"Also: assigned to {cast.lena.full_name}" in picker(browser, ticket)
    assert answer(browser, ticket, row).status_code == 302
    assert given(ticket) == ("Lena", None)
    click = ticket.events.filter(verb=Verb.REPLIED).latest("pk").click
    assert ticket.events.filter(click=click, verb=Verb.ASSIGNED).exists()


def test_a_reply_gives_the_ticket_to_a_team(client_of, ticket, cast, lay, team, at_once):
    """S147, S4: nobody looks after it until one of the team takes it."""
    row = lay("Second line", "x", assign=f"team-{team.pk}")
    browser = client_of(cast.sam)
    assert "given to the team Server crew" in chips(browser, ticket, row)
    assert answer(browser, ticket, row).status_code == 302
    assert given(ticket) == (None, "Server crew")


def test_unticked_it_is_given_to_nobody_else(client_of, ticket, cast, lay, team, at_once):
    answer(client_of(cast.sam), ticket, lay("Second line", "x", assign=f"team-{team.pk}"), also=())
    assert given(ticket) == ("Sam", None)


@pytest.mark.parametrize("to_team", [False, True])
def test_undo_before_it_went_gives_the_chip_back(client_of, ticket, cast, lay, team, to_team):
    """DESIGN, "Undo send": nothing before its time, and all of it in the box again."""
    row = lay("Second line", "x", assign=f"team-{team.pk}" if to_team else str(cast.lena.pk))
    browser = client_of(cast.sam)
    answer(browser, ticket, row)
    assert given(ticket) == (None, None)
    browser.post(f"/t/{ticket.number}/call-back/{PendingReply.objects.get().pk}/")
    assert 'name="also" value="assign" checked' in browser.get(f"/t/{ticket.number}/").text


def test_a_note_gives_the_ticket_on_and_one_undo_takes_that_back(client_of, ticket, cast, lay, team):
    """S161: the team and the colleague it was taken from, both as they were."""
    Ticket.objects.filter(pk=ticket.pk).update(assignee=cast.sam)
    row = lay("Handing over", "x", assign=f"team-{team.pk}")
    sent = {"message": "For the crew.", "predefined": row.pk, "also": "assign"}
    client_of(cast.sam).post(f"/t/{ticket.number}/note/", sent)
    assert given(ticket) == (None, "Server crew")
    click = ticket.events.get(verb=Verb.NOTED).click
    client_of(cast.sam).post(f"/desk/activity/{click}/undo/")
    assert given(ticket) == ("Sam", None)


# --- Left out ---------------------------------------------------------------------------------------------------------


def leave(cast, team):
    """Whom the reply names is not there any more."""
    return {
        "no place": lambda: StaffPlace.objects.filter(user=cast.lena, department=cast.support).delete(),
        "switched off": lambda: type(cast.lena).objects.filter(pk=cast.lena.pk).update(is_active=False),
        "no staff": lambda: type(cast.lena).objects.filter(pk=cast.lena.pk).update(is_staff=False),
        "team off": lambda: Team.objects.filter(pk=team.pk).update(is_active=False),
        "team moved": lambda: Team.objects.filter(pk=team.pk).update(department=cast.billing),
        "team gone": team.delete,
    }


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("no place", "left out: Lena Hartwig does not work in this department"),
        ("switched off", "left out: Lena Hartwig does not work here any more"),
        ("no staff", "left out: whom it was assigned to is gone"),
        ("team off", "left out: the team Server crew is not offered any more"),
        ("team moved", "left out: Server crew is no team of this department"),
        ("team gone", "left out: whom it was assigned to is gone"),
    ],
)
def test_who_is_gone_is_left_out_said_beforehand_and_the_reply_goes(
    client_of, ticket, cast, lay, team, at_once, what, said
):
    """Bad input of the issue: whoever it named was switched off, moved, or deleted; the rest of it happens."""
    row = lay("Second line", "x", assign=f"team-{team.pk}" if "team" in what else str(cast.lena.pk), tags=["php"])
    leave(cast, team)[what]()
    forget()
    browser = client_of(cast.sam)
    shown = chips(browser, ticket, row)
    assert said.replace("Lena Hartwig", cast.lena.full_name) in shown and 'value="assign"' not in shown
    assert "left out" in picker(browser, ticket)
    assert answer(browser, ticket, row, also=["assign", "tag:php"]).status_code == 302
    assert given(ticket) == ("Sam", None)
    assert ticket.tags.get().name == "php" and ticket.messages.filter(by_staff=True).count() == 1


@pytest.mark.parametrize("hears", [True, False])
@pytest.mark.parametrize("what", ["no place", "switched off", "team off", "team moved", "team gone"])
def test_who_goes_while_it_waits_is_left_out_and_it_goes(client_of, ticket, cast, lay, team, what, hears):
    """T19: set for later, a reply may wait for months; and the process that sends it may not have heard of it yet."""
    row = lay("Second line", "x", assign=f"team-{team.pk}" if "team" in what else str(cast.lena.pk), tags=["php"])
    answer(client_of(cast.sam), ticket, row, also=["assign", "tag:php"])
    leave(cast, team)[what]()
    if hears:
        forget()
    release_due_replies(now=PendingReply.objects.get().due_at)
    assert given(ticket) == ("Sam", None) and ticket.tags.get().name == "php"


@pytest.mark.parametrize("code", ["team-", "team-x", "team-" + "9" * 30, "9" * 24, "-1", "²", "everybody"])
def test_a_row_that_names_nonsense_does_nothing(client_of, ticket, cast, lay, at_once, code):
    """T19: as a row restored from elsewhere may."""
    row = lay("Nonsense", "x", assign=code[:24])
    browser = client_of(cast.sam)
    assert "left out" in chips(browser, ticket, row)
    assert answer(browser, ticket, row).status_code == 302
    assert given(ticket) == ("Sam", None)


# --- To many ----------------------------------------------------------------------------------------------------------


def test_a_reply_to_many_says_where_it_gives_them_to_nobody(client_of, open_ticket, cast, lay, team):
    """S147, S133: beforehand, by department; each ticket gets its answer, those of the team's department the team."""
    here, there = open_ticket(), open_ticket(department=cast.billing)
    row = lay("Outage", "We are on it.", assign=f"team-{team.pk}")
    browser, chosen = client_of(cast.lena), {"t": [here.number, there.number]}
    page = browser.post("/desk/bulk/reply/", chosen | {"chosen": row.pk}).text
    assert "Besides: given to the team Server crew." in page
    assert f"{cast.billing} – left out: Server crew is no team of this department." in page
    assert f"{cast.support} – left out" not in page
    browser.post("/desk/bulk/", chosen | {"predefined": row.pk})
    assert BulkJob.objects.get().failed == []
    release_due_replies(now=max(PendingReply.objects.values_list("due_at", flat=True)))
    assert given(here)[1] == "Server crew" and given(there) == ("Lena", None)
    assert [each.messages.filter(by_staff=True).count() for each in (here, there)] == [1, 1]


def test_a_reply_to_many_is_taken_back_with_whom_it_would_be_given_to(client_of, open_ticket, cast, lay, team):
    lot = [open_ticket(), open_ticket()]
    row = lay("Outage", "We are on it.", assign=f"team-{team.pk}")
    browser = client_of(cast.sam)
    browser.post("/desk/bulk/", {"t": [each.number for each in lot], "predefined": row.pk})
    assert PendingReply.objects.filter(after__assign=f"team-{team.pk}").count() == 2
    browser.post(f"/desk/bulk/{BulkJob.objects.get().pk}/undo/")
    assert not PendingReply.objects.exists() and [given(each) for each in lot] == [(None, None)] * 2


# --- Kept -------------------------------------------------------------------------------------------------------------


def form(**more):
    sent = {"name": "New one", "new_category": "Servers", "is_active": "on", "snooze_hours": 0, "text": "Hello [NAME]"}
    return sent | more


def test_a_lead_chooses_among_the_people_and_teams_of_their_departments(client_of, cast, team):
    """S119: whoever works elsewhere alone is not offered, nor taken when sent all the same."""
    StaffPlace.objects.filter(user=cast.lena, department=cast.billing).delete()
    theirs = Team.objects.create(name="Money", department=cast.billing)
    forget()
    browser = client_of(cast.lena)
    page = browser.get("/desk/replies/new/").text
    assert f'value="team-{team.pk}"' in page and f'<option value="{cast.sam.pk}">{cast.sam.full_name}' in page
    assert "Server crew · Technical support" in page and "Money" not in page and cast.ben.full_name not in page
    sent = form(departments=[cast.support.pk])
    for code in (str(cast.ben.pk), f"team-{theirs.pk}", "team-0", str(cast.anna.pk), "x"):
        assert browser.post("/desk/replies/new/", sent | {"assign": code}).status_code == 422
    assert browser.post("/desk/replies/new/", sent | {"assign": f"team-{team.pk}"}).status_code == 302
    assert PredefinedReply.objects.get().assign == f"team-{team.pk}"
    assert "given to the team Server crew" in browser.get("/desk/replies/").text


def test_whom_none_of_its_departments_has_is_refused(client_of, cast, team):
    """Lena leads both: what could never happen is said at once."""
    browser, sent = client_of(cast.lena), form(departments=[cast.billing.pk])
    for code in (f"team-{team.pk}", str(cast.sam.pk)):
        page = browser.post("/desk/replies/new/", sent | {"assign": code})
        assert page.status_code == 422 and "is of none of them" in page.text
    both = form(departments=[cast.billing.pk, cast.support.pk], assign=str(cast.sam.pk))
    assert browser.post("/desk/replies/new/", both).status_code == 302


def test_who_is_gone_stays_on_the_list_so_that_saving_changes_nothing_unseen(client_of, cast, lay, team):
    """The form says that it is left out; another may be chosen."""
    row = lay("Second line", "x", cast.support, assign=f"team-{team.pk}")
    Team.objects.filter(pk=team.pk).update(is_active=False)
    forget()
    browser, here = client_of(cast.lena), f"/desk/replies/{row.pk}/"
    page = browser.get(here).text
    assert f'value="team-{team.pk}" selected>left out: the team Server crew is not offered any more' in page
    sent = form(departments=[cast.support.pk], category=row.category_id, new_category="", assign=f"team-{team.pk}")
    assert browser.post(here, sent).status_code == 302
    row.refresh_from_db()
    assert row.assign == f"team-{team.pk}"
    assert "left out: the team Server crew" in browser.get("/desk/replies/").text
    browser.post(here, sent | {"assign": "me"})
    row.refresh_from_db()
    assert row.assign == "me"


def test_an_operator_chooses_in_the_admin_and_sees_it_in_the_preview(client_of, cast, team, lay, ticket):
    """S147: everybody's people and teams; the preview says what is left out on that ticket."""
    row = lay("Second line", "x", cast.support)
    here = f"/admin/departments/predefinedreply/{row.pk}/"
    browser = client_of(cast.operator)
    page = browser.get(f"{here}change/").text
    assert "Server crew · Technical support" in page and cast.ben.full_name in page
    text = row.texts.get()
    sent = {
        "name": "Second line", "category": row.category_id, "departments": cast.support.pk, "is_active": "on",
        "position": 0, "snooze_hours": 0, "assign": str(cast.ben.pk), "texts-TOTAL_FORMS": 1, "texts-INITIAL_FORMS": 1,
        "texts-MIN_NUM_FORMS": 1, "texts-0-id": text.pk, "texts-0-reply": row.pk, "texts-0-text": "x",
    }  # fmt: skip
    assert "is of none of them" in browser.post(f"{here}change/", sent).text
    assert browser.post(f"{here}change/", sent | {"assign": f"team-{team.pk}"}).status_code == 302
    assert "given to the team Server crew" in browser.get(f"{here}preview/?ticket={ticket.number}").text
    Team.objects.filter(pk=team.pk).update(department=cast.billing)
    forget()
    assert "no team of this department" in browser.get(f"{here}preview/?ticket={ticket.number}").text

"""The client of a ticket in a real browser: changed in a dialog; notes, other tickets, teams (S4, S160, S164, S180)."""

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, User
from departments.models import StaffPlace, Team
from helpdesk_site.tests.browsing import until
from helpdesk_site.tests.test_pages import complaints
from tickets.models import Ticket

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def nora(cast):
    nora = User.objects.create_user("nora@example.com", "demo-helpdesk", name="Nora Vale")
    Membership.objects.create(organisation=cast.quillmark, user=nora)
    return nora


def test_the_client_is_changed_in_a_dialog_by_typing(sit_down, ticket, cast, nora):  # noqa: F811
    """S164: found while typing, shown what it means, done, taken back."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.locator("#i-client").get_by_text("Change client").click()
    dialog = tab.locator("dialog[open]")
    dialog.get_by_label("Find the new client").fill("vale")
    dialog.get_by_text("Nora Vale").click()
    expect(dialog.get_by_text("The new client reads its 1 message.")).to_be_visible()
    dialog.get_by_label("Keep Anna Harding").check()
    expect(dialog.get_by_label("Keep Anna Harding")).to_be_checked()
    assert complaints(tab) == []
    dialog.get_by_role("button", name="Change client").click()
    expect(tab.locator("#i-client").get_by_text("nora@example.com")).to_be_visible()
    assert Ticket.objects.get().client == nora
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator("#i-client").get_by_text(cast.anna.email)).to_be_visible()
    assert Ticket.objects.get().client == cast.anna


def test_the_client_is_changed_by_keyboard_alone(sit_down, ticket, cast, nora):  # noqa: F811
    """S164: what is shown of the choice leaves the focus on it."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.locator("#i-client").get_by_text("Change client").press("Enter")
    dialog = tab.locator("dialog[open]")
    tab.keyboard.type("vale")
    expect(dialog.get_by_text("Nora Vale")).to_be_visible()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    expect(dialog.get_by_text("The new client reads its 1 message.")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Nora Vale")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#i-client").get_by_text("nora@example.com")).to_be_visible()


def test_what_is_typed_before_a_dialog_has_come_is_typed_into_it(sit_down, ticket, cast, nora):  # noqa: F811
    """DESIGN 6: a fast hand on a slow line presses no keys of the page behind."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    held = []
    tab.route(f"**/t/{ticket.number}/client/", lambda route: held.append(route))
    tab.locator("#i-client").get_by_text("Change client").press("Enter")
    tab.keyboard.type("vale")
    until(tab, lambda: held)
    held[0].continue_()
    expect(tab.get_by_role("searchbox", name="Find the new client")).to_have_value("vale")
    expect(tab.locator("dialog[open]").get_by_text("Nora Vale")).to_be_visible()
    expect(tab.locator("details.menu[open]")).to_have_count(0)


def test_notes_on_the_client_are_kept_in_place(sit_down, ticket, cast):  # noqa: F811
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.get_by_text("Add notes").click()
    tab.locator("#client_notes").fill("Please no calls before ten.")
    tab.get_by_role("button", name="Save notes").click()
    expect(tab.locator("#i-client").get_by_text("Please no calls before ten.").first).to_be_visible()


def test_more_of_the_other_tickets_come_on_demand(sit_down, ticket, open_ticket, cast):  # noqa: F811
    """S160: without leaving the page."""
    for number in range(28):
        open_ticket(subject=f"Number {number}")
    tab = sit_down(cast.sam, f"/t/{ticket.number}/#i-others")
    tab.get_by_role("tab", name="Tickets").click()
    rows = tab.locator("#other-tickets > li a.clip")
    expect(rows).to_have_count(5)
    tab.locator("#i-others").get_by_text("Show more").first.click()
    expect(rows).to_have_count(25)
    tab.locator("#other-tickets").get_by_text("Show more").click()
    expect(rows).to_have_count(28)


def test_a_ticket_is_given_to_a_team_by_key_and_narrowing(sit_down, ticket, cast):  # noqa: F811
    """S4."""
    team = Team.objects.create(name="Mail servers", department=cast.support)
    team.members.add(cast.sam)
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.keyboard.press("a")
    tab.get_by_role("button", name="Mail servers").click()
    expect(tab.locator('#head summary[data-key="a"]')).to_contain_text("Mail servers")
    assert Ticket.objects.get().team == team and complaints(tab) == []


def test_among_many_the_colleague_found_by_typing_gets_it_with_enter(sit_down, ticket, cast):  # noqa: F811
    """S4: in a ticket and in the list, and nobody gets it where no name fits."""
    for number in range(9):
        colleague = User.objects.create_user(f"c{number}@example.com", name=f"Hugo Number{number}", is_staff=True)
        StaffPlace.objects.create(user=colleague, department=cast.support)
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    for typed, name in (("zzz", "Nobody"), ("number7", "Hugo Number7")):
        tab.keyboard.press("a")
        tab.keyboard.type(typed)
        tab.keyboard.press("Enter")
        expect(tab.locator('#head summary[data-key="a"]')).to_contain_text(name)
        tab.keyboard.press("Escape")
    assert Ticket.objects.get().assignee == User.objects.get(name="Hugo Number7")
    tab.goto(tab.url.replace(f"/t/{ticket.number}/", "/desk/?view=open"))
    for key in ("j", "x", "a"):
        tab.keyboard.press(key)
    tab.keyboard.type("number3")
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("Hugo Number3")
    for key in ("j", "x", "l"):
        tab.keyboard.press(key)
    tab.keyboard.type("slow")
    tab.keyboard.press("Enter")
    expect(tab.locator(f"#t{ticket.number}")).to_contain_text("slow")

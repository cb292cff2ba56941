"""The open page of somebody who has looked at it since the morning: it stays true, or says that it is not; the hand
stays where it was, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from helpdesk_site.tests.browsing import until
from helpdesk_site.tests.test_pages import complaints
from tickets import actions
from tickets.models import Draft, Ticket

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def breaks():
    """`breaks(tab, path)`: what is asked of this path from now on meets a proxy whose server has just gone."""
    return lambda tab, path: tab.route(path, lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))


def test_a_row_that_changes_keeps_the_focus_wherever_in_it_that_was(sit_down, ticket, cast, say):  # noqa: F811
    """DESIGN 6, "Focus": background swaps never move it; and the row is marked although it has the cursor."""
    tab = sit_down(cast.sam, "/desk/?view=open")
    box = tab.get_by_role("checkbox", name=f"Select {ticket.number}")
    box.focus()
    say(ticket, cast.lena, "I have it.")
    tab.keyboard.press("u")
    expect(tab.locator(f"#t{ticket.number}.is-changed.is-cursor")).to_contain_text("Answered")
    expect(box).to_be_focused()


def test_what_has_left_the_list_is_said_and_the_title_counts_anew(sit_down, open_ticket, cast):  # noqa: F811
    """S132: no stale count, not in the window's title either; what is gone is no secret of the eyes."""
    left, _stays = open_ticket(), open_ticket()
    tab = sit_down(cast.sam, "/desk/?view=open")
    expect(tab).to_have_title(re.compile(r"All open \(2\)"))
    actions.close(left, actor=cast.lena)
    tab.keyboard.press("u")
    expect(tab.locator("[data-changed]")).to_have_text("1 ticket changed.")
    expect(tab.locator(f"#t{left.number}.is-gone .subject")).to_have_css("text-decoration-line", "line-through")
    expect(tab).to_have_title(re.compile(r"All open \(1\)"))
    assert complaints(tab) == []


@pytest.mark.parametrize("trouble", ["offline", "signed out", "restarting"])
def test_a_list_that_cannot_be_refreshed_says_so(trouble, sit_down, ticket, cast, breaks):  # noqa: F811
    """S132: nobody works from a list that only looks alive. What is selected stays; when all is well it is silent."""
    tab = sit_down(cast.sam, "/desk/?view=open")
    said, context, cookies = tab.get_by_role("link", name="Load it again"), tab.context, tab.context.cookies()
    if trouble == "offline":
        context.set_offline(True)
    elif trouble == "signed out":
        context.clear_cookies()
    else:
        breaks(tab, "**/desk/?view=open")
    tab.get_by_role("checkbox", name=f"Select {ticket.number}").check()
    tab.keyboard.press("u")
    expect(said).to_be_visible()
    context.set_offline(False)
    context.add_cookies(cookies)
    tab.unroute_all()
    tab.keyboard.press("u")
    expect(said).to_be_hidden()
    expect(tab.get_by_role("checkbox", name=f"Select {ticket.number}")).to_be_checked()


def test_the_news_is_in_sight_further_down_and_covers_no_row(sit_down, open_ticket, cast):  # noqa: F811
    """DESIGN 2: nothing comes between the pointer and the row under it."""
    for number in range(30):
        open_ticket(subject=f"Ticket {number}")
    tab = sit_down(cast.sam, "/desk/?view=open")
    open_ticket(subject="The latest")
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.keyboard.press("u")
    pill, heads = tab.get_by_role("button", name="Show 1 new ticket"), tab.locator(".queue thead th").first
    expect(pill).to_be_in_viewport()
    pill, heads = pill.bounding_box(), heads.bounding_box()
    assert pill["y"] >= heads["y"] and pill["y"] + pill["height"] <= heads["y"] + heads["height"]


def test_keys_act_on_the_row_that_has_the_focus(sit_down, open_ticket, cast):  # noqa: F811
    """Part 5: whoever walks with Tab or clicks into a row selects this one and goes on from it."""
    made = [open_ticket(subject=f"Ticket {number}") for number in range(4)]
    tab = sit_down(cast.sam, "/desk/?view=open")
    tab.keyboard.press("j")
    tab.locator(f"#t{made[1].number} .subject").focus()
    tab.keyboard.press("x")
    expect(tab.locator("tbody :checked")).to_have_count(1)
    expect(tab.get_by_role("checkbox", name=f"Select {made[1].number}")).to_be_checked()
    tab.get_by_role("checkbox", name=f"Select {made[2].number}").click()
    tab.keyboard.press("j")
    expect(tab.locator(".is-cursor")).to_have_id(f"t{made[3].number}")


def test_after_an_act_the_cursor_is_where_it_was_or_on_the_next(sit_down, open_ticket, cast):  # noqa: F811
    """Part 5: a queue is worked downwards, not from its first row again after each key."""
    made = [open_ticket(subject=f"Ticket {number}") for number in range(4)]
    tab = sit_down(cast.sam, "/desk/?view=open")
    subject = [tab.locator(f"#t{row.number} .subject") for row in made]
    for key in ("j", "j", "a"):
        tab.keyboard.press(key)
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("assigned to Sam Whitlock")
    expect(subject[1]).to_be_focused()
    tab.keyboard.press("c")
    expect(tab.locator(".toast")).to_contain_text("1 ticket closed.")
    expect(subject[2]).to_be_focused()
    for key in ("j", "c"):
        tab.keyboard.press(key)
    expect(tab.locator("[data-row]")).to_have_count(2)
    expect(subject[2]).to_be_focused()


@pytest.mark.parametrize("trouble", ["offline", "restarting"])
def test_what_failed_is_said_and_the_page_stays_whole(trouble, sit_down, ticket, cast, breaks):  # noqa: F811
    """DESIGN 6, "Optimistic": a proxy's error page is not put where the subject and the status stood."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    breaks(tab, "**/priority/") if trouble == "restarting" else tab.context.set_offline(True)
    tab.keyboard.press("p")
    tab.locator(".propbar").get_by_role("button", name="High").click()
    expect(tab.locator(".toast")).to_contain_text("That did not work.")
    expect(tab.get_by_role("heading", level=1)).to_contain_text(ticket.subject)
    expect(tab.locator("body")).not_to_contain_text("Bad Gateway")


def test_a_ticket_that_has_gone_out_of_reach_says_so_as_a_page(sit_down, ticket, cast, billing):  # noqa: F811
    """S7: it was moved while it lay open; the page of what is not there stands alone, not in a corner of the ticket."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    Ticket.objects.filter(pk=ticket.pk).update(department=billing)
    tab.keyboard.press("p")
    tab.locator(".propbar").get_by_role("button", name="High").click()
    expect(tab.locator("#thread")).to_have_count(0)
    expect(tab.get_by_role("heading", level=1)).to_have_count(1)


def test_words_that_could_not_be_kept_are_kept_as_soon_as_they_can(sit_down, ticket, cast):  # noqa: F811
    """DESIGN 6, "Autosave": without another key, when the connection is back."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    state = tab.locator("#pane-reply [data-draft-state]")
    tab.keyboard.press("r")
    tab.context.set_offline(True)
    tab.keyboard.type("In the tunnel.")
    expect(state).to_have_text("Draft not saved yet")
    tab.context.set_offline(False)
    expect(state).to_contain_text("Draft saved at")
    until(tab, lambda: Draft.objects.filter(fields__message="In the tunnel.").exists())


def test_a_palette_that_gets_no_answer_does_not_say_there_is_nothing(sit_down, ticket, cast):  # noqa: F811
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.context.set_offline(True)
    tab.keyboard.press("Control+k")
    tab.keyboard.type("mine")
    expect(tab.locator(".palette-none")).to_contain_text("That did not work.")


def test_without_a_connection_nothing_is_left_for_the_browsers_own_page(sit_down, ticket, cast):  # noqa: F811
    """DESIGN 6: a reply and a dialog are asked for in vain; what was typed stands where it stood."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.context.set_offline(True)
    tab.keyboard.press("r")
    tab.keyboard.type("In the tunnel.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".toast")).to_contain_text("That did not work.")
    tab.locator(".toast").get_by_role("button", name="Dismiss").click()
    tab.keyboard.press("Escape")
    tab.keyboard.press("m")
    expect(tab.locator(".toast")).to_contain_text("That did not work.")
    expect(tab.locator("#id_reply")).to_have_value("In the tunnel.")
    tab.context.set_offline(False)
    tab.locator("#id_reply").press("Control+Enter")
    expect(tab.locator(".toast")).to_contain_text("Your reply is on its way.")


def test_a_machine_alone_with_its_own_server_sends(sit_down, ticket, cast):  # noqa: F811
    """A browser without a network says that it is offline, also where the portal runs beside it."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    tab.keyboard.press("r")
    tab.keyboard.type("On the plane.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".toast")).to_contain_text("Your reply is on its way.")


def test_a_list_that_is_filtered_ordered_and_turned_by_keyboard_keeps_the_focus(sit_down, open_ticket, cast):  # noqa: F811
    """DESIGN 6: it stays on the control; the next Tab goes on from there."""
    for number in range(60):
        open_ticket(subject=f"Ticket {number}")
    tab = sit_down(cast.sam, "/desk/?view=open")
    for control, press in [
        (tab.locator(".queue thead").get_by_role("link", name="Subject"), "sort=subject"),
        (tab.get_by_role("link", name="Next"), "cursor="),
    ]:
        control.focus()
        tab.keyboard.press("Shift+Tab")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        tab.wait_for_url(re.compile(press))
        expect(tab.locator(".queue thead a:focus, .pager a:focus")).to_have_count(1)
    more = tab.locator(".qfilters summary", has_text="More filters")
    more.press("Enter")
    tab.get_by_role("checkbox", name="Escalated").press("Space")
    tab.get_by_role("button", name="Apply").press("Enter")
    tab.wait_for_url(re.compile("escalated=1"))
    expect(more).to_be_focused()

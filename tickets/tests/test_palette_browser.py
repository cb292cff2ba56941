"""The command palette and the live queue in a real browser, by keyboard; and the bell beside them."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from departments.models import Priority
from helpdesk_site.tests.test_pages import complaints
from tickets import actions
from tickets.models import Presence, Ticket

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def box():
    """`box(tab)`: the field of the palette."""
    return lambda tab: tab.get_by_role("combobox", name="Ticket, view, person or action")


def test_a_view_is_opened_by_three_letters(sit_down, ticket, cast, box):  # noqa: F811
    """Ctrl K, a word, Enter: as fast as a hand is; the focus goes back where it was."""
    tab = sit_down(cast.sam, "/desk/")
    tab.keyboard.press("Control+k")
    expect(box(tab)).to_be_focused()
    tab.keyboard.type("unas")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("view=unassigned"))


def test_arrows_choose_and_the_field_keeps_the_focus(sit_down, ticket, cast, box):  # noqa: F811
    """ARIA: the chosen option is told by aria-activedescendant; Esc closes and gives the focus back."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.get_by_role("link", name="Go to, or do").click()
    expect(box(tab)).to_have_attribute("aria-activedescendant", "palette-1")
    tab.keyboard.press("ArrowDown")
    expect(box(tab)).to_have_attribute("aria-activedescendant", "palette-2")
    expect(tab.locator("#palette-2")).to_have_attribute("aria-selected", "true")
    assert complaints(tab) == []
    tab.keyboard.press("Escape")
    expect(tab.locator("#palette")).to_be_hidden()
    expect(tab.get_by_role("link", name="Go to, or do")).to_be_focused()


def test_an_act_is_done_to_the_ticket_before_ones_eyes(sit_down, ticket, cast, box):  # noqa: F811
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("prio high")
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("High")
    assert Ticket.objects.get(pk=ticket.pk).priority.code == "high"


def test_what_needs_a_form_opens_it_here(sit_down, ticket, cast, box):  # noqa: F811
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("snooz")
    tab.keyboard.press("Enter")
    expect(tab.locator("dialog[open] [data-dialog-form]")).to_be_visible()
    expect(tab).to_have_url(re.compile(f"/t/{ticket.number}/"))


def test_it_opens_on_a_cyrillic_keyboard_and_not_over_the_editor(sit_down, ticket, cast, box):  # noqa: F811
    """There Ctrl K makes a link."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    line = tab.context.new_cdp_session(tab)
    key = {"key": "л", "code": "KeyK", "modifiers": 2, "windowsVirtualKeyCode": 75}
    line.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    line.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    expect(box(tab)).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("#palette")).to_be_hidden()
    tab.keyboard.press("r")
    expect(tab.locator("#id_reply")).to_be_focused()
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_hidden()
    expect(tab.locator("#id_reply")).not_to_have_value("")


# --- The queue --------------------------------------------------------------------------------------------------------


def test_a_changed_row_is_marked_where_it_stands_and_nothing_else_moves(sit_down, open_ticket, cast):  # noqa: F811
    """S132: the order stays; who listens is told; a look takes the mark off."""
    made = [open_ticket(subject=f"Ticket {number}") for number in range(3)]
    tab = sit_down(cast.sam, "/desk/?view=open")
    tab.keyboard.press("j")
    actions.assign(made[1], to=cast.lena, actor=cast.lena)
    tab.keyboard.press("u")
    row = tab.locator(f"#t{made[1].number}")
    expect(row).to_have_class(re.compile("is-changed"))
    expect(tab.locator("[data-changed]")).to_have_text("1 ticket changed.")
    order = tab.eval_on_selector_all("[data-row]", "rows => rows.map(row => row.id.slice(1))")
    assert order == [ticket.number for ticket in made]
    expect(tab.locator(f"#t{made[0].number}")).to_have_class(re.compile("is-cursor"))
    assert tab.evaluate("document.activeElement.textContent").startswith("Ticket 0")
    row.hover()
    expect(row).not_to_have_class(re.compile("is-changed"))


def test_what_a_row_says_by_a_sign_alone_is_a_change_too(sit_down, ticket, cast):  # noqa: F811
    """S132: the priority stands in the list as bars."""
    tab = sit_down(cast.sam, "/desk/?view=open")
    actions.set_priority(ticket, priority=Priority.objects.get(code="high"), actor=cast.lena)
    tab.keyboard.press("u")
    expect(tab.locator(f"#t{ticket.number}")).to_have_class(re.compile("is-changed"))


def test_who_looks_is_shown_and_is_no_change(sit_down, ticket, cast):  # noqa: F811
    """S6."""
    tab = sit_down(cast.sam, "/desk/?view=open")
    Presence.objects.create(ticket=ticket, department=ticket.department, user=cast.lena, mode="writing")
    tab.keyboard.press("u")
    row = tab.locator(f"#t{ticket.number}")
    expect(row).to_contain_text("Lena Varga is replying")
    expect(row).not_to_have_class(re.compile("is-changed"))


def test_an_unchanged_queue_is_answered_with_nothing_and_says_when(sit_down, ticket, cast):  # noqa: F811
    tab = sit_down(cast.sam, "/desk/?view=open")
    with tab.expect_response(re.compile("view=open")) as answer:
        tab.keyboard.press("u")
    assert answer.value.status == 304
    actions.set_subject(ticket, subject="Another subject", actor=cast.lena)
    with tab.expect_response(re.compile("view=open")) as answer:
        tab.keyboard.press("u")
    assert answer.value.status == 200
    expect(tab.locator(f"#t{ticket.number}")).to_contain_text("Another subject")


def test_while_a_row_is_selected_the_clock_asks_nothing(sit_down, ticket, cast):  # noqa: F811
    """S132; nor while a menu is open."""
    User.objects.filter(pk=cast.sam.pk).update(refresh_seconds=1)
    tab = sit_down(cast.sam, "/desk/?view=open")
    asked = []
    tab.on("request", lambda request: asked.append(request.url) if "view=open" in request.url else None)
    with tab.expect_response(re.compile("view=open")):
        pass
    tab.locator(f"#t{ticket.number} input").check()
    tab.wait_for_timeout(300)
    asked.clear()
    tab.wait_for_timeout(2500)
    assert asked == []
    tab.locator(f"#t{ticket.number} input").uncheck()
    with tab.expect_response(re.compile("view=open")):
        pass


def test_the_bell_counts_and_leads_to_what_happened(sit_down, ticket, cast):  # noqa: F811
    tab = sit_down(cast.sam, "/desk/")
    expect(tab.locator("#bell-count")).to_be_empty()
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    tab.keyboard.press("u")
    expect(tab.locator("#bell-count")).to_have_text("1")
    tab.keyboard.press("g")
    tab.keyboard.press("n")
    expect(tab).to_have_url(re.compile("/desk/bell/"))
    assert complaints(tab) == []
    tab.get_by_role("button", name=f"Mark as read {ticket.number}").click()
    expect(tab.locator("#bell-count")).to_be_empty()


def test_the_device_is_asked_only_after_a_click(sit_down, ticket, cast):  # noqa: F811
    """No push service: the open desk asks for itself."""
    tab = sit_down(cast.sam, "/desk/bell/")
    assert tab.evaluate("Notification.permission") != "granted"
    expect(tab.locator("[data-aloud]")).to_be_visible()
    assert complaints(tab) == []


SPY = """
    window.said = []; window.away = false;
    const Real = window.Notification;
    window.Notification = class {
      constructor(title, more) { window.said.push(Object.assign(this, { title, ...more })); }
      static get permission() { return Real.permission; }
    };
    Object.defineProperty(document, "hidden", { get: () => window.away });
"""


def looks_away(tab):
    with tab.expect_response(re.compile("/bell/latest/")):
        tab.evaluate("window.away = true; document.dispatchEvent(new Event('visibilitychange'))")


def test_the_device_says_what_comes_while_nobody_looks(sit_down, ticket, cast):  # noqa: F811
    """DESIGN, principle 5: not while somebody looks, not twice; a click on it leads to the ticket."""
    tab = sit_down(cast.sam, "/desk/")
    tab.context.grant_permissions(["notifications"])
    tab.add_init_script(SPY)
    tab.clock.install()
    tab.reload()
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    tab.clock.run_for(120_000)
    assert tab.evaluate("said.length") == 0
    looks_away(tab)
    assert tab.evaluate("said.length") == 0
    actions.flag(ticket, to=cast.sam, actor=cast.lena)
    for _minute in range(2):
        with tab.expect_response(re.compile("/bell/latest/")):
            tab.clock.run_for(61_000)
    tab.wait_for_function("said.length")
    title, text = tab.evaluate("[said.length, said[0].title, said[0].body]")[1:]
    assert tab.evaluate("said.length") == 1
    assert title == f"{ticket.number} {ticket.subject}" and cast.lena.full_name in text
    tab.evaluate("said[0].onclick()")
    expect(tab).to_have_url(re.compile(f"/t/{ticket.number}/"))


def test_a_device_that_was_not_asked_is_told_nothing(sit_down, ticket, cast):  # noqa: F811
    """Without the person's leave the page does not even ask."""
    tab = sit_down(cast.sam, "/desk/")
    tab.add_init_script(SPY)
    tab.clock.install()
    asked = []
    tab.on("request", lambda request: "/bell/latest/" in request.url and asked.append(request.url))
    tab.reload()
    tab.evaluate("window.away = true; document.dispatchEvent(new Event('visibilitychange'))")
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    tab.clock.run_for(120_000)
    assert tab.evaluate("said.length") == 0 and asked == []

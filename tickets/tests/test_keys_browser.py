"""The desk by keyboard alone, in a real browser: fast, in every layout, and off where one types (DESIGN, 6)."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from departments.models import PredefinedReply, PredefinedText, ReplyCategory
from departments.policy import forget
from helpdesk_site.tests.browsing import arrived
from tickets.models import PendingReply

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TICKETS = 20
MOST_KEYS = 3  # a ticket: open, predefined reply, send, next


@pytest.fixture
def replies(cast):
    drawer = ReplyCategory.objects.create(name="Web hosting")
    for at, text in enumerate(["Hello [FIRSTNAME], it is fixed.", "Please turn the cache off."]):
        row = PredefinedReply.objects.create(name=f"Reply {at}", category=drawer, position=at)
        PredefinedText.objects.create(reply=row, language="", text=text)
    forget()


@pytest.fixture
def press():
    """`press(tab, "j", "Enter")`: keys pressed one after the other, and counted in `press.count`."""

    def keys(tab, *names):
        for name in names:
            tab.keyboard.press(name)
            keys.count += 1

    keys.count = 0
    return keys


def typed_in_cyrillic(tab, *codes):
    """Press keys by their position on a keyboard that writes Russian letters."""
    letters = {"KeyJ": "о", "KeyK": "л", "KeyX": "ч", "KeyT": "е", "KeyR": "к", "KeyG": "п", "KeyQ": "й", "KeyO": "щ"}
    line = tab.context.new_cdp_session(tab)
    for code in codes:
        said = {"key": letters[code], "code": code, "text": letters[code], "windowsVirtualKeyCode": ord(code[-1])}
        line.send("Input.dispatchKeyEvent", {"type": "keyDown", **said})
        line.send("Input.dispatchKeyEvent", {"type": "keyUp", **said})


@pytest.mark.parametrize("answer", [("t", "Control+Enter"), ("t", "Enter", "Control+Enter")], ids=["at once", "read"])
def test_twenty_tickets_are_answered_by_keyboard_with_three_keys_each(
    sit_down,  # noqa: F811
    open_ticket,
    cast,
    replies,
    press,
    answer,
):
    """Done when 2 (S147, S153, S156): the next ticket opens by itself; its first suggestion is ready to be sent."""
    User.objects.filter(pk=cast.sam.pk).update(after_reply=User.After.NEXT, undo_seconds=60)
    made = [open_ticket(subject=f"Ticket {number}") for number in range(TICKETS)]
    tab = sit_down(cast.sam, "/desk/")
    press(tab, "o")  # with no row chosen: the first
    for ticket in made:
        arrived(tab, ticket.number)
        press(tab, *answer)
    expect(tab).to_have_url(re.compile("/desk/"))
    assert press.count == 1 + len(answer) * TICKETS and len(answer) <= MOST_KEYS
    sent = PendingReply.objects.order_by("pk").values_list("ticket", "body")
    assert list(sent) == [(ticket.pk, "Hello Anna, it is fixed.") for ticket in made]


def test_keys_count_by_their_place_on_a_cyrillic_keyboard(sit_down, open_ticket, cast, replies):  # noqa: F811
    """DESIGN, 6: in layouts that are not Latin the position counts; in the list and in the ticket."""
    made = [open_ticket(subject=f"Ticket {number}") for number in range(2)]
    tab = sit_down(cast.sam, "/desk/")
    typed_in_cyrillic(tab, "KeyJ", "KeyX")
    expect(tab.locator(f"#t{made[0].number} input")).to_be_checked()
    typed_in_cyrillic(tab, "KeyJ", "KeyO")
    arrived(tab, made[1].number)
    typed_in_cyrillic(tab, "KeyT")
    expect(tab.locator("#pane-reply [data-first]")).to_contain_text("Reply 0")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    typed_in_cyrillic(tab, "KeyG", "KeyQ")
    expect(tab).to_have_url(re.compile("/desk/"))


def test_a_page_that_asks_something_begins_in_its_form(sit_down, ticket, cast, replies):  # noqa: F811
    """Part 6, "Focus": nobody tabs through the rail to split, to edit, or to choose a reply for many."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/split/")
    expect(tab.get_by_label("Move #1")).to_be_focused()
    tab.goto(tab.url.replace("split/", f"message/{ticket.messages.get().pk}/edit/"))
    expect(tab.get_by_label("Text")).to_be_focused()
    tab.goto(f"{tab.url.partition('/t/')[0]}/desk/?view=open")
    for key in ("j", "x", "t"):
        tab.keyboard.press(key)
    expect(tab.get_by_role("button", name="Reply 0")).to_be_focused()
    tab.goto(f"{tab.url.partition('/desk/')[0]}/desk/new/")
    expect(tab.get_by_label("Find the client").last).to_be_focused()
    tab.goto(f"{tab.url}?client={cast.anna.pk}")
    expect(tab.get_by_label("Subject")).to_be_focused()


def test_inside_a_field_keys_are_letters(sit_down, ticket, cast):  # noqa: F811
    """DESIGN, 6: in the search, in a reply, in a menu's field."""
    tab = sit_down(cast.sam, "/desk/")
    tab.keyboard.press("/")
    tab.keyboard.type("jx?c")
    expect(tab.get_by_role("searchbox", name="Search all tickets")).to_have_value("jx?c")
    expect(tab.locator(".is-cursor")).to_have_count(0)
    expect(tab.locator("#keys")).to_be_hidden()
    tab.goto(f"{tab.url.split('/desk/')[0]}/t/{ticket.number}/")
    tab.keyboard.press("r")
    tab.keyboard.type("jr?n")
    expect(tab.locator("#id_reply")).to_have_value("jr?n")


def test_single_keys_are_switched_off_and_on_again(sit_down, ticket, cast):  # noqa: F811
    """WCAG 2.1.4: by the switch below the map, kept in the profile; what has a control keeps it."""
    tab = sit_down(cast.sam, "/desk/")
    tab.keyboard.press("?")
    with tab.expect_response(re.compile("/accounts/profile/setting/")):
        tab.get_by_label("Use single-key shortcuts").uncheck()
    tab.keyboard.press("Escape")
    tab.keyboard.press("j")
    expect(tab.locator(".is-cursor")).to_have_count(0)
    tab.reload()
    tab.keyboard.press("j")
    expect(tab.locator(".is-cursor")).to_have_count(0)
    assert not User.objects.get(pk=cast.sam.pk).single_keys
    tab.locator(".rail-user summary").click()
    tab.get_by_role("button", name="Keyboard").click()
    with tab.expect_response(re.compile("/accounts/profile/setting/")):
        tab.get_by_label("Use single-key shortcuts").check()
    tab.keyboard.press("Escape")
    tab.locator("h1").click()
    tab.keyboard.press("j")
    expect(tab.locator(".is-cursor")).to_have_count(1)


BY_SCRIPT = {"j", "k", "o", "x", "q", "[", "]", "?", "u"}  # rows, arrows, a message's own control, the menu's Keyboard


@pytest.mark.parametrize("section", [0, 1], ids=["list", "ticket"])
def test_the_map_names_what_is_there_and_all_of_it(sit_down, ticket, cast, section):  # noqa: F811
    """DESIGN, 6: each key has a control one can see, and stands in the list of keys."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/" if section else "/desk/")
    told = keys_of(tab, section) | keys_of(tab, 2)
    held = set(tab.eval_on_selector_all("[data-key]", "all => all.map(x => x.dataset.key)"))
    assert held - BY_SCRIPT == told - BY_SCRIPT


def keys_of(tab, section):
    """The keys of one part of the map: letters, and those after a g."""
    found = set()
    for said in tab.locator("#keys section").nth(section).locator("dt").all():
        keys = said.locator("kbd").all_text_contents()
        found |= {" ".join(keys)} if keys[0] == "g" else {key for key in keys if len(key) == 1 and "Ctrl" not in keys}
    return found

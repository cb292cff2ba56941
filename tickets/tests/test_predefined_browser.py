"""Predefined replies in a real browser: by key, by "/", by typing, without leaving the box (S147, S156)."""

import re

import pytest
from playwright.sync_api import expect

from departments.models import PredefinedReply, PredefinedText, ReplyCategory
from departments.policy import forget
from helpdesk_site.tests.test_pages import complaints
from tickets.models import PendingReply

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def replies(cast):
    drawer = ReplyCategory.objects.create(name="Web hosting")
    for at, (name, text, tags) in enumerate(
        [
            ("Fixed", "Hello [FIRSTNAME], it is fixed.", ["done"]),
            ("Cache off", "Please turn the cache off.", []),
            ("Service", "Your {{ticket.service}} is up.", []),
        ]
    ):
        row = PredefinedReply.objects.create(name=name, category=drawer, position=at, tags=tags)
        PredefinedText.objects.create(reply=row, language="", text=text)
    forget()


@pytest.fixture
def typed(sit_down, ticket, cast, replies):  # noqa: F811 - the fixture
    """Sam at Anna's ticket; the box of the reply."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    return tab, tab.locator("#id_reply")


def test_three_keys_choose_and_send(typed, ticket):
    """Done when 2: t, Enter, Ctrl+Enter, as fast as a hand is; the chip goes with it."""
    tab, _box = typed
    for keys in ("t", "Enter", "Control+Enter"):
        tab.keyboard.press(keys)
    expect(tab.locator("[data-countdown]")).to_be_visible()
    pending = PendingReply.objects.get()
    assert pending.body == "Hello Anna, it is fixed." and pending.after["tags"] == ["done"]


def test_what_is_left_out_stands_beside_the_button_once(typed, ticket):
    """S147: with its reason, however often the reply is put in; it keeps nothing from being sent."""
    PredefinedReply.objects.filter(name="Fixed").update(assign="team-999")
    forget()
    tab, _box = typed
    for keys in ("t", "Enter", "t", "Enter"):
        tab.keyboard.press(keys)
    chips = tab.locator("#pane-reply .inserted .chip")
    expect(chips).to_have_text(["left out: whom it was assigned to is gone", "tag done"])
    assert complaints(tab) == []
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("[data-countdown]")).to_be_visible()
    assert "assign" not in PendingReply.objects.get().after


def test_it_is_found_by_typing_and_put_in_where_the_cursor_was(typed):
    """S156: and can be edited before it is sent; the cursor stands behind it."""
    tab, box = typed
    tab.keyboard.press("r")
    tab.keyboard.type("First.\n\nLast.")
    for _each in "Last.":
        tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("Escape")
    tab.keyboard.press("t")
    tab.keyboard.type("cache")
    expect(tab.locator("#pane-reply [data-first]")).to_contain_text("Cache off")
    tab.keyboard.press("Enter")
    expect(box).to_have_value("First.\n\nPlease turn the cache off.Last.")
    tab.keyboard.type(" ")
    expect(box).to_have_value("First.\n\nPlease turn the cache off. Last.")


def test_opened_by_mouse_it_is_typed_into_at_once(typed):
    """No letter of the search is taken for a key of the desk."""
    tab, _box = typed
    tab.locator("#pane-reply .picker > summary").click()
    expect(tab.locator("#pane-reply input[type=search]")).to_be_focused()
    tab.keyboard.type("cache")
    expect(tab.locator("#pane-reply [data-first]")).to_contain_text("Cache off")


def test_paragraphs_put_in_behind_a_text_stand_below_it(typed):
    PredefinedText.objects.filter(reply__name="Fixed").update(text="Hello [FIRSTNAME],\n\nit is fixed.")
    forget()
    tab, box = typed
    tab.keyboard.press("r")
    tab.keyboard.type("One moment.")
    tab.keyboard.press("Escape")
    for keys in ("t", "Enter"):
        tab.keyboard.press(keys)
    expect(box).to_have_value("One moment.\n\nHello Anna,\n\nit is fixed.")


def test_a_slash_opens_it_and_escape_goes_back_to_the_text(typed):
    """With the cursor kept; a path that was meant stays what it was."""
    tab, box = typed
    tab.keyboard.press("r")
    tab.keyboard.type("See:\n/fix")
    expect(tab.locator("#pane-reply [data-first]")).to_contain_text("Fixed")
    tab.keyboard.press("Enter")
    expect(box).to_have_value("See:\nHello Anna, it is fixed.")
    tab.keyboard.type("\n/etc")
    tab.keyboard.press("Escape")
    expect(box).to_be_focused()
    tab.keyboard.type(" and ")
    tab.keyboard.type("\n/var/log\n1/2")
    expect(box).to_have_value("See:\nHello Anna, it is fixed.\n/etc and \n/var/log\n1/2")


def test_drawers_are_walked_by_arrows(typed):
    tab, box = typed
    tab.keyboard.press("t")
    folder = tab.locator("#pane-reply [data-picker-list] a", has_text="Web hosting")
    expect(folder).to_be_visible()
    folder.press("Enter")
    expect(tab.locator("#pane-reply [data-picker-list]")).to_contain_text("All")
    expect(tab.locator("#pane-reply input[type=search]")).to_be_focused()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    expect(box).to_have_value("Please turn the cache off.")


def test_axe_finds_nothing_in_the_open_picker_and_the_chips(typed):
    tab, _box = typed
    tab.keyboard.press("t")
    expect(tab.locator("#pane-reply [data-first]")).to_be_visible()
    assert complaints(tab) == []
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("tag done")).to_be_checked()
    assert complaints(tab) == []


def test_an_unresolved_field_is_marked_and_stops_the_reply(typed, ticket):
    """The field is selected: typing writes what belongs there. Sent as it is, it comes back with the reason."""
    tab, box = typed
    tab.keyboard.press("t")
    tab.keyboard.type("service")
    expect(tab.locator("#pane-reply [data-first]")).to_contain_text("Not filled in: {{ticket.service}}")
    tab.keyboard.press("Enter")
    expect(box).to_have_value("Your {{ticket.service}} is up.")
    tab.keyboard.press("Control+Enter")
    expect(tab.get_by_role("alert")).to_contain_text("A field is not filled in: {{ticket.service}}")
    assert complaints(tab) == []
    expect(box).to_have_value("Your {{ticket.service}} is up.")
    assert not PendingReply.objects.exists()
    tab.get_by_role("button", name="Show it").click()
    tab.keyboard.type("shop")
    expect(box).to_have_value("Your shop is up.")
    box.fill("Your shop is up. @Lena knows.")
    tab.keyboard.press("Control+Enter")
    tab.get_by_role("button", name="Show it").click()
    assert box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "@Lena"
    tab.get_by_role("button", name="Send anyway").click()
    expect(tab.locator("[data-countdown]")).to_be_visible()


def test_a_chip_is_taken_off_and_stays_off_after_a_reload(typed):
    tab, _box = typed
    tab.keyboard.press("t")
    tab.keyboard.press("Enter")
    with tab.expect_response(lambda answer: "/drafts/save/" in answer.url and "also" not in answer.request.post_data):
        tab.get_by_label("tag done").uncheck()
        tab.locator("#id_reply").focus()
    tab.reload()
    expect(tab.get_by_label("tag done")).not_to_be_checked()
    expect(tab.locator("#id_reply")).to_have_value("Hello Anna, it is fixed.")


def test_the_note_has_its_own(typed):
    """The key opens the picker of the box one sees."""
    tab, box = typed
    tab.keyboard.press("n")
    tab.keyboard.press("Escape")
    tab.keyboard.press("t")
    tab.keyboard.press("Enter")
    expect(tab.locator("#id_note")).to_have_value("Hello Anna, it is fixed.")
    expect(box).to_have_value("")
    expect(tab.locator("#pane-note").get_by_label("tag done")).not_to_be_checked()
    expect(tab.locator("#pane-reply [data-inserted] label")).to_have_count(0)


def test_the_signature_stands_below_the_box_with_a_way_to_change_it(typed, cast):
    """S146."""
    from departments.models import Signature

    Signature.objects.create(text="{{agent.name}}, {{ticket.department}}")
    forget()
    tab, _box = typed
    tab.reload()
    expect(tab.locator(".sign")).to_contain_text("Sam, Technical support")
    tab.get_by_role("link", name="Change signature").click()
    expect(tab).to_have_url(re.compile("/desk/signature/"))

"""Tags, checklists, mentions and the snooze in a real browser: by keyboard, in place, without a fault for axe."""

import re

import pytest
from playwright.sync_api import expect

from helpdesk_site.tests.test_pages import complaints
from tickets import actions
from tickets.lists import tagged
from tickets.models import Message

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(sit_down, ticket, cast):  # noqa: F811 - the fixture
    """Sam at Anna's ticket, on which hangs one of everything."""
    actions.tag(ticket, on=actions.tags_named("php, needs a call"), actor=cast.sam)
    actions.add_points(ticket, texts=["Ask for the log", "Tell the client"], actor=cast.sam)
    tagged.forget()
    return sit_down(cast.sam, f"/t/{ticket.number}/")


def test_a_tag_is_put_on_with_one_key_its_name_and_enter(tab):
    """Issue 4: typing narrows the tags there are; a new word becomes a tag."""
    tab.keyboard.press("l")
    expect(tab.locator("dialog #id_add")).to_be_focused()
    assert complaints(tab) == []
    tab.keyboard.type("need")
    expect(tab.locator("dialog .tag-list label:visible")).to_have_count(1)
    tab.locator("#id_add").fill("ssl")
    tab.keyboard.press("Enter")
    expect(tab.locator("#head .tag").filter(has_text="ssl")).to_be_visible()
    expect(tab.locator(".toast")).to_contain_text("Tags changed.")


def test_points_are_ticked_and_added_in_place(tab):
    tab.get_by_label("Ask for the log").check()
    expect(tab.locator("#checklist")).to_contain_text("1 of 2")
    tab.locator("#id_point").fill("Close it")
    tab.keyboard.press("Enter")
    expect(tab.locator("#checklist")).to_contain_text("1 of 3")
    expect(tab.locator("#head")).to_contain_text("1 of 3")
    assert complaints(tab) == []


def test_point_after_point_is_typed_without_a_click(sit_down, open_ticket, cast):  # noqa: F811
    """The first one in a dialog, the others beside: the field for the next one has the focus."""
    tab = sit_down(cast.sam, f"/t/{open_ticket(subject='Move the shop').number}/")
    tab.locator("#head summary", has_text="More actions").click()
    tab.get_by_role("link", name="Add a checklist").click()
    expect(tab.locator("dialog input[name=text]")).to_be_focused()
    for done, words in enumerate(("Ask for the log", "Look at it", "Tell them"), start=1):
        tab.keyboard.type(words)
        tab.keyboard.press("Enter")
        expect(tab.locator("#checklist")).to_contain_text(f"0 of {done}")
        expect(tab.locator("#id_point")).to_be_focused()
        expect(tab.locator("#id_point")).to_have_value("")


def test_a_link_in_a_point_leads_on_and_ticks_nothing(tab, ticket, open_ticket, cast):
    """S64: by mouse and by key; the box beside it is ticked by its other words."""
    other = open_ticket(subject="Mail is late")
    actions.add_points(ticket, texts=[f"Look at #1 and {other.number}"], actor=cast.sam)
    tab.reload()
    point = tab.locator("#checklist label").filter(has_text="Look at")
    assert complaints(tab) == []
    point.get_by_role("link", name="#1", exact=True).click()
    expect(tab).to_have_url(re.compile("#m1$"))
    expect(point.get_by_role("checkbox")).not_to_be_checked()
    point.get_by_text("Look at").click(position={"x": 5, "y": 5})
    expect(tab.locator("#checklist")).to_contain_text("1 of 3")
    point.get_by_role("link", name=other.number).focus()
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(f"/t/{other.number}/$"))


def test_closing_with_open_points_asks_once_in_place(tab, ticket):
    tab.keyboard.press("c")
    expect(tab.locator("#head [role=alert]")).to_contain_text("2 points of the checklist are still open.")
    expect(tab.get_by_role("button", name="Close anyway")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("Closed")
    ticket.refresh_from_db()
    assert ticket.is_closed


def test_a_colleague_is_called_by_some_letters_and_enter(tab, ticket, cast):
    """S161: also where the name is Cyrillic; Esc leaves what was typed."""
    cast.lena.name = "Елена Варга"
    cast.lena.save(update_fields=["name"])
    from departments.policy import forget

    forget()
    tab.keyboard.press("n")
    tab.keyboard.type("Look, @вар")
    option = tab.get_by_role("option", name="Елена Варга")
    expect(option).to_have_attribute("aria-selected", "true")
    assert complaints(tab) == []
    tab.keyboard.press("Enter")
    expect(tab.locator("#id_note")).to_have_value("Look, @Елена Варга ")
    tab.keyboard.type("and @ел")
    expect(option).to_be_visible()
    tab.keyboard.press("Escape")
    expect(option).to_be_hidden()
    expect(tab.locator("#id_note")).to_have_value("Look, @Елена Варга and @ел")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#thread")).to_contain_text("Look,")
    assert Message.objects.filter(is_note=True).count() == 1 and cast.lena.watched.count() == 1


def test_two_keys_snooze_and_watching_is_one(tab, ticket):
    tab.keyboard.press("w")
    expect(tab.locator("#watchers")).to_contain_text("Sam")
    tab.keyboard.press("z")
    expect(tab.locator("dialog [value=hours]")).to_be_focused()
    assert complaints(tab) == []
    tab.keyboard.press("Enter")
    expect(tab.locator("#head")).to_contain_text("Snoozed until")
    assert complaints(tab) == []
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator("#head")).not_to_contain_text("Snoozed until")
    ticket.refresh_from_db()
    assert ticket.snoozed_at is None and ticket.awaiting

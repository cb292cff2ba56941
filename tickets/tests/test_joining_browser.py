"""Merging, taking out, splitting and linking in a real browser: by dialog and key, on a phone, and without script."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from helpdesk_site.tests.test_pages import complaints, overflow
from tickets import actions
from tickets.models import Message, PendingReply, Ticket, TicketLink

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def two(open_ticket):
    """Two tickets of Anna's, the older first."""
    return open_ticket(subject="Shop returns 502"), open_ticket(subject="Checkout on phones", text="No checkout.")


@pytest.fixture
def window(browser, live_server, client_of):
    """`window(sam, "/desk/", width=390)`: a tab as the options of a browser say, signed in."""
    contexts = []

    def open_tab(person, path, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        session = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        tab = context.new_page()
        tab.goto(live_server.url + path)
        return tab

    yield open_tab
    for context in contexts:
        context.close()


def test_a_ticket_is_merged_by_typing_the_number_of_the_other(two, sit_down, cast):  # noqa: F811
    """S165: a whole number chooses its ticket; Tab and Enter merge."""
    older, newer = two
    tab = sit_down(cast.sam, f"/t/{newer.number}/")
    tab.keyboard.press("m")
    expect(tab.get_by_label("Find a ticket")).to_be_focused()
    tab.keyboard.type(older.number.lower())
    expect(tab.locator("dialog[open]")).to_contain_text(f"{newer.number} leads there from now on")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(f"/t/{older.number}/"))
    expect(tab.locator(".toast")).to_contain_text("was merged into")


def test_a_ticket_is_merged_by_key_and_choice_and_taken_back(two, sit_down, cast):  # noqa: F811
    """S165: m opens the dialog, one click chooses, the button merges; the toast takes it back."""
    older, newer = two
    tab = sit_down(cast.sam, f"/t/{newer.number}/")
    tab.keyboard.press("m")
    dialog = tab.locator("dialog[open]")
    expect(dialog.get_by_label("Find a ticket")).to_be_focused()
    dialog.get_by_text("Shop returns 502").click()
    expect(dialog).to_contain_text(f"{newer.number} leads there from now on")
    expect(dialog.locator(f"#mg-keep-{older.number}")).to_be_checked()
    assert complaints(tab) == []
    dialog.get_by_role("button", name="Merge tickets").click()
    expect(tab).to_have_url(re.compile(f"/t/{older.number}/"))
    expect(tab.locator("h1")).to_contain_text("[MERGED] Shop returns 502")
    expect(tab.locator(f"#m1-{newer.number}")).to_contain_text("No checkout.")
    assert complaints(tab) == []
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator("h1")).not_to_contain_text("MERGED")
    assert Ticket.objects.filter(merged_into=None).count() == 2


def test_another_survivor_is_chosen_and_the_search_finds_others(two, open_ticket, sit_down, cast):  # noqa: F811
    """S165: live search by subject; the notice follows each choice, focus stays where it was."""
    older, newer = two
    other = open_ticket(subject="Lavender fields", client=cast.olga)
    tab = sit_down(cast.sam, f"/t/{older.number}/")
    tab.keyboard.press("m")
    dialog = tab.locator("dialog[open]")
    dialog.get_by_label("Find a ticket").press_sequentially("lavender")
    dialog.get_by_text("Lavender fields").click()
    dialog.locator(f"#mg-keep-{other.number}").check()
    expect(dialog).to_contain_text(f"{older.number} leads there from now on")
    expect(dialog).to_contain_text(cast.anna.email)
    expect(dialog.locator(f"#mg-keep-{other.number}")).to_be_focused()
    dialog.get_by_role("button", name="Merge tickets").click()
    expect(tab).to_have_url(re.compile(f"/t/{other.number}/"))
    tab.keyboard.press("Escape")


def test_the_dialog_closes_by_key_and_gives_the_focus_back(two, sit_down, cast):  # noqa: F811
    """DESIGN 6: closing a dialog returns to its trigger."""
    tab = sit_down(cast.sam, f"/t/{two[0].number}/")
    tab.get_by_text("More actions").locator("..").click()
    tab.get_by_role("link", name="Merge with another ticket").click()
    expect(tab.locator("dialog[open]")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("dialog[open]")).to_have_count(0)
    expect(tab.locator("summary", has_text="More actions")).to_be_focused()


def test_a_merged_ticket_is_taken_out_from_the_panel(two, sit_down, cast, say):  # noqa: F811
    """Unmerge: the panel names it, the dialog says what will be."""
    older, newer = two
    actions.merge(two, actor=cast.sam)
    say(Ticket.objects.get(pk=older.pk), cast.sam, "Since then")
    tab = sit_down(cast.sam, f"/t/{older.number}/")
    tab.get_by_role("tab", name="Tickets").click()
    tab.get_by_role("link", name="Take out").click()
    expect(tab.locator("dialog[open]")).to_contain_text("become a ticket of their own again")
    assert complaints(tab) == []
    tab.locator("dialog[open]").get_by_role("button", name="Take out").click()
    expect(tab).to_have_url(re.compile(f"/t/{newer.number}/"))
    expect(tab.locator("h1")).to_contain_text("Checkout on phones")


def test_messages_are_ticked_and_split_off(two, sit_down, cast, say):  # noqa: F811
    """S158, S159: boxes, a count, the new ticket; Undo leads back."""
    ticket = two[0]
    say(ticket, cast.anna, "Two payments without an order.")
    tab = sit_down(cast.sam, f"/t/{ticket.number}/split/")
    tab.get_by_label("Move #2").check()
    expect(tab.locator("[data-picked]")).to_have_text("1")
    assert complaints(tab) == []
    tab.get_by_label("Subject").fill("Two payments")
    tab.get_by_role("button", name="Split into a new ticket").click()
    expect(tab.locator("h1")).to_contain_text("Two payments")
    expect(tab.locator("#m1")).to_contain_text(f"From {ticket.number}")
    assert complaints(tab) == []
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator("h1")).to_contain_text("Shop returns 502")
    assert Ticket.objects.latest("pk").hidden == "trash"


def test_a_split_of_everything_says_what_to_do_instead(two, sit_down, cast):  # noqa: F811
    """Bad input: what was typed stays."""
    tab = sit_down(cast.sam, f"/t/{two[0].number}/split/")
    tab.get_by_label("Move #1").check()
    tab.get_by_label("Subject").fill("My words")
    tab.get_by_role("button", name="Split into a new ticket").click()
    expect(tab.get_by_role("alert")).to_contain_text("has to stay")
    expect(tab.get_by_label("Subject")).to_have_value("My words")
    expect(tab.get_by_label("Move #1")).to_be_checked()
    assert complaints(tab) == []


def test_a_link_is_made_shown_and_taken_off(two, sit_down, cast):  # noqa: F811
    """Panel “Links”: add by search, see the other's status, take off."""
    older, newer = two
    tab = sit_down(cast.sam, f"/t/{older.number}/#i-others")
    tab.get_by_role("link", name="Add a link").click()
    dialog = tab.locator("dialog[open]")
    dialog.locator("#lk-way").select_option("blocked")
    dialog.get_by_text("Checkout on phones").click()
    assert complaints(tab) == []
    dialog.get_by_role("button", name="Link tickets").click()
    tab.get_by_role("tab", name="Tickets").click()
    expect(tab.locator("#links")).to_contain_text("Blocked by")
    assert complaints(tab) == []
    tab.locator("#links").get_by_role("button", name=f"Take the link to {newer.number} off").click()
    expect(tab.locator(".toast")).to_contain_text("The link is off.")
    assert not TicketLink.objects.exists()


@pytest.mark.parametrize("script", [True, False])
def test_a_post_to_an_incident_is_read_sent_and_called_back(two, window, cast, script):
    """Undo send of one post to all, by the toast; without script by the list of one's acts. The text comes back."""
    cast.sam.undo_seconds = 30
    cast.sam.save(update_fields=["undo_seconds"])
    above, below = two
    actions.link(above, to=below, kind="incident", actor=cast.lena)
    tab = window(
        cast.sam, f"/t/{above.number}/incident/", java_script_enabled=script, viewport={"width": 390, "height": 844}
    )
    tab.get_by_label("Message to the clients").fill("It works again.")
    tab.get_by_label(f"{cast.anna.full_name}, who opened").uncheck()
    tab.get_by_role("button", name="Read it first").click()
    if script:
        expect(tab.get_by_role("heading", name="What each client gets")).to_be_focused()
        assert complaints(tab) == [] and not overflow(tab)
    tab.get_by_role("button", name="Send 1 reply").click()
    waiting = tab.locator("li[id^=waiting]")
    expect(waiting).to_contain_text("Sent to 1 ticket of this incident:")
    expect(waiting.get_by_role("button")).to_have_count(0)
    if script:
        assert complaints(tab) == [] and not overflow(tab)
    else:
        tab.goto(tab.url.partition("/t/")[0] + "/desk/activity/")
        expect(tab.locator("[data-row]").first).to_contain_text("1 reply is on its way.")
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_label("Message to the clients")).to_have_value("It works again.")
    expect(tab.get_by_label(f"{cast.anna.full_name}, who opened")).not_to_be_checked()
    assert not PendingReply.objects.exists() and below.messages.count() == 1
    tab.goto(tab.url.partition("/t/")[0] + "/desk/activity/")
    expect(tab.locator("[data-row]").first).to_contain_text("Answering 1 ticket of an incident")
    expect(tab.locator("[data-row]").first).to_contain_text("taken back")


@pytest.mark.parametrize("path", ["merge/", "merge/?other={other}", "split/", "link/", "incident/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_page_fits_a_phone_and_axe_finds_nothing(two, window, cast, path, scheme):
    """Part 9 of the first issue, on the narrowest window and in both themes."""
    older, newer = two
    actions.link(older, to=newer, kind="incident", actor=cast.sam)
    address = f"/t/{older.number}/{path.format(other=newer.number)}"
    tab = window(cast.sam, address, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert complaints(tab) == [] and not overflow(tab)


def test_everything_works_without_script(two, window, cast, say):
    """ARCHITECTURE: each dialog is a page; merge, take out, split."""
    older, newer = two
    tab = window(cast.sam, f"/t/{newer.number}/merge/", java_script_enabled=False)
    tab.locator("#mg-q").fill("shop")
    tab.get_by_role("button", name="Find").click()
    tab.locator(f"#mg-{older.number}").check()
    tab.get_by_role("button", name="Merge tickets").click()
    expect(tab.locator("h1")).to_contain_text("[MERGED]")
    tab.get_by_role("link", name="Take out").click()
    tab.get_by_role("button", name="Take out").click()
    expect(tab.locator("h1")).not_to_contain_text("MERGED")
    message = say(Ticket.objects.get(pk=older.pk), cast.anna, "Something else")
    tab.goto(tab.url.split("/t/")[0] + f"/t/{older.number}/split/")
    tab.locator(f"input[name=m][value='{message.pk}']").check()
    tab.get_by_role("button", name="Split into a new ticket").click()
    assert Message.objects.filter(origin=message).exists()

"""Many tickets at once, saved views and my activity in a real browser (S131, S133; issue 4, "Undo")."""

import re
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import expect

from helpdesk_site.tests.test_pages import overflow
from tickets import actions, bulk
from tickets.models import SavedView, Ticket
from tickets.tests.test_desk_browser import sit_down  # noqa: F401 - fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def closed():
    return Ticket.objects.filter(category="closed").count()


def test_all_of_a_list_are_closed_in_the_background_and_taken_back(sit_down, open_ticket, cast, monkeypatch):  # noqa: F811
    """S133, part 3: this page, then all that match; progress in a line; Undo from there."""
    monkeypatch.setattr("tickets.lists.queues.PAGE", 3)
    monkeypatch.setattr("tickets.lists.queues.page.__kwdefaults__", {"size": 3, "columns": ()})
    monkeypatch.setattr(bulk, "AT_ONCE", 4)
    for number in range(7):
        open_ticket(subject=f"Outage {number}")
    other = open_ticket(subject="Something else")
    tab = sit_down(cast.sam, "/desk/?view=open&q=outage")
    every = tab.locator("[name=every]")
    tab.locator("tbody input[type=checkbox]").first.check()
    expect(every).to_be_hidden()
    tab.locator("[data-bulk-all]").check()
    expect(every.locator("xpath=..")).to_contain_text("All 7 tickets of this list")
    every.check()
    tab.get_by_role("button", name=re.compile("^Close")).click()
    line = tab.locator("#job")
    expect(line).to_contain_text("Closing 7 tickets 0 of 7 tickets done.")
    job = bulk.BulkJob.objects.get()
    bulk.run(job.pk)
    expect(line).to_contain_text("7 tickets closed.")
    assert closed() == 7
    line.get_by_role("button", name="Undo").click()
    expect(tab.locator("#job")).to_contain_text("Taking back")
    bulk.run(job.pk)
    expect(tab.locator("#job")).to_contain_text("Closing 7 tickets Taken back.")
    assert closed() == 0 and not Ticket.objects.get(pk=other.pk).is_closed


def test_enter_in_a_field_of_the_bar_presses_the_button_after_it(sit_down, open_ticket, cast):  # noqa: F811
    """Bad input: tags are typed; nobody is assigned by chance."""
    ticket = open_ticket()
    tab = sit_down(cast.sam, "/desk/?view=open")
    for key in ("j", "x", "l"):
        tab.keyboard.press(key)
    tab.keyboard.type("vip")
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("1 ticket tagged: vip.")
    ticket.refresh_from_db()
    assert ticket.assignee is None and ticket.status.code == "open"


def test_a_view_is_saved_counted_and_changed(sit_down, open_ticket, cast):  # noqa: F811
    """S131, part 3: by a dialog; it stands in the rail with its number; columns are one's own."""
    open_ticket(subject="Lamp"), open_ticket(subject="Chair")
    tab = sit_down(cast.sam, "/desk/?view=open&assignee=nobody")
    tab.get_by_role("link", name="Save view").click()
    tab.get_by_role("dialog").get_by_label("Name").fill("Lamps")
    tab.get_by_role("dialog").get_by_role("button", name="Save").click()
    row = tab.locator(".rail-link", has_text="Lamps")
    expect(row).to_contain_text("2")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Lamps")
    tab.get_by_role("link", name="Columns").click()
    tab.get_by_role("dialog").get_by_label("Came by").check()
    tab.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(tab.locator("thead")).to_contain_text("Came by")
    assert SavedView.objects.get().columns != ["channel"] and SavedView.objects.count() == 1


def test_the_number_of_a_view_follows_the_list(sit_down, open_ticket, cast):  # noqa: F811
    """"Queue live": what the list learns when it is fetched anew, the views in the rail are counted by."""
    open_ticket(subject="Lamp")
    SavedView.objects.create(name="Lamps", owner=cast.sam, query="view=open")
    tab = sit_down(cast.sam, "/desk/")
    number = tab.locator(".rail-link", has_text="Lamps").locator(".n")
    expect(number).to_have_text("1")
    open_ticket(subject="Another lamp")
    cache.clear()  # the numbers are kept for a while
    tab.keyboard.press("u")
    expect(number).to_have_text("2")


def test_the_groups_of_the_rail_stay_as_they_were_left(sit_down, open_ticket, cast):  # noqa: F811
    """Part 3: what nobody works through is folded, the rest is not; each browser keeps it otherwise, and what one looks
    at is never folded away."""
    open_ticket()
    tab = sit_down(cast.sam, "/desk/")
    closed, support = (tab.locator(".rail-link", has_text=words) for words in ("Closed", "Technical support"))
    expect(closed).to_be_hidden()
    expect(support).to_be_visible()
    for name in ("Put away", "Departments"):
        tab.locator("summary", has_text=name).focus()
        tab.keyboard.press("Enter")
    expect(closed).to_be_visible()
    tab.goto(tab.url + "?view=mine")
    expect(closed).to_be_visible()
    expect(support).to_be_hidden()
    tab.locator("summary", has_text="Put away").click()
    tab.reload()
    expect(closed).to_be_hidden()
    tab.goto(tab.url.partition("?")[0] + "?view=closed")
    expect(closed).to_be_visible()
    expect(closed).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("width", [390, 1180])
def test_the_longest_names_widen_no_page(browser, live_server, client_of, open_ticket, cast, width):
    """DESIGN, "Long words are normal": a subject that is one word, unread; a view named like a sentence; time spent."""
    ticket = open_ticket(subject="Donaudampfschifffahrt" * 9)
    actions.log_time(ticket, user=cast.sam, minutes=125, text="word" * 40, is_billable=True, amount=Decimal("187.50"))
    SavedView.objects.create(name="French clients of the north and their friends", owner=cast.sam, query="view=open")
    context = browser.new_context(viewport={"width": width, "height": 900})
    session = client_of(cast.sam).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    tab, card = context.new_page(), f"/desk/clients/{cast.anna.pk}/"
    for path in ("/desk/?view=open", "/desk/times/", card, "/desk/bell/", ticket.get_absolute_url()):
        tab.goto(live_server.url + path)
        rail = tab.locator("#rail").evaluate("rail => rail.scrollWidth > rail.clientWidth")
        assert not overflow(tab) and not rail, path
    context.close()


def test_what_i_did_is_found_by_keyboard_and_taken_back(sit_down, open_ticket, cast):  # noqa: F811
    """Part 8: g a."""
    ticket = open_ticket(subject="Lamp")
    tab = sit_down(cast.sam, "/desk/?view=open")
    for key in ("j", "x", "c"):
        tab.keyboard.press(key)
    expect(tab.locator(".toast")).to_contain_text("1 ticket closed.")
    tab.wait_for_load_state()
    tab.keyboard.press("g")
    tab.keyboard.press("a")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("My activity")
    tab.locator("ol").get_by_role("button", name="Undo").first.click()
    expect(tab.locator(".toast")).to_contain_text("Taken back.")
    expect(tab.locator("ol")).to_contain_text("taken back")
    ticket.refresh_from_db()
    assert not ticket.is_closed


@pytest.mark.parametrize(
    "path", ["/desk/views/", "/desk/activity/", "/desk/columns/?view=open", "/desk/views/new/?view=open"]
)
def test_without_script_each_is_a_page(browser, live_server, client_of, open_ticket, cast, path):
    """Done when 4: nothing here needs script."""
    from django.conf import settings

    open_ticket()
    context = browser.new_context(java_script_enabled=False)
    session = client_of(cast.lena).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    tab = context.new_page()
    tab.goto(live_server.url + path)
    expect(tab.locator("h1")).to_be_visible()
    if "new" in path:
        tab.get_by_label("Name").fill("Mine")
        tab.get_by_role("button", name="Save").click()
        expect(tab.locator("h1")).to_contain_text("Mine")
        tab.locator("tbody input[type=checkbox]").first.check()
        tab.locator(".bulkbar").get_by_role("button", name=re.compile("^Close")).click()
        expect(tab.locator(".toast")).to_contain_text("1 ticket closed.")
    context.close()

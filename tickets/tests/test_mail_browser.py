"""Mail in a real browser: pictures stand in their place, nothing foreign is fetched, and no script is needed."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tickets.models import Ticket

from .test_mail_shown import from_anna  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab_of(browser, live_server, client_of):
    """`tab_of(sam, "/desk/")`: a tab in which Sam is signed in; `script=False`: of a browser without JavaScript."""
    contexts = []

    def open_tab(person, path, *, script=True):
        context = browser.new_context(java_script_enabled=script)
        contexts.append(context)
        session = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        tab = context.new_page()
        tab.asked = []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.goto(live_server.url + path)
        return tab

    yield open_tab
    for context in contexts:
        context.close()


@pytest.mark.parametrize("person", ["sam", "anna"])
def test_our_pictures_are_shown_and_no_other_is_fetched(from_anna, tab_of, live_server, cast, picture, person):  # noqa: F811
    """T03, in a browser: the readers of a mail are not watched."""
    html = '<p>See <img src="cid:shot@x"><img src="https://t.example/a.png"><img src="//t.example/o.gif" width=1></p>'
    got = from_anna(html, ("shot@x", "shot.png", picture((40, 30))))
    tab = tab_of(getattr(cast, person), got.ticket.get_absolute_url())
    shown = tab.locator("img.placed")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 40)
    assert [address for address in tab.asked if not address.startswith(live_server.url)] == []
    tab.get_by_text("1 picture of the mail").click()
    expect(tab.get_by_text("shot.png")).to_be_visible()


def test_a_held_mail_becomes_a_ticket_without_a_script(arrive, tab_of, cast):
    """Part 9 of the first issue: every page works without JavaScript."""
    arrive("dora@outside.example", subject="Prices", text="What does it cost?")
    tab = tab_of(cast.sam, "/desk/mail/", script=False)
    tab.get_by_role("link", name="Prices").click()
    expect(tab.locator(".work-main")).to_contain_text("What does it cost?")
    tab.get_by_role("button", name="Accept").click()
    expect(tab.locator("#thread")).to_contain_text("What does it cost?")
    expect(tab).to_have_url(re.compile(f"/t/{Ticket.objects.get().number}/"))


def test_mails_are_put_aside_by_the_dozen(arrive, tab_of, cast):
    """Spam is no work of single clicks."""
    for number in range(3):
        arrive(f"d{number}@outside.example", subject=f"Prize {number}")
    tab = tab_of(cast.sam, "/desk/mail/")
    tab.get_by_label("Select all on this page").check()
    expect(tab.locator("[data-bulk-count]").first).to_have_text("3")
    tab.get_by_role("button", name="Put aside, without effect").click()
    expect(tab.locator(".toast")).to_contain_text("3 mails were put aside.")
    expect(tab.locator("#main")).to_contain_text("No mail waits for a decision")


def test_a_stranger_writes_by_the_contact_form(page, live_server, cast):
    """S181: as a person does, who needs longer than three seconds."""
    page.goto(live_server.url + "/contact/")
    page.get_by_label("Your name").fill("Dora Duck")
    page.get_by_label("Your e-mail address").fill("dora@outside.example")
    page.get_by_label("Subject").fill("Prices")
    page.get_by_label("Your message").fill("What does it cost?")
    page.wait_for_timeout(3200)
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("h1")).to_have_text("We have your message")
    assert Ticket.objects.get().subject == "Prices"

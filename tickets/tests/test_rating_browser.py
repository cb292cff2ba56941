"""Stars in a real browser: by keyboard, in a hurry, without a connection, without script, on a phone (S171, C14)."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from departments.models import Policy
from helpdesk_site.tests.browsing import until
from helpdesk_site.tests.test_pages import complaints, overflow
from tickets import actions
from tickets.models import Rating, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TARGET = 24  # pixels: what one hits (WCAG 2.5.8)


@pytest.fixture
def answered(support, ticket, say, sam, set_policy):
    """Anna's ticket with two replies of Sam's, numbers 2 and 3."""
    set_policy(support, rating_mode=Policy.Ratings.BOTH)
    say(ticket, sam, "Try again.")
    say(ticket, sam, "And now?")
    return ticket


@pytest.fixture
def sit_down(context, live_server, client_of, anna):
    """`sit_down(ticket)`: a tab in which Anna has her ticket before her."""

    def open_tab(ticket, context=context):
        session = client_of(anna).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        tab = context.new_page()
        tab.goto(live_server.url + ticket.get_absolute_url())
        return tab

    return open_tab


def kept():
    """{number of the message: stars}, None for the ticket itself."""
    return dict(Rating.objects.values_list("message__number", "stars"))


def said(tab, place):
    return tab.locator(f"{place} form.rate [role=status]")


def test_stars_are_chosen_with_the_arrows_and_the_focus_stays(answered, sit_down):
    """ui/DESIGN 6: the last of them is kept; the thanks are said where a screen reader listens already."""
    tab = sit_down(answered)
    listening = said(tab, "#m2").element_handle()
    tab.locator("#m2-star-1").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        tab.keyboard.press(key)
    until(tab, lambda: kept() == {2: 3})
    expect(said(tab, "#m2")).to_have_text("Thank you")
    expect(tab.locator("#m2-star-3")).to_be_focused()
    expect(tab.locator("#m2-star-3")).to_be_checked()
    assert listening.evaluate("said => said.isConnected")
    expect(said(tab, "#m3")).to_have_text("")
    expect(tab.locator("#m3 :checked")).to_have_count(0)


def test_the_last_of_quick_choices_is_kept_and_shown(answered, sit_down):
    """5, 3, 4, while the answer to the first is on its way: that one changes nothing chosen since."""
    tab, held = sit_down(answered), []
    tab.route("**/rate/", lambda route: route.continue_() if held else held.append(route))
    stars = tab.locator("#m2 .star")
    stars.nth(4).click()
    until(tab, lambda: held)
    stars.nth(2).click()
    stars.nth(3).click()
    held[0].continue_()
    until(tab, lambda: kept() == {2: 4})
    expect(said(tab, "#m2")).to_have_text("Thank you")
    expect(tab.locator("#m2-star-4")).to_be_checked()
    expect(tab.locator(".toast")).to_have_count(0)


@pytest.mark.parametrize("trouble", ["offline", "restarting", "switched off", "a week over"])
def test_stars_that_are_not_kept_do_not_look_as_if(trouble, answered, sit_down, anna, support, set_policy):
    """ui/DESIGN 6, "Optimistic": those that are kept stand there again, and why is said."""
    actions.rate(answered, stars=4, actor=anna, message=answered.messages.get(number=2))
    tab = sit_down(answered)
    if trouble == "offline":
        tab.context.set_offline(True)
    elif trouble == "restarting":
        tab.route("**/rate/", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    elif trouble == "switched off":
        set_policy(support, rating_mode=Policy.Ratings.OFF)
    else:
        Rating.objects.update(at=timezone.now() - timedelta(days=8))
    tab.locator("#m2 .star").nth(0).click()
    if trouble == "a week over":
        expect(said(tab, "#m2")).to_have_text("A rating can be changed for a week.")
    else:
        expect(tab.locator(".toast")).to_contain_text("That did not work.")
        expect(said(tab, "#m2")).to_have_text("")
    expect(tab.locator("#m2-star-4")).to_be_checked()
    assert kept() == {2: 4}


def test_what_was_chosen_and_not_kept_is_gone_after_the_way_back(answered, sit_down):
    """No browser puts into the form what its reader had chosen before they left."""
    tab = sit_down(answered)
    tab.route("**/rate/", lambda route: route.abort())
    tab.locator("#m2-star-5").check(force=True)
    tab.locator(".crumbs a").click()
    expect(tab).to_have_url(re.compile("/tickets/"))
    tab.go_back()
    expect(tab.locator("#m2 .star")).to_have_count(5)
    expect(tab.locator("#m2 :checked")).to_have_count(0)


def test_stars_are_sent_without_script(browser, answered, sit_down, anna):
    """The button sends and leads back to the message, or to the card of a closed ticket."""
    context = browser.new_context(java_script_enabled=False)
    tab = sit_down(answered, context)
    reply = tab.locator("#m2")
    reply.get_by_title("4 of 5 stars: very good").click()
    reply.get_by_role("button", name="Send rating").click()
    expect(tab).to_have_url(re.compile("#m2$"))
    expect(tab.locator(".toast")).to_have_text("Thank you for your rating.")
    expect(tab.locator("#m2-star-4")).to_be_checked()
    actions.close(Ticket.objects.get(pk=answered.pk), actor=anna)
    tab.reload()
    card = tab.get_by_role("region", name="How did we do?")
    card.get_by_title("5 of 5 stars: excellent").click()
    card.get_by_role("button", name="Send rating").click()
    expect(tab).to_have_url(re.compile("#rating$"))
    context.close()
    assert kept() == {2: 4, None: 5}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_stars_can_be_read_and_hit_by_everybody(browser, answered, sit_down, anna, width, scheme):
    """axe finds nothing: stars to choose, chosen ones, and those that can be changed no more."""
    actions.rate(answered, stars=2, actor=anna, message=answered.messages.get(number=2))
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = sit_down(answered, context)
    tab.locator("#m3 .star").nth(2).click()
    expect(said(tab, "#m3")).to_have_text("Thank you")
    boxes = [star.bounding_box() for star in tab.locator("#m3 .star").all()]
    assert all(min(box["width"], box["height"]) >= TARGET for box in boxes)
    assert complaints(tab) == [] and not overflow(tab)
    actions.close(Ticket.objects.get(pk=answered.pk), actor=anna)
    Rating.objects.filter(message__number=2).update(at=timezone.now() - timedelta(days=8))
    tab.reload()
    expect(tab.locator("#m2").get_by_role("img", name="Rated 2 out of 5 stars")).to_be_visible()
    expect(tab.get_by_role("group", name="How well did we solve it?")).to_be_visible()
    assert complaints(tab) == [] and not overflow(tab)
    context.close()

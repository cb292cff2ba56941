"""The account's pages in a real browser: with and without script, on a telephone, for those who cannot see them."""
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import expect

from accounts import confirmations, passes
from accounts.models import User

from .post import last_letter, link_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRANGERS = [
    "/accounts/login/", "/accounts/signup/", "/accounts/signup/sent/", "/accounts/password/reset/",
    "/accounts/password/reset/sent/", "/accounts/password/reset/1-x/", "/accounts/confirm/x/",
    "/g/", "/g/sent/", "/g/x/",
]  # fmt: skip
ONES_OWN = ["/accounts/profile/", "/accounts/password/", "/accounts/email/", "/accounts/sessions/", "/accounts/logout/"]


def come_in(context, live_server, client_of, person):
    session = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])


def troubles(tab):
    found = [f"{tab.url}: {row['id']} {row['nodes'][0]['html'][:100]}" for row in Axe().run(tab).response["violations"]]
    if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{tab.url}: wider than the screen")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_every_page_can_be_read_by_everybody(context, live_server, client_of, cast, scheme, width):
    """axe-core: no violation, no page wider than its screen; for strangers, clients and staff."""
    tab = context.new_page()
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": width, "height": 900})
    visits = [(None, page) for page in STRANGERS] + [(who, page) for who in (cast.anna, cast.sam) for page in ONES_OWN]
    found, now = [], None
    for who, page in visits:
        if who is not now:
            come_in(context, live_server, client_of, who)
            now = who
        tab.goto(live_server.url + page)
        found += troubles(tab)
    assert found == []


def test_forms_with_errors_can_be_read_by_everybody_and_take_the_eye_there(context, live_server, db):
    tab = context.new_page()
    for page in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/g/"):
        tab.goto(live_server.url + page)
        tab.locator("main form").evaluate("form => form.noValidate = true")
        tab.locator("main .btn-primary").click()
        expect(tab.locator("#errors")).to_be_focused()
        assert tab.title().startswith("Error:") and troubles(tab) == []


def test_mira_signs_up_and_a_click_in_the_same_browser_lets_her_in(context, live_server, db):
    """Done when, 1: sign up, confirm by the letter."""
    tab = context.new_page()
    tab.goto(live_server.url + "/accounts/signup/")
    tab.get_by_label("Your name").fill("Mira Toland")
    tab.get_by_label("E-mail address").fill("mira@example.org")
    tab.get_by_label("Password", exact=True).fill("three quiet words")
    tab.get_by_role("button", name="Create the account").click()
    expect(tab.locator("main")).to_contain_text("mira@example.org")
    tab.goto(live_server.url + link_in(last_letter("mira@example.org")))
    tab.get_by_role("button", name="Confirm the address").click()
    expect(tab.get_by_text("Welcome. Your address is confirmed.")).to_be_visible()
    assert User.objects.get(email="mira@example.org").name == "Mira Toland"


def test_the_browsers_zone_is_known_at_once_and_chosen_by_a_click(browser, live_server, client_of, anna):
    User.objects.filter(pk=anna.pk).update(time_zone="")
    context = browser.new_context(timezone_id="Asia/Almaty")
    come_in(context, live_server, client_of, anna)
    tab = context.new_page()
    tab.goto(live_server.url + "/accounts/profile/")
    tab.reload()
    expect(tab.locator(".foot")).to_contain_text("Asia/Almaty")
    tab.get_by_role("button", name="Use that").click()
    expect(tab.get_by_label("Time zone")).to_have_value("Asia/Almaty")
    context.close()


def test_all_of_it_works_without_script(browser, live_server, client_of, cast):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(live_server.url + "/accounts/login/?next=/accounts/profile/")
    tab.get_by_label("E-mail address").fill(cast.anna.email)
    tab.get_by_label("Password", exact=True).fill("demo-helpdesk")
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_label("Your name").fill("Anna B.")
    tab.get_by_label("Time zone").select_option("Europe/Paris")
    tab.get_by_role("button", name="Save").first.click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    tab.goto(live_server.url + "/accounts/logout/")
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_text("You are signed out.")).to_be_visible()
    tab.goto(live_server.url + "/g/" + passes.issue(cast.greta, "KTR-482913") + "/")
    assert "/g/" not in tab.url
    ute = User.objects.create_user("ute@example.org", name="Ute Brandt")
    confirmations.invite(ute)
    tab.goto(live_server.url + link_in(last_letter(ute.email)))
    tab.get_by_label("New password").fill("three quiet words here")
    tab.get_by_role("button", name="Set the password").click()
    expect(tab.get_by_role("heading", name="Sign in to support")).to_be_visible()
    context.close()
    assert User.objects.get(pk=cast.anna.pk).name == "Anna B."

"""Writing at the desk in a real browser: drafts that survive a sign-out, replies set for later, crossing, the timer."""

import re

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from departments.models import Activity
from departments.policy import forget
from helpdesk_site.tests.browsing import until
from helpdesk_site.tests.test_pages import complaints
from tickets.models import Attachment, Draft, Message, PendingReply, Ticket, TimeEntry

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(sit_down, ticket, cast):  # noqa: F811 - the fixture
    """Sam at Anna's ticket."""
    return sit_down(cast.sam, f"/t/{ticket.number}/")


def test_a_draft_survives_a_sign_out(sit_down, tab, ticket, cast):  # noqa: F811 - the fixture
    """ost#635, FIELD 1.2: typed, saved by itself, signed out, signed in on another device: it is in the box again."""
    tab.keyboard.press("r")
    tab.keyboard.type("An hour of work")
    expect(tab.locator("#pane-reply [data-draft-state]")).to_contain_text("Draft saved at")
    tab.locator(".rail-user summary").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.locator(".toast")).to_contain_text("You are signed out.")
    other = sit_down(cast.sam, f"/t/{ticket.number}/")
    expect(other.locator("#id_reply")).to_have_value("An hour of work")
    other.goto(other.url.replace(f"/t/{ticket.number}/", "/desk/?view=open"))
    expect(other.locator("[data-row]")).to_contain_text("draft")


def test_a_note_that_was_begun_is_told_of_and_found_from_the_list_of_drafts(tab, ticket, cast):
    """FIELD 1.2: its tab says so while the reply is in front; the list leads to the box it was typed in."""
    tab.keyboard.press("n")
    tab.keyboard.type("Half a note")
    expect(tab.locator("#pane-note [data-draft-state]")).to_contain_text("Draft saved at")
    tab.reload()
    expect(tab.locator("#pane-reply")).to_be_visible()
    expect(tab.get_by_role("tab", name="Note")).to_contain_text("draft")
    expect(tab.get_by_role("tab", name="Reply")).not_to_contain_text("draft")
    assert complaints(tab) == []
    tab.get_by_role("link", name="Drafts").click()
    tab.locator("main").get_by_role("link", name=re.compile(ticket.number)).click()
    expect(tab.locator("#id_note")).to_be_focused()
    tab.keyboard.type(", and its end")
    expect(tab.locator("#id_note")).to_have_value("Half a note, and its end")
    expect(tab.locator("#pane-reply")).to_be_hidden()
    until(tab, lambda: Draft.objects.get().fields["message"] == "Half a note, and its end")


def test_a_draft_is_saved_only_after_the_one_before(sit_down, ticket, cast):  # noqa: F811 - the fixture
    """FIELD 1.2: on a slow line the older text never arrives last."""
    tab, held, asked = sit_down(cast.sam, "/desk/"), [], []
    tab.clock.install(time=timezone.now())
    tab.goto(tab.url.replace("/desk/", f"/t/{ticket.number}/"))
    tab.route("**/drafts/save/**", lambda route: route.continue_() if held else held.append(route))
    tab.on("request", lambda request: asked.append(request) if "/drafts/save/" in request.url else None)
    tab.locator("#id_reply").fill("Half of it")
    with tab.expect_request("**/drafts/save/**"):
        tab.clock.run_for(2_100)
    tab.locator("#id_reply").fill("All of it")
    tab.clock.run_for(2_100)
    assert len(asked) == 1
    with tab.expect_response(lambda answer: "All+of" in (answer.request.post_data or "")):
        held[0].continue_()
    assert Draft.objects.get().fields["message"] == "All of it"
    tab.reload()
    expect(tab.locator("#id_reply")).to_have_value("All of it")


def test_two_devices_lose_neither_text(sit_down, tab, ticket, cast):  # noqa: F811 - the fixture
    """DESIGN 6, Autosave: the text typed elsewhere is offered, and put below on a click."""
    other = sit_down(cast.sam, f"/t/{ticket.number}/")
    for page, words in ((other, "On the phone"), (tab, "At the desk")):
        page.keyboard.press("r")
        page.keyboard.type(words)
        state = "Draft saved at" if page is other else "You typed something else here"
        expect(page.locator("#pane-reply [data-draft-state]")).to_contain_text(state)
    assert complaints(tab) == []
    tab.get_by_role("button", name="Put it below").click()
    expect(tab.locator("#id_reply")).to_have_value("At the desk\n\nOn the phone")
    expect(tab.locator("#pane-reply [data-draft-state]")).to_contain_text("Draft saved at")


def test_a_page_that_was_told_of_the_other_text_says_nothing_more_when_it_closes(sit_down, ticket, cast):  # noqa: F811
    """Its words were kept beside the other's: what was made of both since is not overwritten."""
    path = f"/t/{ticket.number}/"
    phone, desk = sit_down(cast.sam, path), sit_down(cast.sam, path)
    for page, words, state in (
        (phone, "On the phone", "Draft saved at"), (desk, "At the desk", "You typed something else here"),
    ):  # fmt: skip
        page.locator("#id_reply").fill(words)
        expect(page.locator("#pane-reply [data-draft-state]")).to_contain_text(state)
    third = sit_down(cast.sam, path)
    third.get_by_role("button", name="Put it below").click()
    expect(third.locator("#id_reply")).to_have_value("At the desk\n\nOn the phone")
    desk.goto(desk.url.replace(path, "/desk/activity/"))
    expect(desk.locator("h1")).to_have_text("My activity")
    fields = Draft.objects.get().fields
    assert fields["message"] == "At the desk\n\nOn the phone" and "elsewhere" not in fields


@pytest.mark.parametrize(("who", "path"), [("anna", "/tickets/new/support/"), ("sam", "/desk/new/?client={anna}")])
def test_two_devices_lose_neither_text_of_a_new_ticket(sit_down, cast, who, path):  # noqa: F811 - the fixture
    """The same for clients in the portal and for staff who open a ticket for one: offered, put below, there again."""
    person, path = getattr(cast, who), path.format(anna=cast.anna.pk)
    phone, desk = sit_down(person, path), sit_down(person, path)
    for page, words, state in (
        (phone, "On the phone", "Draft saved at"), (desk, "At the desk", "You typed something else here"),
    ):  # fmt: skip
        page.locator("#id_message").fill(words)
        expect(page.locator("[data-draft-state]")).to_contain_text(state)
    third = sit_down(person, path)
    expect(third.locator(".typed-elsewhere")).to_have_text("On the phone")
    assert complaints(third) == []
    desk.get_by_role("button", name="Put it below").click()
    expect(desk.locator("#id_message")).to_have_value("At the desk\n\nOn the phone")
    until(desk, lambda: "On the phone" in Draft.objects.get().fields["message"])
    third = sit_down(person, path)
    expect(third.locator("#id_message")).to_have_value("At the desk\n\nOn the phone")
    expect(third.locator(".typed-elsewhere")).to_have_count(0)
    assert complaints(third) == []


@pytest.mark.parametrize(("who", "path"), [("anna", "/tickets/new/support/"), ("sam", "/desk/new/?client={anna}")])
def test_files_of_a_new_ticket_wait_on_any_device_and_go_with_it(sit_down, cast, who, path):  # noqa: F811
    """FIELD 1.2: uploaded as they are chosen, there again in another browser; what is taken out is gone."""
    person, path = getattr(cast, who), path.format(anna=cast.anna.pk)
    desk = sit_down(person, path)
    desk.locator("#id_message").fill("See the two files.")
    files = [{"name": f"{name}.log", "mimeType": "text/plain", "buffer": b"a line\n"} for name in ("one", "two")]
    desk.locator("#id_attachments").set_input_files(files)
    expect(desk.locator("[data-file-list] .file", has_text="uploaded")).to_have_count(2)
    expect(desk.locator("[data-draft-state]")).to_contain_text("Draft saved at")
    phone = sit_down(person, path)
    expect(phone.locator("[data-file-list] .file")).to_have_count(2)
    assert complaints(phone) == []
    phone.get_by_role("button", name="Remove two.log").click()
    until(phone, lambda: Attachment.objects.count() == 1)
    phone.reload()
    expect(phone.locator("[data-file-list] .file")).to_have_count(1)
    phone.locator("#id_subject").fill("Two files")
    phone.locator("main .btn-primary").click()
    until(phone, lambda: Ticket.objects.exists() and not Draft.objects.exists())
    assert Ticket.objects.get().messages.get().attachments.get().name == "one.log"


def test_the_text_of_the_other_device_is_there_when_the_page_was_closed(sit_down, tab, ticket, cast):  # noqa: F811
    """Nothing is lost: not offered while the page was open, it is on the next one; one click puts it below."""
    other = sit_down(cast.sam, f"/t/{ticket.number}/")
    other.keyboard.press("r")
    other.keyboard.type("On the phone")
    expect(other.locator("#pane-reply [data-draft-state]")).to_contain_text("Draft saved at")
    tab.keyboard.press("r")
    tab.keyboard.type("At the desk")
    tab.goto(tab.url.replace(f"/t/{ticket.number}/", "/desk/"))
    until(tab, lambda: any("At the desk" in str(draft.fields) for draft in Draft.objects.all()))
    tab.goto(other.url)
    expect(tab.locator("#id_reply")).to_have_value("At the desk")
    expect(tab.locator("#pane-reply .notice")).to_contain_text("On the phone")
    assert complaints(tab) == []
    tab.get_by_role("button", name="Put it below").click()
    expect(tab.locator("#id_reply")).to_have_value("At the desk\n\nOn the phone")
    expect(tab.locator("#pane-reply .notice")).to_have_count(0)


def test_a_reply_is_set_for_later_and_called_off_by_the_client(tab, ticket, cast, say):
    """FIELD 1.2: nothing is sent, its text is in the box, and the page says why."""
    tab.keyboard.press("r")
    tab.keyboard.type("How is it today?")
    tab.locator("#pane-reply .btn-group summary").click()
    assert complaints(tab) == []
    tab.get_by_role("button", name=re.compile("^Tomorrow at 9:00")).click()
    expect(tab.locator(".toast")).to_contain_text("Your reply goes on")
    expect(tab.locator("li[id^=waiting]")).to_contain_text("Sends on")
    assert complaints(tab) == []
    say(ticket, cast.anna, "It works again.")
    tab.reload()
    expect(tab.locator("#id_reply")).to_have_value("How is it today?")
    expect(tab.locator("#pane-reply .notice")).to_contain_text("somebody wrote before")
    assert not Message.objects.filter(by_staff=True).exists() and complaints(tab) == []


def test_enter_in_the_time_to_send_it_sends_it_then_and_not_at_once(tab, ticket):
    """Enter in a menu's field never presses the main button of the form around it."""
    tab.keyboard.press("r")
    tab.keyboard.type("In the new year.")
    tab.locator("#pane-reply summary", has_text="More about the time").click()
    tab.locator("#reply_amount").fill("10")
    tab.keyboard.press("Enter")
    expect(tab.locator("#reply_amount")).to_be_hidden()
    tab.locator("#pane-reply .btn-group summary").click()
    tab.locator("#later_at").fill(f"{timezone.now().year + 1}-01-04T09:00")
    tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_contain_text("Your reply goes on")
    pending = PendingReply.objects.get()
    assert pending.is_later and pending.due_at.year == timezone.now().year + 1


def test_text_and_time_of_one_that_waits_are_changed_in_a_dialog(tab, ticket):
    tab.keyboard.press("r")
    tab.keyboard.type("Half.")
    tab.locator("#pane-reply .btn-group summary").click()
    tab.get_by_role("button", name="In 2 hours").click()
    tab.get_by_role("link", name="Edit").first.click()
    expect(tab.locator("dialog #later_message")).to_be_focused()
    assert complaints(tab) == []
    tab.locator("#later_message").fill("Whole.")
    tab.locator("dialog").get_by_role("button", name="Save").click()
    expect(tab.locator("li[id^=waiting]")).to_contain_text("Whole.")
    tab.get_by_role("button", name="Call off").click()
    expect(tab.locator("#id_reply")).to_have_value("Whole.")
    assert not PendingReply.objects.exists()


def test_a_reply_set_for_later_that_crosses_another_is_held_back(sit_down, tab, ticket, cast, say):  # noqa: F811
    """S6, in two browsers: Lena answers while Sam writes; his plan is not made before he has read it."""
    User.objects.update(undo_seconds=60)
    lena = sit_down(cast.lena, f"/t/{ticket.number}/")
    tab.keyboard.press("r")
    tab.keyboard.type("My answer.")
    lena.keyboard.press("r")
    lena.keyboard.type("I have it already.")
    lena.keyboard.press("Control+Enter")
    lena.get_by_role("button", name="Send now").click()
    expect(lena.locator("#thread")).to_contain_text("I have it already.")
    tab.locator("#pane-reply .btn-group summary").click()
    tab.get_by_role("button", name="In 2 hours").click()
    expect(tab.get_by_role("alert")).to_contain_text("Somebody wrote while you were writing")
    expect(tab.locator("#id_reply")).to_have_value("My answer.")
    assert not PendingReply.objects.exists() and complaints(tab) == []
    tab.get_by_role("alert").get_by_role("button", name="Send later").click()
    expect(tab.locator(".toast")).to_contain_text("Your reply goes on")
    assert PendingReply.objects.get().is_later


def test_what_was_meant_is_sent_at_the_time_it_was_set_for(tab):
    """FIELD 2.3: the look before sending forgets no time; “Send anyway” is not “now”."""
    tab.keyboard.press("r")
    tab.keyboard.type("Thanks to @Lena it works.")
    tab.locator("#pane-reply .btn-group summary").click()
    tab.get_by_role("button", name="In 2 hours").click()
    expect(tab.get_by_role("alert")).to_contain_text("A colleague is called")
    tab.get_by_role("button", name="Send anyway").click()
    expect(tab.locator(".toast")).to_contain_text("Your reply goes on")
    assert PendingReply.objects.get().is_later


def test_the_timer_counts_holds_and_goes_with_the_reply(sit_down, ticket, cast):  # noqa: F811 - the fixture
    """S152: it starts with the ticket where the person likes that, and holds while its field is typed in."""
    cast.sam.runs_timer, cast.sam.undo_seconds = True, 0
    cast.sam.save(update_fields=["runs_timer", "undo_seconds"])
    tab = sit_down(cast.sam, "/desk/")
    tab.clock.install(time=timezone.now())
    tab.goto(tab.url.replace("/desk/", f"/t/{ticket.number}/"))
    timer, field = tab.locator("#pane-reply [data-timer]"), tab.locator("#reply_time")
    expect(timer).to_have_attribute("aria-pressed", "true")
    tab.clock.fast_forward("07:00")
    expect(field).to_have_value("0:07")
    timer.click()
    tab.clock.fast_forward("05:00")
    expect(field).to_have_value("0:07")
    field.fill("0:10")
    timer.click()
    tab.clock.fast_forward("02:10")
    expect(field).to_have_value("0:12")
    tab.locator("#id_reply").fill("Done.")
    tab.locator("#pane-reply").get_by_role("button", name=re.compile("^Send as")).click()
    expect(tab.locator("#thread")).to_contain_text("Time logged: 0:12")
    assert TimeEntry.objects.get().minutes == 12


def test_the_timer_goes_on_after_a_reload_and_begins_anew_after_sending(sit_down, ticket, cast):  # noqa: F811
    """S152: what has been counted is there again, in this tab; a look at the list loses none of it."""
    cast.sam.undo_seconds = 0
    cast.sam.save(update_fields=["undo_seconds"])
    tab, here = sit_down(cast.sam, "/desk/"), f"/t/{ticket.number}/"
    tab.clock.install(time=timezone.now())
    timer, field = tab.locator("#pane-reply [data-timer]"), tab.locator("#reply_time")
    tab.goto(tab.url.replace("/desk/", here))
    timer.click()
    tab.clock.fast_forward("03:00")
    expect(field).to_have_value("0:03")
    tab.reload()
    expect(field).to_have_value("0:03")
    expect(timer).to_have_attribute("aria-pressed", "true")
    tab.clock.fast_forward("02:00")
    tab.goto(tab.url.replace(here, "/desk/"))
    tab.goto(tab.url.replace("/desk/", here))
    expect(field).to_have_value("0:05")
    tab.locator("#id_reply").fill("Ask {{nobody.knows}}.")
    tab.keyboard.press("Control+Enter")
    expect(tab.get_by_role("alert")).to_contain_text("A field is not filled in")
    expect(timer).to_have_attribute("aria-pressed", "true")
    tab.clock.fast_forward("01:00")
    expect(field).to_have_value("0:06")
    tab.locator("#id_reply").fill("Done.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#thread")).to_contain_text("Time logged: 0:06")
    expect(field).to_have_value("")
    expect(timer).to_have_attribute("aria-pressed", "false")


def test_what_is_typed_after_the_timer_was_held_is_what_is_logged(sit_down, ticket, cast):  # noqa: F811
    """S152: correctable: the timer never writes over somebody's own figure."""
    cast.sam.undo_seconds = 0
    cast.sam.save(update_fields=["undo_seconds"])
    tab = sit_down(cast.sam, "/desk/")
    tab.clock.install(time=timezone.now())
    tab.goto(tab.url.replace("/desk/", f"/t/{ticket.number}/"))
    timer, field = tab.locator("#pane-reply [data-timer]"), tab.locator("#reply_time")
    field.fill("1h 5m")
    timer.click()
    tab.clock.fast_forward("02:00")
    expect(field).to_have_value("1:07")
    field.fill("0:30")
    tab.locator("#id_reply").fill("Done.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#thread")).to_contain_text("Time logged: 0:30")
    assert TimeEntry.objects.get().minutes == 30


def test_time_is_logged_and_corrected_in_a_dialog(tab, ticket, cast):
    """An activity that is billable as a rule ticks the box."""
    Activity.objects.create(name="Consulting", is_billable=True, hourly=60)
    forget()
    tab.reload()
    tab.locator("a[href='#i-options']").click()
    tab.get_by_role("link", name="Log time").click()
    expect(tab.locator("dialog #id_time")).to_be_visible()
    assert complaints(tab) == []
    tab.locator("dialog #id_time").fill("1h 5m")
    tab.locator("dialog [name=activity]").select_option("Consulting")
    expect(tab.locator("dialog [name=billable]")).to_be_checked()
    tab.locator("dialog").get_by_role("button", name="Save").click()
    expect(tab.locator(".toast")).to_contain_text("Time logged.")
    tab.locator("a[href='#i-options']").click()
    expect(tab.locator("#i-options")).to_contain_text("1:05")
    assert (entry := TimeEntry.objects.get()).minutes == 65 and entry.amount == 65


def test_without_script_a_reply_is_set_for_later_and_time_goes_with_it(browser, live_server, client_of, ticket, cast):
    """Every control stands in the page: the menu opens, its buttons send."""
    context = browser.new_context(java_script_enabled=False)
    session = client_of(cast.sam).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    tab = context.new_page()
    tab.goto(f"{live_server.url}/t/{ticket.number}/")
    tab.locator("#id_reply").fill("Later.")
    tab.locator("#reply_time").fill("0:05")
    tab.locator("#pane-reply .btn-group summary").click()
    tab.get_by_role("button", name=re.compile("^Tomorrow at 9:00")).click()
    expect(tab.locator("li[id^=waiting]")).to_contain_text("Sends on")
    row = PendingReply.objects.get()
    assert row.is_later and row.after["time"]["minutes"] == 5
    tab.goto(f"{live_server.url}/t/{ticket.number}/")
    tab.get_by_role("button", name="Send now").click()
    expect(tab.locator("#m2")).to_contain_text("Later.")
    assert TimeEntry.objects.get().message.body == "Later."
    context.close()


def test_a_page_one_comes_back_to_is_drawn_anew_so_that_the_next_reply_goes_too(tab, ticket, cast):
    """A browser may keep a page as it was left: its form was sent, and the same form is answered once."""
    cast.sam.undo_seconds = 0
    cast.sam.save(update_fields=["undo_seconds"])
    key = "document.querySelector('#pane-reply [name=form_key]').value"
    first = tab.evaluate(key)
    tab.evaluate("document.querySelector('#pane-reply').dataset.sent = '1'")
    with tab.expect_navigation():
        tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert tab.evaluate(key) != first
    tab.locator("#id_reply").fill("Another one.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("#thread")).to_contain_text("Another one.")

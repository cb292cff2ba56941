"""What the script adds to pages that work without it (DESIGN, part 6). Each test is one habit of a person."""
import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tickets import actions
from tickets.models import Draft, Ticket
from tickets.writing import write

from .browsing import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browse(context, live_server, client_of):
    """`browse(anna, "/tickets/")`: a tab in which Anna is signed in; `browse(None, …)`: a stranger's."""

    def open_tab(person, path):
        if person:
            session = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        tab = context.new_page()
        tab.goto(live_server.url + path)
        return tab

    return open_tab


def written(tab, subject="The cart answers 502", message="Since **noon**."):
    tab.get_by_label("Subject").fill(subject)
    tab.locator("#id_message").click()
    tab.keyboard.type(message)


# --- Writing ------------------------------------------------------------


def test_what_is_typed_is_kept_and_still_there_after_a_reload(browse, anna, billing):
    """Part 4 of the first issue: a draft is kept on the server while typing."""
    tab = browse(anna, "/tickets/new/billing/")
    with tab.expect_response(lambda answer: "noon" in (answer.request.post_data or "")):
        written(tab)
    expect(tab.locator("[data-draft-state]")).to_have_text(re.compile("Draft saved at"))
    tab.reload()
    expect(tab.get_by_label("Subject")).to_have_value("The cart answers 502")
    expect(tab.locator("#id_message")).to_have_value("Since **noon**.")


def test_leaving_at_once_keeps_it_too(browse, anna, billing, live_server):
    tab = browse(anna, "/tickets/new/billing/")
    written(tab)
    tab.goto(live_server.url + "/tickets/")
    until(tab, lambda: any("noon" in str(draft.fields) for draft in Draft.objects.all()))
    tab.goto(live_server.url + "/tickets/new/billing/")
    expect(tab.locator("#id_message")).to_have_value("Since **noon**.")


def test_files_are_uploaded_while_writing_shown_with_their_size_and_may_be_removed(browse, anna, billing):
    """S11: several attachments; each can be taken back."""
    tab = browse(anna, "/tickets/new/billing/")
    files = [{"name": f"{name}.log", "mimeType": "text/plain", "buffer": b"x" * 5000} for name in ("one", "two")]
    tab.locator("input[type=file]").set_input_files(files)
    rows = tab.locator("[data-file-list] .file")
    expect(rows.locator("[name=uploads]")).to_have_count(2)
    expect(rows.first).to_contain_text("one.log")
    rows.first.get_by_role("button", name="Remove one.log").click()
    expect(rows).to_have_count(1)
    written(tab)
    tab.get_by_role("button", name="Send ticket").click()
    tab.wait_for_url("**/tickets/sent/**")


def test_a_file_over_the_limit_is_refused_before_it_is_sent(browse, anna, billing):
    """The limit is told beside the file, and the form still goes without it."""
    tab = browse(anna, "/tickets/new/billing/")
    tab.locator("[data-drop]").evaluate("zone => { zone.dataset.maxBytes = 10 }")
    tab.locator("input[type=file]").set_input_files({"name": "big.log", "mimeType": "text/plain", "buffer": b"x" * 99})
    expect(tab.locator(".file-bad")).to_contain_text("Larger than the limit")
    expect(tab.locator("[name=uploads]")).to_have_count(0)


DEFAULT = """forms => forms.filter(form => form.querySelector('[name=preview]')).map(form => {
  const named = button => [button.name, button.value].join('=');
  const pressed = [...form.elements].find(field => field.type === 'submit');
  return [named(pressed), named(form.querySelector('.btn-primary'))];
})"""


@pytest.mark.parametrize("path", ["/tickets/new/support/", "{ticket}", "{ticket} sam", "{edit} sam", "/desk/new/ sam"])
def test_enter_presses_the_main_button_of_every_form_with_a_preview(browse, cast, ticket, say, path):
    """The first button of a form is what Enter in a line presses; in a reply of staff it says that a time to send it
    may have been typed, and else does what the main one does."""
    edit = f"/t/{ticket.number}/message/{say(ticket, cast.sam).pk}/edit/"
    path, _space, name = path.format(ticket=f"/t/{ticket.number}/", edit=edit).partition(" ")
    tab = browse(getattr(cast, name or "anna"), path)
    pressed_and_main = tab.locator("form").evaluate_all(DEFAULT)
    assert pressed_and_main and all(main != "preview=1" for _pressed, main in pressed_and_main)
    assert all(pressed in (main, "later=typed") for pressed, main in pressed_and_main)


def test_enter_in_the_subject_opens_the_ticket_at_the_desk(browse, cast):
    """It showed a preview."""
    tab = browse(cast.sam, f"/desk/new/?client={cast.anna.pk}")
    written(tab, "Invoice of May", "Sent again.")
    tab.get_by_label("Subject").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Invoice of May")
    assert Ticket.objects.get().subject == "Invoice of May"


def test_enter_in_the_subject_sends_the_clients_ticket(browse, anna, billing):
    tab = browse(anna, "/tickets/new/billing/")
    written(tab)
    tab.get_by_label("Subject").press("Enter")
    tab.wait_for_url("**/tickets/sent/**")


def test_the_preview_is_drawn_by_the_server_and_goes_again(browse, anna, billing):
    tab = browse(anna, "/tickets/new/billing/")
    written(tab)
    preview = tab.get_by_role("button", name="Preview")
    preview.click()
    expect(tab.locator(".editor-preview strong")).to_have_text("noon")
    preview.click()
    expect(tab.locator("#id_message")).to_be_visible()


def test_the_keys_of_the_editor_do_not_depend_on_the_language(browse, anna, billing, context, live_server):
    context.add_cookies([{"name": "language", "value": "ru", "url": live_server.url}])
    tab = browse(anna, "/tickets/new/billing/")
    tab.locator("#id_message").fill("слово")
    tab.locator("#id_message").press("Control+a")
    tab.locator("#id_message").press("Control+b")
    expect(tab.locator("#id_message")).to_have_value("**слово**")


def test_a_double_click_on_send_sends_once(browse, anna, billing):
    from tickets.models import Ticket

    tab = browse(anna, "/tickets/new/billing/")
    written(tab)
    tab.get_by_role("button", name="Send ticket").dblclick()
    tab.wait_for_url("**/tickets/sent/**")
    assert Ticket.objects.count() == 1


# --- Reading ------------------------------------------------------------


def test_the_theme_changes_at_once_and_stays(browse, anna):
    tab = browse(anna, "/tickets/")
    tab.locator("summary", has_text="Your account").click()
    with tab.expect_response("**/accounts/theme/"):
        tab.get_by_role("button", name="Dark").click()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    tab.reload()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_browser_tells_its_time_zone(browser, live_server, browser_context_args):
    """Part 2 of the first issue: the zone is detected from the browser."""
    context = browser.new_context(timezone_id="Asia/Tashkent")
    context.new_page().goto(live_server.url + "/accounts/login/")
    assert "Asia/Tashkent" in [cookie["value"] for cookie in context.cookies()]
    context.close()


# --- The queue ------------------------------------------------------------


@pytest.fixture
def three_tickets(open_ticket):
    return [open_ticket(subject=subject) for subject in ("First", "Second", "Third")]


def test_the_queue_is_walked_with_single_keys_in_any_layout(browse, sam, three_tickets):
    """j and k move, x selects; in a Cyrillic layout the place of the key counts."""
    tab = browse(sam, "/desk/")
    tab.keyboard.press("j")
    expect(tab.locator("tr.is-cursor")).to_have_count(1)
    first = tab.locator("tr.is-cursor").get_attribute("id")
    tab.keyboard.press("j")
    assert tab.locator("tr.is-cursor").get_attribute("id") != first
    tab.locator("body").dispatch_event("keydown", {"key": "л", "code": "KeyK"})
    assert tab.locator("tr.is-cursor").get_attribute("id") == first
    tab.keyboard.press("x")
    expect(tab.locator("[data-bulk-count]").first).to_have_text("1")


def test_who_switched_single_keys_off_is_left_alone(browse, sam, three_tickets):
    sam.single_keys = False
    sam.save(update_fields=["single_keys"])
    tab = browse(sam, "/desk/")
    tab.keyboard.press("j")
    expect(tab.locator("tr.is-cursor")).to_have_count(0)


def test_a_new_ticket_waits_behind_the_pill_and_moves_no_row(browse, sam, three_tickets, open_ticket):
    """S132: nothing moves under the hand."""
    tab = browse(sam, "/desk/")
    before = tab.locator("tr[data-row]").evaluate_all("rows => rows.map(row => row.id)")
    three_tickets[0].__class__.objects.filter(pk=three_tickets[0].pk).update(subject="First, renamed")
    open_ticket(subject="Fourth")
    tab.locator("[data-refresh-now]").click()
    expect(tab.locator("[data-new-rows]")).to_have_text("Show 1 new ticket")
    assert tab.locator("tr[data-row]").evaluate_all("rows => rows.map(row => row.id)") == before
    expect(tab.get_by_text("First, renamed")).to_be_visible()
    tab.locator("[data-new-rows]").click()
    expect(tab.get_by_text("Fourth")).to_be_visible()


def test_selected_rows_hold_the_list_still(browse, sam, three_tickets, open_ticket):
    sam.refresh_seconds = 1
    sam.save(update_fields=["refresh_seconds"])
    tab = browse(sam, "/desk/")
    tab.locator("tbody input[type=checkbox]").first.check()
    open_ticket(subject="Fourth")
    tab.wait_for_timeout(2500)
    expect(tab.locator("[data-new-rows]")).to_be_hidden()
    tab.locator("tbody input[type=checkbox]").first.uncheck()
    expect(tab.locator("[data-new-rows]")).to_be_visible()


# --- The ticket, for staff ------------------------------------------------------------


def test_a_priority_is_changed_in_place_by_key_and_the_focus_stays(browse, sam, ticket):
    """S137: properties change in place, without leaving the ticket."""
    tab = browse(sam, f"/t/{ticket.number}/")
    tab.locator("body").press("p")
    with tab.expect_response("**/priority/"):
        tab.keyboard.press("Enter")
    expect(tab.locator(".toast")).to_be_visible()
    expect(tab.locator("summary[data-key=p]")).to_be_focused()


def test_the_two_boxes_are_reached_by_key_and_a_quotation_goes_to_the_one_in_front(browse, sam, ticket):
    """S63, S150, S161: Reply and Note are two boxes; what is quoted comes to the cursor, and a note into the note."""
    actions.add_note(ticket, author=sam, written=write("Only we know.\n\n3. Three\n4. Four"))
    tab = browse(sam, f"/t/{ticket.number}/")
    tab.locator("body").press("n")
    expect(tab.locator("#pane-note textarea")).to_be_focused()
    tab.keyboard.press("Escape")
    tab.locator("#m1 [data-quote]").click()
    line = "> Anna Harding wrote in #1:\n>\n> The cart answers 502.\n\n"
    expect(tab.locator("#pane-note textarea")).to_have_value(line)
    tab.keyboard.press("Escape")
    tab.locator("body").press("r")
    tab.keyboard.type("Before. After.")
    for _ in " After.":
        tab.keyboard.press("ArrowLeft")
    tab.locator("#m1 [data-quote]").click()
    expect(tab.locator("#pane-reply textarea")).to_have_value(f"Before.\n\n{line} After.")
    tab.locator("#n1 [data-quote]").click()
    note = re.compile("N1:\n>\n> Only we know.\n>\n> 3. Three\n> 4. Four")
    expect(tab.locator("#pane-note textarea")).to_have_value(note)
    expect(tab.locator("#pane-reply textarea")).not_to_have_value(re.compile("Only we know"))


def test_what_is_marked_is_quoted_by_key_and_a_point_by_its_number(browse, sam, open_ticket):
    """S63, S64: the key q quotes what is marked in a message, numbered as it is there; without any, the last one."""
    ticket = open_ticket(text="Three things:\n\n1. The cart\n2. The `mail`\n3. The shop")
    tab = browse(sam, f"/t/{ticket.number}/")
    tab.evaluate("""() => { const range = document.createRange(), points = document.querySelectorAll(".point");
        range.setStartBefore(points[1]); range.setEndAfter(points[2]);
        getSelection().removeAllRanges(); getSelection().addRange(range); }""")
    tab.keyboard.press("q")
    expect(tab.locator("#pane-reply textarea")).to_have_value(
        "> Anna Harding wrote in #1:\n>\n> 2. The `mail`\n> 3. The shop\n\n"
    )


def test_a_reply_whose_time_is_over_does_not_reload_the_page_in_a_circle(browse, sam, ticket):
    tab = browse(sam, f"/t/{ticket.number}/")
    tab.locator("main").evaluate("main => main.insertAdjacentHTML('beforeend', '<i data-countdown=0 data-reload></i>')")
    tab.wait_for_timeout(2500)
    expect(tab.locator("i[data-countdown]")).to_have_count(1)


def test_what_is_left_is_counted_in_minutes_then_in_seconds(browse, sam, ticket):
    tab = browse(sam, f"/t/{ticket.number}/")
    for at, seconds in (("long", 601), ("short", 91)):
        html = f'<i id={at} data-countdown={seconds} data-words="# s|# min">?</i>'
        tab.locator("main").evaluate("(main, html) => main.insertAdjacentHTML('beforeend', html)", html)
    expect(tab.locator("#long")).to_have_text("10 min")
    expect(tab.locator("#short")).to_have_text(re.compile("^[0-9]{2} s$"))

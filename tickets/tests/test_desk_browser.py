"""The desk in a real browser: what an agent does all day, by keyboard and without a reload."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.models import User
from helpdesk_site.tests.browsing import arrived
from tickets import actions
from tickets.models import Notification
from tickets.writing import write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sit_down(browser, live_server, client_of):
    """`sit_down(sam, "/desk/")`: a tab of a browser of his own in which Sam is signed in."""
    contexts = []

    def open_tab(person, path):
        context = browser.new_context()
        contexts.append(context)
        session = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        tab = context.new_page()
        tab.wrong = []
        tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
        tab.goto(live_server.url + path)
        return tab

    yield open_tab
    for context in contexts:
        assert [error for tab in context.pages for error in tab.wrong] == []
        context.close()


def test_the_queue_is_walked_and_tickets_are_closed_by_keyboard(sit_down, open_ticket, cast):
    """Part 5: j and k move, x selects, c closes what is selected, the toast takes it back."""
    made = [open_ticket(subject=f"Ticket {number}") for number in range(3)]
    tab = sit_down(cast.sam, "/desk/")
    for key in ("j", "x", "j", "j", "x"):
        tab.keyboard.press(key)
    expect(tab.locator("[data-bulk-count]").first).to_have_text("2")
    tab.keyboard.press("c")
    expect(tab.locator(".toast")).to_contain_text("2 tickets closed.")
    expect(tab.locator("[data-row]")).to_have_count(1)
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator("[data-row]")).to_have_count(3)
    expect(tab.locator(".is-cursor")).to_have_id(f"t{made[2].number}")
    for key in ("k", "k"):
        tab.keyboard.press(key)
    expect(tab.locator(".is-cursor")).to_have_id(f"t{made[0].number}")
    tab.keyboard.press("Enter")
    arrived(tab, f"/t/{made[0].number}/")
    tab.keyboard.press("j")
    arrived(tab, f"/t/{made[1].number}/")
    tab.keyboard.press("g")
    tab.keyboard.press("q")
    expect(tab).to_have_url(re.compile("/desk/"))


def test_one_comes_back_to_the_row_one_left(sit_down, open_ticket, cast):
    """Part 6, "Focus": by the browser's Back and by g q; a selection that is cleared leaves it there too."""
    made = [open_ticket(subject=f"Ticket {number}") for number in range(3)]
    tab = sit_down(cast.sam, "/desk/?view=open")
    subject = [tab.locator(f"#t{row.number} .subject") for row in made]
    for key in ("j", "j", "x", "l"):
        tab.keyboard.press(key)
    for _menu_then_selection in range(2):
        tab.keyboard.press("Escape")
    expect(tab.locator("tbody :checked")).to_have_count(0)
    expect(subject[1]).to_be_focused()
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(f"/t/{made[1].number}/"))
    tab.go_back()
    expect(subject[1]).to_be_focused()
    tab.keyboard.press("j")
    expect(subject[2]).to_be_focused()
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(f"/t/{made[2].number}/"))
    actions.close(made[2], actor=cast.sam)
    for key in ("g", "q"):
        tab.keyboard.press(key)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("All open")
    expect(tab.locator(".is-cursor")).to_have_count(0)
    tab.keyboard.press("j")
    expect(subject[0]).to_be_focused()


def test_a_dialog_begins_in_its_first_field_and_gives_the_focus_back(sit_down, open_ticket, cast):
    """Part 6, "Focus"; and [ ] take it from message to message."""
    ticket = open_ticket()
    actions.reply(ticket, author=cast.sam, written=write("Done."), by_staff=True)
    tab = sit_down(cast.sam, "/desk/?view=open")
    tab.get_by_role("link", name="Columns").click()
    expect(tab.get_by_role("dialog").get_by_label("Priority")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("link", name="Columns")).to_be_focused()
    tab.goto(tab.url.partition("/desk/")[0] + ticket.get_absolute_url())
    for key, label in (("]", "#1"), ("]", "#2"), ("[", "#1")):
        tab.keyboard.press(key)
        expect(tab.get_by_role("link", name=f"{label}, link to this message")).to_be_focused()


def test_new_tickets_wait_behind_the_pill_and_rows_change_in_place(sit_down, open_ticket, cast, say):
    """S132: nothing moves under the hand; the numbers of the rail follow."""
    first = open_ticket(subject="The first")
    tab = sit_down(cast.sam, "/desk/?view=open")
    open_ticket(subject="The second")
    say(first, cast.lena, "I have it.")
    tab.keyboard.press("u")
    expect(tab.get_by_role("button", name="Show 1 new ticket")).to_be_visible()
    expect(tab.locator(f"#t{first.number}")).to_contain_text("Answered")
    expect(tab.locator("[data-row]")).to_have_count(1)
    expect(tab.locator("#rail-view-open")).to_have_text("2")
    tab.get_by_role("button", name="Show 1 new ticket").click()
    expect(tab.locator("[data-row]")).to_have_count(2)


def test_the_status_is_changed_without_a_reload_and_taken_back(sit_down, ticket, cast):
    """S137."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.evaluate("document.body.dataset.sameDocument = 'yes'")
    tab.keyboard.press("s")
    tab.locator(".propbar").get_by_role("button", name="In progress").click()
    expect(tab.locator(".propbar summary").first).to_contain_text("In progress")
    expect(tab.locator("#thread")).to_contain_text("set the status from Open to In progress")
    assert tab.evaluate("document.body.dataset.sameDocument") == "yes"
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".propbar summary").first).to_contain_text("Open")


def test_a_reply_waits_for_its_seconds_and_undo_gives_the_text_back(sit_down, ticket, cast):
    """DESIGN, "Undo send": nothing was sent meanwhile."""
    User.objects.filter(pk=cast.sam.pk).update(undo_seconds=60)
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.keyboard.press("r")
    tab.keyboard.type("It is **fixed**.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("[data-countdown]")).to_be_visible()
    tab.locator(".toast").get_by_role("button", name="Undo").click()
    expect(tab.locator("#id_reply")).to_be_focused()
    tab.keyboard.type(" Now.")
    expect(tab.locator("#id_reply")).to_have_value("It is **fixed**. Now.")
    assert not ticket.messages.filter(by_staff=True).exists()


def test_a_reply_or_note_without_a_word_goes_on_in_its_box(sit_down, ticket, cast):
    """Part 6, "Focus": what needs attention has it; u after a refusal shows the ticket again."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    for key, box in (("r", "#id_reply"), ("n", "#id_note")):
        tab.keyboard.press(key)
        tab.keyboard.press("Control+Enter")
        expect(tab.locator(f"{box}_error")).to_contain_text("Write your message")
        expect(tab.locator(box)).to_be_focused()
        tab.keyboard.press("Escape")
        tab.keyboard.press("u")
        expect(tab).to_have_url(re.compile(f"/t/{ticket.number}/$"))


def test_two_agents_see_each_other_and_a_crossing_reply_is_held_back(sit_down, ticket, cast):
    """S6: what Sam typed is not lost, what Lena wrote is shown, and he may send anyway."""
    User.objects.update(undo_seconds=60)
    sam, lena = (sit_down(person, f"/t/{ticket.number}/") for person in (cast.sam, cast.lena))
    sam.reload()
    expect(sam.locator("[data-presence]")).to_contain_text("Lena Varga is viewing")
    lena.keyboard.press("r")
    lena.keyboard.type("I have it already.")
    lena.keyboard.press("Control+Enter")
    lena.get_by_role("button", name="Send now").click()
    expect(lena.locator("#thread")).to_contain_text("I have it already.")
    sam.keyboard.press("r")
    sam.keyboard.type("My answer.")
    sam.keyboard.press("Control+Enter")
    expect(sam.get_by_role("alert")).to_contain_text("Somebody wrote while you were writing")
    expect(sam.locator("#thread")).to_contain_text("I have it already.")
    expect(sam.locator("#id_reply")).to_have_value("My answer.")
    sam.get_by_role("button", name="Send anyway").click()
    expect(sam.locator("[data-countdown]")).to_be_visible()


def test_a_note_calls_a_colleague_and_looks_like_no_reply(sit_down, ticket, cast):
    """S161, S197."""
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.keyboard.press("n")
    expect(tab.locator("#pane-note")).to_be_visible()
    expect(tab.locator("#pane-reply")).to_be_hidden()
    tab.keyboard.type("@Lena the same on web-09.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".msg-note")).to_contain_text("Internal note, staff only")
    expect(tab.locator(".toast")).to_contain_text("Note added; Lena Varga called.")


def test_a_client_is_found_while_typing(sit_down, cast):
    """S168."""
    tab = sit_down(cast.sam, "/desk/new/")
    tab.get_by_role("searchbox", name="Find the client").press_sequentially("quillm")
    tab.locator("#people").get_by_role("link", name="Anna Harding").click()
    expect(tab.locator("main")).to_contain_text("anna@example.com")
    expect(tab.get_by_label("E-mail address")).to_have_count(0)


def test_on_a_phone_the_fate_of_a_mail_has_the_whole_line(sit_down, ticket, cast, say):
    """Part 9: the button to send it again stands below, on one line, and pushes no word aside."""
    message = say(ticket, cast.sam)
    mail = Notification.objects.get(event__message=message, user=cast.anna).mail
    mail.state, mail.trouble, mail.answer = "failed", "refused", "550 5.1.1 <anna@example.com>: User unknown " * 3
    mail.to_address = f"{'long.' * 12}anna@{'department.' * 4}example.com"
    mail.save(update_fields=["state", "trouble", "answer", "to_address"])
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    tab.set_viewport_size({"width": 390, "height": 844})
    line = tab.locator(".mail-line", has_text="Not delivered")
    words, button = line.locator(".wrap-any").bounding_box(), line.get_by_role("button").bounding_box()
    assert words["width"] > 280 and button["y"] >= words["y"] + words["height"] and button["height"] < 40
    assert tab.evaluate("document.documentElement.scrollWidth") == 390

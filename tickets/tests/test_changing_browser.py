"""Editing, deleting, the trash and redaction in a real browser: as dialogs, without a script, with no fault for axe."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from helpdesk_site.tests.browsing import until
from helpdesk_site.tests.test_pages import complaints, overflow
from tickets import actions
from tickets.models import Draft, Message, Ticket
from tickets.writing import write

from .test_desk_browser import sit_down  # noqa: F401 - the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lived(ticket, open_ticket, cast, say):
    """A ticket with a reply that was edited and one that was deleted; another one in the trash."""
    message = say(ticket, cast.sam, "The password is hunter2, the cart is fine.")
    gone = say(ticket, cast.anna, "Never mind.")
    actions.edit_message(message, editor=cast.lena, written=write("The password is hunter2, the shop is fine."))
    actions.delete_message(gone, actor=cast.sam)
    trashed = open_ticket(subject="Buy followers")
    actions.trash(trashed, actor=cast.sam)
    return ticket, message, gone, trashed


def more_of(tab, message):
    tab.locator(f"#{message.anchor} .msg-tools summary").click()


def test_a_message_is_deleted_in_a_dialog_and_brought_back_by_the_toast(sit_down, cast, ticket, say):  # noqa: F811
    """S155."""
    message = say(ticket, cast.sam, "Wrong ticket, sorry.")
    tab = sit_down(cast.sam, f"/t/{ticket.number}/")
    more_of(tab, message)
    tab.get_by_role("link", name="Delete").click()
    dialog = tab.get_by_role("dialog", name="Delete #2")
    expect(dialog).to_contain_text("The client sees that a message was deleted")
    dialog.get_by_role("button", name="Delete").click()
    expect(tab.locator("#m2")).to_contain_text("Message #2 was deleted by Sam")
    tab.locator(".toast").get_by_role("button", name="Undo").click()
    expect(tab.locator("#m2 .prose")).to_have_text("Wrong ticket, sorry.")


def test_marked_words_are_taken_out(sit_down, cast, lived):  # noqa: F811
    """C5: mark, choose, look, take out."""
    ticket, message, *_others = lived
    tab = sit_down(cast.lena, f"/t/{ticket.number}/")
    tab.evaluate(
        """() => { const text = document.querySelector("#m2 .prose p").firstChild, range = document.createRange();
           const told = new Promise(done => document.addEventListener("selectionchange", done, { once: true }));
           range.setStart(text, 16); range.setEnd(text, 23); getSelection().removeAllRanges();
           getSelection().addRange(range); return told.then(() => true); }"""
    )
    more_of(tab, message)
    tab.get_by_role("link", name="Take words out").click()
    dialog = tab.get_by_role("dialog", name="Take words out for good")
    expect(dialog.get_by_label("Words to take out")).to_have_value("hunter2")
    dialog.get_by_role("button", name="Look where they stand").click()
    expect(tab.get_by_role("status").filter(has_text="What would be taken out")).to_contain_text("#2: 1 place")
    tab.get_by_role("button", name="Take out for good").click()
    expect(tab.locator("#m2 .prose")).to_have_text("The password is [redacted], the shop is fine.")
    assert "hunter2" not in Message.objects.get(pk=message.pk).body


def test_two_who_edit_at_once_both_keep_their_text(sit_down, cast, lived):  # noqa: F811
    """T09, in two browsers."""
    ticket, message, *_others = lived
    path = f"/t/{ticket.number}/message/{message.pk}/edit/"
    sam, lena = sit_down(cast.sam, path), sit_down(cast.lena, path)
    sam.get_by_label("Text").fill("Sam's words.")
    lena.get_by_label("Text").fill("Lena's words.")
    sam.get_by_role("button", name="Save").click()
    expect(sam.locator("#m2 .prose")).to_have_text("Sam's words.")
    lena.get_by_role("button", name="Save").click()
    expect(lena.get_by_label("Text")).to_have_value("Lena's words.")
    expect(lena.locator(".diff")).to_contain_text("Lena")
    lena.get_by_role("button", name="Save").click()
    expect(lena.locator("#m2 .prose")).to_have_text("Lena's words.")


def test_a_change_is_kept_while_it_is_typed_until_it_is_cancelled(sit_down, cast, lived):  # noqa: F811
    """Saved by itself; after a sign-out it is in the box of another device; what two devices typed is offered."""
    ticket, message, *_others = lived
    path = f"/t/{ticket.number}/message/{message.pk}/edit/"
    tab, second = sit_down(cast.sam, path), sit_down(cast.sam, path)
    tab.get_by_label("Text").fill("Half of it")
    expect(tab.locator("[data-draft-state]")).to_contain_text("Draft saved at")
    second.get_by_label("Text").fill("On the phone")
    expect(second.locator("[data-draft-state]")).to_contain_text("You typed something else here")
    second.get_by_role("button", name="Put it below").click()
    expect(second.get_by_label("Text")).to_have_value("On the phone\n\nHalf of it")
    until(second, lambda: "Half of it" in Draft.objects.get().fields["message"])
    second.locator(".rail-user summary").click()
    second.get_by_role("button", name="Sign out").click()
    expect(second.locator(".toast")).to_contain_text("You are signed out.")
    other = sit_down(cast.sam, path)
    expect(other.get_by_label("Text")).to_have_value("On the phone\n\nHalf of it")
    expect(other.locator(".notice")).to_contain_text("have not saved it")
    assert complaints(other) == []
    other.get_by_role("button", name="Cancel").click()
    expect(other.locator("#m2 .prose")).to_contain_text("the shop is fine.")
    other.goto(other.url.partition("/t/")[0] + path)
    expect(other.get_by_label("Text")).to_have_value("The password is hunter2, the shop is fine.")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_is_too_wide(browser, live_server, client_of, cast, lived, width, scheme):
    ticket, message, gone, trashed = lived
    here, first = f"/t/{ticket.number}/", ticket.first_message
    pages = [
        here, f"{here}message/{message.pk}/edit/", f"{here}message/{message.pk}/versions/",
        f"{here}message/{message.pk}/delete/", f"{here}message/{first.pk}/delete/",
        f"{here}message/{message.pk}/redact/", f"/t/{trashed.number}/", f"/t/{trashed.number}/empty/",
        "/desk/?view=trash", f"{here}block/",
    ]  # fmt: skip
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    session = client_of(cast.lena).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    tab, wrong = context.new_page(), {}
    for page in pages:
        tab.goto(live_server.url + page)
        tab.evaluate("document.querySelectorAll('details.more').forEach(x => (x.open = true))")
        if found := [*complaints(tab), *(["too wide"] if overflow(tab) else [])]:
            wrong[page] = found
    context.close()
    assert wrong == {}


def test_it_all_works_without_a_script(browser, live_server, client_of, cast, lived):
    ticket, message, gone, trashed = lived
    context = browser.new_context(java_script_enabled=False)
    session = client_of(cast.lena).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    tab = context.new_page()
    tab.goto(f"{live_server.url}/t/{ticket.number}/")
    tab.get_by_role("button", name="Restore #3").click()
    expect(tab.locator("#m3 .prose")).to_have_text("Never mind.")
    more_of(tab, message)
    tab.get_by_role("link", name="Edit", exact=True).click()
    tab.get_by_label("Text").fill("Half of it")
    tab.get_by_role("button", name="Preview").click()
    tab.goto(f"{live_server.url}/t/{ticket.number}/message/{message.pk}/edit/")
    expect(tab.get_by_label("Text")).to_have_value("Half of it")
    tab.get_by_role("button", name="Cancel").click()
    expect(tab.locator("#m2 .prose")).to_contain_text("the shop is fine.")
    more_of(tab, message)
    tab.get_by_role("link", name="Take words out").click()
    tab.get_by_label("Words to take out").fill("hunter2")
    tab.get_by_role("button", name="Look where they stand").click()
    tab.get_by_role("button", name="Take out for good").click()
    expect(tab.locator("#m2 .prose")).to_contain_text("[redacted]")
    tab.goto(f"{live_server.url}/t/{trashed.number}/")
    tab.get_by_role("button", name="Restore").click()
    expect(tab.locator("#id_reply_message, #reply")).not_to_have_count(0)
    tab.locator("summary").filter(has_text="More actions").click()
    tab.get_by_role("button", name="Move to the trash").click()
    expect(tab.get_by_role("link", name="Delete for good now")).to_be_visible()
    tab.get_by_role("link", name="Delete for good now").click()
    tab.get_by_role("button", name="Delete for good").click()
    expect(tab.get_by_text("This ticket was deleted for good")).to_be_visible()
    context.close()
    assert Ticket.objects.get(pk=trashed.pk).hidden == "gone"

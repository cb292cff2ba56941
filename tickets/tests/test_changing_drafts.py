"""A change of a message is kept while it is typed, and lost by nobody: another device, a sign-out, a quicker colleague
(S154, C5; DESIGN 6, Autosave)."""

import pytest

from helpdesk_site.lib.redaction import Words
from tickets import actions
from tickets.actions import trashing
from tickets.models import Draft, Message, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(ticket, cast, say):
    return say(ticket, cast.sam, "Restart the sohp.")


@pytest.fixture
def page(ticket, message):
    return f"/t/{ticket.number}/message/{message.pk}/edit/"


@pytest.fixture
def save(client_of, cast, message):
    """`save("Words", person=sam)`: what the server says to the page that saves them as they are typed."""

    def typing(words, person=cast.sam, *, browser=None, **more):
        sent = {"message": words, "version": "0", "number": message.ticket.number, "draft_at": "", **more}
        sent = {"form_key": "page-of-the-desk", **sent}
        return (browser or client_of(person)).post(f"/drafts/save/?place=edit/{message.pk}", sent)

    return typing


def box(answer):
    """What stands in the box of the page."""
    return answer.text.partition("data-editor-text>")[2].partition("</textarea>")[0].strip()


def seen_by(answer):
    return answer.text.partition('name="draft_at" value="')[2].partition('"')[0]


def test_what_is_typed_is_there_again_on_another_device(client_of, cast, save, page, ticket):
    """Per person and message, and never mixed up with a reply or a note."""
    assert save("Restart the shop.").status_code == 204
    again = client_of(cast.sam).get(page)
    assert box(again) == "Restart the shop." and "have not saved it" in again.text
    assert box(client_of(cast.lena).get(page)) == "Restart the sohp."
    assert "Restart the shop." not in client_of(cast.sam).get(f"/t/{ticket.number}/").text
    listed = client_of(cast.sam).get("/desk/drafts/").text
    assert f'href="{page}"' in listed and "change of a message" in listed and "Restart the shop." in listed
    assert "Restart the shop." not in client_of(cast.lena).get("/desk/drafts/").text


def test_saving_and_cancelling_throw_it_away(client_of, cast, save, page, message):
    browser = client_of(cast.sam)
    save("Restart the shop.", browser=browser)
    answer = browser.post(page, {"message": "Something else", "cancel": "1", "form_key": "page-of-the-desk"})
    assert answer.url == page.partition("message/")[0] + "#m2" and not Draft.objects.exists()
    message.refresh_from_db()
    assert message.body == "Restart the sohp."
    late = save("Restart the shop", browser=browser)
    assert late.status_code == 204 and not Draft.objects.exists()  # a letter that comes late
    save("Restart the shop.", browser=browser, form_key="another-page-of-it")
    browser.post(page, {"message": "Restart the shop.", "version": "0", "form_key": "another-page-of-it"})
    message.refresh_from_db()
    assert message.body == "Restart the shop." and not Draft.objects.exists()


def test_what_could_not_be_saved_is_kept_without_script_too(client_of, cast, page):
    """An empty text, a preview, the guard's no: each leaves what was typed for the next day."""
    browser = client_of(cast.sam)
    for sent, status in (({"preview": "1"}, 200), ({"message": "Internal: he is a pain."}, 409)):
        answer = browser.post(page, {"message": "Half of it", "version": "0", **sent})
        assert answer.status_code == status
        words = sent.get("message", "Half of it")
        assert box(answer) == words == box(browser.get(page)) and seen_by(answer)
    assert browser.post(page, {"message": " ", "version": "0"}).status_code == 422


def test_a_sign_in_that_has_expired_loses_nothing(client_of, cast, page):
    """The text waits under the session's secret and is in the box after signing in; nobody else's is opened by it."""
    browser = client_of(None)
    answer = browser.post(page, {"message": "Restart the shop.", "version": "0"})
    assert answer.status_code == 302 and page in answer.url
    assert not Message.objects.filter(body="Restart the shop.").exists()
    browser.force_login(cast.sam)
    assert box(browser.get(page)) == "Restart the shop."
    assert box(client_of(cast.sam).get(page)) == "Restart the sohp."


def test_one_who_took_it_up_again_sees_what_a_colleague_changed_meanwhile(client_of, cast, save, page, message):
    """T09: never over the colleague's words unread; both are shown, then the second choice counts."""
    save("Restart the shop, Anna.")
    actions.edit_message(message, editor=cast.lena, written=write("Reboot the shop."))
    browser = client_of(cast.sam)
    again = browser.get(page)
    assert "Somebody changed this message while you were writing" in again.text
    assert "<del>" in again.text and "Reboot" in again.text and box(again) == "Restart the shop, Anna."
    assert 'name="version" value="1"' in again.text
    answer = browser.post(page, {"message": "Restart the shop, Anna.", "version": "0"})
    assert answer.status_code == 409 and "Reboot" in answer.text and box(answer) == "Restart the shop, Anna."
    browser.post(page, {"message": "Restart the shop, Anna.", "version": "1"})
    message.refresh_from_db()
    assert message.body == "Restart the shop, Anna." and not Draft.objects.exists()
    assert [row.body for row in message.revisions.all()] == ["Restart the sohp.", "Reboot the shop."]


def test_a_message_deleted_meanwhile_leaves_the_text_on_the_page(client_of, cast, page, message):
    actions.delete_message(message, actor=cast.lena)
    answer = client_of(cast.sam).post(page, {"message": "Restart the shop.", "version": "0"})
    assert answer.status_code == 409 and "This message was deleted" in answer.text
    assert box(answer) == "Restart the shop." and Draft.objects.get().fields["message"] == "Restart the shop."


def test_two_devices_of_one_person_lose_neither_text(client_of, cast, save, page):
    """The text typed elsewhere stands beside the box until it is put below or forgotten."""
    browser = client_of(cast.sam)
    save("On the phone", browser=browser, form_key="page-of-the-phone")
    answer = save("At the desk", browser=browser)
    assert answer.status_code == 409 and answer.json()["message"] == "On the phone"
    again = browser.get(page)
    assert box(again) == "At the desk" and "On the phone</blockquote>" in again.text
    sent = {"message": "At the desk", "version": "0", "draft_at": seen_by(again), "elsewhere": "take"}
    place = page.rstrip("/").split("/")[-2]
    back = browser.post(f"/drafts/elsewhere/?place=edit/{place}", sent)
    assert back.url == page and box(browser.get(page)) == "At the desk\n\nOn the phone"
    sent |= {"draft_at": "", "form_key": "page-of-the-phone-2"}
    browser.post(page, sent)
    assert Draft.objects.get().fields["elsewhere"] == "At the desk\n\nOn the phone"  # never seen on the page that saved


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben"])
def test_who_may_not_change_a_message_keeps_no_change_of_it(client_of, cast, save, name, message):
    """T01: neither clients nor staff of elsewhere; it is a 404 as on the page itself."""
    assert save("Mine now", getattr(cast, name)).status_code == 404
    elsewhere = f"/drafts/elsewhere/?place=edit/{message.pk}"
    assert client_of(getattr(cast, name)).post(elsewhere, {"message": "x"}).status_code == 404
    assert client_of(None).post(elsewhere, {"message": "x"}).status_code == 404
    assert not Draft.objects.exists()


def test_where_messages_are_locked_nothing_is_kept(cast, save, set_policy):
    """C5."""
    set_policy(cast.support, history_policy="locked")
    assert save("Mine now").status_code == 404


@pytest.mark.parametrize(
    "place", ["edit/", "edit/x", "edit/-1", "edit/²", "edit/" + "9" * 30, "edit/999999999", "edit/1/2"]
)
def test_what_is_no_message_keeps_nothing(client_of, cast, ticket, place):
    """T19; nor is a change a place for files."""
    browser = client_of(cast.sam)
    assert browser.post("/drafts/save/", {"place": place, "message": "x"}).status_code == 404
    message = ticket.messages.get()
    assert browser.post("/drafts/upload/", {"place": f"edit/{message.pk}"}).status_code == 404
    assert not Draft.objects.exists()


def test_it_goes_with_its_ticket_and_is_redacted_with_it(client_of, cast, save, message, ticket):
    """T21: what is begun is among what is taken out, and deleted for good."""
    save("The code is hunter2.")
    actions.redact(ticket, words=Words("hunter2"), actor=cast.lena)
    assert "hunter2" not in Draft.objects.get().fields["message"]
    actions.trash(ticket, actor=cast.lena)
    trashing.empty(Ticket.objects.get(), actor=cast.lena)
    assert not Draft.objects.exists()


def test_what_was_typed_to_a_ticket_that_left_is_found(client_of, cast, save, page, ticket):
    """Nothing of the ticket, and all of one's own words."""
    browser = client_of(cast.sam)
    save("My own words", browser=browser)
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    assert "My own words" in browser.get("/desk/drafts/").text
    assert "My own words" in browser.get(f"/t/{ticket.number}/kept/").text
    answer = browser.post(page, {"message": "More of my words", "version": "0"})
    assert answer.status_code == 404 and "More of my words" in answer.text and ticket.subject not in answer.text
    assert client_of(cast.anna).get(f"/t/{ticket.number}/kept/").status_code == 404


@pytest.mark.parametrize("name", [None, "anna", "ben", "sam"])
def test_a_change_of_a_message_of_no_number_is_not_kept(client_of, cast, ticket, name):
    """T19: such an address as nobody ever had a page of."""
    page, person = f"/t/{ticket.number}/message/{'9' * 30}/edit/", name and getattr(cast, name)
    assert client_of(person).post(page, {"message": "x"}).status_code == (404 if name else 302)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("number", ["", "KTR-482913", "x/y", "<b>"])
def test_a_message_of_elsewhere_tells_nothing_by_a_change_of_it(client_of, cast, page, message, number):
    """T01, T19: not even the number of its ticket, whatever a page of one's own says."""
    browser = client_of(cast.ben)
    elsewhere = page.replace(message.ticket.number, "KTR-482913")
    answer = browser.post(elsewhere, {"message": "Mine", "number": number})
    assert answer.status_code == 404
    listed = browser.get("/desk/drafts/")
    assert listed.status_code == 200 and "Mine" in listed.text and message.ticket.number not in listed.text

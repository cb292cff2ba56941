"""What staff type and have not sent: one draft a ticket, box and person, marked in lists, found again (FIELD 1.2)."""

import pytest

from tickets import actions
from tickets.models import Attachment, Draft, Ticket

pytestmark = pytest.mark.django_db


def save(browser, place, **fields):
    answer = browser.post(f"/drafts/save/?place={place}", fields)
    assert answer.status_code == 204
    return answer


def boxes(page):
    return page.partition('id="pane-reply"')[2].partition('id="pane-note"')[::2]


def test_a_draft_is_there_on_any_device_and_after_signing_out(client_of, ticket, cast, file, uploaded):
    """ost#635: text and files are the person's, not the browser's."""
    browser = client_of(cast.sam)
    save(browser, f"reply/{ticket.number}", message="Half of it")
    uploaded(browser, f"reply/{ticket.number}", file("trace.log"))
    browser.post("/accounts/logout/")
    page = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()
    assert "Half of it" in boxes(page)[0] and "trace.log" in boxes(page)[0]


def test_drafts_are_never_mixed_up(client_of, ticket, open_ticket, cast):
    """ost#1884: neither between tickets, nor reply and note, nor people."""
    other, browser = open_ticket(), client_of(cast.sam)
    save(browser, f"reply/{ticket.number}", message="To the client")
    save(browser, f"note/{ticket.number}", message="Between us")
    reply, note = boxes(browser.get(f"/t/{ticket.number}/").content.decode())
    assert "To the client" in reply and "Between us" not in reply and "Between us" in note
    for page in (browser.get(f"/t/{other.number}/"), client_of(cast.lena).get(f"/t/{ticket.number}/")):
        assert "To the client" not in page.content.decode() and "Between us" not in page.content.decode()
    assert "Between us" not in client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()


def test_the_link_of_a_letter_shows_nothing_typed_by_whoever_signed_in(client_of, by_pass, ticket, cast):
    """S7: letters are passed on; what their reader had begun to write is not."""
    save(client_of(cast.anna), f"reply/{ticket.number}", message="Half of it")
    assert "Half of it" in client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()
    assert "Half of it" not in by_pass(ticket).get(f"/t/{ticket.number}/").content.decode()


def test_it_is_gone_when_it_was_sent_and_when_it_was_emptied(client_of, ticket, cast):
    browser = client_of(cast.sam)
    save(browser, f"reply/{ticket.number}", message="Soon", invoicing="no")
    save(browser, f"reply/{ticket.number}", message="  ", invoicing="no")
    assert not Draft.objects.exists()
    save(browser, f"reply/{ticket.number}", message="Soon")
    browser.post(f"/t/{ticket.number}/reply/", {"message": "Sent", "seen": "1.0"})
    assert not Draft.objects.exists()


def test_one_with_a_file_alone_is_a_draft(client_of, ticket, cast, file, uploaded):
    browser = client_of(cast.sam)
    uploaded(browser, f"reply/{ticket.number}", file("trace.log"))
    save(browser, f"reply/{ticket.number}", message="")
    assert Draft.objects.count() == 1 and Attachment.objects.filter(draft__isnull=False).count() == 1


def test_ones_own_drafts_are_marked_in_lists_and_counted(client_of, ticket, open_ticket, cast, statements):
    """One statement however many rows; a colleague's draft is no mark."""
    browser, rows = client_of(cast.sam), [ticket, open_ticket(), open_ticket()]
    browser.get("/desk/?view=open")
    with statements() as before:
        page = browser.get("/desk/?view=open").content.decode()
    assert "draft</span>" not in page and 'id="rail-view-drafts"' not in page
    for one in rows[:2]:
        save(browser, f"reply/{one.number}", message="Half of it")
    save(browser, f"note/{ticket.number}", message="Both boxes count once")
    with statements() as after:
        page = browser.get("/desk/?view=open").content.decode()
    assert len(after) == len(before) and page.count("draft</span>") == 2
    listed = browser.get("/desk/?view=drafts").content.decode()
    assert all((row.number in listed.partition("<table")[2]) == (row in rows[:2]) for row in rows)
    assert "draft</span>" not in client_of(cast.lena).get("/desk/?view=open").content.decode()


def rail_count(page):
    return page.text.partition('id="rail-view-drafts" data-live>')[2].partition("<")[0]


def test_the_rail_counts_what_its_list_of_drafts_shows(client_of, ticket, cast, type_in):
    """Of tickets, of messages being changed and of new tickets alike; a colleague's count for nothing, and a list that
    is asked for again says of each that comes and goes."""
    browser, opening = client_of(cast.sam), f"open/{cast.anna.pk}"
    marks = {browser.get("/desk/?view=open")["ETag"]}
    for places in range(1, 4):
        place = (opening, f"reply/{ticket.number}", f"note/{ticket.number}")[places - 1]
        type_in(browser, place, "desk", message="Half of it")
        page, queue = browser.get("/desk/drafts/"), browser.get("/desk/?view=open")
        assert rail_count(page) == rail_count(queue) == str(page.text.count("<li data-row>")) == str(places)
        assert 'href="/desk/drafts/"' in queue.text and queue["ETag"] not in marks
        marks.add(queue["ETag"])
    assert 'href="/desk/drafts/" aria-current="page"' in page.text
    assert rail_count(client_of(cast.lena).get("/desk/?view=open")) == ""


def test_my_drafts_lists_what_has_left_my_sight_too(client_of, ticket, cast):
    """Nothing of the ticket is told but its number; what I typed is mine."""
    browser = client_of(cast.sam)
    save(browser, f"reply/{ticket.number}", message="My own words")
    assert ticket.subject in browser.get("/desk/drafts/").content.decode()
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    page = browser.get("/desk/drafts/").content.decode()
    assert "My own words" in page and f"/t/{ticket.number}/kept/" in page and ticket.subject not in page
    assert "My own words" not in client_of(cast.lena).get("/desk/drafts/").content.decode()


@pytest.mark.parametrize("name", ["anna", "olga", "carl"])
def test_clients_have_no_such_list(client_of, cast, name):
    """T01."""
    assert client_of(getattr(cast, name)).get("/desk/drafts/").status_code == 404


def test_a_draft_of_a_merged_ticket_is_found_where_it_lives_on(client_of, ticket, open_ticket, cast):
    """zammad#702: merging loses no draft; one saved late for the old number lands there, too."""
    other, browser = open_ticket(), client_of(cast.sam)
    save(browser, f"reply/{other.number}", message="Before the merging")
    actions.merge([ticket, other], into=ticket, actor=cast.lena)
    assert "Before the merging" in browser.get(f"/t/{ticket.number}/").content.decode()
    save(browser, f"note/{other.number}", message="After it")
    assert "After it" in browser.get(f"/t/{ticket.number}/").content.decode()
    assert Ticket.objects.get(pk=ticket.pk).has_merged
    assert not Draft.objects.filter(place__contains=other.number).exists()


@pytest.mark.parametrize(
    "place", ["reply/", "reply/KTR-1", "x/KTR-482913", "reply/../etc", "", "note/%00", "new/none", "reply/" + "9" * 500]
)
def test_what_is_no_place_keeps_nothing(client_of, cast, place):
    """T19."""
    assert client_of(cast.sam).post("/drafts/save/", {"place": place, "message": "x"}).status_code == 404
    assert not Draft.objects.exists()


# --- Two pages of one person ------------------------------------------------------------------------------------------


@pytest.fixture
def pages(client_of, ticket, cast):
    """`pages("phone", "Words", seen)`: what the server says to a page that saves its words."""
    browser, place = client_of(cast.sam), f"reply/{ticket.number}"

    def save_on(page, words, seen=""):
        sent = {"message": words, "draft_at": seen, "form_key": f"page-of-the-{page}"}
        return browser.post(f"/drafts/save/?place={place}", sent)

    save_on.browser, save_on.place = browser, place
    return save_on


def kept():
    fields = Draft.objects.get().fields
    return fields.get("message"), fields.get("elsewhere")


def test_what_was_typed_on_another_page_since_is_offered_and_kept(pages, ticket):
    """DESIGN 6, Autosave: who types on two devices loses neither, whichever is closed first."""
    assert pages("phone", "On the phone").status_code == 204
    answer = pages("desk", "At the desk")
    assert answer.status_code == 409 and answer.json()["message"] == "On the phone"
    assert kept() == ("At the desk", "On the phone")
    assert pages("desk", "At the desk, more", answer.json()["at"]).status_code == 204
    assert kept() == ("At the desk, more", "On the phone")
    page = pages.browser.get(f"/t/{ticket.number}/").text
    assert "You typed something else here" in page.partition('id="pane-reply"')[2].partition("data-draft-state")[0]
    pages("desk", "At the desk, more\n\nOn the phone", answer.json()["at"])
    assert kept() == ("At the desk, more\n\nOn the phone", None)


def test_ones_own_page_goes_on_as_it_did(pages, ticket):
    """A late letter of the page that saved last is no other page; neither is the page drawn with the draft."""
    pages("phone", "On the")
    assert pages("phone", "On the phone", "").status_code == 204
    page = pages.browser.get(f"/t/{ticket.number}/").text
    seen = page.partition('id="pane-reply"')[2].partition('name="draft_at" value="')[2].partition('"')[0]
    assert pages("desk", "Rewritten", seen).status_code == 204
    assert kept() == ("Rewritten", None) and "typed something else" not in page.partition("data-draft-state")[0]


def test_two_pages_in_turn_heap_nothing_up(pages):
    first = pages("phone", "One")
    for turn in range(5):
        second = pages("desk", f"Two {turn}")
        first = pages("phone", f"One {turn}")
    assert first.status_code == second.status_code == 409
    assert kept() == ("One 4", "Two 4")


def test_what_was_typed_elsewhere_is_put_below_or_forgotten_without_script(pages, ticket):
    """By buttons of the form itself: what stands in the box now is kept too."""
    door = f"/drafts/elsewhere/?place={pages.place}"
    for answer, left in (("take", ("Typed now\n\nOn the phone", None)), ("forget", ("Typed now", None))):
        Draft.objects.all().delete()
        pages("phone", "On the phone")
        pages("desk", "At the desk")
        back = pages.browser.post(door, {"message": "Typed now", "elsewhere": answer})
        assert back.url == f"/t/{ticket.number}/#pane-reply" and kept() == left


def test_sending_on_one_page_leaves_what_was_typed_on_another(pages, ticket, cast):
    """The phone's text was never on the desk's page: sending there does not throw it away."""
    pages("phone", "A long answer on the phone")
    sent = {"message": "Short answer", "seen": "1.0", "draft_at": "", "form_key": "page-of-the-desk"}
    pages.browser.post(f"/t/{ticket.number}/reply/", sent)
    assert kept() == (None, "A long answer on the phone")
    page = pages.browser.get(f"/t/{ticket.number}/").text
    assert "A long answer on the phone</blockquote>" in page and "A long answer on the phone</textarea>" not in page
    assert "A long answer on the phone" in pages.browser.get("/desk/drafts/").text


def test_sending_on_one_page_leaves_a_file_uploaded_on_another(pages, ticket, cast, uploaded, file):
    """A photo from the phone, while the desk's page stood open: it waits in the box, where it is seen."""
    pages("desk", "See the picture")
    token = uploaded(pages.browser, pages.place, file("photo.log")).json()["id"]
    sent = {"message": "See the picture", "seen": "1.0", "draft_at": "", "form_key": "page-of-the-desk"}
    pages.browser.post(f"/t/{ticket.number}/reply/", sent)
    page = pages.browser.get(f"/t/{ticket.number}/").text
    assert "photo.log" in page and "See the picture</textarea>" not in page
    again = {"message": "Here it is", "seen": "2.0", "draft_at": "", "form_key": "another-page-at-the-desk"}
    pages.browser.post(f"/t/{ticket.number}/reply/", again | {"uploads": token})
    assert Attachment.objects.get().pending.body == "Here it is" and not Draft.objects.exists()


def test_what_is_wrong_with_one_page_leaves_a_file_of_another(pages, ticket, cast, uploaded, file):
    """T19: a form that comes back takes out nothing it has not shown."""
    uploaded(pages.browser, pages.place, file("photo.log"))
    assert pages.browser.post(f"/t/{ticket.number}/reply/", {"message": "", "seen": "1.0"}).status_code == 422
    assert "photo.log" in pages.browser.get(f"/t/{ticket.number}/").text


def test_a_clients_two_pages_lose_neither_text(client_of, by_pass, ticket, cast):
    """The same in the portal, signed in or by a link: the phone on the train, the page at home."""
    place = f"reply/{ticket.number}"
    for browser in (client_of(cast.anna), by_pass(ticket)):
        Draft.objects.all().delete()
        for page, words in (("phone", "On the train"), ("home", "At home")):
            sent = {"message": words, "draft_at": "", "form_key": f"page-of-the-{page}"}
            answer = browser.post(f"/drafts/save/?place={place}", sent)
        assert answer.status_code == 409 and kept() == ("At home", "On the train")
        page = browser.get(f"/t/{ticket.number}/").text
        assert "On the train</blockquote>" in page and "At home</textarea>" in page
        seen = page.partition('name="draft_at" value="')[2].partition('"')[0]
        save(browser, place, message="At home!", draft_at=seen)
        back = browser.post(f"/drafts/elsewhere/?place={place}", {"message": "At home!", "elsewhere": "take"})
        assert back.url == f"/t/{ticket.number}/#reply" and kept() == ("At home!\n\nOn the train", None)


def test_nobody_settles_what_others_typed(pages, client_of, ticket, cast):
    """T01: a colleague's, a client's and a stranger's click change nothing of it."""
    pages("phone", "On the phone")
    pages("desk", "At the desk")
    for who in (cast.lena, cast.anna, cast.carl, None):
        client_of(who).post(f"/drafts/elsewhere/?place={pages.place}", {"elsewhere": "forget", "message": "x"})
    row = Draft.objects.get(owner=f"user:{cast.sam.pk}")
    assert row.fields["elsewhere"] == "On the phone" and row.fields["message"] == "At the desk"


@pytest.mark.parametrize("seen", ["x", "2026-99-99T99:99", "9" * 300, "²"])
def test_what_is_no_moment_overwrites_nothing(client_of, ticket, cast, seen):
    """T19."""
    browser, place = client_of(cast.sam), f"reply/{ticket.number}"
    save(browser, place, message="First")
    assert browser.post(f"/drafts/save/?place={place}", {"message": "Second", "draft_at": seen}).status_code == 409
    assert kept() == ("Second", "First")


# --- A new ticket typed on two pages ----------------------------------------------------------------------------------


@pytest.fixture
def type_in(cast):
    """`type_in(browser, "open/7", "phone", message="Words")`: what the server says to a page that saves its words."""

    def save_on(browser, place, page, seen="", **fields):
        sent = {"draft_at": seen, "form_key": f"page-of-the-{page}", **fields}
        return browser.post(f"/drafts/save/?place={place}", sent)

    return save_on


@pytest.mark.parametrize("who", ["anna", None])
def test_a_clients_new_ticket_typed_on_two_pages_loses_neither_text(client_of, cast, type_in, who):
    """DESIGN 6, Autosave: subject and text, of whoever is signed in and of a stranger in two tabs; offered, then put
    below without script, too."""
    browser, place = client_of(who and getattr(cast, who)), "new/sales"
    assert type_in(browser, place, "phone", subject="Cart", message="On the train").status_code == 204
    answer = type_in(browser, place, "home", subject="Shop", message="At home")
    assert answer.status_code == 409 and answer.json()["message"] == "Cart\n\nOn the train"
    assert kept() == ("At home", "Cart\n\nOn the train")
    page = browser.get("/tickets/new/sales/").text
    assert "On the train</blockquote>" in page and "At home</textarea>" in page and 'value="Shop"' in page
    seen = page.partition('name="draft_at" value="')[2].partition('"')[0]
    assert type_in(browser, place, "home-again", seen, subject="Shop", message="At home!").status_code == 204
    sent = {"subject": "Shop", "message": "At home!", "elsewhere": "take"}
    assert browser.post(f"/drafts/elsewhere/?place={place}", sent).url == "/tickets/new/sales/"
    assert kept() == ("At home!\n\nCart\n\nOn the train", None) and Draft.objects.get().fields["subject"] == "Shop"


def test_sending_a_new_ticket_leaves_what_was_typed_on_another_page(client_of, cast, type_in):
    browser = client_of(cast.anna)
    type_in(browser, "new/support", "phone", subject="Cart", message="On the train")
    sent = {"subject": "Shop", "message": "At home", "draft_at": "", "form_key": "page-of-the-home"}
    browser.post("/tickets/new/support/", sent)
    assert Ticket.objects.get().subject == "Shop" and kept() == (None, "Cart\n\nOn the train")
    page = browser.get("/tickets/new/support/").text
    assert "On the train</blockquote>" in page and "On the train</textarea>" not in page


def test_a_stranger_settles_nothing_of_somebody_else(client_of, cast, type_in):
    """T01: what a client typed is theirs, whoever clicks on the same page."""
    for page in ("phone", "home"):
        type_in(client_of(cast.anna), "new/sales", page, message=f"At {page}")
    for who in (None, cast.carl, cast.sam):
        client_of(who).post("/drafts/elsewhere/?place=new/sales", {"elsewhere": "forget", "message": "x"})
        assert "At home" not in client_of(who).get("/tickets/new/sales/").text
    assert Draft.objects.get(owner=f"user:{cast.anna.pk}").fields["elsewhere"] == "At phone"


# --- A ticket that staff open for a client ----------------------------------------------------------------------------


def test_what_staff_type_for_a_client_is_there_again_for_that_client_alone(client_of, cast, type_in):
    """Never mixed up between clients, nor between people; with its fields and the fields of a call."""
    browser, place = client_of(cast.sam), f"open/{cast.anna.pk}"
    fields = {"client": cast.anna.pk, "channel": "phone", "subject": "Your call", "message": "About the shop"}
    type_in(browser, place, "desk", **fields, minutes="12", priority="critical", department="support")
    page = browser.get(f"/desk/new/?client={cast.anna.pk}").text
    assert "About the shop</textarea>" in page and 'value="Your call"' in page and 'value="12"' in page
    assert 'value="critical" selected' in page and "have not sent it" in page
    listed = browser.get("/desk/drafts/").text
    assert f"/desk/new/?client={cast.anna.pk}&amp;channel=phone" in listed and "new ticket for a client" in listed
    for other in (f"/desk/new/?client={cast.carl.pk}", "/desk/new/"):
        assert "About the shop" not in browser.get(other).text
    assert "About the shop" not in client_of(cast.lena).get(f"/desk/new/?client={cast.anna.pk}").text


def test_a_follow_up_has_a_draft_of_its_own(client_of, cast, ticket, type_in):
    """C17."""
    browser, place = client_of(cast.sam), f"open/{cast.anna.pk}/{ticket.number}"
    fields = {"client": cast.anna.pk, "follow": ticket.number, "message": "Once more"}
    assert type_in(browser, place, "desk", **fields).status_code == 204
    assert "Once more</textarea>" in browser.get(f"/desk/new/?follow={ticket.number}").text
    assert "Once more" not in browser.get(f"/desk/new/?client={cast.anna.pk}").text
    assert f"client={cast.anna.pk}&amp;follow={ticket.number}" in browser.get("/desk/drafts/").text


def test_it_is_gone_when_the_ticket_is_open_or_begun_anew(client_of, cast, type_in):
    browser, here = client_of(cast.sam), f"/desk/new/?client={cast.anna.pk}"
    sent = {"client": cast.anna.pk, "department": "support", "subject": "Hello", "priority": "medium"}
    type_in(browser, f"open/{cast.anna.pk}", "desk", message="Half of it", **sent)
    assert browser.post(here, sent | {"anew": "1", "message": "Half of it"}).url == here and not Draft.objects.exists()
    assert browser.post(here, sent | {"message": ""}).status_code == 422
    assert Draft.objects.get().fields["subject"] == "Hello"
    browser.post(here, sent | {"message": "All of it"})
    assert Ticket.objects.get().subject == "Hello" and not Draft.objects.exists()


def test_its_files_wait_with_it_on_any_device(client_of, cast, uploaded, file, type_in):
    """Sent while it is typed, of any type staff may send (S178), for that client alone; they go with it."""
    browser, here = client_of(cast.sam), f"/desk/new/?client={cast.anna.pk}"
    assert f'data-upload-url="/drafts/upload/?place=open/{cast.anna.pk}"' in browser.get(here).text
    token = uploaded(browser, f"open/{cast.anna.pk}", file("trace.html", b"<html></html>")).json()["id"]
    type_in(browser, f"open/{cast.anna.pk}", "desk", client=cast.anna.pk, message="Half of it", uploads=token)
    page = client_of(cast.sam).get(here).text
    assert "trace.html" in page and "have not sent it" in page
    for other, who in ((f"/desk/new/?client={cast.carl.pk}", cast.sam), ("/desk/new/", cast.sam), (here, cast.lena)):
        assert "trace.html" not in client_of(who).get(other).text
    sent = {"client": cast.anna.pk, "department": "support", "subject": "Hello", "priority": "medium"}
    browser.post(here, sent | {"message": "All of it", "uploads": token})
    assert Ticket.objects.get().messages.get().attachments.get().name == "trace.html" and not Draft.objects.exists()


def test_a_file_alone_is_begun_and_goes_when_it_is_begun_anew(client_of, cast, uploaded, file):
    browser, here = client_of(cast.sam), f"/desk/new/?client={cast.anna.pk}"
    token = uploaded(browser, f"open/{cast.anna.pk}", file("trace.log")).json()["id"]
    assert "have not sent it" in browser.get(here).text
    browser.post(here, {"client": cast.anna.pk, "anew": "1", "uploads": token})
    assert not Draft.objects.exists() and not Attachment.objects.exists()


def test_a_sign_in_that_has_expired_keeps_a_file_chosen_then(client_of, cast, uploaded, file):
    """A stranger's limits hold for it: nobody knows yet that it is staff."""
    browser, place = client_of(None), f"open/{cast.anna.pk}"
    assert uploaded(browser, place, file("trace.html", b"<html></html>")).status_code == 422
    uploaded(browser, place, file("trace.log"))
    browser.force_login(cast.sam)
    assert "trace.log" in browser.get(f"/desk/new/?client={cast.anna.pk}").text


def test_staff_on_two_devices_lose_neither_text(client_of, cast, type_in):
    """As in the box of a reply."""
    browser, place = client_of(cast.sam), f"open/{cast.anna.pk}"
    type_in(browser, place, "phone", client=cast.anna.pk, message="On the phone")
    answer = type_in(browser, place, "desk", client=cast.anna.pk, message="At the desk")
    assert answer.status_code == 409 and kept() == ("At the desk", "On the phone")
    page = browser.get(f"/desk/new/?client={cast.anna.pk}").text
    assert "On the phone</blockquote>" in page
    sent = {"client": cast.anna.pk, "channel": "staff", "message": "At the desk", "elsewhere": "take"}
    back = browser.post(f"/drafts/elsewhere/?place={place}", sent)
    assert back.url == f"/desk/new/?client={cast.anna.pk}&channel=staff"
    assert kept() == ("At the desk\n\nOn the phone", None)


def test_a_sign_in_that_has_expired_loses_nothing_that_staff_sent(client_of, cast, file):
    """ost#635: text and file wait under the session's secret; whoever signs in there finds them."""
    browser, here = client_of(None), f"/desk/new/?client={cast.anna.pk}"
    sent = {"client": cast.anna.pk, "department": "support", "subject": "Hello", "message": "Half of it"}
    answer = browser.post(here, sent | {"attachments": file("trace.log")})
    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/") and not Ticket.objects.exists()
    browser.force_login(cast.sam)
    page = browser.get(here).text
    assert "Half of it</textarea>" in page and "trace.log" in page
    assert "Half of it" not in client_of(cast.sam).get(here).text


@pytest.mark.parametrize("name", ["anna", "olga", "carl"])
def test_clients_keep_no_ticket_for_others(client_of, cast, name, type_in, uploaded, file):
    """T01; nor do staff a place that is none (T19), or files there."""
    browser, place = client_of(getattr(cast, name)), f"open/{cast.anna.pk}"
    assert type_in(browser, place, "desk", message="x").status_code == 404
    assert browser.post(f"/drafts/elsewhere/?place={place}", {"message": "x"}).status_code == 404
    assert uploaded(browser, place, file()).status_code == 404 and not Attachment.objects.exists()
    for place in ("open/", "open/x", "open/1/", "open/1/x", "open/1/KTR-482913/2", "open/" + "9" * 19):
        assert type_in(client_of(cast.sam), place, "desk", message="x").status_code == 404, place
    assert not Draft.objects.exists()

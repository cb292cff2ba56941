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
    assert len(after) == len(before) and page.count("draft</span>") == 2 and "view=drafts" in page
    listed = browser.get("/desk/?view=drafts").content.decode()
    assert all((row.number in listed.partition("<table")[2]) == (row in rows[:2]) for row in rows)
    assert "draft</span>" not in client_of(cast.lena).get("/desk/?view=open").content.decode()


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


def test_what_was_typed_on_another_page_since_is_offered_and_not_overwritten(client_of, ticket, cast):
    """DESIGN 6, Autosave: who types on two devices loses neither; one's own page goes on as it did."""
    browser, place = client_of(cast.sam), f"reply/{ticket.number}"
    first = save(browser, place, message="On the phone", draft_at="")
    answer = browser.post(f"/drafts/save/?place={place}", {"message": "At the desk", "draft_at": ""})
    assert answer.status_code == 409 and answer.json()["message"] == "On the phone"
    assert Draft.objects.get().fields["message"] == "On the phone"
    save(browser, place, message="At the desk", draft_at=answer.json()["at"])
    assert answer.json()["at"] == first.headers["X-Draft-At"]
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    seen = page.partition('data-draft-at="')[2].partition('"')[0]
    save(browser, place, message="At the desk, more", draft_at=seen)
    assert Draft.objects.get().fields["message"] == "At the desk, more"


@pytest.mark.parametrize("seen", ["x", "2026-99-99T99:99", "9" * 300, "²"])
def test_what_is_no_moment_overwrites_nothing(client_of, ticket, cast, seen):
    """T19."""
    browser, place = client_of(cast.sam), f"reply/{ticket.number}"
    save(browser, place, message="First")
    assert browser.post(f"/drafts/save/?place={place}", {"message": "Second", "draft_at": seen}).status_code == 409
    assert Draft.objects.get().fields["message"] == "First"

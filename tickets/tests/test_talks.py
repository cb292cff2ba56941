"""A call, a chat or a meeting becomes a ticket with a number (S80, S89, S92, S97-S99)."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from departments.models import StaffPlace
from mail.models import OutgoingMail
from tickets import actions
from tickets.models import Talk, Ticket, TicketEvent, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
MEETING = {
    "at": WHEN, "minutes": 45, "state": "pending", "link": "https://meet.example.com/room", "pass_code": "canary-4711",
}  # fmt: skip


def new(browser, channel, **said):
    browser.get("/desk/new/", {"channel": channel})
    said = {"channel": channel, "department": "support", "subject": "", "message": ""} | said
    return browser.post("/desk/new/", said)


@pytest.fixture
def meeting(open_ticket, cast):
    return open_ticket(author=cast.sam, channel="conference", subject="Plan", text="We meet.", talk=MEETING, quiet=True)


def page_of(browser, ticket):
    return browser.get(f"/t/{ticket.number}/").content.decode()


# --- Opening ----------------------------------------------------------------------------------------------------------


def test_a_call_becomes_a_ticket_without_a_subject(client_of, cast):
    """S80, S89, S97: named in the client's language, no transcript, and nobody is written to unasked."""
    User.objects.filter(pk=cast.anna.pk).update(language="en", time_zone="UTC")
    OutgoingMail.objects.all().delete()
    browser = client_of(cast.sam)
    new(browser, "phone", client=cast.anna.pk, at="2026-11-20T14:30", minutes="12", phone="+351 555 0100")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.channel) == (f"Phone call – {cast.anna.full_name}", "phone")
    talk = Talk.objects.get(ticket=ticket)
    assert (talk.minutes, talk.phone) == (12, "+351 555 0100")
    assert ticket.messages.get().body.startswith("Phone call on ")
    assert not OutgoingMail.objects.filter(to_address__in=[cast.anna.email, cast.olga.email]).exists()


@pytest.mark.parametrize("channel", ["phone", "conference", "chat"])
def test_the_client_is_told_when_it_is_ticked(client_of, cast, channel):
    OutgoingMail.objects.all().delete()
    new(client_of(cast.sam), channel, client=cast.anna.pk, message="We spoke of the cart.", tell="1")
    mail = OutgoingMail.objects.get(to_address=cast.anna.email)
    assert "We spoke of the cart." in mail.text


def test_a_call_is_named_in_the_clients_language(client_of, cast):
    """S89."""
    from django.utils import translation

    from tickets import talks

    User.objects.filter(pk=cast.anna.pk).update(language="de")
    new(client_of(cast.sam), "conference", client=cast.anna.pk)
    with translation.override("de"):
        assert Ticket.objects.get().subject == talks.subject("conference", cast.anna)


def test_a_chat_keeps_what_was_written(client_of, cast):
    """S99: its transcript is the first message; without one there is no ticket."""
    assert new(client_of(cast.sam), "chat", client=cast.anna.pk).status_code == 422
    new(client_of(cast.sam), "chat", client=cast.anna.pk, message="Anna: It is slow.\nSam: I look.")
    ticket = Ticket.objects.get()
    assert ticket.messages.get().body == "Anna: It is slow.\nSam: I look." and ticket.subject.startswith("Chat – ")


def test_a_meeting_is_confirmed_by_mail_without_its_pass_code(client_of, cast):
    """S98."""
    OutgoingMail.objects.all().delete()
    assert 'name="tell" value="1" checked' in client_of(cast.sam).get("/desk/new/?channel=conference").content.decode()
    sent = {**MEETING, "at": "2026-11-20T14:30", "client": cast.anna.pk, "tell": "1"}
    new(client_of(cast.sam), "conference", **sent)
    mail = OutgoingMail.objects.get(to_address=cast.anna.email)
    assert "https://meet.example.com/room" in mail.text and "pending" in mail.text and "2026" in mail.text
    assert not [row for row in OutgoingMail.objects.all() if "canary-4711" in f"{row.subject} {row.text} {row.html}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "yesterday"), ("at", "9999-99-99T99:99"), ("minutes", "-1"), ("minutes", "99999"), ("minutes", "x"),
        ("state", "maybe"), ("link", "javascript:alert(1)"), ("link", "ftp://x.example/"), ("link", "x" * 300),
        ("pass_code", "x" * 61),
    ],
)  # fmt: skip
def test_what_is_no_detail_of_a_call_is_refused(client_of, cast, field, value):
    """T19."""
    answer = new(client_of(cast.sam), "conference", client=cast.anna.pk, **{field: value})
    assert answer.status_code == 422 and not Ticket.objects.exists()


def test_a_ticket_we_open_by_writing_still_wants_subject_and_message(client_of, cast):
    """S168."""
    for channel in ("staff", "portal", "email", "x", ""):
        assert new(client_of(cast.sam), channel, client=cast.anna.pk).status_code == 422
    assert not Ticket.objects.exists() and not Talk.objects.exists()


def test_nobody_but_staff_makes_one(client_of, cast):
    """T01, T18."""
    for name in ("anna", "olga", "carl", "greta"):
        browser = client_of(getattr(cast, name))
        assert browser.post("/desk/new/", {"channel": "phone", "client": cast.anna.pk}).status_code == 404, name
    assert not Ticket.objects.exists()


# --- Who reads it -----------------------------------------------------------------------------------------------------


def test_the_client_reads_the_details_and_the_pass_code_while_it_is_open(client_of, meeting, cast):
    """S98: the code is for the client alone, not for others of the house, and for nobody when it is over."""
    page = page_of(client_of(cast.anna), meeting)
    assert "https://meet.example.com/room" in page and "pending" in page and "canary-4711" in page
    page = page_of(client_of(cast.olga), meeting)
    assert "https://meet.example.com/room" in page and "canary-4711" not in page
    assert "canary-4711" in page_of(client_of(cast.sam), meeting)
    actions.close(meeting, actor=cast.sam)
    for person in (cast.anna, cast.olga, cast.sam):
        assert "canary-4711" not in page_of(client_of(person), meeting)


def test_nobody_else_reads_of_it(client_of, meeting, cast):
    """T01."""
    for person in (cast.carl, cast.ben, cast.greta):
        assert client_of(person).get(f"/t/{meeting.number}/").status_code == 404


def test_a_guest_reads_it_by_the_pass(open_ticket, by_pass, cast):
    ticket = open_ticket(client=cast.greta, author=cast.sam, channel="conference", talk=MEETING)
    assert "canary-4711" in page_of(by_pass(ticket, cast.greta), ticket)


def test_a_meeting_merged_into_another_ticket_is_read_there(client_of, meeting, ticket, cast):
    """S165."""
    actions.merge([ticket, meeting], into=ticket, actor=cast.sam)
    page = page_of(client_of(cast.sam), ticket)
    assert "https://meet.example.com/room" in page
    assert "https://meet.example.com/room" in page_of(client_of(cast.anna), ticket)


def test_lists_show_by_which_way_a_ticket_came(client_of, meeting, open_ticket, cast):
    """S92."""
    open_ticket(channel="email", subject="By mail")
    page = client_of(cast.anna).get("/tickets/").content.decode()
    assert "Conference call" in page and "E-mail" in page and "Portal</span>" not in page


def test_tickets_of_no_call_cost_nothing_more(client_of, ticket, cast, statements):
    """T27."""
    browser = client_of(cast.sam)
    page_of(browser, ticket)
    with statements() as asked:
        page_of(browser, ticket)
    assert not [sql for sql in asked.captured_queries if "tickets_talk" in sql["sql"]]


# --- Correcting -------------------------------------------------------------------------------------------------------


def test_staff_correct_the_details(client_of, meeting, cast):
    """S98: pending becomes accepted; the log says what changed, never the code."""
    browser, url = client_of(cast.sam), f"/t/{meeting.number}/talk/"
    assert "data-dialog-form" in browser.get(url).content.decode()
    said = {"at": "2026-11-21T10:00", "minutes": "45", "state": "accepted", "link": MEETING["link"]}
    browser.post(url, said | {"pass_code": "canary-other"})
    talk = Talk.objects.get()
    assert (talk.state, talk.pass_code) == ("accepted", "canary-other")
    event = TicketEvent.objects.get(verb=Verb.TALKED)
    log = browser.get(f"/t/{meeting.number}/log/").content.decode()
    assert "canary" not in str(event.data) and "canary" not in log and "<b>pass code</b>" in log
    before = TicketEvent.objects.count()
    browser.post(url, said | {"pass_code": "canary-other"})
    assert TicketEvent.objects.count() == before


def test_a_correction_is_taken_back(client_of, meeting, cast):
    """FIELD 2.3, 12: the moment, the link and the code as they were; what was corrected since is left alone."""
    browser, fields = client_of(cast.sam), ("at", "minutes", "state", "link", "pass_code")
    before = Talk.objects.values_list(*fields).get()
    sent = {"at": "2030-01-02T10:00", "minutes": "", "state": "", "link": "", "pass_code": ""}
    page = browser.post(f"/t/{meeting.number}/talk/", sent, follow=True).content.decode()
    assert Talk.objects.values_list(*fields).get() != before
    first = TicketEvent.objects.get(verb=Verb.TALKED)
    assert f"/t/{meeting.number}/undo/{first.click}/" in page
    browser.post(f"/t/{meeting.number}/undo/{first.click}/")
    assert Talk.objects.values_list(*fields).get() == before
    assert MEETING["pass_code"] not in browser.get(f"/t/{meeting.number}/log/").content.decode()
    browser.post(f"/t/{meeting.number}/talk/", sent)
    second = TicketEvent.objects.filter(verb=Verb.TALKED).last()
    actions.change_talk(meeting, actor=cast.lena, minutes=5)
    with pytest.raises(Refused):
        actions.undo(second.click, actor=cast.sam)
    assert Talk.objects.get().minutes == 5


def test_a_moment_that_was_not_known_is_not_known_again(meeting, cast):
    Talk.objects.update(at=None)
    actions.change_talk(meeting, actor=cast.sam, at=WHEN)
    actions.undo(TicketEvent.objects.filter(ticket=meeting).latest("sequence").click, actor=cast.sam)
    assert Talk.objects.get().at is None


def test_the_client_gets_a_confirmation_when_it_is_ticked(client_of, meeting, cast):
    """S98: a reply in their language, by mail with the time and the link, never with the code."""
    User.objects.filter(pk=cast.anna.pk).update(language="en", time_zone="Europe/Lisbon")
    OutgoingMail.objects.all().delete()
    browser, url = client_of(cast.sam), f"/t/{meeting.number}/talk/"
    said = {"at": "2026-11-21T10:00", "minutes": "45", "state": "accepted", "link": MEETING["link"]}
    browser.post(url, said | {"pass_code": MEETING["pass_code"], "tell": "1"})
    mail = OutgoingMail.objects.get(to_address=cast.anna.email)
    assert "The conference call on " in mail.text and "is confirmed." in mail.text and MEETING["link"] in mail.text
    assert "canary-4711" not in f"{mail.text} {mail.html}"
    browser.post(url, said | {"pass_code": MEETING["pass_code"], "tell": "1"})
    assert OutgoingMail.objects.filter(to_address=cast.anna.email).count() == 1


def test_one_change_of_its_state_is_told_from_and_to(client_of, meeting, cast):
    """S167."""
    actions.change_talk(meeting, actor=cast.sam, state="accepted")
    log = client_of(cast.sam).get(f"/t/{meeting.number}/log/").content.decode()
    assert "set the state of the call from <b>pending</b> to <b>accepted</b>" in log


def test_only_staff_of_the_department_correct_it(client_of, meeting, ticket, cast):
    """T01, T18; a ticket made of no call has no such door."""
    url = f"/t/{meeting.number}/talk/"
    for name in ("anna", "olga", "carl", "greta", "ben"):
        assert client_of(getattr(cast, name)).post(url, {"state": "accepted"}).status_code == 404, name
    assert client_of(cast.sam).get(f"/t/{ticket.number}/talk/").status_code == 404
    assert client_of(cast.sam).post(url, {"link": "javascript:alert(1)"}).status_code == 422
    with pytest.raises(Refused):
        actions.change_talk(ticket, actor=cast.sam, minutes=3)
    assert Talk.objects.get().state == "pending"


def test_the_department_is_told_of_a_call_by_a_colleague(client_of, cast):
    """S126: quiet to the client is not quiet to us."""
    StaffPlace.objects.filter(user=cast.lena, department=cast.support).update(notify=True)
    OutgoingMail.objects.all().delete()
    new(client_of(cast.sam), "phone", client=cast.anna.pk)
    assert list(OutgoingMail.objects.values_list("to_address", flat=True)) == [cast.lena.email]


def test_nothing_of_it_stays_when_the_ticket_is_deleted_for_good(meeting, cast, set_policy):
    """S155, C5."""
    set_policy(cast.support, history_policy="revisions")
    actions.trash(meeting, actor=cast.lena)
    actions.empty(meeting, actor=cast.lena)
    assert not Talk.objects.exists()

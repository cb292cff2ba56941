"""The bell of the desk and the digest: what somebody is told of there, how they chose it, and who is never told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from departments.models import Portal, StaffPlace
from departments.policy import forget
from mail.models import Kind, OutgoingMail
from tickets import actions
from tickets.automation import digests
from tickets.conversation import reading
from tickets.lists import bell
from tickets.models import Notification, Ticket
from tickets.notices import notify
from tickets.writing import write

pytestmark = pytest.mark.django_db
OF_STAFF = StaffPlace.Letters
BELL = "/desk/bell/"


@pytest.fixture(autouse=True)
def at_once(cast):
    portal = Portal.get()
    portal.group_minutes = 0
    portal.save(update_fields=["group_minutes"])
    forget()


def at_place(person, department, **wishes):
    StaffPlace.objects.filter(user=person, department=department).update(**wishes)


def shown(person):
    rows = Notification.objects.filter(user=person, in_portal=True).order_by("pk")
    return [(row.event.verb, row.is_unread) for row in rows.select_related("event")]


def letters(person):
    return OutgoingMail.objects.filter(user=person).count()


# --- What stands there ------------------------------------------------------------------------------------------------


def test_what_is_mine_stands_under_the_bell_and_what_is_everybodys_does_not(ticket, sam, lena, anna, say):
    """S161, S166, S201: a ticket given, a note that calls me, an answer to what I look after."""
    assert shown(sam) == []
    actions.assign(ticket, to=sam, actor=lena)
    actions.add_note(ticket, author=lena, written=write("@sam"), mentions=[sam])
    say(Ticket.objects.get(pk=ticket.pk), anna, "Hello?")
    assert shown(sam) == [("assigned", True), ("noted", True), ("replied", True)]
    assert shown(lena) == [] and shown(anna) == []


def test_without_mail_it_still_stands_there_and_without_both_there_is_no_row(ticket, sam, lena, support):
    """S126: the switch of the mail is one thing, the bell another."""
    at_place(sam, support, unwanted=[OF_STAFF.GIVEN])
    before = letters(sam)
    actions.assign(ticket, to=sam, actor=lena)
    assert shown(sam) == [("assigned", True)] and letters(sam) == before
    at_place(sam, support, unwanted=[OF_STAFF.GIVEN], shown=[])
    actions.flag(Ticket.objects.get(pk=ticket.pk), to=sam, actor=lena)
    assert shown(sam) == [("assigned", True)]
    assert Notification.objects.filter(user=sam, event__verb="flagged").count() == 0


def test_new_tickets_stand_there_for_those_who_want_it_even_without_the_letters(open_ticket, sam, support):
    at_place(sam, support, notify=False, shown=[OF_STAFF.NEW])
    before = letters(sam)
    open_ticket()
    assert shown(sam) == [("opened", True)] and letters(sam) == before


def test_what_was_taken_back_goes_from_the_bell(ticket, sam, lena):
    actions.assign(ticket, to=sam, actor=lena)
    actions.undo(ticket.events.order_by("-sequence").first().click, actor=lena)
    assert shown(sam) == []


def test_clients_have_no_bell(ticket, anna, olga, say, sam):
    say(ticket, sam, "Done.")
    assert not Notification.objects.filter(user__in=[anna, olga], in_portal=True).exists()


# --- The page ---------------------------------------------------------------------------------------------------------


def test_unread_ones_stand_first_in_words_that_lead_to_the_ticket(client_of, ticket, open_ticket, sam, lena):
    other = open_ticket(subject="The newest")
    actions.assign(ticket, to=sam, actor=lena)
    actions.assign(other, to=sam, actor=lena)
    bell.mark_read(viewer_of(sam), Notification.objects.filter(user=sam, in_portal=True).latest("pk").pk)
    page = client_of(sam).get(BELL).text
    assert page.index("Not read yet") < page.index(ticket.subject) < page.index(">Read<") < page.index("The newest")
    assert f'href="/t/{ticket.number}/' in page and "Lena Varga" in page


def viewer_of(person):
    from accounts.viewer import Viewer

    return Viewer(User.objects.get(pk=person.pk))


def test_opening_the_ticket_reads_its_notices_and_no_others(client_of, ticket, open_ticket, sam, lena):
    """By what the page sends when it has been looked at: GET changes nothing."""
    other = open_ticket()
    for each in (ticket, other):
        actions.assign(each, to=sam, actor=lena)
    browser = client_of(sam)
    browser.get(f"/t/{ticket.number}/")
    assert [unread for _verb, unread in shown(sam)] == [True, True]
    browser.post(f"/t/{ticket.number}/seen/", {"number": 1})
    assert [unread for _verb, unread in shown(sam)] == [False, True]


def test_one_or_all_are_marked_as_read_by_their_reader_alone(client_of, ticket, sam, lena, cast):
    """T01, T18: somebody else's notice is nobody's business."""
    actions.assign(ticket, to=sam, actor=lena)
    actions.flag(Ticket.objects.get(pk=ticket.pk), to=sam, actor=lena)
    first = Notification.objects.filter(user=sam, in_portal=True).earliest("pk").pk
    for person, status in ((None, 302), (cast.anna, 404), (cast.carl, 404), (cast.ben, 302), (cast.lena, 302)):
        assert client_of(person).post(f"{BELL}read/", {"notice": first}).status_code == status
        assert client_of(person).post(f"{BELL}read/").status_code == status
    assert [unread for _verb, unread in shown(sam)] == [True, True]
    browser = client_of(sam)
    browser.post(f"{BELL}read/", {"notice": "nonsense"})
    browser.post(f"{BELL}read/", {"notice": first})
    assert [unread for _verb, unread in shown(sam)] == [False, True]
    assert browser.post(f"{BELL}read/").url == BELL
    assert [unread for _verb, unread in shown(sam)] == [False, False]


def test_of_a_ticket_that_moved_out_of_sight_nothing_is_said(client_of, ticket, sam, lena, cast):
    """S119: neither on the page nor in its number."""
    actions.assign(ticket, to=sam, actor=lena)
    browser = client_of(sam)
    assert 'id="bell-count" data-live>1<' in browser.get("/desk/").text
    actions.move(Ticket.objects.get(pk=ticket.pk), to=cast.billing, actor=cast.operator)
    assert 'id="bell-count" data-live><' in browser.get("/desk/").text
    assert ticket.subject not in browser.get(BELL).text
    assert browser.get(f"{BELL}latest/?after=0").json()["notices"] == []


def test_the_page_costs_the_same_for_one_and_for_three(client_of, open_ticket, sam, lena, statements):
    """T27."""
    browser, costs = client_of(sam), []
    for _round in range(3):
        actions.assign(open_ticket(), to=sam, actor=lena)
        browser.get(BELL)
        with statements() as seen:
            assert browser.get(BELL).status_code == 200
        costs.append(len(seen))
    assert costs == [4, 4, 4]


def test_pages_are_cut_by_key(client_of, open_ticket, sam, lena, monkeypatch):
    monkeypatch.setattr(bell, "PAGE", 2)
    for _each in range(3):
        actions.assign(open_ticket(), to=sam, actor=lena)
    first, rest = bell.page(viewer_of(sam))
    second, end = bell.page(viewer_of(sam), rest.next)
    assert len(first) == 2 and len(second) == 1 and not end.next
    assert client_of(sam).get(f"{BELL}?cursor=garbage").status_code == 200


def test_a_page_nobody_looks_at_asks_what_is_new(client_of, ticket, sam, lena, cast):
    browser = client_of(sam)
    begin = browser.get(f"{BELL}latest/").json()
    assert begin == {"newest": 0, "notices": []}
    actions.assign(ticket, to=sam, actor=lena)
    said = browser.get(f"{BELL}latest/?after=0").json()
    assert said["notices"][0]["title"] == f"{ticket.number} {ticket.subject}"
    assert "Lena Varga" in said["notices"][0]["text"] and "<" not in said["notices"][0]["text"]
    assert browser.get(f"{BELL}latest/?after={said['newest']}").json()["notices"] == []
    assert client_of(cast.ben).get(f"{BELL}latest/?after=0").json()["notices"] == []


# --- The choice -------------------------------------------------------------------------------------------------------


def test_ways_are_chosen_in_the_profile_by_kind_and_department(client_of, sam, support):
    """S126."""
    page = client_of(sam).get("/accounts/profile/").text
    assert f'name="shown-{support.pk}" value="given" checked' in page
    assert f'name="gathered-{support.pk}" value="given">' in page
    sent = {"ways": "1", f"department-{support.pk}": ["note"], f"shown-{support.pk}": ["given", "nonsense"]}
    client_of(sam).post("/desk/notices/", {**sent, f"gathered-{support.pk}": ["watched"], "digest": "hourly"})
    place = StaffPlace.objects.get(user=sam, department=support)
    assert (place.shown, place.gathered) == (["given"], ["watched"])
    assert place.wants("note") and not place.wants("given")
    assert User.objects.get(pk=sam.pk).digest == "hourly"
    client_of(sam).post("/desk/notices/", {**sent, "digest": "nonsense"})
    assert User.objects.get(pk=sam.pk).digest == "hourly"


# --- The digest -------------------------------------------------------------------------------------------------------


@pytest.fixture
def gathers(sam, support):
    at_place(sam, support, unwanted=list(OF_STAFF.values), gathered=[OF_STAFF.GIVEN, OF_STAFF.NOTES])


def tomorrow():
    return timezone.now() + timedelta(hours=26)


def test_a_digest_lists_what_happened_in_one_letter_once(gathers, ticket, open_ticket, sam, lena):
    """T07: whoever runs it twice sends it once."""
    other, before = open_ticket(subject="The other"), letters(sam)
    actions.assign(ticket, to=sam, actor=lena)
    actions.flag(other, to=sam, actor=lena)
    actions.add_note(Ticket.objects.get(pk=ticket.pk), author=lena, written=write("The secret @sam"), mentions=[sam])
    assert letters(sam) == before and digests.send_due() == 0
    assert digests.send_due(tomorrow()) == 1
    assert digests.send_due(tomorrow()) == 0
    mail = OutgoingMail.objects.filter(user=sam).latest("pk")
    assert mail.kind == Kind.DIGEST and mail.subject == "3 things happened on your tickets"
    assert ticket.number in mail.text and "The other" in mail.text and "Lena Varga" in mail.text
    assert "secret" not in mail.text + mail.html and "<b>" not in mail.text


def test_what_the_reader_no_longer_sees_is_not_in_it(gathers, ticket, open_ticket, sam, lena, cast):
    """S119."""
    other = open_ticket(subject="Stays here")
    for each in (ticket, other):
        actions.assign(each, to=sam, actor=lena)
    actions.move(Ticket.objects.get(pk=ticket.pk), to=cast.billing, actor=cast.operator)
    digests.send_due(tomorrow())
    mail = OutgoingMail.objects.filter(user=sam).latest("pk")
    assert "Stays here" in mail.text and ticket.number not in mail.text
    actions.flag(Ticket.objects.get(pk=other.pk), to=sam, actor=lena)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    before = letters(sam)
    assert digests.send_due(tomorrow()) == 0 and letters(sam) == before
    assert not Notification.objects.filter(digest_due_at__isnull=False).exists()


def test_what_was_taken_back_is_not_in_it(gathers, ticket, sam, lena):
    actions.assign(ticket, to=sam, actor=lena)
    actions.undo(ticket.events.order_by("-sequence").first().click, actor=lena)
    assert digests.send_due(tomorrow()) == 0


def test_it_is_written_in_the_readers_language(gathers, ticket, sam, lena):
    User.objects.filter(pk=sam.pk).update(language="ru")
    actions.assign(ticket, to=sam, actor=lena)
    digests.send_due(tomorrow())
    assert OutgoingMail.objects.filter(user=sam).latest("pk").language == "ru"


@pytest.mark.parametrize(
    ("how_often", "zone", "at", "due"),
    [
        ("hourly", "Europe/Berlin", datetime(2026, 3, 2, 9, 20, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("daily", "Europe/Berlin", datetime(2026, 3, 2, 6, 20, tzinfo=UTC), datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("daily", "Europe/Berlin", datetime(2026, 3, 2, 7, 0, tzinfo=UTC), datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("daily", "Europe/Berlin", datetime(2026, 3, 28, 9, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        ("daily", "Asia/Tokyo", datetime(2026, 3, 2, 22, 0, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC)),
    ],
)
def test_when_it_goes(how_often, zone, at, due):
    """Eight in the morning where the reader is, on the day the clocks change too."""
    assert notify.digest_after(at, User(digest=how_often, time_zone=zone)) == due


def test_reading_a_merged_ticket_reads_what_was_told_of_its_parts(ticket, open_ticket, sam, lena):
    other = open_ticket()
    actions.assign(other, to=sam, actor=lena)
    survivor = actions.merge([ticket, Ticket.objects.get(pk=other.pk)], into=ticket, actor=lena)
    reading.mark_notices_read(survivor, sam)
    assert [unread for _verb, unread in shown(sam)] == [False]

"""What people do without: per kind, per department, in the profile or by one click in a letter (S126, S14)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, User
from departments.models import Portal, StaffPlace
from departments.policy import forget
from mail.models import Kind, OutgoingMail
from tickets import actions
from tickets.models import Notification, Participant, Ticket, Verb
from tickets.notices import recipients
from tickets.writing import write

pytestmark = pytest.mark.django_db
OF_STAFF = StaffPlace.Letters
EVERYTHING = list(User.Letters.values)


@pytest.fixture(autouse=True)
def at_once(cast):
    portal = Portal.get()
    portal.group_minutes = 0
    portal.save(update_fields=["group_minutes"])
    forget()


@pytest.fixture
def after():
    """`after()`: who was told of what since the last call."""
    seen = 0

    def since():
        nonlocal seen
        mails = OutgoingMail.objects.order_by("pk")[seen:]
        found = sorted((mail.to_address.partition("@")[0], mail.kind) for mail in mails)
        seen = OutgoingMail.objects.count()
        return found

    return since


def do_without(person, *letters):
    User.objects.filter(pk=person.pk).update(unwanted=list(letters))


def at_place(person, department, *letters):
    StaffPlace.objects.filter(user=person, department=department).update(unwanted=list(letters))


# --- Clients ----------------------------------------------------------------------------------------------------------


def test_a_client_does_without_one_kind_and_still_gets_the_others(ticket, anna, olga, sam, say, after, open_ticket):
    do_without(anna, "client.reply")
    after()
    say(Ticket.objects.get(pk=ticket.pk), sam, "Done.")
    assert after() == [("olga", Kind.REPLY)]
    actions.close(ticket, actor=sam)
    assert after() == [("anna", Kind.CLOSED)]
    do_without(anna, "client.closing", "client.receipt", "client.client_reply")
    actions.reopen(ticket, actor=olga, by_staff=False)
    say(Ticket.objects.get(pk=ticket.pk), olga, "Me too.")
    actions.close(Ticket.objects.get(pk=ticket.pk), actor=sam)
    open_ticket(client=User.objects.get(pk=anna.pk))
    assert "anna" not in {who for who, _kind in after()}


def test_a_guest_always_gets_the_way_in(open_ticket, greta, sales, after):
    """S7."""
    do_without(greta, *EVERYTHING)
    open_ticket(client=User.objects.get(pk=greta.pk), department=sales)
    assert ("greta", Kind.RECEIPT) in after()


def test_who_takes_part_and_who_sees_the_organisations_tickets_choose_apart(
    ticket, anna, carl, olga, sam, say, after, open_ticket
):
    Participant.objects.create(ticket=ticket, user=carl)
    do_without(carl, "participant.client_reply")
    do_without(olga, "organisation.new_ticket")
    after()
    say(ticket, anna, "Still broken.")
    say(ticket, sam, "Done.")
    assert after() == [("anna", Kind.REPLY), ("carl", Kind.REPLY), ("olga", Kind.REPLY), ("sam", Kind.CLIENT_REPLY)]
    open_ticket()
    assert ("olga", Kind.NEW_TICKET) not in after()


def test_an_invitation_and_a_chosen_answer_come_in_any_case(ticket, anna, olga, sam, after):
    """They were meant for this person."""
    do_without(olga, *EVERYTHING)
    actions.reply(ticket, author=sam, written=write("For Olga."), by_staff=True, to=[olga])
    person = User.objects.guest_for("mira@example.org")
    do_without(person, *EVERYTHING)
    actions.add_participant(ticket, user=person, rights="read", actor=anna)
    assert {("olga", Kind.REPLY), ("mira", Kind.JOINED)} <= set(after())


def test_they_are_chosen_in_the_profile(client_of, anna, olga, cast):
    browser = client_of(anna)
    page = browser.get("/accounts/profile/").text
    assert 'name="letter" value="client.reply" checked' in page
    answer = browser.post("/accounts/profile/letters/", {"letter": ["client.receipt", "nonsense"]})
    assert answer.url == "/accounts/profile/"
    anna.refresh_from_db()
    assert set(anna.unwanted) == set(EVERYTHING) - {"client.receipt"}
    assert 'name="letter" value="client.reply">' in browser.get("/accounts/profile/").text
    olga.refresh_from_db()
    assert olga.unwanted == []


def test_the_organisation_is_a_switch_of_those_who_see_its_tickets(client_of, anna, olga):
    """S14, C12."""
    organisation = Membership.objects.get(user=olga).organisation_id
    client_of(olga).post("/accounts/profile/letters/", {"letter": EVERYTHING})
    assert not Membership.objects.get(user=olga).notify
    client_of(olga).post("/accounts/profile/letters/", {"letter": EVERYTHING, "organisation": [organisation]})
    assert Membership.objects.get(user=olga).notify
    Membership.objects.filter(user=anna).update(role="own", notify=False)
    client_of(anna).post("/accounts/profile/letters/", {"letter": EVERYTHING, "organisation": [organisation]})
    assert not Membership.objects.get(user=anna).notify


def test_no_guest_and_no_stranger_finds_that_door(client_of, ticket, open_ticket, greta, sales, by_pass):
    assert client_of(None).post("/accounts/profile/letters/").url.startswith("/accounts/login/")
    browser = by_pass(open_ticket(client=greta, department=sales))
    assert browser.post("/accounts/profile/letters/").url.startswith("/accounts/login/")


# --- Staff ------------------------------------------------------------------------------------------------------------


def test_staff_choose_per_department_and_kind(ticket, anna, sam, lena, say, after, open_ticket, support):
    """S126."""
    at_place(sam, support, OF_STAFF.NEW)
    after()
    other = open_ticket()
    say(other, anna, "Anybody?")
    assert [kind for who, kind in after() if who == "sam"] == [Kind.CLIENT_REPLY]
    at_place(sam, support, OF_STAFF.MINE, OF_STAFF.NOTES, OF_STAFF.GIVEN)
    actions.assign(ticket, to=sam, actor=lena)
    actions.flag(ticket, to=sam, actor=lena)
    actions.add_note(ticket, author=lena, written=write("@sam"), mentions=[sam])
    say(ticket, anna, "Hello?")
    assert "sam" not in {who for who, _kind in after()}


def test_an_assignee_who_wants_no_mail_passes_it_to_nobody_else(ticket, anna, sam, lena, say, after, support):
    """They look after it: the department is not woken."""
    StaffPlace.objects.filter(user=lena, department=support).update(notify=True)
    actions.assign(ticket, to=sam, actor=lena)
    at_place(sam, support, OF_STAFF.MINE)
    after()
    say(ticket, anna, "Hello?")
    assert after() == []


def test_what_a_rule_tells_comes_in_any_case(ticket, sam, support, cast, after):
    at_place(sam, support, *OF_STAFF.values)
    after()
    actions.alert(ticket, to=[sam], rule=support, actor=cast.system)
    assert after() == [("sam", Kind.ESCALATED)]


def test_one_click_in_a_letter_ends_that_kind_at_that_place(ticket, anna, sam, lena, say, after, support, client_of):
    """RFC 8058, for staff."""
    actions.assign(ticket, to=sam, actor=lena)
    say(ticket, anna, "Hello?")
    mail = OutgoingMail.objects.filter(user=sam, kind=Kind.CLIENT_REPLY).last()
    link = mail.headers["List-Unsubscribe"].strip("<>").partition("testserver")[2]
    assert "Clients’ replies to tickets I look after" in client_of(None).get(link).text
    client_of(None).post(link, {"List-Unsubscribe": "One-Click"})
    place = StaffPlace.objects.get(user=sam, department=support)
    assert place.unwanted == ["assignee"] and place.notify
    after()
    say(ticket, anna, "Hello??")
    assert after() == []
    assert place.wants("note") and place.wants("new_ticket")


def test_every_letter_one_may_do_without_is_sent_for_some_event(ticket, anna, sam, lena, say, cast):
    """The lists of the profile hold nothing that does not exist."""
    found = {recipients.letter_of(row.event, row.reason) for row in everything_told(ticket, cast)}
    assert found >= {*OF_STAFF.values, *User.Letters.values} - {"participant.client_reply"}


def everything_told(ticket, cast):
    Participant.objects.create(ticket=ticket, user=cast.carl)
    anna, sam, lena, olga = cast.anna, cast.sam, cast.lena, cast.olga
    actions.reply(ticket, author=olga, written=write("More."), by_staff=False)
    actions.assign(ticket, to=sam, actor=lena)
    actions.reply(ticket, author=anna, written=write("More."), by_staff=False)
    actions.add_note(ticket, author=lena, written=write("@sam"), mentions=[sam])
    actions.reply(ticket, author=sam, written=write("Done."), by_staff=True)
    actions.snooze(ticket, until=timezone.now() + timedelta(minutes=1), actor=lena)
    actions.wake_in_time(ticket, actor=cast.system, now=timezone.now() + timedelta(minutes=2))
    actions.watch(ticket, user=lena)
    actions.close(ticket, actor=sam)
    return Notification.objects.select_related("event__message").exclude(event__verb=Verb.ALERTED)

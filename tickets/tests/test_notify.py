"""Who is told of what, and who never is (S13, S14, S119, S126, S157, S161, S166)."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, User
from accounts.viewer import Viewer
from departments.models import Portal, StaffPlace, Status
from departments.policy import forget
from mail.models import Kind, OutgoingMail
from tickets import access, actions
from tickets.automation import timers
from tickets.events import one_click
from tickets.models import Notification, Participant, Ticket, Verb
from tickets.notices import letters, notify
from tickets.writing import write

pytestmark = pytest.mark.django_db
Reason = Notification.Reason


def told(since=0):
    """[(address without its domain, kind)] of the letters written after the first `since`."""
    mails = OutgoingMail.objects.order_by("pk")[since:]
    return sorted((mail.to_address.partition("@")[0], mail.kind) for mail in mails)


@pytest.fixture
def after():
    """`after()`: who was told since the last call."""
    seen = 0

    def since():
        nonlocal seen
        letters, seen = told(seen), OutgoingMail.objects.count()
        return letters

    return since


@pytest.fixture
def quiet(cast):
    """Nobody of the organisation is told of its tickets."""
    Membership.objects.update(notify=False)


@pytest.fixture
def at_once(cast):
    """Staff are told of each of a client's messages at once; how they are grouped is in test_grouping.py (C20)."""
    switch(Portal.get(), group_minutes=0)


def switch(department, **fields):
    for name, value in fields.items():
        setattr(department, name, value)
    department.save(update_fields=list(fields))
    forget()


# --- Opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 6, 7, 12])
def test_however_many_take_part_each_is_told_once(ticket, anna, olga, sam, say, many):
    """T09: a few are read by one statement compiled once, more by another."""
    guests = [User.objects.guest_for(f"guest-{n}@example.com") for n in range(many)]
    for person in guests:
        actions.add_participant(Ticket.objects.get(pk=ticket.pk), user=person, rights="read", actor=anna)
    reply = say(Ticket.objects.get(pk=ticket.pk), sam)
    mails = OutgoingMail.objects.filter(kind="reply", reference__endswith=reply.label)
    assert sorted(mail.to_address for mail in mails) == sorted(one.email for one in (anna, olga, *guests))


def test_a_new_ticket_is_confirmed_to_its_author_and_told_to_the_department(ticket, after):
    """S13, S14, S126: the receipt, the organisation's administrator, the staff who switched notices on."""
    assert after() == [("anna", Kind.RECEIPT), ("olga", Kind.NEW_TICKET), ("sam", Kind.NEW_TICKET)]
    mail = OutgoingMail.objects.get(kind=Kind.RECEIPT)
    assert ticket.number in mail.subject and ticket.number in mail.text


def test_staff_of_other_departments_and_those_who_switched_notices_off_are_not_told(ticket, after, ben, lena):
    """S119, S126: Ben works in Billing; Lena has a place here and her notices off."""
    assert not {"ben", "lena"} & {who for who, _kind in after()}


def test_the_receipt_can_be_switched_off_but_a_guest_still_gets_the_way_in(open_ticket, support, sales, greta, after):
    """C13, S123, S7."""
    switch(support, opening_receipt=False)
    switch(sales, opening_receipt=False)
    open_ticket()
    assert ("anna", Kind.RECEIPT) not in after()
    open_ticket(client=greta, department=sales)
    assert ("greta", Kind.RECEIPT) in after()


def test_a_ticket_opened_by_staff_brings_the_client_the_message_itself(open_ticket, sam, lena, support, after):
    """S168: no receipt, for nothing was asked; Sam is not told of his own act."""
    StaffPlace.objects.filter(user=lena, department=support).update(notify=True)
    open_ticket(author=sam, text="We move your server tonight.")
    letters = after()
    assert ("anna", Kind.REPLY) in letters and ("lena", Kind.NEW_TICKET) in letters
    assert "sam" not in {who for who, _kind in letters}
    assert "We move your server tonight." in OutgoingMail.objects.get(to_address="anna@example.com").text


def test_a_member_who_sees_only_own_tickets_is_told_of_no_others(open_ticket, cast, olga, after):
    """C12: told is never more than sight, whatever the switch says."""
    Membership.objects.filter(user=olga).update(role="own", notify=True)
    open_ticket()
    assert "olga" not in {who for who, _kind in after()}


# --- Replies ----------------------------------------------------------------------------------------------------------


def test_our_reply_goes_to_client_participants_and_organisation(ticket, sam, carl, olga, say, after):
    """S157, S163, S14."""
    Participant.objects.create(ticket=ticket, user=carl)
    after()
    say(ticket, sam, "It is fixed.")
    assert after() == [("anna", Kind.REPLY), ("carl", Kind.REPLY), ("olga", Kind.REPLY)]


def test_a_participant_who_wants_no_mail_gets_none(ticket, sam, carl, say, after):
    Participant.objects.create(ticket=ticket, user=carl, notify=False)
    after()
    say(ticket, sam)
    assert "carl" not in {who for who, _kind in after()}


def test_the_clients_reply_goes_to_whoever_looks_after_it_else_to_the_department(
    ticket, anna, sam, lena, say, after, at_once
):
    """S126: "replies nobody looks after"."""
    after()
    say(ticket, anna, "Still broken.")
    assert after() == [("sam", Kind.CLIENT_REPLY)]
    actions.assign(ticket, to=lena, actor=sam)
    after()
    say(ticket, anna, "Still.")
    assert after() == [("lena", Kind.CLIENT_REPLY)]


def test_an_assignee_who_lost_the_place_or_left_is_not_told_but_the_department_is(
    ticket, anna, lena, sam, say, after, at_once
):
    """S119: sight first."""
    actions.assign(ticket, to=lena, actor=sam)
    StaffPlace.objects.filter(user=lena).delete()
    after()
    say(ticket, anna)
    assert after() == [("sam", Kind.CLIENT_REPLY)]


def test_a_members_reply_is_told_to_the_client_too(ticket, olga, quiet, after, at_once):
    after()
    actions.reply(ticket, author=olga, written=write("Me too."), by_staff=False)
    assert after() == [("anna", Kind.CLIENT_REPLY), ("sam", Kind.CLIENT_REPLY)]


def test_an_inactive_person_and_the_system_are_never_told(ticket, cast, anna, sam, say, after):
    anna.is_active = False
    anna.save(update_fields=["is_active"])
    Participant.objects.create(ticket=ticket, user=cast.system)
    after()
    say(ticket, sam)
    assert after() == [("olga", Kind.REPLY)]


# --- Notes ------------------------------------------------------------------------------------------------------------


def test_an_internal_note_is_never_mailed_to_the_clients_side_by_any_route(
    ticket, anna, olga, carl, greta, ben, sam, lena, operator, after, monkeypatch
):
    """S161, S197: not by mention, flag, membership, participation, assignment, nor when letters are written later."""
    Participant.objects.create(ticket=ticket, user=carl)
    Membership.objects.update(notify=True)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=carl)
    for person in (anna, olga, carl, greta, ben):
        ticket.flags.create(user=person, by=sam)
    after()
    everybody = [anna, olga, carl, greta, ben, sam, lena, operator]
    actions.add_note(ticket, author=sam, written=write("The client is difficult."), mentions=everybody)
    assert after() == [("lena", Kind.NOTE), ("operator", Kind.NOTE)]
    monkeypatch.setattr(notify, "RENDERED_AT_ONCE", 0)
    actions.add_note(ticket, author=sam, written=write("Very difficult."), mentions=everybody)
    assert after() == []
    timers.write_letters()
    assert after() == [("lena", Kind.NOTE), ("operator", Kind.NOTE)]
    for mail in OutgoingMail.objects.exclude(kind=Kind.NOTE):
        assert "difficult" not in mail.text + mail.html + mail.subject


def test_editing_a_note_or_a_message_tells_nobody(ticket, sam, lena, after):
    note = actions.add_note(ticket, author=sam, written=write("Secret."))
    after()
    actions.edit_message(note, editor=lena, written=write("Still secret."))
    assert after() == []


def test_a_note_goes_to_colleagues_mentioned_or_flagged_only(ticket, sam, lena, operator, after):
    actions.flag(ticket, to=operator, actor=sam)
    after()
    actions.add_note(ticket, author=sam, written=write("Look at web-09."))
    assert after() == [("operator", Kind.NOTE)]
    actions.add_note(ticket, author=sam, written=write("@lena?"), mentions=[lena])
    assert after() == [("lena", Kind.NOTE), ("operator", Kind.NOTE)]


# --- Assigned, flagged, closed ----------------------------------------------------------------------------------------


def test_assigning_and_flagging_mail_that_person_unless_it_is_oneself(ticket, sam, lena, after):
    """S166, S48."""
    after()
    actions.assign(ticket, to=sam, actor=sam)
    actions.flag(ticket, to=sam, actor=sam)
    assert after() == []
    actions.assign(ticket, to=lena, actor=sam)
    assert after() == [("lena", Kind.ASSIGNED)]
    actions.flag(ticket, to=lena, actor=sam)
    assert after() == [("lena", Kind.FLAGGED)]


def test_a_change_of_status_alone_is_no_reason_for_mail(ticket, sam, after):
    after()
    actions.set_status(ticket, status=Status.objects.get(code="in-progress"), actor=sam)
    actions.set_subject(ticket, subject="Another", actor=sam)
    assert after() == []


def test_closing_tells_the_client_unless_the_client_did_it(ticket, anna, sam, after):
    after()
    actions.close(ticket, actor=sam)
    assert after() == [("anna", Kind.CLOSED)]
    actions.reopen(ticket, actor=anna, by_staff=False)
    actions.close(ticket, actor=anna)
    assert after() == []


def test_one_click_is_one_letter_a_person(ticket, sam, lena, quiet, say, after):
    """A reply that closes is one letter that says so; a note that assigns and flags too."""
    after()
    say(ticket, sam, "Done.", status=Status.objects.get(code="closed"))
    assert after() == [("anna", Kind.REPLY)]
    assert "Closed" in OutgoingMail.objects.latest("pk").text
    with one_click():
        note = actions.add_note(ticket, author=sam, written=write("Yours."), mentions=[lena])
        actions.flag(ticket, to=lena, actor=sam)
        actions.assign(ticket, to=lena, actor=sam)
    assert after() == [("lena", Kind.NOTE)]
    rows = Notification.objects.filter(event__click=note.events.get().click)
    assert {row.event.verb for row in rows} == {Verb.NOTED, Verb.FLAGGED, Verb.ASSIGNED}
    assert len({row.mail_id for row in rows}) == 1


def test_a_close_notice_waits_for_its_undo_and_is_taken_back_with_it(ticket, sam, after):
    """FIELD 2.3: what was undone within a minute was never told."""
    after()
    actions.close(ticket, actor=sam)
    mail = OutgoingMail.objects.get(kind=Kind.CLOSED)
    assert mail.state == "queued" and mail.due_at > timezone.now() + timezone.timedelta(seconds=50)
    actions.undo(ticket.events.get(verb=Verb.CLOSED).click, actor=sam)
    mail.refresh_from_db()
    assert mail.state == "cancelled"


# --- Many recipients --------------------------------------------------------------------------------------------------


def test_a_bulk_close_leaves_its_letters_to_a_task_and_each_is_written_once(open_ticket, sam, quiet, after):
    """ARCHITECTURE: rendered in the transaction for up to 20 recipients, above that by a task; safe to run twice."""
    tickets = [open_ticket(subject=f"Number {n}") for n in range(21)]
    after()
    with one_click():
        for ticket in tickets:
            actions.close(ticket, actor=sam)
    assert after() == []
    assert Notification.objects.filter(letter_due_at__isnull=False).count() == 21
    assert timers.write_letters() == 21
    assert timers.write_letters() == 0
    assert after() == [("anna", Kind.CLOSED)] * 21
    assert not Notification.objects.filter(event__verb=Verb.CLOSED, mail=None).exists()


def test_a_letter_that_cannot_be_written_never_undoes_the_reply_and_comes_later(
    ticket, sam, olga, say, after, monkeypatch
):
    """ARCHITECTURE, "fails at": an operator's broken translation must not stop the desk, nor the others' letters."""
    after()
    write_letter = letters.write

    def broken(matter, told, **more):
        if told.user == olga:
            raise KeyError("moment")
        return write_letter(matter, told, **more)

    monkeypatch.setattr(letters, "write", broken)
    message = say(ticket, sam, "Done.")
    assert message.number == 2 and after() == []
    assert timers.write_letters() == 1
    assert after() == [("anna", Kind.REPLY)]
    monkeypatch.undo()
    assert timers.write_letters() == 1
    assert after() == [("olga", Kind.REPLY)]


def test_who_lost_sight_before_the_letter_was_written_gets_none(open_ticket, carl, sam, quiet, after):
    tickets = [open_ticket() for _n in range(20)]
    for ticket in tickets:
        Participant.objects.create(ticket=ticket, user=carl)
    after()
    with one_click():
        for ticket in tickets:
            actions.reply(ticket, author=sam, written=write("Done."), by_staff=True)
    Participant.objects.filter(user=carl).delete()
    timers.write_letters()
    assert after() == [("anna", Kind.REPLY)] * 20


# --- Sight ------------------------------------------------------------------------------------------------------------


def test_nobody_is_ever_told_of_what_they_may_not_see(open_ticket, cast):
    """ARCHITECTURE, "nobody without sight of the message is ever included": every act, held against access."""
    people = [getattr(cast, name) for name in ("anna", "olga", "carl", "greta", "ben", "sam", "lena", "operator")]
    Membership.objects.update(notify=True)
    StaffPlace.objects.update(notify=True)
    for client, department, member in itertools.product(
        [cast.anna, cast.carl, cast.greta], [cast.sales, cast.support], [None, cast.ben, cast.greta]
    ):
        ticket = open_ticket(client=client, department=department)
        if member:
            Participant.objects.create(ticket=ticket, user=member)
        worker = cast.lena
        for person in people:
            ticket.flags.get_or_create(user=person, defaults={"by": worker})
        actions.reply(ticket, author=client, written=write("More."), by_staff=False)
        actions.add_note(ticket, author=worker, written=write("Note."), mentions=people)
        actions.reply(ticket, author=worker, written=write("Answer."), by_staff=True)
        actions.alert(ticket, to=people, rule=cast.support, actor=cast.system)
        actions.close(ticket, actor=worker)
    rows = Notification.objects.select_related("event__ticket", "event__message", "user")
    assert rows.count() > 100
    for row in rows:
        can = access.abilities(Viewer(User.objects.get(pk=row.user_id)), row.event.ticket)
        assert can.see, (row.user, row.event)
        assert can.read_notes or not (row.event.message and row.event.message.is_note)
        assert row.user_id != row.event.actor_id or row.reason == Reason.RECEIPT


def test_each_further_recipient_costs_a_letter_and_no_statement(ticket, sam, say):
    """Issue part 10."""
    say(ticket, sam, "The first answer changes the status.")

    def statements():
        with CaptureQueriesContext(connection) as caught:
            say(ticket, sam, "Hello.")
        return len(caught)

    before = statements()
    for n in range(8):
        person = User.objects.create_user(f"more{n}@example.com", "demo-helpdesk", name=f"More {n}")
        Participant.objects.create(ticket=ticket, user=person)
    assert statements() == before

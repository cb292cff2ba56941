"""The actions: what each changes, records and refuses."""

import pytest
from django.utils import timezone

from accounts.models import Membership
from departments.models import Category, Priority, StaffPlace, Status, TicketType
from departments.policy import forget
from mail.models import OutgoingMail
from tickets import actions
from tickets.models import Attachment, Message, PendingReply, TicketEvent, Verb
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).values_list("verb", flat=True))


def test_a_new_ticket_is_open_waits_for_us_and_has_its_own_number(open_ticket, anna, support):
    """S12, S45, S47, S136."""
    first, second = open_ticket(), open_ticket()
    assert first.number != second.number
    assert (first.status.code, first.category, first.awaiting) == ("open", Category.NEW, True)
    assert first.client == anna and first.department == support
    assert first.waiting_since == first.last_message_at
    assert verbs(first) == [Verb.OPENED]


def test_a_ticket_is_of_the_organisation_that_was_said_else_of_the_only_one(open_ticket, anna, cast):
    """C12: whoever belongs to several says in whose name they write; unsaid it is their own."""
    assert open_ticket().organisation == cast.quillmark
    Membership.objects.create(user=anna, organisation=cast.fernhollow)
    anna = fresh(anna)
    assert open_ticket(client=anna, organisation=cast.fernhollow).organisation == cast.fernhollow
    assert open_ticket(client=anna).organisation is None


def test_a_staff_reply_answers_and_takes_the_ticket(ticket, sam, say):
    """S26, S49, S136; the first reply claims when policy says."""
    message = say(ticket, sam, "It is fixed.")
    ticket.refresh_from_db()
    assert message.number == 2 and message.by_staff
    assert (ticket.status.code, ticket.assignee) == ("answered", sam)
    assert ticket.waiting_since is None and ticket.first_reply_at
    assert verbs(ticket) == [Verb.OPENED, Verb.REPLIED, Verb.STATUS, Verb.ASSIGNED]


def test_the_first_reply_does_not_claim_where_policy_says_no(ticket, sam, support, say):
    support.claim_on_reply = False
    support.save(update_fields=["claim_on_reply"])
    forget()
    say(ticket, sam)
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_the_clients_reply_brings_it_back_and_keeps_the_first_wait(ticket, anna, sam, say):
    """S22, S27, S184, C11: adding information never pushes the client back."""
    say(ticket, sam)
    say(ticket, anna, "Still broken.")
    ticket.refresh_from_db()
    since = ticket.waiting_since
    say(ticket, anna, "And slow.")
    ticket.refresh_from_db()
    assert ticket.status.code == "customer-reply" and ticket.awaiting
    assert ticket.waiting_since == since == ticket.queue_at


def test_notes_are_numbered_apart_and_change_nothing(ticket, anna, sam, say):
    """S161, S64: a client sees no gap where a note is."""
    actions.add_note(ticket, author=sam, written=write("Look at web-09."))
    reply = say(ticket, anna)
    ticket.refresh_from_db()
    assert reply.number == 2 and ticket.last_note == 1
    assert Message.objects.get(ticket=ticket, is_note=True).label == "N1"


def test_closing_and_reopening_by_a_reply(ticket, anna, sam, say):
    """S28, S29, S50, C3."""
    actions.close(ticket, actor=anna)
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.closed_by == anna and ticket.close_at is None
    say(ticket, anna, "It is back.")
    ticket.refresh_from_db()
    assert not ticket.is_closed and ticket.closed_at is None
    assert verbs(ticket)[-1] == Verb.REOPENED


def test_a_closed_ticket_refuses_a_reply_where_policy_says_so(ticket, anna, support, say):
    """S117, S114, C3."""
    support.closed_reply = "refuse"
    support.save(update_fields=["closed_reply"])
    forget()
    actions.close(ticket, actor=anna)
    with pytest.raises(Refused, match=ticket.number):
        say(ticket, anna)
    assert Message.objects.filter(ticket=ticket).count() == 1


def test_a_reply_that_crosses_another_is_held_back(ticket, anna, sam, lena, say):
    """S6: two people answer at once; the second reads the first's words before sending."""
    say(ticket, sam, "I look at it.")
    with pytest.raises(actions.Crossed) as caught:
        say(ticket, lena, "So do I.", seen=(1, 0))
    assert [row.number for row in caught.value.newer] == [2]
    assert say(ticket, lena, "So do I.", seen=(2, 0)).number == 3


def test_a_pending_reply_is_nothing_until_it_is_due_and_can_be_called_back(ticket, sam):
    due = timezone.now() + timezone.timedelta(seconds=10)
    pending = actions.hold_reply(ticket, author=sam, written=write("Hello"), due_at=due)
    assert actions.release(pending) is None
    text, _files = actions.call_back(pending, actor=sam)
    assert text == "Hello" and not PendingReply.objects.exists()
    assert Message.objects.filter(ticket=ticket).count() == 1
    with pytest.raises(Refused):
        actions.call_back(pending, actor=sam)


def test_a_pending_reply_is_sent_once_when_due(ticket, sam):
    due = timezone.now() + timezone.timedelta(seconds=10)
    pending = actions.hold_reply(ticket, author=sam, written=write("Hello"), due_at=due)
    message = actions.release(pending, now=due)
    assert message.number == 2
    assert actions.release(pending, now=due) is None


def test_only_somebody_of_the_department_is_given_a_ticket(ticket, sam, ben, anna):
    """S119, S48."""
    actions.assign(ticket, to=sam, actor=sam)
    for stranger in (ben, anna):
        with pytest.raises(Refused):
            actions.assign(ticket, to=stranger, actor=sam)
    ticket.refresh_from_db()
    assert ticket.assignee == sam


def test_moving_lets_go_of_an_assignee_who_does_not_work_there(ticket, sam, lena, billing):
    """S33, S162."""
    actions.assign(ticket, to=sam, actor=sam)
    actions.move(ticket, to=billing, actor=lena)
    ticket.refresh_from_db()
    assert ticket.department == billing and ticket.assignee is None


def test_undo_takes_back_one_click_and_leaves_what_changed_since(ticket, sam, lena):
    actions.assign(ticket, to=sam, actor=sam)
    actions.close(ticket, actor=sam)
    click = TicketEvent.objects.filter(ticket=ticket, verb=Verb.CLOSED).get().click
    with pytest.raises(Refused):
        actions.undo(click, actor=lena)
    actions.undo(click, actor=sam)
    ticket.refresh_from_db()
    assert not ticket.is_closed and ticket.assignee == sam
    assert verbs(ticket)[-1] == Verb.UNDONE
    with pytest.raises(Refused):
        actions.undo(click, actor=sam)


def test_no_message_changes_without_a_revision_and_not_at_all_where_locked(ticket, sam, support, say):
    """C5, S197."""
    message = say(ticket, sam, "Tomorow.")
    actions.edit_message(message, editor=sam, written=write("Tomorrow."))
    message.refresh_from_db()
    assert message.body == "Tomorrow." and message.edited_at
    assert message.revisions.get().body == "Tomorow."
    support.history_policy = "locked"
    support.save(update_fields=["history_policy"])
    forget()
    with pytest.raises(Refused):
        actions.edit_message(message, editor=sam, written=write("Never."))


def test_an_operators_own_status_works_like_a_shipped_one(ticket, sam, client_of):
    """S138: a row is enough; the category gives it its meaning."""
    vendor = Status.objects.create(code="vendor", name="At the vendor", category=Category.PAUSED, position=35)
    forget()
    actions.set_status(ticket, status=vendor, actor=sam)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.category, ticket.awaiting) == (vendor, Category.PAUSED, False)
    assert "At the vendor" in client_of(sam).get(f"/t/{ticket.number}/").content.decode()


def test_tickets_belong_to_one_department_and_are_ranked_by_date_and_urgency(open_ticket, billing, sam, ben, client_of):
    """S1, S3: the queue of each department, by what waits longest or is most urgent."""
    _first, second = open_ticket(subject="First one"), open_ticket(subject="Second one")
    open_ticket(subject="Elsewhere", department=billing)
    actions.set_priority(second, priority=Priority.objects.get(code="critical"), actor=sam)
    page = client_of(sam).get("/desk/").content.decode()
    assert page.index("First one") < page.index("Second one") and "Elsewhere" not in page
    page = client_of(sam).get("/desk/?sort=priority").content.decode()
    assert page.index("Second one") < page.index("First one")
    assert "Elsewhere" in client_of(ben).get("/desk/").content.decode()


# --- What each leaves alone -------------------------------------------------------------------------------------------


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def status(code):
    return Status.objects.get(code=code)


def test_a_reply_to_a_colleagues_ticket_leaves_it_theirs(ticket, sam, lena, say):
    """S26: only what nobody looks after is taken by answering."""
    actions.assign(ticket, to=sam, actor=sam)
    say(ticket, lena, "Sam is at lunch.")
    assert fresh(ticket).assignee == sam


def test_ones_own_words_cross_nothing(ticket, sam, say):
    """S6: whoever sends from two tabs has read what they wrote."""
    say(ticket, sam, "The first half.")
    assert say(ticket, sam, "The second half.", seen=(1, 0)).number == 3


def test_staff_answer_a_closed_ticket_whatever_clients_may(ticket, anna, sam, support, say, set_policy):
    """S114, C3: the policy is for the client's side."""
    set_policy(support, closed_reply="refuse")
    actions.close(ticket, actor=anna)
    say(ticket, sam, "One more thing.")
    assert fresh(ticket).last_number == 2 and not fresh(ticket).is_closed


def test_a_reply_that_closes_says_who_closed_and_when(ticket, sam, say):
    """S28: nothing is due of it any more."""
    message = say(ticket, sam, "Done.", status=status("closed"))
    row = fresh(ticket)
    assert row.is_closed and row.closed_by == sam and row.closed_at >= message.created_at
    assert (row.close_at, row.remind_at, row.settle_at, row.waiting_since) == (None, None, None, None)


@pytest.mark.parametrize("way", ["reply", "button", "status"])
@pytest.mark.parametrize("stays", [True, False])
def test_a_ticket_that_opens_again_is_whose_it_was_while_they_work_there(ticket, anna, sam, lena, say, way, stays):
    """S29: else it is nobody's, found in the queue."""
    actions.assign(ticket, to=sam, actor=sam)
    actions.close(fresh(ticket), actor=anna)
    if not stays:
        StaffPlace.objects.filter(user=sam).delete()
    ticket = fresh(ticket)
    if way == "reply":
        say(ticket, anna, "It is back.")
    elif way == "button":
        actions.reopen(ticket, actor=anna, by_staff=False)
    else:
        actions.set_status(ticket, status=status("in-progress"), actor=lena)
    assert not fresh(ticket).is_closed and fresh(ticket).assignee == (sam if stays else None)
    assert (verbs(ticket).count(Verb.ASSIGNED) == 1) == stays


def test_a_file_of_a_message_is_handed_to_no_other(ticket, anna, sam, say):
    file = Attachment.objects.create(name="a", content_type="text/plain", size=1, sha256="a" * 64, stored_as="x")
    first = say(ticket, sam, "See the log.", attachments=[file])
    say(ticket, anna, "Mine now.", attachments=[fresh(file)])
    assert fresh(file).message == first


def test_only_a_new_ticket_takes_the_status_of_being_assigned(open_ticket, sam, lena, say, set_policy, support):
    """C5: one that was answered waits on for its client, whoever looks after it."""
    set_policy(support, status_when_assigned=status("in-progress"))
    new, answered = open_ticket(), open_ticket()
    say(answered, lena)
    for row in (new, answered):
        actions.assign(fresh(row), to=sam, actor=lena)
    assert (fresh(new).status.code, fresh(answered).status.code) == ("in-progress", "answered")


def test_nobody_who_cannot_sign_in_is_given_a_ticket(ticket, sam, lena):
    sam.is_active = False
    for act in (actions.assign, actions.flag):
        with pytest.raises(Refused):
            act(ticket, to=sam, actor=lena)
    assert verbs(ticket) == [Verb.OPENED]


def test_a_ticket_set_to_wait_for_us_keeps_since_when_it_waits(ticket, sam):
    """C11: another word for the same wait does not push the client back."""
    since = ticket.waiting_since
    actions.set_status(ticket, status=status("on-hold"), actor=sam)
    assert fresh(ticket).waiting_since == since == fresh(ticket).queue_at


def test_a_department_that_takes_no_tickets_is_sent_none(ticket, open_ticket, lena, billing, sales):
    """S33, S203: neither by hand nor by a type that leads there."""
    leads_there = TicketType.objects.create(code="invoice", name="Invoice", department=billing)
    assert open_ticket(department=sales, type=leads_there).department == billing
    billing.is_active = False
    billing.save(update_fields=["is_active"])
    forget()
    with pytest.raises(Refused):
        actions.move(ticket, to=billing, actor=lena)
    assert open_ticket(department=sales, type=fresh(leads_there)).department == sales


@pytest.mark.parametrize(
    ("by", "moment"), [("unanswered", "waiting_since"), ("last_message", "last_message_at"), ("created", "created_at")]
)
def test_a_ticket_stands_in_the_queue_by_the_departments_clock(
    open_ticket, anna, sam, support, say, set_policy, by, moment
):
    """C11, S24: since when the client waits, since the last message, or since it was opened."""
    set_policy(support, queue_clock=by)
    ticket = open_ticket()
    for author in (sam, anna, anna):
        say(ticket, author)
    row = fresh(ticket)
    assert row.created_at < row.waiting_since < row.last_message_at
    assert row.queue_at == getattr(row, moment)


def test_a_moved_ticket_closes_by_the_hours_of_where_it_is(ticket, sam, lena, billing, say, set_policy):
    """C1."""
    set_policy(billing, auto_close_after=5)
    say(ticket, sam)
    actions.move(ticket, to=billing, actor=lena)
    row = fresh(ticket)
    assert row.close_at == row.status_since + timezone.timedelta(hours=5)


def test_moving_a_ticket_to_where_it_is_is_nothing(ticket, sam, support):
    actions.move(ticket, to=support, actor=sam)
    assert verbs(ticket) == [Verb.OPENED]


def test_a_ticket_staff_open_is_not_answered_yet(open_ticket, anna, sam, say):
    """S49: the first answer is to what the client asked."""
    ticket = open_ticket(author=sam)
    assert fresh(ticket).first_reply_at is None
    say(ticket, anna, "And the mail?")
    assert say(ticket, sam).created_at <= fresh(ticket).first_reply_at


def test_only_its_author_calls_back_or_changes_what_waits(ticket, sam, lena):
    """T01: refused by the action itself, whatever door it is called from."""
    due = timezone.now() + timezone.timedelta(hours=1)
    soon = actions.hold_reply(ticket, author=sam, written=write("Soon"), due_at=due)
    later = actions.hold_reply(ticket, author=sam, written=write("Later"), due_at=due, is_later=True)
    for row in (soon, later):
        with pytest.raises(Refused):
            actions.call_back(row, actor=lena)
        with pytest.raises(Refused):
            actions.change_later(row, author=lena, written=write("Mine"), due_at=due)
    with pytest.raises(Refused):  # what goes in seconds is taken back, not changed
        actions.change_later(soon, author=sam, written=write("Changed"), due_at=due)
    assert sorted(PendingReply.objects.values_list("body", flat=True)) == ["Later", "Soon"]


def test_a_letter_given_up_comes_back_once_and_only_for_its_client(ticket, sam, lena, say):
    """S185: the outbox may tell twice; a colleague who got no letter is no reason to answer again."""
    mails = OutgoingMail.objects.filter(kind="reply")
    message = say(ticket, sam)
    mail = mails.get(user=ticket.client)
    theirs = OutgoingMail.objects.create(
        to_address=lena.email, user=lena, kind="reply", subject="x", message_id="<x@example.com>"
    )
    assert actions.bring_back(ticket, mail=theirs, message=message, actor=sam)
    assert fresh(ticket).status.code == "answered"
    assert actions.bring_back(ticket, mail=mail, message=message, actor=sam)
    assert not actions.bring_back(ticket, mail=mail, message=message, actor=sam)
    assert fresh(ticket).awaiting and verbs(ticket).count(Verb.MAIL_FAILED) == 2

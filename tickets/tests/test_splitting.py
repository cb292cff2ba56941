"""Splitting a ticket: messages get a ticket of their own with their files, and keep a mark where they were."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from accounts.viewer import Viewer
from mail.models import OutgoingMail
from tickets import access, actions
from tickets.actions import splitting
from tickets.keeping import files, history
from tickets.lists import search
from tickets.models import Attachment, Message, Participant, Ticket, TicketEvent, TicketLink, TimeEntry, Verb
from tickets.refused import Refused
from tickets.writing import write

from .test_merging import dump

pytestmark = pytest.mark.django_db


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def talk(open_ticket, say, anna, sam):
    """A ticket of Anna's with an answer, and then a second question: (ticket, its messages in order)."""
    ticket = open_ticket()
    rows = [ticket.messages.get(), say(ticket, sam, "Try again."), say(ticket, anna, "Two payments without an order.")]
    return fresh(ticket), rows


@pytest.fixture
def split_off(talk, sam, support):
    """`split_off(rows[2])`: the new ticket of these messages."""

    def do(*messages, actor=sam, **more):
        said = {"subject": "Two payments", "department": support} | more
        return actions.split(talk[0], messages=messages, actor=actor, **said)

    return do


# --- The new ticket ---------------------------------------------------------------------------------------------------


def test_messages_get_a_ticket_of_their_own(talk, split_off, anna, sam):
    """S158, S159: same client, own number from #1, their time and author kept."""
    ticket, rows = talk
    new = split_off(rows[2])
    copy = new.messages.get()
    assert (new.client, new.subject, copy.number, copy.body) == (anna, "Two payments", 1, rows[2].body)
    assert (copy.origin, copy.author, copy.created_at) == (rows[2], anna, rows[2].created_at)
    assert Message.objects.get(pk=rows[2].pk).ticket == ticket
    assert history.verify() is None


def test_department_priority_type_assignee_and_people_are_chosen(talk, split_off, carl, cast, ben):
    """S159."""
    ticket, rows = talk
    actions.add_participant(ticket, user=carl, rights="read", actor=cast.sam)
    urgent = ticket.priority.__class__.objects.order_by("-level").first()
    new = split_off(rows[2], department=cast.billing, priority=urgent, assignee=ben, people=[carl.pk])
    assert (new.department, new.priority, new.assignee) == (cast.billing, urgent, ben)
    assert Participant.objects.get(ticket=new).user == carl
    other = split_off(rows[1], department=cast.support)
    assert not Participant.objects.filter(ticket=other).exists()


def test_an_assignee_of_another_department_is_refused(talk, split_off, cast, ben):
    """S119."""
    with pytest.raises(Refused):
        split_off(talk[1][2], department=cast.support, assignee=ben)


def test_the_times_of_the_new_ticket_begin_now(talk, split_off):
    """S194: nothing is answered yet, it waits since the split."""
    before = timezone.now()
    new = split_off(talk[1][2])
    assert new.created_at >= before and new.waiting_since >= before
    assert new.first_reply_at is None and new.category == "new"


def test_the_times_of_the_old_ticket_are_reckoned_anew(talk, split_off, sam):
    """S194: what is left is answered, so the turn is the client's; its first answer stays."""
    ticket, rows = talk
    assert ticket.category == "waits_staff"
    split_off(rows[2])
    after = fresh(ticket)
    assert after.category == "waits_client" and after.waiting_since is None and after.last_by_staff
    assert after.first_reply_at == rows[1].created_at and after.last_message_at == rows[1].created_at


def test_a_first_answer_that_goes_is_no_first_answer_any_more(talk, split_off):
    """S194: the answer moved away, the question waits."""
    ticket, rows = talk
    split_off(rows[1])
    after = fresh(ticket)
    assert after.first_reply_at is None and after.waiting_since == rows[0].created_at


def test_files_go_along_as_the_same_bytes_and_outlive_the_other(open_ticket, say, sam, anna, cast, file, support):
    """S158, T14: deleting one row leaves the other's file; the last one takes the bytes along."""
    upload = files.store(file(), owner="user:1", policy=cast.support.policy, by_staff=False)
    ticket = open_ticket()
    message = say(ticket, anna, "See the log", attachments=[upload])
    new = actions.split(ticket, messages=[message], subject="Log", department=support, actor=sam)
    copy = Attachment.objects.get(message__ticket=new)
    assert copy.stored_as == upload.stored_as and copy.token != upload.token
    Attachment.objects.filter(pk=upload.pk).update(message=None)
    files.erase([upload.stored_as])
    assert storages["attachments"].exists(upload.stored_as)
    Attachment.objects.all().delete()
    files.erase([upload.stored_as])
    assert not storages["attachments"].exists(upload.stored_as)


def test_a_file_of_the_new_ticket_opens_for_who_reads_that(open_ticket, say, sam, anna, carl, cast, file, client_of):
    """T14."""
    upload = files.store(file(), owner="user:1", policy=cast.support.policy, by_staff=False)
    ticket = open_ticket()
    message = say(ticket, anna, "See the log", attachments=[upload])
    new = actions.split(ticket, messages=[message], subject="Log", department=cast.support, actor=sam)
    copy = Attachment.objects.get(message__ticket=new)
    address = f"/attachments/{copy.token}/{copy.name}"
    assert [client_of(who).get(address).status_code for who in (anna, sam, carl)] == [200, 200, 404]


def test_notes_go_along_only_if_ticked_and_stay_notes(talk, split_off, sam, anna, client_of):
    """S161: never before a client's eyes."""
    ticket, rows = talk
    note = actions.add_note(ticket, author=sam, written=write("Canary of a note"))
    new = split_off(rows[2], note)
    copy = new.messages.get(is_note=True)
    assert (copy.label, copy.by_staff) == ("N1", True)
    assert "Canary" not in client_of(anna).get(f"/t/{new.number}/").content.decode()
    assert not split_off(rows[1]).messages.filter(is_note=True).exists()


def test_time_logged_with_a_message_goes_with_it(talk, split_off, sam):
    """FIELD 1.2."""
    ticket, rows = talk
    entry = TimeEntry.objects.create(ticket=ticket, message=rows[2], user=sam, minutes=5, day=timezone.localdate())
    new = split_off(rows[2])
    entry.refresh_from_db()
    assert entry.ticket == new and entry.message.origin == rows[2]


def test_both_are_linked_and_marked(talk, split_off, sam, anna, client_of):
    """S158: a mark in the old ticket, the way back in the new one; for the client, too."""
    ticket, rows = talk
    new = split_off(rows[2])
    assert TicketLink.objects.get(ticket=ticket).other == new
    for person in (sam, anna):
        browser = client_of(person)
        assert f"Moved to {new.number}" in browser.get(f"/t/{ticket.number}/").content.decode()
        assert f"From {ticket.number}" in browser.get(f"/t/{new.number}/").content.decode()


def test_who_does_not_see_the_new_ticket_learns_no_number(talk, split_off, carl, sam, client_of):
    """C12: somebody who takes part in the old one alone."""
    ticket, rows = talk
    actions.add_participant(ticket, user=carl, rights="read", actor=sam)
    new = split_off(rows[2])
    page = client_of(carl).get(f"/t/{ticket.number}/").content.decode()
    assert new.number not in page and "Moved to a ticket of its own" in page
    assert not access.abilities(Viewer(carl), new).see


def test_the_client_is_told_if_wanted(talk, split_off, anna, letter_to):
    """S159: notify or not."""
    ticket, rows = talk
    quiet = split_off(rows[2])
    assert letter_to(anna, quiet) is None
    told = split_off(rows[1], tell=True)
    letter = letter_to(anna, told)
    assert letter.kind == "split" and "Try again." in letter.text and ticket.number in letter.text


def test_the_department_it_comes_to_is_told(talk, split_off, cast, ben):
    """S126: a new ticket is news there."""
    from departments.models import StaffPlace

    StaffPlace.objects.filter(user=ben).update(notify=True)
    new = split_off(talk[1][2], department=cast.billing)
    assert OutgoingMail.objects.filter(to_address=ben.email, reference__startswith=new.number).count() == 1


def test_its_words_are_found(talk, split_off):
    """Search."""
    new = split_off(talk[1][2])
    assert new in search.matching(Ticket.objects.listed(), "payments")
    assert list(search.matching(Ticket.objects.listed(), new.number)) == [new]


def test_a_mail_that_became_the_message_is_answered_in_the_new_ticket(arrive, anna, sam, support):
    """S15: an answer to the mail whose words went."""
    first = arrive(anna, subject="Mail", text="One.")
    second = arrive(anna, text="Two.", headers={"In-Reply-To": "<m1@outside.example>", "Message-ID": "<two@x.example>"})
    assert second.ticket == first.ticket
    new = actions.split(first.ticket, messages=[second.message], subject="Two", department=support, actor=sam)
    assert arrive(anna, text="Three.", headers={"In-Reply-To": "<two@x.example>"}).ticket == new


# --- Bad input --------------------------------------------------------------------------------------------------------


def test_all_messages_or_none_or_a_note_alone_are_refused(talk, split_off, sam):
    """Bad input: split of all messages, with a sentence that helps."""
    ticket, rows = talk
    note = actions.add_note(ticket, author=sam, written=write("A note"))
    for chosen, word in ((rows, "has to stay"), ([], "at least one"), ([note], "a note alone")):
        with pytest.raises(Refused, match=word):
            split_off(*chosen)
    assert Ticket.objects.count() == 1


def test_a_deleted_message_gets_no_ticket(talk, split_off, lena):
    """S155: what nobody sees any more comes to light nowhere else."""
    _ticket, rows = talk
    actions.delete_message(rows[2], actor=lena)
    with pytest.raises(Refused):
        split_off(rows[2])
    assert Ticket.objects.count() == 1


def test_a_closed_ticket_stays_closed_whatever_is_split_off(talk, split_off, sam):
    ticket, rows = talk
    actions.close(ticket, actor=sam)
    split_off(rows[2])
    row = fresh(ticket)
    assert row.is_closed and row.closed_by == sam and row.waiting_since is None


def test_what_was_moved_already_is_not_moved_again_and_does_not_count_as_staying(talk, split_off):
    """Bad input: twice the same, and the rest after it."""
    ticket, rows = talk
    split_off(rows[2])
    with pytest.raises(Refused):
        split_off(rows[2])
    with pytest.raises(Refused):
        split_off(rows[0], rows[1])


def test_messages_of_another_ticket_are_none(talk, split_off, open_ticket, carl):
    """T19: ids of elsewhere choose nothing."""
    with pytest.raises(Refused):
        split_off(open_ticket(client=carl).messages.get())


def test_messages_of_a_merged_ticket_can_be_split_off(talk, split_off, open_ticket, sam):
    """S158 after S165: the thread is one."""
    ticket, rows = talk
    other = open_ticket(text="An ocelot.")
    actions.merge([ticket, other], actor=sam)
    new = split_off(other.messages.get())
    assert new.messages.get().body == "An ocelot."
    assert history.verify() is None


@pytest.mark.parametrize(
    "sent",
    [
        {"m": ["nonsense"]},
        {"m": ["0", "99999999999999999999"]},
        {"m": ["1' OR '1'='1"]},
        {"subject": ""},
        {"department": "nowhere"},
        {"priority": "x"},
        {"assignee": "0"},
    ],
)
def test_hostile_forms_split_nothing(talk, client_of, sam, sent):
    """T19: values nobody offered are refused, the form shown again with what was typed."""
    ticket, rows = talk
    form = {"m": [rows[2].pk], "subject": "Words typed", "department": "support", "priority": "medium"} | sent
    answer = client_of(sam).post(f"/t/{ticket.number}/split/", form)
    assert answer.status_code == 422 and Ticket.objects.count() == 1


# --- Doors ------------------------------------------------------------------------------------------------------------


def test_the_page_splits_and_goes_to_the_new_ticket(talk, client_of, sam):
    """S159: then opens the new ticket, with Undo."""
    ticket, rows = talk
    browser = client_of(sam)
    page = browser.get(f"/t/{ticket.number}/split/").content.decode()
    assert all(f'name="m" value="{row.pk}"' in page for row in rows)
    form = {"m": [rows[2].pk], "subject": "Payments", "department": "support", "priority": "medium", "tell": "on"}
    answer = browser.post(f"/t/{ticket.number}/split/", form, follow=True)
    new = Ticket.objects.latest("pk")
    assert answer.redirect_chain[-1][0] == f"/t/{new.number}/"
    assert f"1 message moved to {new.number}." in answer.content.decode() and "/undo/" in answer.content.decode()


def test_into_a_department_one_does_not_work_in_leads_back(talk, client_of, sam, cast):
    """S119: the agent stays where they may be."""
    ticket, rows = talk
    form = {"m": [rows[2].pk], "subject": "Payments", "department": "billing", "priority": "medium"}
    assert client_of(sam).post(f"/t/{ticket.number}/split/", form).url == f"/t/{ticket.number}/"


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben", None])
def test_only_who_works_on_it_splits(talk, client_of, cast, name):
    """T01: each POST by the whole cast."""
    ticket, rows = talk
    form = {"m": [rows[2].pk], "subject": "Payments", "department": "support", "priority": "medium"}
    answer = client_of(name and getattr(cast, name)).post(f"/t/{ticket.number}/split/", form)
    assert answer.status_code in (302, 404) and Ticket.objects.count() == 1


# --- Back -------------------------------------------------------------------------------------------------------------


def test_taken_back_the_old_ticket_is_as_before(talk, split_off, sam, client_of):
    """Undo: the property; the new ticket lies in the trash and its client finds nothing of it."""
    ticket, rows = talk
    TimeEntry.objects.create(ticket=ticket, message=rows[2], user=sam, minutes=5, day=timezone.localdate())
    before = dump()
    new = split_off(rows[2])
    actions.unsplit(TicketEvent.objects.get(ticket=ticket, verb=Verb.SPLIT), actor=sam)
    of_new = {("tickets.message", row.pk) for row in new.messages.all()} | {("tickets.ticket", new.pk)}
    assert [row for row in dump() if row[:2] not in of_new] == before
    assert fresh(new).hidden == "trash" and history.verify() is None
    page = client_of(ticket.client).get(f"/t/{ticket.number}/").content.decode()
    assert "Moved to" not in page
    again = split_off(rows[2])
    assert again.messages.count() == 1


def test_the_toasts_undo_takes_a_split_back(talk, split_off, sam, client_of):
    """DESIGN 2.6: by the click, from either ticket."""
    ticket, rows = talk
    new = split_off(rows[2])
    click = TicketEvent.objects.get(ticket=new, verb=Verb.SPLIT).click
    client_of(sam).post(f"/t/{new.number}/undo/{click}/")
    assert fresh(new).hidden == "trash"


def test_once_somebody_wrote_there_or_a_day_passed_it_stays(talk, split_off, say, sam, anna, monkeypatch):
    """24 hours, and nobody's words are put away."""
    ticket, rows = talk
    new = split_off(rows[2])
    event = TicketEvent.objects.get(ticket=ticket, verb=Verb.SPLIT)
    monkeypatch.setattr(splitting, "TAKEN_BACK", timedelta(seconds=-1))
    with pytest.raises(Refused):
        actions.unsplit(event, actor=sam)
    monkeypatch.undo()
    say(new, anna, "One more thing")
    with pytest.raises(Refused):
        actions.unsplit(event, actor=sam)


def test_what_was_merged_since_is_not_taken_back(talk, split_off, open_ticket, sam):
    """It lives on in another ticket, whose words are not ours to throw away."""
    new, older = split_off(talk[1][2]), open_ticket()
    event = TicketEvent.objects.get(ticket=new, verb=Verb.SPLIT)
    actions.merge([older, new], into=older, actor=sam)
    with pytest.raises(Refused):
        actions.unsplit(event, actor=sam)
    assert fresh(new).merged_into == older and not fresh(new).is_trashed


def test_a_split_costs_pages_no_statement(talk, split_off, open_ticket, client_of, sam, anna, statements):
    """T27: marks are told by events that are read anyway."""
    ticket, rows = talk
    for person in (sam, anna):
        browser = client_of(person)
        browser.get(f"/t/{ticket.number}/")
        with statements() as before:
            browser.get(f"/t/{ticket.number}/")
        split_off(rows[2] if person == sam else rows[1])
        browser.get(f"/t/{ticket.number}/")
        with statements() as after:
            browser.get(f"/t/{ticket.number}/")
        assert len(after) <= len(before)


def test_emptying_the_old_ticket_leaves_the_new_ones_file(open_ticket, say, cast, file, client_of):
    """S158, S155: deleted for good there, whole here."""
    upload = files.store(file(), owner="user:1", policy=cast.support.policy, by_staff=False)
    ticket = open_ticket()
    message = say(ticket, cast.anna, "See the log", attachments=[upload])
    new = actions.split(ticket, messages=[message], subject="Log", department=cast.support, actor=cast.sam)
    actions.trash(ticket, actor=cast.sam)
    actions.empty(ticket, actor=cast.operator)
    copy = Attachment.objects.get(message__ticket=new)
    assert client_of(cast.anna).get(f"/attachments/{copy.token}/{copy.name}").status_code == 200
    assert new.messages.get().body == "See the log" and history.verify() is None


def test_a_split_can_be_taken_back_from_the_panel_by_who_made_it(talk, split_off, say, sam, lena, anna, client_of):
    """Undo for a day: a button until somebody writes, for nobody else."""
    new = split_off(talk[1][2])
    click = TicketEvent.objects.get(ticket=new, verb=Verb.SPLIT).click
    button, here = f"/t/{new.number}/undo/{click}/", f"/t/{new.number}/"
    assert button in client_of(sam).get(here).content.decode()
    assert button not in client_of(lena).get(here).content.decode()
    say(new, anna, "One more thing")
    assert button not in client_of(sam).get(here).content.decode()

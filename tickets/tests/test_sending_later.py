"""Replies set for later: they go at their time, or are called off by what was said before (FIELD 1.2; ARCHITECTURE,
"Events, notifications, outbox")."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from departments.models import StaffPlace
from mail.models import OutgoingMail
from tickets import actions
from tickets.actions import timing
from tickets.actions.unscheduling import overtaken
from tickets.automation import timers
from tickets.forms.writing import offered
from tickets.keeping import history
from tickets.models import Attachment, Draft, Message, Notification, PendingReply, TicketEvent, TimeEntry, Verb
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def later(ticket, cast):
    """`later(person)`: a reply of theirs set for tomorrow."""

    def schedule(author=None, words="How is it today?", on=None, **more):
        due_at = timezone.now() + DAY
        told = {"author": author or cast.sam, "written": write(words), "due_at": due_at, "is_later": True}
        return actions.hold_reply(on or ticket, **(told | more))

    return schedule


def boxes(person):
    return [draft.fields for draft in Draft.objects.filter(owner=f"user:{person.pk}")]


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def why(ticket):
    return TicketEvent.objects.filter(ticket=ticket, verb=Verb.UNSCHEDULED).latest("sequence").data["why"]


def sound(ticket):
    """Whether its history is whole (T20)."""
    return history.verify([ticket.number]) is None


def letters_of(person):
    return OutgoingMail.objects.filter(to_address=person.email, text__contains="set for later")


# --- At its time ------------------------------------------------------------------------------------------------------


def test_a_reply_set_for_later_goes_at_its_time_and_once(ticket, cast, later):
    """It is nowhere before: no message, no mail, no word to the client; sent, it is a reply like any other (T07)."""
    row = later()
    assert timers.release_due_replies() == 0 and verbs(ticket) == ["opened", "scheduled"]
    assert timers.release_due_replies(now=row.due_at) == 1 and timers.release_due_replies(now=row.due_at) == 0
    message = Message.objects.get(by_staff=True)
    assert message.body == "How is it today?" and not PendingReply.objects.exists()
    assert verbs(ticket)[2] == "replied" and sound(ticket)


def test_the_client_sees_nothing_of_it_before(client_of, ticket, cast, later):
    """T09: neither the text nor that there is one; not in the log of events a client reads either."""
    later(words="Not yet for your eyes.")
    page = client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()
    assert "Not yet for your eyes" not in page and "Sends on" not in page
    assert not OutgoingMail.objects.filter(text__contains="Not yet for your eyes").exists()


@pytest.mark.parametrize("away", [-HOUR, timedelta(0), timedelta(days=400)])
def test_nobody_can_wait_for_such_a_time(later, away):
    with pytest.raises(Refused):
        later(due_at=timezone.now() + away)


# --- Called off -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["anna", "lena"])
def test_a_newer_message_calls_it_off_and_its_author_is_told(ticket, cast, later, say, who):
    """The client's or a colleague's: text and files are in the author's box, with a notice and a letter."""
    file = Attachment.objects.create(name="notes.txt", content_type="text/plain", size=5, stored_as="x", owner="user:0")
    later(attachments=[file])
    say(ticket, getattr(cast, who), "It works again.")
    assert not PendingReply.objects.exists() and why(ticket) == "message"
    (box,) = boxes(cast.sam)
    file.refresh_from_db()
    assert box["message"] == "How is it today?" and box["unsent"] == "message" and file.draft.kind == "reply"
    assert Notification.objects.filter(user=cast.sam, reason="author").count() == 1
    assert letters_of(cast.sam).count() == 1 and not letters_of(cast.anna).exists()
    assert timers.release_due_replies(now=timezone.now() + 2 * DAY) == 0 and sound(ticket)


def test_an_open_page_does_not_overwrite_what_was_called_off(client_of, ticket, cast, later, say):
    """S6: its author types on in the same box; the text that came back is offered to that page."""
    browser, place = client_of(cast.sam), f"/drafts/save/?place=reply/{ticket.number}"
    typed = {"form_key": "the-page-of-the-author", "draft_at": ""}
    browser.post(place, typed | {"message": "By the way"})
    later()
    say(ticket, cast.anna, "It works again.")
    answer = browser.post(place, typed | {"message": "By the way, thank you"})
    assert answer.status_code == 409 and "How is it today?" in answer.json()["message"]
    (box,) = boxes(cast.sam)
    assert box["message"] == "By the way, thank you" and "How is it today?" in box["elsewhere"]


def test_a_note_calls_nothing_off(ticket, cast, later):
    later()
    actions.add_note(ticket, author=cast.lena, written=write("I called her."))
    assert PendingReply.objects.count() == 1


def test_what_its_author_writes_later_calls_it_off_and_what_was_written_before_does_not(ticket, cast, later):
    """A reply that waits its ten seconds was written before the one set for later; one typed after it is newer."""
    soon = actions.hold_reply(ticket, author=cast.sam, written=write("First."), due_at=timezone.now())
    row = later()
    actions.release(soon)
    assert PendingReply.objects.get() == row
    actions.reply(ticket, author=cast.sam, written=write("I looked again."), by_staff=True)
    assert not PendingReply.objects.exists() and boxes(cast.sam)[0]["message"] == "How is it today?"
    assert not letters_of(cast.sam).exists()  # told of one's own act by the page alone


def test_two_of_one_plan_go_one_after_the_other(ticket, cast, later):
    """“Tomorrow” and “on Monday” of the same author: the first does not call the second off, in any order."""
    second, first = later(words="Monday.", due_at=timezone.now() + 3 * DAY), later(words="Tomorrow.")
    assert timers.release_due_replies(now=first.due_at) == 1 and timers.release_due_replies(now=second.due_at) == 1
    bodies = Message.objects.filter(by_staff=True).order_by("number").values_list("body", flat=True)
    assert list(bodies) == ["Tomorrow.", "Monday."]


def test_another_authors_plan_is_called_off_by_what_goes_first(ticket, cast, later):
    later(words="Monday.", due_at=timezone.now() + 3 * DAY)
    first = later(cast.lena, words="Tomorrow.")
    timers.release_due_replies(now=first.due_at)
    assert not PendingReply.objects.exists() and boxes(cast.sam)[0]["message"] == "Monday."


def test_a_rules_words_call_nothing_off(ticket, cast, later):
    row = later(seen=[1, 0])
    actions.reply(ticket, author=User.objects.system(), written=write("We are on it."), by_staff=True)
    assert PendingReply.objects.count() == 1
    assert timers.release_due_replies(now=row.due_at) == 1 and Message.objects.filter(author=cast.sam).count() == 1


def test_a_ticket_closed_meanwhile_takes_no_reply_set_before(ticket, cast, later):
    """The client closed it: it would open again by an answer nobody waits for."""
    row = later()
    actions.close(ticket, actor=cast.anna)
    assert timers.release_due_replies(now=row.due_at) == 0 and why(ticket) == "closed"
    assert boxes(cast.sam)[0]["unsent"] == "closed" and letters_of(cast.sam).count() == 1
    ticket.refresh_from_db()
    assert ticket.is_closed


def test_closing_taken_back_or_done_by_its_author_lets_it_go(ticket, cast, later):
    row = later()
    actions.close(ticket, actor=cast.anna)
    actions.reopen(ticket, actor=cast.anna, by_staff=False)
    assert timers.release_due_replies(now=row.due_at) == 1
    row = later()
    actions.close(ticket, actor=cast.sam)
    assert timers.release_due_replies(now=row.due_at) == 1


def test_one_set_on_a_closed_ticket_goes(ticket, cast, later):
    actions.close(ticket, actor=cast.anna)
    row = later()
    assert timers.release_due_replies(now=row.due_at) == 1


def test_in_the_trash_it_goes_back_to_its_author(ticket, cast, later):
    row = later()
    actions.trash(ticket, actor=cast.lena)
    assert timers.release_due_replies(now=row.due_at) == 0
    assert boxes(cast.sam)[0]["unsent"] == "trash" and sound(ticket)


def test_a_move_out_of_its_authors_sight_leaves_it_to_the_colleagues_there(ticket, cast, later):
    """Its author may not write there any more, so it does not go; who works there finds it, and nobody without sight
    gets a letter."""
    row = later()
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    assert timers.release_due_replies(now=row.due_at) == 0 and why(ticket) == "left"
    assert notes() == ["How is it today?"] and not boxes(cast.sam) and not letters_of(cast.sam).exists()
    row = later(cast.lena)
    assert timers.release_due_replies(now=row.due_at) == 1


def notes():
    return list(Message.objects.filter(is_note=True).order_by("number").values_list("body", flat=True))


def dismissed(person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def staff_no_more(person):
    User.objects.filter(pk=person.pk).update(is_staff=False)


def without_a_place(person):
    StaffPlace.objects.filter(user=person).delete()


LEAVING = [dismissed, staff_no_more, without_a_place]


@pytest.fixture
def left(cast):
    """What accounts say when somebody's work is taken (signal work_taken)."""
    from accounts.signals import work_taken

    return lambda person: work_taken.send(sender=User, user=person, by=cast.operator)


@pytest.mark.parametrize("leaves", LEAVING)
@pytest.mark.parametrize("is_later", [True, False])
def test_who_may_not_answer_any_more_leaves_it_to_the_colleagues(ticket, cast, later, left, leaves, is_later):
    """Set for later or within its Undo: the client gets nothing, and a colleague finds text, files and time at once."""
    file = Attachment.objects.create(name="notes.txt", content_type="text/plain", size=5, stored_as="x", owner="user:0")
    later(attachments=[file], is_later=is_later, after={"time": spent(12)})
    leaves(cast.sam)
    left(cast.sam)
    note, entry = Message.objects.get(is_note=True), TimeEntry.objects.get()
    assert note.body == "How is it today?" and note.attachments.get() == file and not PendingReply.objects.exists()
    assert (entry.minutes, entry.message) == (12, note)
    assert why(ticket) == "left" and sound(ticket) and not boxes(cast.sam)
    assert not OutgoingMail.objects.filter(to_address=cast.anna.email, text__contains="How is it today?").exists()


def spent(minutes):
    said = {"minutes": minutes, "activity": None, "is_billable": False, "amount": None, "invoicing": "no", "text": ""}
    return timing.kept(said)


@pytest.mark.parametrize("leaves", LEAVING)
@pytest.mark.parametrize("is_later", [True, False])
def test_nothing_goes_in_the_name_of_who_has_left_even_where_nobody_said_so(ticket, cast, later, leaves, is_later):
    """The sure way, should no signal have come: it is asked anew at the moment of sending."""
    row = later(is_later=is_later)
    leaves(cast.sam)
    assert timers.release_due_replies(now=row.due_at) == 0 and notes() == ["How is it today?"]
    assert not Message.objects.filter(by_staff=True, is_note=False).exists() and why(ticket) == "left"


def test_within_its_undo_it_goes_along_with_a_ticket_that_is_moved(ticket, cast, later, left):
    """Answering and handing over at once is one's daily work; who has lost their place meanwhile, answers nobody."""
    row = later(is_later=False)
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    left(cast.sam)
    assert timers.release_due_replies(now=row.due_at) == 1 and not notes()
    actions.move(ticket, to=cast.support, actor=cast.lena)
    row = later(is_later=False)
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    without_a_place(cast.sam)
    assert timers.release_due_replies(now=row.due_at) == 0 and notes() == ["How is it today?"]


def test_who_keeps_a_place_there_keeps_what_waits(ticket, cast, later, left):
    """A place taken elsewhere calls nothing off."""
    StaffPlace.objects.filter(user=cast.lena, department=cast.billing).delete()
    later(cast.lena), later(cast.lena, is_later=False)
    left(cast.lena)
    assert PendingReply.objects.count() == 2 and not notes()


def test_who_sends_it_now_from_a_ticket_that_has_left_is_told_where_it_is(client_of, ticket, cast, later):
    row, browser = later(), client_of(cast.sam)
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    page = browser.post(f"/t/{ticket.number}/send-now/{row.pk}/", follow=True).content.decode()
    assert "in the ticket as a note" in page and "How is it today?" not in page and notes() == ["How is it today?"]


def test_the_desk_says_whose_reply_was_not_sent_and_where_it_is(client_of, ticket, cast, later, left):
    later(is_later=False)
    without_a_place(cast.sam)
    left(cast.sam)
    page = client_of(cast.lena).get(f"/t/{ticket.number}/log/").content.decode()
    assert "works here no more, was not sent" in page and "How is it today?" not in later_mails(cast.anna)


def later_mails(person):
    return " ".join(OutgoingMail.objects.filter(to_address=person.email).values_list("text", flat=True))


def test_it_waits_on_in_the_ticket_that_was_merged(ticket, open_ticket, cast, later, say):
    """It goes where its ticket went, and is called off by what is written there (D: seen)."""
    other = open_ticket()
    row = later(on=other)
    actions.merge([ticket, other], into=ticket, actor=cast.lena)
    ticket.refresh_from_db()
    row.refresh_from_db()
    assert row.ticket == ticket and overtaken(row, ticket) == ""
    say(ticket, cast.anna, "Thank you.")
    assert not PendingReply.objects.exists()
    assert Draft.objects.get(owner=f"user:{cast.sam.pk}").place == f"reply/{ticket.number}"


# --- At the desk ------------------------------------------------------------------------------------------------------


def send(browser, ticket, **fields):
    return browser.post(f"/t/{ticket.number}/reply/", {"message": "See you.", "seen": "1.0", **fields})


@pytest.mark.parametrize(("code", "hour"), [("tomorrow", 9), ("monday", 9), ("hours", None)])
def test_the_menu_counts_in_the_clients_time(client_of, ticket, cast, code, hour):
    cast.anna.time_zone = "Asia/Tokyo"
    cast.anna.save(update_fields=["time_zone"])
    assert send(client_of(cast.sam), ticket, later=code).status_code == 302
    row = PendingReply.objects.get()
    here = timezone.localtime(row.due_at, ZoneInfo("Asia/Tokyo"))
    assert row.is_later and row.seen == [1, 0] and (hour is None or (here.hour, here.minute) == (hour, 0))
    assert code != "monday" or here.weekday() == 0


def test_a_date_of_ones_own_is_in_ones_own_time(client_of, ticket, cast):
    cast.sam.time_zone = "America/New_York"
    cast.sam.save(update_fields=["time_zone"])
    day = (timezone.now() + 10 * DAY).date()
    send(client_of(cast.sam), ticket, later="at", later_at=f"{day}T15:30")
    here = timezone.localtime(PendingReply.objects.get().due_at, ZoneInfo("America/New_York"))
    assert (here.date(), here.hour, here.minute) == (day, 15, 30)


def test_enter_without_script_sends_it_at_the_time_that_was_typed_and_else_at_once(client_of, ticket, cast):
    """Enter in a line presses the first button of the form, wherever in the form one is."""
    page = client_of(cast.sam).get(ticket.get_absolute_url()).content.decode()
    pane = page[page.index('id="pane-reply"') :]
    assert re.search(r"<button[^>]*>", pane)[0].endswith('name="later" value="typed">')
    day = (timezone.now() + 10 * DAY).date()
    send(client_of(cast.sam), ticket, later="typed", later_at=f"{day}T15:30")
    assert PendingReply.objects.get().is_later and Message.objects.count() == 1
    send(client_of(cast.sam), ticket, later="typed", later_at="")
    assert [row.is_later for row in PendingReply.objects.order_by("pk")] == [True, False]


@pytest.mark.parametrize(
    "fields",
    [
        {"later": "at"}, {"later": "at", "later_at": "soon"}, {"later": "typed", "later_at": "soon"}, {"later": "x"},
        {"later": "at", "later_at": "2001-01-01"},
    ],
)  # fmt: skip
def test_what_is_no_time_sends_nothing(client_of, ticket, cast, fields):
    """T19: what was typed stays in the box."""
    answer = send(client_of(cast.sam), ticket, **fields)
    assert answer.status_code == 409 and "See you." in answer.content.decode()
    assert not PendingReply.objects.exists() and Message.objects.count() == 1


def test_crossing_and_the_guard_are_asked_when_it_is_set(client_of, ticket, cast, say):
    """S6: the reply is held back by what its author has not seen, and by what must not go out."""
    answer = send(client_of(cast.sam), ticket, message="internal: no", later="hours")
    assert answer.status_code == 409 and not PendingReply.objects.exists()
    say(ticket, cast.anna, "Any news?")
    assert send(client_of(cast.sam), ticket, later="hours").status_code == 409
    assert not PendingReply.objects.exists()


def test_the_ticket_lists_what_waits_for_colleagues_too(client_of, ticket, cast, later):
    row = later()
    mine = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()
    theirs = client_of(cast.lena).get(f"/t/{ticket.number}/").content.decode()
    assert "Sends on" in mine and f"/later/{row.pk}/" in mine and "Call off" in mine
    assert "How is it today?" in theirs and "Sends on" in theirs and f"/later/{row.pk}/" not in theirs
    log = client_of(cast.lena).get(f"/t/{ticket.number}/log/").content.decode()
    assert "set a reply for" in log
    assert "How is it" in client_of(cast.sam).get("/desk/activity/").content.decode() or row.ticket.subject


def test_called_off_by_hand_it_is_in_the_box_again(client_of, ticket, cast, later):
    row, browser = later(), client_of(cast.sam)
    browser.post(f"/t/{ticket.number}/call-back/{row.pk}/")
    assert "How is it today?" in browser.get(f"/t/{ticket.number}/").content.decode() and why(ticket) == "hand"
    assert not letters_of(cast.sam).exists()


def test_the_box_says_why_the_text_is_in_it_until_it_is_sent(client_of, ticket, cast, later, say):
    later()
    say(ticket, cast.anna, "It works.")
    browser = client_of(cast.sam)
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "somebody wrote before" in page and 'name="unsent" value="message"' in page
    cast.sam.undo_seconds = 0
    cast.sam.save(update_fields=["undo_seconds"])
    send(browser, ticket, seen="2.0")
    assert "somebody wrote before" not in browser.get(f"/t/{ticket.number}/").content.decode()


def test_text_and_time_can_be_changed_while_it_waits(client_of, ticket, cast, later):
    row, browser = later(), client_of(cast.sam)
    page = browser.get(f"/t/{ticket.number}/later/{row.pk}/").content.decode()
    assert "How is it today?" in page and f"{timezone.localtime(row.due_at):%Y-%m-%dT%H:%M}" in page
    day = (timezone.now() + 5 * DAY).date()
    browser.post(f"/t/{ticket.number}/later/{row.pk}/", {"message": "Better?", "at": f"{day}T10:00"})
    row.refresh_from_db()
    assert row.body == "Better?" and "Better?" in row.html and row.due_at.date() == day
    assert verbs(ticket) == ["opened", "scheduled", "scheduled"]


@pytest.mark.parametrize(
    "fields",
    [{"message": "", "at": "2090-01-01T10:00"}, {"message": "x", "at": ""}, {"message": "x", "at": "2001-01-01T10:00"},
     {"message": "internal: x", "at": "tomorrow"}, {"message": "x", "at": "2099-01-01T10:00"}, {}],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused(client_of, ticket, cast, later, fields):
    """T19."""
    row = later()
    assert client_of(cast.sam).post(f"/t/{ticket.number}/later/{row.pk}/", fields).status_code == 422
    row.refresh_from_db()
    assert row.body == "How is it today?"


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben", "lena", "operator"])
def test_nobody_but_its_author_changes_calls_off_or_sends_it(client_of, ticket, cast, later, name):
    """T01: the whole cast."""
    row, browser = later(), client_of(getattr(cast, name))
    for door in ("later", "call-back", "send-now"):
        fields = {"message": "Mine now", "at": "2026-12-24T10:00"}
        assert browser.post(f"/t/{ticket.number}/{door}/{row.pk}/", fields).status_code in (302, 404)
    row.refresh_from_db()
    assert row.body == "How is it today?" and Message.objects.count() == 1


def test_sent_now_it_goes_at_once(client_of, ticket, cast, later):
    row = later()
    assert client_of(cast.sam).post(f"/t/{ticket.number}/send-now/{row.pk}/").url.endswith("#m2")


@pytest.mark.parametrize(
    ("now", "codes"),
    [(datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("UTC")), ["hours", "tomorrow", "monday"]),
     (datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("UTC")), ["hours", "tomorrow"])],
)  # fmt: skip
def test_monday_is_not_offered_twice_on_sundays(cast, now, codes):
    assert [moment.code for moment in offered(cast.anna, now)] == codes

"""What staff do to one ticket: each door tried by the whole cast, each change recorded, undone, or refused."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from departments.models import Policy, Priority, Status, TicketType
from departments.policy import forget
from mail.models import OutgoingMail
from tickets import actions
from tickets.events import one_click
from tickets.forms.portal import TEXT_LIMIT
from tickets.lists import search
from tickets.models import Attachment, Flag, Message, Notification, PendingReply, Presence, Ticket, TicketEvent, Verb
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db

DOORS = {
    "status/": {"status": "in-progress"},
    "assign/": {"assignee": "me"},
    "priority/": {"priority": "high"},
    "department/": {"department": "billing"},
    "type/": {"type": "error"},
    "subject/": {"subject": "Better words"},
    "flag/": {"to": "me"},
    "note/": {"message": "For us alone."},
    "presence/": {"mode": "viewing"},
    "call-back/1/": {},
    "send-now/1/": {},
    "message/{message}/edit/": {"message": "Other words"},
}


def say_of(answer):
    """What the person is told on the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).values_list("verb", flat=True))


def post(browser, ticket, door, data=None, **more):
    return browser.post(f"/t/{ticket.number}/{door}", data or {}, **more)


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", sorted(DOORS))
def test_only_staff_of_the_department_come_in(client_of, ticket, cast, door):
    """T01, S119: to clients, guests and other departments the door does not exist, and nothing changes."""
    path, before = door.format(message=ticket.messages.get().pk), verbs(ticket)
    for name in ("anna", "olga", "carl", "greta", "ben"):
        assert post(client_of(getattr(cast, name)), ticket, path, DOORS[door]).status_code == 404, name
    assert post(client_of(None), ticket, path, DOORS[door]).status_code == 302
    assert verbs(ticket) == before
    assert post(client_of(cast.sam), ticket, path, DOORS[door]).status_code in (200, 302)


@pytest.mark.parametrize("door", sorted(DOORS))
def test_a_door_opens_by_post_alone(client_of, ticket, cast, door):
    """T06: reading changes nothing."""
    path, before = door.format(message=ticket.messages.get().pk), verbs(ticket)
    answer = client_of(cast.sam).get(f"/t/{ticket.number}/{path}")
    assert answer.status_code == (200 if "edit" in door else 302 if door == "note/" else 405)
    assert verbs(ticket) == before


@pytest.mark.parametrize("number", ["KTR-000000", "nonsense", "KTR-482913'--", "%00"])
def test_a_number_that_is_none_is_not_found(client_of, cast, number):
    assert client_of(cast.sam).post(f"/t/{number}/status/", {"status": "closed"}).status_code == 404


# --- Changing ---------------------------------------------------------------------------------------------------------


def test_the_status_is_changed_in_place_and_can_be_taken_back(client_of, ticket, cast):
    """S137: saved at once; Undo for a minute."""
    browser = client_of(cast.sam)
    answer = post(browser, ticket, "status/", {"status": "in-progress", "expected": "open"})
    assert answer.url == f"/t/{ticket.number}/"
    ticket.refresh_from_db()
    assert ticket.status.code == "in-progress"
    page = browser.get(answer.url).content.decode()
    click = TicketEvent.objects.filter(ticket=ticket).last().click
    assert f"/t/{ticket.number}/undo/{click}/" in page
    browser.post(f"/t/{ticket.number}/undo/{click}/")
    ticket.refresh_from_db()
    assert ticket.status.code == "open" and verbs(ticket)[-1] == Verb.UNDONE


def test_the_head_alone_answers_the_script(client_of, ticket, cast):
    """S137: without a reload: the head, the new line of the thread, and the toast."""
    answer = post(client_of(cast.sam), ticket, "status/", {"status": "in-progress"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in page
    assert 'id="head"' in page and "In progress" in page and "set the status from" in page and "Undo" in page


def test_a_status_set_from_a_stale_page_is_refused(client_of, ticket, cast):
    """Bad input: Lena closed it meanwhile."""
    actions.close(ticket, actor=cast.lena)
    answer = post(client_of(cast.sam), ticket, "status/", {"status": "in-progress", "expected": "open"})
    ticket.refresh_from_db()
    assert ticket.is_closed and "changed meanwhile" in say_of(answer)[0]


def test_a_closed_ticket_is_never_new_again(client_of, ticket, cast):
    actions.close(ticket, actor=cast.sam)
    answer = post(client_of(cast.sam), ticket, "status/", {"status": "open"})
    ticket.refresh_from_db()
    assert ticket.is_closed and "cannot go" in say_of(answer)[0]


@pytest.mark.parametrize(
    ("door", "data"),
    [
        ("status/", {"status": "nonsense"}), ("status/", {}), ("priority/", {"priority": "x"}),
        ("type/", {"type": "x"}), ("department/", {"department": "x"}), ("assign/", {"assignee": "999999"}),
        ("assign/", {"assignee": "-1"}), ("assign/", {"assignee": "9" * 30}), ("flag/", {"to": "abc"}),
        ("subject/", {"subject": " \u200b "}),
    ],
)  # fmt: skip
def test_what_nobody_offered_changes_nothing(client_of, ticket, cast, door, data):
    """T19."""
    before = verbs(ticket)
    answer = post(client_of(cast.sam), ticket, door, data)
    assert answer.status_code == 302 and say_of(answer)
    assert verbs(ticket) == before


def test_assigning_goes_to_colleagues_of_the_department_alone(client_of, ticket, cast):
    """S4, S48: to Sam, to nobody; never to Ben of Billing, nor to a client."""
    browser = client_of(cast.lena)
    post(browser, ticket, "assign/", {"assignee": str(cast.sam.pk)})
    ticket.refresh_from_db()
    assert ticket.assignee == cast.sam
    for stranger in (cast.ben, cast.anna):
        post(browser, ticket, "assign/", {"assignee": str(stranger.pk)})
        ticket.refresh_from_db()
        assert ticket.assignee == cast.sam
    post(browser, ticket, "assign/", {"assignee": "nobody"})
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_priority_type_and_subject_are_changed(client_of, ticket, cast):
    """S3, S55, S162, S203, S204."""
    browser, kind = client_of(cast.sam), TicketType.objects.first()
    post(browser, ticket, "priority/", {"priority": "critical"})
    post(browser, ticket, "type/", {"type": kind.code})
    post(browser, ticket, "subject/", {"subject": "  Checkout\u202e returns\n502 "})
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.type) == (Priority.objects.get(code="critical"), kind)
    assert ticket.subject == "Checkout returns 502"
    post(browser, ticket, "type/", {"type": ""})
    ticket.refresh_from_db()
    assert ticket.type is None


def test_a_subject_is_taken_back_and_found_by_its_words(client_of, ticket, cast):
    """FIELD 2.3, 12; another one's subject is left alone."""
    browser, before = client_of(cast.sam), ticket.subject
    post(browser, ticket, "subject/", {"subject": "Zanzibar"})
    click = TicketEvent.objects.get(verb=Verb.SUBJECT).click
    assert f"/t/{ticket.number}/undo/{click}/" in browser.get(f"/t/{ticket.number}/").content.decode()
    post(browser, ticket, f"undo/{click}/", {})
    ticket.refresh_from_db()
    assert ticket.subject == before and not list(search.matching(Ticket.objects.all(), "zanzibar"))
    with one_click() as mine:
        actions.set_subject(ticket, subject="Mine", actor=cast.sam)
    actions.set_subject(ticket, subject="Hers", actor=cast.lena)
    with pytest.raises(Refused):
        actions.undo(mine.id, actor=cast.sam)
    ticket.refresh_from_db()
    assert ticket.subject == "Hers"


def test_a_misrouted_ticket_is_moved_and_leaves_the_desk_of_who_moved_it(client_of, ticket, cast):
    """S33: Sam does not work in Billing, so he is led back to his queue."""
    answer = post(client_of(cast.sam), ticket, "department/", {"department": "billing"})
    ticket.refresh_from_db()
    assert ticket.department == cast.billing and answer.url == "/desk/"
    assert client_of(cast.sam).get(f"/t/{ticket.number}/").status_code == 404
    assert client_of(cast.ben).get(f"/t/{ticket.number}/").status_code == 200
    other = post(client_of(cast.lena), ticket, "department/", {"department": "support"}, headers={"HX-Request": "true"})
    assert other.status_code == 200


def test_a_ticket_moved_away_tells_the_script_where_to_go(client_of, ticket, cast):
    answer = post(client_of(cast.sam), ticket, "department/", {"department": "billing"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/desk/"


def test_a_flag_is_set_mailed_and_taken_off(client_of, ticket, cast, django_capture_on_commit_callbacks):
    """S166: the person flagged is mailed, not when flagging to oneself; a second flag stands beside the first."""
    browser = client_of(cast.sam)
    post(browser, ticket, "flag/", {"to": str(cast.lena.pk)})
    post(browser, ticket, "flag/", {"to": "me"})
    assert set(Flag.objects.values_list("user", flat=True)) == {cast.lena.pk, cast.sam.pk}
    flags = Notification.objects.filter(reason="flag")
    assert [row.user for row in flags] == [cast.lena]
    post(browser, ticket, "flag/", {"off": str(cast.lena.pk)})
    assert list(Flag.objects.values_list("user", flat=True)) == [cast.sam.pk]
    assert verbs(ticket)[-1] == Verb.UNFLAGGED


def test_a_double_click_is_one_change(client_of, ticket, cast):
    """Bad input: the same form key twice gives the first answer again."""
    browser, data = client_of(cast.sam), {"message": "Once.", "form_key": uuid.uuid4().hex}
    first, second = (post(browser, ticket, "note/", data) for _each in range(2))
    assert first.url == second.url
    assert Message.objects.filter(ticket=ticket, is_note=True).count() == 1


# --- Undo -------------------------------------------------------------------------------------------------------------


def test_undo_is_the_actors_and_lasts_a_minute(client_of, ticket, cast):
    post(client_of(cast.sam), ticket, "priority/", {"priority": "high"})
    event = TicketEvent.objects.filter(ticket=ticket).last()
    url = f"/t/{ticket.number}/undo/{event.click}/"
    for other in (cast.lena, cast.anna):
        client_of(other).post(url)
        ticket.refresh_from_db()
        assert ticket.priority.code == "high"
    assert client_of(cast.carl).post(url).status_code == 404
    assert client_of(cast.sam).get(url).status_code == 405
    answer = client_of(cast.sam).post(url + "?next=/desk/")
    ticket.refresh_from_db()
    assert ticket.priority.code == "medium" and answer.url == "/desk/"
    late = client_of(cast.sam).post(f"/t/{ticket.number}/undo/{uuid.uuid4()}/")
    assert "no longer" in say_of(late)[0]


# --- Notes ------------------------------------------------------------------------------------------------------------


def test_a_note_is_for_staff_alone_and_mails_no_client(client_of, ticket, cast):
    """S161, S197: no client sees it, in page or mail; neither status nor clock move."""
    sent = OutgoingMail.objects.count()
    answer = post(client_of(cast.sam), ticket, "note/", {"message": "The client is **wrong**."})
    assert answer.url.endswith("#n1")
    note = Message.objects.get(ticket=ticket, is_note=True)
    assert note.html.strip() == "<p>The client is <strong>wrong</strong>.</p>"
    assert OutgoingMail.objects.count() == sent
    for reader in (cast.anna, cast.olga):
        assert "wrong" not in client_of(reader).get(f"/t/{ticket.number}/").content.decode()
    before = (ticket.status_id, ticket.queue_at, ticket.updated_at)
    ticket.refresh_from_db()
    assert before == (ticket.status_id, ticket.queue_at, ticket.updated_at)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@Lena Varga please look", ["lena"]),
        ("@lena, and @LENA again", ["lena"]),
        ("(@lena@example.com)", ["lena"]),
        ("@Ben Ortega should know", []),  # does not work in this department
        ("@anna is upset", []),  # a client is never called by a note
        ("mail to lena@example.com", []),
        ("@Lenas", []),
        ("@", []),
        ("@Robin @lena", ["operator", "lena"]),
    ],
)
def test_colleagues_are_called_by_name(client_of, ticket, cast, text, called):
    """S161: the mentioned are mailed; whoever does not work on the ticket is not."""
    post(client_of(cast.sam), ticket, "note/", {"message": text})
    event = TicketEvent.objects.get(ticket=ticket, verb=Verb.NOTED)
    assert event.data["mentions"] == sorted(getattr(cast, name).pk for name in called)
    told = Notification.objects.filter(event=event, reason="mention")
    assert {row.user for row in told} == {getattr(cast, name) for name in called}


def test_a_first_name_of_two_calls_nobody(ticket, cast):
    from departments.models import StaffPlace
    from tickets.composing.mentions import people_in

    cast.ben.name = "Lena Ortega"
    cast.ben.save(update_fields=["name"])
    StaffPlace.objects.create(department=cast.support, user=cast.ben)
    forget()
    assert people_in("@Lena help", ticket) == []
    assert people_in("@Lena Ortega help", ticket) == [cast.ben]


def test_a_note_can_flag_in_the_same_click(client_of, ticket, cast):
    """S166."""
    post(client_of(cast.sam), ticket, "note/", {"message": "Yours?", "flag": str(cast.lena.pk)})
    noted, flagged = TicketEvent.objects.filter(ticket=ticket).order_by("-sequence")[:2]
    assert Flag.objects.get().user == cast.lena and noted.click == flagged.click


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u200e", "\x00"])
def test_an_empty_note_is_shown_again_with_the_reason(client_of, ticket, cast, text):
    answer = post(client_of(cast.sam), ticket, "note/", {"message": text})
    assert answer.status_code == 422 and "Write your message" in answer.content.decode()
    assert not Message.objects.filter(is_note=True).exists()


def test_a_note_previewed_without_script_is_not_added(client_of, ticket, cast):
    answer = post(client_of(cast.sam), ticket, "note/", {"message": "**bold**", "preview": "1"})
    assert answer.status_code == 200 and "<strong>bold</strong>" in answer.content.decode()
    assert not Message.objects.filter(is_note=True).exists()


def test_a_note_whose_flag_is_refused_is_kept_as_typed(client_of, ticket, cast):
    """S161: the colleague chosen has left the department meanwhile, and the note was thrown away."""
    answer = post(client_of(cast.sam), ticket, "note/", {"message": "Precious words", "flag": str(cast.ben.pk)})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Precious words" in page and "does not work in this department" in page
    assert not Message.objects.filter(is_note=True).exists() and not Flag.objects.exists()
    assert "Precious words" in client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()


# --- Changing what was written ----------------------------------------------------------------------------------------


def test_an_edited_message_keeps_what_it_was(client_of, ticket, cast, say):
    """C5, S154: the new text in the thread, the old one on the page of its versions, with who changed it."""
    message, browser = say(ticket, cast.sam, "Wrong words."), client_of(cast.lena)
    assert "Wrong words." in browser.get(f"/t/{ticket.number}/message/{message.pk}/edit/").content.decode()
    answer = post(browser, ticket, f"message/{message.pk}/edit/", {"message": "Right words."})
    assert answer.url.endswith(f"#m{message.number}")
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "Right words." in page and "Wrong words." not in page and "edited" in page
    page = browser.get(f"/t/{ticket.number}/message/{message.pk}/versions/").content.decode()
    assert "Wrong words." in page and "Lena Varga" in page
    for stranger in (cast.anna, cast.ben, cast.carl):
        assert client_of(stranger).get(f"/t/{ticket.number}/message/{message.pk}/versions/").status_code == 404


@pytest.mark.parametrize(
    ("policy", "message", "note"),
    [
        (Policy.History.LOCKED, 404, 404), (Policy.History.NOTES, 404, 302), (Policy.History.REVISIONS, 302, 302),
    ],
)  # fmt: skip
def test_policy_says_what_may_be_changed(client_of, ticket, cast, say, policy, message, note):
    """C5, S46, S154, S197."""
    cast.support.history_policy = policy
    cast.support.save(update_fields=["history_policy"])
    forget()
    written = {"message": say(ticket, cast.sam), "note": actions.add_note(ticket, author=cast.sam, written=write("x"))}
    codes = {
        kind: post(client_of(cast.sam), ticket, f"message/{row.pk}/edit/", {"message": "y"}).status_code
        for kind, row in written.items()
    }
    assert codes == {"message": message, "note": note}


@pytest.mark.parametrize(
    ("text", "said"),
    [("\u200b\u2066", "Write your message"), (" \n", "Write your message"), ("x" * (TEXT_LIMIT + 1), "longer than")],
)
def test_an_edit_is_held_to_what_a_message_is_held_to(client_of, ticket, cast, say, text, said):
    """S43: an edit took texts of any length, and left messages that only looked empty."""
    message = say(ticket, cast.sam, "Right words.")
    answer = post(client_of(cast.sam), ticket, f"message/{message.pk}/edit/", {"message": text})
    message.refresh_from_db()
    assert answer.status_code == 422 and said in answer.content.decode() and message.body == "Right words."


def test_a_message_of_another_ticket_is_not_found(client_of, open_ticket, ticket, cast):
    other = open_ticket(department=cast.billing).messages.get()
    for page in ("edit", "versions"):
        assert client_of(cast.sam).get(f"/t/{ticket.number}/message/{other.pk}/{page}/").status_code == 404


# --- Replies that wait ------------------------------------------------------------------------------------------------


@pytest.fixture
def pending(ticket, cast):
    due_at = timezone.now() + timedelta(seconds=10)
    return actions.hold_reply(ticket, author=cast.sam, written=write("Almost sent."), due_at=due_at)


def test_a_waiting_reply_is_called_back_with_its_text(client_of, ticket, cast, pending):
    """Undo of a send: the text is in the box again, before what was typed since; nothing was sent."""
    browser = client_of(cast.sam)
    browser.post(f"/drafts/save/?place=reply/{ticket.number}", {"message": "And one more."})
    post(browser, ticket, f"call-back/{pending.pk}/")
    assert not PendingReply.objects.exists() and not Message.objects.filter(by_staff=True).exists()
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    assert "Almost sent.\n\nAnd one more." in page


def test_only_its_author_calls_back_or_sends_a_waiting_reply(client_of, ticket, cast, pending):
    for door in ("call-back", "send-now"):
        post(client_of(cast.lena), ticket, f"{door}/{pending.pk}/")
        assert PendingReply.objects.exists() and not Message.objects.filter(by_staff=True).exists()


def test_a_waiting_reply_is_sent_now(client_of, ticket, cast, pending):
    answer = post(client_of(cast.sam), ticket, f"send-now/{pending.pk}/")
    assert answer.url.endswith("#m2") and not PendingReply.objects.exists()
    assert Message.objects.get(by_staff=True).body == "Almost sent."


def test_what_has_gone_cannot_be_called_back(client_of, ticket, cast, pending):
    actions.release(pending, now=pending.due_at)
    answer = post(client_of(cast.sam), ticket, f"call-back/{pending.pk}/")
    assert "already been sent" in say_of(answer)[0]


@pytest.fixture
def moved(ticket, cast, pending):
    """Sam's reply waits, and Lena has moved its ticket to Billing, where he does not work."""
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    return ticket


def test_a_reply_is_called_back_from_a_ticket_that_has_left(client_of, moved, cast, pending):
    """Its author is told what happened and finds the text; the ticket stays closed to him."""
    browser = client_of(cast.sam)
    answer = post(browser, moved, f"call-back/{pending.pk}/")
    assert answer.url == f"/t/{moved.number}/kept/"
    page = browser.get(answer.url).content.decode()
    assert "Almost sent." in page and "has left your departments" in page and moved.subject not in page
    assert not PendingReply.objects.exists() and not Message.objects.filter(by_staff=True).exists()
    assert browser.get(f"/t/{moved.number}/").status_code == 404


@pytest.mark.parametrize("door", ["reply", "note"])
def test_what_is_written_to_a_ticket_that_has_left_meanwhile_is_not_lost(client_of, ticket, cast, door, file):
    """The door stays shut, and the page behind it shows what was not sent, files too, for two months."""
    browser = client_of(cast.sam)
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    answer = browser.post(f"/t/{ticket.number}/{door}/", {"message": "An hour of work", "attachments": file("log.txt")})
    page = answer.content.decode()
    assert answer.status_code == 404 and ticket.subject not in page
    assert "An hour of work" in page and "log.txt" in page and "has left your departments" in page
    assert "An hour of work" in browser.get(f"/t/{ticket.number}/kept/").content.decode()
    assert not Message.objects.filter(body="An hour of work").exists()
    assert client_of(cast.ben).get(f"/t/{ticket.number}/kept/").status_code in (302, 404)
    assert browser.get(f"/t/{ticket.number}/").status_code == 404


def test_a_wall_stays_a_wall_for_everybody_else(client_of, ticket, cast):
    """Whether there is such a ticket is told to nobody: an invented number gives the same page (T16)."""
    for who in (cast.carl, cast.greta):
        answer = client_of(who).post(f"/t/{ticket.number}/reply/", {"message": "Let me in"})
        assert answer.status_code == 404 and "Let me in" not in answer.content.decode()
    pages = [
        client_of(cast.ben).post(f"/t/{number}/reply/", {"message": "x"}).content.decode().replace(number, "")
        for number in (ticket.number, "KTR-999999")
    ]
    token = re.compile(r'(value|content)="[^"]{20,}"|data-live>\d<')  # what is kept of both is counted in the rail
    assert token.sub("", pages[0]) == token.sub("", pages[1])
    assert client_of(cast.ben).post(f"/t/{ticket.number}/reply/", {}).status_code == 404


def test_its_files_come_back_with_it(client_of, ticket, cast):
    due_at, browser = timezone.now() + timedelta(seconds=10), client_of(cast.sam)
    file = Attachment.objects.create(name="notes.txt", content_type="text/plain", size=5, stored_as="x", owner="user:0")
    held = actions.hold_reply(ticket, author=cast.sam, written=write("See."), due_at=due_at, attachments=[file])
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    assert "notes.txt" in browser.post(f"/t/{ticket.number}/call-back/{held.pk}/", follow=True).content.decode()


def test_what_was_called_back_waits_in_the_box_when_the_ticket_returns(client_of, moved, cast, pending):
    browser = client_of(cast.sam)
    post(browser, moved, f"call-back/{pending.pk}/")
    actions.move(moved, to=cast.support, actor=cast.lena)
    assert browser.get(f"/t/{moved.number}/kept/").url == f"/t/{moved.number}/#reply"
    assert "Almost sent." in shown_box(browser, moved)


def shown_box(browser, ticket):
    return browser.get(f"/t/{ticket.number}/").content.decode().partition('id="pane-reply"')[2]


def test_a_reply_in_a_ticket_that_has_left_is_sent_now(client_of, moved, cast, pending):
    answer = post(client_of(cast.sam), moved, f"send-now/{pending.pk}/")
    assert answer.url == "/desk/" and Message.objects.get(by_staff=True).body == "Almost sent."
    assert say_of(answer) == ["Reply sent.", "The ticket has left your departments."]


def test_one_that_has_gone_with_its_ticket_is_said_to_be_sent(client_of, moved, cast, pending):
    actions.release(pending, now=pending.due_at)
    answer = post(client_of(cast.sam), moved, f"call-back/{pending.pk}/")
    assert answer.url == "/desk/" and "already been sent" in say_of(answer)[0]


@pytest.mark.parametrize("name", ["anna", "carl", "ben", "lena"])
def test_nobody_else_calls_it_back_or_reads_what_was_kept(client_of, moved, cast, pending, name):
    browser = client_of(getattr(cast, name))
    post(browser, moved, f"call-back/{pending.pk}/")
    assert PendingReply.objects.exists()
    post(client_of(cast.sam), moved, f"call-back/{pending.pk}/")
    assert browser.get(f"/t/{moved.number}/kept/").status_code == 404


def test_what_is_no_longer_waiting_is_not_said_to_be_sent_now(client_of, ticket, cast, pending):
    """Called back in another tab: the desk said “Reply sent.” of a reply that was not."""
    actions.call_back(pending, actor=cast.sam)
    answer = post(client_of(cast.sam), ticket, f"send-now/{pending.pk}/")
    assert say_of(answer) != ["Reply sent."] and not Message.objects.filter(by_staff=True).exists()


# --- Replying as staff ------------------------------------------------------------------------------------------------


def test_a_reply_goes_where_the_person_likes_to_go_on(client_of, open_ticket, cast):
    """S153: stay, next, back to the list; remembered."""
    first, second = open_ticket(), open_ticket()
    browser = client_of(cast.sam)
    browser.get("/desk/")
    data = {"message": "Done.", "status": "answered", "seen": "1.0"}
    assert browser.post(f"/t/{first.number}/reply/", data | {"after": "stay"}).url == f"/t/{first.number}/"
    assert browser.post(f"/t/{second.number}/reply/", data | {"after": "queue"}).url == "/desk/?view=waiting"
    cast.sam.refresh_from_db()
    assert cast.sam.after_reply == "queue"
    answer = browser.post(f"/t/{first.number}/reply/", data | {"after": "next", "message": "More."})
    assert browser.get(answer.url).url == f"/t/{second.number}/"
    assert PendingReply.objects.count() == 3 and not Message.objects.filter(by_staff=True).exists()


def test_a_reply_that_crosses_another_is_held_back_with_both_shown(client_of, ticket, cast, say):
    """S6: Lena wrote while Sam was writing; his text is in the box again, hers is shown, and he may send anyway."""
    message = say(ticket, cast.lena, "I have it already.")
    data = {"message": "My answer.", "status": "answered", "seen": "1.0"}
    answer = post(client_of(cast.sam), ticket, "reply/", data)
    page = answer.content.decode()
    assert answer.status_code == 409 and not PendingReply.objects.exists()
    assert "My answer." in page and "I have it already." in page and "Send anyway" in page
    assert f'value="{message.number}.0"' in page
    again = post(client_of(cast.sam), ticket, "reply/", data | {"seen": f"{message.number}.0"})
    assert again.status_code == 302 and PendingReply.objects.exists()


# --- Presence ---------------------------------------------------------------------------------------------------------


def test_presence_is_one_row_and_answers_who_else_is_here(client_of, ticket, cast, say):
    """S6: the mode may change; the answer is a fragment; a new message is told."""
    sam, lena = client_of(cast.sam), client_of(cast.lena)
    assert post(sam, ticket, "presence/?seen=1.0", {"mode": "viewing"}).content == b""
    post(sam, ticket, "presence/", {"mode": "writing"})
    assert Presence.objects.get().mode == "writing"
    answer = post(lena, ticket, "presence/?seen=1.0", {"mode": "nonsense"}).content.decode()
    assert "Sam Whitlock is replying" in answer and "New message" not in answer and "<html" not in answer
    say(ticket, cast.anna)
    assert "New message" in post(lena, ticket, "presence/?seen=1.0").content.decode()


def test_presence_goes_along_with_a_moved_ticket(client_of, ticket, cast):
    """S6: the queue shows it to those of the department where the ticket is."""
    lead = client_of(cast.lena)
    post(lead, ticket, "presence/")
    actions.move(ticket, to=cast.billing, actor=cast.lena)
    post(lead, ticket, "presence/")
    assert Presence.objects.get().department == cast.billing


def test_presence_never_changes_the_ticket(client_of, ticket, cast):
    before = verbs(ticket)
    post(client_of(cast.sam), ticket, "presence/", {"mode": "writing"})
    assert verbs(ticket) == before and not Status.objects.filter(code="nonsense").exists()


def test_taking_a_status_back_takes_the_wait_back_too(client_of, ticket, cast, say):
    """C11: a ticket we answered waits for nobody, whatever was tried in between."""
    say(ticket, cast.sam)
    post(client_of(cast.sam), ticket, "status/", {"status": "on-hold"})
    ticket.refresh_from_db()
    assert ticket.waiting_since
    click = TicketEvent.objects.filter(ticket=ticket).last().click
    client_of(cast.sam).post(f"/t/{ticket.number}/undo/{click}/")
    ticket.refresh_from_db()
    assert ticket.status.code == "answered" and ticket.waiting_since is None


def test_a_notes_file_is_for_staff_alone(client_of, ticket, cast):
    """S161, T14: neither the page nor the address of the file lets a client in."""
    upload = SimpleUploadedFile("web-09.log", b"upstream sent too big header", content_type="text/plain")
    post(client_of(cast.sam), ticket, "note/", {"message": "See the log.", "attachments": upload})
    file = Message.objects.get(ticket=ticket, is_note=True).attachments.get()
    url = f"/attachments/{file.token}/{file.name}"
    assert "web-09.log" in client_of(cast.lena).get(f"/t/{ticket.number}/").content.decode()
    assert client_of(cast.lena).get(url).status_code == 200
    for reader in (cast.anna, cast.olga, cast.ben, cast.carl):
        assert client_of(reader).get(url).status_code == 404
    assert "web-09.log" not in client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()


def test_a_note_beyond_a_megabyte_is_shown_again_and_a_long_one_is_kept(client_of, ticket, cast):
    """S43, bad input: long is welcome, endless is a mistake."""
    browser = client_of(cast.sam)
    long = "word " * 100_000
    assert post(browser, ticket, "note/", {"message": long}).status_code == 302
    assert Message.objects.get(is_note=True).body == long.rstrip("\n")
    answer = post(browser, ticket, "note/", {"message": "x" * 1_100_000})
    assert answer.status_code == 422 and Message.objects.filter(is_note=True).count() == 1


def test_a_text_is_never_run(client_of, ticket, cast):
    """T04: what is written in a note, a name, a subject or a file's name is shown as text."""
    evil = "<img src=x onerror=alert(1)>"
    cast.anna.name, cast.lena.name = f"Anna {evil}", f"Lena {evil}"
    cast.anna.save(update_fields=["name"])
    cast.lena.save(update_fields=["name"])
    actions.set_subject(ticket, subject=evil, actor=cast.lena)
    actions.add_note(ticket, author=cast.lena, written=write(f"<script>alert(1)</script> {evil} {{anchor}} {{0}} %s"))
    forget()
    for path in ("", "log/"):
        page = client_of(cast.sam).get(f"/t/{ticket.number}/{path}").content.decode()
        assert "<img src=x" not in page and "<script>alert" not in page
    page = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()
    assert "{anchor} {0} %s" in page

"""Links between tickets, for staff alone; an incident and its tickets; follow-ups of closed ones (C17)."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.utils import timezone

from helpdesk_site.lib.tokens import hash_token
from mail.models import OutgoingMail
from tickets import actions, bulk
from tickets.actions import linking
from tickets.automation import timers
from tickets.keeping import history
from tickets.models import BulkJob, Draft, Message, PendingReply, Ticket, TicketEvent, TicketLink, Verb
from tickets.refused import Refused

pytestmark = pytest.mark.django_db


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def three(open_ticket):
    return [open_ticket(subject=f"Ticket {word}") for word in ("alder", "birch", "cedar")]


# --- Made and taken off -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["relates", "blocks", "duplicates", "parent", "incident"])
def test_a_link_is_shown_from_both_sides_to_staff_and_to_no_client(three, kind, sam, anna, client_of):
    """Links are staff's: neither client page nor letter knows them."""
    one, other, _third = three
    actions.link(one, to=other, kind=kind, actor=sam)
    browser = client_of(sam)
    assert other.number in browser.get(f"/t/{one.number}/").content.decode()
    assert one.number in browser.get(f"/t/{other.number}/").content.decode()
    assert other.number not in client_of(anna).get(f"/t/{one.number}/").content.decode()
    assert history.verify() is None


def test_a_link_is_made_once(three, sam):
    """Twice changes nothing; “related” is the same from both sides."""
    one, other, _third = three
    row = actions.link(one, to=other, kind="relates", actor=sam)
    assert actions.link(one, to=other, kind="relates", actor=sam) == row
    assert actions.link(other, to=one, kind="relates", actor=sam) == row
    assert TicketEvent.objects.filter(verb=Verb.LINKED).count() == 2


@pytest.mark.parametrize("kind", ["blocks", "parent", "incident"])
def test_what_stands_above_goes_in_no_circle(three, kind, sam):
    """Bad input: A above B above C above A; and above itself."""
    one, two, last = three
    actions.link(one, to=two, kind=kind, actor=sam)
    actions.link(two, to=last, kind=kind, actor=sam)
    for above, below in ((last, one), (two, one), (one, one)):
        with pytest.raises(Refused):
            actions.link(above, to=below, kind=kind, actor=sam)
    assert TicketLink.objects.count() == 2


def test_links_in_a_circle_do_no_harm_where_the_word_allows_it(three, sam):
    """Related tickets may form any figure."""
    for one, other in zip(three, [*three[1:], three[0]], strict=True):
        actions.link(one, to=other, kind="relates", actor=sam)
    assert TicketLink.objects.count() == 3


def test_a_link_to_a_merged_ticket_goes_to_its_survivor(three, sam, client_of):
    """S142: the number somebody noted leads on."""
    one, two, last = three
    actions.merge([one, two], actor=sam)
    client_of(sam).post(f"/t/{last.number}/link/", {"way": "blocks", "other": two.number})
    assert TicketLink.objects.get().other == one


def test_making_and_taking_off_is_undone(three, sam, client_of):
    """Undo in the toast, of both."""
    one, other, _third = three
    browser = client_of(sam)
    browser.post(f"/t/{one.number}/link/", {"way": "part", "other": other.number})
    row = TicketLink.objects.get()
    assert (row.ticket, row.other, row.kind) == (other, one, "parent")
    browser.post(f"/t/{one.number}/link/{row.pk}/remove/")
    assert not TicketLink.objects.exists()
    click = TicketEvent.objects.filter(verb=Verb.UNLINKED).latest("pk").click
    browser.post(f"/t/{one.number}/undo/{click}/")
    assert TicketLink.objects.get().kind == "parent"
    click = TicketEvent.objects.filter(verb=Verb.LINKED).latest("pk").click
    browser.post(f"/t/{one.number}/undo/{click}/")
    assert not TicketLink.objects.exists()


def test_a_ticket_of_another_department_shows_its_number_alone(three, open_ticket, sam, cast, client_of):
    """S119: not its subject."""
    bens = open_ticket(subject="Secret of billing", department=cast.billing)
    actions.link(three[0], to=bens, kind="relates", actor=cast.operator)
    page = client_of(sam).get(f"/t/{three[0].number}/").content.decode()
    assert bens.number in page and "Secret of billing" not in page


@pytest.mark.parametrize("other", ["", "KTR-000000", "%00", "self", "bens"])
@pytest.mark.parametrize("way", ["blocks", "nonsense", ""])
def test_hostile_forms_link_nothing(three, open_ticket, sam, cast, client_of, other, way):
    """T19."""
    bens = open_ticket(department=cast.billing)
    sent = {"self": three[0].number, "bens": bens.number}.get(other, other)
    answer = client_of(sam).post(f"/t/{three[0].number}/link/", {"way": way, "other": sent})
    assert answer.status_code == 422 and not TicketLink.objects.exists()


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben", None])
def test_only_who_works_on_it_links(three, cast, client_of, name):
    """T01: each POST by the whole cast."""
    one, other, last = three
    row = actions.link(one, to=other, kind="incident", actor=cast.sam)
    browser, count = client_of(name and getattr(cast, name)), TicketEvent.objects.count()
    for path, sent in (
        ("link/", {"way": "blocks", "other": last.number}),
        (f"link/{row.pk}/remove/", {}),
        ("incident/", {"message": "To all"}),
        ("close-linked/", {}),
    ):
        assert browser.post(f"/t/{one.number}/{path}", sent).status_code in (302, 404)
    assert TicketEvent.objects.count() == count and TicketLink.objects.count() == 1


def test_a_link_of_other_tickets_is_not_taken_off_here(three, sam, client_of):
    """T19: an id of elsewhere."""
    one, other, last = three
    row = actions.link(one, to=other, kind="blocks", actor=sam)
    assert client_of(sam).post(f"/t/{last.number}/link/{row.pk}/remove/").status_code == 404


def test_links_cost_the_page_no_statement(three, sam, client_of, statements):
    """T27: one union reads what hangs on a ticket, one link or many."""
    browser, here = client_of(sam), f"/t/{three[0].number}/"
    browser.get(here)
    with statements() as none:
        browser.get(here)
    for other in three[1:]:
        actions.link(three[0], to=other, kind="relates", actor=sam)
    with statements() as some:
        browser.get(here)
    assert len(some) <= len(none)


# --- Warnings ---------------------------------------------------------------------------------------------------------


def test_closing_warns_of_what_is_still_open_and_refuses_nothing(three, sam, client_of):
    """A blocked ticket, a parent with an open part: a warning beside the Undo."""
    one, other, last = three
    actions.link(other, to=one, kind="blocks", actor=sam)
    actions.link(one, to=last, kind="parent", actor=sam)
    page = client_of(sam).post(f"/t/{one.number}/close/", follow=True).content.decode()
    assert f"it was blocked by {other.number}" in page and f"still open: {last.number}" in page
    assert fresh(one).is_closed


def test_closing_warns_of_nothing_where_all_is_closed(three, sam, client_of):
    """May not."""
    one, other, _last = three
    actions.link(other, to=one, kind="blocks", actor=sam)
    actions.close(other, actor=sam)
    assert list(linking.warnings(fresh(one))) == []


def test_a_client_who_closes_learns_nothing_of_links(three, sam, anna, client_of):
    """Staff only."""
    one, other, _last = three
    actions.link(other, to=one, kind="blocks", actor=sam)
    page = client_of(anna).post(f"/t/{one.number}/close/", follow=True).content.decode()
    assert fresh(one).is_closed and other.number not in page


# --- Incidents --------------------------------------------------------------------------------------------------------


@pytest.fixture
def incident(open_ticket, carl, anna, sam):
    """(an incident, its tickets): of Anna, of Carl, and one that is closed."""
    above = open_ticket(subject="The network is down")
    below = [open_ticket(client=carl), open_ticket(), open_ticket()]
    for ticket in below:
        actions.link(above, to=ticket, kind="incident", actor=sam)
    actions.close(below[2], actor=sam)
    return above, below


def post_to_all(browser, above, text, **more):
    """The answer to a post that was read first."""
    sent = {"message": text, "read": hash_token(text), **more}
    return browser.post(f"/t/{above.number}/incident/", sent, follow=True)


def time_passes(**much):
    """What is held is held no more."""
    timers.release_due_replies(now=timezone.now() + timedelta(**much or {"minutes": 1}))


def answered(tickets):
    """How many public messages each has besides its first."""
    return [row.messages.filter(is_note=False).count() - 1 for row in tickets]


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_one_post_answers_every_open_ticket_of_an_incident(incident, sam, carl, anna, client_of):
    """One message in each, one letter each, none in the closed one; when it cannot be called back any more."""
    above, below = incident
    answer = post_to_all(client_of(sam), above, "It works again.")
    assert "2 replies are on their way." in answer.text and answered(below) == [0, 0, 0]
    time_passes()
    assert [row.ticket for row in Message.objects.filter(body="It works again.").order_by("pk")] == below[:2]
    letters = OutgoingMail.objects.filter(kind="reply", text__contains="It works again.")
    assert letters.filter(to_address=carl.email).count() == letters.filter(to_address=anna.email).count() == 1


def test_a_post_is_read_first_as_each_client_gets_it(incident, sam, carl, client_of):
    """Nothing goes before it was read, nor anything that was changed since."""
    above, _below = incident
    browser, text = client_of(sam), "Dear {{client.first_name}}, it works again."
    page = browser.post(f"/t/{above.number}/incident/", {"message": text}).content.decode()
    assert f"Dear {carl.first_name}," in page and "Send 2 replies" in page
    changed = {"message": f"{text} Really.", "read": hash_token(text)}
    assert "Really." in browser.post(f"/t/{above.number}/incident/", changed).content.decode()
    assert not Message.objects.filter(body__contains="works again").exists()


def test_the_incident_keeps_what_was_posted(incident, sam, anna, client_of):
    """As a note for us, or as a reply where its own client is to read it."""
    above, _below = incident
    browser = client_of(sam)
    post_to_all(browser, above, "It works\nagain.")
    assert not Message.objects.filter(is_note=True).exists()
    time_passes()
    note = Message.objects.get(ticket=above, is_note=True)
    assert note.body == "Sent to 2 tickets of this incident:\n\n> It works\n> again." and note.author == sam
    assert "Sent to 2" not in client_of(above.client).get(f"/t/{above.number}/").content.decode()
    assert f"{above.client.full_name}, who opened" in browser.get(f"/t/{above.number}/incident/").content.decode()
    post_to_all(browser, above, "All is well.", here="1")
    time_passes()
    assert Message.objects.filter(ticket=above, body="All is well.", is_note=False).count() == 1
    assert Message.objects.filter(ticket=above, is_note=True).count() == 1
    actions.close(above, actor=sam)
    post_to_all(browser, above, "Once more.", here="1")
    time_passes()
    assert fresh(above).is_closed and Message.objects.filter(ticket=above, is_note=True).count() == 2


def test_a_post_is_called_back_from_all_at_once_and_its_text_is_in_the_box_again(incident, sam, anna, client_of):
    """Undo send, as of any reply: one line in the list of one's acts, one toast; nobody gets anything, and the incident
    keeps no note of it."""
    above, below = incident
    browser = client_of(sam)
    page = post_to_all(browser, above, "It works again.").text
    job = BulkJob.objects.get()
    undo = f"/desk/bulk/{job.pk}/undo/"
    assert f'data-seconds="{bulk.undo_seconds(job)}"' in page and page.count(undo) == 1
    assert "Kept in" in page and "call-back" not in page  # the note that waits
    listed = browser.get("/desk/activity/").text
    assert listed.count(undo) == 1 and "2 replies are on their way." in listed and "Not sent yet" not in listed
    answer = browser.post(undo)
    assert answer.url == f"/t/{above.number}/incident/?again={job.pk}"
    assert told(answer)[-1] == "Not sent. Your text is in the box again."
    assert "\nIt works again.</textarea>" in browser.get(answer.url).text
    time_passes()
    assert not PendingReply.objects.exists() and answered(below) == [0, 0, 0] and not Draft.objects.exists()
    assert not above.messages.filter(is_note=True).exists()
    assert not OutgoingMail.objects.filter(text__contains="works again").exists()
    assert "taken back" in browser.get("/desk/activity/").text
    assert "It works again" not in client_of(anna).get(f"/t/{below[1].number}/").text


def test_a_post_waits_as_long_as_its_writer_likes(incident, sam, client_of):
    """0 to 30 seconds: with none it goes at once and stays; after them it is too late."""
    above, below = incident
    for seconds in (0, 30):
        sam.undo_seconds = seconds
        sam.save(update_fields=["undo_seconds"])
        page = post_to_all(client_of(sam), above, f"After {seconds}.").text
        assert ("Undo</button>" in page.partition('class="toasts"')[2]) == bool(seconds)
    assert answered(below) == [1, 1, 0]
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        job = BulkJob.objects.latest("pk")
        assert told(client_of(sam).post(f"/desk/bulk/{job.pk}/undo/"))[-1] == "This can no longer be undone."
        assert bulk.sentence(job) == "2 tickets answered."
    time_passes()
    assert answered(below) == [2, 2, 0]


def test_a_ticket_that_changed_meanwhile_is_treated_as_by_any_reply_that_waits(open_ticket, sam, lena, say, client_of):
    """Answered by a colleague, closed, merged: it goes all the same, where the ticket lives on; into the trash: not."""
    above, elsewhere = open_ticket(subject="The network is down"), open_ticket()
    spoken, closed, merged, trashed = below = [open_ticket() for _each in range(4)]
    for ticket in below:
        actions.link(above, to=ticket, kind="incident", actor=sam)
    post_to_all(client_of(sam), above, "It works again.")
    say(spoken, lena, "We know.")
    actions.close(closed, actor=lena)
    actions.merge([merged, elsewhere], into=elsewhere, actor=lena)
    actions.trash(trashed, actor=lena)
    time_passes()
    assert answered([spoken, closed, elsewhere, merged, trashed]) == [2, 1, 1, 0, 0]
    assert not fresh(closed).is_closed and not PendingReply.objects.exists()


def test_a_post_is_called_back_where_a_ticket_was_merged_or_sent_by_hand_meanwhile(incident, sam, lena, client_of):
    """What went is told; the rest goes to nobody."""
    above, below = incident
    other, browser = below[1], client_of(sam)
    post_to_all(browser, above, "It works again.")
    early = PendingReply.objects.get(ticket=below[0])
    browser.post(f"/t/{below[0].number}/send-now/{early.pk}/")
    actions.merge([other, below[2]], into=below[2], actor=lena)
    answer = browser.post(f"/desk/bulk/{BulkJob.objects.get().pk}/undo/")
    assert told(answer)[-2:] == [
        "Not sent. Your text is in the box again.", f"{below[0].number}: The reply has already been sent.",
    ]  # fmt: skip
    time_passes()
    assert answered(below) == [1, 0, 0] and not PendingReply.objects.exists()


def test_tickets_that_are_merged_before_a_post_goes_get_it_once(incident, open_ticket, sam, lena, client_of):
    """What waited in both waits in the survivor; its client reads the words once."""
    above, below = incident
    other = open_ticket()
    actions.link(above, to=other, kind="incident", actor=sam)
    post_to_all(client_of(sam), above, "It works again.")
    actions.merge([below[1], other], actor=lena)
    time_passes()
    assert answered([below[0], below[1], other]) == [1, 1, 0] and not PendingReply.objects.exists()


def test_nobody_calls_back_what_somebody_else_posted(incident, sam, anna, lena, client_of):
    """T01: nor reads it before it goes, who is a client, nor by another's job after."""
    above, below = incident
    post_to_all(client_of(sam), above, "It works again.")
    job = BulkJob.objects.get()
    for person in (lena, anna):
        assert client_of(person).post(f"/desk/bulk/{job.pk}/undo/").status_code == 404
    assert PendingReply.objects.count() == 3
    for ticket in (above, below[1]):
        assert "works again" not in client_of(anna).get(f"/t/{ticket.number}/").text
    bulk.undo(job)
    assert "works again" not in client_of(lena).get(f"/t/{above.number}/incident/?again={job.pk}").text
    for nonsense in ("x", "", "9" * 30, job.pk + 1):
        assert client_of(sam).get(f"/t/{above.number}/incident/?again={nonsense}").status_code == 200


def test_a_large_post_is_called_back_before_its_worker_comes_again(incident, sam, client_of, monkeypatch):
    """T07: what is held must not go while it waits to be taken back; what a worker comes to too late goes at once."""
    above, below = incident
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    browser = client_of(sam)
    post_to_all(browser, above, "It works again.")
    job = BulkJob.objects.get()
    bulk.step(job.pk, size=1)
    assert PendingReply.objects.filter(is_note=False).count() == 1
    browser.post(f"/desk/bulk/{job.pk}/undo/")
    assert not PendingReply.objects.exists()
    bulk.run(job.pk)
    time_passes()
    assert BulkJob.objects.get().state == "undone" and answered(below) == [0, 0, 0]
    post_to_all(browser, above, "It works again.")
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        bulk.run(BulkJob.objects.latest("pk").pk)
        assert answered(below) == [1, 1, 0]


def test_the_guard_holds_for_each_ticket_of_an_incident(incident, sam, client_of):
    """What was not meant for clients goes to none; the job says why."""
    above, _below = incident
    page = post_to_all(client_of(sam), above, "Dear {{client.nickname}}, [INTERNAL] hello").content.decode()
    assert "nickname" in page and "Send" not in page.partition('class="dialog-foot"')[2]
    assert not Message.objects.filter(body__contains="nickname").exists()


@pytest.mark.parametrize("message", ["", "   ", "x" * 20_001])
def test_no_words_or_too_many_are_refused(incident, sam, client_of, message):
    """T19."""
    above, _below = incident
    assert client_of(sam).post(f"/t/{above.number}/incident/", {"message": message}).status_code == 422


def test_an_incident_without_open_tickets_says_so(open_ticket, sam, client_of):
    ticket = open_ticket()
    answer = client_of(sam).post(f"/t/{ticket.number}/incident/", {"message": "Hello"})
    assert answer.status_code == 422 and "No open ticket is linked" in answer.content.decode()


def test_closing_the_incident_offers_to_close_its_tickets(incident, sam, client_of):
    """A button, and one Undo for all."""
    above, below = incident
    browser = client_of(sam)
    actions.close(above, actor=sam)
    assert f"/t/{above.number}/close-linked/" in browser.get(f"/t/{above.number}/").content.decode()
    browser.post(f"/t/{above.number}/close-linked/")
    assert all(fresh(ticket).is_closed for ticket in below)
    assert f"/t/{above.number}/close-linked/" not in browser.get(f"/t/{above.number}/").content.decode()


def test_the_post_of_an_incident_is_no_button_of_the_list(ticket, sam, client_of):
    """T19: it is started from its own page, read first and called back, whatever a form of the list says."""
    said = client_of(sam).post("/desk/bulk/", {"t": ticket.number, "incident": "Unread by anybody."}, follow=True)
    assert "Choose one of the list." in said.text
    assert not BulkJob.objects.exists() and not ticket.messages.filter(by_staff=True).exists()


# --- Follow-ups -------------------------------------------------------------------------------------------------------


def test_a_follow_up_is_named_both_ways_on_both_pages(open_ticket, sam, anna, client_of):
    """C17, S110, S114: client and staff."""
    first = open_ticket()
    actions.close(first, actor=sam)
    second = open_ticket(follow_up_of=first)
    for person in (sam, anna):
        browser = client_of(person)
        assert first.number in browser.get(f"/t/{second.number}/").content.decode()
        assert second.number in browser.get(f"/t/{first.number}/").content.decode()


def test_a_client_reads_of_a_follow_up_only_where_they_see_it(open_ticket, sam, carl, client_of):
    """C17: may not; somebody who takes part in the first alone."""
    first = open_ticket()
    actions.add_participant(first, user=carl, rights="read", actor=sam)
    second = open_ticket(follow_up_of=first)
    assert second.number not in client_of(carl).get(f"/t/{first.number}/").content.decode()


def test_staff_open_a_follow_up_from_a_closed_ticket(open_ticket, sam, anna, client_of):
    """S114: the client and the subject are there already."""
    first = open_ticket()
    actions.close(first, actor=sam)
    browser = client_of(sam)
    assert f"/desk/new/?follow={first.number}" in browser.get(f"/t/{first.number}/").content.decode()
    page = browser.get(f"/desk/new/?follow={first.number}").content.decode()
    assert anna.email in page and first.subject in page
    form = {"client": anna.pk, "follow": first.number, "department": "support", "subject": "Again", "message": "Hello"}
    browser.post("/desk/new/", form | {"priority": "medium"})
    assert Ticket.objects.latest("pk").follow_up_of == first


def test_a_follow_up_of_somebody_elses_ticket_is_none(open_ticket, sam, carl, cast, client_of):
    """T19: another client's, or of another department."""
    first, bens = open_ticket(), open_ticket(department=cast.billing)
    form = {"client": carl.pk, "department": "support", "subject": "Again", "message": "Hello", "priority": "medium"}
    for number in (first.number, bens.number, "nonsense"):
        client_of(sam).post("/desk/new/", form | {"follow": number})
        assert Ticket.objects.latest("pk").follow_up_of is None


def test_follow_ups_and_links_of_a_merged_ticket_are_the_survivors(open_ticket, sam):
    """S142, C17: and go back with it."""
    one, two, blocker = open_ticket(), open_ticket(), open_ticket()
    follow = open_ticket(follow_up_of=two)
    actions.link(blocker, to=two, kind="blocks", actor=sam)
    actions.merge([one, two], actor=sam)
    assert fresh(follow).follow_up_of == one and TicketLink.objects.get().other == one
    actions.unmerge(TicketEvent.objects.get(verb=Verb.TOOK_IN), actor=sam)
    assert fresh(follow).follow_up_of == two and TicketLink.objects.get().other == two

"""Editing, deleting, the trash and redaction at their doors: what each person sees, and what is refused
(S133, S135, S154, S155, S197, C5; T01, T09, T18)."""

import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import passes
from departments.models import Policy
from engine.once import new_form_key
from mail import blocking
from mail.models import OutgoingMail
from tickets import actions
from tickets.events import one_click
from tickets.keeping import file_links, files, history
from tickets.models import Attachment, Draft, Message, MessageRevision, Ticket, Verb
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db
History = Policy.History


def again(row):
    return type(row).objects.get(pk=row.pk)


def at(name, ticket, message=None):
    return reverse(name, args=[ticket.number] + ([message.pk] if message else []))


def post(browser, address, follow=False, **data):
    return browser.post(address, {"form_key": new_form_key(), **data}, follow=follow)


def page_of(browser, ticket):
    return browser.get(f"/t/{ticket.number}/").content.decode()


# --- Editing ----------------------------------------------------------------------------------------------------------


def test_staff_see_who_changed_it_and_the_client_that_it_was(ticket, cast, say, client_of):
    """S154, C5: never silently, and no name of ours to the client."""
    message = say(ticket, cast.sam, "Wrong words.")
    actions.edit_message(message, editor=cast.lena, written=write("Right words."))
    assert f"edited by {cast.lena.full_name}" in page_of(client_of(cast.sam), ticket)
    page = page_of(client_of(cast.anna), ticket)
    assert "edited" in page and cast.lena.full_name not in page and "Wrong" not in page


def test_the_versions_show_what_went_and_what_came(ticket, cast, say, client_of):
    message = say(ticket, cast.sam, "The cart is <b>broken</b>.")
    actions.edit_message(message, editor=cast.lena, written=write("The shop is <b>broken</b>."))
    page = client_of(cast.sam).get(at("message_versions", ticket, message)).content.decode()
    assert '<del><span class="vh">[taken out:] </span>cart<span' in page
    assert '<ins><span class="vh">[put in:] </span>shop<span' in page and "&lt;b&gt;broken" in page
    assert f"{cast.lena.full_name} changed it" in page


def test_nobody_is_mailed_of_an_edit_unless_it_is_asked_for(ticket, cast, say, client_of):
    """The corrected reply goes to its readers once more, in a letter that says so."""
    message = say(ticket, cast.sam, "Restart tomorow.")
    before = OutgoingMail.objects.count()
    post(client_of(cast.sam), at("message_edit", ticket, message), message="Restart tomorrow.")
    assert OutgoingMail.objects.count() == before
    post(client_of(cast.sam), at("message_edit", ticket, message), message="Restart on Monday.", mailed="1")
    letters = OutgoingMail.objects.order_by("pk")[before:]
    assert {letter.to_address for letter in letters} == {cast.anna.email, cast.olga.email}
    letter = letters[0]
    assert "corrected this answer" in letter.text and "Restart on Monday." in letter.text
    assert history.verify() is None


def test_a_clients_message_and_a_note_are_never_mailed_again(ticket, cast, say):
    note = actions.add_note(ticket, author=cast.sam, written=write("Look."))
    before = OutgoingMail.objects.count()
    for row in (again(ticket).first_message, note):
        actions.edit_message(row, editor=cast.sam, written=write("Other."), mailed=True)
    assert OutgoingMail.objects.count() == before


def test_colleagues_whom_an_edited_note_calls_for_the_first_time_are_told(ticket, cast, client_of):
    """S161: each once."""
    note = actions.add_note(ticket, author=cast.sam, written=write("Look."))
    browser = client_of(cast.sam)
    for text in (f"Look, @{cast.lena.email}", f"Look again, @{cast.lena.email}"):
        post(browser, at("message_edit", ticket, note), message=text)
    told = OutgoingMail.objects.filter(to_address=cast.lena.email, kind="note")
    assert told.count() == 1 and "Look, @" in told.get().text


def test_an_edited_text_is_found_by_its_new_words_alone(ticket, cast, say, client_of):
    message = say(ticket, cast.sam, "Zanzibar.")
    post(client_of(cast.sam), at("message_edit", ticket, message), message="Mombasa.")
    page = client_of(cast.sam).get("/desk/?q=mombasa").content.decode()
    assert ticket.number in page
    assert ticket.subject not in client_of(cast.sam).get("/desk/?q=zanzibar").content.decode()


def test_the_second_of_two_keeps_their_text_and_sees_the_difference(ticket, cast, say, client_of):
    """T09: nothing is overwritten unseen."""
    message = say(ticket, cast.sam, "One two three.")
    sam, lena = client_of(cast.sam), client_of(cast.lena)
    for browser in (sam, lena):
        assert 'name="version" value="0"' in browser.get(at("message_edit", ticket, message)).content.decode()
    post(sam, at("message_edit", ticket, message), message="One two four.", version="0")
    answer = post(lena, at("message_edit", ticket, message), message="One zwei three.", version="0")
    page = answer.content.decode()
    assert answer.status_code == 409 and "One zwei three.</textarea>" in page
    assert "</span>zwei<span" in page and "</span>four<span" in page and 'name="version" value="1"' in page
    assert again(message).body == "One two four."
    post(lena, at("message_edit", ticket, message), message="One zwei four.", version="1")
    assert again(message).body == "One zwei four." and MessageRevision.objects.count() == 2


def test_an_edit_is_undone_as_one_more_version(ticket, cast, say):
    message = say(ticket, cast.sam, "Before.")
    with one_click() as click:
        actions.edit_message(message, editor=cast.sam, written=write("After."))
    actions.undo(click.id, actor=cast.sam)
    row = again(message)
    assert (row.body, row.format, row.revisions.count()) == ("Before.", message.format, 2)
    assert history.verify() is None


def test_an_edit_that_was_mailed_or_changed_since_is_not_undone(ticket, cast, say):
    message = say(ticket, cast.sam, "Before.")
    with one_click() as mailed:
        actions.edit_message(message, editor=cast.sam, written=write("Mailed."), mailed=True)
    with one_click() as first:
        actions.edit_message(message, editor=cast.sam, written=write("First."))
    actions.edit_message(message, editor=cast.lena, written=write("Second."))
    for click in (mailed, first):
        with pytest.raises(Refused):
            actions.undo(click.id, actor=cast.sam)
    assert again(message).body == "Second."


def test_an_edit_that_was_mailed_is_not_undone_though_nobody_changed_it_since(ticket, cast, say):
    """Its readers have the corrected text."""
    message = say(ticket, cast.sam, "Before.")
    with one_click() as click:
        actions.edit_message(message, editor=cast.sam, written=write("Mailed."), mailed=True)
    with pytest.raises(Refused):
        actions.undo(click.id, actor=cast.sam)
    assert again(message).body == "Mailed."


def test_what_was_not_meant_for_clients_stops_an_edit_too(ticket, cast, say, client_of):
    """FIELD 2.3: the look at a reply before it goes holds for its corrections."""
    message = say(ticket, cast.sam, "Hello.")
    answer = post(client_of(cast.sam), at("message_edit", ticket, message), message="Internal: he is a pain.")
    assert answer.status_code == 409 and "he is a pain" in answer.content.decode()
    assert again(message).body == "Hello."


def test_a_message_of_a_merged_ticket_is_changed_where_it_stands(open_ticket, cast, say, client_of):
    """S142: told in its own chain, found in the survivor."""
    old, young = open_ticket(), open_ticket(text="Zanzibar.")
    actions.merge([old, young], into=old, actor=cast.sam)
    message = young.messages.get()
    answer = post(client_of(cast.sam), at("message_edit", old, message), message="Mombasa.")
    assert answer.status_code == 302 and again(message).body == "Mombasa."
    actions.delete_message(message, actor=cast.sam)
    assert again(message).deleted_at and not again(old).hidden and history.verify() is None


# --- Deleting ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_file(ticket, cast, say, file):
    stored = files.store(file("log.txt", b"a secret line"), owner="x", policy=ticket.policy, by_staff=True)
    return say(ticket, cast.sam, "Zanzibar, see the file.", attachments=[stored])


def test_the_client_sees_a_stub_and_no_file(ticket, cast, with_file, client_of, by_pass):
    """S155: number and author stay; text, files and quotes are gone for the client's side."""
    actions.delete_message(with_file, actor=cast.sam)
    row = Attachment.objects.get(message=with_file)
    for browser in (client_of(cast.anna), by_pass(ticket), client_of(cast.olga)):
        page = page_of(browser, ticket)
        assert "This message was deleted." in page and "Zanzibar" not in page and "log.txt" not in page
        assert browser.get(reverse("attachment", args=[row.token, row.name])).status_code == 404
        assert browser.get(at("message_whole", ticket, with_file)).status_code == 404
        assert "Zanzibar" not in browser.get(f"/t/{ticket.number}/?quote=2").content.decode()


def test_staff_see_who_deleted_it_what_it_said_and_restore_it(ticket, cast, with_file, client_of):
    actions.delete_message(with_file, actor=cast.lena)
    browser, row = client_of(cast.sam), Attachment.objects.get(message=with_file)
    page = page_of(browser, ticket)
    assert f"Message #2 was deleted by {cast.lena.full_name}" in page and "Zanzibar, see the file." in page
    assert browser.get(reverse("attachment", args=[row.token, row.name])).status_code == 200
    post(browser, at("message_undelete", ticket, with_file))
    assert "Zanzibar" in page_of(client_of(cast.anna), ticket) and again(with_file).deleted_at is None


def test_the_link_of_a_letter_to_a_deleted_file_is_over(ticket, cast, with_file, client_of):
    address, link = file_links.prepare(Attachment.objects.get(message=with_file), cast.anna)
    link.save()
    path = address.partition("://")[2].partition("/")[2]
    assert client_of(None).get(f"/{path}").status_code == 200
    actions.delete_message(with_file, actor=cast.sam)
    assert client_of(None).get(f"/{path}").status_code == 410


def test_a_deleted_note_leaves_no_trace_for_the_client(ticket, cast, client_of):
    """S161: not even a stub."""
    note = actions.add_note(ticket, author=cast.sam, written=write("Zanzibar note."))
    actions.delete_message(note, actor=cast.sam)
    page = page_of(client_of(cast.anna), ticket)
    assert "deleted" not in page and "Message N1 was deleted by" in page_of(client_of(cast.sam), ticket)


def test_the_page_before_deleting_the_first_message_says_what_goes(ticket, cast, say, client_of):
    """S155."""
    browser, first, second = client_of(cast.sam), ticket.first_message, say(ticket, cast.sam)
    assert "moves the whole ticket to the trash" in browser.get(at("message_delete", ticket, first)).content.decode()
    assert "whole ticket" not in browser.get(at("message_delete", ticket, second)).content.decode()
    page = post(browser, at("message_delete", ticket, first), follow=True).content.decode()
    assert "In the trash since" in page and "Restore" in page and "undo/" in page


def test_a_double_click_deletes_once(ticket, cast, say, client_of):
    message, key = say(ticket, cast.sam), new_form_key()
    for _ in range(2):
        client_of(cast.sam).post(at("message_delete", ticket, message), {"form_key": key})
    assert ticket.events.filter(verb=Verb.DELETED).count() == 1


@pytest.mark.parametrize(("policy", "message", "note"), [(History.NOTES, 404, 200), (History.LOCKED, 404, 404)])
def test_where_policy_locks_it_there_is_no_such_page(ticket, cast, say, client_of, set_policy, policy, message, note):
    """C5, S46."""
    rows = say(ticket, cast.sam), actions.add_note(ticket, author=cast.sam, written=write("x"))
    set_policy(cast.support, history_policy=policy)
    for row, status in zip(rows, (message, note), strict=True):
        assert client_of(cast.sam).get(at("message_delete", ticket, row)).status_code == status
    assert post(client_of(cast.operator), at("ticket_trash", ticket)).status_code == 404
    assert at("ticket_trash", ticket) not in page_of(client_of(cast.operator), ticket)


def test_a_message_of_another_ticket_is_not_found(ticket, open_ticket, cast, client_of):
    other = open_ticket(client=cast.carl).first_message
    for name in ("message_delete", "message_undelete", "message_redact", "message_edit", "message_versions"):
        browser, address = client_of(cast.lena), at(name, ticket, other)
        answer = post(browser, address) if name == "message_undelete" else browser.get(address)
        assert answer.status_code == 404


# --- The trash --------------------------------------------------------------------------------------------------------


def test_it_is_gone_for_everybody_else(ticket, cast, with_file, client_of, by_pass):
    """T01: page, files, letters' links and guests' links alike."""
    browsers = [client_of(cast.anna), client_of(cast.olga), client_of(cast.ben), by_pass(ticket)]
    actions.trash(again(ticket), actor=cast.sam)
    row = Attachment.objects.get(message=with_file)
    for browser in browsers:
        assert browser.get(f"/t/{ticket.number}/").status_code == 404
        assert browser.get(reverse("attachment", args=[row.token, row.name])).status_code == 404
        assert post(browser, f"/t/{ticket.number}/reply/", message="Hello?").status_code == 404
    for person in (cast.anna, cast.olga):
        assert ticket.number not in client_of(person).get("/tickets/?scope=organisation").content.decode()
        assert ticket.number not in client_of(person).get("/").content.decode()


def test_a_guests_link_leads_nowhere(ticket, cast, client_of):
    """S7: not even to say that there was something."""
    token = passes.issue(cast.anna, ticket.number)
    actions.trash(ticket, actor=cast.sam)
    assert client_of(None).get(f"/g/{token}/", follow=True).status_code == 404


def test_its_staff_see_a_page_with_what_can_be_done(ticket, cast, client_of):
    actions.trash(ticket, actor=cast.sam)
    page = page_of(client_of(cast.sam), ticket)
    assert "In the trash since" in page and "The cart answers 502." in page and 'id="pane-reply"' not in page
    assert at("ticket_restore", ticket) in page and at("ticket_empty", ticket) not in page
    assert at("ticket_empty", ticket) in page_of(client_of(cast.lena), ticket)


def test_the_rail_shows_the_trash_only_when_there_is_something(ticket, cast, client_of):
    browser = client_of(cast.sam)
    assert "view=trash" not in browser.get("/desk/").content.decode()
    actions.trash(ticket, actor=cast.sam)
    assert "view=trash" in browser.get("/desk/").content.decode()
    assert ticket.number in browser.get("/desk/?view=trash").content.decode()
    assert "view=trash" not in client_of(cast.ben).get("/desk/").content.decode()
    for view in ("waiting", "open", "closed", "all"):
        assert ticket.number not in browser.get(f"/desk/?view={view}").content.decode()
    assert ticket.subject not in browser.get("/desk/?q=cart").content.decode()


def test_restored_from_its_page(ticket, cast, client_of):
    actions.trash(ticket, actor=cast.sam)
    for person, status in ((cast.anna, 404), (cast.ben, 404), (cast.sam, 302)):
        assert post(client_of(person), at("ticket_restore", ticket)).status_code == status
    assert not again(ticket).hidden and client_of(cast.anna).get(f"/t/{ticket.number}/").status_code == 200


def test_only_who_leads_deletes_for_good_before_its_time(ticket, cast, client_of):
    actions.trash(ticket, actor=cast.sam)
    for person, status in ((cast.anna, 404), (cast.sam, 404), (cast.ben, 404), (cast.lena, 302)):
        assert post(client_of(person), at("ticket_empty", ticket)).status_code == status
    page = page_of(client_of(cast.sam), ticket)
    assert "deleted for good" in page and "The cart" not in page and at("ticket_restore", ticket) not in page
    assert client_of(cast.sam).get(f"/t/{ticket.number}/log/").status_code == 200


def test_a_reply_to_what_was_just_thrown_away_is_kept(ticket, cast, client_of):
    """T09: the reply's author has an old page; the text is shown again, and waits in the box."""
    actions.trash(ticket, actor=cast.lena)
    answer = post(client_of(cast.sam), f"/t/{ticket.number}/reply/", message="My long answer.")
    assert answer.status_code == 409 and "My long answer." in answer.content.decode()
    assert Draft.objects.get().fields["message"] == "My long answer." and again(ticket).messages.count() == 1


@pytest.mark.parametrize("door", ["status", "assign", "priority", "close", "note"])
def test_old_pages_say_why_nothing_happens(ticket, cast, client_of, door):
    actions.trash(ticket, actor=cast.lena)
    sent = {"status": "closed", "assignee": "me", "message": "x", "priority": "high"}
    post(client_of(cast.sam), f"/t/{ticket.number}/{door}/", **sent)
    assert again(ticket).events.latest("sequence").verb == Verb.TRASHED


def test_a_mail_ticket_is_blocked_and_thrown_away_from_one_page(arrive, cast, client_of):
    """S135; Undo takes back both."""
    ticket, browser = arrive(cast.anna).ticket, client_of(cast.sam)
    page = post(browser, at("ticket_block", ticket), kind="address", ticket="trash", follow=True).content.decode()
    assert again(ticket).hidden == "trash" and blocking.blocking_of(cast.anna.email)
    undo = page.partition("/undo/")[2].partition("/")[0]
    browser.post(reverse("ticket_undo", args=[ticket.number, undo]))
    assert not again(ticket).hidden and not blocking.blocking_of(cast.anna.email)


@pytest.mark.parametrize(("act", "hidden", "blocked"), [("trash", "trash", False), ("block", "trash", True)])
def test_many_tickets_are_thrown_away_at_once_and_come_back(open_ticket, cast, client_of, act, hidden, blocked):
    """S133, S135: bulk delete, bulk block and delete."""
    rows, browser = [open_ticket(), open_ticket()], client_of(cast.sam)
    seen = int(timezone.now().timestamp()) + 1
    post(browser, "/desk/bulk/", **{act: "1", "t": [row.number for row in rows], "seen": seen})
    assert {again(row).hidden for row in rows} == {hidden}
    assert bool(blocking.blocking_of(cast.anna.email)) == blocked
    post(browser, "/desk/bulk/", restore="1", t=[row.number for row in rows], list="view=trash")
    assert {again(row).hidden for row in rows} == {""}


# --- Redacting --------------------------------------------------------------------------------------------------------


def test_words_are_looked_for_before_they_are_taken_out(ticket, cast, say, client_of):
    """C5: the page counts, and says that there is no way back."""
    say(ticket, cast.sam, "The cart, again the cart.")
    browser, address = client_of(cast.lena), at("message_redact", ticket, ticket.first_message)
    assert "The cart answers 502." in browser.get(address).content.decode()
    page = post(browser, address, words="the cart", look="1").content.decode()
    assert "#1: 1 place" in page and "#2: 2 places" in page
    assert "This cannot be undone" in page and 'name="sure"' in page
    assert "cart" in again(ticket.first_message).body
    post(browser, address, words="the cart", sure="1")
    assert again(ticket.first_message).body == "[redacted] answers 502."
    assert "took words out of" in browser.get(f"/t/{ticket.number}/log/").content.decode()


@pytest.mark.parametrize(("words", "said"), [("ab", "three characters"), ("nowhere", "stand nowhere")])
def test_what_cannot_be_taken_out_is_said_on_the_page(ticket, cast, client_of, words, said):
    for button in ("look", "sure"):
        address = at("message_redact", ticket, ticket.first_message)
        answer = post(client_of(cast.lena), address, words=words, **{button: "1"})
        assert answer.status_code == 422 and said in answer.content.decode()


def test_agents_have_no_such_page(ticket, cast, client_of):
    address = at("message_redact", ticket, ticket.first_message)
    for person in (cast.sam, cast.anna, cast.ben):
        assert client_of(person).get(address).status_code == post(client_of(person), address).status_code == 404
        if person == cast.sam:
            assert address not in page_of(client_of(person), ticket)


def test_another_tickets_file_cannot_be_chosen(ticket, open_ticket, cast, say, file, client_of):
    """T19: ids of others are as if they were not there."""
    other = open_ticket(client=cast.carl)
    stored = files.store(file("a.txt", b"x"), owner="x", policy=ticket.policy, by_staff=True)
    say(other, cast.sam, "Here.", attachments=[stored])
    address = at("message_redact", ticket, ticket.first_message)
    post(client_of(cast.lena), address, file=stored.pk, words="cart", sure="1")
    assert again(stored).stored_as


# --- Two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_a_reply_and_a_trashing_never_both_half_happen(ticket, cast):
    """T09: whoever comes second is refused, or both stand in order."""
    barrier, failed = threading.Barrier(2), []

    def run(act):
        try:
            barrier.wait()
            act()
        except Refused as refused:
            failed.append(str(refused))
        finally:
            connection.close()

    acts = [
        lambda: actions.reply(ticket, author=cast.sam, written=write("Here."), by_staff=True),
        lambda: actions.trash(ticket, actor=cast.lena),
    ]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    row = Ticket.objects.get(pk=ticket.pk)
    assert row.hidden == "trash" and row.is_closed and history.verify() is None
    assert Message.objects.filter(ticket=row).count() == 2 - len(failed)

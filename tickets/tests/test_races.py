"""Two people at the same moment: nothing is lost, nothing is doubled; and the race is there without the lock."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from helpdesk_site.lib import tokens
from tickets import actions
from tickets.keeping import history
from tickets.models import Attachment, Draft, Message, Ticket, TicketEvent, Verb
from tickets.writing import write

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts in threads that start together. Returns what each returned or raised."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(at, act):
        try:
            start.wait(10)
            answers[at] = act()
        except Exception as error:
            answers[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_many_who_open_at_once_get_a_number_each(open_ticket):
    """T08, S12."""
    opened = at_once(*[lambda: [open_ticket().number for _ in range(4)] for _ in range(6)])
    numbers = [number for batch in opened for number in batch]
    assert len(numbers) == len(set(numbers)) == Ticket.objects.count() == 24


def test_a_number_that_is_taken_is_drawn_anew(open_ticket, monkeypatch):
    """T08: the dice fall on a taken number three times; the ticket gets the next one."""
    taken = open_ticket().number
    dice = iter([taken, taken, taken, "KTR-482913"])
    monkeypatch.setattr(tokens, "ticket_number", lambda: next(dice))
    assert open_ticket().number == "KTR-482913"


def test_two_agents_who_answer_at_once_are_both_heard_and_one_takes_it(ticket, sam, lena):
    """T09, S6: two replies with a number each, one assignee, one chain."""

    def answer(person):
        return lambda: actions.reply(ticket, author=person, written=write(f"I am {person}."), by_staff=True)

    answers = at_once(answer(sam), answer(lena))
    assert sorted(message.number for message in answers) == [2, 3]
    ticket.refresh_from_db()
    assert ticket.last_number == 3 and ticket.assignee in (sam, lena)
    assert TicketEvent.objects.filter(ticket=ticket, verb=Verb.ASSIGNED).count() == 1
    assert history.verify([ticket.number]) is None


def test_closing_at_once_closes_once(ticket, sam, anna):
    """T09: agent and client press Close together."""
    at_once(*[lambda who=who: actions.close(ticket, actor=who) for who in (sam, anna, sam, anna)])
    assert TicketEvent.objects.filter(ticket=ticket, verb=Verb.CLOSED).count() == 1
    assert history.verify([ticket.number]) is None


def test_a_reply_and_a_close_at_once_lose_neither(ticket, sam, anna):
    """T09: whatever comes first, the reply is kept and the history tells both."""
    at_once(
        lambda: actions.close(ticket, actor=sam),
        lambda: actions.reply(ticket, author=anna, written=write("Wait!"), by_staff=False),
    )
    assert Message.objects.filter(ticket=ticket).count() == 2
    verbs = set(TicketEvent.objects.filter(ticket=ticket).values_list("verb", flat=True))
    assert {Verb.CLOSED, Verb.REPLIED} <= verbs
    assert history.verify([ticket.number]) is None


def test_a_pending_reply_released_twice_at_once_is_sent_once(ticket, sam):
    """T09, T07: the kick and the sweep meet."""
    pending = actions.hold_reply(ticket, author=sam, written=write("Hello"), due_at=ticket.created_at)
    sent = at_once(*[lambda: actions.release(pending) for _ in range(4)])
    assert len([message for message in sent if message]) == 1
    assert Message.objects.filter(ticket=ticket).count() == 2


def test_without_the_lock_the_race_is_there(ticket):
    """T09's control: reading, waiting and writing without the row's lock loses one of two increments."""

    def careless():
        row = Ticket.objects.get(pk=ticket.pk)
        time.sleep(0.5)
        row.last_number += 1
        row.save(update_fields=["last_number"])

    at_once(careless, careless)
    ticket.refresh_from_db()
    assert ticket.last_number == 2, "two increments from 1 ended at 2: one was lost"


@pytest.mark.parametrize("begun", [False, True])
def test_two_devices_that_save_what_is_typed_at_once_keep_both(client_of, ticket, sam, begun):
    """T09, S6: closing a window closes all its tabs at the same moment."""
    one, other, place = client_of(sam), client_of(sam), f"/drafts/save/?place=reply/{ticket.number}"
    if begun:
        one.post(place, {"message": "Begun", "form_key": "the-page-before-both", "draft_at": ""})

    def save(browser, words):
        sent = {"message": words, "form_key": f"page-of-{words}".ljust(20, "-"), "draft_at": ""}
        return lambda: browser.post(place, sent).status_code

    answers = at_once(save(one, "Mine"), save(other, "Too"))
    fields = Draft.objects.get().fields
    assert answers.count(409) == 1 + begun
    assert {fields["message"], fields["elsewhere"].partition("\n")[0]} == {"Mine", "Too"}
    assert ("Begun" in fields["elsewhere"]) == begun


@pytest.mark.parametrize("attempt", range(8))
def test_what_another_tab_saves_while_this_one_sends_is_kept(client_of, ticket, sam, attempt):
    """T09, S6: sending forgets what was sent, and not what was typed elsewhere at that moment."""
    one, other, place = client_of(sam), client_of(sam), f"/drafts/save/?place=note/{ticket.number}"
    sent = {"message": "Mine", "form_key": "the-page-that-sends", "draft_at": ""}
    one.post(place, sent)

    def save():
        time.sleep(0.004 * attempt)
        return other.post(place, {"message": "Other", "form_key": "the-page-that-types", "draft_at": ""})

    at_once(lambda: one.post(f"/t/{ticket.number}/note/", sent), save)
    assert "Other" in Draft.objects.get().fields.values()


def typed_by(browser, place, words, page):
    """The answer to what a page saves as its person types."""
    sent = {"message": words, "form_key": page.ljust(20, "-"), "draft_at": ""}
    return browser.post(f"/drafts/save/?place={place}", sent)


def after(steps, act):
    def wait_and_act():
        time.sleep(0.003 * steps)
        return act()

    return wait_and_act


@pytest.mark.parametrize("steps", range(-4, 5))
@pytest.mark.parametrize("does", ["take", "forget", "insert", "call back"])
def test_what_another_page_saves_while_a_text_is_put_together_is_kept(client_of, ticket, sam, lay, does, steps):
    """T09, S6, S147: what was typed elsewhere put below or forgotten, a predefined reply put in, a reply taken back."""
    one, other, place = client_of(sam), client_of(sam), f"reply/{ticket.number}"
    typed_by(other, place, "Begun", "the-other-page")
    seen = typed_by(one, place, "Mine", "my-page").json()["at"]
    due_at = timezone.now() + timedelta(minutes=1)
    held = actions.hold_reply(ticket, author=sam, written=write("Taken back."), due_at=due_at)
    reply = lay("Fixed", "It works again.", ticket.department)
    mine = {"message": "Mine", "form_key": "my-page".ljust(20, "-"), "draft_at": seen, "elsewhere": does}
    doors = {
        "insert": (f"/t/{ticket.number}/predefined/insert/", {"reply": reply.pk, "box": "reply"}),
        "call back": (f"/t/{ticket.number}/call-back/{held.pk}/", {}),
    }
    address, sent = doors.get(does, (f"/drafts/elsewhere/?place={place}", mine))
    answers = at_once(
        after(max(0, -steps), lambda: one.post(address, sent).status_code),
        after(max(0, steps), lambda: typed_by(other, place, "Typed at that moment", "the-other-page").status_code),
    )
    said = " ".join(Draft.objects.get().fields.values())
    assert answers == [302, 409] and "Typed at that moment" in said and "Mine" in said


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("steps", range(0, 24, 3))
def test_what_is_typed_while_its_tickets_are_merged_is_kept(client_of, open_ticket, sam, lena, begun, steps):
    """T09, S139: in both of them, begun before or at that moment; the merge is no error for it."""
    survivor, other, browser = open_ticket(), open_ticket(), client_of(sam)
    typed_by(browser, f"note/{other.number}", "Typed there", "page-of-the-other")
    if begun:
        typed_by(browser, f"note/{survivor.number}", "Begun", "page-of-the-survivor")
    answers = at_once(
        lambda: actions.merge([survivor, other], into=survivor, actor=lena),
        after(steps, lambda: typed_by(browser, f"note/{survivor.number}", "Typed here", "page-of-the-survivor")),
    )
    said = " ".join(value for draft in Draft.objects.all() for value in draft.fields.values())
    assert answers[0] == survivor and "Typed there" in said and "Typed here" in said


@pytest.mark.parametrize("steps", range(8))
def test_a_file_uploaded_while_another_page_empties_or_sends_its_text_waits(
    client_of, ticket, sam, uploaded, file, picture, steps
):
    """T09: the upload is answered, and its file waits in the box; large pictures take their time."""
    one, other, place = client_of(sam), client_of(sam), f"note/{ticket.number}"
    typed_by(one, place, "Mine", "my-page")
    large, sent = picture(size=(2500, 2500)), {"message": "Mine", "form_key": "my-page".ljust(20, "-"), "draft_at": ""}
    empties = after(3 * steps, lambda: typed_by(one, place, "", "my-page").status_code)
    sends = after(3 * steps, lambda: one.post(f"/t/{ticket.number}/note/", sent).status_code)
    answers = at_once(
        lambda: uploaded(other, place, file("screen.png", large)).status_code, sends if steps % 2 else empties
    )
    assert answers == [201, 302 if steps % 2 else 204]
    waiting = Attachment.objects.get()
    assert waiting.message is None and waiting.draft == Draft.objects.get(place=place)


@pytest.mark.parametrize("steps", range(6))
def test_what_is_typed_while_another_page_empties_its_box_is_kept(client_of, ticket, sam, steps):
    """T09, S6."""
    one, other, place = client_of(sam), client_of(sam), f"note/{ticket.number}"
    typed_by(one, place, "Mine", "my-page")
    at_once(
        lambda: typed_by(one, place, "", "my-page"),
        after(steps, lambda: typed_by(other, place, "Typed at that moment", "the-other-page")),
    )
    assert "Typed at that moment" in Draft.objects.get().fields.values()

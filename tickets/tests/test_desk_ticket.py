"""A ticket's page as staff see it: thread, notes, events, mails, replies that wait, who else is here."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Priority, Status
from tickets import actions
from tickets.conversation import desk_thread
from tickets.models import Message, Notification, PendingReply, Presence, Verb
from tickets.writing import write

pytestmark = pytest.mark.django_db


def note(ticket, author, text="Look at web-09.", **more):
    return actions.add_note(ticket, author=author, written=write(text), **more)


def shown(client, ticket, query=""):
    answer = client.get(f"/t/{ticket.number}/{query}")
    assert answer.status_code == 200
    return answer


# --- Who --------------------------------------------------------------------------------------------------------------


def test_each_of_the_cast_gets_their_own_page_or_none(client_of, ticket, cast):
    """S7, S119: Sam, Lena and the operator work on it; Anna and Olga read it as clients; nobody else knows of it."""
    seen = {}
    for name in ("anna", "olga", "carl", "greta", "ben", "sam", "lena", "operator"):
        answer = client_of(getattr(cast, name)).get(f"/t/{ticket.number}/")
        at_the_desk = "desk/ticket.html" in [used.name for used in answer.templates]
        seen[name] = ("desk" if at_the_desk else "client") if answer.status_code == 200 else ""
    assert [name for name in seen if seen[name] == "desk"] == ["sam", "lena", "operator"]
    assert [name for name in seen if seen[name] == "client"] == ["anna", "olga"]


def test_an_agents_own_request_is_shown_to_them_as_a_client(client_of, open_ticket, cast):
    mine = open_ticket(client=cast.sam, department=cast.billing)
    note(mine, cast.ben, "Known to be impatient.")
    page = shown(client_of(cast.sam), mine).content.decode()
    assert "impatient" not in page and "Internal note" not in page


# --- The thread -------------------------------------------------------------------------------------------------------


def test_messages_notes_and_events_stand_in_one_line(client_of, ticket, cast, say):
    """S145, S161: in order of time; a note says that only staff see it."""
    say(ticket, cast.sam, "We are on it.")
    note(ticket, cast.lena, "Same on web-09.")
    actions.set_priority(ticket, priority=Priority.objects.get(code="high"), actor=cast.sam)
    say(ticket, cast.anna, "Thank you.")
    page = shown(client_of(cast.sam), ticket).content.decode().partition('id="thread"')[2]
    order = ["The cart answers 502.", "We are on it.", "Same on web-09.", "changed the priority", "Thank you."]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "Internal note, staff only" in page


def test_newest_first_is_the_persons_choice(client_of, ticket, cast, say):
    """S145."""
    say(ticket, cast.anna, "And slow.")
    cast.sam.newest_first = True
    cast.sam.save(update_fields=["newest_first"])
    page = shown(client_of(cast.sam), ticket).content.decode().partition('id="thread"')[2]
    assert page.index("And slow.") < page.index("The cart answers 502.")


def test_runs_of_more_than_two_events_are_folded(client_of, ticket, cast):
    """DESIGN, "Event": three in a row become one line to open; two do not."""
    for code in ("high", "low"):
        actions.set_priority(ticket, priority=Priority.objects.get(code=code), actor=cast.sam)
    thread = shown(client_of(cast.sam), ticket).context["thread"]
    assert [row.folded for row in thread.rows if not row.is_message] == [False]
    actions.set_priority(ticket, priority=Priority.objects.get(code="medium"), actor=cast.sam)
    thread = shown(client_of(cast.sam), ticket).context["thread"]
    assert [(row.folded, len(row.told)) for row in thread.rows if not row.is_message] == [(True, 3)]


def test_what_was_taken_back_and_what_a_reply_brings_along_make_no_noise(client_of, ticket, cast, say):
    """Both stay in the log."""
    from tickets.events import one_click

    say(ticket, cast.sam)
    with one_click() as click:
        actions.set_priority(ticket, priority=Priority.objects.get(code="high"), actor=cast.sam)
    actions.undo(click.id, actor=cast.sam)
    thread = shown(client_of(cast.sam), ticket).context["thread"]
    told = [row.event.verb for line in thread.rows if not line.is_message for row in line.told]
    assert told == [Verb.ASSIGNED]
    assert {row.event.verb for row in thread.log} >= {Verb.STATUS, Verb.PRIORITY, Verb.UNDONE}


def test_files_and_channel_are_shown_with_the_message(client_of, ticket, cast):
    from tickets.models import Attachment

    message = ticket.messages.get()
    Attachment.objects.create(
        message=message, name="php-fpm.log", content_type="text/plain", size=6300, sha256="0" * 64, stored_as="x"
    )
    Message.objects.filter(pk=message.pk).update(channel="email")
    page = shown(client_of(cast.sam), ticket).content.decode()
    assert "php-fpm.log" in page and "By e-mail" in page


def test_staff_see_that_nobody_proved_the_address(client_of, open_ticket, cast):
    """S7, T16: with the first message, beside the thread and in the log; the client's page says nothing of it."""
    typed, signed_in = open_ticket(proven=False), open_ticket()
    page, log = (shown(client_of(cast.sam), typed, more).content.decode() for more in ("", "log/"))
    first = page.partition('id="m1"')[2].partition("</header>")[0]
    assert "Address not proven" in first and page.count("Address not proven") == 1
    assert "Not proven: opened without signing in" in page
    assert "Somebody opened the ticket with the address of <b>Anna Harding</b>, without proving it" in log
    assert "ot proven" not in shown(client_of(cast.sam), signed_in).content.decode()
    assert "ot proven" not in shown(client_of(cast.anna), typed).content.decode()


def test_a_reply_that_waits_is_shown_with_its_seconds_to_staff_alone(client_of, ticket, cast):
    """DESIGN, "Undo send": its author can take it back, a colleague sees it."""
    actions.hold_reply(
        ticket, author=cast.sam, written=write("Almost **sent**."), due_at=timezone.now() + timedelta(seconds=10)
    )
    mine = shown(client_of(cast.sam), ticket).content.decode()
    theirs = shown(client_of(cast.lena), ticket).content.decode()
    assert "<strong>sent</strong>" in mine and "data-countdown" in mine and "call-back" in mine
    assert "<strong>sent</strong>" in theirs and "call-back" not in theirs
    assert "Almost" not in client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()


@pytest.mark.parametrize(
    ("language", "soon", "later"),
    [("en", "\xa0s", " min"), ("fr", "\xa0s", "\xa0min"), ("ru", "\xa0с", "\xa0мин"), ("pt-br", "\xa0s", " min")],
)
def test_what_waits_for_long_says_so_in_minutes(client_of, ticket, cast, language, soon, later):
    """Nobody reads “599 s”; the script counts on in the same words."""
    cast.sam.language = language
    cast.sam.save(update_fields=["language"])
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        actions.hold_reply(ticket, author=cast.sam, written=write("Soon."), due_at=now + timedelta(seconds=10))
        actions.hold_note(ticket, author=cast.sam, written=write("Later."), due_at=now + timedelta(seconds=599))
        page = shown(client_of(cast.sam), ticket).text
    assert f'data-countdown="10" data-words="#{soon}|#{later}" data-reload>10{soon}</span>' in page
    assert f'data-countdown="599" data-words="#{soon}|#{later}" data-reload>10{later}</span>' in page


def test_the_state_of_each_mail_is_shown_with_the_servers_words(client_of, ticket, cast, say):
    """S185, part 6: sent at, will be tried again, not delivered and why; with "send again"."""
    message = say(ticket, cast.sam)
    mail = Notification.objects.get(event__message=message, user=cast.anna).mail
    page = shown(client_of(cast.sam), ticket).content.decode()
    assert "Waiting to be sent" in page and "451" not in page
    mail.answer = "451 later <please>"
    mail.save(update_fields=["answer"])
    page = shown(client_of(cast.sam), ticket).content.decode()
    assert "Waiting to be sent" in page and "451 later &lt;please&gt;" in page
    mail.state, mail.trouble, mail.answer, mail.claimed_at = "failed", "refused", "550 no such user", timezone.now()
    mail.save(update_fields=["state", "trouble", "answer", "claimed_at"])
    page = shown(client_of(cast.sam), ticket).content.decode()
    assert "Not delivered" in page and "550 no such user" in page and "Send again" in page


def test_a_failed_mail_can_be_sent_again(client_of, ticket, cast, say):
    """Only those who work on the ticket, and only its own mails."""
    message = say(ticket, cast.sam)
    mail = Notification.objects.get(event__message=message, user=cast.anna).mail
    mail.state = "failed"
    mail.save(update_fields=["state"])
    url = f"/t/{ticket.number}/mail/{mail.pk}/again/"
    for stranger in (cast.anna, cast.ben, cast.carl):
        assert client_of(stranger).post(url).status_code == 404
    assert client_of(cast.sam).post(f"/t/{ticket.number}/mail/{mail.pk + 999}/again/").status_code == 404
    assert client_of(cast.sam).post(url).status_code == 302
    mail.refresh_from_db()
    assert mail.state == "queued"


# --- Beside the thread ------------------------------------------------------------------------------------------------


def test_the_clients_card_and_other_tickets_stand_beside(client_of, open_ticket, ticket, cast):
    """S75, S76, S160: those of the client and of the organisation, as far as Sam works on them."""
    own, colleagues_ticket = open_ticket(subject="Mailbox full"), open_ticket(client=cast.olga, subject="New domain")
    open_ticket(department=cast.billing, subject="Invoice of May")
    open_ticket(client=cast.carl, subject="Nothing of Anna's")
    answer = shown(client_of(cast.sam), ticket)
    assert {row["number"] for row in answer.context["others"]} == {own.number, colleagues_ticket.number}
    page = answer.content.decode()
    assert "anna@example.com" in page and "Quillmark Studio" in page and "Invoice of May" not in page


def test_the_log_tells_every_change(client_of, open_ticket, cast, say):
    """S167: department, flag, note, owner and status, in the reader's language."""
    ticket = open_ticket()
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    actions.flag(ticket, to=cast.lena, actor=cast.sam)
    note(ticket, cast.sam, mentions=[cast.lena])
    actions.set_subject(ticket, subject="Better words", actor=cast.sam)
    actions.set_status(ticket, status=Status.objects.get(code="in-progress"), actor=cast.sam)
    say(ticket, cast.sam)
    actions.close(ticket, actor=cast.sam)
    page = client_of(cast.lena).get(f"/t/{ticket.number}/log/").content.decode()
    for words in (
        "<b>Lena Varga</b> assigned it to <b>Sam Whitlock</b>",
        "<b>Sam Whitlock</b> flagged it for <b>Lena Varga</b>",
        "and called <b>Lena Varga</b>",
        "changed the subject from “Shop returns 502” to “Better words”",
        "set the status from <b>Open</b> to <b>In progress</b>",
        "closed the ticket",
        "<b>Anna Harding</b> opened the ticket",
        f'<a href="/t/{ticket.number}/#m2">#2</a>',
    ):
        assert words in page, words
    for stranger in (cast.anna, cast.ben, cast.carl):
        assert client_of(stranger).get(f"/t/{ticket.number}/log/").status_code == 404


def test_each_verb_has_a_sentence_and_its_own_look():
    """S167: nothing that can happen is told as a code."""
    from tickets.conversation.telling import LOOKS, SENTENCES

    assert set(LOOKS) == set(SENTENCES) == set(Verb)
    assert all(told.__name__ == verb.value for verb, told in SENTENCES.items())


def test_who_else_is_here_or_writing_is_shown(client_of, ticket, cast):
    """S6: for 45 seconds."""
    Presence.objects.create(ticket=ticket, department=ticket.department, user=cast.lena, mode="writing")
    assert "Lena Varga is replying" in shown(client_of(cast.sam), ticket).content.decode()
    Presence.objects.update(at=timezone.now() - timedelta(seconds=50))
    assert "Lena Varga is replying" not in shown(client_of(cast.sam), ticket).content.decode()


def test_a_draft_is_in_its_box_again(client_of, ticket, cast):
    """Drafts are kept per person and box: Lena does not see Sam's."""
    browser = client_of(cast.sam)
    browser.post(f"/drafts/save/?place=note/{ticket.number}", {"message": "Half a thought"})
    assert "Half a thought" in shown(browser, ticket).content.decode()
    assert "Half a thought" not in shown(client_of(cast.lena), ticket).content.decode()


def test_a_ticket_of_more_than_a_page_shows_its_latest_and_leads_back(client_of, ticket, cast, monkeypatch, say):
    monkeypatch.setattr(desk_thread, "PAGE", 2)
    for words in ("second", "third"):
        say(ticket, cast.anna, words)
    answer = shown(client_of(cast.sam), ticket)
    page = answer.content.decode()
    assert "The cart answers 502." not in page and "third" in page
    older = shown(client_of(cast.sam), ticket, f"?before={answer.context['thread'].earlier}").content.decode()
    assert "The cart answers 502." in older and "Latest messages" in older


# --- What it costs ----------------------------------------------------------------------------------------------------


def cost(browser, ticket):
    shown(browser, ticket)
    with CaptureQueriesContext(connection) as captured:
        shown(browser, ticket)
    return [query["sql"] for query in captured]


def test_the_page_costs_the_same_statements_with_4_and_200_messages(client_of, ticket, cast, say):
    """Part 10: at most 14, session and user counted."""
    for _each in range(3):
        say(ticket, cast.sam)
    browser = client_of(cast.sam)
    few = cost(browser, ticket)
    Message.objects.bulk_create(
        Message(ticket=ticket, number=number, author=cast.anna, body="x", html="<p>x</p>", renderer=1)
        for number in range(5, 201)
    )
    many = cost(browser, ticket)
    assert len(few) == len(many) == 10, [sql[:60] + sql[-60:] for sql in many]


def test_at_its_fullest_it_costs_fourteen(client_of, ticket, cast, say):
    """With flags, presence, a waiting reply, drafts, a rule, and somebody who works here no more."""
    from departments.models import Rule

    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    actions.flag(ticket, to=cast.lena, actor=cast.sam)
    note(ticket, cast.ben)
    cast.ben.is_staff = False
    cast.ben.save(update_fields=["is_staff"])
    actions.escalate(ticket, rule=Rule.objects.create(name="Late"), actor=cast.system)
    Presence.objects.create(ticket=ticket, department=ticket.department, user=cast.lena)
    PendingReply.objects.create(ticket=ticket, author=cast.lena, body="x", due_at=timezone.now() + timedelta(hours=1))
    browser = client_of(cast.sam)
    browser.post(f"/drafts/save/?place=reply/{ticket.number}", {"message": "Half a thought"})
    from departments.policy import forget

    forget()
    assert len(cost(browser, ticket)) <= 14


def test_the_ticket_it_follows_is_linked_for_those_who_may_see_it(client_of, open_ticket, cast):
    """S110, S114: Sam does not work in Billing, so the number there is not shown to him."""
    first = open_ticket(department=cast.billing, subject="Double charge")
    second = open_ticket(follow_up_of=first)
    assert f"/t/{first.number}/" in shown(client_of(cast.lena), second).content.decode()
    assert first.number not in shown(client_of(cast.sam), second).content.decode()


def test_the_box_says_what_the_client_reads_where_the_agent_reads_something_else(client_of, ticket, anna, sam):
    """S148, DESIGN: in the language of the page, whether the agent chose it or the browser."""
    assert "Client reads" not in client_of(sam).get(f"/t/{ticket.number}/").text
    anna.language = "fr"
    anna.save(update_fields=["language"])
    assert "Client reads French" in client_of(sam).get(f"/t/{ticket.number}/").text
    sam.language = "fr"
    sam.save(update_fields=["language"])
    assert "Client reads" not in client_of(sam).get(f"/t/{ticket.number}/").text

"""A client who writes message after message is told of in one letter, and may be asked to write one (C20, S61)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from departments.models import Portal
from departments.policy import forget
from mail.models import Kind, OutgoingMail
from tickets import actions
from tickets.automation import timers
from tickets.models import Notification, Participant
from tickets.writing import write

pytestmark = pytest.mark.django_db


def policy(**fields):
    portal = Portal.get()
    for name, value in fields.items():
        setattr(portal, name, value)
    portal.save(update_fields=list(fields))
    forget()


@pytest.fixture
def clock(ticket):
    """`clock(90)`: it is that many seconds after now; the tickets of the test were opened before."""
    began = timezone.now()
    with time_machine.travel(began, tick=False) as travel:
        yield lambda seconds: travel.move_to(began + timedelta(seconds=seconds))


def told(user, kind=Kind.CLIENT_REPLY):
    return list(OutgoingMail.objects.filter(user=user, kind=kind).order_by("pk"))


def test_messages_in_a_row_are_one_letter_that_tells_all_of_them_in_order(ticket, anna, sam, say, clock):
    """C20: two minutes of quiet by default."""
    for at, text in [(0, "It is the cart."), (30, "And the search."), (100, "Only since today.")]:
        clock(at)
        say(ticket, anna, text)
        assert timers.write_letters() == 0
    clock(219)
    assert timers.write_letters() == 0 and told(sam) == []
    clock(220)
    assert timers.write_letters() == 1
    (mail,) = told(sam)
    places = [mail.text.index(text) for text in ("3 new replies", "cart.", "search.", "today.")]
    assert places == sorted(places)
    assert mail.text.count("Anna Harding replied on") == mail.html.count("Anna Harding replied on") == 3
    assert f"/t/{ticket.number}/#m2" in mail.text
    assert mail.reference == f"{ticket.number}#4"
    assert Notification.objects.filter(mail=mail).count() == 3
    clock(900)
    assert timers.write_letters() == 0


def test_a_single_message_waits_for_its_quiet_period_and_reads_as_ever(ticket, anna, sam, say, clock):
    say(ticket, anna, "Still broken.")
    clock(120)
    timers.write_letters()
    (mail,) = told(sam)
    assert "Anna Harding replied on" in mail.text and "new repl" not in mail.text
    assert mail.text.count("Still broken.") == 1


def test_somebody_who_never_stops_is_told_of_all_the_same(ticket, anna, sam, say, clock):
    """C20: three quiet periods at most."""
    for at in range(0, 450, 50):
        clock(at)
        timers.write_letters()
        say(ticket, anna, f"Message {at}.")
    assert len(told(sam)) == 1
    assert "Message 0." in told(sam)[0].text and "Message 350." in told(sam)[0].text
    clock(1000)
    timers.write_letters()
    assert len(told(sam)) == 2 and "Message 400." in told(sam)[1].text


def test_the_first_message_and_our_replies_are_told_at_once(ticket, anna, sam, olga, say):
    """C20: only what a client adds can wait."""
    assert len(told(sam, Kind.NEW_TICKET)) == 1
    say(ticket, sam, "Try again.")
    assert len(told(anna, Kind.REPLY)) == len(told(olga, Kind.REPLY)) == 1


def test_the_clients_own_side_gets_each_message_at_once(ticket, anna, carl, say):
    """S163: copies of the ticket's mails."""
    Participant.objects.create(ticket=ticket, user=carl)
    for text in ("One.", "Two."):
        say(ticket, anna, text)
    assert ["One." in mail.text for mail in told(carl)] == [True, False]


def test_zero_minutes_tell_each_message_at_once(ticket, anna, sam, say):
    policy(group_minutes=0)
    for text in ("One.", "Two."):
        say(ticket, anna, text)
    assert len(told(sam)) == 2


def test_who_looks_after_it_when_the_quiet_comes_is_told_of_their_own_messages(ticket, anna, sam, lena, say, clock):
    """Whoever was to be told when a message came is told of it; each message reaches each of them once."""
    say(ticket, anna, "One.")
    actions.assign(ticket, to=lena, actor=sam)
    say(ticket, anna, "Two.")
    clock(130)
    timers.write_letters()
    (first,), (second,) = told(sam), told(lena)
    assert "One." in first.text and "Two." not in first.text
    assert "Two." in second.text and "One." not in second.text


def test_files_of_all_messages_are_named(ticket, anna, sam, say, clock, file):
    from tickets.keeping import files

    for name in ("one.log", "two.log"):
        stored = files.store(file(name), owner="user:0", policy=ticket.policy, by_staff=False)
        say(ticket, anna, "See the log.", attachments=[stored])
    clock(130)
    timers.write_letters()
    (mail,) = told(sam)
    assert "one.log" in mail.text and "two.log" in mail.text


def test_a_reply_while_the_letter_is_written_is_told_in_the_next(ticket, anna, sam, say, clock):
    """A row whose letter is written already is never put off again: no message is told twice."""
    say(ticket, anna, "One.")
    clock(121)
    timers.write_letters()
    say(ticket, anna, "Two.")
    clock(300)
    timers.write_letters()
    first, second = told(sam)
    assert "One." in first.text and "One." not in second.text and "Two." in second.text


def test_each_reply_of_a_burst_costs_the_same(ticket, anna, say, statements):
    """T27."""
    say(ticket, anna, "One.")
    counts = []
    for text in ("Two.", "Three.", "Four."):
        with statements() as seen:
            actions.reply(ticket, author=anna, written=write(text), by_staff=False)
        counts.append(len(seen))
    assert len(set(counts)) == 1


# --- Asking for one message -------------------------------------------------------------------------------------------

HINT = "write it as one message"


def test_a_client_who_wrote_three_times_in_ten_minutes_is_asked_to_write_one(ticket, anna, say, client_of, clock):
    """S61, C20."""
    policy(chat_hint=True)
    browser = client_of(anna)
    for at, asked in [(60, False), (120, True), (180, True)]:
        clock(at)
        say(ticket, anna, "And another thing.")
        assert (HINT in browser.get(f"/t/{ticket.number}/").text) is asked
    clock(60 + 3600)
    assert HINT not in browser.get(f"/t/{ticket.number}/").text


def test_nobody_is_asked_where_policy_does_not_say_so_nor_for_what_others_wrote(
    ticket, anna, olga, sam, say, client_of, clock
):
    for text in ("One.", "Two.", "Three."):
        say(ticket, anna, text)
    assert HINT not in client_of(anna).get(f"/t/{ticket.number}/").text
    policy(chat_hint=True)
    assert HINT in client_of(anna).get(f"/t/{ticket.number}/").text
    assert HINT not in client_of(olga).get(f"/t/{ticket.number}/").text
    say(ticket, sam, "Thank you.")
    assert HINT not in client_of(anna).get(f"/t/{ticket.number}/").text

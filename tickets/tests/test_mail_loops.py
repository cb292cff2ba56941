"""T11: two machines never talk, and nobody is flooded in a stranger's name (RFC 3834; mail/RULES, Loops)."""

import pytest

from mail.letter import build
from mail.models import OutgoingMail
from tickets.inbound import refusing
from tickets.models import Ticket


@pytest.fixture(autouse=True)
def anybody_may_write(support, set_policy):
    set_policy(support, email_new="anyone")


def receipts():
    return OutgoingMail.objects.filter(kind="receipt").count()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Auto-Submitted": "auto-replied (vacation)"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
        {"X-Precedence": "junk"},
        {"List-Id": "<x.lists.example>"},
        {"List-Unsubscribe": "<mailto:leave@lists.example>"},
        {"X-Loop": "yes"},
        {"X-Auto-Response-Suppress": "All"},
        {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"},
        {"X-Autoreply": "yes"},
        {"X-Autorespond": "yes"},
        {"X-Mail-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"From": "MAILER-DAEMON@outside.example"},
        {"From": "no-reply@outside.example"},
        {"From": "noreply+17@outside.example"},
        {"From": "do-not-reply@outside.example"},
        {"From": "bounces-88@outside.example"},
        {"From": "orders-noreply@outside.example"},
        {"From": "nicht-antworten@outside.example"},
        {"From": "shop.no_responder@outside.example"},
    ],
    ids=lambda headers: " ".join(f"{name}: {value}" for name, value in headers.items()),
)
def test_a_machine_is_never_answered(arrive, headers):
    """RFC 3834, 2."""
    arrive("robot@outside.example", headers=headers)
    assert not OutgoingMail.objects.exclude(user__is_staff=True).exists()


@pytest.mark.parametrize(
    "headers",
    [{}, {"Auto-Submitted": "no"}, {"Return-Path": "<dora@outside.example>"}, {"From": "nora.eply@a.example"}],
)
def test_a_person_is_answered(arrive, headers):
    """The control: silence is for machines only."""
    arrive("dora@outside.example", headers=headers)
    assert receipts() == 1


def test_what_we_send_ourselves_asks_for_silence(arrive):
    """RFC 3834, 3.1; [MS-OXCMAIL]."""
    (letter,) = arrive("dora@outside.example").letters_to("dora@outside.example")
    head = build(letter).content.partition(b"\r\n\r\n")[0].lower()
    assert b"auto-submitted: auto-replied" in head and b"x-auto-response-suppress: all" in head


def test_three_automatic_mails_an_hour_to_one_address_and_no_more(arrive):
    """Issue: at most 3 automatic mails an hour to any address. Its mail is still taken."""
    for _turn in range(8):
        assert arrive("dora@outside.example").outcome == "created"
    assert receipts() == refusing.ANSWERS_TO_ONE == 3


def test_refusals_count_too(arrive, support, set_policy):
    set_policy(support, email_new="known")
    for _turn in range(8):
        arrive("dora@outside.example")
    assert OutgoingMail.objects.filter(to_address="dora@outside.example").count() == 3


def test_one_sender_cannot_fill_the_desk(arrive):
    """Beyond the cap mail is held, not lost."""
    got = [arrive("robot@outside.example") for _turn in range(refusing.TICKETS_OF_ONE + 3)]
    assert [one.outcome for one in got[-3:]] == ["quarantined"] * 3
    assert {one.row.state for one in got[-3:]} == {"held"}
    assert Ticket.objects.count() == refusing.TICKETS_OF_ONE


def test_one_sender_cannot_fill_a_ticket(arrive, anna, ticket, monkeypatch):
    monkeypatch.setattr(refusing, "REPLIES_OF_ONE", 4)
    got = [arrive(anna, subject=ticket.number) for _turn in range(6)]
    assert [one.outcome for one in got[-2:]] == ["quarantined"] * 2
    assert ticket.messages.count() == 5


def test_operators_are_told_once_an_hour_of_a_flood(arrive, operator, monkeypatch):
    """Issue: caps with an alarm to operators."""
    monkeypatch.setattr(refusing, "TICKETS_OF_ONE", 1)
    for _turn in range(4):
        arrive("robot@outside.example")
    (alarm,) = OutgoingMail.objects.filter(kind="alarm")
    assert alarm.to_address == operator.email and "robot@outside.example" in alarm.text
    assert alarm.headers["Auto-Submitted"] == "auto-generated"


def test_a_flood_of_senders_is_not_answered_without_end(arrive, monkeypatch):
    """Overall: somebody who forges a thousand senders makes us write to a few of them."""
    monkeypatch.setattr(refusing, "ANSWERS_TO_ALL", 5)
    for turn in range(9):
        assert arrive(f"victim{turn}@outside.example").outcome == "created"
    assert receipts() == 5


def test_a_vacation_responder_without_headers_stops(arrive):
    """It answers each of our receipts with a new mail that names nothing: three, and it is quiet."""
    said = arrive("robot@outside.example")
    rounds = 0
    while said.letters_to("robot@outside.example") and rounds < 20:
        rounds += 1
        said = arrive("robot@outside.example", subject="I am away")
    assert rounds == 3


def test_two_portals_answer_each_other_once(arrive, carl):
    """Our receipt, sent to another portal, comes back as its receipt; that one asks for silence, and gets it."""
    first = arrive("support@other.example")
    (receipt,) = first.letters_to("support@other.example")
    head = {"Auto-Submitted": "auto-replied", "In-Reply-To": receipt.message_id, "Precedence": "bulk"}
    answer = arrive("support@other.example", subject=f"[X-1] Re: {receipt.subject}", headers=head)
    assert (answer.outcome, answer.letters_to("support@other.example")) == ("appended", [])
    assert receipts() == 1


def test_mail_from_one_of_our_own_addresses_is_ignored(arrive, support, billing):
    for sender in (support, billing):
        assert arrive(sender.email).outcome == "ignored"
    assert not OutgoingMail.objects.exists()

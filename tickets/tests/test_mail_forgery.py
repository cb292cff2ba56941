"""T10: mail is no identity. What a stranger can write into a mail opens nothing (SECURITY; mail/RULES, Spoofing)."""

import pytest

from mail import outbox, pointers
from mail.models import OutgoingMail
from tickets import actions
from tickets.models import Message, Ticket

EVE = "eve@evil.example"


@pytest.fixture(autouse=True)
def anybody_may_write(support, set_policy, checking):
    set_policy(support, email_new="anyone")


@pytest.fixture
def answered(ticket, sam, say, letter_to, anna):
    """Anna's ticket, answered by Sam: the letter she has of it."""
    say(ticket, sam, "The secret is xyzzy.")
    return letter_to(anna, ticket)


def leaked(address):
    """Whether anything of Anna's ticket was ever mailed to this address."""
    return any("xyzzy" in mail.text + mail.html for mail in OutgoingMail.objects.filter(to_address=address))


@pytest.mark.parametrize("with_cc", [{}, {"Cc": "mallory@evil.example"}])
def test_the_ticket_trick(arrive, anna, sam, ticket, say, answered, with_cc):
    """A stranger with the number gets a ticket of their own: not the conversation, and not a place in it. Staff are
    told which ticket it names."""
    got = arrive(EVE, subject=f"Re: [{ticket.number}]", headers=with_cc)
    say(ticket, sam, "Still xyzzy.")
    assert got.outcome == "created" and got.ticket != ticket and got.ticket.client.email == EVE
    assert not ticket.participants.exists()
    assert not leaked(EVE) and not leaked("mallory@evil.example")
    assert got.ticket.events.get(sequence=1).data["may_belong"] == ticket.number


def test_the_cc_hijack(arrive, anna, sam, ticket, say, answered):
    """A new name in Cc of a reply takes part in nothing: only the first mail of a ticket, and people, add people."""
    got = arrive(anna, verdict="pass", headers={"In-Reply-To": answered.message_id, "Cc": EVE})
    say(ticket, sam, "Still xyzzy.")
    assert got.ticket == ticket and not ticket.participants.exists() and not leaked(EVE)


@pytest.mark.parametrize(
    "forge",
    [
        lambda own, ticket: f"<{ticket.number.lower()}.1.abcdef012345.0123456789abcdef@example.com>",
        lambda own, ticket: own.replace(own[5:8], "zzz", 1),
        lambda own, ticket: own[:-24] + ("1" if own[-24] == "0" else "0") + own[-23:],
    ],
    ids=["made up", "another number", "another key"],
)
def test_the_guessed_message_id(arrive, anna, ticket, answered, forge):
    """FreeScout GHSA-6r38-6mcf-2ww3: even in Anna's name, an id we did not sign leads nowhere."""
    got = arrive(anna, verdict="pass", headers={"In-Reply-To": forge(answered.message_id, ticket)})
    assert got.outcome == "created" and got.ticket != ticket


def test_the_guessed_answer_address(arrive, anna, ticket, support):
    """mail/RULES, Threading 1: the key is not the number."""
    signed = pointers.answer_address(support.email, ticket.number)
    local, _dot, rest = signed.partition(".")
    forged = f"{local}.{'0' * 16}@{rest.partition('@')[2]}"
    assert arrive(anna, to=signed).ticket == ticket
    assert arrive(anna, to=forged).ticket != ticket


def test_a_key_of_one_ticket_opens_no_other(arrive, anna, open_ticket, support):
    one, other = open_ticket(), open_ticket()
    signed = pointers.answer_address(support.email, one.number)
    moved = signed.replace(one.number.replace("-", "").lower(), other.number.replace("-", "").lower())
    assert pointers.of_address(moved) is None


def test_a_reply_address_is_no_note_address_and_the_reverse(ticket, support):
    reply = pointers.answer_address(support.email, ticket.number)
    note = pointers.answer_address(support.email, ticket.number, note=True)
    assert not pointers.of_address(reply).is_note and pointers.of_address(note).is_note
    assert pointers.of_address(note.replace(".n.", ".")) is None


def test_a_disowned_sender_is_held_and_nobody_is_answered(arrive, anna, ticket, answered):
    """DMARC: the owner of the address says it was not them."""
    got = arrive(anna, verdict="fail", subject=f"Re: {ticket.number}")
    assert (got.outcome, got.reason, got.row.state, got.letters) == ("quarantined", "forged", "held", [])
    assert ticket.messages.count() == 2


@pytest.mark.parametrize(
    "headers",
    [
        [("Authentication-Results", "mx.evil.example; dmarc=pass header.from=example.com")],
        [
            ("Authentication-Results", "mx.example.com; dmarc=none"),
            ("Authentication-Results", "mx.example.com; dmarc=pass header.from=example.com"),
        ],
        [("Authentication-Results", "mx.example.com; dmarc=pass header.from=evil.example")],
        [("Authentication-Results", "mx.example.com; dkim=pass header.d=evil.example")],
        [("Authentication-Results", "mx.example.com; spf=pass smtp.mailfrom=eve@evil.example")],
        [("X-Authentication-Results", "mx.example.com; dmarc=pass header.from=example.com")],
        [("Authentication-Results", 'evil.example (mx.example.com; dmarc=pass); x="mx.example.com; dmarc=pass"')],
    ],
    ids=[
        "another server", "below ours", "another domain", "another's signature", "another's envelope",
        "another header", "in a comment",
    ],
)
def test_what_the_sender_writes_about_himself_counts_for_nothing(arrive, sam, ticket, answered, headers):
    """RFC 8601, 5; RFC 7489, 3.1."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    raw = f"{head}From: {sam.email}\r\nTo: support@example.com\r\nIn-Reply-To: {answered.message_id}\r\n\r\nHi"
    got = arrive(raw.encode())
    assert got.outcome == "quarantined" and got.row.state == "held" and ticket.messages.count() == 2


def test_a_signature_of_the_senders_own_domain_proves_it_too(arrive, anna):
    """Where our server says nothing of DMARC: RFC 8601 with RFC 7489's alignment."""
    head = {"Authentication-Results": "mx.example.com; dkim=pass header.d=example.com"}
    assert arrive(anna, headers=head).message.trust == "authenticated"


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ('"sam@example.com" <eve@evil.example>', EVE),
        ("=?utf-8?Q?sam@example.com?= <eve@evil.example>", EVE),
        ("eve@evil.example (sam@example.com)", EVE),
    ],
)
def test_an_address_in_the_name_is_nobody(arrive, header, client):
    """Display-name spoofing: the person is the address, and a name never looks like another one."""
    raw = f"From: {header}\r\nTo: support@example.com\r\nMessage-ID: <x@evil.example>\r\n\r\nHello."
    got = arrive(raw.encode())
    assert got.ticket.client.email == client and "@" not in got.ticket.client.name


def test_two_senders_are_never_proven(arrive, sam):
    """RFC 7489, 6.6.1."""
    head = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n"
    raw = f"{head}From: {sam.email}, {EVE}\r\nTo: support@example.com\r\n\r\nHello."
    assert arrive(raw.encode()).reason == "staff_unproven"


def test_a_reply_to_of_staff_gives_no_rights(arrive, sam):
    got = arrive(EVE, verdict="pass", headers={"Reply-To": sam.email})
    assert got.ticket.client.email == EVE and not got.message.by_staff


@pytest.mark.parametrize("name", ["X-Ticket-Id", "X-Helpdesk-Sender", "X-Priority-Of-Ticket", "X-Helpdesk-Status"])
def test_headers_steer_nothing(arrive, anna, ticket, name):
    """mail/RULES: X-headers from outside."""
    got = arrive(anna, headers={name: f"{ticket.pk} {ticket.number} closed"})
    assert got.ticket != ticket and not got.ticket.is_closed


def test_another_clients_ticket_is_as_good_as_none(arrive, carl, ticket, answered):
    """T10: a client of another organisation, proven, with every token there is."""
    got = arrive(carl, verdict="pass", subject=ticket.number, headers={"In-Reply-To": answered.message_id})
    assert got.ticket != ticket and got.ticket.client == carl


def test_a_colleague_who_may_not_write_is_told_so(arrive, ticket, anna, billing):
    """C12: reading is not replying."""
    from tickets.models import Participant

    person = type(anna).objects.create_user("reader@example.net", "x")
    Participant.objects.create(ticket=ticket, user=person, rights=Participant.Rights.READ)
    got = arrive(person, subject=ticket.number)
    assert (got.outcome, got.reason) == ("rejected", "may_not_reply")
    assert [mail.to_address for mail in got.letters] == [person.email]


def test_a_deactivated_person_is_nobody(arrive, anna, ticket):
    anna.is_active = False
    anna.save(update_fields=["is_active"])
    got = arrive(anna, subject=ticket.number)
    assert got.outcome == "rejected" and ticket.messages.count() == 1


def test_our_own_mail_that_comes_back_is_ignored(arrive, anna, answered):
    """Zammad OwnNotificationLoopDetection."""
    got = arrive(anna, headers={"Message-ID": answered.message_id})
    assert (got.outcome, got.reason) == ("ignored", "own_mail")


@pytest.mark.parametrize("header", ["Subject", "From"])
def test_line_ends_in_encoded_words_end_no_header(arrive, sam, say, header):
    """T12, CWE-93: nothing that came from a person can end a line of our letters."""
    words = "=?utf-8?Q?Hi=0D=0ABcc:_victim@example.org=0D=0A?="
    value = f"{words} <eve@evil.example>" if header == "From" else words
    head = {"From": EVE, "To": "support@example.com", "Subject": "hi"} | {header: value}
    got = arrive("".join(f"{name}: {text}\r\n" for name, text in head.items()).encode() + b"\r\nHello.")
    say(got.ticket, sam)
    from mail.letter import build

    letters = OutgoingMail.objects.all()
    assert letters
    for letter in letters:
        head = build(letter).content.partition(b"\r\n\r\n")[0].lower()
        assert b"\r\nbcc:" not in head and b"\nbcc:" not in head
        assert letter.to_address != "victim@example.org"


def test_a_stranger_never_gets_a_name_of_somebody_known_changed(arrive, anna):
    """The name of a mail makes a newcomer's name, never a known person's."""
    before = anna.name
    arrive(anna, name="Mallory")
    anna.refresh_from_db()
    assert anna.name == before


def test_the_root_of_a_thread_leads_to_its_ticket(arrive, anna, ticket):
    """References of every letter begin with it; only ours is signed."""
    assert arrive(anna, headers={"References": outbox.thread_id(ticket.number)}).ticket == ticket
    assert Ticket.objects.count() == 1


def test_notes_never_leave_by_mail(arrive, anna, olga, sam, lena, ticket, say, answered):
    """T10, canary: whatever comes by mail, what staff wrote among themselves goes to no client."""
    from tickets.writing import write

    actions.add_note(ticket, author=lena, written=write("canary-plugh"), mentions=[sam])
    arrive(anna, verdict="pass", headers={"In-Reply-To": answered.message_id})
    say(ticket, sam)
    outside = OutgoingMail.objects.exclude(user__is_staff=True)
    assert Message.objects.filter(is_note=True).exists()
    assert not any("canary-plugh" in mail.text + mail.html for mail in outside)

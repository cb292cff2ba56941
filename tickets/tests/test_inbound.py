"""Mail in: a letter becomes what its sender would have done in the portal (S15, S68, S107, S127, S143, S181, S199)."""

import pytest

from mail import intake, pointers
from mail.models import IncomingMail, OutgoingMail
from tickets import actions
from tickets.models import Message, TicketEvent, Verb

FORWARD = """For you.

---------- Forwarded message ----------
From: Dora Duck <dora@outside.example>
Date: Mon, 1 Dec 2025 00:13:37 +0100
Subject: Where is my invoice
To: Sam <sam@helpdesk.example>

Hello,

where is it?
"""


def answering(letter, **more):
    return {"In-Reply-To": letter.message_id, **more}


# --- New tickets ------------------------------------------------------------------------------------------------------


def test_a_known_clients_mail_makes_a_ticket_in_the_department_it_was_written_to(arrive, anna, billing):
    """S15, S68, S127, C10."""
    got = arrive(anna, to=billing.email, subject="Invoice 17", text="Please send it again.")
    assert (got.outcome, got.ticket.client, got.ticket.department) == ("created", anna, billing)
    assert (got.ticket.subject, got.ticket.channel) == ("Invoice 17", "email")
    assert (got.message.body, got.message.trust) == ("Please send it again.", "unverified")
    assert got.row.reference == f"{got.ticket.number}#1"


def test_the_receipt_threads_in_the_mail_program_and_says_that_a_machine_wrote(arrive, anna, checking):
    """S13, S199, RFC 3834: one receipt, an answer to the mail itself, with the number in the subject."""
    got = arrive(anna, verdict="pass")
    (receipt,) = got.letters_to(anna)
    assert receipt.in_reply_to == "<m1@outside.example>"
    assert receipt.headers["Auto-Submitted"] == "auto-replied"
    assert got.ticket.number in receipt.subject


@pytest.mark.parametrize(
    ("way", "sender", "verdict", "outcome", "reason"),
    [
        ("anyone", "dora@outside.example", "", "created", ""),
        ("known", "dora@outside.example", "", "rejected", "not_known"),
        ("known", "anna", "", "created", ""),
        ("verified", "anna", "", "rejected", "not_verified"),
        ("verified", "anna", "pass", "created", ""),
        ("off", "anna", "pass", "rejected", "new_off"),
    ],
)
def test_who_may_open_by_mail_is_policy(
    arrive, cast, support, set_policy, checking, way, sender, verdict, outcome, reason
):
    """C10, S39, S69, S122: what is refused is held for staff, and its sender told once, in our own words."""
    set_policy(support, email_new=way)
    got = arrive(getattr(cast, sender, sender), verdict=verdict, subject="PRIZE")
    assert (got.outcome, got.reason) == (outcome, reason)
    if outcome == "rejected":
        (letter,) = got.letters
        assert got.row.state == "held"
        assert letter.kind == "refused" and "PRIZE" not in letter.subject + letter.text + letter.html


def test_replies_only_takes_replies(arrive, anna, sam, ticket, say, letter_to, support, set_policy):
    """S122."""
    set_policy(support, email_new="off")
    say(ticket, sam)
    assert arrive(anna, headers=answering(letter_to(anna, ticket))).outcome == "appended"


def test_replies_can_be_off_too(arrive, anna, sam, ticket, say, letter_to, support, set_policy):
    """C10: then nothing is added, and the client is told where to write."""
    set_policy(support, email_reply=False)
    say(ticket, sam)
    got = arrive(anna, headers=answering(letter_to(anna, ticket)))
    assert (got.outcome, got.reason, got.row.state) == ("rejected", "replies_off", "held")
    assert ticket.messages.count() == 2


def test_people_in_cc_take_part_and_answer(arrive, anna, sam, say, letter_to):
    """S163: their copy comes with our reply, and their answer is a participant's."""
    got = arrive(anna, headers={"Cc": "Bob <bob@outside.example>, noreply@outside.example"})
    (bob,) = [row.user for row in got.ticket.participants.all()]
    assert bob.email == "bob@outside.example" and got.letters_to(bob) == []
    say(got.ticket, sam)
    answer = arrive(bob, headers=answering(letter_to(bob, got.ticket)))
    assert (answer.outcome, answer.ticket) == ("appended", got.ticket)


def test_cc_brings_nobody_in_where_policy_says_no(arrive, anna, support, set_policy):
    """S163."""
    set_policy(support, cc_joins=False)
    assert not arrive(anna, headers={"Cc": "bob@outside.example"}).ticket.participants.exists()


def test_a_mail_without_subject_and_text_still_makes_a_ticket(arrive, anna):
    got = arrive(anna, subject="", text="")
    assert got.outcome == "created" and got.ticket.subject


def test_answers_go_where_somebody_new_wants_them(arrive, sam, say, support, set_policy):
    """RFC 5322, 3.6.2: a form's mail is answered to the person who filled it in."""
    set_policy(support, email_new="anyone")
    got = arrive("form@outside.example", headers={"Reply-To": "Dora <dora@outside.example>"})
    say(got.ticket, sam)
    last = OutgoingMail.objects.order_by("-pk").first()
    assert last.to_address == "dora@outside.example"


@pytest.mark.parametrize("wanted", ["sam", "support", "anna"])
def test_answers_never_go_to_us_or_to_somebody_known_for_a_stranger(arrive, cast, support, set_policy, wanted):
    """mail/RULES: a Reply-To that names us loops; one that names another person mails that person our answers."""
    set_policy(support, email_new="anyone")
    got = arrive("eve@outside.example", headers={"Reply-To": getattr(cast, wanted).email})
    assert got.ticket.answer_to == ""


# --- Replies ----------------------------------------------------------------------------------------------------------


def test_a_reply_is_found_by_our_message_id(arrive, anna, sam, ticket, say, letter_to):
    """S15, S107."""
    say(ticket, sam)
    got = arrive(anna, subject="other words", headers=answering(letter_to(anna, ticket)))
    assert (got.outcome, got.ticket) == ("appended", ticket)
    assert got.message.author == anna and not got.message.by_staff
    assert got.ticket.shown_status.code == "customer-reply"


def test_a_reply_is_found_anywhere_in_references(arrive, anna, sam, ticket, say, letter_to):
    say(ticket, sam)
    ids = f"<a@x.example> {letter_to(anna, ticket).message_id} <b@x.example>"
    assert arrive(anna, headers={"References": ids}).ticket == ticket


def test_a_reply_is_found_by_any_of_very_many_references(arrive, anna, sam, ticket, say, letter_to):
    """Issue: every References entry. A long thread over a list, ours somewhere in it."""
    say(ticket, sam)
    ids = [f"<{number}@outside.example>" for number in range(800)]
    ids.insert(400, letter_to(anna, ticket).message_id)
    assert arrive(anna, headers={"References": "\r\n ".join(ids)}).ticket == ticket


def test_a_reply_is_found_by_the_number_in_the_subject(arrive, anna, ticket):
    """S199: some mail programs keep nothing else."""
    for subject in (f"AW: [{ticket.number}] x", f"re {ticket.number.lower().replace('-', '')}", f"#{ticket.number}"):
        assert arrive(anna, subject=subject).ticket == ticket


def test_a_number_in_the_text_leads_nowhere(arrive, anna, ticket):
    assert arrive(anna, text=f"[{ticket.number}] {ticket.number}").ticket != ticket


def test_a_reply_is_found_by_the_signed_address(arrive, anna, ticket, support):
    """mail/RULES, Threading 1: To, Cc and what the servers wrote down."""
    address = pointers.answer_address(support.email, ticket.number)
    assert arrive(anna, to=address).ticket == ticket
    assert arrive(anna, headers={"Delivered-To": address.upper()}).ticket == ticket


def test_an_answer_to_ones_own_first_mail_joins_it(arrive, anna):
    """RFC 5322, 3.6.4."""
    first = arrive(anna)
    again = arrive(anna, headers={"In-Reply-To": "<m1@outside.example>"})
    assert (again.outcome, again.ticket) == ("appended", first.ticket)


def test_the_same_subject_alone_joins_nothing(arrive, anna):
    assert arrive(anna, subject="Help").ticket != arrive(anna, subject="Help").ticket


def test_a_mail_to_another_departments_address_still_lands_right(arrive, anna, ticket, billing):
    got = arrive(anna, to=billing.email, subject=f"Re: {ticket.number}")
    assert (got.ticket, got.ticket.department.slug) == (ticket, "support")


def test_a_mail_to_a_merged_away_ticket_lands_in_the_survivor(arrive, anna, open_ticket):
    """S143."""
    away, survivor = open_ticket(), open_ticket(subject="The other")
    away.merged_into = survivor
    away.save(update_fields=["merged_into"])
    assert arrive(anna, subject=f"Re: {away.number}").ticket == survivor


@pytest.mark.parametrize(
    ("way", "outcome", "follows"),
    [("reopen", "appended", False), ("new_linked", "created", True), ("refuse", "rejected", False)],
)
def test_a_reply_to_a_closed_ticket_follows_the_policy_for_mail(
    arrive, anna, ticket, support, operator, set_policy, way, outcome, follows
):
    """C3: the portal may say something else."""
    set_policy(support, closed_reply="refuse" if way == "reopen" else "reopen", closed_reply_mail=way)
    actions.close(ticket, actor=operator)
    got = arrive(anna, subject=f"Re: {ticket.number}")
    ticket.refresh_from_db()
    assert got.outcome == outcome
    assert ticket.is_closed == (way != "reopen")
    assert bool(got.ticket and got.ticket.follow_up_of == ticket) == follows


def test_what_is_quoted_is_kept_apart(arrive, anna, ticket):
    """S199: the new words are the message, the whole text one click away."""
    said = "New words.\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@example.com> wrote:\n> Old words."
    message = arrive(anna, subject=ticket.number, text=said).message
    assert message.body == "New words."
    assert "Old words." in message.quoted


# --- Staff ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(arrive, anna, sam, ticket, letter_to, checking):
    """Sam's own letter about Anna's ticket, from which he may answer."""
    actions.assign(ticket, to=sam, actor=sam)
    arrive(anna, subject=ticket.number, text="Still broken.")
    return letter_to(sam, ticket)


def test_an_agent_answers_from_the_mail_program(arrive, anna, sam, ticket, told, letter_to):
    """S198, issue: staff by mail."""
    got = arrive(sam, verdict="pass", text="Fixed.", headers=answering(told))
    assert got.message.by_staff and got.message.author == sam
    assert "Fixed." in letter_to(anna, ticket).text


@pytest.mark.parametrize("verdict", ["", "none", "fail"])
def test_an_unproven_agent_is_nobody(arrive, anna, sam, ticket, told, verdict):
    """SECURITY: mail taken as identity."""
    before = OutgoingMail.objects.filter(to_address=anna.email).count()
    got = arrive(sam, verdict=verdict, text="Send me your password.", headers=answering(told))
    assert (got.outcome, got.row.state) == ("quarantined", "held")
    assert OutgoingMail.objects.filter(to_address=anna.email).count() == before


def test_a_proven_agent_needs_something_we_signed(arrive, sam, ticket, told):
    """A number in the subject is no proof that the agent meant the client to read it."""
    got = arrive(sam, verdict="pass", subject=f"Re: {ticket.number}")
    assert (got.outcome, got.reason) == ("quarantined", "staff_unproven")


def test_an_answer_to_a_note_is_a_note(arrive, anna, sam, lena, ticket, letter_to, checking, support):
    """T10: by its Message-ID and by its address, never public."""
    from tickets.writing import write

    actions.add_note(ticket, author=lena, written=write("Is he rude?"), mentions=[sam])
    letter, canary = letter_to(sam, ticket), "xyzzy-canary"
    by_id = arrive(sam, verdict="pass", text=canary, headers=answering(letter))
    address = pointers.answer_address(support.email, ticket.number, note=True)
    by_address = arrive(sam, verdict="pass", text=canary, to=address)
    assert by_id.message.is_note and by_address.message.is_note
    assert not OutgoingMail.objects.filter(to_address=anna.email, text__contains=canary).exists()


def test_commands_at_the_top_are_done_and_left_out(arrive, sam, lena, ticket, told):
    """Staff by mail: #close, #assign."""
    got = arrive(sam, verdict="pass", text="#assign Lena\n#close\n\nDone.", headers=answering(told))
    assert got.message.body == "Done."
    assert got.ticket.is_closed and got.ticket.assignee == lena


def test_commands_alone_write_nothing(arrive, sam, ticket, told):
    before = ticket.messages.count()
    assert arrive(sam, verdict="pass", text="#close", headers=answering(told)).ticket.is_closed
    assert ticket.messages.count() == before


def test_a_command_we_do_not_understand_never_reaches_the_client(arrive, anna, sam, ticket, told):
    """It becomes a note."""
    got = arrive(sam, verdict="pass", text="#assign Nobody Known\nHe is a pain.", headers=answering(told))
    assert got.message.is_note and "#assign Nobody Known" in got.message.body


def test_a_clients_command_is_only_words(arrive, anna, ticket):
    got = arrive(anna, subject=ticket.number, text="#close\nplease")
    assert not got.ticket.is_closed and "#close" in got.message.body


def test_a_mail_an_agent_passes_on_is_its_first_senders_ticket(arrive, sam, checking):
    """S198: the agent's words are a note, and nobody is sent a receipt."""
    got = arrive(sam, verdict="pass", subject="Fwd: Where is my invoice", text=FORWARD)
    assert (got.ticket.client.email, got.ticket.subject) == ("dora@outside.example", "Where is my invoice")
    assert "where is it?" in got.message.body
    assert (got.message.trust, got.row.trust) == ("unverified", "authenticated")
    assert "For you." in got.ticket.messages.get(is_note=True).body
    assert got.letters_to("dora@outside.example") == []


def test_a_mail_an_agent_passes_on_as_a_file_is_its_first_senders_ticket_too(arrive, sam, checking):
    """S198: "forward as attachment", with words for the colleagues."""
    inner = "From: dora@outside.example\nSubject: Where is my invoice\n\nwhere is it?"
    parts = f"--b\n\nFor you.\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--"
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    got = arrive(sam, verdict="pass", subject="Fwd: Where is my invoice", text=parts, headers=headers)
    assert (got.ticket.client.email, got.ticket.subject) == ("dora@outside.example", "Where is my invoice")
    assert (got.message.body, got.ticket.messages.get(is_note=True).body) == ("where is it?", "For you.")


def test_our_own_letter_that_an_agent_passes_on_is_the_agents(arrive, sam, checking, support):
    """An address of ours is nobody whose ticket it could be."""
    text = FORWARD.replace("dora@outside.example", support.email.upper())
    assert arrive(sam, verdict="pass", subject="Fwd: Where is my invoice", text=text).ticket.client == sam


def test_a_mail_a_client_passes_on_is_the_clients(arrive, anna):
    """mail/RULES, Forwards."""
    assert arrive(anna, subject="Fwd: Where is my invoice", text=FORWARD).ticket.client == anna


# --- Machines ---------------------------------------------------------------------------------------------------------


def test_an_out_of_office_is_kept_and_changes_nothing(arrive, anna, sam, ticket, say, letter_to):
    """T11: no status, no clock, no letter; staff can read it."""
    say(ticket, sam)
    actions.close(ticket, actor=sam)
    ticket.refresh_from_db()
    before = (ticket.status_id, ticket.waiting_since, ticket.close_at, ticket.last_number)
    got = arrive(
        anna, subject="Out of office", headers=answering(letter_to(anna, ticket), **{"Auto-Submitted": "auto-replied"})
    )
    ticket.refresh_from_db()
    assert (ticket.status_id, ticket.waiting_since, ticket.close_at, ticket.last_number) == before
    assert (got.outcome, got.reason, got.letters) == ("appended", "automatic", [])
    assert got.message.is_note and got.message.author == anna


BOUNCE = """This is the mail system.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.outside.example

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--B
Content-Type: text/rfc822-headers

Message-ID: {id}

--B--
"""


def bounce(letter, action="failed", status="5.1.1", said="550 5.1.1 User unknown"):
    text = f"\n--B\nContent-Type: text/plain\n\n{BOUNCE}"
    head = {"Content-Type": 'multipart/report; report-type=delivery-status; boundary="B"', "Return-Path": "<>"}
    return {
        "text": text.format(to=letter.to_address, action=action, status=status, said=said, id=letter.message_id),
        "headers": {"MIME-Version": "1.0", **head},
    }


def sent(letter):
    OutgoingMail.objects.filter(pk=letter.pk).update(state="sent")
    return letter


def test_a_bounce_is_shown_at_its_message_and_brings_the_ticket_back(arrive, anna, sam, ticket, say, letter_to):
    """RFC 3464: the mail that failed says so, the address is marked, staff have the turn again."""
    say(ticket, sam)
    letter = sent(letter_to(anna, ticket))
    got = arrive("mailer-daemon@outside.example", **bounce(letter))
    letter.refresh_from_db()
    anna.refresh_from_db()
    ticket.refresh_from_db()
    assert (got.outcome, got.reason) == ("appended", "bounce")
    assert (letter.state, letter.trouble) == ("failed", "bounced") and "550" in letter.answer
    assert anna.bounced_at and ticket.awaiting
    assert TicketEvent.objects.filter(ticket=ticket, verb=Verb.MAIL_FAILED).count() == 1
    arrive("mailer-daemon@outside.example", **bounce(letter), subject="again")
    assert TicketEvent.objects.filter(ticket=ticket, verb=Verb.MAIL_FAILED).count() == 1


def test_a_delay_is_no_failure(arrive, anna, sam, ticket, say, letter_to):
    say(ticket, sam)
    letter = sent(letter_to(anna, ticket))
    got = arrive("mailer-daemon@outside.example", **bounce(letter, action="delayed", status="4.4.7"))
    letter.refresh_from_db()
    assert (got.outcome, letter.state) == ("ignored", "sent")


@pytest.mark.parametrize("status", ["4.4.7", "5.2.2", "5.7.1"])
def test_a_full_mailbox_or_a_refused_text_comes_back_and_the_address_stays_good(
    arrive, anna, sam, ticket, say, letter_to, status
):
    """Given up is given up (RFC 3464, 2.3.3), but somebody is there (RFC 3463): later letters go to them."""
    say(ticket, sam)
    letter = sent(letter_to(anna, ticket))
    got = arrive("mailer-daemon@outside.example", **bounce(letter, status=status, said="Sorry"))
    letter.refresh_from_db()
    anna.refresh_from_db()
    ticket.refresh_from_db()
    assert (got.reason, letter.state, anna.bounced_at, ticket.awaiting) == ("bounce", "failed", None, True)


def test_a_made_up_bounce_marks_nobody(arrive, anna, sam, ticket, say, letter_to):
    """Whoever cannot know the Message-ID of our letter cannot stop our mail to its reader."""
    say(ticket, sam)
    letter = sent(letter_to(anna, ticket))
    other = "1" if letter.message_id[-30] == "0" else "0"
    letter.message_id = letter.message_id[:-30] + other + letter.message_id[-29:]
    got = arrive("mailer-daemon@evil.example", **bounce(letter))
    anna.refresh_from_db()
    assert got.outcome == "ignored" and anna.bounced_at is None


# --- Once, whatever happens -------------------------------------------------------------------------------------------


def test_the_same_mail_three_times_is_one_message(arrive, mail, anna):
    """T05: the same bytes, the same mail by another way, and both again."""
    raw = mail(anna)
    first = arrive(raw)
    assert arrive(raw).row == first.row
    other_way = arrive(b"Received: from elsewhere\r\n" + raw)
    assert (other_way.outcome, other_way.reason) == ("ignored", "copy")
    assert Message.objects.filter(incoming__isnull=False).count() == 1


def test_another_mail_under_a_taken_message_id_is_not_lost(arrive, anna, carl):
    """T05, T10: nobody keeps another's mail out by guessing its Message-ID."""
    arrive(carl, headers={"Message-ID": "<same@outside.example>"}, text="first")
    got = arrive(anna, headers={"Message-ID": "<same@outside.example>"}, text="second")
    assert (got.outcome, got.ticket.client) == ("created", anna)


def test_what_fails_half_way_leaves_nothing_and_is_read_again(arrive, mail, anna, monkeypatch, caplog):
    """T05: the act and its note are one transaction."""
    from tickets.inbound import taking

    def broken(*args, **kwargs):
        raise RuntimeError("pulled plug")

    row = intake.store(mail(anna), source="pipe")
    with monkeypatch.context() as patched:
        patched.setattr(intake, "finish", broken)
        assert intake.take(row) and taking.handle(row) is None
    row.refresh_from_db()
    assert row.state == "taken" and "pulled plug" in row.trouble
    assert not Message.objects.filter(incoming=row).exists()
    IncomingMail.objects.filter(pk=row.pk).update(claimed_at="2020-01-01T00:00Z")
    assert taking.take_in() == 1
    assert Message.objects.filter(incoming=row).count() == 1


def test_one_bad_mail_never_stops_the_others(mail, anna, monkeypatch):
    """FIELD: a queue behind one poisoned mail."""
    from tickets.inbound import taking

    rows = [intake.store(mail(anna, subject=f"no {n}"), source="pipe") for n in range(3)]
    real = taking.sender_of

    def choking(letter):
        if letter.subject == "no 1":
            raise ValueError("poison")
        return real(letter)

    monkeypatch.setattr(taking, "sender_of", choking)
    taking.take_in()
    assert [IncomingMail.objects.get(pk=row.pk).outcome for row in rows] == ["created", "", "created"]


@pytest.mark.parametrize(("limit", "outcome"), [(100, "rejected"), (0, "created")])
def test_a_mail_larger_than_policy_takes_is_kept_and_its_sender_told(arrive, anna, limit, outcome):
    """C9: nothing of it is lost, and nothing of it is read but who wrote."""
    from departments.models import Portal
    from departments.policy import forget

    Portal.get()
    Portal.objects.update(mail_size=limit)
    forget()
    got = arrive(anna, text="0123456789 " * 20_000)
    assert (got.outcome, len(intake.open_raw(got.row)) > 200_000) == (outcome, True)
    assert [letter.kind for letter in got.letters_to(anna)] == ["refused" if limit else "receipt"]


def test_a_mail_that_was_cut_on_its_way_is_set_aside(arrive, mail, anna):
    """T25: 60 MB end in quarantine, and the sender hears of it."""
    from tickets.inbound import taking

    row = intake.store(mail(anna), source="mailbox", cut_from=60_000_000)
    assert intake.take(row) and taking.handle(row).reason == "too_large"
    row.refresh_from_db()
    assert (row.outcome, row.state) == ("quarantined", "held")
    assert OutgoingMail.objects.filter(kind="refused", to_address=anna.email).count() == 1


def test_mail_to_a_portal_without_departments_waits(mail, anna, db):
    """A fresh portal: mail may come before anybody has set it up."""
    from departments.models import Department
    from departments.policy import forget
    from tickets.inbound import taking

    raw = mail(anna)
    Department.objects.all().delete()
    forget()
    row = intake.store(raw, source="pipe")
    assert intake.take(row) and taking.handle(row).reason == "no_department"
    row.refresh_from_db()
    assert row.state == "held"

"""What a letter says to whoever answers it, and what of it finds the way back (S15, S199, C10)."""

import pytest

from accounts.models import Membership, User
from departments.models import Portal
from departments.policy import forget
from mail import marks, pointers
from mail.models import Kind, OutgoingMail
from mail.parsing import marker, replies
from tickets import actions
from tickets.models import Participant, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db
LINE = "##- Please write your answer above this line -##"


def letter_to(user, kind=None):
    mails = OutgoingMail.objects.filter(user=user)
    return (mails.filter(kind=kind) if kind else mails).latest("pk")


def switch(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    forget()


# --- The line to answer above -----------------------------------------------------------------------------------------


def test_a_letter_begins_with_the_line_to_answer_above(ticket, anna, sam, say):
    say(ticket, sam, "Try again.")
    mail = letter_to(anna)
    assert mail.text.startswith(f"{LINE}\n")
    assert mail.html.index(LINE) < mail.html.index("Example Hosting</b>")
    assert "what you write is added to the ticket" in mail.text


def test_the_line_is_in_the_readers_language_and_found_in_any(ticket, anna, sam, say):
    User.objects.filter(pk=anna.pk).update(language="ru")
    say(Ticket.objects.get(pk=ticket.pk), sam, "Готово.")
    mail = letter_to(anna)
    assert marks.DELIMITER.match(mail.text)
    quoted = "".join(f"> {line}\n" for line in mail.text.split("\n"))
    assert replies.new_text(f"Спасибо!\n\n{quoted}").strip() == "Спасибо!"


def test_there_is_none_where_no_answer_is_taken_by_mail_and_the_letter_says_where_to_answer(
    ticket, anna, sam, support, say
):
    """C10: replies by mail are off."""
    switch(support, email_reply=False)
    say(ticket, sam, "Try again.")
    mail = letter_to(anna)
    assert "##-" not in mail.text + mail.html
    assert "answer on the ticket's page" in mail.text and "answer on the ticket" in mail.html


def test_who_may_only_read_is_not_asked_to_answer(ticket, carl, olga, anna, sam, say):
    """S163, C12: read rights of a participant, a member who sees all and answers none."""
    Participant.objects.create(ticket=ticket, user=carl, rights="read")
    Membership.objects.filter(user=olga).update(role="all", notify=True)
    say(ticket, sam, "Try again.")
    for reader in (carl, olga):
        mail = letter_to(reader)
        assert LINE not in mail.text and "added to the ticket" not in mail.text
        assert "answer on the ticket's page" not in mail.text
    assert LINE in letter_to(anna).text
    Participant.objects.filter(user=carl).update(rights="reply")
    say(ticket, sam, "Again.")
    assert LINE in letter_to(carl).text


def test_staff_are_asked_to_answer_only_where_a_mail_server_vouches_for_them(open_ticket, ticket, anna, sam, lena):
    """C23: the portal takes staff's mail only when it is proven to be theirs."""
    mail = letter_to(sam)
    assert LINE not in mail.text and "answer at the desk" in mail.text
    switch(Portal.get(), authserv_id="mx.example.com")
    open_ticket(subject="Another")
    mail = letter_to(sam)
    assert LINE in mail.text and "goes to the client" in mail.text
    actions.add_note(ticket, author=sam, written=write("Look."), mentions=[lena])
    assert LINE in letter_to(lena).text and "becomes an internal note" in letter_to(lena).text


def test_a_close_notice_names_the_answer_by_mail_only_where_it_opens_the_ticket_again(ticket, anna, sam, support, say):
    """C3: the portal and mail have a setting each."""
    for by_mail, named in [("reopen", True), ("refuse", False)]:
        switch(support, closed_reply_mail=by_mail)
        actions.close(ticket, actor=sam)
        assert ("answer this e-mail or reply" in letter_to(anna, Kind.CLOSED).text) is named
        actions.reopen(ticket, actor=sam, by_staff=True)


# --- The hidden mark --------------------------------------------------------------------------------------------------


def test_the_mark_in_text_and_html_leads_back_to_the_ticket(ticket, anna, sam, lena, say):
    """mail/RULES, Threading 3: where a relay or a program dropped every Message-ID."""
    say(ticket, sam, "Try again.")
    actions.add_note(ticket, author=sam, written=write("Look."), mentions=[lena])
    for mail in OutgoingMail.objects.all():
        for part in (mail.text, mail.html):
            token = marker.found(part)
            assert pointers.of_message_id(token) == pointers.of_message_id(mail.message_id)
    assert pointers.of_message_id(marker.found(letter_to(lena, Kind.NOTE).text)).is_note


def test_the_mark_is_no_part_of_the_signature_that_programs_cut_off(ticket, anna):
    mail = letter_to(anna)
    assert marker.found(mail.text.partition("\n-- \n")[0])


def test_each_letter_has_a_mark_of_its_own(ticket, anna, olga, sam, say):
    say(ticket, sam, "Try again.")
    found = [marker.found(mail.text) for mail in OutgoingMail.objects.all()]
    assert len(set(found)) == len(found) == OutgoingMail.objects.count()


def test_an_answer_that_names_nothing_but_what_it_quotes_joins_the_ticket(ticket, anna, sam, say, arrive):
    """S15: neither Message-ID nor number nor address; only the words below the line."""
    say(ticket, sam, "Try again.")
    quoted = "".join(f"> {line}\n" for line in letter_to(anna).text.split("\n"))
    came = arrive(anna, subject="Re: your mail", text=f"It works now.\n\n{quoted}")
    assert came.ticket == ticket and came.message.body.strip() == "It works now."


def test_a_stranger_who_got_hold_of_a_mark_gets_no_sight(ticket, anna, sam, carl, say, arrive):
    """T10: a mark is a claim, not a key."""
    say(ticket, sam, "Try again.")
    came = arrive(carl, subject="Re: your mail", text=f"Me too.\n\n> {letter_to(anna).text}")
    assert came.ticket != ticket

"""What letters about a ticket say, to whom, in which words (S13, S120, S151, S157, S175; C3, C13, C15, C19, C22)."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from accounts import passes
from accounts.models import User
from departments.models import Portal
from departments.policy import forget
from mail import outbox
from mail.models import Kind, OutgoingMail
from tickets import actions
from tickets.automation import timers
from tickets.models import Attachment, FileLink, Participant, Ticket, TicketEvent, Verb
from tickets.notices import letters
from tickets.writing import write

pytestmark = pytest.mark.django_db


def switch(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    forget()


@pytest.fixture
def at_once(cast):
    """Staff are told of each of a client's messages at once; how they are grouped is in test_grouping.py (C20)."""
    switch(Portal.get(), group_minutes=0)


def letter_to(user, kind=None):
    """The newest letter to this person."""
    mails = OutgoingMail.objects.filter(user=user)
    return (mails.filter(kind=kind) if kind else mails).latest("pk")


def file(name="log.txt", size=None, content=b"line"):
    stored = storages["attachments"].save("test/file", ContentFile(content))
    size = size or len(content)
    return Attachment.objects.create(
        name=name, content_type="text/plain", size=size, sha256="0" * 64, stored_as=stored, owner="user:1"
    )


# --- The whole reply --------------------------------------------------------------------------------------------------


def test_our_reply_is_mailed_in_full_as_text_and_as_html(ticket, anna, sam, say):
    """S157."""
    paragraphs = [f"Paragraph {n} with <b>marks</b> & more." for n in range(300)]
    text = "\n\n".join(["It is **fixed**.", *paragraphs, "End."])
    message = say(ticket, sam, text)
    mail = letter_to(anna)
    assert message.html in mail.html and "<strong>fixed</strong>" in mail.html
    assert message.body in mail.text and "<b>marks</b> & more." in mail.text


def test_names_and_subjects_stay_text_in_html(open_ticket, anna, sam, support):
    anna.name = "<b>Anna</b>"
    anna.save(update_fields=["name"])
    ticket = open_ticket(client=anna, subject="<script>alert(1)</script>")
    mail = letter_to(sam)
    assert "<script>" not in mail.html and "<b>Anna" not in mail.html
    assert "<script>alert(1)</script>" in mail.text and ticket.number in mail.subject


def test_each_letter_is_in_its_readers_language_and_time_zone(ticket, anna, olga, sam, say):
    """ARCHITECTURE: rendered per recipient."""
    User.objects.filter(pk=anna.pk).update(language="ru", time_zone="Asia/Yekaterinburg")
    User.objects.filter(pk=olga.pk).update(language="xx", time_zone="Nowhere/At_All")
    message = say(Ticket.objects.get(pk=ticket.pk), sam, "Готово.")
    ours, theirs = letter_to(anna), letter_to(olga)
    assert (ours.language, theirs.language) == ("ru", "en")
    assert 'lang="ru"' in ours.html and 'lang="en"' in theirs.html
    there = message.created_at + timedelta(hours=5)
    assert f"{there.hour}:{there:%M}" in ours.text and "UTC" in theirs.text
    assert Portal.get().name in ours.from_name


def test_a_zone_without_letters_is_told_by_its_distance(ticket, anna, sam, say):
    switch(anna, time_zone="Asia/Yekaterinburg")
    say(ticket, sam, "Fixed.")
    assert " UTC+05" in letter_to(anna).text


def test_the_sender_is_the_department_and_the_subject_carries_the_number(ticket, anna, support, settings):
    """S120; without an address of its own the department writes from the site's."""
    mail = letter_to(anna)
    assert (mail.from_address, mail.from_name) == ("support@example.com", "Technical support, Example Hosting")
    assert mail.subject == f"[{ticket.number}] {ticket.subject}"
    switch(support, email=None)
    actions.close(ticket, actor=User.objects.get(email="sam@example.com"))
    assert letter_to(anna).from_address == settings.DEFAULT_FROM_EMAIL


def test_every_letter_prints_why_it_came_and_how_to_leave_where_one_may(ticket, anna, olga, sam, say, at_once):
    """List-Unsubscribe for organisation and department notices, never for the client's own ticket; with one click in
    the mail program itself (RFC 8058)."""
    say(ticket, sam)
    say(ticket, anna)
    for mail in OutgoingMail.objects.all():
        assert "You get this e-mail because" in mail.text and "You get this e-mail because" in mail.html
    assert "List-Unsubscribe" not in letter_to(anna).headers
    assert "/leave/" in letter_to(olga).headers["List-Unsubscribe"]
    assert letter_to(olga).headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/leave/" in letter_to(sam, Kind.NEW_TICKET).headers["List-Unsubscribe"]


def test_links_come_from_the_settings_and_lead_to_the_message(ticket, anna, sam, say, settings):
    """T15."""
    settings.BASE_URL = "https://desk.example.com"
    say(ticket, sam)
    assert f"https://desk.example.com/t/{ticket.number}/#m2" in letter_to(anna).text


# --- Threads ----------------------------------------------------------------------------------------------------------


def test_all_letters_of_a_ticket_hang_together_in_any_mail_program(ticket, anna, sam, say):
    """RFC 5322 3.6.4: one root for the ticket, and the letters before to that person."""
    first = letter_to(anna)
    say(ticket, sam)
    second = letter_to(anna)
    actions.close(ticket, actor=sam)
    third = letter_to(anna)
    root = outbox.thread_id(ticket.number)
    assert {mail.references.split()[0] for mail in (first, second, third)} == {root}
    assert first.in_reply_to == root
    assert second.in_reply_to == first.message_id
    assert third.in_reply_to == second.message_id and first.message_id in third.references
    assert len({first.message_id, second.message_id, third.message_id}) == 3
    assert all(outbox.is_ours(mail.message_id) for mail in (first, second, third))


def test_two_tickets_are_two_threads(open_ticket, anna):
    one, other = open_ticket(), open_ticket()
    assert outbox.thread_id(one.number) != outbox.thread_id(other.number)
    roots = OutgoingMail.objects.filter(user=anna).values_list("references", flat=True)
    assert len(set(roots)) == 2


def test_a_long_thread_refers_to_its_last_letters_only(ticket, anna, sam, say):
    for n in range(12):
        say(ticket, sam, f"Answer {n}")
    assert 3 <= len(letter_to(anna).references.split()) <= letters.EARLIER + 2


def test_a_reply_is_a_persons_letter_and_everything_else_says_that_it_is_automatic(ticket, anna, sam, cast, say):
    """RFC 3834: an absent client's answer to a reply is worth knowing, to a notice it is not. A rule is no person."""
    say(ticket, sam)
    assert "Auto-Submitted" not in letter_to(anna).headers
    assert letter_to(anna, Kind.RECEIPT).headers["Auto-Submitted"] == "auto-replied"
    actions.reply(ticket, author=cast.system, written=write("Please be patient."), by_staff=True)
    assert letter_to(anna).headers["Auto-Submitted"] == "auto-generated"
    assert letter_to(sam).headers["Auto-Submitted"] == "auto-generated"


# --- Guests -----------------------------------------------------------------------------------------------------------


def test_a_guests_letter_brings_a_pass_to_this_ticket_and_is_blanked_when_sent(open_ticket, greta, sales, lena):
    """S7: the pass is the way in; the outbox keeps no copy of it."""
    ticket = open_ticket(client=greta, department=sales)
    actions.reply(ticket, author=lena, written=write("Hello."), by_staff=True)
    mail = letter_to(greta)
    token = re.search(r"/g/([\w-]+)/", mail.text)[1]
    found = passes.redeem(token)
    assert (found.user, found.ticket_number) == (greta, ticket.number)
    assert mail.secret and f"/g/{token}/" in mail.html and f"/t/{ticket.number}/" not in mail.text


def test_guests_who_are_told_the_same_get_passes_of_their_own(open_ticket, greta, sales, lena):
    """S7: what two letters have in common is rendered once; the link is each reader's."""
    others = [User.objects.guest_for(f"{name}@example.com", name=greta.name) for name in ("gina", "gus")]
    ticket = open_ticket(client=greta, department=sales)
    for person in others:
        Participant.objects.create(ticket=ticket, user=person)
    actions.reply(ticket, author=lena, written=write("Done."), by_staff=True)
    for person in others:
        mail = letter_to(person)
        (token,) = set(re.findall(r"/g/([^/\s\"]+)/", mail.text + mail.html))
        assert passes.redeem(token).user == person
        assert ".invalid" not in mail.text + mail.html


def test_somebody_with_a_password_gets_no_pass(ticket, anna, sam, olga):
    assert {mail.user for mail in OutgoingMail.objects.all()} >= {anna, sam, olga}
    for mail in OutgoingMail.objects.all():
        assert "/g/" not in mail.text and not mail.secret


def test_a_member_of_staff_without_a_password_gets_no_pass(ticket, anna, sam, say):
    """A pass would narrow them to a client's view, and hand out a way in."""
    sam.set_unusable_password()
    sam.save(update_fields=["password"])
    say(ticket, anna)
    assert "/g/" not in letter_to(sam).text


def test_the_receipt_to_an_unproven_address_repeats_nothing_the_sender_chose(open_ticket, sales):
    """SECURITY: acknowledgement mails are used to bomb a victim; ours has no subject, text or name of the sender's."""
    victim = User.objects.guest_for("victim@example.com", name="BUY PILLS")
    ticket = open_ticket(client=victim, department=sales, subject="CHEAP PILLS", text="http://pills.example")
    mail = letter_to(victim)
    for part in (mail.subject, mail.text, mail.html, mail.to_name):
        assert "PILLS" not in part and "pills.example" not in part
    assert ticket.number in mail.subject


# --- Names and words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "shown", "hidden"),
    [("full", "Sam Whitlock", ""), ("first", "Sam (server engineer)", "Whitlock"), ("department", "Technical", "Sam")],
)
def test_clients_read_staff_names_as_policy_says_and_colleagues_in_full(
    ticket, anna, sam, lena, support, say, way, shown, hidden
):
    """C22, S95."""
    switch(support, staff_names=way)
    say(ticket, sam, "It is done.")
    said = letter_to(anna).text.replace(support.email, "")
    assert shown in said
    assert not hidden or hidden not in said
    actions.flag(ticket, to=lena, actor=sam)
    assert "Sam Whitlock" in letter_to(lena).text


def test_the_name_of_who_closed_it_follows_policy_too(ticket, anna, sam, support):
    switch(support, staff_names="department")
    actions.close(ticket, actor=sam)
    mail = letter_to(anna)
    assert "Sam" not in mail.text + mail.html and "Technical support closed this ticket" in mail.text


def test_clients_read_their_word_for_the_status_and_staff_the_operators(ticket, anna, sam, say, at_once):
    """C15."""
    say(ticket, sam)
    assert "Status: Waiting for your reply" in letter_to(anna).text
    say(ticket, anna)
    assert "Status: Customer-reply" in letter_to(sam).text


@pytest.mark.parametrize(
    ("way", "words"),
    [("reopen", "that opens it again"), ("reopen_for", "within 14 days"), ("refuse", "open a new ticket that names")],
)
def test_a_close_notice_says_what_can_still_be_done(ticket, anna, sam, support, way, words):
    """C3, S114."""
    switch(support, closed_reply=way)
    actions.close(ticket, actor=sam)
    assert words in letter_to(anna).text


def test_the_notice_of_closing_by_itself_can_be_written_by_the_operator(ticket, anna, sam, support, say):
    """S175: per site, per department, per language; fields are looked up and never evaluated."""
    say(ticket, sam)
    late = timezone.now() + timedelta(hours=121)

    def close():
        Ticket.objects.filter(pk=ticket.pk).update(close_at=timezone.now())
        timers.close_idle(late)
        mail = letter_to(anna, Kind.AUTO_CLOSED)
        actions.reopen(ticket, actor=anna, by_staff=True)
        say(ticket, sam)
        return mail

    assert "Nobody has written here for 5 days" in close().text
    switch(Portal.get(), auto_close_notice="Bye {{ name }}, {{number}} is done. {{ unknown }} {{ name.password }}")
    mail = close()
    assert f"Bye Anna Harding, {ticket.number} is done. {{{{ unknown }}}} {{{{ name.password }}}}" in mail.text
    assert "<script>" not in mail.html
    words = {**support.words, "auto_close_notice": {"fr": "Fermé après {{ hours }} heures."}}
    switch(support, auto_close_notice="Closed after {{ hours }} hours <b>.", words=words)
    mail = close()
    assert "Closed after 120 hours <b>." in mail.text and "hours &lt;b&gt;." in mail.html
    User.objects.filter(pk=anna.pk).update(language="fr")
    assert "Fermé après 120 heures." in close().text


def test_the_reminder_says_when_the_ticket_will_close(ticket, anna, sam, say):
    """C1: a day before."""
    say(ticket, sam)
    ticket.refresh_from_db()
    timers.close_idle(ticket.remind_at)
    mail = letter_to(anna, Kind.REMINDER)
    closes = ticket.close_at.astimezone(anna.zone)
    assert f"{closes:%H:%M}" in mail.text and f"{closes:%Y}" in mail.text


# --- Files ------------------------------------------------------------------------------------------------------------


def test_our_files_go_along_up_to_seven_megabytes_and_are_links_above(ticket, anna, sam, support, say):
    """C19, S151."""
    small, big, last = file("a.txt", 3_000_000), file("b.bin", 6_000_000), file("c.txt", 4_000_000)
    say(ticket, sam, "See the files.", attachments=[small, big, last])
    mail = letter_to(anna)
    assert [row.name for row in mail.files.order_by("pk")] == ["a.txt", "c.txt"]
    assert mail.files.first().stored_as == small.stored_as
    assert re.search(r"b\.bin \(6\sMB\)\s+http://testserver/attachments/by-mail/[\w-]{43}/b\.bin", mail.text)
    assert mail.html.count("/attachments/") == 1 and mail.secret


@pytest.mark.parametrize(("way", "named"), [("link", True), ("none", False)])
def test_files_to_clients_follow_policy(ticket, anna, sam, support, say, way, named):
    """C19."""
    switch(support, files_to_clients=way)
    say(ticket, sam, "See it.", attachments=[file("a.txt")])
    mail = letter_to(anna)
    assert not mail.files.exists()
    assert ("a.txt" in mail.text) is named


@pytest.mark.parametrize(("way", "attached", "named"), [("link", 0, True), ("none", 0, False), ("attach", 1, True)])
def test_mail_to_staff_carries_no_files_unless_policy_says_so(ticket, anna, sam, say, at_once, way, attached, named):
    """S126, C19: the default is a link."""
    switch(ticket.department, files_to_staff=way)
    say(ticket, anna, "The log.", attachments=[file("error.log")])
    mail = letter_to(sam)
    assert mail.files.count() == attached
    assert ("error.log" in mail.text) is named


def link_in(mail):
    return re.search(r"http://testserver(/attachments/by-mail/\S+)", mail.text)[1]


def test_a_guest_gets_a_link_to_a_file_that_opens_without_signing_in(open_ticket, greta, sales, lena, client_of):
    """C19, guests included; saved under its name, never shown as a page."""
    switch(sales, files_to_clients="link")
    ticket = open_ticket(client=greta, department=sales)
    said = [file("offer.pdf", content=b"an offer")]
    actions.reply(ticket, author=lena, written=write("See."), by_staff=True, attachments=said)
    mail = letter_to(greta)
    assert re.search(r"offer\.pdf \(8\sB\)", mail.text) and "To download until" in mail.text
    answer = client_of(None).get(link_in(mail))
    assert b"".join(answer.streaming_content) == b"an offer"
    assert answer["Content-Disposition"].startswith("attachment;") and "sandbox" in answer["Content-Security-Policy"]


def test_a_link_to_a_file_is_over_after_a_month_or_when_its_reader_sees_the_ticket_no_more(
    ticket, anna, carl, sam, support, say, client_of
):
    """SECURITY V9: only a hash is kept; what one may not see any more opens no more."""
    switch(support, files_to_clients="link")
    Participant.objects.create(ticket=ticket, user=carl)
    say(ticket, sam, "See.", attachments=[file("a.txt")])
    ours, theirs = link_in(letter_to(anna)), link_in(letter_to(carl))
    assert ours != theirs and not FileLink.objects.filter(token_hash__in=ours.split("/")).exists()
    Participant.objects.filter(user=carl).delete()
    browser = client_of(None)
    assert browser.get(theirs).status_code == 410 and browser.get(ours).status_code == 200
    assert browser.get(ours.replace("by-mail/", "by-mail/x")).status_code == 410
    FileLink.objects.update(expires_at=timezone.now())
    page = browser.get(ours)
    assert page.status_code == 410 and "This link has expired" in page.text
    timers.tidy()
    assert not FileLink.objects.exists()


def test_staff_get_no_link_that_opens_without_signing_in(ticket, anna, sam, say, at_once, client_of):
    """S126."""
    say(ticket, anna, "The log.", attachments=[file("error.log")])
    mail = letter_to(sam)
    assert "/by-mail/" not in mail.text and "/attachments/" in mail.text and not mail.secret
    address = re.search(r"http://testserver(/attachments/\S+)", mail.text)[1]
    assert client_of(None).get(address).status_code == 302 and client_of(sam).get(address).status_code == 200


def test_a_letter_with_links_is_blanked_once_it_is_sent_and_written_anew_when_sent_again(
    ticket, anna, sam, support, say
):
    switch(support, files_to_clients="link")
    say(ticket, sam, "See.", attachments=[file("a.txt")])
    mail = letter_to(anna)
    OutgoingMail.objects.filter(pk=mail.pk).update(state="failed", text="", html="")
    mail.refresh_from_db()
    assert actions.send_again(ticket, mail=mail)
    assert link_in(letter_to(anna)) and letter_to(anna).pk != mail.pk


# --- Letters that fail ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_reply_that_cannot_be_delivered_brings_the_ticket_back_to_us(ticket, anna, sam, say):
    """S185; ARCHITECTURE, "fails at": shown on the message, the ticket comes back to staff."""
    User.objects.filter(pk=anna.pk).update(email="nobody@nowhere.invalid")
    message = say(Ticket.objects.get(pk=ticket.pk), sam, "Done.")
    ticket.refresh_from_db()
    event = TicketEvent.objects.get(ticket=ticket, verb=Verb.MAIL_FAILED)
    assert event.message == message and event.data["to"] == anna.pk and event.data["trouble"] == "bad_address"
    assert ticket.awaiting and ticket.status.code == "on-hold" and ticket.close_at is None


def test_a_failed_letter_is_noted_once_and_only_the_clients_own_turns_the_ticket(ticket, anna, carl, sam, say):
    """The outbox may tell twice."""
    Participant.objects.create(ticket=ticket, user=carl)
    say(ticket, sam)
    for mail in (letter_to(carl), letter_to(carl), letter_to(sam)):
        outbox._tell_of(mail)
    ticket.refresh_from_db()
    assert TicketEvent.objects.filter(ticket=ticket, verb=Verb.MAIL_FAILED).count() == 2
    assert ticket.status.code == "answered"
    outbox._tell_of(letter_to(anna))
    ticket.refresh_from_db()
    assert ticket.status.code == "on-hold"


def test_a_failed_letter_does_not_open_a_closed_ticket(ticket, anna, sam, say):
    say(ticket, sam)
    mail = letter_to(anna)
    actions.close(ticket, actor=anna)
    outbox._tell_of(mail)
    ticket.refresh_from_db()
    assert ticket.is_closed

"""The import log at the desk: who sees which mail, why it ended as it did, and what staff make of it (C10, S135)."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.viewer import Viewer
from engine.once import new_form_key
from mail import intake
from mail.models import BlockedSender, IncomingMail
from tickets import access, actions
from tickets.inbound import taking
from tickets.models import Ticket, TicketEvent, Verb

DORA = "dora@outside.example"


def post(browser, name, row=None, **sent):
    address = reverse(name, args=[row.pk] if row else [])
    return browser.post(address, {"form_key": new_form_key(), **sent}, follow=True)


def seen_by(person):
    return set(IncomingMail.objects.filter(access.mails_seen(Viewer(person))).values_list("pk", flat=True))


@pytest.fixture
def held(arrive, support):
    """A stranger's mail to Technical support, which takes new tickets from known clients only."""
    row = arrive(DORA, name="Dora Duck", subject="Where is my invoice", text="I paid in May.").row
    assert (row.state, row.reason) == ("held", "not_known")
    return row


# --- Who sees which ---------------------------------------------------------------------------------------------------


def test_staff_see_the_mails_of_their_departments(held, cast, arrive):
    """S119: by whom it was written to; operators see all, clients none."""
    other = arrive(DORA, to=cast.billing.email).row
    assert held.pk in seen_by(cast.sam) and other.pk not in seen_by(cast.sam)
    assert other.pk in seen_by(cast.ben) and held.pk not in seen_by(cast.ben)
    assert {held.pk, other.pk} <= seen_by(cast.operator)
    assert seen_by(cast.anna) == seen_by(cast.greta) == set()


def test_what_nobody_could_read_is_for_those_who_lead(cast):
    row = intake.store(b"broken", source="pipe")
    IncomingMail.objects.filter(pk=row.pk).update(state="quarantined", outcome="quarantined", reason="gave_up")
    assert row.pk in seen_by(cast.lena) and row.pk in seen_by(cast.operator)
    assert row.pk not in seen_by(cast.sam)


def test_a_mail_that_cannot_be_read_belongs_to_whom_it_was_delivered(cast, settings, monkeypatch):
    """T25: the envelope says whose it is; here the reader has no time at all."""
    from mail.parsing import warden

    monkeypatch.setattr(warden, "read", warden.Warden(seconds=-60).read)
    row = intake.store(b"Subject: ((((\n\nx", source="lmtp", envelope_to=[cast.billing.email])
    taking.take_in()
    row.refresh_from_db()
    assert (row.state, row.reason, row.desk) == ("quarantined", "too_slow", cast.billing.pk)
    assert row.pk in seen_by(cast.ben) and row.pk not in seen_by(cast.sam)


def test_a_mail_belongs_to_the_department_of_its_ticket_and_moves_along(arrive, cast, letter_to, say, ticket):
    """A reply written to one department about another's ticket is the other's business."""
    say(ticket, cast.sam)
    answering = {"In-Reply-To": letter_to(cast.anna, ticket).message_id}
    row = arrive(cast.anna, to=cast.billing.email, headers=answering).row
    assert row.reference.startswith(ticket.number)
    assert row.pk in seen_by(cast.sam) and row.pk not in seen_by(cast.ben)
    actions.move(Ticket.objects.get(pk=ticket.pk), to=cast.billing, actor=cast.sam)
    assert row.pk in seen_by(cast.ben) and row.pk not in seen_by(cast.sam)


def test_list_and_door_agree_for_the_whole_cast(held, arrive, cast, client_of):
    rows = [held, arrive(DORA, to=cast.billing.email).row]
    for person in (cast.sam, cast.ben, cast.lena, cast.operator):
        browser = client_of(person)
        for row in rows:
            opens = browser.get(reverse("desk_mail", args=[row.pk])).status_code == 200
            assert opens == (row.pk in seen_by(person))
            assert opens == (browser.get(reverse("desk_mail_source", args=[row.pk])).status_code == 200)


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_who_wrote_what_and_why_it_is_held(held, client_of, sam):
    page = client_of(sam).get(reverse("desk_mails")).content.decode()
    for words in ("Where is my invoice", "Dora Duck", DORA, "from known clients only", "Held for staff"):
        assert words in page


@pytest.mark.parametrize(
    ("show", "expected"),
    [("held", {"h"}), ("quarantined", {"q"}), ("refused", {"h", "r"}), ("ignored", {"i"}), ("all", set("hqric"))],
)
def test_the_list_shows_what_became_of_mails(client_of, cast, show, expected):
    states = {
        "h": ("held", "rejected"),
        "q": ("quarantined", "quarantined"),
        "r": ("done", "rejected"),
        "i": ("done", "ignored"),
        "c": ("done", "created"),
    }
    for subject, (state, outcome) in states.items():
        row = intake.store(f"Subject: {subject}\n\n".encode(), source="pipe")
        IncomingMail.objects.filter(pk=row.pk).update(
            state=state, outcome=outcome, subject=subject, desk=cast.support.pk
        )
    page = client_of(cast.sam).get(reverse("desk_mails"), {"show": show}).context["page"]
    assert {row.subject for row in page.rows} == expected


@pytest.mark.parametrize(
    "words", [DORA, DORA.upper(), "invoice", "INVOICE", "Duck", "outside.ex", "<m1@outside.example>"]
)
def test_a_mail_is_found_by_sender_subject_and_message_id(held, arrive, client_of, cast, words):
    arrive("eve@other.example", subject="A prize")
    found = client_of(cast.sam).get(reverse("desk_mails"), {"q": words}).context["page"].rows
    assert [row.pk for row in found] == [held.pk]


def test_a_mail_is_found_by_its_ticket(arrive, client_of, cast, held):
    got = arrive(cast.anna)
    found = client_of(cast.sam).get(reverse("desk_mails"), {"q": got.ticket.number.lower()}).context["page"].rows
    assert [row.pk for row in found] == [got.row.pk]


@pytest.mark.parametrize("address", ["?show=nothing", "?cursor=x", "?q=%00", "?q=" + "a" * 5000, "?show=held&q=@"])
def test_nonsense_in_the_address_is_left_out(held, client_of, sam, address):
    """T19."""
    assert client_of(sam).get(reverse("desk_mails") + address).status_code == 200


def test_it_goes_on_page_by_page(client_of, cast):
    for number in range(60):
        row = intake.store(f"Subject: {number}\n\n".encode(), source="pipe")
        IncomingMail.objects.filter(pk=row.pk).update(state="held", outcome="rejected", desk=cast.support.pk)
    browser = client_of(cast.sam)
    first = browser.get(reverse("desk_mails")).context["page"]
    second = browser.get(reverse("desk_mails"), {"cursor": first.next}).context["page"]
    assert (len(first.rows), len(second.rows), bool(second.previous)) == (50, 10, True)


def test_the_list_costs_the_same_for_one_mail_and_for_three(held, arrive, client_of, cast, statements):
    browser = client_of(cast.sam)
    browser.get(reverse("desk_mails"))
    with statements() as one:
        browser.get(reverse("desk_mails"))
    arrive("a@other.example"), arrive("b@other.example")
    with statements() as three:
        assert len(browser.get(reverse("desk_mails")).context["page"].rows) == 3
    assert len(one) == len(three) == 4


def test_what_waits_is_counted_in_the_rail_without_a_statement_of_its_own(held, client_of, cast, statements):
    """T27."""
    browser = client_of(cast.sam)
    rail = browser.get(reverse("desk")).context["rail"]
    assert {row.key: row.count for row in rail["views"]}["mails"] == "1"
    assert "Mails that wait for a decision" in browser.get(reverse("desk")).content.decode()
    assert "Mails that wait for a decision" not in client_of(cast.ben).get(reverse("desk")).content.decode()
    rail = client_of(cast.ben).get(reverse("desk")).context["rail"]
    assert {row.key: row.count for row in rail["views"]}["mails"] == ""
    rail = client_of(cast.operator).get(reverse("desk")).context["rail"]
    assert {row.key: row.count for row in rail["views"]}["mails"] == "1"


# --- One mail ---------------------------------------------------------------------------------------------------------


def test_a_mail_is_shown_with_why_text_headers_and_files(arrive, client_of, sam):
    text = "I paid in May.\n\nOn Monday Sam wrote:\n> pay please"
    row = arrive(DORA, subject="<b>Invoice", text=text, headers={"X-Odd": "<script>alert(1)</script>"}).row
    page = client_of(sam).get(reverse("desk_mail", args=[row.pk])).content.decode()
    assert "I paid in May." in page and "pay please" in page
    assert "&lt;b&gt;Invoice" in page and "X-Odd: &lt;script&gt;" in page
    assert "takes new tickets by mail from known clients only" in page and "accept it as a new ticket" in page
    assert "Unverified mail" in page


def test_a_mail_without_bytes_is_still_shown(held, client_of, sam):
    """Bad input: the file is gone."""
    IncomingMail.objects.filter(pk=held.pk).update(stored_as="no/such")
    browser = client_of(sam)
    assert "cannot be read" in browser.get(reverse("desk_mail", args=[held.pk])).content.decode()
    assert browser.get(reverse("desk_mail_source", args=[held.pk])).status_code == 404


def test_its_source_is_saved_and_never_run(held, client_of, sam):
    """T14."""
    answer = client_of(sam).get(reverse("desk_mail_source", args=[held.pk]))
    assert answer.content == intake.open_raw(held)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


# --- Accept -----------------------------------------------------------------------------------------------------------


def test_an_accepted_mail_is_the_ticket_policy_would_have_made(held, client_of, sam, support):
    """C10: text, sender, threading and history are the same; the history says who accepted it."""
    answer = post(client_of(sam), "desk_mail_accept", held, department=support.slug)
    ticket = Ticket.objects.get(client__email=DORA)
    assert answer.redirect_chain[-1][0] == f"/t/{ticket.number}/#m1"
    message = ticket.messages.get()
    assert (ticket.subject, ticket.channel, ticket.department) == ("Where is my invoice", "email", support)
    assert (message.body, message.trust, message.incoming_id) == ("I paid in May.", "unverified", held.pk)
    assert ticket.client.is_guest and ticket.client.name == "Dora Duck"
    assert list(ticket.mail_ids.values_list("value", flat=True)) == ["<m1@outside.example>"]
    event = ticket.events.get(verb=Verb.MAIL_TAKEN)
    assert (event.actor, event.message, event.data["reason"]) == (sam, message, "not_known")
    held.refresh_from_db()
    assert (held.state, held.outcome, held.reference) == ("done", "created", f"{ticket.number}#1")
    assert held.decided_by == sam


def test_an_accepted_mail_is_acknowledged_and_answered_like_any_other(held, client_of, sam, support, arrive, letter_to):
    """S13, S15."""
    post(client_of(sam), "desk_mail_accept", held, department=support.slug)
    ticket = Ticket.objects.get(client__email=DORA)
    receipt = letter_to(ticket.client, ticket)
    assert receipt.kind == "receipt" and receipt.in_reply_to == "<m1@outside.example>"
    assert arrive(DORA, headers={"In-Reply-To": receipt.message_id}).ticket == ticket


def test_another_department_may_be_chosen(held, client_of, sam, billing):
    post(client_of(sam), "desk_mail_accept", held, department=billing.slug)
    held.refresh_from_db()
    assert Ticket.objects.get(client__email=DORA).department == billing
    assert held.desk == billing.pk


def test_accepting_twice_makes_one_ticket(held, client_of, sam, lena, support):
    """T05: two colleagues, each on their own page."""
    post(client_of(sam), "desk_mail_accept", held, department=support.slug)
    answer = post(client_of(lena), "desk_mail_accept", held, department=support.slug)
    assert Ticket.objects.filter(client__email=DORA).count() == 1
    assert "did so already" in answer.content.decode()


def test_a_mail_that_is_being_read_is_left_alone(held, client_of, sam, support):
    intake.take(held)
    post(client_of(sam), "desk_mail_accept", held, department=support.slug)
    assert not Ticket.objects.filter(client__email=DORA).exists()
    held.refresh_from_db()
    assert held.state == "taken"


@pytest.mark.parametrize("sender", ["nobody", "ours"])
def test_a_mail_of_nobody_or_of_ours_becomes_no_ticket(arrive, client_of, sam, support, sender):
    row = arrive(support, headers={} if sender == "ours" else {"From": None}).row
    state, reason = row.state, row.reason
    IncomingMail.objects.filter(pk=row.pk).update(desk=support.pk)
    answer = post(client_of(sam), "desk_mail_accept", row, department=support.slug)
    row.refresh_from_db()
    assert not Ticket.objects.exists() and "Add it to a ticket instead." in answer.content.decode()
    assert (row.state, row.reason) == (state, reason)


def test_a_refused_reply_becomes_a_ticket_that_says_where_it_may_belong(
    arrive, client_of, sam, anna, ticket, say, letter_to, support, set_policy
):
    set_policy(support, email_reply=False)
    say(ticket, sam)
    row = arrive(anna, headers={"In-Reply-To": letter_to(anna, ticket).message_id}).row
    assert row.reason == "replies_off"
    post(client_of(sam), "desk_mail_accept", row, department=support.slug)
    made = Ticket.objects.latest("pk")
    assert made.events.first().data["may_belong"] == ticket.number


def test_a_mail_that_cannot_be_read_stays_where_it_was(held, client_of, sam, support):
    IncomingMail.objects.filter(pk=held.pk).update(stored_as="no/such")
    answer = post(client_of(sam), "desk_mail_accept", held, department=support.slug)
    held.refresh_from_db()
    assert "cannot be read" in answer.content.decode()
    assert (held.state, held.outcome, held.reason) == ("held", "rejected", "not_known")


def test_a_department_nobody_offered_is_refused(held, client_of, sam):
    """T19."""
    answer = post(client_of(sam), "desk_mail_accept", held, department="nowhere")
    assert "Choose one of the list." in answer.content.decode() and not Ticket.objects.exists()


# --- Append -----------------------------------------------------------------------------------------------------------


def test_a_mail_is_added_to_a_ticket_as_its_senders_message(held, client_of, sam, ticket):
    answer = post(client_of(sam), "desk_mail_append", held, number=ticket.number.lower().replace("-", ""))
    message = ticket.messages.latest("pk")
    assert answer.redirect_chain[-1][0] == f"/t/{ticket.number}/#m2"
    assert (message.body, message.author.email, message.by_staff) == ("I paid in May.", DORA, False)
    assert not ticket.participants.exists()  # a stranger's words, and no stranger who reads along
    held.refresh_from_db()
    assert (held.outcome, held.reference) == ("appended", f"{ticket.number}#2")
    assert ticket.events.filter(verb=Verb.MAIL_TAKEN, actor=sam).exists()


@pytest.mark.parametrize("number", ["", "KTR-000000", "nonsense", "billing's"])
def test_only_to_a_ticket_one_works_on(held, client_of, sam, open_ticket, billing, number):
    other = open_ticket(department=billing)
    answer = post(client_of(sam), "desk_mail_append", held, number=other.number if "'" in number else number)
    assert "You work on no ticket with this number." in answer.content.decode()
    held.refresh_from_db()
    assert held.state == "held" and other.messages.count() == 1


def test_a_colleagues_unproven_mail_is_never_sent_on(arrive, client_of, sam, lena, ticket, say, letter_to):
    """T10: it becomes a note, whoever accepts it."""
    say(ticket, lena)
    row = arrive(sam, headers={"In-Reply-To": letter_to(ticket.client, ticket).message_id}).row
    assert row.reason == "staff_unproven"
    post(client_of(lena), "desk_mail_append", row, number=ticket.number)
    note = ticket.messages.get(is_note=True)
    assert note.body == "It burns." and note.author == sam


def test_a_mail_of_nobody_is_added_as_a_note(arrive, client_of, sam, support, ticket):
    row = arrive(None, headers={"From": None}).row
    IncomingMail.objects.filter(pk=row.pk).update(desk=support.pk)
    post(client_of(sam), "desk_mail_append", row, number=ticket.number)
    assert ticket.messages.get(is_note=True).author == sam


def test_a_closed_ticket_that_takes_no_replies_takes_no_mail_either(held, client_of, sam, ticket, support, set_policy):
    """C3: the reason is said, and the mail waits as before."""
    set_policy(support, closed_reply_mail="refuse")
    actions.close(ticket, actor=sam)
    answer = post(client_of(sam), "desk_mail_append", held, number=ticket.number)
    held.refresh_from_db()
    assert "This ticket is closed." in answer.content.decode()
    assert (held.state, held.reason) == ("held", "not_known") and ticket.messages.count() == 1


# --- Put aside, run again ---------------------------------------------------------------------------------------------


def test_mails_are_put_aside_by_whoever_sees_them(held, arrive, client_of, cast):
    other = arrive(DORA, to=cast.billing.email).row
    answer = post(client_of(cast.sam), "desk_mails_aside", m=[held.pk, other.pk, "x", 10**30])
    held.refresh_from_db(), other.refresh_from_db()
    assert (held.state, held.outcome, held.reason, held.decided_by) == ("done", "ignored", "put_aside", cast.sam)
    assert other.state == "held"
    assert "1 mail was put aside." in answer.content.decode()


def test_what_was_put_aside_can_still_be_accepted(held, client_of, sam, support):
    post(client_of(sam), "desk_mails_aside", m=[held.pk])
    held.refresh_from_db()
    post(client_of(sam), "desk_mail_accept", held, department=support.slug)
    assert Ticket.objects.filter(client__email=DORA).count() == 1


def test_a_mail_with_a_ticket_is_not_put_aside(arrive, client_of, cast):
    row = arrive(cast.anna).row
    post(client_of(cast.sam), "desk_mails_aside", m=[row.pk])
    row.refresh_from_db()
    assert row.outcome == "created"


def test_a_mail_is_run_again_once_its_reason_is_gone(held, client_of, sam, support, set_policy):
    set_policy(support, email_new="anyone")
    post(client_of(sam), "desk_mail_again", held)
    taking.take_in()
    held.refresh_from_db()
    assert held.outcome == "created"


def test_a_mail_with_a_ticket_is_not_run_again(arrive, client_of, cast):
    """T05."""
    row = arrive(cast.anna).row
    answer = post(client_of(cast.sam), "desk_mail_again", row)
    assert "already has a ticket" in answer.content.decode()
    taking.take_in()
    assert Ticket.objects.count() == 1


# --- Block ------------------------------------------------------------------------------------------------------------


def test_a_sender_is_blocked_and_what_waits_of_them_put_aside(held, arrive, client_of, sam):
    """S135: counted, expiring; the next mail has no effect."""
    second = arrive(DORA, subject="Again").row
    answer = post(client_of(sam), "desk_mail_block", held, kind="address", days="7", why="Spam")
    block = BlockedSender.objects.get()
    assert (block.kind, block.value, block.why, block.made_by) == ("address", DORA, "Spam", sam)
    assert 6 < (block.expires_at - block.made_at).total_seconds() / 86_400 < 8
    second.refresh_from_db()
    assert second.reason == "put_aside" and "2 mails were put aside." in answer.content.decode()
    third = arrive(DORA, subject="Once more").row
    block.refresh_from_db()
    assert (third.outcome, third.reason, block.hits) == ("ignored", "blocked", 1)


def test_a_whole_domain_can_be_blocked(held, arrive, client_of, sam):
    post(client_of(sam), "desk_mail_block", held, kind="domain")
    assert BlockedSender.objects.get().value == "outside.example"
    assert arrive("eve@sub.outside.example").row.reason == "blocked"


def test_a_block_is_taken_back_by_its_maker_or_an_operator(held, client_of, cast, arrive):
    """S135: restorable."""
    post(client_of(cast.sam), "desk_mail_block", held, kind="address")
    block = BlockedSender.objects.get()
    assert client_of(cast.lena).post(reverse("desk_unblock", args=[block.pk])).status_code == 404
    assert client_of(cast.sam).post(reverse("desk_unblock", args=[block.pk])).status_code == 302
    assert arrive(DORA, subject="Hello").row.reason == "not_known"


def test_a_domain_of_other_clients_is_no_agents_to_block(held, arrive, client_of, sam, cast):
    """S135: one click must not keep out everybody at a large provider; the address alone can be kept out."""
    User.objects.filter(pk=cast.carl.pk).update(email=f"carl@mail.{held.sender_address.rpartition('@')[2]}")
    answer = post(client_of(sam), "desk_mail_block", held, kind="domain")
    assert "Other clients write from there, too." in answer.content.decode()
    assert not BlockedSender.objects.exists()
    post(client_of(sam), "desk_mail_block", held, kind="address")
    assert BlockedSender.objects.get().value == held.sender_address


@pytest.mark.parametrize("kind", ["address", "domain"])
def test_colleagues_cannot_be_kept_out(arrive, client_of, cast, kind):
    row = arrive(cast.lena).row
    IncomingMail.objects.filter(pk=row.pk).update(desk=cast.support.pk)
    answer = post(client_of(cast.sam), "desk_mail_block", row, kind=kind)
    assert answer.status_code == 422 and not BlockedSender.objects.exists()
    assert "Colleagues write from there." in answer.content.decode()


def test_the_sender_of_a_ticket_is_blocked_from_its_page(arrive, client_of, sam, support, set_policy):
    """S135: the ticket closes with it, if wanted."""
    set_policy(support, email_new="anyone")
    ticket = arrive(DORA).ticket
    browser = client_of(sam)
    assert reverse("ticket_block", args=[ticket.number]) in browser.get(ticket.get_absolute_url()).content.decode()
    page = reverse("ticket_block", args=[ticket.number])
    assert DORA in browser.get(page).content.decode()
    browser.post(page, {"form_key": new_form_key(), "kind": "address", "ticket": "close"})
    assert BlockedSender.objects.get().value == DORA
    assert Ticket.objects.get(pk=ticket.pk).is_closed


def test_a_ticket_of_the_portal_offers_no_block(ticket, client_of, sam):
    page = client_of(sam).get(ticket.get_absolute_url()).content.decode()
    assert reverse("ticket_block", args=[ticket.number]) not in page


def test_what_is_wrong_with_a_block_is_said_on_the_page(ticket, client_of, sam):
    page = reverse("ticket_block", args=[ticket.number])
    answer = client_of(sam).post(page, {"form_key": new_form_key(), "kind": "phrase", "days": "x"})
    assert answer.status_code == 422 and not BlockedSender.objects.exists()


def test_every_decision_stands_in_a_history_that_verifies(held, client_of, sam, support):
    """T20."""
    from tickets.keeping import history

    post(client_of(sam), "desk_mail_accept", held, department=support.slug)
    ticket = Ticket.objects.get(client__email=DORA)
    assert list(TicketEvent.objects.filter(ticket=ticket).values_list("verb", flat=True))[-1] == Verb.MAIL_TAKEN
    assert history.verify() is None

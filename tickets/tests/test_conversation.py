"""One conversation through HTTP: what each person sees, how it is answered, closed, reopened, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import Membership
from departments.models import Status
from tickets import actions
from tickets.models import Message, Notification, Participant, PendingReply, Reading, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_once(sam):
    """Sam's replies go out without the seconds to undo them."""
    sam.undo_seconds = 0
    sam.save(update_fields=["undo_seconds"])
    return sam


def reply(browser, ticket, text="A reply.", **more):
    return browser.post(f"/t/{ticket.number}/reply/", {"message": text, **more})


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_head_says_whose_it_is_what_about_how_old_and_how_far(client_of, olga, anna, ticket, sam, say):
    """S4, S17, S72, S94, S95."""
    say(ticket, sam)
    page = client_of(olga).get(f"/t/{ticket.number}/").text
    for said in (
        ticket.number,
        "Shop returns 502",
        "Anna Harding",
        "Waiting for your reply",
        "Sam",
        "Opened",
        "Technical",
    ):
        assert said in page


def test_messages_are_numbered_with_anchors_and_a_number_in_the_text_leads_there(client_of, anna, ticket, sam, say):
    """S64: a number that no message has is left alone, and so is code."""
    say(ticket, sam, "As I said in #1, not in #7 and not `#1`.")
    page = client_of(anna).get(f"/t/{ticket.number}/").text
    assert 'id="m1"' in page and 'id="m2"' in page
    assert 'in <a href="#m1">#1</a>, not in #7 and not <code>#1</code>' in page


def test_a_message_is_quoted_without_script_too(client_of, anna, ticket, sam, say):
    """S63, S150."""
    say(ticket, sam, "One\n\nTwo")
    page = client_of(anna).get(f"/t/{ticket.number}/?quote=2").text
    assert "&gt; Sam wrote in #2:\n&gt;\n&gt; One\n&gt;\n&gt; Two" in page
    for nonsense in ("99", "0", "-1", "x", "9" * 400, "9" * 5000, "²"):
        assert client_of(anna).get(f"/t/{ticket.number}/", {"quote": nonsense}).status_code == 200


def test_the_client_sees_no_note_and_no_inner_events(client_of, anna, ticket, sam, lena):
    """S161, S197: neither the note nor its file, its author, its number, nor who changed what inside."""
    actions.add_note(ticket, author=lena, written=write("Do not tell her: zanzibar"))
    actions.flag(ticket, to=sam, actor=lena)
    page = client_of(anna).get(f"/t/{ticket.number}/").text
    assert "zanzibar" not in page and "Lena" not in page and 'id="n1"' not in page


def test_what_concerns_the_client_stands_between_the_messages(client_of, anna, ticket, sam, billing):
    """S4, S33: looked after, moved, closed, reopened; what was undone is not told."""
    actions.assign(ticket, to=sam, actor=sam)
    actions.move(ticket, to=billing, actor=sam)
    actions.close(ticket, actor=anna)
    actions.reopen(ticket, actor=anna, by_staff=False)
    page = client_of(anna).get(f"/t/{ticket.number}/").text
    said = [
        "<b>Sam</b> is now looking after",
        "Passed on to <b>Billing</b>",
        "You closed",
        "You opened the ticket again",
    ]
    places = [page.index(words) for words in said]
    assert places == sorted(places)


def test_what_was_undone_is_not_told(client_of, anna, ticket):
    from tickets.events import one_click

    with one_click() as click:
        actions.close(ticket, actor=anna)
    assert "You closed the ticket" in client_of(anna).get(f"/t/{ticket.number}/").text
    actions.undo(click.id, actor=anna)
    assert "You closed the ticket" not in client_of(anna).get(f"/t/{ticket.number}/").text


@pytest.mark.parametrize(
    ("names", "shown", "hidden"),
    [("first", "Sam", "Whitlock"), ("full", "Sam Whitlock", "nothing"), ("department", "Technical support", "Sam")],
)
def test_staff_are_shown_as_policy_says(client_of, anna, ticket, sam, say, support, set_policy, names, shown, hidden):
    """S95, C22: in messages, events, the side and the list."""
    say(ticket, sam, "Done.")
    set_policy(support, staff_names=names)
    browser = client_of(anna)
    for address in (f"/t/{ticket.number}/", "/tickets/"):
        page = browser.get(address).text
        assert shown in page and hidden not in page


def test_the_role_beside_a_name_is_in_the_readers_language(client_of, anna, ticket, sam, say):
    """C22: on the page and in the letter; in a language nobody wrote it in, as it was first written."""
    roles = {"en": "server engineer", "ru": "системный инженер"}
    for language, role in roles.items():
        anna.language = language
        anna.save(update_fields=["language"])
        message = say(ticket, sam, "Done.")
        letter = Notification.objects.get(event__message=message, user=anna).mail
        assert role in client_of(anna).get(f"/t/{ticket.number}/").text and role in letter.text
    with translation.override("de"):
        assert sam.said("title") == "server engineer"


@pytest.mark.parametrize(
    ("words", "fresh", "answered"),
    [
        ("categories", "Received", "Waiting for your reply"),
        ("own", "Open", "Answered"),
        ("three", "Open", "Open"),
    ],
)
def test_statuses_read_as_policy_says(client_of, anna, ticket, sam, say, support, set_policy, words, fresh, answered):
    """S93, C15."""
    set_policy(support, client_statuses=words)
    browser = client_of(anna)
    assert browser.get(f"/t/{ticket.number}/").context["status_word"] == fresh
    say(ticket, sam)
    assert browser.get(f"/t/{ticket.number}/").context["status_word"] == answered


def test_an_operators_own_status_reads_by_its_label_and_looks_like_its_category(client_of, anna, ticket, sam):
    """S138: a name for staff, another for clients."""
    own = Status.objects.create(
        code="with-engineers",
        name="Level three desk",
        client_label="With our engineers",
        category="in_progress",
        colour="pink",
    )
    actions.set_status(ticket, status=own, actor=sam)
    page = client_of(anna).get(f"/t/{ticket.number}/").text
    assert "With our engineers" in page and "Level three desk" not in page
    assert 'status-pill t-pink"' in page and "#s-progress" in page


def test_an_escalated_ticket_says_so_where_three_words_are_all(client_of, anna, ticket, support, set_policy):
    """S93, S100, C15."""
    set_policy(support, client_statuses="three")
    Ticket.objects.filter(pk=ticket.pk).update(escalated=True)
    assert client_of(anna).get(f"/t/{ticket.number}/").context["status_word"] == "Escalated"


def test_news_begin_after_what_was_seen_and_a_visit_alone_changes_nothing(
    client_of, anna, ticket, sam, say, statements
):
    """T18: opening the page is not reading it; the page's script, or the button, says so."""
    browser = client_of(anna)
    browser.post(f"/t/{ticket.number}/seen/", {"number": "1"})
    say(ticket, sam)
    with statements() as seen:
        page = browser.get(f"/t/{ticket.number}/").text
    assert not seen.writing()
    assert page.index('id="m1"') < page.index("New since your last visit") < page.index('id="m2"')
    answer = browser.post(f"/t/{ticket.number}/seen/", {"number": "2"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 204
    assert "New since your last visit" not in browser.get(f"/t/{ticket.number}/").text
    browser.post(f"/t/{ticket.number}/seen/", {"number": "1"})
    assert Reading.objects.get().number == 2  # never back


@pytest.mark.parametrize("number", ["", "x", "-4", "99999999999", "²"])
def test_seen_takes_any_nonsense_for_nothing(client_of, anna, ticket, number):
    assert client_of(anna).post(f"/t/{ticket.number}/seen/", {"number": number}).status_code == 302
    assert Reading.objects.get().number <= ticket.last_number


def test_a_merged_away_number_leads_to_the_survivor(client_of, anna, carl, open_ticket):
    """S142: for those who may see it."""
    survivor, gone = open_ticket(), open_ticket()
    Ticket.objects.filter(pk=gone.pk).update(merged_into=survivor)
    assert client_of(anna).get(f"/t/{gone.number}/").url == f"/t/{survivor.number}/"
    assert client_of(carl).get(f"/t/{gone.number}/").status_code == 404


def test_a_number_is_typed_in_any_form(client_of, anna, ticket):
    """CONTRACT: any case, with or without the dash and #."""
    for typed in (ticket.number.lower(), ticket.number.replace("-", ""), f"%23{ticket.number}"):
        assert client_of(anna).get(f"/t/{typed}/").status_code == 200


def test_an_older_rendering_is_drawn_anew_in_memory(client_of, anna, ticket):
    """SECURITY, mail body: a safer sanitiser protects old messages too."""
    Message.objects.filter(ticket=ticket).update(html="<script>old()</script>", renderer=0)
    page = client_of(anna).get(f"/t/{ticket.number}/").text
    assert "<script>old()" not in page and "The cart answers 502." in page


def test_a_long_thread_is_whole_and_what_is_older_is_a_click_away(client_of, anna, ticket, statements):
    """200 messages at once, earlier ones by key; the number of statements stays."""
    now = timezone.now()
    Message.objects.bulk_create(
        Message(
            ticket=ticket, number=at, author=anna, body=f"text {at}.", html=f"<p>text {at}.</p>", renderer=1,
            created_at=now + timedelta(seconds=at),
        )
        for at in range(2, 252)
    )  # fmt: skip
    Ticket.objects.filter(pk=ticket.pk).update(last_number=251)
    browser = client_of(anna)
    browser.get(f"/t/{ticket.number}/")
    with statements() as seen:
        page = browser.get(f"/t/{ticket.number}/").text
    assert len(seen) == 6
    assert page.count('class="msg"') == 200 and "text 52." in page and "text 51." not in page
    earlier = browser.get(re.search(r'href="(\?before=\d+)"', page)[1].join([f"/t/{ticket.number}/", ""])).text
    assert earlier.count('class="msg"') == 51 and "text 51." in earlier and "text 52." not in earlier


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_message_and_three(client_of, anna, ticket, sam, say, file, statements, rows):
    """T27: at most 10 statements with session and user."""
    for _ in range(rows):
        say(ticket, sam)
        reply(client_of(anna), ticket, attachments=file())
    browser = client_of(anna)
    browser.get(f"/t/{ticket.number}/")
    with statements() as seen:
        browser.get(f"/t/{ticket.number}/")
    assert len(seen) == 6  # the session with its person, ticket, what is around it, messages, events, files


@pytest.mark.parametrize("rows", [1, 3])
def test_a_members_page_costs_the_same_with_participants_links_and_a_draft(
    client_of, olga, carl, greta, ben, open_ticket, anna, statements, rows
):
    """T27, with everything a page can have."""
    ticket = open_ticket()
    for person in [carl, greta, ben][:rows]:
        Participant.objects.create(ticket=ticket, user=person)
        open_ticket(follow_up_of=ticket)
    browser = client_of(olga)
    browser.post(f"/drafts/save/?place=reply/{ticket.number}", {"message": "half"})
    browser.get(f"/t/{ticket.number}/")
    with statements() as seen:
        page = browser.get(f"/t/{ticket.number}/").text
    assert "half" in page
    assert len(seen) == 11  # and the membership, its participants, the links, the draft's files, Anna
    assert not seen.writing()


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_another_ones_ticket_is_exactly_like_none(client_of, carl, ticket):
    """S7, Bad input: the same answer for every door, but for what was asked."""
    browser = client_of(carl)
    none = "BCD-000000" if ticket.number != "BCD-000000" else "BCD-000001"

    def answers(number):
        got = [browser.get(f"/t/{number}/")]
        for door in ("reply", "close", "reopen", "preview", "seen"):
            got.append(browser.post(f"/t/{number}/{door}/", {"message": "x", "number": "1"}))
        return [(a.status_code, re.sub(r'csrfmiddlewaretoken" value="\w+|[0-9a-f]{16}', "", a.text)) for a in got]

    theirs = [(status, page.replace(ticket.number, none)) for status, page in answers(ticket.number)]
    assert theirs == answers(none)
    assert {status for status, _page in theirs} == {404}
    ticket.refresh_from_db()
    assert ticket.last_number == 1 and not ticket.is_closed


@pytest.mark.parametrize(
    "number", ["1", "nonsense", "KTR-48291", "KTR-4829134", "AEI-123456", "%00", "KTR-٤٨٢٩١٣", "x" * 300]
)
def test_a_number_that_is_none_is_not_found(client_of, anna, number):
    assert client_of(anna).get(f"/t/{number}/").status_code == 404
    assert client_of(None).get(f"/t/{number}/").status_code == 404


def test_a_stranger_signs_in_first_whether_there_is_such_a_ticket_or_not(client_of, ticket):
    for number in (ticket.number, "BCD-000000"):
        answer = client_of(None).get(f"/t/{number}/")
        assert answer.status_code == 302 and answer.url == f"/accounts/login/?next=/t/{number}/"


def test_a_guest_by_pass_reads_and_answers_that_ticket_and_no_other(by_pass, open_ticket, greta, anna, sales):
    """S7: no list, no other ticket of the same person, no page of the account."""
    ticket, other = open_ticket(client=greta, department=sales), open_ticket(client=greta, department=sales)
    browser = by_pass(ticket)
    assert "Your reply" in browser.get(f"/t/{ticket.number}/").text
    assert reply(browser, ticket, "Thank you").status_code == 302
    assert ticket.messages.count() == 2
    assert browser.get(f"/t/{other.number}/").status_code == 404
    assert reply(browser, other).status_code == 404
    assert browser.get("/accounts/profile/").status_code == 302


def test_who_may_only_read_is_told_why(client_of, anna, olga, ticket):
    """S105, S109, S110: a member who sees all but answers none; no editor, a reason, the number, a follow-up."""
    Membership.objects.filter(user=olga).update(role=Membership.Role.ALL)
    browser = client_of(olga)
    page = browser.get(f"/t/{ticket.number}/").text
    assert "not answer it" in page and 'name="message"' not in page
    assert f'data-copy="{ticket.number}"' in page and f"?follow={ticket.number}" in page
    assert reply(browser, ticket).status_code == 404
    assert ticket.messages.count() == 1


def test_a_participant_reads_or_replies_by_their_right(client_of, carl, ticket):
    row = Participant.objects.create(ticket=ticket, user=carl, rights=Participant.Rights.READ)
    assert reply(client_of(carl), ticket).status_code == 404
    row.rights = Participant.Rights.REPLY
    row.save(update_fields=["rights"])
    assert reply(client_of(carl), ticket).status_code == 302
    assert "Carl Osker" in client_of(ticket.client).get(f"/t/{ticket.number}/").text


# --- Replying ---------------------------------------------------------------------------------------------------------


def test_a_reply_joins_the_thread_and_passes_the_turn(client_of, anna, sam, ticket, say):
    """S18, S22, S23, S27, S107."""
    say(ticket, sam)
    answer = reply(client_of(anna), ticket, "Still *broken*.")
    assert answer.status_code == 302 and answer.url == f"/t/{ticket.number}/#m3"
    ticket.refresh_from_db()
    assert ticket.status.code == "customer-reply" and ticket.awaiting
    assert ticket.messages.get(number=3).html == "<p>Still <em>broken</em>.</p>"


def test_an_organisations_administrator_answers(client_of, olga, ticket):
    """S105."""
    assert reply(client_of(olga), ticket, "We all wait.").status_code == 302
    assert ticket.messages.get(number=2).author == olga


def test_a_reply_carries_files_of_both_ways(client_of, anna, ticket, uploaded, file, picture):
    """S151: uploaded while typing, and with the form."""
    browser = client_of(anna)
    token = uploaded(browser, f"reply/{ticket.number}", file("a.log")).json()["id"]
    reply(browser, ticket, "See files", uploads=token, attachments=file("b.png", picture()))
    page = browser.get(f"/t/{ticket.number}/").text
    assert [row.name for row in ticket.messages.get(number=2).attachments.all()] == ["a.log", "b.png"]
    assert "a.log" in page and "/small/b.png" in page


def test_a_double_click_replies_once(client_of, anna, ticket):
    """Bad input."""
    browser = client_of(anna)
    first, second = (reply(browser, ticket, form_key="r" * 24) for _ in range(2))
    assert first.url == second.url
    assert ticket.messages.count() == 2


def test_an_empty_reply_comes_back_and_keeps_its_file(client_of, anna, ticket, file):
    answer = reply(client_of(anna), ticket, "  \u200b ", attachments=file("a.log"))
    assert answer.status_code == 422
    assert "Write your message" in answer.text and "a.log" in answer.text
    assert ticket.messages.count() == 1


def test_a_reply_with_an_expired_sign_in_is_there_after_signing_in(client_of, anna, ticket, file):
    browser = client_of(None)
    answer = reply(browser, ticket, "typed for an hour", attachments=file("a.log"))
    assert answer.url == f"/accounts/login/?next=/t/{ticket.number}/"
    browser.post("/accounts/login/", {"login": anna.email, "password": "demo-helpdesk"})
    page = browser.get(f"/t/{ticket.number}/").text
    assert "typed for an hour" in page and "a.log" in page


def test_a_reply_of_htmx_with_an_expired_sign_in_loads_the_sign_in(client_of, ticket):
    answer = client_of(None).post(f"/t/{ticket.number}/reply/", {"message": "x"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/accounts/login/")


def test_the_draft_is_gone_once_it_was_sent_and_a_late_letter_does_not_bring_it_back(client_of, anna, ticket):
    browser, place = client_of(anna), f"/drafts/save/?place=reply/{ticket.number}"
    browser.post(place, {"message": "half a", "form_key": "d" * 24})
    assert "half a" in browser.get(f"/t/{ticket.number}/").text
    reply(browser, ticket, "half a reply", form_key="d" * 24)
    browser.post(place, {"message": "half a", "form_key": "d" * 24})
    assert browser.get(f"/t/{ticket.number}/").context["form"]["message"].value() == ""


def test_preview_shows_what_would_be_sent(client_of, anna, ticket):
    """S106, S149: as a fragment for the script, in the page without."""
    browser = client_of(anna)
    assert browser.post(f"/t/{ticket.number}/preview/", {"message": "**b**"}).text == "<p><strong>b</strong></p>"
    answer = reply(browser, ticket, "**b**", preview="1")
    assert answer.status_code == 200 and "<strong>b</strong>" in answer.text
    assert ticket.messages.count() == 1


def test_a_client_settles_everything_on_these_pages(client_of, anna, sam, say):
    """S79: write, read, answer and close without a mail program."""
    browser = client_of(anna)
    browser.post("/tickets/new/support/", {"subject": "All here", "message": "Can you?"})
    ticket = Ticket.objects.get()
    say(ticket, sam, "We can.")
    assert "All here" in browser.get("/").text
    assert "We can." in browser.get(f"/t/{ticket.number}/").text
    reply(browser, ticket, "Thank you", close="1")
    assert "Closed" in browser.get("/tickets/").text
    ticket.refresh_from_db()
    assert ticket.is_closed


# --- Closing and reopening --------------------------------------------------------------------------------------------


def test_the_client_closes_with_undo_and_opens_again(client_of, anna, ticket):
    """S19, S29, S113."""
    browser = client_of(anna)
    browser.post(f"/t/{ticket.number}/close/")
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.closed_by == anna
    page = browser.get(f"/t/{ticket.number}/").text
    assert "You closed this ticket" in page and re.search(rf"/t/{ticket.number}/undo/[0-9a-f-]+/", page)
    browser.post(f"/t/{ticket.number}/reopen/")
    ticket.refresh_from_db()
    assert not ticket.is_closed


def test_undo_of_a_close_is_one_click(client_of, anna, ticket):
    browser = client_of(anna)
    browser.post(f"/t/{ticket.number}/close/")
    undo = re.search(rf"/t/{ticket.number}/undo/[0-9a-f-]+/", browser.get(f"/t/{ticket.number}/").text)[0]
    browser.post(undo)
    ticket.refresh_from_db()
    assert not ticket.is_closed


def test_send_and_close_is_one_act(client_of, anna, ticket):
    reply(client_of(anna), ticket, "Solved, thanks.", close="1")
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.last_number == 2
    assert len(set(ticket.events.order_by("-sequence").values_list("click", flat=True)[:2])) == 1


@pytest.mark.parametrize(
    ("policy", "before", "after"),
    [("never", "404", "404"), ("before_reply", "closed", "open"), ("any_time", "closed", "closed")],
)
def test_the_client_closes_when_policy_says(
    client_of, anna, sam, support, set_policy, open_ticket, say, policy, before, after
):
    """S19, S113, C8: no button and no door. Where support has answered since, a page still open showed the button, and
    a 404 behind it: its client is told to look again."""
    set_policy(support, client_close=policy)
    fresh, answered = open_ticket(), open_ticket()
    say(answered, sam)
    browser = client_of(anna)
    for ticket, expected in ((fresh, before), (answered, after)):
        assert ("Close ticket" in browser.get(f"/t/{ticket.number}/").text) == (expected == "closed")
        answer = browser.post(f"/t/{ticket.number}/close/", headers={"Referer": f"http://testserver/t/{ticket.number}/"})
        assert (answer.status_code == 404) == (expected == "404")
        ticket.refresh_from_db()
        assert ticket.is_closed == (expected == "closed")
        if expected == "open":
            assert answer.url == f"/t/{ticket.number}/" and "Look again" in browser.get(answer.url).text


def test_a_reply_opens_a_closed_ticket_again(client_of, anna, ticket):
    """S29, C3."""
    actions.close(ticket, actor=anna)
    reply(client_of(anna), ticket, "It came back.")
    ticket.refresh_from_db()
    assert not ticket.is_closed


@pytest.mark.parametrize("policy", ["refuse", "new_linked"])
def test_a_closed_ticket_takes_no_reply_where_policy_says_so(client_of, anna, ticket, support, set_policy, policy):
    """S109, S114, S117, C3: no editor, the reason, the number to copy, a follow-up; a stale page is refused with it."""
    set_policy(support, closed_reply=policy)
    actions.close(ticket, actor=anna)
    browser = client_of(anna)
    page = browser.get(f"/t/{ticket.number}/").text
    assert 'name="message"' not in page and "Open a new ticket that names" in page
    assert f"?follow={ticket.number}" in page and f'data-copy="{ticket.number}"' in page
    answer = reply(browser, ticket, "From a page of yesterday")
    assert answer.status_code == 409 and "Open a new ticket that names" in answer.text
    assert ticket.messages.count() == 1
    assert browser.post(f"/t/{ticket.number}/reopen/").status_code == 302
    ticket.refresh_from_db()
    assert ticket.is_closed


def test_a_ticket_reopens_for_some_days_only(client_of, anna, ticket, support, set_policy):
    """C3."""
    set_policy(support, closed_reply="reopen_for", closed_reply_days=14)
    actions.close(ticket, actor=anna)
    browser = client_of(anna)
    assert "reopen it or reply until" in browser.get(f"/t/{ticket.number}/").text
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=timezone.now() - timedelta(days=15))
    assert 'name="message"' not in browser.get(f"/t/{ticket.number}/").text
    assert reply(browser, ticket).status_code == 409


def test_a_waiting_ticket_says_when_it_closes(client_of, anna, ticket, sam, say):
    """S28, S202, C1."""
    say(ticket, sam)
    assert "closes by itself on" in client_of(anna).get(f"/t/{ticket.number}/").text


# --- Staff, by the same door ------------------------------------------------------------------------------------------


def test_a_staff_reply_waits_for_the_seconds_of_undo(client_of, sam, ticket):
    """Undo is 10 s for a send: nothing is public before."""
    answer = reply(client_of(sam), ticket, "On it.")
    assert answer.status_code == 302
    pending = PendingReply.objects.get()
    assert pending.author == sam and ticket.messages.count() == 1
    assert timedelta(seconds=5) < pending.due_at - timezone.now() <= timedelta(seconds=10)


def test_without_seconds_it_goes_at_once_with_the_status_chosen(client_of, at_once, ticket):
    """S26, S136, S153."""
    reply(client_of(at_once), ticket, "Solved.", status="closed")
    ticket.refresh_from_db()
    assert ticket.is_closed and ticket.messages.get(number=2).by_staff


def test_a_status_nobody_offered_is_left_out(client_of, at_once, ticket):
    """T19."""
    reply(client_of(at_once), ticket, "Hm.", status="no-such-status")
    ticket.refresh_from_db()
    assert ticket.status.code == "answered"
    assert Status.objects.count() == 6


def test_a_reply_that_crosses_another_is_held_back_with_both_shown(client_of, anna, at_once, ticket, say):
    """S6, Bad input (stale page): 409, the newer message, the text kept; sent again with what was seen it goes."""
    say(ticket, anna, "Wait, one more thing")
    browser = client_of(at_once)
    answer = reply(browser, ticket, "Old answer", seen="1.0")
    assert answer.status_code == 409
    assert "one more thing" in answer.text and "Old answer" in answer.text
    assert ticket.messages.count() == 2
    assert reply(browser, ticket, "Old answer", seen="2.0").status_code == 302
    assert ticket.messages.count() == 3


def test_an_agent_of_another_department_does_not_answer(client_of, ben, ticket):
    """S119."""
    assert reply(client_of(ben), ticket).status_code == 404
    assert client_of(ben).get(f"/t/{ticket.number}/").status_code == 404


def test_an_agents_own_request_is_answered_as_a_client(client_of, sam, billing, open_ticket):
    """ARCHITECTURE, who sees what: own requests in a department they do not work in."""
    own = open_ticket(client=sam, department=billing)
    reply(client_of(sam), own, "Any news?")
    assert own.messages.get(number=2).by_staff is False
    assert "Your reply" in client_of(sam).get(f"/t/{own.number}/").text


def test_a_clients_reply_does_not_carry_staff_fields(client_of, anna, ticket):
    """T19: a status in a client's form does nothing."""
    reply(client_of(anna), ticket, "x", status="closed", seen="0.0", then="queue")
    ticket.refresh_from_db()
    assert ticket.status.code == "customer-reply"

"""Stars of clients for replies, and for how a closed ticket was solved (S171, C14)."""

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from departments import presets
from departments.models import Policy, Portal, Rule, StaffPlace
from departments.policy import forget
from tickets import actions
from tickets.actions import rating
from tickets.keeping import history
from tickets.models import Message, Notification, Rating, Ticket, TicketEvent, Verb
from tickets.refused import Refused
from tickets.writing import write

from .test_races import at_once

Ratings = Policy.Ratings


@pytest.fixture
def both(support, set_policy):
    """Support asks its clients for everything."""
    set_policy(support, rating_mode=Ratings.BOTH)
    return support


@pytest.fixture
def answered(both, ticket, say, sam):
    """Anna's ticket with a reply of Sam's: (the ticket, the reply)."""
    return ticket, say(ticket, sam, "Try again.")


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def close(ticket, person):
    actions.close(fresh(ticket), actor=person)
    return fresh(ticket)


def send(browser, ticket, stars, message=None, **more):
    where = ("message_rate", [ticket.number, message.number]) if message else ("ticket_rate", [ticket.number])
    return browser.post(reverse(where[0], args=where[1]), {"stars": stars} if stars else {}, **more)


def page_of(browser, ticket):
    return browser.get(ticket.get_absolute_url()).content.decode()


# --- A reply ----------------------------------------------------------------------------------------------------------


def test_a_client_rates_a_reply_and_staff_see_it_there(answered, client_of, anna, sam):
    """S171: 1 (poor) to 5 (excellent), shown to staff at the message, with an event."""
    ticket, reply = answered
    browser = client_of(anna)
    page = page_of(browser, ticket)
    assert "Was this reply helpful?" in page and "1 of 5 stars: poor" in page and "5 of 5 stars: excellent" in page
    assert page.count('class="rate"') == 1  # her own message is none to rate
    answer = send(browser, ticket, "4", reply)
    assert answer.status_code == 302 and answer.url == f"/t/{ticket.number}/#m2"
    row = Rating.objects.get()
    assert (row.stars, row.user, row.message, row.agent, row.ticket) == (4, anna, reply, sam, ticket)
    assert 'id="m2-star-4" type="radio" name="stars" value="4" required checked' in page_of(browser, ticket)
    desk = page_of(client_of(sam), ticket)
    assert 'aria-label="Rated 4 out of 5 stars"' in desk and f"Rated by {anna.full_name}" in desk
    event = ticket.events.latest("sequence")
    assert (event.verb, event.message, event.data, event.actor) == (Verb.RATED, reply, {"stars": 4}, anna)


def test_it_can_be_changed_for_a_week_and_no_longer(answered, client_of, anna):
    """FIELD 1.1."""
    ticket, reply = answered
    browser = client_of(anna)
    send(browser, ticket, "2", reply)
    Rating.objects.update(at=timezone.now() - timedelta(days=6, hours=23))
    send(browser, ticket, "5", reply)
    assert Rating.objects.get().stars == 5
    assert ticket.events.latest("sequence").data == {"stars": 5, "was": 2}
    Rating.objects.update(at=timezone.now() - timedelta(days=7, minutes=1))
    page = page_of(browser, ticket)
    assert "You rated this reply:" in page and 'class="star"' not in page
    assert "A rating can be changed for a week." in send(browser, ticket, "1", reply, follow=True).content.decode()
    assert Rating.objects.get().stars == 5


def test_the_same_said_twice_changes_nothing(answered, client_of, anna):
    """A double click, the back button: one rating, one event."""
    ticket, reply = answered
    browser = client_of(anna)
    for _click in range(3):
        send(browser, ticket, "4", reply)
    assert Rating.objects.count() == 1 and ticket.events.filter(verb=Verb.RATED).count() == 1


def test_the_script_gets_the_form_alone_and_its_thanks(answered, client_of, anna):
    """ui/DESIGN: `form.rate` is replaced."""
    ticket, reply = answered
    answer = send(client_of(anna), ticket, "3", reply, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in text
    assert 'id="m2-star-3" type="radio" name="stars" value="3" required checked' in text
    assert 'role="status">Thank you<' in text


@pytest.mark.parametrize("stars", ["", "0", "6", "-1", "4.5", "five", "٤", "1e0", "4" * 400, "\x00"])
def test_anything_but_one_to_five_is_refused_in_words(answered, client_of, anna, stars):
    """T09: a clear answer, and nothing is kept."""
    ticket, reply = answered
    page = send(client_of(anna), ticket, stars, reply, follow=True).content.decode()
    assert "Choose between one star and five." in page
    assert not Rating.objects.exists()


def test_the_table_takes_one_to_five_alone(answered, anna):
    ticket, reply = answered
    for stars in (0, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.create(ticket=ticket, message=reply, user=anna, stars=stars)
    Rating.objects.create(ticket=ticket, message=reply, user=anna, stars=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(ticket=ticket, message=reply, user=anna, stars=5)


def test_what_is_no_reply_of_ours_is_not_rated(answered, say, anna, sam, client_of):
    """Her own words, a note, a deleted reply, what a rule said by itself, a number nobody wrote under."""
    ticket, reply = answered
    browser = client_of(anna)
    own = say(ticket, anna, "Works now.")
    assert "This message cannot be rated." in send(browser, ticket, "5", own, follow=True).content.decode()
    note = actions.add_note(fresh(ticket), author=sam, written=write("Cache."))
    assert note.number == 1 and send(browser, ticket, "5", note, follow=True).status_code == 200
    actions.delete_message(reply, actor=sam)
    send(browser, ticket, "5", reply)
    for number in (99, 2**40):
        assert browser.post(f"/t/{ticket.number}/m/{number}/rate/", {"stars": "5"}).status_code == 404
    assert not Rating.objects.exists()


def test_a_reply_of_the_system_is_not_rated(answered, anna):
    """What a rule answers by itself is nobody's work."""
    from accounts.models import User

    ticket, _reply = answered
    machine = actions.reply(fresh(ticket), author=User.objects.system(), written=write("We got it."), by_staff=True)
    with pytest.raises(Refused, match="cannot be rated"):
        actions.rate(fresh(ticket), stars=5, actor=anna, message=machine)


def test_staff_do_not_rate_and_strangers_find_no_door(answered, client_of, cast, by_pass):
    """T01: only who answers on the client's side, a guest by their pass too; nobody of staff, no stranger."""
    ticket, reply = answered
    for person in (cast.sam, cast.ben, cast.lena, cast.operator, cast.carl):
        assert send(client_of(person), ticket, "1", reply).status_code == 404
        assert send(client_of(person), close(ticket, cast.sam), "1").status_code == 404
    assert "/accounts/login/" in send(client_of(None), ticket, "1", reply).url
    actions.reopen(fresh(ticket), actor=cast.sam, by_staff=True)
    assert not Rating.objects.exists()
    send(by_pass(fresh(ticket)), ticket, "5", reply)
    assert Rating.objects.get().user == cast.anna


def test_who_takes_part_rates_for_themselves_and_who_only_reads_does_not(answered, client_of, cast):
    """S163: each has a rating of their own; staff read by whom."""
    ticket, reply = answered
    for person, rights in ((cast.carl, "reply"), (cast.greta, "read")):
        actions.add_participant(fresh(ticket), user=person, rights=rights, actor=cast.anna)
    send(client_of(cast.anna), ticket, "5", reply)
    assert send(client_of(cast.carl), ticket, "2", reply).status_code == 302
    reader = client_of(cast.greta)
    assert send(reader, ticket, "1", reply).status_code == 404 and 'class="rate"' not in page_of(reader, ticket)
    assert set(Rating.objects.values_list("user", "stars")) == {(cast.anna.pk, 5), (cast.carl.pk, 2)}
    assert "m2-star-2" in page_of(client_of(cast.carl), ticket)
    desk = page_of(client_of(cast.sam), ticket)
    assert f"Rated by {cast.anna.full_name}" in desk and f"Rated by {cast.carl.full_name}" in desk


def test_a_colleague_rates_as_a_client_and_nobody_rates_themselves(both, open_ticket, say, client_of, cast):
    """T01: Ben of Billing has asked Support; once he works there, he is no client of theirs."""
    ticket = open_ticket(client=cast.ben)
    reply = say(ticket, cast.sam, "Like this.")
    browser = client_of(cast.ben)
    assert send(browser, ticket, "4", reply).status_code == 302 and Rating.objects.get().stars == 4
    StaffPlace.objects.create(user=cast.ben, department=both)
    assert send(browser, ticket, "5", reply).status_code == 404
    own = actions.reply(fresh(ticket), author=cast.ben, written=write("Solved by myself."), by_staff=True)
    with pytest.raises(Refused, match="cannot be rated"):
        actions.rate(fresh(ticket), stars=5, actor=cast.ben, message=own)


def test_who_lost_the_ticket_does_not_rate_it_any_more(answered, client_of, cast):
    """T01: what they said stays with us, and its new client does not read it."""
    ticket, reply = answered
    before = client_of(cast.anna)
    send(before, ticket, "1", reply)
    Portal.objects.update(merge_across=True)
    forget()
    actions.change_client(fresh(ticket), to=cast.carl, actor=cast.lena, keep=False, across=True)
    assert send(before, ticket, "5", reply).status_code == 404 and Rating.objects.get().stars == 1
    page = page_of(client_of(cast.carl), ticket)
    assert "Was this reply helpful?" in page and "m2-star-1" in page and "required checked" not in page


# --- At the door ------------------------------------------------------------------------------------------------------


def test_the_doors_take_what_a_form_sends_and_nothing_else(answered, client_of, anna):
    """T09, T19: no other method, no number that is none; in any spelling of the ticket's."""
    ticket, reply = answered
    browser = client_of(anna)
    for door in (f"/t/{ticket.number}/rate/", f"/t/{ticket.number}/m/2/rate/"):
        assert {ask(door).status_code for ask in (browser.get, browser.head, browser.put, browser.delete)} == {405}
    for number in (0, 2**31 - 1, 2**31, 2**63, 2**64, "9" * 5000):
        assert browser.post(f"/t/{ticket.number}/m/{number}/rate/", {"stars": "5"}).status_code == 404
    assert browser.post(f"/t/{ticket.number.lower()}/m/2/rate/", {"stars": "5"}).url == f"/t/{ticket.number}/#m2"
    assert Rating.objects.get().message == reply


def test_signed_out_meanwhile_the_star_leads_to_the_sign_in_and_back_to_the_ticket(answered, client_of):
    """With script the whole page goes there, not the corner with the stars."""
    ticket, reply = answered
    back = f"/accounts/login/?next={ticket.get_absolute_url()}"
    for message in (reply, None):
        assert send(client_of(None), ticket, "5", message).url == back
        answer = send(client_of(None), ticket, "5", message, headers={"HX-Request": "true"})
        assert answer["HX-Redirect"] == back
    assert not Rating.objects.exists()


def test_a_star_from_another_site_is_none(answered, client_of, anna):
    """T18."""
    ticket, reply = answered
    browser, inside = Client(enforce_csrf_checks=True), client_of(anna)
    browser.cookies = inside.cookies
    assert send(browser, ticket, "5", reply).status_code == 403 and not Rating.objects.exists()


def test_the_script_is_told_in_words_why_not(answered, client_of, anna):
    """T09: the reason alone, to be shown beside the stars."""
    ticket, reply = answered
    answer = send(client_of(anna), ticket, "", reply, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (409, "Choose between one star and five.")
    assert answer["Content-Type"].startswith("text/plain")


# --- A closed ticket --------------------------------------------------------------------------------------------------


def test_a_closed_ticket_asks_how_it_was_solved(answered, client_of, anna, sam):
    """C14, after closing: its client says it once; whose work it was is kept."""
    ticket, _reply = answered
    browser = client_of(anna)
    assert "How well did we solve it?" not in page_of(browser, ticket)
    assert "rated once it is closed" in send(browser, ticket, "5", follow=True).content.decode()
    actions.assign(fresh(ticket), to=sam, actor=sam)
    close(ticket, anna)
    assert "How well did we solve it?" in page_of(browser, ticket)
    assert send(browser, ticket, "5").url == f"/t/{ticket.number}/#rating"
    row = Rating.objects.get()
    assert (row.stars, row.message, row.agent) == (5, None, sam)
    desk = page_of(client_of(sam), ticket)
    assert "How it was solved" in desk and f"<b>{anna.full_name}</b> rated this ticket: 5 of 5 stars" in desk


def test_a_ticket_nobody_answered_asks_nothing(both, ticket, anna, client_of):
    """Who closed their own question by themselves has nothing to rate."""
    close(ticket, anna)
    assert 'class="rate"' not in page_of(client_of(anna), ticket)
    with pytest.raises(Refused, match="once it is closed"):
        actions.rate(fresh(ticket), stars=5, actor=anna)


def test_closed_anew_it_asks_anew(answered, client_of, anna, sam):
    """A week after the first time it can be said again, because it was closed again."""
    ticket, _reply = answered
    actions.rate(close(ticket, anna), stars=5, actor=anna)
    Rating.objects.update(at=timezone.now() - timedelta(days=30))
    Ticket.objects.update(closed_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Refused, match="for a week"):
        actions.rate(fresh(ticket), stars=1, actor=anna)
    actions.reopen(fresh(ticket), actor=sam, by_staff=True)
    actions.rate(close(ticket, sam), stars=1, actor=anna)
    row = Rating.objects.get()
    assert row.stars == 1 and timezone.now() - row.at < timedelta(minutes=1)
    assert ticket.events.latest("sequence").data == {"stars": 1}


def test_whose_work_it_was_stays_when_the_stars_are_changed(answered, anna, sam, lena):
    """Whoever is given the closed ticket afterwards has not solved it."""
    ticket, _reply = answered
    actions.assign(fresh(ticket), to=sam, actor=sam)
    actions.rate(close(ticket, anna), stars=5, actor=anna)
    actions.assign(fresh(ticket), to=lena, actor=lena)
    actions.rate(fresh(ticket), stars=4, actor=anna)
    assert (Rating.objects.get().stars, Rating.objects.get().agent) == (4, sam)


def test_closing_is_taken_back_although_it_was_rated_meanwhile(answered, client_of, anna):
    """DESIGN, "Undo": stars are no reason to keep it closed; they stay for when it is closed again."""
    ticket, _reply = answered
    browser = client_of(anna)
    browser.post(reverse("ticket_close", args=[ticket.number]))
    click = ticket.events.latest("sequence").click
    send(browser, ticket, "4")
    browser.post(reverse("ticket_undo", args=[ticket.number, click]))
    assert not fresh(ticket).is_closed and "How well did we solve it?" not in page_of(browser, ticket)
    close(ticket, anna)
    assert "rating-star-4" in page_of(browser, ticket)


# --- Policy -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "replies", "when_closed"),
    [(Ratings.OFF, False, False), (Ratings.REPLIES, True, False), (Ratings.CLOSED, False, True), ("", False, True)],
)
def test_the_department_says_what_is_asked(answered, client_of, anna, set_policy, support, mode, replies, when_closed):
    """C14, `rating_mode`; it can be switched off (S171), and then there is no such door. As shipped: after closing."""
    ticket, reply = answered
    set_policy(support, rating_mode=mode)
    browser = client_of(anna)
    close(ticket, anna)
    page = page_of(browser, ticket)
    assert ("Was this reply helpful?" in page) == replies
    assert ("How well did we solve it?" in page) == when_closed
    statuses = {send(browser, ticket, "4", reply).status_code, send(browser, ticket, "4").status_code}
    assert statuses == ({404} if mode == Ratings.OFF else {302})
    assert {row.message_id is not None for row in Rating.objects.all()} == {
        of_reply for of_reply, asked in ((True, replies), (False, when_closed)) if asked
    }


def test_what_was_said_stays_for_staff_when_it_is_switched_off(answered, client_of, anna, sam, set_policy, support):
    """C14: the client is not reminded of it."""
    ticket, reply = answered
    actions.rate(fresh(ticket), stars=2, actor=anna, message=reply)
    set_policy(support, rating_mode=Ratings.OFF)
    assert "Rated 2 out of 5 stars" in page_of(client_of(sam), ticket)
    assert 'class="rate"' not in page_of(client_of(anna), ticket)


def test_the_presets_say_it(db):
    """C14: "Defaults and presets"."""
    chosen = {code: preset.values["rating_mode"] for code, preset in presets.PRESETS.items()}
    assert chosen == {"default": "closed", "hosting": "both", "hub": "closed", "erp": "off"}
    presets.apply(Portal.get(), presets.PRESETS["erp"])
    assert Portal.get().rating_mode == "off"


# --- The client's card ------------------------------------------------------------------------------------------------


def test_the_card_shows_the_clients_ratings(answered, open_ticket, say, client_of, cast, set_policy):
    """S75, S171: their mean beside the ticket and on the card, with the latest; of departments one works in alone."""
    ticket, reply = answered
    actions.rate(fresh(ticket), stars=4, actor=cast.anna, message=reply)
    second = say(ticket, cast.sam, "And now?")
    actions.rate(fresh(ticket), stars=5, actor=cast.anna, message=second)
    set_policy(cast.billing, rating_mode=Ratings.REPLIES)
    elsewhere = open_ticket(client=cast.anna, department=cast.billing)
    actions.rate(fresh(elsewhere), stars=1, actor=cast.anna, message=say(elsewhere, cast.ben, "Paid."))
    page = page_of(client_of(cast.sam), ticket)
    assert "Rated 4.5 out of 5 stars" in page and "2 ratings" in page
    card = client_of(cast.sam).get(reverse("desk_client", args=[cast.anna.pk])).content.decode()
    assert "Rated 4.5 out of 5 stars" in card and f"{ticket.get_absolute_url()}#m2" in card
    assert "Rated 5 out of 5 stars" in card and elsewhere.number not in card
    all_of_it = client_of(cast.operator).get(reverse("desk_client", args=[cast.anna.pk])).content.decode()
    assert "Rated 3.3 out of 5 stars" in all_of_it and elsewhere.number in all_of_it


def test_the_card_leads_nowhere_one_does_not_work(both, open_ticket, say, client_of, cast, set_policy):
    """S119: a ticket of Billing's that was merged into one of Support's is Support's."""
    theirs = [open_ticket(department=cast.billing) for _each in range(2)]
    set_policy(cast.billing, rating_mode=Ratings.BOTH)
    for row in theirs:
        actions.rate(fresh(row), stars=3, actor=cast.anna, message=say(row, cast.ben, "Paid."))
    into = open_ticket(department=both)
    actions.merge([fresh(into), fresh(theirs[1])], into=into, actor=cast.operator)
    card = client_of(cast.ben).get(reverse("desk_client", args=[cast.anna.pk])).content.decode()
    assert theirs[0].number in card and theirs[1].number not in card and into.number not in card


def test_a_client_without_ratings_has_no_such_line(answered, client_of, sam, anna):
    ticket, _reply = answered
    assert "<dt>Ratings</dt>" not in page_of(client_of(sam), ticket)
    assert "rated-h" not in client_of(sam).get(reverse("desk_client", args=[anna.pk])).content.decode()


def test_no_client_reads_how_others_rated(answered, client_of, cast):
    """Carl takes part and sees his own stars, not Anna's."""
    ticket, reply = answered
    actions.add_participant(fresh(ticket), user=cast.carl, rights="reply", actor=cast.anna)
    actions.rate(fresh(ticket), stars=1, actor=cast.anna, message=reply)
    page = page_of(client_of(cast.carl), ticket)
    assert " checked" not in page[page.index('class="rate"') :].split("</form>")[0] and "rated" not in page.lower()


# --- Merging and splitting --------------------------------------------------------------------------------------------


def test_ratings_stay_with_their_messages_when_tickets_are_merged(both, open_ticket, say, client_of, anna, sam):
    """S139-S144: read and given under the survivor, by the number the message was written under."""
    first, second = open_ticket(), open_ticket()
    reply = say(second, sam, "In the second.")
    actions.rate(fresh(second), stars=2, actor=anna, message=reply)
    actions.merge([fresh(first), fresh(second)], actor=sam)
    browser = client_of(anna)
    page = page_of(browser, first)
    assert f'id="m2-{second.number}-star-2" type="radio" name="stars" value="2" required checked' in page
    answer = browser.post(f"/t/{second.number}/m/2/rate/", {"stars": "5"})
    assert answer.url == f"/t/{first.number}/#m2-{second.number}"
    assert Rating.objects.get().stars == 5 and Rating.objects.get().ticket == second
    assert "Rated 5 out of 5 stars" in page_of(client_of(sam), first)
    actions.unmerge(first.events.get(verb=Verb.TOOK_IN), actor=sam)
    assert "m2-star-5" in page_of(browser, second)


def test_ratings_go_along_with_a_message_that_is_split_off(answered, say, client_of, anna, sam):
    """S158, S194: and come back when that is undone."""
    ticket, reply = answered
    say(ticket, anna, "Another thing.")
    second = say(ticket, sam, "Of the other thing.")
    for message, stars in ((reply, 5), (second, 2)):
        actions.rate(fresh(ticket), stars=stars, actor=anna, message=message)
    chosen = list(ticket.messages.filter(number__gte=3))
    about = {"subject": "Another thing", "department": ticket.department}
    new = actions.split(fresh(ticket), messages=chosen, actor=sam, **about)
    copy = Message.objects.get(origin=second)
    assert Rating.objects.get(message=copy).ticket == new and Rating.objects.get(message=reply).ticket == ticket
    browser = client_of(anna)
    assert f"m{second.number}-star-1" not in page_of(browser, ticket)
    send(browser, ticket, "1", second)
    assert not Rating.objects.filter(message=second).exists()
    assert "Rated 2 out of 5 stars" in page_of(client_of(sam), new)
    event = new.events.get(verb=Verb.SPLIT)
    actions.unsplit(event, actor=sam)
    assert Rating.objects.get(message=second).stars == 2


def test_what_was_split_off_is_rated_where_it_stands(split_reply, answered, anna, sam, lena):
    """S158: the mark it left is none to rate, wherever the new ticket lies; so taking it back finds one rating."""
    ticket, reply = answered
    new, event = split_reply
    actions.trash(fresh(new), actor=lena)
    with pytest.raises(Refused, match="cannot be rated"):
        actions.rate(fresh(ticket), stars=1, actor=anna, message=reply)
    actions.restore(fresh(new), actor=lena)
    actions.unsplit(event, actor=sam)
    assert (Rating.objects.get().stars, Rating.objects.get().message) == (5, reply)


def test_a_reply_that_a_split_off_ticket_begins_with_is_rated_yet(split_reply, client_of, anna):
    """It is an answer, not what its client was written to about first."""
    new, _event = split_reply
    browser = client_of(anna)
    assert "m1-star-5" in page_of(browser, new)
    send(browser, new, "4", new.first_message)
    assert Rating.objects.get().stars == 4


def test_restored_after_its_splitting_was_taken_back_each_is_rated_for_itself(split_reply, answered, client_of, cast):
    """S155, S158: both stand in a ticket of their own, and the pages take what they offer; taken back anew, what was
    said of the old ticket's stays."""
    ticket, reply = answered
    new, event = split_reply
    actions.unsplit(event, actor=cast.sam)
    actions.restore(fresh(new), actor=cast.lena)
    browser = client_of(cast.anna)
    for where, message, stars in ((ticket, reply, 4), (new, new.first_message, 2)):
        assert f"{message.anchor}-star-{stars}" in page_of(browser, where)
        send(browser, where, str(stars), message)
    assert set(Rating.objects.values_list("message", "stars")) == {(reply.pk, 4), (new.first_message.pk, 2)}
    actions.unsplit(event, actor=cast.sam)
    assert Rating.objects.get(message=reply).stars == 4


@pytest.fixture
def split_reply(answered, anna, sam):
    """Anna has rated the reply, and Sam has given it a ticket of its own: (the new ticket, its event)."""
    ticket, reply = answered
    actions.rate(fresh(ticket), stars=5, actor=anna, message=reply)
    about = {"subject": "Another thing", "department": ticket.department}
    new = actions.split(fresh(ticket), messages=[reply], actor=sam, **about)
    return new, new.events.get(verb=Verb.SPLIT)


def test_merged_into_merged_they_are_told_and_the_history_is_whole(both, open_ticket, say, client_of, anna, sam):
    """S167, T20: each in the history of the ticket it was written under; and back with it when that is taken out."""
    rows = [open_ticket() for _each in range(3)]
    replies = [say(row, sam, "Like this.") for row in rows]
    actions.merge([fresh(rows[1]), fresh(rows[2])], into=rows[1], actor=sam)
    actions.merge([fresh(rows[0]), fresh(rows[1])], into=rows[0], actor=sam)
    browser = client_of(anna)
    for row, reply in zip(rows, replies, strict=True):
        assert send(browser, row, "3", reply).url.startswith(f"/t/{rows[0].number}/#m2")
        assert fresh(row).events.latest("sequence").verb == Verb.RATED
    log = client_of(sam).get(reverse("ticket_log", args=[rows[0].number])).content.decode()
    assert log.count(": 3 of 5 stars") == 3 and f"#m2-{rows[2].number}" in log
    actions.detach(fresh(rows[1]), actor=sam)
    page = page_of(browser, rows[1])
    assert "m2-star-3" in page and f"m2-{rows[2].number}-star-3" in page
    assert history.verify() is None


def test_a_guest_rates_in_the_whole_thread_their_ticket_stands_in_and_no_other(both, open_ticket, say, cast, by_pass):
    """T01, S7: by a pass for a part of a merged ticket."""
    mine, into, other = (open_ticket(client=cast.greta) for _each in range(3))
    replies = [say(row, cast.sam, "Like this.") for row in (mine, into, other)]
    guest = by_pass(mine)
    actions.merge([fresh(into), fresh(mine)], into=into, actor=cast.sam)
    statuses = [send(guest, *about).status_code for about in zip((mine, into, other), "345", replies, strict=True)]
    assert statuses == [302, 302, 404]


# --- At the same moment -----------------------------------------------------------------------------------------------


@pytest.fixture
def wide_open(monkeypatch):
    """Every rating stops between its check and its change."""
    refuse = rating.refuse

    def slow_refuse(*args, **kwargs):
        refuse(*args, **kwargs)
        time.sleep(0.3)

    monkeypatch.setattr(rating, "refuse", slow_refuse)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_make_one_rating(both, open_ticket, say, client_of, anna, sam, wide_open):
    """T09: of a reply under a merged ticket, and of the ticket; the second changes what the first has said."""
    first, second = open_ticket(), open_ticket()
    reply = say(second, sam, "In the second.")
    actions.merge([fresh(first), fresh(second)], into=first, actor=sam)
    close(first, anna)
    for about in ([second, "2", reply], [second, "4", reply]), ([first, "2"], [second, "4"]):
        tabs = [(client_of(anna), each) for each in about]
        answers = at_once(*[lambda tab=tab: send(tab[0], *tab[1]) for tab in tabs])
        assert [answer.status_code for answer in answers] == [302, 302]
    assert Rating.objects.count() == 2
    told = TicketEvent.objects.filter(verb=Verb.RATED).order_by("pk")
    assert [("was" in event.data, event.ticket) for event in told] == [
        (False, second), (True, second), (False, first), (True, first)
    ]  # fmt: skip
    assert history.verify() is None


@pytest.mark.django_db(transaction=True)
def test_a_star_and_a_split_at_once_end_at_the_same_message(answered, say, anna, sam, wide_open):
    """T09: it goes along, or finds the message moved."""
    ticket, reply = answered
    about = {"messages": [reply], "subject": "Else", "department": ticket.department}
    answers = at_once(
        lambda: actions.rate(fresh(ticket), stars=5, actor=anna, message=reply),
        lambda: actions.split(fresh(ticket), actor=sam, **about),
    )
    assert isinstance(answers[0], (Rating, Refused)) and isinstance(answers[1], Ticket)
    assert not Rating.objects.filter(message=reply).exists()
    assert Rating.objects.count() == isinstance(answers[0], Rating)


# --- What else it touches ---------------------------------------------------------------------------------------------


def test_a_rating_moves_nothing_and_tells_nobody_by_mail(answered, anna):
    """The ticket stays where it was in every list, in its status, and unread by nobody."""
    from mail.models import OutgoingMail

    ticket, reply = answered
    rule = Rule.objects.create(name="Too long", is_active=True, since="waiting", after_minutes=1)
    rule.actions.create(do="note", value="Look at this.")
    forget()
    before = Ticket.objects.values().get(pk=ticket.pk)
    told = OutgoingMail.objects.count(), Notification.objects.count()
    actions.rate(fresh(ticket), stars=1, actor=anna, message=reply)
    after = Ticket.objects.values().get(pk=ticket.pk)
    assert {name for name in before if before[name] != after[name]} == {"event_count", "head"}
    assert (OutgoingMail.objects.count(), Notification.objects.count()) == told


def test_a_ticket_in_the_trash_is_not_rated(answered, client_of, anna, lena):
    """S155."""
    ticket, reply = answered
    actions.trash(fresh(ticket), actor=lena)
    assert send(client_of(anna), ticket, "5", reply).status_code == 404
    with pytest.raises(Refused, match="trash"):
        actions.rate(fresh(ticket), stars=5, actor=anna, message=reply)


def test_deleted_for_good_the_stars_stay(answered, client_of, anna, lena):
    """C5: they are no words of the client's, and nobody mends a mean by deleting."""
    ticket, reply = answered
    actions.rate(fresh(ticket), stars=1, actor=anna, message=reply)
    actions.trash(fresh(ticket), actor=lena)
    actions.empty(fresh(ticket), actor=lena)
    assert Rating.objects.get().stars == 1
    card = client_of(lena).get(reverse("desk_client", args=[anna.pk])).content.decode()
    assert "Rated 1 out of 5 stars" in card and history.verify() is None


def test_the_log_tells_it(answered, client_of, anna, sam):
    """S167: under messages, with what was and what is."""
    ticket, reply = answered
    for stars in (3, 4):
        actions.rate(fresh(ticket), stars=stars, actor=anna, message=reply)
    log = client_of(sam).get(reverse("ticket_log", args=[ticket.number]) + "?kind=messages").content.decode()
    assert "#2</a>: 3 of 5 stars" in log and "from 3 to 4 of 5 stars" in log


def test_stars_cost_no_statement_more(answered, say, client_of, anna, sam, statements):
    """Speed: as many for a page with ten rated replies as for one."""
    ticket, reply = answered
    actions.rate(fresh(ticket), stars=5, actor=anna, message=reply)

    def asked(person):
        browser = client_of(person)
        browser.get(ticket.get_absolute_url())
        with statements() as seen:
            browser.get(ticket.get_absolute_url())
        return len(seen)

    before = asked(anna), asked(sam)
    for _more in range(9):
        actions.rate(fresh(ticket), stars=4, actor=anna, message=say(ticket, sam, "More."))
    assert (asked(anna), asked(sam)) == before

"""Stars of clients for replies, and for how a closed ticket was solved (S171, C14)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from departments import presets
from departments.models import Policy, Portal
from tickets import access, actions
from tickets.models import Message, Rating, Ticket, Verb
from tickets.refused import Refused
from tickets.writing import write

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
    for person, rights in ((cast.carl, "reply"), (cast.olga, "read")):
        actions.add_participant(fresh(ticket), user=person, rights=rights, actor=cast.anna)
    send(client_of(cast.anna), ticket, "5", reply)
    assert send(client_of(cast.carl), ticket, "2", reply).status_code == 302
    readers = client_of(cast.olga)
    if not access.abilities(viewer_of(cast.olga), fresh(ticket)).reply:
        assert send(readers, ticket, "1", reply).status_code == 404 and 'class="rate"' not in page_of(readers, ticket)
    assert set(Rating.objects.values_list("user", "stars")) == {(cast.anna.pk, 5), (cast.carl.pk, 2)}
    assert "m2-star-2" in page_of(client_of(cast.carl), ticket)
    desk = page_of(client_of(cast.sam), ticket)
    assert f"Rated by {cast.anna.full_name}" in desk and f"Rated by {cast.carl.full_name}" in desk


def viewer_of(user):
    from accounts.viewer import Viewer

    return Viewer(user)


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


# --- What else it touches ---------------------------------------------------------------------------------------------


def test_a_rating_moves_nothing_and_tells_nobody_by_mail(answered, anna):
    """The ticket stays where it was in every list, in its status, and unread by nobody."""
    from mail.models import OutgoingMail

    ticket, reply = answered
    before = Ticket.objects.values().get(pk=ticket.pk)
    mails = OutgoingMail.objects.count()
    actions.rate(fresh(ticket), stars=1, actor=anna, message=reply)
    after = Ticket.objects.values().get(pk=ticket.pk)
    assert {name for name in before if before[name] != after[name]} == {"event_count", "head"}
    assert OutgoingMail.objects.count() == mails


def test_a_ticket_in_the_trash_is_not_rated(answered, client_of, anna, lena):
    """S155."""
    ticket, reply = answered
    actions.trash(fresh(ticket), actor=lena)
    assert send(client_of(anna), ticket, "5", reply).status_code == 404
    with pytest.raises(Refused, match="trash"):
        actions.rate(fresh(ticket), stars=5, actor=anna, message=reply)


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

"""Merging tickets, and taking it back: one conversation, nobody's words lost, nothing shown that should not be."""

import uuid
from datetime import timedelta

import pytest
from django.core import serializers
from django.utils import timezone, translation

from accounts.models import Membership, Organisation, User
from accounts.viewer import Viewer
from departments.models import StaffPlace
from mail.models import IncomingMail, OutgoingMail
from tickets import access, actions, exposure, merged
from tickets.actions import merging, unmerging
from tickets.conversation import thread
from tickets.keeping import files, history
from tickets.lists import search
from tickets.models import (
    Attachment,
    CheckPoint,
    Draft,
    Flag,
    Mention,
    Message,
    Participant,
    PendingReply,
    Tag,
    Ticket,
    TicketEvent,
    TicketLink,
    TimeEntry,
    Verb,
    Watcher,
)
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def took_in(ticket):
    return TicketEvent.objects.filter(ticket=ticket, verb=Verb.TOOK_IN).latest("sequence")


@pytest.fixture
def two(open_ticket):
    """Two tickets of Anna's, the older first."""
    return open_ticket(subject="Shop returns 502"), open_ticket(subject="Ocelots in the cart", text="An ocelot walks.")


@pytest.fixture
def crossing(cast, set_policy):
    """Tickets of different organisations may be merged in Technical support."""
    set_policy(cast.support, merge_across=True)


# --- Into which, and how it looks -------------------------------------------------------------------------------------


def test_merging_goes_into_the_ticket_opened_first_however_they_are_named(two, sam):
    """S139: from the list or from inside, in any order."""
    older, newer = two
    assert actions.merge([newer, older], actor=sam) == older
    assert fresh(newer).merged_into == older and fresh(older).has_merged


def test_the_survivor_can_be_chosen(two, sam):
    """S139: shown and swappable."""
    older, newer = two
    assert actions.merge([older, newer], actor=sam, into=newer) == newer
    assert fresh(older).merged_into == newer


def test_several_are_merged_at_once(open_ticket, sam):
    """S134."""
    made = [open_ticket(subject=f"Number {n}") for n in range(4)]
    into = actions.merge(made, actor=sam)
    assert into == made[0] and set(merged.family(fresh(into)).values()) == {row.number for row in made[1:]}
    assert TicketEvent.objects.filter(ticket=into, verb=Verb.TOOK_IN).count() == 1


@pytest.mark.parametrize("language", ["en", "fr", "ru", "pt-br"])
def test_the_mark_is_in_the_clients_language_and_there_once(two, sam, anna, open_ticket, language):
    """S140: added once; not when it, or a translation of it, stands there already."""
    anna.language = language
    anna.save(update_fields=["language"])
    into = actions.merge(two, actor=sam)
    assert into.subject == f"{merging.mark_in(language)} Shop returns 502"
    for code in ("en", "fr", "ru", "pt-br"):
        assert merging.marked(into.subject, code) == into.subject
    again = actions.merge([into, open_ticket()], actor=sam)
    assert again.subject == into.subject


def test_a_long_subject_keeps_its_mark(open_ticket, sam):
    """S140."""
    into = actions.merge([open_ticket(subject="x" * 200), open_ticket()], actor=sam)
    assert into.subject.startswith("[MERGED] xxx") and len(into.subject) == 200


def test_the_survivor_takes_the_status_of_the_one_with_the_last_reply(open_ticket, say, sam, anna):
    """S141: answered last in the newer one: the survivor is answered, too."""
    older, newer = open_ticket(), open_ticket()
    say(newer, sam)
    into = actions.merge([older, newer], actor=sam)
    assert into.status == fresh(newer).status and into.last_by_staff and not into.awaiting


def test_the_survivor_keeps_its_status_when_it_has_the_last_reply(open_ticket, say, sam):
    """S141, the other way round: since when it waits is the earliest of both."""
    older, newer = open_ticket(), open_ticket()
    say(newer, sam)
    say(older, older.client, "Still broken")
    into = actions.merge([older, newer], actor=sam)
    assert into.category == "waits_staff" and into.awaiting
    assert into.waiting_since == fresh(older).waiting_since is not None


def test_a_closed_one_with_the_last_reply_closes_the_survivor(open_ticket, say, sam):
    """S141, bad input: one of them was closed meanwhile."""
    older, newer = open_ticket(), open_ticket()
    say(newer, sam)
    actions.close(newer, actor=sam)
    into = actions.merge([older, newer], actor=sam)
    assert into.is_closed and into.closed_at == fresh(newer).closed_at


def test_a_snooze_of_the_survivor_is_over_when_the_other_has_the_last_reply(open_ticket, say, anna, sam):
    """S141: what it was put aside for is not what it waits for now."""
    older, newer = open_ticket(), open_ticket()
    actions.snooze(older, until=None, actor=sam)
    say(newer, anna, "And the mail too.")
    into = actions.merge([older, newer], actor=sam)
    assert into.snoozed_at is None and fresh(into).snoozed_at is None


def test_an_escalated_one_escalates_the_survivor(two, sam):
    Ticket.objects.filter(pk=two[1].pk).update(escalated=True)
    assert actions.merge(two, actor=sam).escalated and fresh(two[0]).escalated


@pytest.mark.parametrize(("name", "stays"), [("sam", True), ("ben", False)])
def test_who_looked_after_the_other_looks_after_the_survivor_if_they_work_there(two, cast, name, stays):
    """S119: nobody is given a ticket they do not see."""
    Ticket.objects.filter(pk=two[1].pk).update(assignee=getattr(cast, name))
    actions.merge(two, actor=cast.lena)
    assert fresh(two[0]).assignee == (cast.sam if stays else None)


def test_the_merged_ticket_leaves_every_list(two, client_of, sam, anna):
    """S142."""
    older, newer = two
    actions.merge(two, actor=sam)
    page = client_of(sam).get("/desk/?view=all").content.decode()
    assert older.number in page and newer.number not in page
    mine = client_of(anna).get("/tickets/").content.decode()
    assert older.number in mine and newer.number not in mine


@pytest.mark.parametrize("name", ["anna", "olga", "sam", "lena", "operator"])
def test_the_old_link_leads_on_for_whoever_may_see_the_survivor(two, client_of, cast, name):
    """S142."""
    older, newer = two
    actions.merge(two, actor=cast.sam)
    answer = client_of(getattr(cast, name)).get(f"/t/{newer.number}/")
    assert answer.status_code == 302 and answer.url == f"/t/{older.number}/"


@pytest.mark.parametrize("name", ["carl", "ben", "greta"])
def test_the_old_link_is_nothing_for_others(two, client_of, cast, name):
    """S142, T01."""
    actions.merge(two, actor=cast.sam)
    assert client_of(getattr(cast, name)).get(f"/t/{two[1].number}/").status_code == 404


def test_a_guests_pass_to_the_merged_ticket_opens_the_survivor(open_ticket, greta, sam, by_pass):
    """S142, S7: their old mail still lets them in; a pass to the survivor is no need."""
    older, newer = open_ticket(client=greta), open_ticket(client=greta, text="Second letter")
    browser = by_pass(newer)
    actions.merge([older, newer], actor=sam)
    answer = browser.get(f"/t/{newer.number}/", follow=True)
    assert answer.status_code == 200 and "Second letter" in answer.content.decode()
    assert fresh(older) in Ticket.objects.listed().visible_to(Viewer(greta, newer.number))


def test_a_pass_to_another_ticket_still_opens_nothing(open_ticket, greta, carl, sam, by_pass):
    """T01: may not."""
    other = open_ticket(client=greta)
    browser = by_pass(other)
    older, newer = open_ticket(client=greta), open_ticket(client=greta)
    actions.merge([older, newer], actor=sam)
    assert browser.get(f"/t/{newer.number}/").status_code == browser.get(f"/t/{older.number}/").status_code == 404


def test_mail_to_the_merged_ticket_lands_in_the_survivor(two, arrive, sam, anna, letter_to, say):
    """S143: by its number, by the Message-ID of a letter of ours, and by one the client's own mail had."""
    older, newer = two
    say(newer, sam, "An answer")
    before = letter_to(anna, newer)
    actions.merge(two, actor=sam)
    by_number = arrive(anna, subject=f"Re: {newer.number} ocelots", text="By its number.")
    by_letter = arrive(anna, text="By your letter.", headers={"In-Reply-To": before.message_id})
    assert by_number.ticket == by_letter.ticket == older
    assert list(Message.objects.filter(ticket=older, number__gt=1).values_list("body", flat=True)) == [
        "By its number.",
        "By your letter.",
    ]
    assert not Message.objects.filter(ticket=newer, number__gt=2).exists()


def test_a_mail_that_made_the_merged_ticket_is_answered_in_the_survivor(open_ticket, arrive, anna, sam):
    """S143: Message-IDs others gave go along; the import log shows the mail to who works on the survivor."""
    older = open_ticket()
    first = arrive(anna, subject="By mail", text="First.", headers={"Message-ID": "<first@outside.example>"})
    actions.merge([older, first.ticket], actor=sam)
    second = arrive(anna, text="Second.", headers={"In-Reply-To": "<first@outside.example>"})
    assert second.ticket == older
    assert IncomingMail.objects.get(pk=first.row.pk).desk == older.department_id


# --- One thread -------------------------------------------------------------------------------------------------------


def test_messages_stand_in_order_of_time_with_their_origin(two, say, sam, anna, client_of):
    """S165: staff and client read each under the number it was written under."""
    older, newer = two
    say(older, sam, "To the older one")
    say(newer, sam, "To the newer one")
    actions.merge(two, actor=sam)
    for person in (sam, anna):
        page = client_of(person).get(f"/t/{older.number}/").content.decode()
        texts = ("The cart answers 502.", "An ocelot walks.", "To the older", "To the newer")
        places = [page.index(text) for text in texts]
        assert places == sorted(places)
        assert f'href="#m2-{newer.number}"' in page and f">{newer.number} #2</a>" in page
        assert 'href="#m2"' in page


def test_notes_stay_notes(two, sam, anna, client_of):
    """S165, the canary: a note of the merged ticket reaches no client."""
    older, newer = two
    actions.add_note(newer, author=sam, written=write("Canary of the merged ticket"))
    actions.merge(two, actor=sam, tell=True)
    assert "Canary" in client_of(sam).get(f"/t/{older.number}/").content.decode()
    assert "Canary" not in client_of(anna).get(f"/t/{older.number}/").content.decode()
    assert not OutgoingMail.objects.filter(to_address=anna.email, text__contains="Canary").exists()


def test_events_and_log_tell_of_both(two, sam, client_of):
    """S167: what happened in the merged ticket is told with its number."""
    older, newer = two
    actions.assign(newer, to=sam, actor=sam)
    actions.merge(two, actor=sam)
    log = client_of(sam).get(f"/t/{older.number}/log/").content.decode()
    assert f'<span class="num muted">{newer.number}</span>' in log
    assert f'merged <a class="num" href="/t/{newer.number}/">{newer.number}</a> into this ticket' in log


def test_clients_are_told_what_was_merged(two, sam, anna, client_of):
    """S144."""
    older, newer = two
    actions.merge(two, actor=sam)
    page = client_of(anna).get(f"/t/{older.number}/").content.decode()
    assert f'<b class="num">{newer.number}</b> was merged into this ticket' in page
    assert "blocks" not in page


def test_files_of_the_merged_ticket_open_for_who_reads_the_survivor(open_ticket, cast, client_of, file):
    """T14: through their ticket, which is the survivor now; for nobody else."""
    upload = files.store(file(), owner="user:1", policy=cast.support.policy, by_staff=False)
    older, newer = open_ticket(), open_ticket(attachments=[upload])
    actions.merge([older, newer], actor=cast.sam)
    address = f"/attachments/{upload.token}/{upload.name}"
    assert [client_of(who).get(address).status_code for who in (cast.anna, cast.sam, cast.carl)] == [200, 200, 404]
    assert upload.name in client_of(cast.anna).get(f"/t/{older.number}/").content.decode()


def test_an_ordinary_ticket_costs_what_it_did_and_a_merged_one_a_constant(two, sam, client_of, statements, open_ticket):
    """T27: a survivor's page reads its family, the calls it was made of, its old subject and the ratings that came
    along besides, however many were merged; any other page nothing."""
    browser, third = client_of(sam), open_ticket()
    older, newer = two
    browser.get(f"/t/{third.number}/")
    with statements() as plain:
        browser.get(f"/t/{third.number}/")
    actions.merge(two, actor=sam)
    browser.get(f"/t/{older.number}/")
    with statements() as one:
        browser.get(f"/t/{older.number}/")
    actions.merge([older, *[open_ticket() for _ in range(3)]], actor=sam)
    browser.get(f"/t/{older.number}/")
    with statements() as many:
        browser.get(f"/t/{older.number}/")
    assert len(many) == len(one) and len(one) <= len(plain) + 4


def test_the_words_of_the_merged_ticket_find_the_survivor(two, sam, anna):
    """Search: words, subject and number lead to where it lives on."""
    older, newer = two
    actions.merge(two, actor=sam)
    for words in ("ocelot", "ocelots cart", newer.number):
        assert list(search.matching(Ticket.objects.listed(), words)) == [older]


def test_addresses_of_a_merged_client_are_found_by_staff_alone(open_ticket, cast, crossing):
    """T16: nobody learns by searching who is behind a ticket."""
    address = "quetzal@zapotec.example"
    older, newer = open_ticket(), open_ticket(client=User.objects.guest_for(address, name="Dora"))
    actions.merge([older, newer], actor=cast.operator, across=True)
    assert list(search.matching(Ticket.objects.listed(), address)) == []
    assert list(search.matching(Ticket.objects.listed(), address, notes=True)) == [older]
    assert list(search.matching(Ticket.objects.listed(), "Dora")) == [older]


def test_a_message_of_the_merged_ticket_is_edited_in_its_own_chain(two, sam, anna, client_of):
    """C5, T20: changed on the survivor's page, told in its own history; every chain stays whole."""
    older, newer = two
    actions.merge(two, actor=sam)
    message = newer.messages.get()
    page = client_of(sam).get(f"/t/{older.number}/message/{message.pk}/edit/")
    assert page.status_code == 200
    client_of(sam).post(f"/t/{older.number}/message/{message.pk}/edit/", {"message": "A lynx walks."})
    assert TicketEvent.objects.get(message=message, verb=Verb.EDITED).ticket == newer
    assert history.verify() is None
    assert list(search.matching(Ticket.objects.listed(), "lynx")) == [older]


def test_old_messages_of_a_long_survivor_are_a_click_further(open_ticket, say, sam, monkeypatch):
    """Paging by time, not by number: numbers stand twice."""
    monkeypatch.setattr(thread, "PAGE", 2)
    older, newer = open_ticket(text="a"), open_ticket(text="b")
    say(older, sam, "c")
    say(newer, sam, "d")
    into = actions.merge([older, newer], actor=sam)
    last = thread.messages_of(into)
    assert [row.body for row in last] == ["b", "c", "d"]
    earlier = thread.messages_of(into, before=last[1].pk)
    assert [row.body for row in earlier] == ["a", "b"]


# --- People -----------------------------------------------------------------------------------------------------------


def test_the_client_of_the_merged_ticket_takes_part(open_ticket, anna, olga, sam):
    """S144: both clients keep access; one organisation needs no permission."""
    older, newer = open_ticket(), open_ticket(client=olga)
    into = actions.merge([older, newer], actor=sam)
    assert Participant.objects.get(ticket=into).user == olga
    assert access.abilities(Viewer(olga), fresh(newer)).reply


def test_participants_watchers_flags_and_tags_are_joined(two, carl, sam, lena):
    """S163, S166: what hung on either hangs on the survivor; a right to reply goes before one to read."""
    older, newer = two
    actions.add_participant(older, user=carl, rights="read", actor=sam)
    actions.add_participant(newer, user=carl, rights="reply", actor=sam)
    Watcher.objects.create(ticket=newer, user=lena)
    actions.flag(newer, to=lena, actor=sam)
    newer.tags.add(Tag.objects.create(name="ocelot"))
    into = actions.merge(two, actor=sam)
    assert Participant.objects.get(ticket=into).rights == "reply"
    assert [row.user for row in [*into.watchers.all(), *into.flags.all()]] == [lena, lena]
    assert [tag.name for tag in into.tags.all()] == ["ocelot"]


def test_colleagues_who_took_part_in_the_other_are_no_clients_of_the_survivor(two, carl, sam, lena):
    """They work on it: as one of the client's side they would be written to twice."""
    for person in (carl, lena):
        Participant.objects.create(ticket=two[1], user=person)
    into = actions.merge(two, actor=sam)
    assert Participant.objects.get(ticket=into).user == carl


def test_a_link_that_would_make_a_circle_stays_where_it_is(two, open_ticket, sam):
    """The survivor blocks what blocked the other: both at once make no sense."""
    (older, newer), between = two, open_ticket()
    actions.link(older, to=between, kind=TicketLink.Kind.BLOCKS, actor=sam)
    actions.link(between, to=newer, kind=TicketLink.Kind.BLOCKS, actor=sam)
    actions.merge(two, actor=sam)
    assert set(TicketLink.objects.values_list("ticket", "other")) == {
        (older.pk, between.pk),
        (between.pk, newer.pk),
    }


def test_a_draft_for_a_ticket_that_was_merged_waits_in_the_survivor(two, sam, lena, client_of):
    """Bad input: what somebody was typing is not lost; typed in both, it stands together."""
    older, newer = two
    browser, other = client_of(sam), client_of(lena)
    browser.post("/drafts/save/", {"place": f"reply/{newer.number}", "message": "Half a sentence"})
    other.post("/drafts/save/", {"place": f"reply/{older.number}", "message": "Here"})
    other.post("/drafts/save/", {"place": f"reply/{newer.number}", "message": "and there"})
    actions.merge(two, actor=lena)
    assert "Half a sentence" in browser.get(f"/t/{older.number}/").content.decode()
    assert Draft.objects.get(owner=f"user:{lena.pk}").fields["message"] == "Here\n\nand there"


def test_a_page_open_while_its_ticket_is_merged_overwrites_nothing_of_the_other_draft(two, sam, lena, client_of):
    """S6, bad input: what was typed in both, on two pages each, and the page of the survivor goes on typing."""
    older, newer = two
    browser = client_of(sam)

    def save(ticket, words, page):
        sent = {"message": words, "draft_at": "", "form_key": f"page-of-the-{page}"}
        return browser.post(f"/drafts/save/?place=reply/{ticket.number}", sent)

    save(newer, "On the phone", "phone")
    save(newer, "At home", "home-page")
    save(older, "Here", "desk-page")
    actions.merge(two, actor=lena)
    answer = save(older, "Here I go on", "desk-page")
    fields = Draft.objects.get().fields
    assert answer.status_code == 409 and fields["message"] == "Here I go on"
    assert fields["elsewhere"] == "Here\n\nAt home\n\nOn the phone"


def test_what_is_typed_on_a_stale_page_is_kept_and_not_sent_unread(two, sam, client_of):
    """S6, bad input: the page still showed the merged ticket."""
    older, newer = two
    actions.merge(two, actor=sam)
    browser = client_of(sam)
    browser.post("/drafts/save/", {"place": f"reply/{newer.number}", "message": "Later words"})
    assert Draft.objects.get().place == f"reply/{older.number}"
    answer = browser.post(f"/t/{newer.number}/reply/", {"message": "My answer", "seen": "9.9"})
    assert answer.status_code == 409 and "My answer" in answer.content.decode()
    assert not Message.objects.filter(body="My answer").exists()


def test_a_clients_answer_on_a_stale_page_goes_to_the_survivor(two, sam, anna, client_of):
    """S142."""
    older, newer = two
    actions.merge(two, actor=sam)
    answer = client_of(anna).post(f"/t/{newer.number}/reply/", {"message": "Still there?"})
    assert answer.url.startswith(f"/t/{older.number}/#m")
    assert Message.objects.get(body="Still there?").ticket == older


def test_a_reply_that_waits_is_sent_in_the_survivor(two, sam, client_of):
    """Pending replies of the merged ticket are kept and lead on."""
    older, newer = two
    row = actions.hold_reply(newer, author=sam, written=write("On its way"), due_at=timezone.now())
    actions.merge(two, actor=sam)
    assert "On its way" in client_of(sam).get(f"/t/{older.number}/").content.decode()
    message = actions.release(PendingReply.objects.get(pk=row.pk))
    assert message.ticket == older


def test_one_letter_tells_each_client_if_wanted(open_ticket, anna, olga, sam):
    """“Tell the client”: one letter each, about the survivor; without the tick none."""

    def merged_letters():
        letters = OutgoingMail.objects.filter(kind="merged").order_by("to_address")
        return list(letters.values_list("to_address", "reference"))

    older, newer = open_ticket(), open_ticket(client=olga)
    actions.merge([open_ticket(), open_ticket()], actor=sam)
    assert merged_letters() == []
    actions.merge([older, newer], actor=sam, tell=True)
    assert merged_letters() == [(anna.email, older.number), (olga.email, older.number)]


def test_a_guest_gets_a_way_in_with_the_letter(open_ticket, greta, sam, crossing, operator):
    """S7: the pass is a guest's only way in."""
    older, newer = open_ticket(), open_ticket(client=greta)
    actions.merge([older, newer], actor=operator, across=True, tell=True)
    text = OutgoingMail.objects.get(kind="merged", to_address=greta.email).text
    assert "/g/" in text


# --- Others' tickets (C12, S144) --------------------------------------------------------------------------------------


def test_other_clients_tickets_are_merged_only_where_policy_lets_a_lead(open_ticket, carl, sam, lena, set_policy, cast):
    """C12: off as shipped; on, it takes the lead of both departments, and their word that they read the list."""
    older, newer = open_ticket(), open_ticket(client=carl)
    for person in (sam, lena, cast.operator):
        with pytest.raises(Refused):
            actions.merge([older, newer], actor=person, across=True)
    set_policy(cast.support, merge_across=True)
    with pytest.raises(Refused):
        actions.merge([older, newer], actor=sam, across=True)
    with pytest.raises(Refused):
        actions.merge([older, newer], actor=lena)
    assert actions.merge([older, newer], actor=lena, across=True) == older
    assert access.abilities(Viewer(carl), fresh(newer)).see and access.abilities(Viewer(cast.anna), fresh(older)).see


def test_a_lead_of_one_department_does_not_merge_those_of_two(open_ticket, cast, set_policy):
    """C12: the lead of both."""
    set_policy(cast.support, merge_across=True)
    set_policy(cast.billing, merge_across=True)
    StaffPlace.objects.update_or_create(user=cast.sam, department=cast.support, defaults={"role": "lead"})
    StaffPlace.objects.update_or_create(user=cast.sam, department=cast.billing, defaults={"role": "agent"})
    older, newer = open_ticket(), open_ticket(client=cast.carl, department=cast.billing)
    with pytest.raises(Refused):
        actions.merge([older, newer], actor=User.objects.get(pk=cast.sam.pk), across=True)
    StaffPlace.objects.filter(user=cast.sam).update(role="lead")
    assert actions.merge([older, newer], actor=User.objects.get(pk=cast.sam.pk), across=True) == older


def test_the_list_says_who_comes_to_read_what_and_who_no_more(open_ticket, anna, olga, carl, cast):
    """C12: before anybody confirms it."""
    house = Organisation.objects.create(name="Carl and Sons")
    boss = User.objects.guest_for("boss@example.com", name="Boss")
    for person, role in ((carl, "own"), (boss, "admin")):
        Membership.objects.update_or_create(user=person, organisation=house, defaults={"role": role})
    older, newer = open_ticket(), open_ticket(client=carl, organisation=house)
    shown = exposure.of_merging([older, newer], older)
    gains = {person: [row.number for row in rows] for person, rows in shown.gains}
    assert shown.outside and gains[anna] == [newer.number] and gains[carl] == [older.number]
    assert [person for person, _rows in shown.loses] == [boss]


def test_the_page_shows_the_list_and_asks_for_a_tick(open_ticket, carl, lena, client_of, crossing):
    """C12: nothing happens without it."""
    older, newer = open_ticket(), open_ticket(client=carl)
    browser, address = client_of(lena), f"/t/{older.number}/merge/"
    page = browser.get(f"{address}?other={newer.number}").content.decode()
    assert "Who comes to read what" in page and carl.email in page and 'name="across"' in page
    assert browser.post(address, {"other": newer.number}).status_code == 422
    assert fresh(newer).merged_into is None
    assert browser.post(address, {"other": newer.number, "across": "1"}).status_code == 302
    assert fresh(newer).merged_into == older


def test_an_agent_reads_why_it_cannot_be(open_ticket, carl, sam, client_of):
    """C12: may not."""
    older, newer = open_ticket(), open_ticket(client=carl)
    page = client_of(sam).get(f"/t/{older.number}/merge/?other={newer.number}").content.decode()
    assert "Only who leads both departments" in page and 'name="across"' not in page


# --- Bad input --------------------------------------------------------------------------------------------------------


def test_into_itself_alone_and_too_many_are_refused(open_ticket, sam, monkeypatch):
    """Bad input: merge into itself."""
    ticket = open_ticket()
    for tickets in ([], [ticket], [ticket, fresh(ticket)]):
        with pytest.raises(Refused):
            actions.merge(tickets, actor=sam)
    monkeypatch.setattr(merging, "MOST", 2)
    with pytest.raises(Refused):
        actions.merge([open_ticket() for _ in range(3)], actor=sam)


def test_into_or_of_a_merged_one_and_across_a_cycle_is_refused(open_ticket, sam):
    """Bad input: merge into a merged one, across a cycle."""
    first, second, third = (open_ticket() for _ in range(3))
    actions.merge([first, second], actor=sam)
    for tickets in ([second, third], [first, second]):
        with pytest.raises(Refused):
            actions.merge(tickets, actor=sam)
    actions.merge([first, third], into=third, actor=sam)
    with pytest.raises(Refused):
        actions.merge([first, third], actor=sam)
    assert fresh(third).merged_into is None


def test_a_chain_leads_to_its_end(open_ticket, sam, anna, client_of):
    """A into B, B into C: links, thread and search follow to the end."""
    first, second, third = (open_ticket(text=f"text {word}") for word in ("alpaca", "bison", "coyote"))
    actions.merge([first, second], into=second, actor=sam)
    into = actions.merge([second, third], into=third, actor=sam)
    assert set(merged.family(fresh(into))) == {first.pk, second.pk}
    answer = client_of(anna).get(f"/t/{first.number}/")
    assert answer.url == f"/t/{third.number}/"
    assert list(search.matching(Ticket.objects.listed(), "alpaca")) == [third]
    assert list(search.matching(Ticket.objects.listed(), first.number)) == [third]
    assert history.verify() is None


@pytest.mark.parametrize("hidden", ["spam", "trash"])
def test_what_lies_in_spam_or_trash_is_not_merged(two, sam, hidden):
    """Bad input."""
    Ticket.objects.filter(pk=two[1].pk).update(hidden=hidden)
    with pytest.raises(Refused):
        actions.merge(two, actor=sam)


def test_a_ticket_that_left_the_department_meanwhile_is_not_merged(two, sam, cast):
    """Bad input: moved between page and form."""
    actions.move(two[1], to=cast.billing, actor=cast.operator)
    with pytest.raises(Refused):
        actions.merge(two, actor=sam)


@pytest.mark.parametrize("other", ["", "KTR-000000", "nonsense", "'; --", "%00", "self", "bens"])
def test_hostile_numbers_merge_nothing(open_ticket, sam, cast, client_of, other):
    """T19: a number that is none, one's own, one of another department."""
    ticket, bens = open_ticket(), open_ticket(department=cast.billing)
    sent = {"self": ticket.number, "bens": bens.number}.get(other, other)
    assert client_of(sam).post(f"/t/{ticket.number}/merge/", {"other": sent, "keep": "other"}).status_code == 422
    assert not Ticket.objects.exclude(merged_into=None).exists()


def test_five_hundred_ticked_are_refused_with_a_sentence(open_ticket, sam, client_of, statements):
    """Bad input: 500 selected tickets."""
    ticket = open_ticket()
    answer = client_of(sam).post("/desk/merge/", {"t": [ticket.number, *[f"KTR-{n:06}" for n in range(500)]]})
    assert answer.status_code == 302 and Ticket.objects.exclude(merged_into=None).count() == 0


def test_the_same_form_twice_merges_once(two, sam, client_of):
    """Double submit: the second gets the first answer."""
    older, newer = two
    sent = {"other": newer.number, "form_key": "k" * 24}
    first, second = (client_of(sam).post(f"/t/{older.number}/merge/", sent) for _ in range(2))
    assert first.status_code == second.status_code == 302 and first.url == second.url
    assert TicketEvent.objects.filter(verb=Verb.TOOK_IN).count() == 1


# --- Doors ------------------------------------------------------------------------------------------------------------


def test_merging_by_its_page_says_so_with_undo(two, sam, client_of):
    """S165: by the other's number; Undo in the toast."""
    older, newer = two
    browser = client_of(sam)
    answer = browser.post(f"/t/{newer.number}/merge/", {"other": older.number, "tell": "1"}, follow=True)
    page = answer.content.decode()
    assert f"{newer.number} was merged into {older.number}." in page and "/undo/" in page
    browser.post(f"/t/{older.number}/undo/{took_in(older).click}/")
    assert fresh(newer).merged_into is None and history.verify() is None


def test_the_list_merges_what_is_ticked(open_ticket, sam, client_of):
    """S134: a page that says what becomes of them, then one merge."""
    made = [open_ticket(subject=f"Number {n}") for n in range(3)]
    browser, numbers = client_of(sam), [row.number for row in made]
    page = browser.get("/desk/merge/", {"t": numbers}).content.decode()
    assert all(number in page for number in numbers) and "Which one stays open?" in page
    answer = browser.post("/desk/merge/", {"t": numbers, "keep": numbers[2]})
    assert answer.url == f"/t/{numbers[2]}/"
    assert Ticket.objects.filter(merged_into=made[2]).count() == 2


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben", None])
def test_only_who_works_on_it_merges_and_takes_out(two, open_ticket, cast, client_of, name):
    """T01: each POST by the whole cast."""
    older, newer = two
    actions.merge(two, actor=cast.sam)
    third, browser = open_ticket(), client_of(name and getattr(cast, name))
    count = TicketEvent.objects.count()
    for path, sent in (
        (f"/t/{older.number}/merge/", {"other": third.number}),
        (f"/t/{older.number}/unmerge/{newer.number}/", {}),
        ("/desk/merge/", {"t": [older.number, third.number]}),
        (f"/t/{older.number}/undo/{took_in(older).click}/", {}),
    ):
        browser.post(path, sent)
    assert TicketEvent.objects.count() == count and fresh(newer).merged_into == older


def test_the_search_of_the_dialog_finds_what_the_agent_works_on(open_ticket, sam, cast, client_of):
    """S119, S165: the same client's first, others by words; nothing of other departments."""
    ticket, same = open_ticket(), open_ticket(subject="Same client")
    open_ticket(subject="Zebra crossing", client=cast.carl)
    open_ticket(subject="Zebra of billing", department=cast.billing)
    browser, address = client_of(sam), f"/t/{ticket.number}/merge/"
    assert same.number in browser.get(address).content.decode()
    page = browser.get(f"{address}?q=zebra").content.decode()
    assert "Zebra crossing" in page and "Zebra of billing" not in page


# --- Back -------------------------------------------------------------------------------------------------------------


def dump():
    """All that a ticket is, but for what only grows: its history, and what is told of it."""
    grows = {"event_count", "head", "rules_at"}
    rows = []
    for model in KEPT:
        for row in serializers.serialize("python", model.objects.order_by("pk")):
            fields = {name: value for name, value in row["fields"].items() if name not in grows}
            rows.append((row["model"], row["pk"], fields))
    return rows


KEPT = (
    Ticket, Message, Participant, Flag, Watcher, Mention, Draft, PendingReply, CheckPoint, TimeEntry, TicketLink,
    Attachment,
)  # fmt: skip


def everything_on(ticket, cast):
    """A ticket with one of everything that hangs on tickets."""
    actions.add_participant(ticket, user=cast.carl, rights="read", actor=cast.sam)
    actions.flag(ticket, to=cast.lena, actor=cast.sam)
    Watcher.objects.create(ticket=ticket, user=cast.lena)
    ticket.tags.add(Tag.objects.create(name=f"tag {ticket.pk}", key=f"tag{ticket.pk}"))
    CheckPoint.objects.create(ticket=ticket, text="Look")
    TimeEntry.objects.create(ticket=ticket, user=cast.sam, minutes=5, day=timezone.localdate())
    actions.hold_reply(ticket, author=cast.sam, written=write("Soon"), due_at=timezone.now() + timedelta(hours=1))
    place = f"note/{ticket.number}"
    Draft.objects.create(owner=f"writer:{ticket.pk}", kind="note", place=place, fields={"message": "Typed"})


@pytest.mark.parametrize("into", [0, 1, 2])
@pytest.mark.parametrize("last", ["client", "staff", "closed"])
def test_after_merging_and_taking_it_back_all_is_as_before(open_ticket, say, cast, client_of, into, last):
    """The property: whichever stays, whoever wrote last, with everything hanging on them; the history verifies."""
    made = [open_ticket(client=who, subject=f"Number {n}") for n, who in enumerate((cast.anna, cast.olga, cast.anna))]
    for ticket in made:
        everything_on(fresh(ticket), cast)
    actions.link(made[0], to=made[1], kind="blocks", actor=cast.sam)
    actions.link(made[1], to=open_ticket(), kind="parent", actor=cast.sam)
    open_ticket(follow_up_of=made[2])
    if last == "client":
        say(made[1], cast.olga)
    else:
        say(made[1], cast.sam)
    if last == "closed":
        actions.close(made[1], actor=cast.sam)
    before, pages = dump(), [client_of(cast.anna).get(f"/t/{row.number}/").status_code for row in made]
    words = [list(search.matching(Ticket.objects.listed(), f"number {n}")) for n in range(3)]
    survivor = actions.merge([fresh(row) for row in made], into=made[into], actor=cast.sam)
    assert dump() != before and history.verify() is None
    actions.unmerge(took_in(survivor), actor=cast.sam)
    assert dump() == before
    assert history.verify() is None
    assert [client_of(cast.anna).get(f"/t/{row.number}/").status_code for row in made] == pages
    assert [list(search.matching(Ticket.objects.listed(), f"number {n}")) for n in range(3)] == words


def test_sight_given_by_a_merge_ends_with_it(open_ticket, carl, lena, anna, crossing, client_of):
    """Unmerge restores visibility."""
    older, newer = open_ticket(), open_ticket(client=carl)
    actions.merge([older, newer], actor=lena, across=True)
    assert client_of(carl).get(f"/t/{older.number}/").status_code == 200
    actions.unmerge(took_in(older), actor=lena)
    assert client_of(carl).get(f"/t/{older.number}/").status_code == 404
    assert client_of(carl).get(f"/t/{newer.number}/").status_code == 200
    assert client_of(anna).get(f"/t/{newer.number}/").status_code == 404


def test_after_somebody_wrote_only_the_merged_block_comes_out(open_ticket, say, carl, lena, anna, crossing, client_of):
    """Later: “detach”. What was written since stays; who wrote here keeps sight, the others lose it."""
    older, newer = open_ticket(), open_ticket(client=carl)
    actions.merge([older, newer], actor=lena, across=True)
    say(fresh(older), lena, "To both of you")
    with pytest.raises(Refused):
        actions.unmerge(took_in(older), actor=lena)
    actions.detach(newer, actor=lena)
    assert fresh(newer).merged_into is None and not fresh(older).has_merged
    assert Message.objects.get(body="To both of you").ticket == older
    assert client_of(carl).get(f"/t/{older.number}/").status_code == 404
    assert history.verify() is None


def test_who_wrote_in_the_survivor_stays_there_after_it_came_out(open_ticket, say, carl, lena, crossing, client_of):
    """Nobody loses sight of what they wrote."""
    older, newer = open_ticket(), open_ticket(client=carl)
    actions.merge([older, newer], actor=lena, across=True)
    say(fresh(older), carl, "From Carl")
    actions.detach(newer, actor=lena)
    assert "From Carl" in client_of(carl).get(f"/t/{older.number}/").content.decode()


def test_who_came_with_two_tickets_stays_when_one_of_them_comes_out(open_ticket, say, carl, lena, crossing):
    older, first, second = open_ticket(), open_ticket(client=carl), open_ticket(client=carl)
    actions.merge([older, first, second], actor=lena, across=True)
    actions.detach(first, actor=lena)
    assert access.abilities(Viewer(carl), fresh(older)).see
    actions.detach(second, actor=lena)
    assert not access.abilities(Viewer(carl), fresh(older)).see


def test_nothing_comes_out_of_the_trash_alone(two, sam):
    """S155: it is restored with its survivor first."""
    older, newer = two
    actions.merge(two, actor=sam)
    actions.trash(fresh(older), actor=sam)
    with pytest.raises(Refused):
        actions.detach(newer, actor=sam)
    assert fresh(newer).merged_into == older


def test_a_day_later_it_is_not_undone_whole(two, sam, monkeypatch):
    """24 hours."""
    actions.merge(two, actor=sam)
    monkeypatch.setattr(unmerging, "TAKEN_BACK", timedelta(seconds=-1))
    with pytest.raises(Refused):
        actions.unmerge(took_in(two[0]), actor=sam)
    actions.detach(two[1], actor=sam)
    with pytest.raises(Refused):
        actions.detach(two[1], actor=sam)


def test_a_merge_under_a_later_one_is_not_undone_before_it(open_ticket, sam):
    """Chains come apart from their end."""
    first, second, third = (open_ticket() for _ in range(3))
    actions.merge([first, second], actor=sam)
    one = took_in(first)
    actions.merge([first, third], actor=sam)
    two = took_in(first)
    with pytest.raises(Refused):
        actions.unmerge(one, actor=sam)
    actions.unmerge(two, actor=sam)
    actions.unmerge(one, actor=sam)
    assert not fresh(first).has_merged and fresh(first).subject == first.subject


def test_one_whose_survivor_was_merged_on_does_not_come_out(open_ticket, sam):
    """A into B, B into C: first B comes out of C."""
    first, second, third = (open_ticket() for _ in range(3))
    actions.merge([first, second], actor=sam)
    actions.merge([first, third], into=third, actor=sam)
    with pytest.raises(Refused):
        actions.detach(second, actor=sam)


def test_what_somebody_changed_since_is_left_alone(two, sam, lena):
    """Undo never undoes others' work: status and subject stay as they were set after the merge."""
    older, newer = two
    actions.merge(two, actor=sam)
    actions.set_subject(fresh(older), subject="A new subject", actor=lena)
    actions.close(fresh(older), actor=lena)
    actions.unmerge(took_in(older), actor=sam)
    assert fresh(older).subject == "A new subject" and fresh(older).is_closed


def test_a_survivor_that_was_found_to_be_spam_stays_closed(open_ticket, say, sam, lena):
    """Its status is put back together with where it lies, or not at all."""
    older, newer = open_ticket(), open_ticket()
    say(newer, sam)
    actions.close(newer, actor=sam)
    actions.merge([older, newer], actor=sam)
    actions.mark_spam(fresh(older), actor=lena)
    actions.unmerge(took_in(older), actor=sam)
    assert fresh(older).is_closed and fresh(older).hidden == Ticket.Hidden.SPAM


def test_the_page_that_takes_out_says_which_of_the_two_it_does(two, say, sam, client_of):
    """The dialog tells before it is done."""
    older, newer = two
    actions.merge(two, actor=sam)
    browser, address = client_of(sam), f"/t/{older.number}/unmerge/{newer.number}/"
    assert "everything becomes as it was" in browser.get(address).content.decode()
    say(fresh(older), sam, "Since then")
    assert "become a ticket of their own again" in browser.get(address).content.decode()
    assert browser.post(address).url == f"/t/{newer.number}/"
    assert browser.get(address).status_code == 404


def test_nothing_is_due_of_a_merged_ticket(two, sam, say):
    """Timers leave it alone, and it comes back with what was due."""
    older, newer = two
    say(newer, sam)
    due = fresh(newer).close_at
    assert due
    actions.merge(two, actor=sam)
    row = fresh(newer)
    assert (row.close_at, row.settle_at, row.remind_at, row.rules_at) == (None,) * 4
    actions.unmerge(took_in(older), actor=sam)
    assert fresh(newer).close_at == due


def test_an_unknown_click_undoes_nothing(two, sam, client_of):
    """T19."""
    actions.merge(two, actor=sam)
    client_of(sam).post(f"/t/{two[0].number}/undo/{uuid.uuid4()}/")
    assert fresh(two[1]).merged_into


def test_the_mark_is_translated():
    """S140: a word an operator's translator can give."""
    with translation.override("fr"):
        assert merging.mark_in("fr").startswith("[")


def test_passes_to_both_numbers_end_when_somebody_is_taken_off(open_ticket, greta, operator, crossing, by_pass, sam):
    """S163: whoever is taken off the survivor comes in by neither link."""
    older, newer = open_ticket(), open_ticket(client=greta)
    browser = by_pass(newer)
    actions.merge([older, newer], actor=operator, across=True)
    assert browser.get(f"/t/{older.number}/").status_code == 200
    actions.remove_participant(fresh(older), user=greta, actor=sam)
    assert browser.get(f"/t/{older.number}/").status_code != 200


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta", "ben", "sam", "lena", "operator"])
def test_list_and_door_agree_on_what_was_merged(open_ticket, cast, name, crossing):
    """ARCHITECTURE, "Who sees what": the same sentence answers both, for survivors and for what lives on in them."""
    older, newer, other = open_ticket(), open_ticket(client=cast.carl), open_ticket(department=cast.billing)
    actions.merge([older, newer], actor=cast.lena, across=True)
    viewer = Viewer(getattr(cast, name))
    listed = set(Ticket.objects.visible_to(viewer).listed())
    assert listed == {row for row in (fresh(older), fresh(other)) if access.abilities(viewer, row).see}
    assert access.abilities(viewer, fresh(newer)).see == (fresh(older) in listed)


def test_a_letter_to_the_merged_ticket_goes_on_in_the_thread_of_its_client(open_ticket, say, olga, sam, letter_to):
    """S143: the first answer after the merge names the letters both clients had, so that their programs thread it."""
    older, newer = open_ticket(), open_ticket(client=olga)
    say(newer, sam, "An answer")
    before = letter_to(olga, newer)
    into = actions.merge([older, newer], actor=sam)
    say(into, sam, "To both")
    assert before.message_id in letter_to(olga, into).references

"""People who take part in a ticket: who adds whom, what they get, how they leave (S163, S14, S107, S169)."""

import re

import pytest

from accounts import passes
from accounts.models import GuestPass, Membership, User
from accounts.viewer import Viewer
from departments.models import StaffPlace
from mail.models import Kind, OutgoingMail
from tickets import access, actions
from tickets.automation import timers
from tickets.models import Participant, PendingReply, Ticket, Verb
from tickets.notices import leaving, notify
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db


def letters_to(person, kind=None):
    address = getattr(person, "email", person)
    mails = OutgoingMail.objects.filter(to_address=address).order_by("pk")
    return list(mails.filter(kind=kind) if kind else mails)


def add(browser, ticket, addresses="mira@example.org", rights="reply"):
    return browser.post(f"/t/{ticket.number}/people/add/", {"addresses": addresses, "rights": rights}, follow=True)


def taking_part(ticket):
    return {row.user.email: row.rights for row in Participant.objects.filter(ticket=ticket).select_related("user")}


@pytest.fixture
def mira(ticket, anna):
    """A stranger whom Anna added."""
    person = User.objects.guest_for("mira@example.org", name="Mira Zane")
    actions.add_participant(ticket, user=person, rights="reply", actor=anna)
    return person


# --- Adding -----------------------------------------------------------------------------------------------------------


def test_a_client_adds_people_by_address_and_each_gets_a_way_in(ticket, anna, client_of):
    """S163: comma list; a person added is a guest who comes in by a pass."""
    add(client_of(anna), ticket, "mira@example.org, Tom <tom@example.org>; MIRA@example.org", rights="read")
    assert taking_part(ticket) == {"mira@example.org": "read", "tom@example.org": "read"}
    (letter,) = letters_to("mira@example.org")
    assert letter.kind == Kind.JOINED and "Anna Harding added you to this ticket" in letter.text
    assert "You can read it." in letter.text and "answer." not in letter.text.partition("[ref")[0]
    token = re.search(r"/g/([\w-]+)/", letter.text)[1]
    assert passes.redeem(token).ticket_number == ticket.number
    events = ticket.events.filter(verb=Verb.JOINED)
    assert events.count() == 2 and set(events.values_list("actor", flat=True)) == {anna.pk}


def test_staff_add_people_on_their_page(ticket, sam, client_of):
    page = add(client_of(sam), ticket)
    assert taking_part(ticket) == {"mira@example.org": "reply"}
    assert "mira@example.org" in page.text and "1 person takes part." in page.text
    assert "Sam (server engineer) added you" in letters_to("mira@example.org")[0].text


def test_who_may_not_answer_adds_nobody_nor_takes_anybody_off(ticket, carl, olga, ben, mira, client_of):
    """Those who may reply, no others: readers, members who only read, strangers, staff of other departments."""
    Participant.objects.create(ticket=ticket, user=carl, rights="read")
    Membership.objects.filter(user=olga).update(role="all")
    for person in (carl, olga, ben):
        browser = client_of(person)
        assert browser.post(f"/t/{ticket.number}/people/add/", {"addresses": "x@example.org"}).status_code == 404
        assert browser.post(f"/t/{ticket.number}/people/{mira.pk}/remove/").status_code == 404
    assert set(taking_part(ticket)) == {"mira@example.org", "carl@example.com"}


def test_adding_again_changes_the_rights_and_writes_no_second_letter(ticket, anna, mira, client_of):
    add(client_of(anna), ticket, "mira@example.org", rights="read")
    assert taking_part(ticket) == {"mira@example.org": "read"}
    assert len(letters_to(mira, Kind.JOINED)) == 1
    assert ticket.events.filter(verb=Verb.JOINED).last().data == {"to": mira.pk, "rights": "read", "from": "reply"}


@pytest.mark.parametrize("address", ["anna@example.com", "support@example.com", "sam@example.com", "gone@example.com"])
def test_who_is_here_already_and_our_own_addresses_are_not_added(ticket, anna, client_of, address):
    """A ticket never writes to itself (T11); nobody switched off comes back this way."""
    User.objects.create_user("gone@example.com", is_active=False)
    page = add(client_of(anna), ticket, f"mira@example.org {address}")
    assert taking_part(ticket) == {} and address in page.text


@pytest.mark.parametrize(
    "typed", ["", "mira", "@", "mira@", "a@b@c.org", "x" * 300 + "@example.org", "system@localhost.invalid"]
)
def test_what_is_no_address_is_refused_with_a_sentence(ticket, anna, client_of, typed):
    page = add(client_of(anna), ticket, typed)
    assert taking_part(ticket) == {} and page.status_code == 200
    assert "no e-mail address" in page.text or "Enter an e-mail address" in page.text


def test_no_more_than_twenty_people_take_part(ticket, anna):
    for n in range(20):
        person = User.objects.guest_for(f"p{n}@example.org")
        actions.add_participant(ticket, user=person, rights="read", actor=anna)
    with pytest.raises(Refused):
        actions.add_participant(ticket, user=User.objects.guest_for("p20@example.org"), rights="read", actor=anna)


def test_nobody_is_flooded_by_being_added(open_ticket, anna):
    """T11, SECURITY: three invitations an hour to one address, whoever asks."""
    victim = User.objects.guest_for("victim@example.org")
    for _n in range(5):
        actions.add_participant(open_ticket(), user=victim, rights="read", actor=anna)
    assert len(letters_to(victim)) == 3


def test_a_client_cannot_add_the_whole_world(ticket, anna, client_of):
    browser = client_of(anna)
    for n in range(3):
        add(browser, ticket, " ".join(f"p{n}-{m}@example.org" for m in range(6)))
        Participant.objects.all().delete()
    add(browser, ticket, " ".join(f"q{m}@example.org" for m in range(20)))
    assert taking_part(ticket) == {}


def test_an_invitation_by_a_guest_repeats_nothing_they_chose(open_ticket, greta, sales, by_pass):
    """SECURITY: no stranger's words in a mail to somebody who asked for none."""
    greta.name = "BUY PILLS"
    greta.save(update_fields=["name"])
    ticket = open_ticket(client=greta, department=sales, subject="CHEAP PILLS", text="http://pills.example")
    add(by_pass(ticket), ticket, "victim@example.org")
    (letter,) = letters_to("victim@example.org")
    for part in (letter.subject, letter.text, letter.html, letter.from_name):
        assert "PILLS" not in part and "pills.example" not in part


def test_a_client_learns_no_name_by_adding_an_address(ticket, anna, carl, say, client_of):
    """T16: the address they typed is what they see, until that person writes."""
    browser = client_of(anna)
    page = add(browser, ticket, "carl@example.com")
    assert "carl@example.com" in page.text and "Carl Osker" not in page.text
    say(ticket, carl, "Hello.")
    assert "Carl Osker" in browser.get(f"/t/{ticket.number}/").text


def test_who_may_only_read_sees_the_others_addresses_masked(ticket, carl, mira, client_of):
    Participant.objects.create(ticket=ticket, user=carl, rights="read")
    page = client_of(carl).get(f"/t/{ticket.number}/").text
    assert "mir…@example.org" in page.replace("mira@", "mira-in-full@") and "mira@example.org" not in page


# --- Taking part ------------------------------------------------------------------------------------------------------


def test_each_gets_an_own_copy_of_what_is_written(ticket, anna, carl, sam, mira, say):
    """S163, S157: one recipient a mail; nobody else's address in it."""
    Participant.objects.create(ticket=ticket, user=carl, rights="read")
    say(ticket, sam, "It is fixed.")
    say(ticket, anna, "Thank you.")
    for person in (mira, carl):
        ours, theirs = letters_to(person, Kind.REPLY), letters_to(person, Kind.CLIENT_REPLY)
        assert "It is fixed." in ours[0].text and "Thank you." in theirs[0].text
        assert len(ours) == len(theirs) == 1
    assert "carl@example.com" not in letters_to(mira, Kind.REPLY)[0].text


def test_a_note_never_reaches_who_takes_part(ticket, sam, mira, say):
    """S161."""
    actions.add_note(ticket, author=sam, written=write("Difficult."))
    say(ticket, sam, "Done.")
    told = "".join(mail.text for mail in letters_to(mira))
    assert "Done." in told and "Difficult." not in told


def test_who_replies_by_pass_or_by_mail_is_heard_and_who_reads_is_not(ticket, anna, mira, by_pass, arrive):
    """S163: rights hold at every door."""
    browser = by_pass(ticket, mira)
    browser.post(f"/t/{ticket.number}/reply/", {"message": "From the page."})
    assert ticket.messages.latest("number").body == "From the page."
    came = arrive(mira, subject=f"[{ticket.number}]", text="By mail.")
    assert came.ticket == ticket and came.message.author == mira
    actions.add_participant(ticket, user=mira, rights="read", actor=anna)
    assert browser.post(f"/t/{ticket.number}/reply/", {"message": "Again."}).status_code == 404
    assert 'name="message"' not in browser.get(f"/t/{ticket.number}/").text
    came = arrive(mira, subject=f"[{ticket.number}]", text="Once more.")
    assert came.outcome == "rejected" and Ticket.objects.get(pk=ticket.pk).last_number == 3


# --- Leaving ----------------------------------------------------------------------------------------------------------


def link_of(mail):
    return re.search(r"<(.*)>", mail.headers["List-Unsubscribe"])[1].partition("testserver")[2]


def test_one_click_in_the_mail_program_leaves(ticket, anna, sam, mira, say, client_of):
    """RFC 8058: no sign-in, no form token, nothing to confirm; the letters and the sight end at once."""
    (mail,) = letters_to(mira)
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    browser = client_of(None, enforce_csrf_checks=True)
    answer = browser.post(link_of(mail), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert taking_part(ticket) == {}
    assert ticket.events.last().verb == Verb.PARTED and ticket.events.last().actor == mira
    say(ticket, sam, "Done.")
    assert len(letters_to(mira)) == 1
    assert browser.post(link_of(mail)).status_code == 200
    assert ticket.events.filter(verb=Verb.PARTED).count() == 1


def test_following_the_link_asks_first(ticket, mira, client_of):
    """Programs follow links: GET changes nothing."""
    (mail,) = letters_to(mira)
    assert link_of(mail) in mail.text and link_of(mail) in mail.html
    page = client_of(None).get(link_of(mail))
    assert "Leave this ticket" in page.text and taking_part(ticket)


def test_the_pass_of_who_left_opens_nothing(ticket, mira, by_pass):
    browser = by_pass(ticket, mira)
    page = browser.post(f"/t/{ticket.number}/people/{mira.pk}/remove/")
    assert "You have left the ticket" in page.text
    assert browser.get(f"/t/{ticket.number}/").status_code in (302, 404)
    assert not GuestPass.objects.filter(user=mira, revoked_at=None).exists()


def test_the_client_and_staff_take_people_off(ticket, anna, sam, mira, client_of):
    for who in (anna, sam):
        actions.add_participant(ticket, user=mira, rights="reply", actor=anna)
        page = client_of(who).post(f"/t/{ticket.number}/people/{mira.pk}/remove/", follow=True)
        assert taking_part(ticket) == {} and "takes part no more" in page.text
    assert not access.abilities(Viewer(mira), Ticket.objects.get(pk=ticket.pk)).see


def test_who_reads_only_can_leave_in_the_portal(ticket, carl, client_of):
    Participant.objects.create(ticket=ticket, user=carl, rights="read")
    browser = client_of(carl)
    assert "Leave" in browser.get(f"/t/{ticket.number}/").text
    browser.post(f"/t/{ticket.number}/people/{carl.pk}/remove/")
    assert taking_part(ticket) == {}


@pytest.mark.parametrize("spoil", [lambda link: link[:-4], lambda link: "/leave/x", lambda link: link[:20]])
def test_a_link_that_was_changed_ends_nothing(ticket, mira, client_of, spoil):
    """T15."""
    link = spoil(link_of(letters_to(mira)[0])) + "/"
    assert client_of(None).post(link).status_code == 410
    assert taking_part(ticket)


def test_one_click_ends_the_notices_of_an_organisation_and_of_a_department(ticket, olga, sam, open_ticket, client_of):
    """What is told by a switch can be left; the client's own ticket cannot."""
    for person in (olga, sam):
        (mail,) = letters_to(person, Kind.NEW_TICKET)
        assert client_of(None).post(link_of(mail)).status_code == 200
    open_ticket(subject="Another")
    assert len(letters_to(olga, Kind.NEW_TICKET)) == len(letters_to(sam, Kind.NEW_TICKET)) == 1
    assert not Membership.objects.get(user=olga).notify
    assert not StaffPlace.objects.get(user=sam, department=ticket.department).wants("new_ticket")
    assert leaving.address_for(ticket.client, "client", ticket) == ""


# --- The organisation's side ------------------------------------------------------------------------------------------


def test_main_account_and_members_who_see_it_are_told_of_a_new_ticket(open_ticket, anna, olga):
    """S14: by default the administrator; others by their switch, never without sight."""
    other = User.objects.create_user("otto@example.com", "demo-helpdesk", name="Otto")
    organisation = Membership.objects.get(user=anna).organisation
    Membership.objects.create(organisation=organisation, user=other, role="all", notify=True)
    open_ticket()
    assert len(letters_to(olga, Kind.NEW_TICKET)) == len(letters_to(other, Kind.NEW_TICKET)) == 1
    Membership.objects.filter(user=other).update(role="own")
    open_ticket(subject="Another")
    assert len(letters_to(other, Kind.NEW_TICKET)) == 1


def test_a_reply_in_the_portal_joins_the_mail_thread_with_the_same_people(arrive, anna, sam, say):
    """S107: same subject, same recipients, References to the mail it answers."""
    came = arrive(anna, subject="Cart is empty", text="Help.", headers={"Cc": "Tom <tom@example.org>"}.items())
    say(came.ticket, sam, "Try again.")
    for person in (anna, "tom@example.org"):
        mail = letters_to(person, Kind.REPLY)[0]
        assert mail.subject == f"[{came.ticket.number}] Cart is empty"
        assert "@outside.example>" in mail.references


# --- Who gets a reply's mail ------------------------------------------------------------------------------------------


@pytest.fixture
def otto(cast, anna):
    """A member of Anna's organisation who sees its tickets and has its notices off."""
    person = User.objects.create_user("otto@example.com", "demo-helpdesk", name="Otto Member")
    organisation = Membership.objects.get(user=anna).organisation
    Membership.objects.create(organisation=organisation, user=person, role="all", notify=False)
    Membership.objects.exclude(user=person).update(notify=False)
    User.objects.filter(is_staff=True).update(undo_seconds=0)
    return person


def test_staff_choose_which_contact_gets_the_mail_and_none_means_the_main_account(ticket, anna, sam, otto, client_of):
    """S169."""
    browser = client_of(User.objects.get(pk=sam.pk))
    page = browser.get(f"/t/{ticket.number}/").text
    assert "Otto Member" in page and f'name="to" value="{otto.pk}"' in page
    browser.post(f"/t/{ticket.number}/reply/", {"message": "For Anna."})
    assert len(letters_to(anna, Kind.REPLY)) == 1 and not letters_to(otto)
    browser.post(f"/t/{ticket.number}/reply/", {"message": "For Otto.", "to": [otto.pk]})
    assert len(letters_to(anna, Kind.REPLY)) == 1
    (mail,) = letters_to(otto, Kind.REPLY)
    assert "For Otto." in mail.text and "support chose you" in mail.text
    browser.post(f"/t/{ticket.number}/reply/", {"message": "For both.", "to": [otto.pk, anna.pk]})
    assert "For both." in letters_to(anna, Kind.REPLY)[-1].text and "For both." in letters_to(otto)[-1].text


def test_the_choice_outlives_the_seconds_of_undo(ticket, anna, sam, otto, client_of):
    User.objects.filter(pk=sam.pk).update(undo_seconds=10)
    client_of(User.objects.get(pk=sam.pk)).post(f"/t/{ticket.number}/reply/", {"message": "Soon.", "to": [otto.pk]})
    row = PendingReply.objects.get()
    assert row.to == [otto.pk]
    actions.release(row, now=row.due_at)
    assert len(letters_to(otto, Kind.REPLY)) == 1 and not letters_to(anna, Kind.REPLY)


def test_nobody_without_sight_can_be_chosen(ticket, anna, sam, carl, otto, client_of):
    """C12: not a stranger, not a member who sees only own tickets; a page sent twice is refused, not half obeyed."""
    browser = client_of(User.objects.get(pk=sam.pk))
    for person in (carl, otto):
        Membership.objects.filter(user=otto).update(role="own")
        answer = browser.post(f"/t/{ticket.number}/reply/", {"message": "Psst.", "to": [person.pk]})
        assert answer.status_code == 409 and not letters_to(person)
    assert not letters_to(anna, Kind.REPLY)


def test_a_contact_who_lost_sight_since_gets_nothing(ticket, anna, sam, otto):
    Membership.objects.filter(user=otto).update(role="own")
    actions.reply(ticket, author=sam, written=write("Late."), by_staff=True, to=[otto])
    assert not letters_to(otto)


@pytest.mark.parametrize("role", ["all", "own"])
def test_a_letter_written_later_asks_for_the_contacts_sight_once_more(ticket, sam, otto, monkeypatch, role):
    """S169, C12: where a click has many readers its letters are written after it."""
    monkeypatch.setattr(notify, "RENDERED_AT_ONCE", 0)
    actions.reply(ticket, author=sam, written=write("Later."), by_staff=True, to=[otto])
    assert not letters_to(otto)
    Membership.objects.filter(user=otto).update(role=role)
    timers.write_letters()
    assert len(letters_to(otto)) == (role == "all")


# --- Cost -------------------------------------------------------------------------------------------------------------


def test_people_and_contacts_cost_the_staff_page_no_statement(ticket, anna, sam, otto, client_of, statements):
    """T27."""
    browser = client_of(sam)
    browser.get(f"/t/{ticket.number}/")
    with statements() as before:
        browser.get(f"/t/{ticket.number}/")
    for n in range(3):
        person = User.objects.guest_for(f"p{n}@example.org")
        actions.add_participant(ticket, user=person, rights="read", actor=anna)
    browser.get(f"/t/{ticket.number}/")
    with statements() as after:
        browser.get(f"/t/{ticket.number}/")
    assert len(after) == len(before)

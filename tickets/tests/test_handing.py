"""Whose ticket it is: changed by live search on name, organisation or address (S164), as carefully as merging (C12)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import GuestPass, Membership, Organisation, Service, User
from accounts.viewer import Viewer
from engine.once import new_form_key
from mail.models import OutgoingMail
from tickets import access, actions
from tickets.models import Participant, PendingReply, Ticket, TicketEvent, Verb
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def verbs(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("verb", flat=True))


def undo_last(ticket, actor):
    actions.undo(TicketEvent.objects.filter(ticket=ticket).latest("sequence").click, actor=actor)


def sees(person, ticket):
    return access.abilities(Viewer(User.objects.get(pk=person.pk)), fresh(ticket)).see


def post(browser, ticket, **sent):
    sent.setdefault("form_key", new_form_key())
    return browser.post(f"/t/{ticket.number}/client/", sent)


@pytest.fixture
def nora(cast):
    """A colleague of Anna's in the same organisation, who sees her own tickets alone."""
    nora = User.objects.create_user("nora@example.com", "demo-helpdesk", name="Nora Vale")
    Membership.objects.create(organisation=house_of(cast.anna), user=nora)
    return nora


def house_of(person):
    return Organisation.objects.get(memberships__user=person)


@pytest.fixture
def ours(open_ticket, cast):
    """A ticket Sam opened for Carl by mistake: nobody but us has written in it."""
    return open_ticket(client=cast.carl, author=cast.sam, text="As you asked on the phone.")


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_only_staff_of_the_department_hand_a_ticket_on(client_of, ticket, cast, nora):
    """T01, T18: to everybody else there is no such door."""
    for name in ("anna", "olga", "carl", "greta", "ben"):
        browser = client_of(getattr(cast, name))
        assert browser.get(f"/t/{ticket.number}/client/").status_code == 404, name
        assert post(browser, ticket, to=nora.pk, read=nora.pk).status_code == 404, name
    assert post(client_of(None), ticket, to=nora.pk, read=nora.pk).status_code == 302
    assert fresh(ticket).client == cast.anna and Verb.CLIENT not in verbs(ticket)


def test_looking_changes_nothing_and_asking_is_no_yes(client_of, ticket, cast, nora):
    """T06: without script the first press shows what it means, the second does it."""
    browser = client_of(cast.sam)
    page = browser.get(f"/t/{ticket.number}/client/?q=vale").content.decode()
    assert "data-dialog-form" in page and "Nora Vale" in page and cast.carl.email not in page
    page = post(browser, ticket, to=nora.pk)
    assert page.status_code == 200 and "The new client reads its 1 message." in page.content.decode()
    assert fresh(ticket).client == cast.anna and Verb.CLIENT not in verbs(ticket)
    assert post(browser, ticket, to=nora.pk, read=nora.pk).status_code == 302
    assert fresh(ticket).client == nora


@pytest.mark.parametrize("words", ["Nora", "NORA@EXAMPLE", "nora@example.com"])
def test_people_are_found_by_name_and_address(client_of, ticket, cast, nora, words):
    """S164."""
    assert "Nora Vale" in client_of(cast.sam).get(f"/t/{ticket.number}/client/", {"q": words}).content.decode()


def test_people_are_found_by_organisation(client_of, ticket, cast, nora):
    """S164."""
    page = client_of(cast.sam).get(f"/t/{ticket.number}/client/", {"q": house_of(cast.anna).name[:6]})
    assert "Nora Vale" in page.content.decode()


@pytest.mark.parametrize("to", ["0", "-1", "x", "9" * 30, "no address", "<b>@x", "system@localhost.invalid"])
def test_what_names_nobody_is_refused(client_of, ticket, cast, to):
    """T19."""
    assert post(client_of(cast.sam), ticket, to=to, read=to).status_code == 422
    assert fresh(ticket).client == cast.anna


def test_nobody_chosen_and_the_client_it_has_are_refused(client_of, ticket, cast):
    assert post(client_of(cast.sam), ticket).status_code == 422
    assert post(client_of(cast.sam), ticket, to=cast.anna.pk, read=cast.anna.pk).status_code == 422


def test_a_page_that_has_become_stale_changes_nothing(client_of, ours, cast, nora):
    """T09: a colleague was quicker; both clients are not what the page showed."""
    actions.change_client(ours, to=nora, actor=cast.lena)
    answer = post(client_of(cast.sam), ours, to=cast.anna.pk, read=cast.anna.pk, was=cast.carl.pk)
    assert answer.status_code == 422 and "meanwhile" in answer.content.decode()
    assert fresh(ours).client == nora
    post(client_of(cast.sam), ours, to=cast.anna.pk, read=cast.anna.pk, was=nora.pk)
    assert fresh(ours).client == cast.anna


# --- What follows -----------------------------------------------------------------------------------------------------


def test_the_new_client_sees_it_and_the_former_does_not(ticket, cast, nora):
    OutgoingMail.objects.all().delete()
    actions.change_client(ticket, to=nora, actor=cast.sam)
    assert sees(nora, ticket) and not sees(cast.anna, ticket) and sees(cast.olga, ticket)
    assert not OutgoingMail.objects.exists()
    undo_last(ticket, cast.sam)
    assert sees(cast.anna, ticket) and not sees(nora, ticket) and fresh(ticket).organisation == house_of(cast.anna)


def test_the_former_client_may_go_on_taking_part(client_of, ticket, cast, nora):
    post(client_of(cast.sam), ticket, to=nora.pk, read=nora.pk, keep="1")
    assert sees(cast.anna, ticket) and sees(nora, ticket)
    undo_last(ticket, cast.sam)
    assert not Participant.objects.filter(ticket=ticket).exists() and fresh(ticket).client == cast.anna


def test_a_colleague_who_was_its_client_takes_no_part(open_ticket, cast, nora, set_policy):
    """They work on it: nobody is on both sides."""
    set_policy(cast.support, merge_across=True)
    ticket = open_ticket(client=cast.sam, department=cast.support)
    actions.change_client(ticket, to=nora, actor=cast.lena, keep=True, across=True)
    assert not Participant.objects.exists()


def test_readers_chosen_for_a_reply_that_waits_are_chosen_no_more(ticket, cast, nora):
    """S169: they were people of the former client; the new one gets it."""
    due_at = timezone.now() + timedelta(hours=1)
    actions.hold_reply(ticket, author=cast.sam, written=write("Hello"), due_at=due_at, to=[cast.olga])
    actions.change_client(ticket, to=nora, actor=cast.sam)
    assert PendingReply.objects.get().to == []


def test_somebody_who_took_part_is_the_client_then_and_takes_part_again_after_undo(ticket, cast, nora):
    Participant.objects.create(ticket=ticket, user=nora, rights=Participant.Rights.READ)
    actions.change_client(ticket, to=nora, actor=cast.sam)
    assert not Participant.objects.exists()
    undo_last(ticket, cast.sam)
    assert Participant.objects.get().rights == Participant.Rights.READ


def test_what_somebody_else_ordered_is_no_longer_what_it_is_about(ticket, cast, nora):
    own = Service.objects.create(name="Anna's own server", user=cast.anna)
    Ticket.objects.filter(pk=ticket.pk).update(service=own)
    actions.change_client(ticket, to=nora, actor=cast.sam)
    assert fresh(ticket).service is None
    undo_last(ticket, cast.sam)
    assert fresh(ticket).service == own


def test_a_guests_way_in_is_closed_and_opened_again_by_undo(open_ticket, by_pass, cast):
    """S7."""
    ticket = open_ticket(client=cast.greta)
    browser = by_pass(ticket, cast.greta)
    actions.change_client(ticket, to=cast.anna, actor=cast.sam)
    assert browser.get(f"/t/{ticket.number}/").status_code != 200
    assert not GuestPass.objects.filter(user=cast.greta, ticket_number=ticket.number, revoked_at=None).exists()
    undo_last(ticket, cast.sam)
    assert GuestPass.objects.filter(user=cast.greta, ticket_number=ticket.number, revoked_at=None).exists()


def test_whoever_belongs_to_several_organisations_says_which(client_of, ticket, cast, nora):
    second = Organisation.objects.create(name="Second house")
    Membership.objects.create(organisation=second, user=nora)
    page = post(client_of(cast.sam), ticket, to=nora.pk).content.decode()
    assert "Second house" in page and "In the name of" in page
    house = house_of(cast.anna)
    post(client_of(cast.sam), ticket, to=nora.pk, read=nora.pk, organisation=house.pk)
    assert fresh(ticket).organisation == house
    with pytest.raises(Refused):
        actions.change_client(ticket, to=cast.anna, organisation=second, actor=cast.sam)


def test_a_new_address_becomes_a_guest(client_of, ours, cast):
    """S164, S168: a name nobody knows yet."""
    browser = client_of(cast.sam)
    page = browser.get(f"/t/{ours.number}/client/", {"q": "New@Example.org"}).content.decode()
    assert "new@example.org" in page and not User.objects.filter(email="new@example.org").exists()
    post(browser, ours, to="new@example.org", read="new@example.org")
    assert fresh(ours).client.email == "new@example.org" and fresh(ours).client.is_guest


def test_our_own_address_is_nobodys(client_of, ours, cast):
    """A letter to it would come back to us."""
    cast.support.email = "support@desk.example"
    cast.support.save()
    from departments.policy import forget

    forget()
    page = post(client_of(cast.sam), ours, to="support@desk.example", read="support@desk.example")
    assert page.status_code == 422


# --- Across clients ---------------------------------------------------------------------------------------------------


def test_what_one_client_wrote_comes_to_no_other_one(client_of, ticket, cast):
    """C12: as for merging, no agent may; the page says so."""
    page = post(client_of(cast.sam), ticket, to=cast.carl.pk)
    assert "Only who leads the department may do that" in page.content.decode()
    assert post(client_of(cast.sam), ticket, to=cast.carl.pk, read=cast.carl.pk, across="1").status_code == 422
    assert fresh(ticket).client == cast.anna and not sees(cast.carl, ticket)


def test_a_lead_may_where_policy_lets_it_and_says_so(client_of, ticket, cast, set_policy):
    """C12."""
    assert post(client_of(cast.lena), ticket, to=cast.carl.pk, read=cast.carl.pk, across="1").status_code == 422
    set_policy(cast.support, merge_across=True)
    assert post(client_of(cast.sam), ticket, to=cast.carl.pk, read=cast.carl.pk, across="1").status_code == 422
    assert post(client_of(cast.lena), ticket, to=cast.carl.pk, read=cast.carl.pk).status_code == 422
    page = post(client_of(cast.lena), ticket, to=cast.carl.pk).content.decode()
    assert cast.carl.email in page and "Who comes to read it" in page and cast.olga.email in page
    assert post(client_of(cast.lena), ticket, to=cast.carl.pk, read=cast.carl.pk, across="1").status_code == 302
    assert fresh(ticket).client == cast.carl and not sees(cast.olga, ticket)


def test_what_we_alone_wrote_is_put_right_by_anybody(ours, cast, nora):
    """A ticket opened for the wrong person: nothing of theirs is in it."""
    actions.change_client(ours, to=nora, actor=cast.sam)
    assert fresh(ours).client == nora


def test_what_an_unknown_sender_wrote_goes_to_whom_it_belongs(open_ticket, cast):
    """Somebody wrote from a private address: a guest without organisation."""
    ticket = open_ticket(client=cast.greta)
    actions.change_client(ticket, to=cast.anna, actor=cast.sam)
    assert fresh(ticket).client == cast.anna and fresh(ticket).organisation == house_of(cast.anna)


def test_a_guest_of_an_organisation_is_nobody_unknown(open_ticket, cast, nora):
    """C12: who belongs to several houses wrote for none of them, and still for no other client."""
    second = Organisation.objects.create(name="Second house")
    for house in (second, house_of(cast.anna)):
        Membership.objects.create(organisation=house, user=cast.greta)
    ticket = open_ticket(client=User.objects.get(pk=cast.greta.pk))
    assert ticket.organisation is None
    with pytest.raises(Refused):
        actions.change_client(ticket, to=cast.carl, actor=cast.sam)


def test_people_who_cannot_come_in_are_no_clients(ours, cast, nora):
    User.objects.filter(pk=nora.pk).update(is_active=False)
    with pytest.raises(Refused):
        actions.change_client(ours, to=User.objects.get(pk=nora.pk), actor=cast.sam)
    with pytest.raises(Refused):
        actions.change_client(ours, to=cast.system, actor=cast.sam)


def test_the_log_says_from_whom_to_whom(client_of, ticket, cast, nora):
    """S167."""
    actions.change_client(ticket, to=nora, actor=cast.sam)
    page = client_of(cast.sam).get(f"/t/{ticket.number}/log/").content.decode()
    assert f"changed the client from <b>{cast.anna.full_name}</b> to <b>Nora Vale</b>" in page

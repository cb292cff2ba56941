"""The list question and the door question are one: held against each other for the whole cast."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.viewer import Viewer
from departments.models import StaffPlace
from tickets import access, actions
from tickets.models import Participant, SavedView, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast, open_ticket):
    """A ticket of each kind of relation somebody can have to one."""
    made = {
        "anna asks support": open_ticket(),
        "anna asks billing": open_ticket(department=cast.billing),
        "olga asks support": open_ticket(client=cast.olga),
        "carl asks support": open_ticket(client=cast.carl),
        "greta asks sales": open_ticket(client=cast.greta, department=cast.sales),
        "ben asks support": open_ticket(client=cast.ben),
        "carl asks, anna takes part": open_ticket(client=cast.carl),
        "carl asks, anna reads along": open_ticket(client=cast.carl),
    }
    Participant.objects.create(ticket=made["carl asks, anna takes part"], user=cast.anna)
    Participant.objects.create(ticket=made["carl asks, anna reads along"], user=cast.anna, rights="read")
    return made


@pytest.fixture
def viewers(cast, world):
    people = ["anna", "olga", "carl", "greta", "ben", "sam", "lena", "operator", "system"]
    found = {name: Viewer(getattr(cast, name)) for name in people}
    found["stranger"] = Viewer(AnonymousUser())
    found["greta by pass"] = Viewer(cast.greta, only_ticket=world["greta asks sales"].number)
    found["ben by pass"] = Viewer(cast.ben, only_ticket=world["ben asks support"].number)
    found["anna by a pass to read along"] = Viewer(cast.anna, only_ticket=world["carl asks, anna reads along"].number)
    found["sam by anna's pass"] = Viewer(cast.sam, only_ticket=world["anna asks billing"].number)
    return found


def seen_by(viewer):
    return set(Ticket.objects.visible_to(viewer).values_list("number", flat=True))


def opened_by(viewer, tickets, to="see"):
    def opens(ticket):
        try:
            return access.ticket_for(viewer, ticket.number, to=to) == ticket
        except Http404:
            return False

    return {ticket.number for ticket in tickets if opens(ticket)}


def test_whoever_finds_a_ticket_in_a_list_may_open_it_and_nobody_else(world, viewers):
    for name, viewer in viewers.items():
        assert seen_by(viewer) == opened_by(viewer, world.values()), name


@pytest.mark.parametrize("role", Membership.Role.values)
def test_list_and_door_agree_for_every_role_of_a_member(cast, world, role):
    """S7, S105, S116, C12."""
    Membership.objects.filter(user=cast.olga).update(role=role)
    olga = Viewer(User.objects.get(pk=cast.olga.pk))
    seen = seen_by(olga)
    assert seen == opened_by(olga, world.values())
    assert (world["anna asks support"].number in seen) == (role != "own")
    answers = opened_by(olga, world.values(), to="reply")
    assert (world["anna asks support"].number in answers) == (role in ("all_reply", "admin"))
    assert world["olga asks support"].number in answers


def test_who_sees_what(world, viewers):
    """The table of ARCHITECTURE, "Who sees what"; S7, S119."""

    def names(viewer):
        return {name for name, ticket in world.items() if ticket.number in seen_by(viewers[viewer])}

    assert names("anna") == {name for name in world if "anna" in name}
    assert names("olga") == {"anna asks support", "anna asks billing", "olga asks support"}
    assert names("carl") == {name for name in world if name.startswith("carl")}
    assert names("greta by pass") == {"greta asks sales"}
    assert names("ben by pass") == {"ben asks support"}
    assert names("anna by a pass to read along") == {"carl asks, anna reads along"}
    assert names("sam by anna's pass") == set()
    assert names("ben") == {"anna asks billing", "ben asks support"}
    assert names("sam") == {name for name in world if "support" in name or name.startswith("carl")}
    assert names("lena") == names("operator") == set(world)
    assert names("stranger") == names("system") == set()


def test_an_agent_is_a_client_of_their_own_request_elsewhere(world, viewers):
    """Ben asked support: he reads and answers it as a client, and sees no note of it."""
    can = access.abilities(viewers["ben"], world["ben asks support"])
    assert can.see and can.reply and not can.work and not can.read_notes


def test_a_pass_never_widens_and_never_works(world, viewers):
    """S7: a pass in an agent's hands opens one ticket as a client does, and only one they may see as a client."""
    can = access.abilities(viewers["ben by pass"], world["ben asks support"])
    assert can.see and not can.work and not can.read_notes
    assert not access.abilities(viewers["ben by pass"], world["anna asks billing"]).see
    assert not access.abilities(viewers["sam by anna's pass"], world["anna asks billing"]).see


def test_a_pass_gives_the_rights_its_person_has_on_the_ticket(cast, world, viewers):
    """S163: who may read only, and who was taken off the ticket, get no more by the link in an old letter."""
    ticket = world["carl asks, anna reads along"]
    by_pass = viewers["anna by a pass to read along"]
    can = access.abilities(by_pass, ticket)
    assert can.see and can.leave and not can.reply and not can.reopen and not can.invite
    Participant.objects.filter(ticket=ticket).delete()
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert not access.abilities(by_pass, ticket).see and seen_by(by_pass) == set()


def test_somebody_switched_off_sees_nothing(cast, world):
    for person in (cast.anna, cast.sam, cast.operator):
        person.is_active = False
        viewer = Viewer(person)
        assert seen_by(viewer) == opened_by(viewer, world.values()) == set()


def test_the_desk_is_for_staff_who_come_as_such(cast, ticket):
    """S7, T01: not by the link of one ticket, not switched off, not with a place that was left behind."""
    SavedView.objects.create(name="Ours", owner=cast.sam, query="view=open", department=cast.support)
    left = StaffPlace.objects.create(user=cast.olga, department=cast.support).user
    off = User.objects.get(pk=cast.sam.pk)
    off.is_active = False
    asked = [
        (access.workable, Ticket), (access.clients_seen, User), (access.organisations_known, Organisation),
        (access.saved_views, SavedView),
    ]  # fmt: skip
    for sentence, model in asked:
        assert model.objects.filter(sentence(Viewer(cast.sam))).exists(), sentence.__name__
        for viewer in (Viewer(left), Viewer(off), Viewer(cast.sam, only_ticket=ticket.number), Viewer(AnonymousUser())):
            assert not model.objects.filter(sentence(viewer)).exists(), sentence.__name__


def test_reading_along_is_not_answering(world, viewers):
    """S163, C12."""
    anna = viewers["anna"]
    assert access.abilities(anna, world["carl asks, anna takes part"]).reply
    assert not access.abilities(anna, world["carl asks, anna reads along"]).reply


@pytest.mark.parametrize("number", ["KTR-000000", "", "nonsense", "KTR", "0", "'", "x" * 500, "KTR-48291\x00", None])
def test_a_number_that_is_none_is_the_same_as_one_out_of_sight(world, viewers, number):
    with pytest.raises(Http404):
        access.ticket_for(viewers["operator"], number)


@pytest.mark.parametrize("hidden", [Ticket.Hidden.TRASH, Ticket.Hidden.GONE])
def test_what_lies_in_the_trash_or_is_gone_is_in_no_clients_list(world, viewers, hidden):
    """S155: for those who asked, their colleagues and who takes part, there is no such ticket, wherever they look."""
    Ticket.objects.update(hidden=hidden)
    for name in ("anna", "olga", "carl", "greta", "ben", "greta by pass", "anna by a pass to read along"):
        rows = Ticket.objects.filter(client=viewers[name].user)
        assert not set(rows.values_list("number", flat=True)) & seen_by(viewers[name]), name
        assert opened_by(viewers[name], rows) == set(), name


@pytest.mark.parametrize("policy", [True, False])
def test_whoever_only_reads_along_never_closes_and_others_as_policy_says(cast, world, set_policy, policy):
    """C8: main accounts and those who take part; the client may in any case."""
    set_policy(cast.support, client_close="any_time", participants_close=policy, admins_close=policy)

    def closes(person, name):
        return access.abilities(Viewer(person), Ticket.objects.get(pk=world[name].pk)).close

    assert closes(cast.carl, "carl asks, anna takes part")
    assert closes(cast.anna, "carl asks, anna takes part") == policy
    assert not closes(cast.anna, "carl asks, anna reads along")
    assert closes(cast.olga, "anna asks support") == policy


def test_a_reply_that_waits_is_its_authors_wherever_its_ticket_went(cast, ticket):
    """T01: who works on the ticket learns that it has gone; to everybody else there is no such page."""
    due_at = timezone.now() + timedelta(hours=1)
    row = actions.hold_reply(ticket, author=cast.sam, written=write("Hello"), due_at=due_at)
    assert access.held_reply(Viewer(cast.lena), ticket.number, row.pk) == (ticket, None)
    walls = [Viewer(person) for person in (cast.anna, cast.olga, cast.carl, cast.ben)]
    for viewer in [*walls, Viewer(cast.sam, only_ticket=ticket.number)]:
        with pytest.raises(Http404):
            access.held_reply(viewer, ticket.number, row.pk)
    actions.move(ticket, to=cast.billing, actor=cast.sam)
    assert access.held_reply(Viewer(cast.sam), ticket.number, row.pk) == (ticket, row)


def test_a_link_to_a_department_opens_while_it_takes_tickets(cast, ticket):
    """S121, S124: public ones for anybody, the others for whoever is signed in; a pass is for its ticket alone."""
    stranger, anna, by_pass = Viewer(AnonymousUser()), Viewer(cast.anna), Viewer(cast.anna, only_ticket=ticket.number)

    def opens(department):
        return [access.may_open_in(viewer, department) for viewer in (stranger, anna, by_pass)]

    assert cast.sales.is_public and opens(cast.sales) == [True, True, True]
    assert not cast.support.is_public and opens(cast.support) == [False, True, False]
    cast.sales.is_active = cast.support.is_active = False
    assert opens(cast.sales) == opens(cast.support) == [False, False, False]

"""What tickets hear from below."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts import people
from departments.models import StaffPlace, Status
from tickets import actions
from tickets.models import TicketEvent
from tickets.writing import write

pytestmark = pytest.mark.django_db


def test_whoever_leaves_lets_go_of_open_tickets_and_the_history_says_so(ticket, open_ticket, sam, operator, anna):
    done = open_ticket()
    for one in (ticket, done):
        actions.assign(one, to=sam, actor=sam)
    actions.close(done, actor=anna)
    people.deactivate(sam, by=operator)
    ticket.refresh_from_db()
    done.refresh_from_db()
    assert ticket.assignee is None and done.assignee == sam
    last = TicketEvent.objects.filter(ticket=ticket).last()
    assert (last.verb, last.actor, last.data["to"]) == ("assigned", operator, None)


COME_BACK = {
    "the client answers": lambda row, cast: actions.reply(
        row, author=cast.anna, written=write("Again."), by_staff=False
    ),
    "the client opens it": lambda row, cast: actions.reopen(row, actor=cast.anna, by_staff=False),
    "staff open it": lambda row, cast: actions.reopen(row, actor=cast.lena, by_staff=True),
    "staff set a status": lambda row, cast: actions.set_status(
        row, status=Status.objects.get(code="on-hold"), actor=cast.lena
    ),
}


@pytest.mark.parametrize("way", COME_BACK)
@pytest.mark.parametrize("is_here", [True, False])
def test_a_closed_ticket_that_comes_back_is_nobodys_when_its_person_has_left(ticket, cast, way, is_here):
    """C3: it keeps its person while it is closed; open, it must be found by somebody who works there."""
    actions.assign(ticket, to=cast.sam, actor=cast.sam)
    actions.close(ticket, actor=cast.sam)
    if not is_here:
        people.deactivate(cast.sam, by=cast.operator)
    COME_BACK[way](ticket, cast)
    ticket.refresh_from_db()
    assert not ticket.is_closed and ticket.assignee == (cast.sam if is_here else None)
    said = TicketEvent.objects.filter(ticket=ticket, verb="assigned", data__from=cast.sam.pk)
    assert said.exists() != is_here
    call_command("verify_history", ticket.number)


def test_who_answers_a_closed_ticket_of_somebody_who_left_looks_after_it(ticket, cast):
    """S4: as with one that nobody looks after."""
    actions.assign(ticket, to=cast.sam, actor=cast.sam)
    actions.close(ticket, actor=cast.sam)
    people.deactivate(cast.sam, by=cast.operator)
    actions.reply(ticket, author=cast.lena, written=write("Once more."), by_staff=True)
    ticket.refresh_from_db()
    assert ticket.assignee == cast.lena


def freed(ticket, by):
    """Whether nobody looks after it, and its history says who took it away."""
    ticket.refresh_from_db()
    last = TicketEvent.objects.filter(ticket=ticket).last()
    return ticket.assignee is None and (last.verb, last.actor, last.data["to"]) == ("assigned", by, None)


def told(answer):
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def with_sam(open_ticket, sam, support, billing):
    """Two tickets that Sam looks after: one in Technical support, one in Billing."""
    StaffPlace.objects.create(user=sam, department=billing)
    rows = [open_ticket(department=department) for department in (support, billing)]
    for row in rows:
        actions.assign(row, to=sam, actor=sam)
    return rows


def test_a_place_taken_on_the_persons_page_frees_its_tickets_and_no_others(client_of, with_sam, sam, operator, support):
    """S119: nobody looks after a ticket they do not see."""
    here, there = with_sam
    place = StaffPlace.objects.get(user=sam, department=support)
    row = {"id": place.pk, "user": sam.pk, "department": support.pk, "role": "agent", "DELETE": "on"}
    form = {"email": sam.email, "name": sam.name, "is_active": "on", "is_staff": "on"}
    form |= {"places-TOTAL_FORMS": 1, "places-INITIAL_FORMS": 1}
    form |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    form |= {f"places-0-{name}": value for name, value in row.items()}
    answer = client_of(operator).post(reverse("admin:accounts_user_change", args=[sam.pk]), form, follow=True)
    assert "1 open ticket of Sam Whitlock is free again." in told(answer)
    assert freed(here, operator)
    there.refresh_from_db()
    assert there.assignee == sam


def test_a_place_taken_on_the_departments_page_frees_its_tickets(client_of, with_sam, sam, operator, billing):
    here, there = with_sam
    browser, url = client_of(operator), reverse("admin:departments_department_change", args=[billing.pk])
    page = browser.get(url).context["adminform"].form
    form = {name: page[name].value() for name in page.fields if page[name].value() not in (None, False)}
    places = list(StaffPlace.objects.filter(department=billing).order_by("pk"))
    form |= {"places-TOTAL_FORMS": len(places), "places-INITIAL_FORMS": len(places)}
    form |= {"status_rows-TOTAL_FORMS": 0, "status_rows-INITIAL_FORMS": 0}
    for at, place in enumerate(places):
        row = {"id": place.pk, "user": place.user_id, "department": billing.pk, "role": place.role}
        form |= {f"places-{at}-{name}": value for name, value in row.items()}
        form |= {f"places-{at}-DELETE": "on"} if place.user == sam else {}
    answer = browser.post(url, form, follow=True)
    assert "1 open ticket of Sam Whitlock is free again." in told(answer)
    assert freed(there, operator)
    here.refresh_from_db()
    assert here.assignee == sam


def test_an_operator_no_more_keeps_the_tickets_of_their_places_only(open_ticket, sam, operator, sales):
    """Operators see every department without a place in it."""
    sam.is_superuser = True
    sam.save(update_fields=["is_superuser"])
    mine, other = open_ticket(), open_ticket(department=sales)
    for row in (mine, other):
        actions.assign(row, to=sam, actor=sam)
    assert people.free_work(sam, by=operator) == 0
    sam.is_superuser = False
    sam.save(update_fields=["is_superuser"])
    assert people.free_work(sam, by=operator) == 1
    mine.refresh_from_db()
    assert mine.assignee == sam and freed(other, operator)

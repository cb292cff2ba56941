"""What tickets hear from below."""

import pytest

from accounts import people
from tickets import actions
from tickets.models import TicketEvent

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

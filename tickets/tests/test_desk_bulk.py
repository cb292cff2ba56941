"""Many tickets at once from the queue (S133): closed, assigned, set, as one click; what fails is said."""

import uuid

import pytest
from django.contrib.messages import get_messages

from tickets import actions
from tickets.models import TicketEvent, Verb

pytestmark = pytest.mark.django_db


def bulk(browser, tickets, **act):
    numbers = [getattr(ticket, "number", ticket) for ticket in tickets]
    return browser.post("/desk/bulk/", {"t": numbers, "next": "/desk/?view=open", **act})


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def states(*tickets):
    for ticket in tickets:
        ticket.refresh_from_db()
    return [ticket.status.code for ticket in tickets]


def test_tickets_are_closed_as_one_click_and_taken_back_as_one(client_of, open_ticket, cast):
    made, browser = [open_ticket() for _each in range(3)], client_of(cast.sam)
    answer = bulk(browser, made, close="1")
    assert answer.url == "/desk/?view=open" and told(answer) == ["3 tickets closed."]
    assert states(*made) == ["closed"] * 3
    click = TicketEvent.objects.filter(verb=Verb.CLOSED).values_list("click", flat=True).distinct().get()
    back = browser.post(f"/t/{made[0].number}/undo/{click}/?next=/desk/%3Fview%3Dopen")
    assert back.url == "/desk/?view=open" and states(*made) == ["open"] * 3


def test_tickets_are_assigned_and_set(client_of, open_ticket, cast):
    made, browser = [open_ticket() for _each in range(2)], client_of(cast.lena)
    assert told(bulk(browser, made, assign=str(cast.sam.pk)))[-1] == "2 tickets assigned to Sam Whitlock."
    assert told(bulk(browser, made, assign="me"))[-1] == "2 tickets assigned to Lena Varga."
    assert told(bulk(browser, made, assign="nobody"))[-1] == "Nobody looks after 2 tickets now."
    assert told(bulk(browser, made[:1], status="on-hold"))[-1] == "1 ticket is now On hold."
    assert states(*made) == ["on-hold", "open"]
    assert told(bulk(browser, made[:1], status="on-hold"))[-1] == "Nothing to change."


def test_what_fails_is_said_and_the_rest_is_done(client_of, open_ticket, cast):
    """Ben works in Billing: his ticket is assigned to him, the one of Support is not."""
    invoice, outage = open_ticket(department=cast.billing), open_ticket()
    answer = bulk(client_of(cast.lena), [invoice, outage], assign=str(cast.ben.pk))
    invoice.refresh_from_db(), outage.refresh_from_db()
    assert (invoice.assignee, outage.assignee) == (cast.ben, None)
    assert told(answer) == [
        f"{outage.number}: Ben Ortega does not work in this department.",
        "1 ticket assigned to Ben Ortega.",
    ]


def test_tickets_of_other_departments_are_left_alone(client_of, open_ticket, cast):
    """T01: ids from a form are asked again through access; a stranger's ticket looks like one that does not exist."""
    invoice, outage = open_ticket(department=cast.billing), open_ticket()
    answer = bulk(client_of(cast.sam), [invoice, outage, "KTR-000000", "nonsense'--"], close="1")
    assert states(invoice, outage) == ["open", "closed"]
    assert told(answer) == ["3 tickets could not be found.", "1 ticket closed."]


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta"])
def test_no_client_acts_in_bulk(client_of, ticket, cast, name):
    assert bulk(client_of(getattr(cast, name)), [ticket], close="1").status_code == 404
    assert states(ticket) == ["open"]


def test_reading_the_address_does_nothing(client_of, ticket, sam):
    assert client_of(sam).get("/desk/bulk/", {"t": ticket.number, "close": "1"}).status_code == 405


@pytest.mark.parametrize("act", [{}, {"status": "nonsense"}, {"assign": "abc"}, {"delete": "1"}])
def test_an_act_nobody_offered_does_nothing(client_of, ticket, sam, act):
    """T19."""
    answer = bulk(client_of(sam), [ticket], **act)
    assert states(ticket) == ["open"] and told(answer) == ["Choose one of the list."]


def test_nothing_selected_is_said(client_of, sam):
    assert told(bulk(client_of(sam), [], close="1")) == ["Select tickets first."]


def test_the_same_form_twice_is_one_click(client_of, open_ticket, cast):
    """Bad input: a double click."""
    made, key, browser = [open_ticket(), open_ticket()], uuid.uuid4().hex, client_of(cast.sam)
    bulk(browser, made, close="1", form_key=key)
    actions.reopen(made[0], actor=cast.sam, by_staff=True)
    bulk(browser, made, close="1", form_key=key)
    assert states(made[0]) == ["customer-reply"]


def test_a_link_to_elsewhere_is_not_followed(client_of, ticket, sam):
    """T18."""
    answer = client_of(sam).post("/desk/bulk/", {"t": ticket.number, "close": "1", "next": "https://evil.example/"})
    assert answer.url == "/desk/"


def test_whoever_was_signed_out_meanwhile_comes_back_to_the_list(client_of, ticket):
    """Bad input: the session ended over lunch. Where the act went to is no page; and it is said that none was done."""
    browser, form = client_of(None), {"t": ticket.number, "close": "1"}
    listed = {"Referer": "http://testserver/desk/?view=open"}
    answer = browser.post("/desk/bulk/", form, headers=listed)
    assert answer.url == "/accounts/login/?next=/desk/%3Fview%3Dopen"
    assert b"You were signed out, so nothing was changed." in browser.get(answer.url).content
    answer = browser.post("/desk/bulk/", form, headers=listed | {"HX-Request": "true"})
    assert answer.status_code == 200 and answer["HX-Redirect"] == "/accounts/login/?next=/desk/%3Fview%3Dopen"
    for came in ({}, {"Referer": "http://elsewhere.example/desk/"}):
        assert client_of(None).post("/desk/bulk/", form, headers=came).url == "/accounts/login/?next=/"
    ticket.refresh_from_db()
    assert not ticket.is_closed


def test_what_a_script_sent_says_nothing_at_the_sign_in(client_of):
    browser = client_of(None)
    assert browser.post("/desk/bulk/", headers={"X-Requested-With": "fetch"}).status_code == 302
    assert b"nothing was changed" not in browser.get("/accounts/login/").content

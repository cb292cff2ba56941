"""The command palette: what it finds, for whom, in which words; what it posts is posted to the forms there are."""

import re

import pytest

from accounts.models import User
from accounts.viewer import Viewer
from tickets import actions
from tickets.lists import palette
from tickets.models import SavedView, Ticket

pytestmark = pytest.mark.django_db
PALETTE = "/desk/palette/"


@pytest.fixture
def find(sam):
    """`find("closed", ticket)`: the labels offered to Sam."""

    def labels(typed, ticket=None, *, by=None):
        viewer = Viewer(User.objects.get(pk=(by or sam).pk))
        return [item.label for item in palette.found(viewer, typed, number=ticket.number if ticket else "")]

    return labels


def test_a_ticket_is_found_by_number_and_words_by_those_who_may_see_it(find, ticket, cast):
    """S119: out of sight is out of the palette."""
    for typed in (ticket.number, ticket.number.lower().replace("-", " "), f"#{ticket.number}"):
        assert find(typed)[0] == ticket.number
    assert "Shop returns 502" in find("shop 502")
    assert find(ticket.number, by=cast.ben) == [] and "Shop returns 502" not in find("shop 502", by=cast.ben)


def test_views_saved_ones_departments_and_colleagues_are_found_by_the_beginning_of_a_word(find, sam, lena, cast):
    SavedView.objects.create(owner=sam, name="Slow shops", query="view=open&q=slow")
    SavedView.objects.create(owner=lena, name="Slow of Lena", query="view=open")
    assert find("slow") == ["Slow shops"]
    assert find("unass")[0] == "Unassigned"
    assert find("techn")[0] == "Technical support"
    assert "Lena Varga" in find("lena")
    assert "Billing" not in find("billing") and "Billing" in find("billing", by=cast.ben)


def test_clients_are_found_as_far_as_one_may_open_their_card(find, ticket, cast):
    """S75."""
    assert "Anna Harding" in find("harding")
    assert "Anna Harding" not in find("harding", by=cast.ben)


def test_what_can_be_done_to_the_ticket_comes_by_word_by_code_and_by_letters_in_order(find, ticket):
    assert find("assign", ticket)[0] == "Assign to me"
    assert find("prio high", ticket)[0] == "Priority: High"
    assert find("status in prog", ticket)[0] == "Status: In progress"
    assert "Snooze" in find("snz", ticket)
    assert find("", ticket)[0] == "Assign to me" and len(find("", ticket)) == palette.MOST


def test_it_speaks_the_readers_language_and_understands_the_code(client_of, ticket, sam):
    User.objects.filter(pk=sam.pk).update(language="ru")
    page = client_of(sam).get(PALETTE, {"q": "priority high", "ticket": ticket.number}).text
    assert re.search(r'name="priority" value="high"', page) and "Priority: High" not in page


def test_without_a_ticket_before_ones_eyes_nothing_is_done_to_any(find, ticket, cast):
    assert not any(label.startswith(("Status", "Priority")) for label in find("status priority high"))
    assert find("priority", ticket, by=cast.ben) == []
    assert find("status", Ticket(number="AAA-111111")) == []


def test_never_more_than_eight(find, open_ticket, ticket):
    for number in range(12):
        open_ticket(subject=f"Assigned number {number}")
    assert len(find("assign", ticket)) == palette.MOST == 8


def test_what_is_offered_is_there(client_of, sam, ticket):
    """Each link opens; each button is of a form of the ticket's own page, and does what it says."""
    browser = client_of(sam)
    viewer = Viewer(User.objects.get(pk=sam.pk))
    places = palette.pages(viewer), palette.views(viewer), palette.departments(viewer), palette.desks_of(viewer)
    items = [*palette.acts_on(viewer, ticket), *(item for each in places for item in each)]
    for item in items:
        if not item.posts:
            assert browser.get(item.url).status_code == 200, item.label
    acts = [item for item in palette.acts_on(viewer, ticket) if item.posts]
    moves = [item for item in acts if item.field == "department"]
    for item in [*(item for item in acts if item not in moves), moves[0]]:
        assert browser.post(item.url, {item.field: item.value}).status_code == 302, item.label
    verbs = set(ticket.events.values_list("verb", flat=True))
    assert verbs >= {"assigned", "closed", "flagged", "status", "priority", "moved"}


def test_the_fragment_is_a_list_of_options_and_the_page_works_without_script(client_of, sam, ticket, cast):
    """T01: for staff alone."""
    browser = client_of(sam)
    fragment = browser.get(PALETTE, {"q": "unassigned"}, headers={"X-Requested-With": "fetch"}).text
    assert 'role="option"' in fragment and "<html" not in fragment
    page = browser.get(PALETTE, {"q": "close", "ticket": ticket.number}).text
    assert 'role="option"' not in page and f'formaction="/t/{ticket.number}/close/"' in page
    assert "Nothing found" in browser.get(PALETTE, {"q": "qqqqzzzz"}).text
    for typed in ("\x00", "%", "'", "a" * 5000, "<script>"):
        assert browser.get(PALETTE, {"q": typed, "ticket": typed[:50]}).status_code == 200
    assert client_of(cast.anna).get(PALETTE).status_code == 404
    assert client_of(None).get(PALETTE).status_code == 302


def test_what_people_named_things_is_shown_as_text(client_of, sam):
    """T04."""
    SavedView.objects.create(owner=sam, name="<img src=x onerror=alert(1)>", query="view=open")
    assert "<img src=x" not in client_of(sam).get(PALETTE, {"q": "img"}, headers={"X-Requested-With": "fetch"}).text


def test_the_cost_does_not_grow_with_what_is_found(client_of, open_ticket, sam, statements):
    """T27."""
    browser, costs = client_of(sam), []
    for _round in range(3):
        actions.assign(open_ticket(subject="Something slow"), to=sam, actor=sam)
        browser.get(PALETTE, {"q": "slow"})
        with statements() as seen:
            browser.get(PALETTE, {"q": "slow"}, headers={"X-Requested-With": "fetch"})
        costs.append(len(seen))
    assert costs[0] == costs[2] <= 10

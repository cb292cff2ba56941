"""The portal as the client sees it, for staff (S180)."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from tickets import actions
from tickets.models import Draft, Reading, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def answered(ticket, say, cast, set_policy):
    """(Anna's ticket, a reply of Sam's), where everything may be rated."""
    set_policy(cast.support, rating_mode="both")
    return ticket, say(ticket, cast.sam, "Try again.")


def shown(browser, ticket, **more):
    return browser.get(reverse("ticket_as_client", args=[ticket.number]), **more)


def home_of(browser, client):
    return browser.get(reverse("desk_client_portal", args=[client.pk]))


def test_staff_read_a_ticket_as_its_client_does(ticket, say, cast, client_of):
    """S180: no note, the client's words for things, and who it is that one looks as."""
    say(ticket, cast.sam, "Try again.")
    actions.add_note(fresh(ticket), author=cast.sam, written=write("CANARY: she is late with her bills."))
    page = shown(client_of(cast.sam), ticket).text
    assert f"As {cast.anna.full_name} sees it" in page and "Try again." in page
    assert "CANARY" not in page and "Waiting for your reply" in page and "Answered" not in page
    own = client_of(cast.anna).get(ticket.get_absolute_url()).text
    assert messages_in(own) == messages_in(page) and len(messages_in(page)) == 2


def messages_in(page):
    """The messages of a page without their tools and times, which are told in the reader's own zone."""
    differing = re.compile(r'<div class="msg-tools">.*?</div>|<time.*?</time>', re.S)
    return [differing.sub("", one).split() for one in re.findall(r'<li class="msg.*?</li>', page, re.S)]


class Forms(HTMLParser):
    """Counts the forms of a page within disabled fieldsets, and those that stand free."""

    def __init__(self, page):
        super().__init__()
        self.sets, self.disabled, self.free = [], 0, 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "fieldset":
            self.sets.append("disabled" in dict(attrs))
        if tag == "form":
            self.disabled += any(self.sets)
            self.free += not any(self.sets)

    def handle_endtag(self, tag):
        if tag == "fieldset":
            self.sets.pop()


def test_nothing_can_be_sent_from_there(answered, cast, client_of):
    """Every form stands in a disabled fieldset; the box to write in and stars to choose are left out."""
    ticket, reply = answered
    actions.rate(fresh(ticket), stars=4, actor=cast.anna, message=reply)
    for closed in (False, True):
        if closed:
            actions.close(fresh(ticket), actor=cast.anna)
        page = shown(client_of(cast.sam), ticket).text
        main = page[page.index("<main") : page.index("</main>")]
        forms = Forms(main)
        assert forms.disabled >= 1 and forms.free == 0
        assert "<textarea" not in main and 'class="star"' not in main and "How did we do?" not in main
        assert "You rated this reply:" in main and "Rated 4 out of 5 stars" in main


def test_nothing_counts_as_read(ticket, say, cast, client_of):
    say(ticket, cast.sam, "Try again.")
    page = shown(client_of(cast.sam), ticket).text
    assert "data-read-url" not in page and "Mark as read" not in page
    assert not Reading.objects.filter(user=cast.anna).exists()


def test_what_somebody_is_typing_is_not_shown(ticket, cast, client_of):
    """Neither the client's draft nor the agent's own."""
    for person in (cast.anna, cast.sam):
        fields = {"message": f"half a word of {person.pk}"}
        Draft.objects.create(owner=f"user:{person.pk}", kind="reply", place=f"reply/{ticket.number}", fields=fields)
    assert "half a word" not in shown(client_of(cast.sam), ticket).text


def test_it_is_for_those_who_work_there_alone(ticket, cast, client_of, by_pass):
    """T01."""
    for person in (cast.anna, cast.carl, cast.ben):
        assert shown(client_of(person), ticket).status_code == 404
        assert home_of(client_of(person), cast.anna).status_code == 404
    assert shown(by_pass(ticket), ticket).status_code == 404
    for person in (cast.sam, cast.lena, cast.operator):
        assert shown(client_of(person), ticket).status_code == 200
        assert home_of(client_of(person), cast.anna).status_code == 200


def test_a_ticket_its_client_does_not_see_says_so(ticket, cast, client_of):
    """In the trash; or where its client works on it themselves."""
    actions.trash(ticket, actor=cast.lena)
    answer = shown(client_of(cast.sam), ticket, follow=True)
    assert "Its client does not see this ticket in the portal." in answer.text
    actions.restore(fresh(ticket), actor=cast.lena)
    Ticket.objects.filter(pk=ticket.pk).update(client=cast.lena)
    assert "does not see this ticket in the portal" in shown(client_of(cast.sam), ticket, follow=True).text


def test_the_start_page_shows_what_the_viewer_works_on(open_ticket, say, cast, client_of):
    """S180, T01: a ticket in another department is none of Sam's business; rows lead on through the same eyes."""
    here, elsewhere = open_ticket(subject="Lamp"), open_ticket(subject="Invoice", department=cast.billing)
    say(here, cast.sam, "Which lamp?")
    page = home_of(client_of(cast.sam), cast.anna).text
    assert "Waiting for you" in page and f'href="/t/{here.number}/as-client/"' in page
    assert elsewhere.number not in page
    assert elsewhere.number in home_of(client_of(cast.operator), cast.anna).text


def test_no_follow_up_of_another_department_is_named(open_ticket, cast, client_of):
    """Anna sees that billing goes on with it; Sam does not work there."""
    ticket = open_ticket(subject="Lamp")
    later = open_ticket(subject="Invoice of the lamp", department=cast.billing)
    Ticket.objects.filter(pk=later.pk).update(follow_up_of=ticket)
    assert "Invoice of the lamp" in client_of(cast.anna).get(ticket.get_absolute_url()).text
    assert "Invoice of the lamp" not in shown(client_of(cast.sam), ticket).text
    assert "Invoice of the lamp" in shown(client_of(cast.operator), ticket).text


def test_the_ticket_and_the_card_lead_there(ticket, cast, client_of):
    browser = client_of(cast.sam)
    assert reverse("ticket_as_client", args=[ticket.number]) in browser.get(ticket.get_absolute_url()).text
    card = browser.get(reverse("desk_client", args=[cast.anna.pk])).text
    assert reverse("desk_client_portal", args=[cast.anna.pk]) in card

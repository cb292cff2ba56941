"""Home and my tickets: what is listed, for whom, how it is narrowed, and what it costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Organisation
from tickets import actions
from tickets.models import Participant, Reading, Ticket

pytestmark = pytest.mark.django_db


def subjects(answer):
    return [row.subject for row in answer.context["page"].rows]


# --- Home -------------------------------------------------------------------------------------------------------------


def test_home_says_what_waits_for_me_for_support_and_what_was_closed(client_of, anna, sam, open_ticket, say):
    """S53, S54."""
    say(open_ticket(subject="Answered one"), sam)
    open_ticket(subject="Fresh one")
    actions.close(open_ticket(subject="Done one"), actor=anna)
    page = client_of(anna).get("/")
    assert [row.subject for row in page.context["for_me"]] == ["Answered one"]
    assert [row.subject for row in page.context["for_support"]] == ["Fresh one"]
    assert [row.subject for row in page.context["closed"]] == ["Done one"]
    assert "Open a ticket" in page.text and "Support" in page.text


def test_the_support_menu_at_the_top_right_leads_to_both(client_of, anna):
    """S9, S40, S85: Support → Tickets, and opening one."""
    page = client_of(anna).get("/").text
    menu = page[page.index('<div class="topbar-end">') : page.index("</header>")]
    assert "Support" in menu
    for address, words in (("/tickets/new/", "Open a ticket"), ("/tickets/", "My tickets")):
        assert f'href="{address}"' in menu and words in menu


def test_home_shows_nothing_of_anybody_else(client_of, carl, open_ticket):
    """S7: Carl never sees anything of Anna's."""
    open_ticket(subject="Anna's secret")
    assert "Anna's secret" not in client_of(carl).get("/").text


def test_a_stranger_finds_the_ways_in(client_of, sales, billing):
    """S7, S8, S121: sign in, write to a public department, ask for a link."""
    page = client_of(None).get("/")
    assert page.status_code == 200
    for address in ("/accounts/login/", "/g/", "/tickets/new/sales/"):
        assert f'href="{address}"' in page.text
    assert "/tickets/new/billing/" not in page.text


def test_staff_are_led_to_the_desk(client_of, sam):
    answer = client_of(sam).get("/")
    assert answer.status_code == 302 and answer.url == "/desk/"


def test_a_guest_finds_back_to_the_ticket_of_the_pass(by_pass, open_ticket, greta, sales):
    browser = by_pass(open_ticket(client=greta, department=sales))
    number = Ticket.objects.get().number
    assert f"/t/{number}/" in browser.get("/").text
    assert browser.get("/tickets/").url == f"/t/{number}/"


@pytest.mark.parametrize("rows", [1, 3])
def test_home_costs_the_same_for_one_ticket_and_three(client_of, anna, sam, open_ticket, say, statements, rows):
    """T27."""
    for _ in range(rows):
        say(open_ticket(), sam)
        open_ticket()
        actions.close(open_ticket(), actor=anna)
    browser = client_of(anna)
    browser.get("/")
    with statements() as seen:
        browser.get("/")
    assert len(seen) == 5  # session with user, three lists, what was read
    assert not seen.writing()


# --- My tickets -------------------------------------------------------------------------------------------------------


def test_the_list_shows_number_subject_department_dates_status_and_leads_to_the_ticket(client_of, anna, open_ticket):
    """S16, S86, S87, S89, S90, S91, S93."""
    ticket = open_ticket(subject="Mail comes late")
    page = client_of(anna).get("/tickets/")
    for said in (ticket.number, "Mail comes late", "Technical support", "Received", "Opened", f"/t/{ticket.number}/"):
        assert said in page.text
    assert page.text.count("<time") >= 2


def test_open_and_closed_are_both_listed_newest_activity_first(client_of, anna, sam, open_ticket, say):
    """S86."""
    old, new = open_ticket(subject="old"), open_ticket(subject="new")
    actions.close(new, actor=anna)
    say(old, sam)
    assert subjects(client_of(anna).get("/tickets/")) == ["old", "new"]


def test_my_tickets_are_mine_and_those_i_take_part_in(client_of, anna, carl, open_ticket):
    """S7, C12."""
    open_ticket(subject="Anna's")
    shared = open_ticket(subject="shared")
    Participant.objects.create(ticket=shared, user=carl)
    assert subjects(client_of(carl).get("/tickets/")) == ["shared"]


def test_a_merged_away_ticket_leaves_the_list(client_of, anna, open_ticket):
    """S142."""
    survivor, gone = open_ticket(subject="stays"), open_ticket(subject="gone")
    Ticket.objects.filter(pk=gone.pk).update(merged_into=survivor)
    assert subjects(client_of(anna).get("/tickets/")) == ["stays"]


def test_a_reply_from_support_is_marked_unread_until_it_was_seen(client_of, anna, sam, open_ticket, say):
    ticket = open_ticket()
    browser = client_of(anna)
    assert "is-unread" not in browser.get("/tickets/").text
    say(ticket, sam)
    assert "is-unread" in browser.get("/tickets/").text
    browser.post(f"/t/{ticket.number}/seen/", {"number": 2})
    assert "is-unread" not in browser.get("/tickets/").text
    assert Reading.objects.get().number == 2


def test_it_is_searched_by_number_subject_and_text(client_of, anna, sam, open_ticket, say):
    """S20, S78, S96."""
    ticket = open_ticket(subject="Invoice", text="the amount differs")
    say(ticket, sam, "We corrected the ledger.")
    open_ticket(subject="Other")
    browser = client_of(anna)
    for words in (ticket.number, ticket.number.lower().replace("-", ""), "invoice", "ledger", "amount"):
        assert subjects(browser.get("/tickets/", {"q": words})) == ["Invoice"], words


def test_a_search_finds_nothing_of_others_and_no_note(client_of, anna, carl, sam, open_ticket):
    """S7, S161: neither another's ticket nor an internal note by its words."""
    from tickets.writing import write

    ticket = open_ticket(subject="Plain")
    actions.add_note(ticket, author=sam, written=write("the client is wrong about zanzibar"))
    assert subjects(client_of(anna).get("/tickets/", {"q": "zanzibar"})) == []
    assert subjects(client_of(carl).get("/tickets/", {"q": ticket.number})) == []


def test_it_is_filtered_by_department_status_state_and_date(client_of, anna, sam, billing, open_ticket, say):
    """S20."""
    open_ticket(subject="bill", department=billing)
    answered = open_ticket(subject="answered")
    say(answered, sam)
    old = open_ticket(subject="old")
    Ticket.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=30))
    browser = client_of(anna)

    def found(**asked):
        return set(subjects(browser.get("/tickets/", asked)))

    assert found(department="billing") == {"bill"}
    assert found(status="answered") == found(status="waits_client") == found(state="waiting") == {"answered"}
    assert found(status="open") == {"bill", "old"}
    assert found(**{"from": str(timezone.localdate() - timedelta(days=2))}) == {"bill", "answered"}
    assert found(to=str(timezone.localdate() - timedelta(days=20))) == {"old"}


@pytest.mark.parametrize(
    "query",
    [
        "department=nope", "status=%00", "state=everything", "from=2026-13-45", "to=yesterday", "scope=all",
        "scope=organisation&organisation=999", "sort=client__password", "cursor=garbage", "status=open'--",
        "page=-1", "q=%00", "from=99999-01-01", "organisation=x&scope=organisation", "cursor=" + "A" * 5000,
    ],
)  # fmt: skip
def test_a_filter_or_sort_nobody_offered_is_as_if_it_were_not_there(client_of, anna, open_ticket, query):
    """T19 and Bad input: no error, no wider list."""
    open_ticket(subject="mine")
    page = client_of(anna).get(f"/tickets/?{query}")
    assert page.status_code == 200
    assert subjects(page) == ["mine"]


def test_pages_go_by_key_and_lose_nothing(client_of, anna, open_ticket):
    """ARCHITECTURE: lists page by key."""
    for at in range(30):
        open_ticket(subject=f"number {at}")
    browser = client_of(anna)
    first = browser.get("/tickets/")
    assert len(subjects(first)) == 25
    second = browser.get("/tickets/", {"cursor": first.context["page"].next})
    assert len(subjects(second)) == 5
    assert not set(subjects(first)) & set(subjects(second))
    assert 'rel="next"' in first.text and 'rel="prev"' in second.text


def test_an_administrator_switches_to_the_organisations_tickets(client_of, olga, anna, open_ticket):
    """S88, S116: with the name of who opened each."""
    open_ticket(subject="Anna's")
    browser = client_of(olga)
    assert subjects(browser.get("/tickets/")) == []
    page = browser.get("/tickets/?scope=organisation")
    assert subjects(page) == ["Anna's"]
    assert anna.full_name in page.text


def test_a_member_without_the_right_does_not(client_of, anna, olga, open_ticket):
    """C12: Anna sees her own; asking for the organisation shows the same."""
    open_ticket(subject="Olga's", client=olga)
    page = client_of(anna).get("/tickets/?scope=organisation")
    assert subjects(page) == []
    assert "All of Quillmark" not in page.text


def test_who_administers_two_organisations_chooses_which(client_of, olga, anna, carl, open_ticket):
    other = Organisation.objects.create(name="Second House")
    Membership.objects.create(organisation=other, user=olga, role=Membership.Role.ADMIN)
    open_ticket(subject="Anna's")
    open_ticket(subject="second", client=carl, organisation=other)
    browser = client_of(olga)
    assert subjects(browser.get(f"/tickets/?scope=organisation&organisation={other.pk}")) == ["second"]


def test_a_stranger_signs_in_and_comes_back_to_the_same_list(client_of):
    answer = client_of(None).get("/tickets/?state=open")
    assert answer.status_code == 302
    assert answer.url == "/accounts/login/?next=/tickets/%3Fstate%3Dopen"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("query", ["", "?q=shop", "?scope=organisation"])
def test_the_list_costs_the_same_for_one_ticket_and_three(
    client_of, olga, sam, open_ticket, say, statements, rows, query
):
    """T27: at most 8 statements with session and user."""
    for _ in range(rows):
        say(open_ticket(client=olga), sam)
    browser = client_of(olga)
    browser.get("/tickets/" + query)
    with statements() as seen:
        page = browser.get("/tickets/" + query)
    assert len(subjects(page)) == rows
    assert len(seen) == 4  # session with user, memberships, list, counts
    assert not seen.writing()


def test_tabs_count_what_is_behind_them(client_of, anna, sam, open_ticket, say):
    say(open_ticket(), sam)
    open_ticket()
    actions.close(open_ticket(), actor=anna)
    tabs = {tab["state"]: tab["count"] for tab in client_of(anna).get("/tickets/").context["tabs"]}
    assert tabs == {None: "3", "waiting": "1", "open": "2", "closed": "1"}


def test_what_people_wrote_is_text_in_every_row(client_of, olga, open_ticket):
    """T04: a row is filled into a drawn shape; braces and tags of a subject or a name stay what they are."""
    olga.name = "<b>Olga</b> {status}"
    olga.save(update_fields=["name"])
    open_ticket(client=olga, subject="<script>{number}</script>")
    for address in ("/", "/tickets/", "/tickets/?scope=organisation"):
        page = client_of(olga).get(address).content.decode()
        assert "&lt;script&gt;{number}&lt;/script&gt;" in page
        assert "<script>{" not in page and "<b>Olga" not in page
    assert "&lt;b&gt;Olga&lt;/b&gt; {status}" in page

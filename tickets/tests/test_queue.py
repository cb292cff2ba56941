"""The queue at /desk/: who sees which tickets, in which order, filtered, searched, counted and paged."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.policy import forget
from tickets import actions
from tickets.writing import write

pytestmark = pytest.mark.django_db


def numbers(response):
    """The numbers of the rows of a queue page, in order, those flagged first."""
    return [row["number"] for row in [*response.context["flagged"], *response.context["page"].rows]]


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta"])
@pytest.mark.parametrize("path", ["/desk/", "/desk/new/", "/desk/people/?q=anna"])
def test_no_client_ever_reaches_the_desk(cast, client_of, name, path):
    """S119, part 5."""
    assert client_of(getattr(cast, name)).get(path).status_code == 404


def test_a_stranger_is_led_to_the_sign_in(client_of):
    assert client_of(None).get("/desk/").status_code == 302


def test_staff_see_their_own_departments_alone(client_of, open_ticket, cast):
    """S119: Ben works in Billing, Sam in Support, Lena everywhere; an operator sees all."""
    invoice, outage = open_ticket(department=cast.billing), open_ticket(department=cast.support)
    seen = {name: numbers(client_of(getattr(cast, name)).get("/desk/")) for name in ("ben", "sam", "lena", "operator")}
    assert seen["ben"] == [invoice.number]
    assert seen["sam"] == [outage.number]
    assert set(seen["lena"]) == set(seen["operator"]) == {invoice.number, outage.number}


def test_an_agents_own_request_stands_in_no_queue_of_theirs(client_of, open_ticket, cast):
    """Sam may see his own request to Billing, but does not work on it."""
    open_ticket(client=cast.sam, department=cast.billing)
    assert numbers(client_of(cast.sam).get("/desk/?view=all")) == []


def test_the_default_view_is_what_waits_for_us_longest_wait_first(client_of, open_ticket, cast, say):
    """S24, S129, C11: answered tickets leave it, the client's next message does not push back."""
    first, second, answered = open_ticket(), open_ticket(), open_ticket()
    say(answered, cast.sam)
    say(first, cast.anna, "More about it.")
    assert numbers(client_of(cast.sam).get("/desk/")) == [first.number, second.number]


def test_flagged_tickets_stand_in_a_group_above_the_queue(client_of, open_ticket, cast, say):
    """S166: also one that is answered; nobody else's queue changes."""
    waiting, flagged = open_ticket(), open_ticket()
    say(flagged, cast.sam)
    actions.flag(flagged, to=cast.sam, actor=cast.lena)
    response = client_of(cast.sam).get("/desk/")
    assert [row["number"] for row in response.context["flagged"]] == [flagged.number]
    assert [row["number"] for row in response.context["page"].rows] == [waiting.number]
    assert "Flagged for me" in response.content.decode()
    assert not client_of(cast.lena).get("/desk/").context["flagged"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("view=waiting", "new old"),
        ("view=mine", "mine"),
        ("view=unassigned", "new old"),
        ("view=open", "new old mine"),
        ("view=closed", "closed"),
        ("view=all", "new old mine closed"),
        ("view=flagged", "old"),
        ("department=support", "new old mine"),
        ("department=billing", "new old"),  # Sam does not work there: as if it were not asked for
        ("status=answered", "mine"),
        ("status=answered&status=closed", "mine closed"),
        ("status=closed", "closed"),
        ("assignee=me", "mine"),
        ("assignee=nobody", "new old"),
        ("priority=critical", "new"),
        ("view=open&priority=medium&assignee=nobody", "old"),
        ("view=mine&status=closed", ""),
    ],
)
def test_views_and_filters(client_of, open_ticket, cast, say, query, expected):
    """S81, S129, S131."""
    from departments.models import Priority

    found = {name: open_ticket(subject=name) for name in ("old", "new", "mine", "closed")}
    actions.set_priority(found["new"], priority=Priority.objects.get(code="critical"), actor=cast.lena)
    say(found["mine"], cast.sam)
    actions.close(found["closed"], actor=cast.lena)
    actions.flag(found["old"], to=cast.sam, actor=cast.lena)
    actions.unflag(found["old"], to=cast.sam, actor=cast.lena) if "flagged" not in query else None
    response = client_of(cast.sam).get(f"/desk/?{query}")
    assert {row["subject"] for row in response.context["page"].rows} == set(expected.split())


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense&status=nonsense&department=nonsense&priority=x&assignee=abc&sort=password&cursor=!!",
        "sort=-client__password",
        "sort=--waiting",
        "assignee=99999999999999999999",
        "assignee=٣",
        "q=%00",
        "q=%ED%A0%80",
        "cursor=eyJhIjoxfQ",
    ],
)
def test_what_nobody_offered_is_left_out(client_of, ticket, sam, query):
    """T19: a filter or order from outside the list changes nothing and breaks nothing."""
    response = client_of(sam).get(f"/desk/?{query}")
    assert response.status_code == 200
    if "q=" not in query and "assignee" not in query.partition("&")[0]:
        assert numbers(response) == [ticket.number]


def test_headings_sort_and_say_so(client_of, open_ticket, cast):
    """S130: the order is in the address, the heading says which and turns it round."""
    for subject in ("beta", "alpha", "gamma"):
        open_ticket(subject=subject)
    page = client_of(cast.sam).get("/desk/?view=open&sort=subject")
    assert [row["subject"] for row in page.context["page"].rows] == ["alpha", "beta", "gamma"]
    assert 'aria-sort="ascending"' in page.content.decode()
    assert "sort=-subject" in page.content.decode()
    back = client_of(cast.sam).get("/desk/?view=open&sort=-subject")
    assert [row["subject"] for row in back.context["page"].rows] == ["gamma", "beta", "alpha"]


@pytest.mark.parametrize(
    "sort", ["waiting", "updated", "number", "priority", "client", "department", "status", "assignee"]
)
def test_each_heading_sorts_on_both_databases(client_of, open_ticket, cast, say, sort):
    """S130: forwards and backwards are the same rows the other way round."""
    for _each in range(3):
        open_ticket()
    say(open_ticket(), cast.sam)
    forwards = numbers(client_of(cast.sam).get(f"/desk/?view=open&sort={sort}"))
    backwards = numbers(client_of(cast.sam).get(f"/desk/?view=open&sort=-{sort}"))
    assert len(forwards) == 4 and forwards == backwards[::-1]


def test_a_list_without_end_sorts_only_by_what_has_an_index(client_of, ticket, sam):
    """Part 5: no heading of the closed tickets offers to sort a million rows."""
    page = client_of(sam).get("/desk/?view=closed&sort=subject").content.decode()
    assert "sort=subject" not in page.partition("<thead>")[2].partition("</thead>")[0]


def test_pages_are_cut_by_key(client_of, open_ticket, cast, monkeypatch):
    """Fifty a page; the next page starts behind the last row even when rows above have left."""
    monkeypatch.setattr("tickets.lists.queues.page.__kwdefaults__", {"size": 2})
    made = [open_ticket() for _each in range(5)]
    browser = client_of(cast.sam)
    first = browser.get("/desk/")
    assert numbers(first) == [made[0].number, made[1].number]
    actions.close(made[0], actor=cast.sam)
    second = browser.get(f"/desk/?cursor={first.context['page'].next}")
    assert numbers(second) == [made[2].number, made[3].number]
    assert second.context["page"].previous


def test_search_finds_by_number_subject_person_text_and_note(client_of, open_ticket, cast, say):
    """S131, S5: in all tickets of my departments, closed ones too; notes too; nobody else's."""
    from tickets.writing import write

    ticket = open_ticket(subject="Certificate refused", text="The chain is incomplete.")
    open_ticket(client=cast.carl, department=cast.billing, subject="Certificate of payment")
    actions.add_note(ticket, author=cast.sam, written=write("Ask the registrar Zweigstelle."))
    actions.close(ticket, actor=cast.sam)
    browser = client_of(cast.sam)
    for words in (ticket.number, "certificate", "incomplete", "anna harding", "anna@example.com", "zweigstelle"):
        assert numbers(browser.get("/desk/", {"q": words})) == [ticket.number], words
    assert numbers(browser.get("/desk/", {"q": "payment"})) == []


def test_merged_away_tickets_are_not_listed(client_of, open_ticket, cast):
    """S142."""
    survivor, gone = open_ticket(), open_ticket()
    gone.merged_into = survivor
    gone.save(update_fields=["merged_into"])
    assert numbers(client_of(cast.sam).get("/desk/?view=all")) == [survivor.number]


def test_counts_stand_in_the_rail_and_stop_at_a_thousand(client_of, open_ticket, cast, say):
    """S81, part 5: each view and department with its number; "1,000+" beyond."""
    from tickets.lists import queries

    open_ticket()
    say(open_ticket(), cast.sam)
    rail = client_of(cast.sam).get("/desk/").context["rail"]
    assert {row.label: row.count for row in rail["views"]} == {
        "Waiting for us": "1", "Mine": "1", "Flagged for me": "", "Unassigned": "1", "All open": "2",
        "Incoming mail": "",
    }  # fmt: skip
    assert [(row.label, row.count) for row in rail["away"]] == [("Closed", "")]
    assert [(row.label, row.count) for row in rail["departments"]] == [("Technical support", "2")]
    assert queries.shown_count(1000) == "1,000" and queries.shown_count(1001) == "1,000+"


def test_counts_agree_with_the_lists(open_ticket, cast, say):
    """Every number of the rail is the length of the list it leads to, for everybody at the desk."""
    from django.http import QueryDict

    from accounts.viewer import Viewer
    from tickets.lists import queries, queues

    for department in (cast.sales, cast.billing, cast.support):
        open_ticket(department=department)
        say(open_ticket(department=department), cast.lena)
        actions.close(open_ticket(department=department), actor=cast.lena)
        actions.flag(open_ticket(department=department), to=cast.lena, actor=cast.operator)
        actions.snooze(open_ticket(department=department), until=None, actor=cast.lena)
        actions.mark_spam(open_ticket(department=department), actor=cast.lena)
        actions.watch(open_ticket(department=department), user=cast.lena)
        noted = open_ticket(department=department)
        actions.add_note(noted, author=cast.operator, written=write("@Lena"), mentions=[cast.lena])
    for person in (cast.ben, cast.sam, cast.lena, cast.operator):
        viewer, counted = Viewer(person), queries.counts(Viewer(person))
        for view in ("waiting", "mine", "flagged", "unassigned", "open", "watched", "snoozed", "mentions", "spam"):
            rows = queues.tickets(viewer, queues.read(QueryDict(f"view={view}"), viewer))
            assert rows.count() == getattr(counted, view), (person.email, view)
        for department, number in counted.departments.items():
            assert queues.tickets(viewer, queues.Asked("open", departments=(department,))).count() == number


def test_the_queue_costs_the_same_few_statements_with_one_and_three_tickets(client_of, open_ticket, cast):
    """Part 10: at most eight, session and user counted."""
    from departments.policy import snapshot

    browser = client_of(cast.sam)
    for _each in range(2):
        flagged = open_ticket()
        actions.flag(flagged, to=cast.sam, actor=cast.lena)
        open_ticket()
        browser.get("/desk/")
        snapshot()
        with CaptureQueriesContext(connection) as captured:
            browser.get("/desk/")
        assert len(captured) == 7, [query["sql"][:90] for query in captured]


def test_a_client_who_wrote_is_marked_until_read(client_of, ticket, cast, say):
    """The unread mark is the client's news; one's own side is none."""
    from tickets.conversation.reading import mark_read

    browser = client_of(cast.sam)
    assert "is-unread" in browser.get("/desk/").content.decode()
    mark_read(ticket, cast.sam)
    assert "is-unread" not in browser.get("/desk/").content.decode()
    say(ticket, cast.sam)
    assert "is-unread" not in browser.get("/desk/?view=open").content.decode()
    say(ticket, cast.anna)
    assert "is-unread" in browser.get("/desk/").content.decode()


def test_who_looks_at_a_ticket_is_shown_in_its_row(client_of, ticket, cast):
    """S6: for 45 seconds; oneself is not shown."""
    from datetime import timedelta

    from django.utils import timezone

    from tickets.models import Presence

    Presence.objects.create(ticket=ticket, department=ticket.department, user=cast.lena, mode="writing")
    Presence.objects.create(ticket=ticket, department=ticket.department, user=cast.sam)
    page = client_of(cast.sam).get("/desk/").content.decode()
    assert "Lena Varga is replying" in page and "Sam Whitlock is viewing" not in page
    Presence.objects.update(at=timezone.now() - timedelta(seconds=46))
    assert "Lena Varga is replying" not in client_of(cast.sam).get("/desk/").content.decode()


@pytest.mark.parametrize(("seconds", "kept"), [("60", 60), ("0", 0), ("900", 900), ("1", 30), ("x", 30), ("", 30)])
def test_how_often_the_queue_is_fetched_is_the_persons_choice(client_of, sam, seconds, kept):
    """S132: off, 30 s, 1, 2, 5, 15 min; nothing else is taken."""
    answer = client_of(sam).post("/desk/refresh/", {"seconds": seconds, "next": "/desk/?view=open"})
    sam.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, "/desk/?view=open")
    assert sam.refresh_seconds == kept


def test_no_client_chooses_a_refresh(client_of, anna):
    assert client_of(anna).post("/desk/refresh/", {"seconds": "60"}).status_code == 404


def test_without_script_the_list_reloads_only_when_asked(client_of, sam):
    """S132."""
    assert "Refresh" not in client_of(sam).get("/desk/")
    assert client_of(sam).get("/desk/?reload=on")["Refresh"] == "30"


def test_an_empty_queue_says_what_it_is(client_of, sam):
    page = client_of(sam).get("/desk/").content.decode()
    assert "Nobody waits for us" in page
    assert "Nothing found" in client_of(sam).get("/desk/?q=nowhere").content.decode()


def test_subjects_and_names_are_shown_as_text(client_of, open_ticket, cast):
    """T04."""
    cast.anna.name = "<script>alert(1)</script>"
    cast.anna.save(update_fields=["name"])
    open_ticket(subject="<img src=x onerror=alert(1)>")
    page = client_of(cast.sam).get("/desk/").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page


def test_the_next_ticket_follows_the_list_the_person_came_from(client_of, open_ticket, cast):
    """S153: j and k, and "then next ticket"; at the end, back to the list."""
    first, second, third = open_ticket(), open_ticket(), open_ticket()
    browser = client_of(cast.sam)
    browser.get("/desk/?view=open&sort=waiting")  # newest first
    assert browser.get(f"/desk/next/{third.number}/").url == f"/t/{second.number}/"
    assert browser.get(f"/desk/previous/{second.number}/").url == f"/t/{third.number}/"
    assert browser.get(f"/desk/next/{first.number}/").url == "/desk/?view=open&sort=waiting"
    actions.close(second, actor=cast.sam)
    assert browser.get(f"/desk/next/{second.number}/").url == f"/t/{third.number}/"  # it left: the list's first


def test_two_windows_each_go_on_in_their_own_list(client_of, open_ticket, cast):
    """S153: the other window's list, and what it fetches by the clock, does not lead this one astray."""
    first, second, third = open_ticket(), open_ticket(), open_ticket()
    browser = client_of(cast.sam)
    browser.get("/desk/?view=open")
    other = "/desk/?view=open&sort=waiting"  # newest first
    browser.get(other)
    browser.get(f"/t/{second.number}/", headers={"Referer": "http://testserver/desk/?view=open"})
    browser.get(other, headers={"X-Requested-With": "fetch", "X-Unattended": "1"})
    assert browser.get(f"/desk/next/{second.number}/").url == f"/t/{third.number}/"
    for strange in ("http://elsewhere.example/desk/?view=mine", "http://[", f"http://testserver/t/{first.number}/"):
        page = browser.get(f"/t/{second.number}/", headers={"Referer": strange})
        assert page.status_code == 200 and "queue" not in page.cookies


def test_a_strange_cookie_leads_to_the_queue(client_of, ticket, sam):
    """Bad input: the address of the list left comes from the browser."""
    browser = client_of(sam)
    for value in ("view=evil&sort=evil", "&".join("a" * 1) * 10, "a&" * 700, "%00", "q=" + "x" * 2000):
        browser.cookies["queue"] = value
        assert browser.get(f"/desk/next/{ticket.number}/").status_code == 302
        assert browser.get(f"/t/{ticket.number}/").status_code == 200


def test_the_list_and_the_door_agree_on_who_works_on_what(open_ticket, cast):
    """ARCHITECTURE, "Who sees what": `workable_by` lists exactly the tickets whose door says `work`."""
    from accounts.viewer import Viewer
    from tickets.access import abilities
    from tickets.models import Ticket

    departments = (cast.sales, cast.billing, cast.support)
    made = [open_ticket(client=client, department=row) for client in (cast.anna, cast.sam) for row in departments]
    people = [cast.anna, cast.olga, cast.carl, cast.greta, cast.ben, cast.sam, cast.lena, cast.operator]
    for viewer in [*map(Viewer, people), Viewer(cast.sam, only_ticket=made[0].number)]:
        listed = set(Ticket.objects.workable_by(viewer))
        assert listed == {ticket for ticket in made if abilities(viewer, ticket).work}, viewer
        assert listed <= set(Ticket.objects.visible_to(viewer))


@pytest.mark.parametrize("query", ["view=snoozed", "view=mentions", "view=open&sort=assignee", "view=watched"])
def test_lists_by_what_is_no_column_of_a_ticket_are_cut_into_pages(open_ticket, cast, query):
    """Those who wake next, unread mentions first, by name of the assignee: the second page follows the first."""
    from django.http import QueryDict

    from accounts.viewer import Viewer
    from tickets.lists import queues

    for _each in range(5):
        ticket = open_ticket()
        actions.add_note(ticket, author=cast.sam, written=write("@Lena"), mentions=[cast.lena])
        actions.snooze(ticket, until=None, actor=cast.lena)
    viewer = Viewer(cast.lena)
    first = queues.page(viewer, queues.read(QueryDict(query), viewer), size=3)
    second = queues.page(viewer, queues.read(QueryDict(f"{query}&cursor={first.next}"), viewer), size=3)
    assert [len(first), len(second)] == [3, 2] and not {row["id"] for row in first} & {row["id"] for row in second}


# --- What is drawn once for all who see the same ----------------------------------------------------------------------


def test_the_menus_of_one_person_are_never_shown_to_another(client_of, open_ticket, cast):
    """S119, T04: chips, menus and faces are kept by what they say, in the language they say it in."""
    open_ticket(department=cast.billing, assignee=None)
    chip = 'type="checkbox" name="department"'
    pages = {name: client_of(getattr(cast, name)).get("/desk/").content.decode() for name in ("lena", "sam", "ben")}
    assert chip in pages["lena"] and chip not in pages["sam"] + pages["ben"]
    assert f'name="assignee" value="{cast.ben.pk}"' in pages["lena"]
    assert f'name="assignee" value="{cast.ben.pk}"' not in pages["sam"]
    cast.sam.language, cast.sam.refresh_seconds = "ru", 60
    cast.sam.save(update_fields=["language", "refresh_seconds"])
    page = client_of(cast.sam).get("/desk/?status=open").content.decode()
    assert 'value="60" aria-current="true"' in page and 'value="30" aria-current="true"' not in page
    assert 'name="status" value="open" checked' in page and "Every minute" not in page and "Priority" not in page
    page = client_of(cast.ben).get("/desk/").content.decode()
    assert 'name="status" value="open" checked' not in page and "Every 30 seconds" in page
    cast.ben.name = "<b>Ben</b>"
    cast.ben.save(update_fields=["name"])
    forget()
    page = client_of(cast.ben).get("/desk/").content.decode()
    assert "&lt;b&gt;Ben" in page and "<b>Ben</b>" not in page

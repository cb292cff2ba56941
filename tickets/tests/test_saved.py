"""Saved views: kept, shared, changed, ordered, counted; columns of one's own; filters that are gone (S131, C11)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Priority, Status, Team, TicketType
from departments.policy import forget
from tickets import actions
from tickets.lists import queues
from tickets.models import SavedView, Ticket, ViewChoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(cast):
    """`kept("view=open&priority=critical")`: a saved view of Sam's."""

    def make(query="view=open&priority=critical", *, owner=None, name="Burning", **more):
        return SavedView.objects.create(name=name, owner=owner or cast.sam, query=query, **more)

    return make


def subjects(answer):
    return [row["subject"] for row in answer.context["page"].rows]


def save(browser, address, **fields):
    return browser.post(f"/desk/views/new/?{address}", {"name": "Burning", **fields})


# --- Keeping and using ------------------------------------------------------------------------------------------------


def test_the_list_one_looks_at_is_kept_under_a_name(client_of, open_ticket, cast):
    """S131: filters and order come back by one link; it stands in the rail of whoever kept it."""
    calm, burning = open_ticket(subject="Calm"), open_ticket(subject="Burns")
    actions.set_priority(burning, priority=Priority.objects.get(code="critical"), actor=cast.sam)
    browser = client_of(cast.sam)
    answer = save(browser, "view=open&priority=critical&sort=subject")
    row = SavedView.objects.get()
    assert answer.url == f"/desk/?view=saved-{row.pk}"
    assert row.query == "view=open&priority=critical&sort=subject" and row.owner == cast.sam
    page = browser.get(answer.url)
    assert subjects(page) == ["Burns"] and page.context["title"] == "Burning"
    assert page.context["asked"].sorted_by == "subject"
    assert [(each.label, each.current) for each in page.context["rail"]["saved"]] == [("Burning", True)]
    assert (
        "saved" not in client_of(cast.lena).get("/desk/").context["rail"]
        or not client_of(cast.lena).get("/desk/").context["rail"]["saved"]
    )
    assert calm.number not in page.content.decode()


def test_the_address_overrides_what_is_saved_and_leaves_it_as_it_was(client_of, open_ticket, cast, kept):
    """Part 3: `?view=saved-12` plus overrides; an empty value takes a filter off."""
    calm, burning = open_ticket(subject="Calm"), open_ticket(subject="Burns")
    actions.set_priority(burning, priority=Priority.objects.get(code="critical"), actor=cast.sam)
    row, browser = kept(), client_of(cast.sam)
    page = browser.get(f"/desk/?view=saved-{row.pk}&priority=medium")
    assert subjects(page) == ["Calm"] and page.context["asked"].changed == ("priority",)
    page = browser.get(f"/desk/?view=saved-{row.pk}&priority=")
    assert subjects(page) == ["Calm", "Burns"]
    assert page.context["asked"].address == f"view=saved-{row.pk}&priority="
    page = browser.get(f"/desk/?view=saved-{row.pk}&priority=critical&status=")  # as the filter bar says it unchanged
    assert page.context["asked"].changed == () and page.context["asked"].address == f"view=saved-{row.pk}"
    row.refresh_from_db()
    assert row.query == "view=open&priority=critical"
    assert calm.status.code == "open"


def test_the_next_ticket_is_the_next_of_the_saved_view(client_of, open_ticket, cast, kept):
    """S153: one goes on in the list one came from."""
    first, _other, last = (open_ticket(subject=name) for name in ("a1", "b", "a2"))
    for each in (first, last):
        actions.set_priority(each, priority=Priority.objects.get(code="critical"), actor=cast.sam)
    browser, row = client_of(cast.sam), kept()
    browser.get(f"/desk/?view=saved-{row.pk}")
    assert browser.get(f"/desk/next/{first.number}/").url == f"/t/{last.number}/"


def test_a_view_narrows_what_its_reader_may_see_and_never_widens_it(client_of, open_ticket, cast, kept):
    """T01, S119: a shared view of several departments shows everybody their own."""
    open_ticket(subject="Mine"), open_ticket(subject="Not mine", department=cast.billing)
    row = kept("view=open", owner=cast.lena, department=cast.support)
    assert subjects(client_of(cast.sam).get(f"/desk/?view=saved-{row.pk}")) == ["Mine"]
    row.query = "view=open&department=billing"
    row.save(update_fields=["query"])
    page = client_of(cast.sam).get(f"/desk/?view=saved-{row.pk}")
    assert subjects(page) == ["Mine"] and "Department “billing”" in page.content.decode()


def test_filters_that_are_gone_leave_the_rest_and_are_told(client_of, open_ticket, cast, kept):
    """Bad input: a view with a filter that no longer exists."""
    open_ticket(subject="Still here")
    Status.objects.create(code="vanished", name="Vanished", category="in_progress")
    row = kept("view=open&status=open&status=vanished&type=none&type=old-type&tag=forgotten")
    Status.objects.filter(code="vanished").delete()
    forget()
    page = client_of(cast.sam).get(f"/desk/?view=saved-{row.pk}")
    assert subjects(page) == ["Still here"]
    assert page.context["lost"] == ["Status “vanished”", "Tag “forgotten”", "Type “old-type”"]
    assert "You see what is left." in page.content.decode()


@pytest.mark.parametrize(
    "query", ["", "nonsense", "view=saved-1", "view=nonsense&q=%00", "&" * 900, "cursor=x&sort=--"]
)
def test_a_view_that_says_nonsense_is_a_list_all_the_same(client_of, ticket, cast, kept, query):
    """Bad input: whatever once came into the table; a view of itself, too."""
    row = kept(query)
    assert client_of(cast.sam).get(f"/desk/?view=saved-{row.pk}").status_code == 200


@pytest.mark.parametrize(
    "name", ["saved-0", "saved-", "saved-999999", "saved-1'", "saved-٣", "saved-" + "9" * 40, "saved--1"]
)
def test_a_view_nobody_made_is_the_queue(client_of, ticket, cast, name):
    """T19."""
    page = client_of(cast.sam).get("/desk/", {"view": name})
    assert page.status_code == 200 and page.context["asked"].view == "waiting"


# --- Whose it is ------------------------------------------------------------------------------------------------------


def test_a_view_of_ones_own_is_nobody_elses(client_of, cast, kept):
    """T01: not a lead's, not an operator's."""
    row = kept()
    for person in (cast.lena, cast.ben, cast.operator):
        page = client_of(person).get(f"/desk/?view=saved-{row.pk}")
        assert page.context["asked"].saved is None
        for door in ("", "delete/", "pin/", "move/"):
            assert client_of(person).post(f"/desk/views/{row.pk}/{door}", {"name": "Stolen"}).status_code == 404
    row.refresh_from_db()
    assert row.name == "Burning"


def test_leads_share_with_their_departments_and_agents_do_not(client_of, cast):
    """Part 3: who leads nowhere is not asked, and a form that says so all the same keeps it for them alone (T19)."""
    assert 'name="department"' not in client_of(cast.sam).get("/desk/views/new/?view=open").content.decode()
    save(client_of(cast.sam), "view=open", department="support")
    assert SavedView.objects.get().department is None
    SavedView.objects.all().delete()
    save(client_of(cast.lena), "view=open", department="support")
    row = SavedView.objects.get()
    assert row.department == cast.support
    assert [each.label for each in client_of(cast.sam).get("/desk/").context["rail"]["saved"]] == ["Burning"]
    assert client_of(cast.ben).get("/desk/").context["rail"]["saved"] == []
    assert client_of(cast.sam).get(f"/desk/views/{row.pk}/").status_code == 404
    assert "Change view" not in client_of(cast.sam).get(f"/desk/?view=saved-{row.pk}").content.decode()
    answer = client_of(cast.lena).post(f"/desk/views/{row.pk}/", {"name": "Ours", "department": "nonsense"})
    assert answer.status_code == 422


def test_a_view_is_changed_for_all_and_deleted_for_all(client_of, cast, kept):
    """Part 3: renamed; with the filters shown now, where they differ; a page asks before it is gone."""
    row, lena = kept("view=open", owner=cast.lena, department=cast.support), client_of(cast.lena)
    lena.post(f"/desk/views/{row.pk}/?view=saved-{row.pk}&status=open", {"name": "Ours", "department": "support"})
    row.refresh_from_db()
    assert (row.name, row.query) == ("Ours", "view=open&status=open")
    lena.post(f"/desk/views/{row.pk}/", {"name": "Ours again", "department": "support"})
    row.refresh_from_db()
    assert (row.name, row.query) == ("Ours again", "view=open&status=open")
    assert "disappears for everybody in Technical support" in lena.get(f"/desk/views/{row.pk}/delete/").content.decode()
    assert SavedView.objects.exists()
    lena.post(f"/desk/views/{row.pk}/delete/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"name": ""}, 422), ({"name": "\u202e \x00"}, 422), ({"name": "x" * 61}, 422), ({"columns": "password"}, 422)],
)
def test_what_a_view_cannot_be_is_said(client_of, cast, fields, status):
    """T19, bad input."""
    assert save(client_of(cast.sam), "view=open", **fields).status_code == status
    assert not SavedView.objects.exists()


def test_a_view_of_too_many_filters_is_refused(client_of, open_ticket, cast):
    """Bad input: what does not fit is said, not cut."""
    address = "view=open&" + "&".join(f"client={100_000_000 + number}" for number in range(60))
    answer = save(client_of(cast.sam), address)
    assert answer.status_code == 422 and "too many filters" in answer.content.decode()


@pytest.mark.parametrize("name", ["anna", "olga", "carl", "greta"])
def test_no_client_has_views(client_of, cast, kept, name):
    """T01."""
    row, browser = kept(), client_of(getattr(cast, name))
    for path in ("", "new/", "counts/", f"{row.pk}/", f"{row.pk}/delete/"):
        assert browser.get(f"/desk/views/{path}").status_code == 404
    assert browser.get("/desk/columns/").status_code == 404
    assert browser.post("/desk/views/new/?view=open", {"name": "Mine"}).status_code == 404


# --- In one's own rail ------------------------------------------------------------------------------------------------


def test_everybody_orders_and_hides_for_themselves(client_of, cast, kept):
    """Part 3: no colleague's rail changes."""
    first, second = (
        kept(name=name, owner=cast.lena, department=cast.support, position=at) for at, name in enumerate("AB")
    )
    sam, lena = client_of(cast.sam), client_of(cast.lena)

    def labels(browser):
        return [row.label for row in browser.get("/desk/").context["rail"]["saved"]]

    sam.post(f"/desk/views/{second.pk}/move/", {"up": "1"})
    assert labels(sam) == ["B", "A"] and labels(lena) == ["A", "B"]
    sam.post(f"/desk/views/{second.pk}/move/", {"up": "1"})
    sam.post(f"/desk/views/{first.pk}/pin/", {"off": "1"})
    assert labels(sam) == ["B"] and labels(lena) == ["A", "B"]
    page = sam.get("/desk/views/").content.decode()
    assert "not in the menu" in page and page.index(">B<") < page.index(">A<")
    sam.post(f"/desk/views/{first.pk}/pin/", {"on": "1"})
    assert labels(sam) == ["B", "A"]


def test_counts_come_after_the_page_in_one_statement(client_of, open_ticket, cast, kept):
    """Part 3, T27: no number for a list without end, nor for a search."""
    open_ticket(subject="Certificate"), open_ticket(subject="Other")
    queries = ("view=open", "view=open&priority=medium", "view=closed", "view=mine", "view=open&q=other")
    named = [kept(query, name=query) for query in queries]
    browser = client_of(cast.sam)
    browser.get("/desk/")
    with CaptureQueriesContext(connection) as asked:
        shown = browser.get("/desk/views/counts/").content.decode()
    assert len([each for each in asked if "count(*)" in each["sql"]]) == 1
    assert f'id="rail-view-saved-{named[0].pk}" data-hx-swap-oob="true">2<' in shown
    assert f'id="rail-view-saved-{named[1].pk}" data-hx-swap-oob="true">2<' in shown
    assert f"saved-{named[2].pk}" not in shown and f"saved-{named[4].pk}" not in shown
    assert f'id="rail-view-saved-{named[3].pk}" data-hx-swap-oob="true"><' in shown


def test_the_queue_asks_as_much_with_views_as_without(client_of, open_ticket, cast, kept):
    """T27: the rail's views and a person's columns come with the counts; a saved view is one statement more."""
    open_ticket()
    browser = client_of(cast.sam)

    def statements(address):
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        return len(asked)

    before = statements("/desk/?view=open")
    rows = [kept("view=open", name=f"View {number}") for number in range(3)]
    ViewChoice.objects.create(user=cast.sam, builtin="open", columns=["subject", "created", "team"], sort="created")
    assert statements("/desk/?view=open") == before <= 8
    assert statements(f"/desk/?view=saved-{rows[0].pk}") == before + 1 <= 8


# --- Columns ----------------------------------------------------------------------------------------------------------


def heads(page):
    return [head["field"] for head in page.context["heads"]]


def test_ones_own_columns_never_change_a_colleagues(client_of, open_ticket, cast, kept):
    """Part 3: own choice before the view's, the view's before the usual; taken back by one button."""
    open_ticket(subject="Lamp")
    row = kept("view=open", owner=cast.lena, department=cast.support, columns=["number", "created"])
    sam, lena, address = client_of(cast.sam), client_of(cast.lena), f"view=saved-{row.pk}"
    assert heads(sam.get(f"/desk/?{address}")) == ["number", "subject", "created"]
    sam.post(f"/desk/columns/?{address}", {"columns": ["status", "channel", "since"], "sort": "subject"})
    page = sam.get(f"/desk/?{address}")
    assert heads(page) == ["subject", "channel", "status", "since"] and page.context["asked"].sorted_by == "subject"
    assert "Portal" in page.content.decode()
    assert heads(lena.get(f"/desk/?{address}")) == ["number", "subject", "created"]
    sam.post(f"/desk/columns/?{address}", {"usual": "1"})
    assert heads(sam.get(f"/desk/?{address}")) == ["number", "subject", "created"]


def test_our_own_lists_take_columns_too(client_of, open_ticket, cast):
    """Part 3: each list by itself; Sam works in one department, so there is no column of departments."""
    open_ticket()
    browser = client_of(cast.sam)
    browser.post("/desk/columns/?view=mine", {"columns": ["client", "department"]})
    assert heads(browser.get("/desk/?view=mine")) == ["subject", "client"]
    assert "status" in heads(browser.get("/desk/?view=open"))
    assert browser.post("/desk/columns/?view=mine", {"columns": ["password"]}).status_code == 422


def test_every_column_shows_what_it_names(client_of, open_ticket, say, cast):
    """Part 3: type, team, service, channel, tags, opened, last word of the client, unanswered since; escaped (T04)."""
    from accounts.models import Service

    opened = timezone.now() - timedelta(days=20)
    with time_machine.travel(opened, tick=False):
        ticket = open_ticket()
        say(ticket, cast.sam)
    with time_machine.travel(opened + timedelta(days=2), tick=False):
        say(ticket, cast.anna, "And now?")
    team = Team.objects.create(name="<b>Night</b> shift", department=cast.support)
    service = Service.objects.create(user=cast.anna, name="VPS & more")
    kind = TicketType.objects.create(code="errand", name="<i>Errand</i>")
    Ticket.objects.filter(pk=ticket.pk).update(team=team, type=kind, service=service)
    actions.tag(ticket, on=actions.tags_named("vip"), actor=cast.sam)
    forget()
    codes = ["tags", "organisation", "service", "type", "channel", "team", "since", "client_message", "created"]
    browser = client_of(cast.sam)
    browser.post("/desk/columns/?view=open", {"columns": codes})
    page = browser.get("/desk/?view=open").content.decode().partition("<tbody>")[2]
    assert "&lt;b&gt;Night&lt;/b&gt; shift" in page and "&lt;i&gt;Errand&lt;/i&gt;" in page and "vip" in page
    assert "VPS &amp; more" in page
    assert "Quillmark Studio" in page and "Portal" in page
    day, later = (timezone.localtime(each).strftime("%Y-%m-%dT") for each in (opened, opened + timedelta(days=2)))
    assert page.count(day) == 1 and page.count(later) >= 2


@pytest.mark.parametrize("sort", ["created", "since", "type", "team", "service", "organisation", "channel"])
def test_each_further_column_sorts_on_both_databases(client_of, open_ticket, cast, say, sort):
    """S130: forwards and backwards are the same rows the other way round."""
    for _each in range(3):
        open_ticket()
    say(open_ticket(), cast.sam)
    rows = [subjects_by(client_of(cast.sam), sign + sort) for sign in ("", "-")]
    assert len(rows[0]) == 4 and rows[0] == rows[1][::-1]


def subjects_by(browser, sort):
    return [row["number"] for row in browser.get(f"/desk/?view=open&sort={sort}").context["page"].rows]


@pytest.mark.parametrize("sort", sorted(queues.SORTS))
def test_each_order_goes_on_over_the_page(open_ticket, cast, sort):
    """T27, S130: cut by key, forwards and back, nothing twice and nothing lost."""
    from django.http import QueryDict

    from accounts.viewer import Viewer

    viewer = Viewer(cast.lena)
    places = [cast.support, cast.billing, cast.sales] * 2
    made = {open_ticket(department=place).number for place in places}
    asked, seen = queues.read(QueryDict(f"view=open&sort={sort}"), viewer), []
    while True:
        page = queues.page(viewer, asked, size=2)
        seen += [row["number"] for row in page.rows]
        if not page.next:
            break
        asked = queues.replace(asked, cursor=page.next)
    assert len(seen) == 6 and set(seen) == made


# --- Further filters --------------------------------------------------------------------------------------------------


@pytest.fixture
def various(open_ticket, cast):
    """Five tickets, each with something of its own."""
    team = Team.objects.create(name="Night shift", department=cast.support)
    kind = TicketType.objects.create(code="errand", name="Errand")
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        open_ticket(subject="old")
    open_ticket(subject="carl", client=cast.carl)
    for name, change in {
        "typed": {"type": kind}, "teamed": {"team": team}, "phoned": {"channel": "phone"}, "loud": {"escalated": True},
    }.items():  # fmt: skip
        Ticket.objects.filter(pk=open_ticket(subject=name).pk).update(**change)
    forget()
    return {"team": team.pk, "carl": cast.carl.pk, "quillmark": cast.quillmark.pk}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=errand", "typed"),
        ("type=errand&type=none", "old carl typed teamed phoned loud"),
        ("team={team}", "teamed"),
        ("team=none", "old carl typed phoned loud"),
        ("channel=phone", "phoned"),
        ("channel=phone&channel=portal&escalated=1", "loud"),
        ("escalated=yes", "old carl typed teamed phoned loud"),
        ("client={carl}", "carl"),
        ("organisation={quillmark}", "old typed teamed phoned loud"),
        ("since={yesterday}", "carl typed teamed phoned loud"),
        ("until={yesterday}", "old"),
        ("since=2026-13-45&until=nonsense", "old carl typed teamed phoned loud"),
        ("since=0001-01-01&until=9999-12-31", "old carl typed teamed phoned loud"),
        ("team=abc&client=-1&organisation=' OR 1&channel=fax&type=x", "old carl typed teamed phoned loud"),
    ],
)
def test_further_filters(client_of, cast, various, query, expected):
    """S131, T19: type, team, way, client, organisation, day of opening, escalated; nonsense is left out."""
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    page = client_of(cast.sam).get("/desk/?view=open&" + query.format(**various, yesterday=yesterday))
    assert set(subjects(page)) == set(expected.split())
    assert client_of(cast.sam).get(f"/desk/?{page.context['asked'].address}").context["asked"] == page.context["asked"]


def test_a_day_begins_at_the_readers_midnight(client_of, open_ticket, cast):
    """Part 3: and one reader's midnight is not kept for the next."""
    with time_machine.travel("2026-03-10T22:30:00Z", tick=False):
        open_ticket(subject="Late")
    seen = {}
    for zone in ("UTC", "Asia/Tokyo", "UTC"):
        cast.sam.time_zone = zone
        cast.sam.save(update_fields=["time_zone"])
        seen[zone] = subjects(client_of(cast.sam).get("/desk/?view=open&since=2026-03-11"))
    assert seen == {"UTC": [], "Asia/Tokyo": ["Late"]}


def test_a_client_is_found_by_name_and_ticked(client_of, open_ticket, cast):
    """Part 3: without script, too: the page comes again with those found."""
    open_ticket()
    page = client_of(cast.sam).get("/desk/?view=open&find=quillmark").content.decode()
    assert f'name="organisation" value="{cast.quillmark.pk}"' in page
    page = client_of(cast.sam).get(f"/desk/?view=open&client={cast.anna.pk}&find=anna").content.decode()
    assert page.count(f'name="client" value="{cast.anna.pk}"') == 1


def test_a_list_by_its_filters_in_words(client_of, open_ticket, cast, kept, various):
    """Part 3: the page of views says what each shows."""
    kept(f"view=open&q=lamp&status=open&assignee=me&assignee=nobody&team={various['team']}&type=errand&channel=phone"
         f"&client={cast.carl.pk}&since=2026-01-02&escalated=1")  # fmt: skip
    page = client_of(cast.sam).get("/desk/views/").content.decode()
    for words in (
        "Search: lamp",
        "Status: Open",
        "Assignee: Me, Nobody",
        "Team: Night shift",
        "Client: Carl",
        "Escalated: yes",
    ):
        assert words in page, words


def test_an_asked_list_and_its_address_say_the_same(rf, cast):
    """Every filter goes into the address and comes back."""
    from django.http import QueryDict

    from accounts.viewer import Viewer

    viewer = Viewer(cast.lena)
    address = (
        "view=open&q=lamp&department=support&status=open&priority=critical&assignee=me&type=none&team=none"
        "&channel=phone&client=7&organisation=8&since=2026-01-02&until=2026-02-03&escalated=1&sort=-created"
    )
    assert queues.read(QueryDict(address), viewer).address == address


def test_whoever_made_a_shared_view_and_leads_there_no_more_uses_it_and_changes_nothing(client_of, cast, kept):
    """T01: a shared view is the department's, not its maker's."""
    row, sam = kept("view=open", owner=cast.sam, department=cast.support), client_of(cast.sam)
    assert sam.get(f"/desk/?view=saved-{row.pk}").context["asked"].saved == row
    assert sam.post(f"/desk/views/{row.pk}/", {"name": "Mine", "department": "support"}).status_code == 404
    assert sam.post(f"/desk/views/{row.pk}/delete/").status_code == 404
    assert SavedView.objects.get().name == "Burning"

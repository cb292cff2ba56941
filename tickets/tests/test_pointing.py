"""Points of a checklist link what they name: messages, points in them, notes, and tickets the reader works on (S63,
S64)."""

import pytest

from departments.models import StaffPlace
from tickets import actions
from tickets.models import CheckPoint
from tickets.writing import write

pytestmark = pytest.mark.django_db

LIST = "Three things:\n\n1. The cart\n2. The mail\n3. The shop"
ELSEWHERE = "XYZ-000000"


@pytest.fixture
def checklist(client_of, ticket, cast):
    """`checklist("See #2", …)`: the panel of the ticket's page with these points, as Sam, or another, sees it."""

    def show(*texts, who=None):
        actions.add_points(ticket, texts=texts, actor=cast.sam)
        return panel(client_of(who or cast.sam).get(f"/t/{ticket.number}/"))

    return show


def panel(answer):
    return answer.text.partition('id="checklist"')[2].partition("</section>")[0]


def link_to(ticket, words, anchor=""):
    return f'<a href="/t/{ticket.number}/{anchor}" title="{ticket.subject}">{words}</a>'


# --- In the ticket ----------------------------------------------------------------------------------------------------


def test_a_point_leads_to_messages_points_and_notes_of_its_ticket(checklist, ticket, cast, say):
    """S64: as a message does; what is not there stays words."""
    say(ticket, cast.anna, LIST)
    actions.add_note(ticket, author=cast.sam, written=write("Ours."))
    shown = checklist("See #2 and #2.3, #2.7 is none", "#9, #0 and #N2 neither", "As in #N1")
    assert 'See <a href="#m2">#2</a> and <a href="#m2-3">#2.3</a>, <a href="#m2">#2.7</a> is none' in shown
    assert "#9, #0 and #N2 neither" in shown and 'As in <a href="#n1">#N1</a>' in shown


def test_the_links_are_the_same_when_the_panel_is_drawn_again_after_a_tick(client_of, checklist, ticket, cast, say):
    """The head and the panel come alone then, without the messages."""
    say(ticket, cast.anna, LIST)
    first = checklist("See #2, #2.3 and #2.7", "As in #N1")
    point = CheckPoint.objects.first()
    sent = {"point": [point.pk], "done": [point.pk]}
    answer = client_of(cast.sam).post(f"/t/{ticket.number}/checklist/tick/", sent, headers={"HX-Request": "true"})
    again = panel(answer)
    named = 'See <a href="#m2">#2</a>, <a href="#m2-3">#2.3</a> and <a href="#m2">#2.7</a>'
    assert named in first and named in again and "As in #N1" in again


def test_what_came_with_a_merged_ticket_is_named_by_its_number(client_of, checklist, ticket, open_ticket, cast):
    """ARCHITECTURE, "Merging": its messages stand here under the numbers they had."""
    other = open_ticket(text=LIST)
    actions.merge([ticket, other], into=ticket, actor=cast.sam)
    shown = checklist(f"{other.number} #1.2, {other.number} and #1")
    assert f'<a href="#m1-{other.number}-2">{other.number} #1.2</a>' in shown
    assert link_to(other, other.number) in shown and '<a href="#m1">#1</a>' in shown
    assert client_of(cast.sam).get(f"/t/{other.number}/").url == f"/t/{ticket.number}/"


@pytest.mark.parametrize("words", ["<b>#1</b>", "<a href='x'>#1</a> & \"co\"", "<script>alert(1)</script> #1", "&#1;"])
def test_a_point_is_text_whatever_it_holds(checklist, words):
    """SECURITY V1: links are ours, everything else is escaped."""
    shown = checklist(words)
    assert "<b>" not in shown and "<script" not in shown and "<a href='x'" not in shown
    assert shown.count('href="#m1"') == (0 if words == "&#1;" else 1)


# --- To other tickets -------------------------------------------------------------------------------------------------


def test_a_number_leads_to_a_ticket_the_reader_works_on_and_to_a_message_in_it(checklist, open_ticket, cast):
    """S142: its subject is a hint; a number nobody has, or inside of a word or an address, stays words."""
    other = open_ticket(subject="The “cart” & <co>")
    n = other.number
    words = f"x{n} {n}-2 https://example.com/{n}/ {ELSEWHERE} {n.lower()}"
    shown = checklist(f"First {n}, then {n} #1 and {n} #7", words)
    hint = 'title="The “cart” &amp; &lt;co&gt;"'
    assert f'First <a href="/t/{n}/" {hint}>{n}</a>, then <a href="/t/{n}/#m1">{n} #1</a>' in shown
    assert f'and <a href="/t/{n}/" {hint}>{n}</a> #7' in shown
    assert shown.count(f'href="/t/{n}/') == 3 and words in shown


@pytest.mark.parametrize("merged", [False, True])
def test_a_ticket_out_of_sight_is_a_number_alone(client_of, checklist, open_ticket, cast, merged):
    """T01, S119: neither a link nor a subject, whether it lives there or on in one that does; nor does it say whether
    there is such a ticket."""
    secret = open_ticket(department=cast.billing, subject="Canary")
    if merged:
        inner = open_ticket(department=cast.billing, subject="Canary inner")
        actions.merge([inner, secret], into=inner, actor=cast.operator)
    shown = checklist(f"{secret.number} and {secret.number} #1 and {ELSEWHERE} #1")
    assert f"{secret.number} and {secret.number} #1 and {ELSEWHERE} #1" in shown and "Canary" not in shown
    lena = checklist(who=cast.lena)
    assert lena.count(f'href="/t/{secret.number}/') == 2
    assert client_of(cast.sam).get(f"/t/{secret.number}/").status_code == 404


def test_one_merged_into_what_is_out_of_sight_is_no_link(client_of, checklist, open_ticket, cast):
    """S119: its door would lead there."""
    here, there = open_ticket(subject="Canary"), open_ticket(department=cast.billing)
    actions.merge([here, there], into=there, actor=cast.operator)
    assert f'href="/t/{here.number}/' not in checklist(f"See {here.number}")
    assert client_of(cast.sam).get(f"/t/{here.number}/").status_code == 404


def test_links_go_with_the_place(checklist, open_ticket, cast):
    """S119: read anew with each page."""
    invoice = open_ticket(department=cast.billing)
    assert f'href="/t/{invoice.number}/' not in checklist(f"See {invoice.number}")
    StaffPlace.objects.create(user=cast.sam, department=cast.billing)
    assert f'href="/t/{invoice.number}/' in checklist(who=type(cast.sam).objects.get(pk=cast.sam.pk))


# --- What it costs ----------------------------------------------------------------------------------------------------


def test_points_cost_nothing_that_name_nothing_and_one_statement_that_name_tickets(
    client_of, ticket, open_ticket, cast, say, statements
):
    """C, Speed: messages are on the page already."""
    say(ticket, cast.anna, LIST)
    lot, browser, counts = [open_ticket() for _each in range(3)], client_of(cast.sam), []
    for texts in (
        ["Plain - well"],
        ["#1", "#2.3", "#N1", "# 7"],
        [lot[0].number],
        [f"{each.number} #1" for each in lot],
    ):
        actions.add_points(ticket, texts=texts, actor=cast.sam)
        browser.get(f"/t/{ticket.number}/")
        with statements() as asked:
            browser.get(f"/t/{ticket.number}/")
        counts.append(len(asked))
    assert [count - counts[0] for count in counts] == [0, 0, 1, 1]

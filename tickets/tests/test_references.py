"""What messages name by number, and quotations of them (S63, S64, S150)."""

import re

import pytest

from helpdesk_site.lib import references, text
from mail.models import OutgoingMail
from tickets import actions
from tickets.writing import write

LIST = "Three things:\n\n1. The cart\n2. The mail\n   - and its queue\n3. The shop"


def pointed(source):
    return references.pointed(text.render_markdown(source), "#12", "m12")


def test_numbered_points_have_an_anchor_and_show_their_reference():
    """S64: “#12.3” stands beside the third point of message 12."""
    html = pointed(LIST)
    assert '<li id="m12-3" class="point"><a class="point-n" href="#m12-3">#12.3</a>The shop' in html
    assert references.points_of(text.render_markdown(LIST)) == {1, 2, 3}


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("- a\n- b", set()),
        ("> 1. quoted\n> 2. too", set()),
        ("- a\n    1. inner\n    2. inner", set()),
        ("4. four\n5. five", {4, 5}),
        ("1. a\n2. b\n\nand\n\n1. c\n2. d\n3. e", {1, 2, 3}),
        ("no list", set()),
    ],
)
def test_which_points_count(source, points):
    """Bullets, what is quoted and what stands inside another list count for nothing; the first of equals wins."""
    html = text.render_markdown(source)
    assert references.points_of(html) == points
    assert references.pointed(html, "#1", "m1").count('class="point"') == len(points)


def test_a_list_without_end_is_numbered_to_a_point_and_costs_nothing():
    """Bad input: 5,000 points."""
    html = "<ol>" + "<li>a</li>" * 5000 + "</ol>"
    assert len(references.points_of(html)) == references.MOST_POINTS


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("See #2.", 1), ("See #2.1 and #2.3", 2), ("#2.9 leads to the message", 1), ("#0 #99", 0), ("a#2 &#2; #2x", 0),
        ("`#2` and [#2](https://example.org)", 0), ("#2.", 1), ("(#2, #2.1)", 2), ("#٢", 0), ("#N1", 1), ("#N2", 0),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_a_link(source, links):
    known = {(False, 2): "m2", (True, 1): "n1"}

    def refer(ticket, is_note, number, point):
        return known.get((is_note, number), "")

    assert references.linked(text.render_markdown(source), refer).count('href="#') == links


pytestmark = pytest.mark.django_db


def test_points_are_named_in_portal_and_desk_and_letters_stay_plain(client_of, ticket, cast, say):
    """S64: the same reference, a link on both pages, words in the letter."""
    say(ticket, cast.anna, LIST)
    say(ticket, cast.sam, "About #2.3: done. #2.7 is none, #9 neither.")
    for who in (cast.anna, cast.sam):
        page = client_of(who).get(f"/t/{ticket.number}/").content.decode()
        assert '<a href="#m2-3">#2.3</a>: done. <a href="#m2">#2.7</a> is none, #9 neither.' in page
        assert 'id="m2-3" class="point"><a class="point-n" href="#m2-3">#2.3</a>The shop' in page
    letter = OutgoingMail.objects.filter(to_address=cast.anna.email).latest("pk")
    assert "About #2.3: done." in letter.text and "#m2-3" not in letter.html


def test_notes_are_named_at_the_desk_and_never_for_clients(client_of, ticket, cast, say):
    """T09: “#N1” is plain text for a client, who does not learn that there is such a note."""
    actions.add_note(ticket, author=cast.sam, written=write("Ours.\n\n1. one"))
    say(ticket, cast.sam, "As in #N1 and #N2.")
    staff, client = (client_of(who).get(f"/t/{ticket.number}/").content.decode() for who in (cast.sam, cast.anna))
    assert '<a href="#n1">#N1</a> and #N2' in staff and "As in #N1 and #N2." in client and "#n1" not in client


def test_what_came_with_a_merged_ticket_is_named_by_its_number(client_of, ticket, open_ticket, cast, say):
    """Its own “#1” means its own first message; from elsewhere it is “KTR-482913 #1”."""
    other = open_ticket(text="1. First\n2. Second")
    say(other, cast.sam, "See #1.2 above.")
    actions.merge([ticket, other], into=ticket, actor=cast.sam)
    say(ticket, cast.sam, f"As in {other.number} #1.2, and in #1. {ticket.number} #1 is here too.")
    for who in (cast.anna, cast.sam):
        page = client_of(who).get(f"/t/{ticket.number}/").content.decode()
        there = f"m1-{other.number}-2"
        assert f'See <a href="#{there}">#1.2</a> above' in page and f'<li id="{there}"' in page
        assert f'<a href="#{there}">{other.number} #1.2</a>, and in <a href="#m1">#1</a>' in page
        assert f'<a href="#m1">{ticket.number} #1</a> is here' in page


# --- Quotations -------------------------------------------------------------------------------------------------------


def box(page, pane):
    return page.partition(f'id="{pane}"')[2].partition("</form>")[0]


@pytest.mark.parametrize(("language", "line"), [("en", "Anna Harding wrote in #1:"), ("", "Anna Harding wrote in #1:")])
def test_staff_quote_without_script_below_what_they_typed(client_of, ticket, cast, language, line):
    """S63, S150: the link prefills the box, in the language its reader has."""
    browser = client_of(cast.sam)
    browser.post(f"/drafts/save/?place=reply/{ticket.number}", {"message": "Typed before."})
    page = browser.get(f"/t/{ticket.number}/?quote=m1").content.decode()
    assert f"Typed before.\n\n&gt; {line}\n&gt;\n&gt; The cart answers 502." in box(page, "pane-reply")
    assert "Typed before." in browser.get(f"/t/{ticket.number}/").content.decode()


def test_a_note_is_quoted_in_the_note_alone_and_never_for_clients(client_of, ticket, cast):
    actions.add_note(ticket, author=cast.sam, written=write("Between us."))
    page = client_of(cast.sam).get(f"/t/{ticket.number}/?quote=n1").content.decode()
    assert "wrote in N1:\n&gt;\n&gt; Between us." in box(page, "pane-note")
    assert "wrote in N1:" not in box(page, "pane-reply")
    assert "Between us" not in client_of(cast.anna).get(f"/t/{ticket.number}/?quote=n1").content.decode()


def test_colleagues_are_quoted_by_the_name_clients_know(client_of, ticket, cast, say, set_policy):
    """What stands above the quotation goes to the client: never more than the portal shows of its staff."""
    say(ticket, cast.lena, "Wait.")
    page = client_of(cast.sam).get(f"/t/{ticket.number}/?quote=m2").content.decode()
    assert f"&gt; {cast.lena.name.split()[0]} wrote in #2:" in box(page, "pane-reply")
    assert f'data-quote-line="{cast.lena.name.split()[0]} wrote in #2:"' in page


@pytest.mark.parametrize("quote", ["m99", "n1", "m1-XXX-000000", "m1-KTR-1", "x", "'", "m" + "9" * 400, "²", ""])
def test_what_is_no_message_quotes_nothing(client_of, ticket, cast, quote):
    """T19."""
    for who in (cast.sam, cast.anna):
        page = client_of(who).get(f"/t/{ticket.number}/", {"quote": quote})
        assert page.status_code == 200 and not re.search(r"<textarea[^>]*>\n&gt;", page.content.decode())


def test_a_message_of_a_merged_ticket_is_quoted_and_one_of_a_stranger_is_not(client_of, ticket, open_ticket, cast):
    other, strange = open_ticket(text="It came along."), open_ticket(client=cast.carl, text="Carl’s secret.")
    actions.merge([ticket, other], into=ticket, actor=cast.sam)
    browser = client_of(cast.anna)
    assert "It came along." in box_of(browser, ticket, f"m1-{other.number}")
    assert "Carl’s" not in box_of(browser, ticket, f"m1-{strange.number}")


def box_of(browser, ticket, quote):
    return browser.get(f"/t/{ticket.number}/", {"quote": quote}).content.decode().partition("<textarea")[2]

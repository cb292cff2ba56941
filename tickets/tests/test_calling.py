"""Colleagues called by @name in a note: they stand out in it, and hear of it whenever they are named (S161)."""

import pytest

from accounts.viewer import Viewer
from tickets import actions
from tickets.composing import mentions
from tickets.lists import bell
from tickets.models import Mention, Notification, Watcher
from tickets.writing import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(ticket, lena):
    def make(text, author=lena):
        called = mentions.people_in(text, ticket)
        return actions.add_note(ticket, author=author, written=write(text), mentions=called)

    return make


def thread_of(browser, ticket):
    page = browser.get(f"/t/{ticket.number}/").content.decode()
    return page.partition('id="thread"')[2].partition('id="reply"')[0]


@pytest.mark.parametrize(
    ("text", "stands_out"),
    [
        ("@sam look, and @Lena Varga too", ["@sam", "@Lena Varga"]),
        ("Look,@nobody @ben", []),  # nobody, and one of another department
        ("`@sam` and [@sam](https://example.org)", []),
        ("x@sam and sam@sam.example", []),
        ("**@sam** & <i>@sam</i>", ["@sam", "@sam"]),
    ],
)
def test_the_names_of_those_who_are_called_stand_out(client_of, ticket, lena, note, text, stands_out):
    note(text)
    shown = thread_of(client_of(lena), ticket)
    assert [piece.partition("</b>")[0] for piece in shown.split('<b class="call">')[1:]] == stands_out


def test_only_colleagues_of_the_department_are_called_and_nobody_by_themselves(ticket, sam, lena, ben):
    """S161: whatever names a note is given."""
    actions.add_note(ticket, author=sam, written=write("Look."), mentions=[sam, ben, lena])
    assert [row.user for row in Mention.objects.all()] == [row.user for row in Watcher.objects.all()] == [lena]


def test_a_note_calls_no_more_people_than_a_note_is_for(ticket, monkeypatch):
    monkeypatch.setattr(mentions, "MOST", 1)
    assert [person.first_name for person in mentions.people_in("@lena @sam look", ticket)] == ["Lena"]


def test_in_a_message_of_the_clients_nobody_stands_out(client_of, ticket, anna, sam, say):
    """A client's “@sam” calls nobody."""
    say(ticket, anna, "@sam please")
    assert "@sam please" in thread_of(client_of(sam), ticket)
    assert 'class="call"' not in client_of(anna).get(f"/t/{ticket.number}/").content.decode()


def test_a_name_that_is_marked_up_stays_text():
    """T04: what was escaped stays escaped."""
    assert mentions.marked_in("&lt;b&gt; @sam &amp; &lt;script&gt;", [("sam", object())]) == (
        '&lt;b&gt; <b class="call">@sam</b> &amp; &lt;script&gt;'
    )


def test_a_note_changed_to_call_somebody_rings_their_bell_and_counts_as_a_mention(client_of, ticket, sam, lena, note):
    """S161: told as by a new note; who was called before hears nothing twice."""
    row = note("Look at this.")
    before = Notification.objects.filter(user=sam).count()
    client_of(lena).post(f"/t/{ticket.number}/message/{row.pk}/edit/", {"message": "@sam look at this."})
    told = Notification.objects.get(user=sam, event__verb="edited")
    assert told.in_portal and told.is_unread and told.mail
    assert Notification.objects.filter(user=sam).count() == before + 1
    assert Mention.objects.get(user=sam, ticket=ticket).is_unread
    page = client_of(sam).get("/desk/bell/").content.decode()
    assert "changed note" in page and "called" in page
    client_of(lena).post(f"/t/{ticket.number}/message/{row.pk}/edit/", {"message": "@sam look at that."})
    assert Notification.objects.filter(user=sam).count() == before + 1


def test_a_changed_note_that_calls_nobody_rings_no_bell(client_of, ticket, sam, lena, note):
    row = note("Look at this.")
    client_of(lena).post(f"/t/{ticket.number}/message/{row.pk}/edit/", {"message": "Look at that, @ben."})
    assert not Notification.objects.filter(event__verb="edited").exists()
    assert bell.newest(Viewer(sam)) == 0


def test_nobody_calls_themselves(client_of, ticket, sam):
    """“@sam will do” in Sam's own note calls nobody, and says so nowhere."""
    client_of(sam).post(f"/t/{ticket.number}/note/", {"message": "@sam will do it, @Lena Varga knows."})
    assert "called <b>Lena Varga</b>" in client_of(sam).get(f"/t/{ticket.number}/log/").text
    assert not Mention.objects.filter(user=sam).exists() and Mention.objects.count() == 1

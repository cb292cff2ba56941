"""Search finds the same tickets on both databases, and never a note for somebody who may not read notes."""

import pytest

from accounts.viewer import Viewer
from tickets import actions
from tickets.lists import search
from tickets.models import Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db


def found(words, **more):
    return set(search.matching(Ticket.objects.all(), words, **more).values_list("subject", flat=True))


@pytest.fixture
def library(open_ticket):
    open_ticket(subject="Shop returns 502", text="The checkout answered slowly, then upstream sent too big header.")
    open_ticket(subject="Не приходят письма", text="Здравствуйте! С утра не приходят письма от банка, ещё вчера шли.")
    open_ticket(subject="Renouvellement refusé", text="Le certificat a été refusé par l’autorité.")
    open_ticket(subject="Domínio não propaga", text="Já se passaram 24 horas após a transferência.")


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("502", "Shop returns 502"),
        ("headers", "Shop returns 502"),
        ("answer checkout", "Shop returns 502"),
        ("chec", "Shop returns 502"),
        ("письмо", "Не приходят письма"),
        ("банк", "Не приходят письма"),
        ("ЕЩЕ", "Не приходят письма"),
        ("certificats refuses", "Renouvellement refusé"),
        ("renouvell", "Renouvellement refusé"),
        ("dominio", "Domínio não propaga"),
        ("transferencias", "Domínio não propaga"),
    ],
)
def test_words_are_found_in_any_form_case_and_accent(library, words, subject):
    """S5, S20, S78: the same hits on SQLite and PostgreSQL."""
    assert found(words) == {subject}


def test_the_clients_name_and_address_find_the_ticket(library):
    """S131."""
    assert len(found("harding")) == 4 and len(found("anna@example.com")) == 4


def test_a_number_finds_its_ticket_however_it_is_typed(ticket):
    """S12; CONTRACT: typed in any case, with or without dash and #."""
    for typed in (ticket.number, ticket.number.lower(), "#" + ticket.number.replace("-", ""), f" {ticket.number} "):
        assert found(typed) == {ticket.subject}
    assert found(ticket.number[-6:]) == {ticket.subject}


def test_a_word_only_in_a_reply_is_found_and_one_only_in_a_note_not_by_clients(ticket, sam, anna, say):
    """S5, S161."""
    say(ticket, sam, "We raised fastcgi buffers.")
    actions.add_note(ticket, author=sam, written=write("The customer is angry, treat gently."))
    assert found("fastcgi") == {ticket.subject}
    assert found("angry") == set()
    assert found("angry", notes=True) == {ticket.subject}


def test_an_edited_message_is_found_by_its_new_words_only(ticket, sam, say):
    message = say(ticket, sam, "Restart tomorow.")
    actions.edit_message(message, editor=sam, written=write("Restart tonight."))
    assert found("tonight") == {ticket.subject} and found("tomorow") == set()


@pytest.mark.parametrize(
    "words", ["", "   ", "?!", "'", '"', "a & b | !", "\\", "%", "x" * 5000, "* OR 1", "')--", "🙂"]
)
def test_nothing_typed_in_the_search_box_is_an_error(ticket, words):
    assert found(words) in (set(), {ticket.subject})


def test_search_never_widens_what_the_viewer_sees(ticket, carl, anna):
    """S7: Carl never finds anything of Anna's."""
    assert list(search.matching(Ticket.objects.visible_to(Viewer(anna)), "shop")) == [ticket]
    assert list(search.matching(Ticket.objects.visible_to(Viewer(carl)), "shop")) == []


def test_a_hostile_flood_of_words_never_breaks_a_reply(ticket, anna, say):
    """A document beyond what the engine takes stops growing; the reply is kept all the same."""
    for part in range(3):
        say(ticket, anna, " ".join(f"{part}x{number:050d}" for number in range(3500)))
    ticket.refresh_from_db()
    assert ticket.last_number == 4


def test_a_common_word_and_a_rare_one_find_the_same_tickets(library, monkeypatch):
    """S131: the way to the hits, by the text index or along the list, changes nothing of what is found."""
    asked = ("returns", "письмо", "chec", "anna@example.com", "nothing")
    by_index = {words: found(words, notes=True) for words in asked}
    along_the_list = {words: found(words, notes=True, few=True) for words in by_index}
    assert by_index == along_the_list and by_index["returns"] == {"Shop returns 502"}
    monkeypatch.setattr(search, "MOST_HITS", 0)
    assert {words: found(words, notes=True) for words in by_index} == by_index


def test_a_query_of_common_words_is_known_as_common():
    """Which depends on how many documents there are: many hits are much to read, few are far apart."""
    shares = {"certif": 0.1, "server": 0.2, "serv": 0.2}
    for words, documents, common in (
        ("certif", 1_000_000, True), ("certif", 10_000, True), ("certif", 1_000, False), ("serv", 1_000_000, True),
        ("se", 1_000_000, True), ("server certif", 1_000_000, True), ("server certif", 10_000, False),
        ("certif mail", 1_000_000, False), ("zyxomma", 1_000_000, False), ("certif", 0, False),
    ):  # fmt: skip
        known = search.Statistics(documents=documents, shares=shares)
        assert known.say_common([((word,), word) for word in words.split()]) == common, (words, documents)

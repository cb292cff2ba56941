"""Mail for tickets that live elsewhere by now: merged, taken out again, split off, in the trash, in spam (S143, T10).

Whatever a mail names its ticket by, it comes to the same one: by the signed answer address, by the Message-ID of a
letter of ours, by one that its sender's program gave, by the number in its subject.
"""

import pytest

from mail import pointers
from tickets import actions
from tickets.events import one_click
from tickets.models import Message, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db

WAYS = {
    "answer address": lambda at: {"to": pointers.answer_address(at.ticket.department.email, at.ticket.number)},
    "our Message-ID": lambda at: {"headers": {"In-Reply-To": at.letter.message_id}},
    "their Message-ID": lambda at: {"headers": {"References": "<first@outside.example>"}},
    "number": lambda at: {"subject": f"Re: [{at.ticket.number}] Help"},
}
by_every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


class Known:
    """A ticket made by a mail, and the letter that answers it."""

    def __init__(self, ticket, letter):
        self.ticket, self.letter = ticket, letter


@pytest.fixture
def by_mail(arrive, anna, sam, letter_to):
    ticket = arrive(anna, text="First.", headers={"Message-ID": "<first@outside.example>"}).ticket
    actions.reply(ticket, author=sam, written=write("An answer."), by_staff=True)
    return Known(ticket, letter_to(anna, ticket))


@pytest.fixture
def answer(arrive, anna, by_mail):
    """`answer(way)`: what became of Anna's answer to it."""
    return lambda way, person=anna: arrive(person, text="Second.", **way(by_mail))


def bodies(ticket):
    return list(Message.objects.filter(ticket=ticket).order_by("number").values_list("body", flat=True))


@by_every_way
def test_of_one_merged_on_and_on_it_comes_to_the_last(by_mail, open_ticket, sam, answer, way):
    """S143: and nothing is written in the one merged away."""
    second, last = open_ticket(), open_ticket()
    actions.merge([second, by_mail.ticket], into=second, actor=sam)
    actions.merge([last, second], into=last, actor=sam)
    arrived = answer(way)
    assert (arrived.outcome, arrived.ticket) == ("appended", last) and bodies(last)[-1] == "Second."
    assert len(bodies(by_mail.ticket)) == 2


@by_every_way
def test_of_one_taken_out_again_it_comes_to_itself(by_mail, open_ticket, sam, answer, way):
    other = open_ticket()
    actions.merge([other, by_mail.ticket], into=other, actor=sam)
    actions.detach(by_mail.ticket, actor=sam)
    assert answer(way).ticket == by_mail.ticket and bodies(other) == ["The cart answers 502."]


@by_every_way
@pytest.mark.parametrize("merged", [False, True], ids=["itself", "its survivor"])
def test_of_one_in_the_trash_a_new_one_follows_it(by_mail, open_ticket, sam, answer, way, merged):
    """mail/RULES, Threading 6: what was deleted takes no words; staff see what the new one follows."""
    gone = by_mail.ticket
    if merged:
        gone = open_ticket()
        actions.merge([gone, by_mail.ticket], into=gone, actor=sam)
    actions.trash(gone, actor=sam)
    arrived = answer(way)
    assert arrived.outcome == "created" and arrived.ticket.pk not in (gone.pk, by_mail.ticket.pk)
    assert arrived.ticket.follow_up_of == gone and "Second." not in bodies(gone) + bodies(by_mail.ticket)


@by_every_way
def test_of_one_taken_out_of_the_trash_it_comes_to_itself(by_mail, sam, answer, way):
    actions.trash(by_mail.ticket, actor=sam)
    actions.restore(by_mail.ticket, actor=sam)
    assert answer(way).ticket == by_mail.ticket


@by_every_way
def test_of_spam_it_stays_in_spam(by_mail, sam, answer, way):
    """S135: nobody is told."""
    actions.mark_spam(by_mail.ticket, actor=sam)
    arrived = answer(way)
    assert arrived.ticket == by_mail.ticket and arrived.ticket.hidden == Ticket.Hidden.SPAM and not arrived.letters


@by_every_way
def test_a_stranger_who_names_any_of_these_joins_none(by_mail, open_ticket, sam, carl, answer, way):
    """T10: merged, or in the trash; what is his becomes a ticket of his own that follows nothing."""
    other = open_ticket()
    actions.merge([other, by_mail.ticket], into=other, actor=sam)
    first = answer(way, carl)
    actions.trash(other, actor=sam)
    second = answer(way, carl)
    for arrived in (first, second):
        assert arrived.ticket is None or (arrived.ticket.client == carl and not arrived.ticket.follow_up_of)
    assert "Second." not in bodies(other) + bodies(by_mail.ticket)


def test_of_a_split_that_was_taken_back_it_comes_to_the_old_one(by_mail, arrive, anna, carl, sam, client_of, letter_to):
    """S158: whoever was told of the new number goes on where the messages are, by mail and in the browser."""
    question = actions.reply(by_mail.ticket, author=anna, written=write("And this?"), by_staff=False)
    said = {"messages": [question], "subject": "This", "department": by_mail.ticket.department}
    with one_click() as click:
        new = actions.split(by_mail.ticket, **said, actor=sam, tell=True)
    letter = letter_to(anna, new)
    actions.undo(click.id, actor=sam)
    for more in ({"subject": f"Re: {new.number}"}, {"headers": {"In-Reply-To": letter.message_id}}):
        assert arrive(anna, text="Second.", **more).ticket == by_mail.ticket
    assert client_of(anna).get(f"/t/{new.number}/").url == f"/t/{by_mail.ticket.number}/"
    assert client_of(carl).get(f"/t/{new.number}/").status_code == 404
    assert client_of(sam).get(f"/t/{new.number}/").status_code == 200  # in the trash
    actions.restore(new, actor=sam)
    assert client_of(anna).get(f"/t/{new.number}/").status_code == 200
    assert arrive(anna, text="Third.", subject=f"Re: {new.number}").ticket == new
    actions.trash(new, actor=sam)
    assert client_of(anna).get(f"/t/{new.number}/").status_code == 404

"""The look at a public reply before it goes: what stops it, what does not, what its author may send all the same."""

import re

import pytest

from accounts.models import Membership, User
from tickets import actions
from tickets.composing import guard
from tickets.models import Draft, PendingReply, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db


def kinds(text, ticket):
    return [reason.kind for reason in guard.reasons_against(text, ticket)]


def answer(client, ticket, text, **more):
    return client.post(f"/t/{ticket.number}/reply/", {"message": text, **more})


def said(ticket):
    return [row.body for row in ticket.messages.filter(is_note=False, by_staff=True)]


@pytest.fixture
def at_once(sam):
    """Sam's replies go without a delay."""
    sam.undo_seconds = 0
    sam.save(update_fields=["undo_seconds"])


# --- What it sees -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The service {{ticket.service}} is up.", "field"),
        ("Hello {{ client.shoe_size }},", "field"),
        ("Hello {{name", "field"),
        ("Hello [FIRSTNAME],", "field"),
        ("Log in as `{{client.organisation}}`.", "field"),
        ("Dear [YOUR NAME], it is done.", "gap"),
        ("It costs [...] a month.", "gap"),
        ("It costs […] a month.", "gap"),
        ("Уважаемый [ИМЯ], готово.", "gap"),
        ("@Sam, can you look?", "mention"),
        ("Thanks.\n\n> @Lena Varga knows the box\n", "mention"),
        ("internal: he never pays", "inside"),
        ("Hello\n\n**Internal:** he never pays", "inside"),
        ("> Internal note: he never pays", "inside"),
        ("Interne : il ne paie jamais", "inside"),
        ("Внутреннее: не платит", "inside"),
        ("Nota interna: nunca paga", "inside"),
        ("As carl@example.com wrote …", "address"),
        ("As CARL@example.com wrote …", "address"),
    ],
)
def test_what_was_not_meant_for_the_client_is_seen(ticket, text, kind):
    """FIELD 2.3 (13): unresolved fields, gaps, mentions, "internal:" in four languages, addresses of others."""
    assert kinds(text, ticket) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Hello Anna,\n\nit works again.",
        "Write `{{ user.name }}` in the template.",
        "```\n{{ user.name }}\ninternal: 10.0.0.5\n@Sam\n```",
        "    {{ user.name }}",
        "> How do I write {{ user.name }}?\n\nLike this: …",
        "See [the guide](https://example.com/a), [DNS](https://example.com) and [A][1].\n\n[1]: https://example.com",
        "[ERROR] upstream sent too big header",
        "- [x] done\n- [ ] open\n- [X] done",
        "- Internal: 10.0.0.5\n- External: 192.0.2.1",
        "The internal address is 10.0.0.5.",
        "Write to sam@example.com or support@example.com.",
        "Write to abuse@registrar.example about it.",
        "Your address anna@example.com is right.",
        "Follow us at @nobody_here.",
        "a[0] and b[i] and c[N+1]",
    ],
)
def test_what_is_meant_goes_without_a_question(ticket, text):
    assert kinds(text, ticket) == []


def test_addresses_of_the_tickets_own_people_are_no_strangers(ticket, cast, say):
    """Who takes part, the organisation, and whom the client named: theirs to know."""
    assert kinds("Ask olga@example.com.", ticket) == []
    member = User.objects.create_user("new@example.com", name="New")
    assert kinds("Ask new@example.com.", ticket) == ["address"]
    Membership.objects.create(organisation=cast.quillmark, user=member)
    assert kinds("Ask new@example.com.", ticket) == []
    actions.add_participant(ticket, user=cast.carl, rights="reply", actor=cast.anna)
    assert kinds("Ask carl@example.com.", ticket) == []
    say(ticket, cast.anna, "My friend greta@example.com saw it too.")
    assert kinds("As greta@example.com saw.", ticket) == []


def test_a_name_in_a_note_does_not_make_an_address_known(ticket, cast):
    """What stands in a note is no word of the client's."""
    actions.add_note(ticket, author=cast.sam, written=write("Same as carl@example.com."))
    assert kinds("As with carl@example.com.", ticket) == ["address"]


def test_what_we_wrote_ourselves_does_not_make_an_address_known(ticket, cast, say):
    """One mistake is no leave for the next."""
    say(ticket, cast.sam, "Same as carl@example.com.")
    assert kinds("As with carl@example.com.", ticket) == ["address"]


def test_a_look_at_a_common_reply_asks_the_database_nothing(ticket, statements):
    guard.reasons_against("@Sam", ticket)  # the staff are known from now on
    with statements() as asked:
        assert guard.reasons_against("Hello Anna,\n\nit works @ last. anna@example.com", ticket) == []
        assert kinds("@Sam {{x}} internal", ticket) == ["field", "mention"]
    assert len(asked) == 0


def test_endless_texts_are_looked_at_in_no_time(ticket):
    """T14: no pattern that takes longer and longer."""
    for piece in ("[", "{{", "@", "`", "> ", "[A ", "a@", "internal ", "~~~\n", "a.", "*_ "):
        guard.reasons_against(piece * 30_000, ticket)


# --- In the portal ----------------------------------------------------------------------------------------------------


def test_a_field_nobody_filled_in_stops_the_reply_and_the_text_stays(client_of, ticket, sam, at_once):
    """The reason stands above the kept text; there is no way to send it as it is."""
    page = answer(client_of(sam), ticket, "Your service {{ticket.service}} is up.")
    html = page.content.decode()
    assert page.status_code == 409 and said(ticket) == []
    assert "A field is not filled in: {{ticket.service}}" in html
    assert "Your service {{ticket.service}} is up.</textarea>" in html
    assert 'name="meant"' not in html


def test_no_key_lets_a_field_pass(client_of, ticket, sam, at_once):
    stopped = guard.Stopped(guard.reasons_against("Hi {{x}} @Lena", ticket))
    assert not stopped.may_go
    assert answer(client_of(sam), ticket, "Hi {{x}} @Lena", meant=stopped.key).status_code == 409


def test_a_mention_may_be_sent_all_the_same(client_of, ticket, sam, at_once):
    """The button carries what its author was shown: with exactly that the reply goes."""
    browser = client_of(sam)
    page = answer(browser, ticket, "Thanks to @Lena it works.", status="closed")
    html = page.content.decode()
    assert page.status_code == 409 and "A colleague is called: @Lena Varga" in html
    key = html.partition('name="meant" value="')[2].partition('"')[0]
    assert '<input type="hidden" name="status" value="closed" form="pane-reply">' in html
    assert answer(browser, ticket, "Thanks to @Lena it works.", status="closed", meant=key).status_code == 302
    ticket.refresh_from_db()
    assert said(ticket) == ["Thanks to @Lena it works."] and ticket.is_closed


def test_what_was_meant_once_does_not_let_something_else_pass(client_of, ticket, sam, at_once):
    stopped = guard.Stopped(guard.reasons_against("Thanks to @Lena.", ticket))
    page = answer(client_of(sam), ticket, "Thanks to @Lena. As carl@example.com says.", meant=stopped.key)
    assert page.status_code == 409 and said(ticket) == []


def test_a_reply_that_waits_was_looked_at_too(client_of, ticket, sam):
    """Held or sent later: nothing is held that would be stopped."""
    assert sam.undo_seconds > 0
    assert answer(client_of(sam), ticket, "internal: he never pays").status_code == 409
    assert not PendingReply.objects.exists()
    assert answer(client_of(sam), ticket, "It works.").status_code == 302
    assert PendingReply.objects.count() == 1


def test_a_client_is_never_stopped(client_of, ticket, cast):
    """What a client writes is the client's own."""
    text = "internal: {{x}} [FIRSTNAME] @Sam carl@example.com"
    assert answer(client_of(cast.anna), ticket, text).status_code == 302
    assert [row.body for row in ticket.messages.order_by("number")][-1] == text


def test_an_agents_own_request_is_a_clients(client_of, open_ticket, cast, at_once):
    mine = open_ticket(client=cast.sam, department=cast.support)
    assert answer(client_of(cast.sam), mine, "As carl@example.com says, @Lena.").status_code == 302


def test_notes_may_say_anything(client_of, ticket, sam):
    page = client_of(sam).post(f"/t/{ticket.number}/note/", {"message": "internal: @Lena carl@example.com {{x}}"})
    assert page.status_code == 302 and ticket.messages.filter(is_note=True).count() == 1


# --- By mail ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def by_mail(ticket, sam, say, anna, letter_to, arrive, checking):
    """`by_mail("…")`: Sam answers, in his mail program, the letter that told him of Anna's reply."""
    actions.assign(ticket, to=sam, actor=sam)
    say(ticket, anna, "Any news?")
    letter = letter_to(sam, ticket)

    def write_back(text):
        head = {"In-Reply-To": letter.message_id, "References": letter.message_id}
        return arrive(sam, to=letter.reply_to or None, text=text, verdict="pass", headers=head.items())

    return write_back


def test_an_answer_by_mail_that_goes_is_a_reply(by_mail, ticket):
    """The control."""
    assert by_mail("It works again.").outcome == "appended"
    assert said(ticket) == ["It works again."]


def test_an_answer_by_mail_not_meant_for_the_client_waits_in_its_authors_box(by_mail, ticket, cast):
    """Nothing goes out, nothing is lost: the text is a draft, its author is told why, the log says so."""
    come = by_mail("#close\n\ninternal: he never pays")
    ticket.refresh_from_db()
    assert said(ticket) == [] and not ticket.is_closed
    assert (come.outcome, come.reason) == ("rejected", "stopped")
    draft = Draft.objects.get(owner=f"user:{cast.sam.pk}", place=f"reply/{ticket.number}")
    assert draft.fields["message"] == "internal: he never pays"
    (told,) = come.letters_to(cast.sam)
    assert "A line is meant for colleagues" in told.text and ticket.number in told.text
    assert come.letters_to(cast.anna) == []


def test_what_was_typed_there_before_stays_above_it(by_mail, ticket, cast, client_of):
    place = f"reply/{ticket.number}"
    client_of(cast.sam).post("/drafts/save/", {"place": place, "message": "Half a"})
    by_mail("Hello [YOUR NAME]")
    page = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()
    assert "Half a\n\nHello [YOUR NAME]</textarea>" in page


def test_a_clients_mail_is_never_stopped(ticket, cast, arrive, letter_to, say, checking):
    say(ticket, cast.sam, "Look.")
    letter = letter_to(cast.anna, ticket)
    head = {"In-Reply-To": letter.message_id, "References": letter.message_id}
    text = "internal: @Sam {{x}}"
    come = arrive(cast.anna, to=letter.reply_to or None, text=text, verdict="pass", headers=head.items())
    assert come.outcome == "appended" and come.message.body == text


def test_what_was_meant_is_still_meant_when_somebody_wrote_meanwhile(client_of, ticket, cast, say, at_once):
    """S6: one question after the other, and each is asked once."""
    browser, text = client_of(cast.sam), "Thanks to @Lena it works."
    key = guard.Stopped(guard.reasons_against(text, ticket)).key
    say(ticket, cast.anna, "And slow.")
    page = answer(browser, ticket, text, meant=key, seen="1.0")
    assert page.status_code == 409 and "Somebody wrote while you were writing" in page.content.decode()
    assert f'name="meant" value="{key}"' in page.content.decode()
    assert answer(browser, ticket, text, meant=key, seen="2.0").status_code == 302


# --- A ticket opened for somebody -------------------------------------------------------------------------------------


def open_for(browser, person, message, **more):
    sent = {"client": person.pk, "subject": "Renewal", "department": "support", "message": message, **more}
    return browser.post("/desk/new/", sent)


def test_a_new_ticket_is_looked_at_before_its_client_is(client_of, cast):
    """S168: our first message is a reply like any other; what stops it opens no ticket, and its text stays."""
    answer = open_for(client_of(cast.sam), cast.anna, "internal: ask Ben first")
    assert answer.status_code == 409 and "internal: ask Ben first" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_its_fields_are_filled_in_and_what_is_not_known_yet_stops_it(client_of, cast):
    """S148: there is no number before there is a ticket."""
    browser = client_of(cast.sam)
    assert open_for(browser, cast.anna, "Hello {{ client.first_name }}, about {{ ticket.subject }}.").status_code == 302
    assert Ticket.objects.get().messages.get().body == "Hello Anna, about Renewal."
    assert open_for(browser, cast.anna, "About {{ ticket.number }}.").status_code == 409
    assert Ticket.objects.count() == 1


def test_one_for_a_stranger_is_looked_at_too_and_makes_nobody_before(client_of, cast):
    sent = {"name": "Nora", "email": "nora@example.net", "subject": "Offer", "department": "support"}
    browser = client_of(cast.sam)
    answer = browser.post("/desk/new/", sent | {"message": f"Ask {cast.carl.email} about it."})
    assert answer.status_code == 409 and not User.objects.filter(email="nora@example.net").exists()
    meant = re.search(r'name="meant" value="(\w+)"', answer.content.decode())[1]
    browser.post("/desk/new/", sent | {"message": f"Ask {cast.carl.email} about it.", "meant": meant})
    assert Ticket.objects.get().client.email == "nora@example.net"
    assert browser.post("/desk/new/", sent | {"message": "Hello {{ client.first_name }}."}).status_code == 302
    assert Ticket.objects.latest("pk").messages.get().body == "Hello Nora."

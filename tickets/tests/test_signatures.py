"""Signatures: the closest one below a reply, in the client's mail and nowhere else (S146)."""

import pytest

from departments.models import Signature
from departments.policy import forget
from tickets import actions
from tickets.composing import filling

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign(cast):
    def make(text, *, user=None, department=None, language=""):
        row = Signature.objects.create(text=text, user=user, department=department, language=language)
        forget()
        return row

    return make


def test_the_closest_signature_holds(ticket, cast, sign):
    """S146: a person's own before the department's, one department before all, the reader's language before any."""
    below = {}
    for step, about in enumerate(
        [
            {},
            {"language": "en"},
            {"department": cast.support},
            {"department": cast.support, "language": "en"},
            {"user": cast.sam},
            {"user": cast.sam, "language": "en"},
            {"user": cast.sam, "department": cast.support},
            {"user": cast.sam, "department": cast.support, "language": "en"},
        ]
    ):
        sign(str(step), **about)
        below[step] = filling.signature(cast.sam, ticket, "en")
    assert below == {step: str(step) for step in range(8)}
    assert filling.signature(cast.sam, ticket, "ru") == "6"
    assert filling.signature(cast.lena, ticket, "ru") == "2"


def test_those_of_another_department_person_or_language_do_not_hold(ticket, cast, sign):
    for about in ({"department": cast.billing}, {"user": cast.lena}, {"language": "ru"}):
        sign("Not this", **about)
    assert filling.signature(cast.sam, ticket, "en") == ""


def test_fields_are_filled_in_and_a_line_that_says_nothing_is_left_out(ticket, cast, sign, set_policy):
    """S148: one signature of a department names whoever answers, as clients may know them (C22)."""
    sign("{{agent.name}}\n{{agent.title}}\n{{ticket.department}}")
    assert filling.signature(cast.sam, ticket, "en") == "Sam\nserver engineer\nTechnical support"
    assert filling.signature(cast.sam, ticket, "ru") == "Sam\nсистемный инженер\nТехническая поддержка"
    set_policy(cast.support, staff_names="department")
    assert filling.signature(cast.sam, ticket, "en") == "Technical support\nTechnical support"


def test_it_stands_in_the_clients_mail_and_nowhere_in_the_portal(ticket, cast, sign, say, letter_to, client_of):
    """S146: "in mail only": not in the message, not in the thread of anybody."""
    sign("Canary **Whitlock** <b>\nhttps://example.com/team")
    message = say(ticket, cast.sam, "It works again.")
    letter = letter_to(cast.anna, ticket)
    assert "It works again.\n\nCanary **Whitlock** <b>\nhttps://example.com/team\n" in letter.text
    assert "Canary **Whitlock** &lt;b&gt;<br>" in letter.html and 'href="https://example.com/team"' in letter.html
    assert "Canary" not in message.body + message.html
    assert "Canary" not in client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()
    thread = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode().partition('id="thread"')[2]
    assert "Canary" not in thread.partition('id="reply"')[0]


def test_each_reader_gets_it_in_their_language(ticket, cast, sign, say, letter_to):
    sign("Regards", language="")
    sign("С уважением", language="ru")
    cast.olga.language = "ru"
    cast.olga.save(update_fields=["language"])
    cast.quillmark.memberships.filter(user=cast.olga).update(notify=True)
    say(ticket, cast.sam)
    assert "Regards" in letter_to(cast.anna, ticket).text
    assert "С уважением" in letter_to(cast.olga, ticket).text


def test_notes_clients_messages_and_letters_to_staff_carry_none(ticket, cast, sign, say, letter_to):
    sign("Canary")
    say(ticket, cast.anna, "Any news?")
    assert "Canary" not in letter_to(cast.sam, ticket).text
    from tickets.writing import write

    actions.add_note(ticket, author=cast.lena, written=write("Look."), mentions=[cast.sam])
    assert "Canary" not in letter_to(cast.sam, ticket).text


def test_an_operators_letter_template_brings_it_with_the_message(ticket, cast, sign, say, letter_to):
    """S175: {{message}} is the message as the letter shows it."""
    from departments.models import LetterTemplate

    LetterTemplate.objects.create(kind="reply", text="{{message}}\n\n{{button}}")
    sign("Canary")
    say(ticket, cast.sam)
    letter = letter_to(cast.anna, ticket)
    assert "Canary" in letter.text and "Canary" in letter.html


def test_a_reply_costs_no_statement_more_with_a_signature(ticket, cast, sign, say, statements):
    say(ticket, cast.sam)
    with statements() as without:
        say(ticket, cast.sam)
    sign("{{agent.name}}\n{{ticket.department}}")
    filling.signature(cast.sam, ticket, "en")  # what was configured is read anew once
    with statements() as signed:
        say(ticket, cast.sam)
    assert len(signed) == len(without)


def test_the_box_shows_it_below_the_text_with_a_way_to_change_it(client_of, ticket, cast, sign):
    """S146: muted below the box of the reply; the note has none."""
    sign("Sam of {{ticket.department}}")
    page = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()
    assert page.count('class="sign"') == 1 and "Sam of Technical support" in page and "/desk/signature/" in page
    note = page.partition('id="pane-note"')[2]
    assert 'class="sign"' not in note


@pytest.mark.parametrize(
    ("typed", "signed_by_us"),
    [
        ("It works again.", True),
        ("It works again.\n\nBest, Sam", True),  # a greeting is no signature
        ("Sam Whitlock asked me.\n\nIt works again.", True),
        ("Sam Whitlock\n\nIt works again.\n" + "\nOne line more." * 9, True),  # far above the end of the mail
        ("It works again.\n\nKind regards\n*Sam Whitlock*\nServer engineer\n+44 20 7946 0000", False),
        ("It works again.\n\nSAM WHITLOCK", False),
        ("It works again.\n\n-- \nSam Whitlock\nServer engineer", True),  # marked as one: left out of the message
    ],
)
def test_a_reply_by_mail_is_signed_once(ticket, cast, sign, arrive, letter_to, checking, typed, signed_by_us):
    """S146: by the mail program of its author, or by us."""
    sign("Canary of {{ticket.department}}")
    actions.assign(ticket, to=cast.sam, actor=cast.lena)
    ours = {"In-Reply-To": letter_to(cast.sam, ticket).message_id}
    got = arrive(cast.sam, text=typed, verdict="pass", headers=ours)
    assert got.outcome == "appended" and got.message.by_staff
    letter = letter_to(cast.anna, ticket)
    assert "It works again." in letter.text and letter.text.count("Whitlock") <= 1
    assert ("Canary" in letter.text, "Canary" in letter.html) == (signed_by_us, signed_by_us)


def test_a_reply_typed_here_is_always_signed(ticket, cast, sign, say, letter_to):
    """S146: the box shows the signature below it."""
    sign("Canary")
    say(ticket, cast.sam, "It works again.\n\nSam Whitlock")
    assert "Canary" in letter_to(cast.anna, ticket).text


# --- Writing one's own ------------------------------------------------------------------------------------------------


def test_staff_write_their_own_in_the_profile(client_of, cast):
    browser = client_of(cast.sam)
    assert 'id="signature"' in browser.get("/accounts/profile/").content.decode()
    sent = {"signature-any": "Sam\r\n{{portal.name}}", "signature-ru": "Сэм"}
    assert browser.post("/desk/signature/", sent).status_code == 302
    rows = Signature.objects.filter(user=cast.sam).order_by("language")
    assert list(rows.values_list("language", "text")) == [("", "Sam\n{{portal.name}}"), ("ru", "Сэм")]
    browser.post("/desk/signature/", {"signature-any": "Sam W."})
    assert [(row.language, row.text) for row in Signature.objects.filter(user=cast.sam)] == [("", "Sam W.")]


def test_a_field_a_signature_does_not_know_is_not_saved(client_of, cast):
    page = client_of(cast.sam).post("/desk/signature/", {"signature-any": "{{client.email}}"})
    assert page.status_code == 422 and "There is no field {{client.email}}" in page.content.decode()
    assert not Signature.objects.exists()


def test_nobody_writes_anothers_nor_a_departments(client_of, cast, sign):
    """S119: own rows alone are touched; clients have no such page."""
    theirs, ours = sign("Lena", user=cast.lena), sign("All of us", department=cast.support)
    special = sign("Sam at Support", user=cast.sam, department=cast.support)
    client_of(cast.sam).post("/desk/signature/", {"signature-any": "Mine"})
    for row in (theirs, ours, special):
        before = row.text
        row.refresh_from_db()
        assert row.text == before
    assert client_of(cast.anna).post("/desk/signature/", {"signature-any": "x"}).status_code == 404
    assert 'id="signature"' not in client_of(cast.anna).get("/accounts/profile/").content.decode()

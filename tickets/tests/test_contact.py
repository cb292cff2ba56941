"""The contact form: a message from anywhere makes a ticket, machines are slowed down, nobody is flooded (S181, T16)."""

import time

import pytest

from accounts.models import User
from engine.once import new_form_key
from helpdesk_site.lib import tokens
from mail import blocking
from mail.models import IncomingMail, OutgoingMail
from tickets import throttle
from tickets.contact import SOONEST, STAMP
from tickets.inbound import taking
from tickets.models import Ticket

DORA = "dora@outside.example"


def stamped(seconds=60):
    return tokens.sign(STAMP, int(time.time()) - seconds)


@pytest.fixture
def send(client_of):
    """`send(message=…)`: the form, as a stranger's browser sends it; returns the answer."""

    def post(path="/contact/", browser=None, **given):
        said = {
            "name": "Dora Duck", "email": DORA, "subject": "Prices", "message": "What does it *cost*?",
            "stamp": stamped(), "website": "", "form_key": new_form_key(),
        }  # fmt: skip
        return (browser or client_of(None)).post(path, {**said, **given})

    return post


def test_a_message_makes_a_ticket_of_a_guest(send, sales, client_of):
    """S181: in a public department, shown as typed; the address is not proven."""
    answer = send()
    assert answer.status_code == 302 and answer.url == "/contact/?sent"
    assert "We have your message" in client_of(None).get(answer.url).content.decode()
    ticket = Ticket.objects.get()
    assert (ticket.department, ticket.subject, ticket.client.email, ticket.client.name) == (
        sales, "Prices", DORA, "Dora Duck",
    )  # fmt: skip
    assert ticket.client.is_guest and ticket.messages.get().html == "<p>What does it *cost*?</p>"
    assert "unproven" in ticket.events.get().data


def test_it_opens_for_anybody_from_anywhere(client_of, anna, sales):
    page = client_of(None).get("/contact/?from=elsewhere", headers={"referer": "https://elsewhere.example/"})
    assert page.status_code == 200 and "Your e-mail address" in page.content.decode()
    assert anna.email in client_of(anna).get("/contact/").content.decode()


def test_an_address_of_its_own_leads_to_one_department(send, client_of, sales, support, set_policy):
    """S121: public ones only."""
    set_policy(support, is_public=True)
    assert client_of(None).get("/contact/").context["form"].fields["department"]
    assert "department" not in client_of(None).get("/contact/support/").context["form"].fields
    send("/contact/support/")
    assert Ticket.objects.get().department == support


@pytest.mark.parametrize("path", ["/contact/billing/", "/contact/nowhere/"])
def test_other_departments_have_no_form(client_of, cast, anna, path):
    assert client_of(None).get(path).status_code == client_of(anna).get(path).status_code == 404


def test_where_nobody_may_write_there_is_no_form(client_of, sales, set_policy):
    set_policy(sales, is_public=False)
    assert client_of(None).get("/contact/").status_code == 404


def test_a_department_nobody_offered_is_refused(send, support, billing, set_policy):
    """T19."""
    set_policy(support, is_public=True)
    assert send(department="billing").status_code == 422 and not Ticket.objects.exists()
    assert send(department="support").status_code == 302 and Ticket.objects.get().department == support


# --- Mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "Enter your name"),
        ({"email": "dora"}, "such as name@example.com"),
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "sales@example.com"}, "such as name@example.com"),
        ({"subject": "\u200b"}, "Enter a subject"),
        ({"message": "\n \n"}, "Write your message"),
    ],
)
def test_what_was_typed_comes_back_with_its_mistakes(send, cast, given, words):
    answer = send(**given)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and not Ticket.objects.exists()
    typed = {"name": "Dora Duck", "email": DORA, "subject": "Prices", "message": "What does it *cost*?"}
    assert [words for name, words in typed.items() if name not in given and words not in page] == []


@pytest.mark.parametrize("given", [{"subject": "x" * 300}, {"email": f"{'x' * 300}@a.example"}, {"name": "x" * 200}])
def test_what_is_too_long_is_said(send, cast, given):
    assert send(**given).status_code == 422 and not Ticket.objects.exists()


def test_hostile_text_is_shown_not_obeyed(send, cast, client_of, sam):
    send(name="<b>Dora", subject="<script>x</script>\r\nBcc: a@b.example", message="<img src=x onerror=alert(1)>\x00")
    ticket = Ticket.objects.get()
    assert ticket.subject == "<script>x</script> Bcc: a@b.example"
    assert ticket.messages.get().html == "<p>&lt;img src=x onerror=alert(1)&gt;</p>"


# --- Machines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"website": "https://spam.example"},
        {"stamp": ""},
        {"stamp": "forged"},
        {"stamp": "now"},
        {"stamp": tokens.sign("other", 1)},
        {"stamp": tokens.sign(STAMP, "now")},
    ],
    ids=["trap", "none", "forged", "too soon", "of another form", "nonsense"],
)
def test_who_looks_like_a_machine_gets_the_form_back(send, cast, given):
    """S181: nothing is lost for a person, who sends it once more."""
    answer = send(**(given if given.get("stamp") != "now" else {"stamp": stamped(0)}))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Send it once more" in page and "What does it *cost*?" in page
    assert not Ticket.objects.exists() and "spam.example" not in page


def test_a_person_who_was_too_quick_waits_no_longer_than_others(send, cast):
    """The time counts from when the form was drawn first, not from the mistake."""
    for sent, kept in ((stamped(SOONEST - 1), True), (stamped(60), True), ("forged", False)):
        page = send(stamp=sent, subject="").content.decode()
        assert (f'name="stamp" value="{sent}"' in page) == kept


def test_who_has_mistakes_to_mend_is_not_taken_for_a_machine_besides(send, cast):
    page = send(stamp=stamped(0), subject="").content.decode()
    assert "Enter a subject" in page and "Send it once more" not in page


def test_the_same_form_twice_is_one_ticket(send, cast, client_of):
    """SECURITY, "double submit creates one thing"."""
    browser, key = client_of(None), new_form_key()
    browser.get("/contact/")
    assert send(browser=browser, form_key=key).url == send(browser=browser, form_key=key).url
    assert Ticket.objects.count() == 1


def test_an_address_has_a_limit_an_hour_and_so_has_a_visitor(send, cast):
    """S181."""
    for _number in range(throttle.TICKETS_BY_ADDRESS):
        assert send().status_code == 302
    answer = send()
    assert answer.status_code == 422 and "Too many tickets" in answer.content.decode()
    assert "What does it *cost*?" in answer.content.decode()
    for number in range(throttle.TICKETS_BY_IP):
        last = send(email=f"d{number}@outside.example")
    assert last.status_code == 422


# --- Mails ------------------------------------------------------------------------------------------------------------


def test_at_most_three_automatic_mails_an_hour_with_no_word_of_a_stranger(send, cast):
    """S181, SECURITY: nobody is bombed, or insulted, in our name."""
    for _number in range(throttle.TICKETS_BY_ADDRESS):
        send(name="You lost", subject="PRIZE", message="WIN at https://evil.example")
    letters = OutgoingMail.objects.filter(to_address=DORA)
    assert len(letters) == 3 and Ticket.objects.count() == throttle.TICKETS_BY_ADDRESS
    for letter in letters:
        said = letter.subject + letter.text + letter.html + letter.to_name
        assert not [word for word in ("PRIZE", "WIN", "evil", "You lost") if word in said]


def test_the_form_for_strangers_in_the_portal_keeps_to_the_same_three(send, cast, client_of):
    for _number in range(2):
        send()
    for _number in range(2):
        client_of(None).post(
            "/tickets/new/sales/", {"name": "Dora", "email": DORA, "subject": "Prices", "message": "And now?"}
        )
    assert Ticket.objects.count() == 4 and OutgoingMail.objects.filter(to_address=DORA).count() == 3


@pytest.mark.parametrize("who", ["anna", "nobody", "switched off", "blocked"])
def test_the_answer_is_the_same_for_every_address(send, client_of, cast, who):
    """T16."""
    address = cast.anna.email if who in ("anna", "switched off") else DORA
    if who == "switched off":
        User.objects.filter(pk=cast.anna.pk).update(is_active=False)
    if who == "blocked":
        blocking.block("address", DORA)
    answer = send(email=address)
    assert (answer.status_code, answer.url) == (302, "/contact/?sent")
    assert address not in client_of(None).get(answer.url).content.decode()


def test_a_known_address_is_not_taken_for_its_owner(send, anna, olga, client_of):
    """T16: Anna sees it among hers; her organisation does not, and it says that nobody proved it."""
    send(email=anna.email.upper())
    ticket = Ticket.objects.get()
    assert ticket.client == anna and ticket.organisation is None
    assert client_of(olga).get(ticket.get_absolute_url()).status_code == 404


def test_who_is_signed_in_needs_no_other_proof(send, anna, olga, client_of, sales, set_policy):
    """C23: under the address of that account, and no other."""
    set_policy(sales, account_matters=True)
    send(browser=client_of(anna), email=anna.email.upper(), name="Somebody")
    ticket = Ticket.objects.get()
    assert ticket.client == anna and ticket.unconfirmed_since is None
    assert "unproven" not in ticket.events.get().data
    send(browser=client_of(anna), email=olga.email, subject="Another")
    other = Ticket.objects.get(client=olga)
    assert other.unconfirmed_since and "unproven" in other.events.get().data


@pytest.mark.parametrize("way", ["off", "known", "verified"])
def test_what_is_set_for_mail_says_nothing_about_the_form(send, sales, set_policy, way):
    """C10, S181: the form is there for every public department, as the one for guests is."""
    set_policy(sales, email_new=way)
    assert send().status_code == 302 and Ticket.objects.get().department == sales


def test_a_matter_of_the_account_waits_for_its_clients_word(send, anna, sales, set_policy):
    """S69, C23."""
    set_policy(sales, account_matters=True)
    send(email=anna.email)
    assert Ticket.objects.get().unconfirmed_since


def test_the_message_of_a_blocked_sender_is_kept_without_effect(send, cast):
    """S135: in the import log, like their mail."""
    block = blocking.block("address", DORA)
    send(subject="Преis", message="Ünïcode " * 50)
    taking.take_in()
    row, _rows = IncomingMail.objects.get(), block.refresh_from_db()
    assert (row.source, row.outcome, row.reason, row.sender_address, row.subject) == (
        "form", "ignored", "blocked", DORA, "Преis",
    )  # fmt: skip
    assert not Ticket.objects.exists() and block.hits == 1

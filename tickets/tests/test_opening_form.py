"""Opening a ticket through the portal: departments, the form, what is kept when something goes wrong, the number."""

import pytest

from accounts.models import Organisation, Service, User
from departments.models import Department, TicketType
from mail.models import OutgoingMail
from tickets import actions
from tickets.composing import guiding
from tickets.models import Attachment, Draft, Ticket

pytestmark = pytest.mark.django_db
FORM = {"subject": "Mail comes late", "message": "Since **noon**, every letter."}
PLACE = "new/support"


# --- Departments ------------------------------------------------------------------------------------------------------


def test_it_starts_with_the_departments_and_their_service_level(client_of, anna):
    """S2, S9, S10, S59."""
    page = client_of(anna).get("/tickets/new/")
    for said in ("Sales", "Billing", "Technical support", "/tickets/new/support/", "service-levels", "Invoices"):
        assert said in page.text


def test_a_hidden_department_opens_by_its_link_only(client_of, anna, set_policy, support):
    """S124."""
    set_policy(support, is_hidden=True)
    browser = client_of(anna)
    assert "/tickets/new/support/" not in browser.get("/tickets/new/").text
    assert browser.get("/tickets/new/support/").status_code == 200


def test_a_department_that_takes_none_has_no_form(client_of, anna, set_policy, support):
    set_policy(support, is_active=False)
    assert client_of(anna).get("/tickets/new/support/").status_code == 404
    assert client_of(anna).post("/tickets/new/support/", FORM).status_code == 404
    assert not Ticket.objects.exists()


def test_a_clients_only_department_asks_strangers_to_sign_in_and_come_back(client_of, billing):
    """S39, S121: it takes tickets from the signed-in portal only."""
    browser = client_of(None)
    assert "sign in first" in browser.get("/tickets/new/").text
    assert browser.get("/tickets/new/billing/").url == "/accounts/login/?next=/tickets/new/billing/"


# --- The form ---------------------------------------------------------------------------------------------------------


def test_it_asks_subject_message_files_type_and_shows_the_rules_and_limits(client_of, anna):
    """S11, S32, S34, S55, S56, S108."""
    page = client_of(anna).get("/tickets/new/support/")
    for name in ("subject", "message", "attachments", "priority", "type", "service", "form_key"):
        assert f'name="{name}"' in page.text, name
    assert 'name="email"' not in page.text
    assert "One problem per ticket" in page.text
    assert "Up to 10 files, 20\u00a0MB each." in page.text
    for word in ("Question", "Wish", "Error", "shop.quillmark.example.com"):
        assert word in page.text


TASKS = "Please:\n\n1. move the shop\n2. renew the certificate\n3. raise the limit\n4) delete the old site"


def test_a_list_of_tasks_is_better_off_as_several_tickets(client_of, anna):
    """S58: the form suggests it, the preview shows why, and it can be sent as it is."""
    browser, advice = client_of(anna), "This reads like several tasks"
    page = browser.get("/tickets/new/support/")
    assert "A ticket for each is answered sooner" in page.text and advice not in page.text
    shown = browser.post("/tickets/new/support/", {**FORM, "message": TASKS, "preview": "1"})
    assert shown.status_code == 200 and advice in shown.text
    assert advice in browser.post("/tickets/new/support/", {**FORM, "message": TASKS, "subject": ""}).text
    assert advice in browser.get("/tickets/new/support/").text, "the draft reads the same tomorrow"
    assert browser.post("/tickets/new/support/", {**FORM, "message": TASKS}).status_code == 302


@pytest.mark.parametrize(
    "text",
    ["1. one\n2. two\n3. three", "```\n1. a\n2. b\n3. c\n4. d\n```", "10.0.0.1\n10.0.0.2\n10.0.0.3\n10.0.0.4", ""],
)
def test_steps_logs_and_addresses_are_no_tasks(text):
    """S58: nobody is told to split what is one thing."""
    assert not guiding.reads_like_many(text)


def test_sending_it_opens_a_ticket_with_a_number_and_says_so(client_of, anna):
    """S12, S44, S57."""
    browser = client_of(anna)
    answer = browser.post("/tickets/new/support/", {**FORM, "priority": "high", "type": "wish"})
    ticket = Ticket.objects.get()
    assert answer.status_code == 302 and answer.url == f"/tickets/sent/{ticket.number}/"
    assert (ticket.subject, ticket.client, ticket.priority.code, ticket.type.code) == (
        "Mail comes late", anna, "high", "wish",
    )  # fmt: skip
    assert ticket.organisation.name == "Quillmark Studio"
    assert "<strong>noon</strong>" in ticket.messages.get().html
    page = browser.get(answer.url)
    assert ticket.number in page.text and "We have your ticket" in page.text and "anna@example.com" in page.text


def test_files_go_with_the_first_message(client_of, anna, file, picture):
    """S56: sent with the form, or uploaded while typing."""
    browser = client_of(anna)
    files = [file("a.log"), file("b.png", picture())]
    browser.post("/tickets/new/support/", {**FORM, "attachments": files})
    message = Ticket.objects.get().messages.get()
    assert [row.name for row in message.attachments.all()] == ["a.log", "b.png"]
    assert not Attachment.objects.filter(message=None).exists()


def test_a_type_routes_to_its_department(client_of, anna, billing):
    """S203."""
    TicketType.objects.filter(code="wish").update(department=billing)
    client_of(anna).post("/tickets/new/support/", {**FORM, "type": "wish"})
    assert Ticket.objects.get().department == billing


def test_what_was_not_offered_is_not_taken(client_of, anna, carl):
    """T19, S204: a priority kept for staff, somebody else's service or organisation; fields nobody knows do nothing."""
    browser = client_of(anna)
    service = Service.objects.create(name="theirs", user=carl)
    assert browser.post("/tickets/new/support/", {**FORM, "priority": "critical"}).status_code == 422
    assert browser.post("/tickets/new/support/", {**FORM, "service": service.pk}).status_code == 422
    assert not Ticket.objects.exists()
    other = Organisation.objects.exclude(memberships__user=anna).first()
    unknown = {
        "organisation": other.pk,
        "client": carl.pk,
        "status": "closed",
        "assignee": carl.pk,
        "email": carl.email,
    }
    assert browser.post("/tickets/new/support/", {**FORM, **unknown}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.client, ticket.status.code, ticket.assignee) == (anna, "open", None)
    assert ticket.organisation.name == "Quillmark Studio"


def test_a_service_of_mine_is_kept_with_the_ticket(client_of, anna):
    """S34."""
    service = Service.objects.create(name="vps", user=anna)
    client_of(anna).post("/tickets/new/support/", {**FORM, "service": service.pk})
    assert Ticket.objects.get().service == service


def test_where_the_department_says_so_a_client_must_choose_the_service(client_of, anna, carl, support, set_policy):
    """S34: an order is chosen before anything is sent; nobody else's counts, and who ordered nothing is not asked."""
    set_policy(support, service_required=True)
    browser, own = client_of(anna), Service.objects.filter(organisation__members=anna)
    page = browser.get("/tickets/new/support/").text
    assert "Something else" not in page
    foreign = Service.objects.create(name="foreign", user=carl, is_active=False)
    for wrong in ("", foreign.pk, "x", "\0"):
        answer = browser.post("/tickets/new/support/", {**FORM, "service": wrong})
        assert answer.status_code == 422 and answer.context["form"].errors["service"]
    assert "Choose the service it is about" in browser.post("/tickets/new/support/", FORM).text
    assert not Ticket.objects.exists()
    assert browser.post("/tickets/new/support/", {**FORM, "service": own[0].pk}).status_code == 302
    assert Ticket.objects.get().service == own[0]
    assert client_of(carl).post("/tickets/new/support/", FORM).status_code == 302


def test_the_only_service_is_chosen_already(client_of, carl, support, set_policy):
    """S34."""
    service = Service.objects.create(name="vps", user=carl)
    set_policy(support, service_required=True)
    assert f'value="{service.pk}" id="id_service" checked' in client_of(carl).get("/tickets/new/support/").text
    Service.objects.bulk_create(Service(name=f"vps {n}", user=carl) for n in range(7))
    form = client_of(carl).get("/tickets/new/support/").context["form"]
    assert form["service"].value() is None and form.fields["service"].choices[0] == ("", "–")


def test_the_same_form_twice_is_one_ticket(client_of, anna):
    """Bad input: double click; both clicks lead to the same page."""
    browser = client_of(anna)
    form = {**FORM, "form_key": "k" * 24}
    first, second = browser.post("/tickets/new/support/", form), browser.post("/tickets/new/support/", form)
    assert first.url == second.url
    assert Ticket.objects.count() == 1


def test_an_invalid_form_comes_back_with_everything_in_it(client_of, anna, file):
    """“Nothing lost on error”: text, choice and file; the same file goes along the second time."""
    browser = client_of(anna)
    answer = browser.post(
        "/tickets/new/support/", {"subject": "", "message": "long text", "type": "wish", "attachments": file("a.log")}
    )
    assert answer.status_code == 422
    assert not Ticket.objects.exists()
    for said in ("Enter a subject", "long text", "a.log", "Error:"):
        assert said in answer.text
    assert 'value="wish" checked' in answer.text
    kept = Attachment.objects.get()
    assert f'name="uploads" value="{kept.token}"' in answer.text
    browser.post("/tickets/new/support/", {"subject": "Now", "message": "long text", "uploads": str(kept.token)})
    assert Ticket.objects.get().messages.get().attachments.get() == kept


def test_a_file_taken_out_does_not_go_along(client_of, anna, uploaded, file):
    """Without script a box says so; with it the row is gone at once, and its file."""
    browser = client_of(anna)
    a, b, c = [uploaded(browser, PLACE, file(f"{name}.log")).json() for name in "abc"]
    browser.post(c["remove_url"])
    browser.post("/tickets/new/support/", {**FORM, "uploads": [a["id"], b["id"]], "uploads_removed": b["id"]})
    assert [row.name for row in Attachment.objects.all()] == ["a.log"] and not Draft.objects.exists()


def test_the_preview_without_script_sends_nothing(client_of, anna):
    """S106, S149."""
    answer = client_of(anna).post("/tickets/new/support/", {**FORM, "preview": "1"})
    assert answer.status_code == 200 and "<strong>noon</strong>" in answer.text
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_form_costs_the_same_for_one_service_and_three(client_of, anna, statements, rows):
    """T27."""
    for at in range(rows):
        Service.objects.create(name=f"s{at}", user=anna)
    browser = client_of(anna)
    browser.get("/tickets/new/support/")
    with statements() as seen:
        browser.get("/tickets/new/support/")
    assert len(seen) == 5  # session with user, draft, its files, memberships, services
    assert not seen.writing()


# --- Nothing is lost --------------------------------------------------------------------------------------------------


def test_what_is_typed_is_there_again_on_the_next_visit(client_of, anna, uploaded, file):
    browser = client_of(anna)
    uploaded(browser, PLACE, file("a.log"))
    assert browser.post(f"/drafts/save/?place={PLACE}", {"subject": "Half", "message": "a th"}).status_code == 204
    page = client_of(anna).get("/tickets/new/support/")
    for said in ('value="Half"', "a th", "a.log"):
        assert said in page.text


def test_a_sign_in_that_expired_loses_nothing(client_of, anna, uploaded, file):
    """Part 4: the typed text, the file uploaded before and the one sent with it are back after signing in."""
    browser = client_of(anna)
    before = uploaded(browser, PLACE, file("before.log")).json()["id"]
    browser.session.flush()  # what a sign-in that is over leaves behind: nothing
    form = {**FORM, "uploads": before, "attachments": file("with.log")}
    answer = browser.post("/tickets/new/support/", form)
    assert answer.url == "/accounts/login/?next=/tickets/new/support/"
    assert not Ticket.objects.exists()
    browser.post("/accounts/login/", {"login": anna.email, "password": "demo-helpdesk"})
    page = browser.get("/tickets/new/support/")
    for said in ("Mail comes late", "Since **noon**", "before.log", "with.log"):
        assert said in page.text
    tokens = [row.token for row in Attachment.objects.order_by("name")]
    browser.post("/tickets/new/support/", {**FORM, "uploads": tokens})
    assert [row.name for row in Ticket.objects.get().messages.get().attachments.order_by("name")] == [
        "before.log", "with.log",
    ]  # fmt: skip
    assert not Draft.objects.exists()


def test_what_a_stranger_typed_is_nobody_elses(client_of, carl):
    browser = client_of(None)
    browser.post("/tickets/new/billing/", {"subject": "mine", "message": "private words"})
    assert "private words" not in client_of(carl).get("/tickets/new/billing/").text
    assert "private words" not in client_of(None).get("/tickets/new/sales/").text


# --- Follow-ups -------------------------------------------------------------------------------------------------------


def test_a_follow_up_quotes_the_old_one_and_both_are_linked(client_of, anna, ticket, sam, say):
    """S110, S114."""
    say(ticket, sam, "Try it again.")
    browser = client_of(anna)
    page = browser.get(f"/tickets/new/support/?follow={ticket.number}")
    assert f"Sam wrote in {ticket.number} #2:" in page.text and "&gt; Try it again." in page.text
    browser.post("/tickets/new/support/", {**FORM, "follow": ticket.number})
    second = Ticket.objects.exclude(pk=ticket.pk).get()
    assert second.follow_up_of == ticket
    assert ticket.number in browser.get(f"/t/{second.number}/").text
    assert second.number in browser.get(f"/t/{ticket.number}/").text


def test_nobody_follows_what_they_may_not_see(client_of, carl, ticket):
    browser = client_of(carl)
    assert "Shop returns 502" not in browser.get(f"/tickets/new/support/?follow={ticket.number}").text
    browser.post("/tickets/new/support/", {**FORM, "follow": ticket.number})
    assert Ticket.objects.exclude(pk=ticket.pk).get().follow_up_of is None


def test_text_refused_by_a_closed_ticket_begins_its_follow_up(client_of, anna, ticket, support, set_policy):
    """S110: what was typed there is not typed again."""
    set_policy(support, closed_reply="refuse")
    actions.close(ticket, actor=anna)
    browser = client_of(anna)
    assert browser.post(f"/t/{ticket.number}/reply/", {"message": "it came back"}).status_code == 409
    assert "it came back" in browser.get(f"/tickets/new/support/?follow={ticket.number}").text


# --- Guests -----------------------------------------------------------------------------------------------------------

GUEST = {**FORM, "name": "Hugo Bell", "email": "Hugo@Example.com"}


def test_anybody_opens_a_ticket_in_a_public_department(client_of, sales):
    """S7, S121: a guest is made; nobody is signed in, and the page shows the number but not the ticket."""
    browser = client_of(None)
    answer = browser.post("/tickets/new/sales/", GUEST)
    ticket = Ticket.objects.get()
    assert answer.url == f"/tickets/sent/{ticket.number}/"
    assert (ticket.client.email, ticket.client.name, ticket.client.is_guest) == ("hugo@example.com", "Hugo Bell", True)
    page = browser.get(answer.url)
    assert ticket.number in page.text and "hugo@example.com" in page.text
    assert "_auth_user_id" not in browser.session
    assert browser.get(f"/t/{ticket.number}/").status_code == 302  # to the sign-in


def test_the_sent_page_is_only_for_the_browser_that_sent(client_of, carl, sales):
    client_of(None).post("/tickets/new/sales/", GUEST)
    number = Ticket.objects.get().number
    assert client_of(None).get(f"/tickets/sent/{number}/").status_code == 302
    assert client_of(carl).get(f"/tickets/sent/{number}/").status_code == 404


@pytest.mark.parametrize("who", ["anna@example.com", "sam@example.com", "greta@example.com", "nobody@example.com"])
def test_the_answer_is_the_same_for_any_address(client_of, cast, who):
    """T16: a client's, a staff member's, a guest's, a new one; the name of an existing person stays."""
    people = User.objects.filter(email=who).values_list("name", flat=True)
    names = list(people)
    browser = client_of(None)
    answer = browser.post("/tickets/new/sales/", {**GUEST, "email": who})
    page = browser.get(answer.url)
    ticket = Ticket.objects.get()
    assert (answer.status_code, ticket.client.email) == (302, who)
    assert page.text.replace(ticket.number, "N").count("We sent a link to") == 1
    assert list(people.all()) == (names or ["Hugo Bell"])
    assert "_auth_user_id" not in browser.session


LONG = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com"  # 308 characters, and every part of it as it should be


@pytest.mark.parametrize("email", ["", "not an address", "a@b@c", "system@localhost.invalid", LONG])
def test_a_guest_gives_an_address_that_is_one(client_of, cast, email):
    """One longer than 254 characters was a 500 on PostgreSQL, for any stranger."""
    assert client_of(None).post("/tickets/new/sales/", {**GUEST, "email": email}).status_code == 422
    assert not Ticket.objects.exists()


def test_one_address_is_not_flooded(client_of, cast):
    """SECURITY: a receipt must not bomb a victim; the page says what to do."""
    browser = client_of(None)
    answers = [browser.post("/tickets/new/sales/", GUEST).status_code for _ in range(6)]
    assert answers == [302] * 5 + [422]
    assert "Too many tickets" in browser.post("/tickets/new/sales/", GUEST).text


def test_a_stranger_under_a_clients_address_reaches_nobody_else(client_of, cast):
    """SECURITY, "mail taken as identity": whoever typed Anna's address wrote to all of her organisation in her name,
    and had us mail her a subject of their choice."""
    words = {"subject": "Pay at evil.example", "message": "Olga, pay this at once."}
    client_of(None).post("/tickets/new/sales/", {**GUEST, **words, "email": cast.anna.email})
    ticket = Ticket.objects.get()
    assert ticket.client == cast.anna and ticket.organisation is None
    assert client_of(cast.olga).get(f"/t/{ticket.number}/").status_code == 404
    assert not OutgoingMail.objects.filter(to_address=cast.olga.email).exists()
    receipt = OutgoingMail.objects.get(to_address=cast.anna.email)
    assert "evil.example" not in receipt.subject + receipt.text + receipt.html + receipt.to_name
    client_of(cast.anna).post("/tickets/new/sales/", {**words, "subject": "Really me"})
    own = Ticket.objects.get(subject="Really me")
    assert own.organisation == cast.quillmark and OutgoingMail.objects.filter(to_address=cast.olga.email).exists()


def test_looking_at_the_preview_opens_nothing_and_counts_for_nothing(client_of, cast):
    """S57: who looked five times was told that too many tickets were opened."""
    browser = client_of(None)
    for _ in range(6):
        assert browser.post("/tickets/new/sales/", {**GUEST, "preview": "1"}).status_code == 200
    assert browser.post("/tickets/new/sales/", GUEST).status_code == 302


def test_one_visitor_does_not_flood_many_addresses(client_of, cast):
    browser = client_of(None)
    answers = [
        browser.post("/tickets/new/sales/", {**GUEST, "email": f"a{at}@example.com"}).status_code for at in range(21)
    ]
    assert answers == [302] * 20 + [422]


def test_a_guest_by_pass_opens_another_under_their_own_address(by_pass, open_ticket, greta, sales):
    browser = by_pass(open_ticket(client=greta, department=sales))
    assert 'value="greta@example.com"' in browser.get("/tickets/new/sales/").text
    assert Department.objects.get(slug="billing").is_public is False
    assert browser.get("/tickets/new/billing/").status_code == 302

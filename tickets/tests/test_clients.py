"""The client's card (S75, S76, S160, S180): who opens whose, what stands on it, notes that no client ever sees."""

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import Service, User
from departments.models import StaffPlace
from mail.models import Kind, OutgoingMail
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def card(browser, person, **more):
    return browser.get(f"/desk/clients/{person.pk}/", more)


def house(browser, cast):
    return browser.get(f"/desk/organisations/{cast.quillmark.pk}/")


def fresh(person):
    return User.objects.get(pk=person.pk)


def keep(browser, person, notes, was="", **more):
    return browser.post(f"/desk/clients/{person.pk}/notes/", {"notes": notes, "was": was, **more})


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_staff_open_the_cards_of_clients_of_their_departments(client_of, ticket, cast):
    """S75, S119: who has a ticket there; operators everybody's; a client nobody's, not even their own."""
    assert card(client_of(cast.sam), cast.anna).status_code == 200
    assert card(client_of(cast.lena), cast.anna).status_code == 200
    for name in ("ben", "anna", "olga", "carl", "greta"):
        assert card(client_of(getattr(cast, name)), cast.anna).status_code == 404, name
    assert card(client_of(None), cast.anna).status_code == 302
    assert card(client_of(cast.sam), cast.carl).status_code == 404
    assert card(client_of(cast.operator), cast.carl).status_code == 200
    assert card(client_of(cast.operator), cast.system).status_code == 404


def test_an_organisations_card_is_opened_likewise(client_of, ticket, cast):
    assert house(client_of(cast.sam), cast).status_code == 200
    assert house(client_of(cast.operator), cast).status_code == 200
    for name in ("ben", "anna", "olga", "carl", "greta"):
        assert house(client_of(getattr(cast, name)), cast).status_code == 404, name


def test_clients_are_found_by_name_address_and_organisation(client_of, ticket, open_ticket, cast):
    """S180: among those whose card one may open."""
    open_ticket(client=cast.carl, department=cast.billing)
    browser = client_of(cast.sam)
    for words in ("anna", "HARDING", "anna@ex", "quillmark"):
        assert f"/desk/clients/{cast.anna.pk}/" in browser.get("/desk/clients/", {"q": words}).content.decode(), words
    assert cast.carl.email not in browser.get("/desk/clients/", {"q": "carl"}).content.decode()
    assert cast.carl.email in client_of(cast.operator).get("/desk/clients/", {"q": "carl"}).content.decode()
    for name in ("anna", "carl", "greta"):
        assert client_of(getattr(cast, name)).get("/desk/clients/", {"q": "anna"}).status_code == 404


@pytest.mark.parametrize("words", ["", " ", "x" * 5000, "\x00", "%_", "<b>"])
def test_any_words_may_be_looked_for(client_of, ticket, cast, words):
    """T19."""
    assert client_of(cast.sam).get("/desk/clients/", {"q": words}).status_code == 200


# --- What stands on it ------------------------------------------------------------------------------------------------


def test_the_card_says_who_they_are_and_what_they_have(client_of, ticket, open_ticket, cast):
    """S75, S76, S180."""
    User.objects.filter(pk=cast.anna.pk).update(time_zone="Europe/Lisbon", phone="+351 555 0100", language="en")
    Service.objects.create(name="vps-9.example.net", kind="Virtual server", organisation=cast.quillmark)
    Service.objects.create(name="own.example.net", user=cast.anna, is_active=False)
    hidden = open_ticket(subject="In billing", department=cast.billing)
    page = card(client_of(cast.sam), cast.anna).content.decode()
    wanted = ("Europe/Lisbon", "+351 555 0100", "vps-9.example.net", "own.example.net", "no longer active")
    assert not [word for word in (*wanted, "Quillmark", ticket.number, "1 open of 1") if word not in page]
    assert hidden.number not in page


def test_an_organisations_card_names_its_contacts_and_what_they_may(client_of, ticket, cast):
    """S180: contacts and sub-accounts; a card is linked where it may be opened."""
    page = house(client_of(cast.sam), cast).content.decode()
    assert cast.olga.email in page and "administrator" in page and f"/desk/clients/{cast.anna.pk}/" in page
    assert f"/desk/clients/{cast.olga.pk}/" not in page and ticket.number in page


def test_the_tickets_are_paged_by_key(client_of, ticket, open_ticket, cast):
    for n in range(27):
        open_ticket(subject=f"Number {n}")
    browser = client_of(cast.sam)
    first = card(browser, cast.anna)
    assert first.content.decode().count('<td class="c-id num">') == 25
    second = card(browser, cast.anna, cursor=first.context["page"].next).content.decode()
    assert second.count('<td class="c-id num">') == 3 and ticket.number in second
    assert card(browser, cast.anna, cursor="nonsense").status_code == 200


def test_the_card_costs_the_same_whatever_stands_on_it(client_of, ticket, open_ticket, cast, statements):
    """T27."""
    browser = client_of(cast.sam)
    card(browser, cast.anna)
    with statements() as one:
        card(browser, cast.anna)
    for n in range(3):
        open_ticket(subject=f"Number {n}")
        Service.objects.create(name=f"s{n}", user=cast.anna)
    with statements() as three:
        card(browser, cast.anna)
    assert len(one) == len(three)


def test_the_tab_shows_services_counts_and_links(client_of, ticket, open_ticket, cast):
    """S75, S76: at no statement more than before."""
    row = Service.objects.create(name="vps-9.example.net", kind="Virtual server", user=cast.anna)
    Ticket.objects.filter(pk=ticket.pk).update(service=row)
    open_ticket(), open_ticket(department=cast.billing)
    page = client_of(cast.sam).get(f"/t/{ticket.number}/").content.decode()
    assert "vps-9.example.net" in page and "This ticket" in page and "1 open of 1" in page
    assert f"/desk/clients/{cast.anna.pk}/" in page and f"/desk/organisations/{cast.quillmark.pk}/" in page


def test_the_operators_own_billing_is_a_click_away(client_of, ticket, cast):
    """S180: invoices stand there; the address is filled in, and clients never see it."""
    from departments.models import Portal
    from departments.policy import forget

    Portal.objects.filter(pk=Portal.get().pk).update(client_link="https://billing.example.com/?mail={email}&n={id}")
    User.objects.filter(pk=cast.anna.pk).update(email="anna+x&y@example.com")
    forget()
    wanted = f"https://billing.example.com/?mail=anna%2Bx%26y%40example.com&amp;n={cast.anna.pk}"
    browser = client_of(cast.sam)
    assert wanted in card(browser, cast.anna).content.decode()
    assert wanted in browser.get(f"/t/{ticket.number}/").content.decode()
    assert "billing.example.com" not in client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://b.example/?m={email}", True), ("https://b.example/{id}/invoices", True), ("https://b.example/", True),
        ("javascript:alert(1)", False), ("https://b.example/{name}", False), ("b.example", False),
        ("https://b.example/ {id}", False), ("https://b.example/{email", False),
    ],
)  # fmt: skip
def test_what_is_no_link_to_a_client_is_refused(link, good):
    """T19."""
    from django.core.exceptions import ValidationError

    from departments.models import Portal

    field = Portal._meta.get_field("client_link")
    if good:
        field.run_validators(link)
    else:
        with pytest.raises(ValidationError):
            field.run_validators(link)


# --- Other tickets ----------------------------------------------------------------------------------------------------


def test_other_tickets_show_where_they_stand_and_more_on_demand(client_of, ticket, open_ticket, cast):
    """S160: status, department where it is another, a way to merge; a piece for the script, a page without."""
    for n in range(7):
        open_ticket(subject=f"Number {n}")
    hidden = open_ticket(subject="In billing", department=cast.billing)
    browser, beside = client_of(cast.sam), ('id="other-tickets"', "</ul>")
    page = browser.get(f"/t/{ticket.number}/").content.decode().partition(beside[0])[2].partition(beside[1])[0]
    assert page.count(">Open<") == 5 and "?other=" in page and "Technical support" not in page
    page = client_of(cast.lena).get(f"/t/{ticket.number}/").content.decode().partition(beside[0])[2]
    assert page.partition(beside[1])[0].count("Billing") == 1
    url = f"/t/{ticket.number}/others/"
    piece = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    whole = browser.get(url).content.decode()
    for shown in (piece, whole):
        assert "Number 0" in shown and "Number 6" in shown and hidden.number not in shown
    assert "<html" not in piece and "<html" in whole
    for name in ("anna", "olga", "carl", "ben"):
        assert client_of(getattr(cast, name)).get(url).status_code == 404


def test_other_tickets_go_on_by_key(client_of, ticket, open_ticket, cast):
    for n in range(27):
        open_ticket(subject=f"Number {n}")
    browser, url = client_of(cast.sam), f"/t/{ticket.number}/others/"
    first = browser.get(url, headers={"HX-Request": "true"})
    more = browser.get(url, {"cursor": first.context["page"].next}, headers={"HX-Request": "true"}).content.decode()
    assert "Number 0" in more and "Show more" in first.content.decode() and "Show more" not in more


# --- Notes on the client ----------------------------------------------------------------------------------------------


def test_staff_keep_notes_on_a_client_in_place(client_of, ticket, cast):
    """S180: from the ticket and from the card; who did it stands in the operator's log."""
    browser = client_of(cast.sam)
    answer = keep(browser, cast.anna, "Short answers, please.", next=f"/t/{ticket.number}/")
    assert answer.url == f"/t/{ticket.number}/" and fresh(cast.anna).staff_notes == "Short answers, please."
    assert "Short answers, please." in browser.get(f"/t/{ticket.number}/").content.decode()
    assert LogEntry.objects.get().user == cast.sam
    assert "Short answers" not in LogEntry.objects.get().change_message
    keep(browser, cast.anna, "", was="Short answers, please.")
    assert fresh(cast.anna).staff_notes == ""


def test_nobody_writes_over_a_colleagues_notes(client_of, ticket, cast):
    """Nothing is lost: what was typed is shown again beside what stands."""
    keep(client_of(cast.lena), cast.anna, "First")
    answer = keep(client_of(cast.sam), cast.anna, "Second")
    page = answer.content.decode()
    assert answer.status_code == 409 and "First" in page and "Second" in page and "meanwhile" in page
    assert fresh(cast.anna).staff_notes == "First"
    keep(client_of(cast.sam), cast.anna, "First\nSecond", was="First")
    assert fresh(cast.anna).staff_notes == "First\nSecond"


def test_nobody_else_keeps_notes(client_of, ticket, cast):
    """T01, T18."""
    url = f"/desk/organisations/{cast.quillmark.pk}/notes/"
    for name in ("ben", "anna", "olga", "carl", "greta"):
        browser = client_of(getattr(cast, name))
        assert keep(browser, cast.anna, "x").status_code == 404, name
        assert browser.post(url, {"notes": "x", "was": ""}).status_code == 404, name
    assert fresh(cast.anna).staff_notes == "" and not LogEntry.objects.exists()
    client_of(cast.sam).post(url, {"notes": "Pays late", "was": ""})
    cast.quillmark.refresh_from_db()
    assert cast.quillmark.notes == "Pays late"


def test_no_client_ever_reads_them(client_of, ticket, cast, say, by_pass):
    """Canary: no page, no letter."""
    for browser in (client_of(cast.sam),):
        keep(browser, cast.anna, "canarynote on anna")
        browser.post(f"/desk/organisations/{cast.quillmark.pk}/notes/", {"notes": "canarynote on them", "was": ""})
    say(ticket, cast.sam, "On it.")
    for person in (cast.anna, cast.olga):
        for url in (f"/t/{ticket.number}/", "/tickets/", "/", "/account/profile/"):
            assert "canarynote" not in client_of(person).get(url, follow=True).content.decode(), url
    assert "canarynote" not in by_pass(ticket, cast.anna).get(f"/t/{ticket.number}/").content.decode()
    assert not [row for row in OutgoingMail.objects.all() if "canarynote" in f"{row.subject} {row.text} {row.html}"]


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_a_link_to_set_a_new_password_is_sent_from_the_card(client_of, ticket, cast):
    """S180: to the client's own address; the operator's log says who did it."""
    OutgoingMail.objects.all().delete()
    client_of(cast.sam).post(f"/desk/clients/{cast.anna.pk}/password/")
    mail = OutgoingMail.objects.get()
    assert mail.to_address == cast.anna.email and mail.kind == Kind.ACCOUNT and LogEntry.objects.count() == 1


def test_a_guest_is_invited_to_choose_one(client_of, open_ticket, cast):
    open_ticket(client=cast.greta)
    OutgoingMail.objects.all().delete()
    client_of(cast.sam).post(f"/desk/clients/{cast.greta.pk}/password/")
    assert OutgoingMail.objects.get().to_address == cast.greta.email


def test_no_link_goes_to_staff_or_those_switched_off_or_from_others(client_of, ticket, open_ticket, cast):
    """T01, T18."""
    open_ticket(client=cast.ben)
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)
    OutgoingMail.objects.all().delete()
    for person in (cast.ben, cast.anna):
        assert client_of(cast.sam).post(f"/desk/clients/{person.pk}/password/").status_code == 404
    for name in ("ben", "olga", "carl", "greta"):
        assert client_of(getattr(cast, name)).post(f"/desk/clients/{cast.anna.pk}/password/").status_code == 404, name
    assert not OutgoingMail.objects.exists()


def test_nobody_is_flooded_with_links(client_of, ticket, cast):
    """T11."""
    OutgoingMail.objects.all().delete()
    for _time in range(8):
        client_of(cast.sam).post(f"/desk/clients/{cast.anna.pk}/password/")
    assert OutgoingMail.objects.count() == 5


def test_a_card_closes_when_the_place_is_lost(client_of, ticket, cast):
    """S119."""
    StaffPlace.objects.filter(user=cast.sam).delete()
    assert card(client_of(cast.sam), cast.anna).status_code == 404

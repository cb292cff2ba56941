"""Letters, people and readers in a real browser: as an operator, a client and an agent use them."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.models import Membership, User
from departments.models import LetterTemplate
from mail.models import Kind, OutgoingMail
from tickets.models import Participant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sit_down(context, live_server, client_of):
    """`sit_down(anna, "/tickets/")`: a tab in which that person is signed in."""

    def open_tab(person, path):
        session = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        tab = context.new_page()
        tab.goto(live_server.url + path)
        return tab

    return open_tab


def test_an_operator_puts_a_field_where_the_cursor_is(sit_down, cast):
    """S148: the picker."""
    row = LetterTemplate.objects.create(kind="reply", text="Dear , {{message}} {{button}}")
    tab = sit_down(cast.operator, f"/admin/departments/lettertemplate/{row.pk}/change/")
    tab.locator("#id_text").evaluate("box => { box.focus(); box.setSelectionRange(5, 5); }")
    tab.locator('[data-field="{{reader.first_name}}"]').click()
    expect(tab.locator("#id_text")).to_have_value("Dear {{reader.first_name}}, {{message}} {{button}}")
    tab.locator("#id_subject").focus()
    tab.locator('[data-field="{{ticket.number}}"]').click()
    expect(tab.locator("#id_subject")).to_have_value("{{ticket.number}}")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".messagelist")).to_contain_text("changed successfully")
    row.refresh_from_db()
    assert row.subject == "{{ticket.number}}"


def test_a_client_adds_somebody_who_then_leaves_by_the_link_in_the_letter(sit_down, ticket, cast, browser, live_server):
    """S163."""
    tab = sit_down(cast.anna, f"/t/{ticket.number}/")
    tab.get_by_text("Add people").click()
    tab.get_by_label("E-mail addresses").fill("mira@example.org")
    tab.get_by_label("read only").check()
    tab.get_by_role("button", name="Add to the ticket").click()
    expect(tab.locator("#people")).to_contain_text("mira@example.org")
    letter = OutgoingMail.objects.get(kind=Kind.JOINED)
    path = letter.headers["List-Unsubscribe"].strip("<>").removeprefix(settings.BASE_URL)
    elsewhere = browser.new_context().new_page()
    elsewhere.goto(live_server.url + path)
    elsewhere.get_by_role("button", name="Leave this ticket").click()
    expect(elsewhere.get_by_role("heading", name="You have left the ticket")).to_be_visible()
    elsewhere.context.close()
    assert not Participant.objects.exists()


def test_an_agent_chooses_who_gets_the_reply(sit_down, ticket, cast):
    """S169."""
    User.objects.filter(pk=cast.sam.pk).update(undo_seconds=0)
    Membership.objects.update(notify=False)
    tab = sit_down(User.objects.get(pk=cast.sam.pk), f"/t/{ticket.number}/")
    tab.get_by_text("Choose readers").click()
    tab.get_by_label("Olga Melnyk").check()
    tab.keyboard.press("Escape")
    tab.locator("#pane-reply textarea").fill("For Olga.")
    tab.locator("#pane-reply").get_by_role("button", name="Send as Answered").click()
    expect(tab.locator("#m2")).to_contain_text("For Olga.")
    sent = OutgoingMail.objects.filter(reference=f"{ticket.number}#2")
    assert [mail.to_address for mail in sent] == ["olga@example.com"]


def test_chosen_readers_and_what_comes_after_are_still_chosen_when_it_was_not_sent(sit_down, ticket, cast):
    """S153, S169: after a refusal, after Undo, and when one comes back to a draft: nobody else gets it by mistake."""
    User.objects.filter(pk=cast.sam.pk).update(undo_seconds=60)
    Membership.objects.update(notify=False)
    tab = sit_down(User.objects.get(pk=cast.sam.pk), f"/t/{ticket.number}/")
    reader, box = tab.get_by_label("Olga Melnyk"), tab.locator("#pane-reply textarea")
    tab.get_by_text("Choose readers").click()
    reader.check()
    tab.keyboard.press("Escape")
    tab.get_by_label("After sending").select_option("queue")
    box.fill("Thanks to @Lena it works.")
    box.press("Control+Enter")
    expect(tab.get_by_role("alert")).to_contain_text("A colleague is called")
    expect(reader).to_be_checked()
    expect(tab.get_by_label("After sending")).to_have_value("queue")
    tab.get_by_role("button", name="Send anyway").click()
    expect(tab.locator(".toast")).to_contain_text("Your reply is on its way.")
    tab.locator(".toast").get_by_role("button", name="Undo").click()
    expect(box).to_have_value("Thanks to @Lena it works.")
    expect(reader).to_be_checked()
    tab.reload()
    expect(reader).to_be_checked()

"""Predefined replies, their categories and signatures in the admin: kept by operators, tried on a real ticket."""

import pytest
from django.urls import reverse

from departments.models import PredefinedReply, PredefinedText, ReplyCategory, Signature
from tickets.composing import predefined

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawer(db):
    return ReplyCategory.objects.create(name="Web hosting")


def sent(drawer, *texts, **more):
    """What the form of a predefined reply sends."""
    rows = {"texts-TOTAL_FORMS": len(texts), "texts-INITIAL_FORMS": 0, "texts-MIN_NUM_FORMS": 1}
    for number, (language, text) in enumerate(texts):
        rows |= {f"texts-{number}-language": language, f"texts-{number}-text": text}
    about = {"name": "Fixed", "category": drawer.pk, "is_active": "on", "position": 0, "snooze_hours": 0}
    return about | rows | more


ADD = "admin:departments_predefinedreply_add"


def test_an_operator_writes_one_in_several_languages_with_what_happens_besides(client_of, operator, drawer, support):
    """S147, S148: it is offered at once; the list shows languages and how often it was sent."""
    form = sent(
        drawer, ("", "Hello [FIRSTNAME]"), ("ru", "{{client.name}}!"), departments=[support.pk], tags="php, web"
    )
    assert client_of(operator).post(reverse(ADD), form).status_code == 302
    row = PredefinedReply.objects.get()
    assert row.tags == ["php", "web"] and row.texts.count() == 2
    assert predefined.shelf().offers[row.pk].texts == {"": "Hello [FIRSTNAME]", "ru": "{{client.name}}!"}
    PredefinedReply.objects.update(uses=4711)
    page = client_of(operator).get(reverse("admin:departments_predefinedreply_changelist")).content.decode()
    assert "4711" in page and "Russian" in page


@pytest.mark.parametrize(
    "text", ["{{client.shoe_size}}", "{{ client.name", "{% now %}", "{{__class__}}", "{{client.name.upper}}"]
)
def test_a_field_nobody_knows_is_refused(client_of, operator, drawer, text):
    """Bad input of the issue: nothing is saved, the field is named."""
    page = client_of(operator).post(reverse(ADD), sent(drawer, ("", f"Hello {text}")))
    assert page.status_code == 200 and "There is no field" in page.content.decode()
    assert not PredefinedReply.objects.exists()


def test_one_text_at_least_and_one_for_each_language(client_of, operator, drawer):
    browser = client_of(operator)
    assert browser.post(reverse(ADD), sent(drawer)).status_code == 200
    assert browser.post(reverse(ADD), sent(drawer, ("ru", "a"), ("ru", "b"))).status_code == 200
    assert not PredefinedReply.objects.exists()


def test_the_preview_shows_each_text_on_a_ticket_and_what_says_nothing_there(client_of, operator, drawer, ticket):
    """S148: merge fields with preview; nothing is written."""
    row = PredefinedReply.objects.create(name="Fixed", category=drawer, tags=["php"])
    PredefinedText.objects.create(reply=row, language="", text="**Hello** [FIRSTNAME] of {{ticket.service}}")
    PredefinedText.objects.create(reply=row, language="ru", text="Заявка {{ticket.number}}")
    url = reverse("admin:departments_predefinedreply_preview", args=[row.pk])
    page = client_of(operator).get(f"{url}?ticket={ticket.number}").content.decode()
    assert "<strong>Hello</strong> Anna of {{ticket.service}}" in page and f"Заявка {ticket.number}" in page
    assert "nothing stands for: ticket.service" in page and "tag php" in page
    assert "There is no ticket XXX-111111" in client_of(operator).get(f"{url}?ticket=XXX-111111").content.decode()


def test_a_category_with_something_in_it_is_not_deleted(client_of, operator, drawer):
    row = PredefinedReply.objects.create(name="Fixed", category=drawer)
    url = reverse("admin:departments_replycategory_delete", args=[drawer.pk])
    client_of(operator).post(url, {"post": "yes"})
    assert ReplyCategory.objects.filter(pk=drawer.pk).exists()
    row.delete()
    client_of(operator).post(url, {"post": "yes"})
    assert not ReplyCategory.objects.filter(pk=drawer.pk).exists()


def test_an_operator_gives_a_department_a_signature(client_of, operator, support):
    """S146: once for each person, department and language; unknown fields are refused."""
    add, browser = reverse("admin:departments_signature_add"), client_of(operator)
    form = {"user": "", "department": support.pk, "language": "", "text": "{{agent.name}}\nSupport"}
    assert browser.post(add, form).status_code == 302
    assert browser.post(add, form).status_code == 200
    assert browser.post(add, form | {"language": "ru", "text": "{{client.email}}"}).status_code == 200
    assert [(row.department, row.text) for row in Signature.objects.all()] == [(support, "{{agent.name}}\nSupport")]
    page = browser.get(reverse("admin:departments_signature_changelist")).content.decode()
    assert "{{agent.name}}" in page


def test_staff_who_are_no_operators_have_no_business_here(client_of, lena, drawer):
    for name in ("predefinedreply_changelist", "replycategory_changelist", "signature_changelist", "signature_add"):
        assert client_of(lena).get(reverse(f"admin:departments_{name}")).status_code == 403

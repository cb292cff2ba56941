"""Escalation rules as an operator writes them: by choosing (S176)."""

import pytest
from django.urls import reverse

from departments.models import Rule

pytestmark = pytest.mark.django_db


def rule_form(*, conditions=(), actions=(), **more):
    form = {"name": "Late", "since": "waiting", "after_minutes": 30, "position": 0, **more}
    for prefix, rows in (("conditions", conditions), ("actions", actions)):
        form |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        for at, row in enumerate(rows):
            form |= {f"{prefix}-{at}-position": at} | {f"{prefix}-{at}-{name}": value for name, value in row.items()}
    return form


def write(browser, **form):
    return browser.post(reverse("admin:departments_rule_add"), rule_form(**form))


def test_a_rule_is_written_by_choosing(client_of, operator, billing, lena):
    answer = write(
        client_of(operator),
        is_active="on",
        conditions=[{"field": "status", "values": ["open", "customer-reply"]}],
        actions=[
            {"do": "priority", "priority": "critical"},
            {"do": "move", "department": "billing"},
            {"do": "mail", "roles": ["leads"], "people": [lena.pk]},
            {"do": "note", "text": "Waits too long."},
        ],
    )
    assert answer.status_code == 302, answer.context["errors"]
    rule = Rule.objects.get()
    assert rule.conditions.get().values == ["open", "customer-reply"]
    assert list(rule.actions.values_list("do", "value")) == [
        ("priority", "critical"), ("move", "billing"), ("mail", f"leads {lena.pk}"), ("note", "Waits too long."),
    ]  # fmt: skip


def test_what_was_chosen_comes_back_on_the_page(client_of, operator, lena):
    write(client_of(operator), actions=[{"do": "flag", "people": [lena.pk], "roles": ["leads"]}])
    page = client_of(operator).get(reverse("admin:departments_rule_change", args=[Rule.objects.get().pk]))
    form = page.context["inline_admin_formsets"][1].formset.forms[0]
    assert (form.initial["roles"], form.initial["people"]) == (["leads"], [lena.pk])
    assert "would act on 0 tickets now" in page.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"conditions": [{"field": "priority", "values": ["open"]}]},
        {"conditions": [{"field": "status", "values": ["no-such"]}]},
        {"actions": [{"do": "move"}]},
        {"actions": [{"do": "reply", "text": "   "}]},
        {"after_minutes": "soon"},
    ],
)
def test_what_makes_no_sense_is_refused_beside_the_field(client_of, operator, cast, wrong):
    assert write(client_of(operator), **wrong).status_code == 200
    assert not Rule.objects.exists()


def test_only_operators_write_rules(client_of, lena, anna):
    assert write(client_of(lena)).status_code == 403
    assert write(client_of(anna)).status_code in (302, 403, 404)
    assert not Rule.objects.exists()

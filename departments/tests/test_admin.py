"""Django admin, as an operator and as an agent meet it."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from accounts.viewer import Viewer
from departments.models import Department, Portal, Priority, Rule, Status, StatusInDepartment
from departments.policy import forget, snapshot
from departments.presets import PRESETS, apply, changes
from tickets.models import Tag, Ticket, TicketEvent

pytestmark = pytest.mark.django_db
LISTS = [
    "departments_department", "departments_status", "departments_priority", "departments_tickettype",
    "departments_rule", "accounts_user", "accounts_organisation", "accounts_service", "tickets_ticket",
    "tickets_message", "tickets_attachment", "tickets_ticketevent", "mail_outgoingmail",
]  # fmt: skip
CHOOSING = [  # of a rule each action asks for one of its choices: there empty is unanswered
    User, Tag, *(model for model in admin.site._registry if model._meta.app_label == "departments" and model != Rule),
]  # fmt: skip
FOR_AGENTS = {"tickets_ticket", "tickets_message", "tickets_attachment", "tickets_ticketevent"}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_and_searches_for_the_operator(client_of, operator, ticket, name):
    url = reverse(f"admin:{name}_changelist")
    assert client_of(operator).get(url).status_code == 200
    assert client_of(operator).get(url, {"q": "shop"}).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_an_agent_reaches_the_conversation_only_and_a_client_nothing(client_of, sam, anna, ticket, name):
    """S119: configuration is the operator's; a client never sees the admin."""
    url = reverse(f"admin:{name}_changelist")
    assert client_of(sam).get(url).status_code == (200 if name in FOR_AGENTS else 403)
    assert client_of(anna).get(url).status_code in (302, 403, 404)


def test_an_agent_sees_only_tickets_of_their_departments(client_of, sam, ben, ticket):
    """S119."""
    for name in sorted(FOR_AGENTS - {"tickets_attachment"}):
        url = reverse(f"admin:{name}_changelist")
        assert ticket.number in client_of(sam).get(url).content.decode()
        assert ticket.number not in client_of(ben).get(url).content.decode()
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    assert client_of(sam).get(page).status_code == 200
    assert client_of(ben).get(page).status_code == 302  # "doesn't exist", back to the index


def test_the_first_page_leads_to_the_queues_with_counts(client_of, sam, ticket):
    page = client_of(sam).get(reverse("admin:index")).content.decode()
    for view in ("waiting", "mine", "unassigned"):
        assert f"/desk/?view={view}" in page
    assert '<td class="num">1</td>' in page


def test_the_lists_actions_are_actions_of_the_desk(client_of, sam, ticket):
    """S162, S167: what the admin does stands in the history like anything else."""
    url = reverse("admin:tickets_ticket_changelist")
    browser = client_of(sam)
    browser.post(url, {"action": "assign_to_me", "_selected_action": [ticket.pk]})
    browser.post(url, {"action": "set_priority", "priority": "high", "_selected_action": [ticket.pk]})
    browser.post(url, {"action": "close", "_selected_action": [ticket.pk]})
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.priority.code, ticket.is_closed) == (sam, "high", True)
    assert list(TicketEvent.objects.values_list("verb", flat=True)) == ["opened", "assigned", "priority", "closed"]


def test_no_admin_page_writes_a_ticket_past_an_action(client_of, operator, ticket):
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    before = list(Ticket.objects.values())
    assert client_of(operator).post(page, {"subject": "Changed", "status": 6}).status_code == 403
    assert client_of(operator).post(reverse("admin:tickets_ticket_delete", args=[ticket.pk])).status_code == 403
    assert list(Ticket.objects.values()) == before


@pytest.mark.parametrize("proven", [True, False])
def test_the_admin_says_whether_the_address_of_a_ticket_was_proven(client_of, operator, open_ticket, proven):
    """S7."""
    page = client_of(operator).get(reverse("admin:tickets_ticket_change", args=[open_ticket(proven=proven).pk]))
    assert f'alt="{proven}"' in page.text.partition("field-proven")[2].partition("</div>")[0]


def department_form(**more):
    inlines = {
        f"{prefix}-{name}": 0
        for prefix in ("places", "status_rows")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    empty = {
        "icon": "mail",
        "tone": "blue",
        "admins_close": "unknown",
        "participants_close": "unknown",
        "claim_on_reply": "unknown",
    }
    return {
        "name": "Hosting",
        "slug": "hosting",
        "position": 5,
        "opening_receipt": "unknown",
        **empty,
        **inlines,
        **more,
    }


def test_an_operator_makes_a_department_with_names_per_language(client_of, operator):
    """S118, S120, S121, S124."""
    answer = client_of(operator).post(
        reverse("admin:departments_department_add"),
        department_form(email="hosting@example.com", is_active="on", name__ru="Хостинг", client_file_types=".PDF, png"),
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    department = Department.objects.get(slug="hosting")
    assert department.words["name"] == {"ru": "Хостинг"}
    assert not department.is_public and department.client_file_types == "pdf png"
    assert department.policy.auto_close_after == 120  # as the site


def test_two_departments_never_share_an_address(client_of, operator, billing):
    """S120."""
    answer = client_of(operator).post(
        reverse("admin:departments_department_add"), department_form(email=billing.email, is_active="on")
    )
    assert answer.status_code == 200 and not Department.objects.filter(slug="hosting").exists()


def test_programs_are_never_offered_to_clients(client_of, operator, support):
    """S177, C9."""
    url = reverse("admin:departments_department_change", args=[support.pk])
    answer = client_of(operator).post(url, department_form(slug="support", client_file_types="jpg php exe"))
    assert answer.status_code == 200 and "php" in str(answer.context["errors"])


@pytest.mark.parametrize("code", PRESETS)
def test_a_preset_is_shown_before_it_is_used_and_changes_nothing_more_when_used_twice(client_of, operator, code, cast):
    """REQUIREMENTS, "Defaults and presets"."""
    portal = Portal.get()
    url = reverse("admin:departments_portal_presets", args=[portal.pk])
    browser = client_of(operator)
    assert browser.get(url, {"preset": code}).status_code == 200
    assert not Portal.objects.exclude(auto_close_after=None).exists()
    browser.post(url, {"preset": code})
    portal.refresh_from_db()
    forget()
    assert portal.auto_close_after == PRESETS[code].values["auto_close_after"]
    assert changes(portal, PRESETS[code]) == []
    assert set(Status.objects.filter(auto_close=True).values_list("code", flat=True)) == PRESETS[code].closing


def test_departments_live_by_different_presets_side_by_side(support, billing):
    """The rule of thumb of REQUIREMENTS: one installation shows all behaviours, per department."""
    apply(support, PRESETS["hosting"])
    apply(billing, PRESETS["hub"])
    known = snapshot()
    here, there = known.departments[support.pk], known.departments[billing.pk]
    assert (here.policy.auto_close_after, there.policy.auto_close_after) == (24, 0)
    assert StatusInDepartment.objects.get(department=support, status__code="open").settles_after == 5
    assert changes(here, PRESETS["hosting"]) == [] and changes(there, PRESETS["hub"]) == []
    assert Status.objects.get(code="open").settles_after == 0


def test_changed_hours_hold_for_tickets_that_are_already_waiting(
    client_of, operator, ticket, sam, say, django_capture_on_commit_callbacks
):
    """C1: a department's new auto-close counts at once."""
    say(ticket, sam)
    ticket.refresh_from_db()
    before = ticket.close_at
    with django_capture_on_commit_callbacks(execute=True):
        client_of(operator).post(
            reverse("admin:departments_department_change", args=[ticket.department_id]),
            department_form(name="Technical support", slug="support", is_active="on", auto_close_after=24),
        )
    ticket.refresh_from_db()
    assert (before - ticket.close_at).total_seconds() == 96 * 3600


def test_a_status_in_use_and_a_shipped_one_are_not_deleted(client_of, operator, ticket):
    url = reverse("admin:departments_status_delete", args=[ticket.status_id])
    assert client_of(operator).post(url, {"post": "yes"}).status_code == 403
    mine = Status.objects.create(code="vendor", name="At the vendor", category="paused")
    url = reverse("admin:departments_status_delete", args=[mine.pk])
    assert client_of(operator).post(url, {"post": "yes"}).status_code == 302
    assert not Status.objects.filter(pk=mine.pk).exists()


def test_only_one_priority_is_the_default(client_of, operator, cast):
    """S204."""
    high = Priority.objects.get(code="high")
    client_of(operator).post(
        reverse("admin:departments_priority_change", args=[high.pk]),
        {"name": "High", "level": 30, "is_default": "on", "is_active": "on"},
    )
    assert list(Priority.objects.filter(is_default=True)) == [high]


def test_a_status_that_waits_for_us_and_closes_by_itself_is_warned_of(client_of, operator, cast):
    """C2."""
    held = Status.objects.get(code="on-hold")
    form = {"name": "On hold", "category": "waits_staff", "auto_close": "on", "settles_after": 0, "position": 3}
    answer = client_of(operator).post(reverse("admin:departments_status_change", args=[held.pk]), form, follow=True)
    assert any("still close" in str(message) for message in answer.context["messages"])


@pytest.mark.parametrize("model", CHOOSING, ids=lambda model: model._meta.label)
def test_an_empty_choice_says_what_it_means(rf, operator, model):
    """Dashes say nothing: which status a reply leaves, whom a signature is for, where a type stays."""
    request, page = rf.get("/"), admin.site.get_model_admin(model)
    request.user, request.viewer = operator, Viewer(operator)
    row = model.objects.first()
    forms = [page.get_form(request, row)()]
    forms += [inline.get_formset(request, row)().empty_form for inline in page.get_inline_instances(request, row)]
    for bound in (bound for form in forms for bound in form.visible_fields()):
        said = dict(getattr(bound.field.widget, "choices", ())).get("", "")
        assert bound.field.required or "---" not in str(said), bound.name

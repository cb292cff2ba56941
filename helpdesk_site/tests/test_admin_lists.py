"""Every list of Django admin, whatever stands in its address."""

import pytest
from django.contrib import admin
from django.urls import reverse

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
REFUSED = {"_to_field", "no_such_field"}  # Django says 400 to fields it does not show
STOCK = ["q", "p", "o", "e", "all", "_to_field", "_popup", "pk", "id__exact", "name__contains", "no_such_field"]
WRONG = ["\0", "a\0b", "\ud800".encode("utf-8", "surrogatepass"), "9" * 40, "-1", "x", "'\"%"]


def params_of(page):
    """What the list can be asked for, and what Django makes of any list."""
    filters = [name for spec in page.context["cl"].filter_specs for name in spec.expected_parameters()]
    return [*STOCK, *filters]


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_filter_of_any_list_is_an_error_of_ours(client_of, operator, ticket, model):
    """Bad input: NUL, which PostgreSQL refuses, numbers that are none, filters nobody offered. The answer is a list, a
    redirect to one, or Django's refusal of a field it does not show."""
    browser = client_of(operator)
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    page = browser.get(url, follow=True)
    assert page.status_code == 200
    if not page.context or "cl" not in page.context:
        return  # a single row, shown as it is
    for name in params_of(page):
        for value in WRONG:
            answer = browser.get(url, {name: value}, follow=True)
            assert answer.status_code == 200 or (answer.status_code == 400 and name in REFUSED), (name, value)


@pytest.mark.parametrize("path", ["%00/change/", "%00/history/", "%00/delete/", "a%00b/"])
def test_a_row_whose_key_holds_a_nul_is_not_there(client_of, operator, path):
    assert client_of(operator).get(reverse("admin:accounts_user_changelist") + path).status_code == 404

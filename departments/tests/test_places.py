"""Where somebody works is set on the person's own page, too (S126)."""

from django.urls import reverse

from departments.models import StaffPlace


def places(*rows):
    counts = {"places-TOTAL_FORMS": len(rows), "places-INITIAL_FORMS": 0}
    counts |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    return counts | {f"places-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def person(user):
    return {"email": user.email, "name": user.name, "is_active": "on", "is_staff": "on"}


def test_the_operator_gives_a_colleague_a_place_and_says_whether_they_are_told(client_of, operator, sam, sales):
    url = reverse("admin:accounts_user_change", args=[sam.pk])
    row = {"user": sam.pk, "department": sales.pk, "role": "agent", "notify": ""}
    StaffPlace.objects.filter(user=sam).delete()
    answer = client_of(operator).post(url, person(sam) | places(row))
    assert answer.status_code == 302
    place = StaffPlace.objects.get(user=sam)
    assert (place.department, place.role, place.notify) == (sales, "agent", False)


def test_a_colleague_gives_themself_no_place(client_of, sam, sales):
    url = reverse("admin:accounts_user_change", args=[sam.pk])
    row = {"user": sam.pk, "department": sales.pk, "role": "lead", "notify": "on"}
    assert client_of(sam).post(url, person(sam) | places(row)).status_code in (302, 403)
    assert not StaffPlace.objects.filter(user=sam, department=sales).exists()

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


def notices(client, *chosen, letters=("new_ticket", "client_reply")):
    return client.post(reverse("my_notices"), {f"department-{department.pk}": letters for department in chosen})


def told_in(user):
    return {place.department.slug for place in StaffPlace.objects.filter(user=user, notify=True)}


def test_lena_is_told_where_she_wants_to_be_told(client_of, lena, billing, sales):
    """S126."""
    client = client_of(lena)
    page = client.get(reverse("profile")).content.decode()
    assert all(f'name="department-{row.pk}" value="new_ticket"' in page for row in (billing, sales))
    assert notices(client, billing, sales).url == reverse("profile")
    assert told_in(lena) == {"billing", "sales"}
    notices(client)
    assert told_in(lena) == set()


def test_nobody_gets_a_place_or_changes_a_colleagues_by_asking_to_be_told(client_of, sam, ben, billing):
    before = told_in(ben)
    notices(client_of(sam), billing)
    assert told_in(ben) == before and not StaffPlace.objects.filter(user=sam, department=billing).exists()


def test_clients_and_strangers_find_no_such_door(client_of, anna, billing):
    assert notices(client_of(anna), billing).status_code == 404
    assert notices(client_of(None), billing).url.startswith("/accounts/login/")
    assert b'name="department-' not in client_of(anna).get(reverse("profile")).content


def test_nonsense_for_a_department_is_none(client_of, sam):
    place = StaffPlace.objects.filter(user=sam).first()
    body = {f"department-{place.department_id}": ["", "x", "\x00"], "department-x": ["new_ticket"]}
    assert client_of(sam).post(reverse("my_notices"), body).status_code == 302


def test_each_kind_of_letter_is_chosen_by_itself(client_of, sam, support):
    """S126."""
    place = StaffPlace.objects.get(user=sam, department=support)
    notices(client_of(sam), support, letters=("client_reply", "note"))
    place.refresh_from_db()
    wanted = {letter for letter in StaffPlace.Letters.values if place.wants(letter)}
    assert wanted == {"client_reply", "note"} and place.notify

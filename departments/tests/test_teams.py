"""Teams in the admin: members work in the team's department (S4, S119)."""

import pytest

from departments.models import Team

pytestmark = pytest.mark.django_db


def form(cast, **more):
    return {"name": "Mail servers", "department": cast.support.pk, "members": [cast.sam.pk], "is_active": "on"} | more


def test_an_operator_makes_a_team_of_people_of_the_department(client_of, cast):
    browser = client_of(cast.operator)
    browser.post("/admin/departments/team/add/", form(cast))
    team = Team.objects.get()
    assert list(team.members.all()) == [cast.sam]
    page = browser.get("/admin/departments/team/").content.decode()
    assert "Mail servers" in page and cast.sam.full_name in page
    browser.post(f"/admin/departments/team/{team.pk}/change/", form(cast, members=[cast.sam.pk, cast.lena.pk]))
    assert team.members.count() == 2


def test_nobody_is_in_a_team_of_a_department_they_do_not_work_in(client_of, cast):
    browser = client_of(cast.operator)
    page = browser.post("/admin/departments/team/add/", form(cast, members=[cast.ben.pk]))
    assert "no place in this department" in page.content.decode() and not Team.objects.exists()
    browser.post("/admin/departments/team/add/", form(cast, members=[cast.anna.pk]))
    assert not Team.objects.exists()


def test_nobody_but_operators_comes_in(client_of, cast):
    """T01."""
    for person in (cast.lena, cast.sam, cast.anna):
        assert client_of(person).post("/admin/departments/team/add/", form(cast)).status_code in (302, 403, 404)
    assert not Team.objects.exists()

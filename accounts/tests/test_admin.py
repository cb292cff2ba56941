"""People in the operator's hands: switched off, never deleted; invited, never given a password (SECURITY V7)."""
import pytest
from django.contrib import admin
from django.urls import reverse

from accounts import passes
from accounts.models import Membership, Organisation, Service, User
from accounts.signals import work_taken

from .post import last_letter, letters_to, link_in

LIST = "/admin/accounts/user/"


def page_of(person):
    return reverse("admin:accounts_user_change", args=[person.pk])


def filled(person, **changes):
    fields = {
        "email": person.email, "name": person.name, "phone": "", "title": "", "language": "", "time_zone": "",
        "staff_notes": "", "is_active": "on" if person.is_active else "", "is_staff": "on" if person.is_staff else "",
        "is_superuser": "on" if person.is_superuser else "", **changes,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value} | empty_inlines()


def empty_inlines():
    """Management forms of every inline on the page, ours and those of the floors above."""
    inlines = admin.site.get_model_admin(User).inlines
    prefixes = [inline.model._meta.get_field("user").remote_field.get_accessor_name() for inline in inlines]
    return {f"{prefix}-{count}_FORMS": "0" for prefix in prefixes for count in ("TOTAL", "INITIAL")}


@pytest.fixture
def heard():
    """Who may have lost work, and by whose hand, as the floors above hear it."""
    said = []

    def hear(sender, *, user, by, **_kwargs):
        said.append((user, by))

    work_taken.connect(hear)
    yield said
    work_taken.disconnect(hear)


def test_the_operator_finds_people_by_name_address_and_organisation(client_of, operator, cast):
    client = client_of(operator)
    for words in ("Anna Hard", "anna@", "quillmark"):
        assert b"anna@example.com" in client.get(LIST, {"q": words}).content
    assert b"carl@example.com" not in client.get(LIST, {"q": "quillmark"}).content


def test_guests_clients_staff_and_operators_can_be_told_apart(client_of, operator, cast):
    client = client_of(operator)
    expected = {"guest": {"greta"}, "client": {"anna", "olga", "carl"}, "operator": {"operator"},
                "staff": {"ben", "sam", "lena", "operator"}}  # fmt: skip
    for kind, names in expected.items():
        found = client.get(LIST, {"kind": kind}).context["cl"].queryset
        assert {person.email.partition("@")[0] for person in found} == names


@pytest.mark.parametrize("who", ["anna", "sam", "lena", None])
def test_only_operators_manage_people(client_of, cast, who):
    client = client_of(who and getattr(cast, who))
    for url in (LIST, "/admin/accounts/organisation/", page_of(cast.carl)):
        assert client.get(url).status_code in (302, 403)
        assert client.post(url, filled(cast.carl, is_superuser="on")).status_code in (302, 403)
    cast.carl.refresh_from_db()
    assert not cast.carl.is_superuser


def test_a_person_switched_off_is_out_at_once_and_the_floors_above_hear_of_it(client_of, operator, sam, heard):
    """T17."""
    his = client_of(sam)
    token = passes.issue(sam, "KTR-482913")
    answer = client_of(operator).post(page_of(sam), filled(sam, is_active=""))
    assert answer.status_code == 302, answer.context["errors"]
    assert set(heard) == {(sam, operator)}
    assert his.get(reverse("profile")).status_code == 302 and not passes.redeem(token)


def test_who_is_staff_no_more_leaves_no_ticket_behind(client_of, operator, sam, heard):
    """T17: their tickets stayed theirs, where nobody looked for them, and their session went on."""
    his = client_of(None)
    his.post(reverse("account_login"), {"login": sam.email, "password": "demo-helpdesk"})
    assert his.get(reverse("profile")).status_code == 200
    client_of(operator).post(page_of(sam), filled(sam, is_staff=""))
    assert set(heard) == {(sam, operator)}, "the floor above releases the tickets"
    assert his.get(reverse("profile")).status_code == 302


def test_many_are_switched_off_and_on_by_one_action(client_of, operator, cast, heard):
    client = client_of(operator)
    chosen = [cast.carl.pk, cast.ben.pk, operator.pk]
    client.post(LIST, {"action": "deactivate", "_selected_action": chosen})
    assert {user for user, _by in heard} == {cast.carl, cast.ben}
    operator.refresh_from_db()
    assert operator.is_active, "nobody locks themself out"
    client.post(LIST, {"action": "activate", "_selected_action": chosen})
    assert User.objects.get(pk=cast.carl.pk).is_active


@pytest.mark.parametrize("right", ["is_active", "is_superuser", "is_staff"])
def test_operators_cannot_lock_themselves_out(client_of, operator, right):
    answer = client_of(operator).post(page_of(operator), filled(operator, **{right: ""}))
    assert answer.status_code == 200
    operator.refresh_from_db()
    assert getattr(operator, right)


def test_nobody_is_deleted(client_of, operator, anna, cast):
    client = client_of(operator)
    service = Service.objects.first()
    for model, row in ((User, anna), (Organisation, cast.quillmark), (Service, service)):
        assert client.post(reverse(f"admin:accounts_{model._meta.model_name}_delete", args=[row.pk])).status_code == 403
        assert model.objects.filter(pk=row.pk).exists()


def test_a_new_colleague_is_invited_and_nobody_knows_a_password_for_them(client_of, operator):
    body = {"email": "Ute@Example.org", "name": "Ute Brandt", "is_staff": "on", "invite": "on"}
    assert client_of(operator).post(f"{LIST}add/", body).status_code == 302
    ute = User.objects.get(email="ute@example.org")
    assert ute.is_staff and not ute.has_usable_password()
    assert link_in(last_letter(ute.email)).startswith("/accounts/invitation/")


def test_without_the_tick_nobody_is_written_to(client_of, operator):
    client_of(operator).post(f"{LIST}add/", {"email": "ute@example.org", "name": "Ute"})
    assert User.objects.filter(email="ute@example.org").exists() and not letters_to("ute@example.org")


def test_two_people_never_share_an_address(client_of, operator, anna):
    answer = client_of(operator).post(f"{LIST}add/", {"email": "ANNA@example.com", "name": "Other"})
    assert answer.status_code == 200 and User.objects.filter(email__iexact=anna.email).count() == 1


def test_a_link_to_choose_a_password_goes_out_from_the_page_and_from_the_list(client_of, operator, anna, carl):
    client = client_of(operator)
    client.post(page_of(anna), filled(anna, _send_password_link="1"))
    client.post(LIST, {"action": "send_password_link", "_selected_action": [carl.pk]})
    assert all("/accounts/invitation/" in last_letter(person.email).text for person in (anna, carl))


def test_the_old_address_is_told_when_an_operator_changes_it(client_of, operator, anna):
    client_of(operator).post(page_of(anna), filled(anna, email="anna@example.net"))
    assert last_letter("anna@example.com").subject == "Your e-mail address was changed"


def test_a_guests_links_are_closed_by_one_action(client_of, operator, greta):
    token = passes.issue(greta, "KTR-482913")
    client_of(operator).post(LIST, {"action": "close_guest_links", "_selected_action": [greta.pk]})
    assert passes.redeem(token) is None


def test_the_system_itself_is_not_among_the_people(client_of, operator):
    system = User.objects.system()
    client = client_of(operator)
    assert system.email.encode() not in client.get(LIST).content
    assert client.get(page_of(system)).status_code == 302


def test_organisations_take_members_by_search(client_of, operator, carl, cast):
    client = client_of(operator)
    url = reverse("admin:accounts_organisation_change", args=[cast.quillmark.pk])
    assert b"admin-autocomplete" in client.get(url).content
    rows = list(cast.quillmark.memberships.all())
    body = {"name": "Quillmark", "notes": "", "memberships-TOTAL_FORMS": "3", "memberships-INITIAL_FORMS": "2"}
    for n, row in enumerate(rows):
        body |= {f"memberships-{n}-id": row.pk, f"memberships-{n}-user": row.user_id, f"memberships-{n}-role": row.role,
                 f"memberships-{n}-organisation": cast.quillmark.pk}  # fmt: skip
    new = {"user": carl.pk, "role": "all", "organisation": cast.quillmark.pk}
    body |= {f"memberships-2-{name}": value for name, value in new.items()}
    assert client.post(url, body).status_code == 302
    assert Membership.objects.get(user=carl, organisation=cast.quillmark).role == "all"


def test_what_allauth_and_django_bring_along_is_not_shown(client_of, operator):
    page = client_of(operator).get("/admin/").content
    for words in (b"/admin/account/", b"/admin/usersessions/", b"/admin/auth/"):
        assert words not in page


@pytest.mark.parametrize("guess", ["password__startswith", "password", "password__regex"])
def test_no_filter_guesses_a_password(client_of, operator, guess):
    """T19: the address of the list took any field, and so told a hash letter by letter."""
    assert client_of(operator).get(LIST, {guess: "argon2"}).status_code == 400
    assert client_of(operator).get(LIST, {"is_active__exact": "1"}).status_code == 200


def test_the_role_of_a_colleague_is_written_once_per_language(client_of, operator, sam):
    """C22: clients read it in theirs; whoever writes a new role on their own page takes the old translations away."""
    said = {"title": "network engineer", "title__ru": "сетевой инженер", "title__fr": ""}
    assert client_of(operator).post(page_of(sam), filled(sam, **said)).status_code == 302
    sam.refresh_from_db()
    assert sam.words == {"title": {"ru": "сетевой инженер"}}
    page = client_of(sam).get(reverse("profile"))
    form = page.context["form"]
    own = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    client_of(sam).post(reverse("profile"), {**own, "name": "Sam W."})
    sam.refresh_from_db()
    assert sam.name == "Sam W." and sam.words
    client_of(sam).post(reverse("profile"), {**own, "title": "team lead"})
    sam.refresh_from_db()
    assert (sam.title, sam.words) == ("team lead", {})

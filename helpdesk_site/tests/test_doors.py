"""The doors of the house: who gets in (T01, T02), and that only a POST with a token changes anything (T18)."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from django.conf import settings

from .doors import METHODS, NOT_FOUND, PERSONS, REACHED, SIGN_IN, World, doors

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings(
        "ignore:The default scheme will be changed:django.utils.deprecation.RemovedInDjango60Warning"
    ),
]
DOORS = list({door.name: door for door in doors()}.values())
TABLE = Path(settings.BASE_DIR) / "docs" / "permissions.md"
PUBLIC = {  # what a stranger gets to see; everything else asks to sign in or is not there (T02)
    "healthz", "readyz", "brand", "home", "theme", "set_language", "preview",
    "account_login", "account_signup", "account_email_verification_sent", "account_confirm_email", "account_invitation",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "guest_fresh_link", "guest_links_sent", "guest_way_in",
    "ticket_new", "ticket_new_in",
    "draft_save", "upload",  # kept under the session's own secret until the person has signed in
}  # fmt: skip
WRITES_ON_GET = {  # T18: the exceptions, each with its reason
    "guest_way_in": "exchanges the token of a letter for a session, which is what the link is for",
}
HARMLESS = {"django_session", "usersessions_usersession"}  # signs of being here, no change of anything


def permissions():
    """{(URL name, method): {person: word}}, as the document says."""
    found = {}
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 2 + len(PERSONS) and cells[0].startswith("`"):
            for method in cells[1].split():
                assert (cells[0], method) not in found, f"two rows for {cells[0]} {method}"
                found[cells[0].strip("`"), method] = dict(zip(PERSONS, cells[2:], strict=True))
    return found


def row_for(name, method, table):
    """The row of this very name, else of the name with a star that says most."""
    fitting = [pattern for pattern, how in table if how == method and fnmatchcase(name, pattern)]
    return table[max(fitting, key=lambda pattern: (pattern == name, len(pattern))), method] if fitting else None


@pytest.fixture
def world(cast, open_ticket, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return World(cast, open_ticket)


def name(door):
    return door.name


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_a_door_opens_for_whom_the_table_says(door, world):
    """T01, S7, S119: every URL and method, with the whole cast."""
    table = permissions()
    said = {method: row_for(door.name, method, table) for method in METHODS}
    assert None not in said.values(), f"docs/permissions.md has no row for {door.name}"
    happened = {method: {who: world.knock(door, method, who).word for who in PERSONS} for method in METHODS}
    assert happened == said


def test_the_table_names_no_door_that_is_gone():
    """T01."""
    names = {door.name for door in DOORS}
    assert [pattern for pattern, _how in permissions() if not any(fnmatchcase(name, pattern) for name in names)] == []


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_a_stranger_is_asked_to_sign_in_unless_the_door_is_public(door, world):
    """T02."""
    words = {world.knock(door, method, "stranger").word for method in METHODS}
    assert (REACHED in words) == (door.name in PUBLIC)


@pytest.mark.parametrize("door", [door for door in DOORS if "number" in door.wanted], ids=name)
def test_a_pass_opens_no_other_ticket(door, world):
    """T01, S7: Greta's pass before the doors of Anna's ticket."""
    world.guests_ticket, own = world.ticket, world.guests_ticket
    client = world.client("guest")
    from accounts.models import GuestPass

    GuestPass.objects.update(ticket_number=own.number)
    address = world.address(door, "guest")
    assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405, 302}
    for response in (client.get(address), client.post(address)):
        assert response.status_code != 302 or response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_a_form_without_the_token_is_refused(door, world):
    """T18, SECURITY V3: nobody's browser can be made to act for them."""
    for who in ("stranger", "guest", "operator"):
        assert world.knock(door, "POST", who, enforce_csrf_checks=True).status == 403


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_looking_changes_nothing(door, world):
    """T18: a GET writes no row, whoever looks."""
    for who in PERSONS:
        written = world.knock(door, "GET", who).written - HARMLESS
        assert not written or door.name in WRITES_ON_GET, (who, written)


def test_the_walk_sees_what_it_looks_for(world):
    """The control: the walk reaches pages, refusals and writes."""
    by_name = {door.name: door for door in DOORS}
    assert world.knock(by_name["ticket"], "GET", "client").word == REACHED
    assert world.knock(by_name["ticket"], "GET", "other client").word == NOT_FOUND
    assert world.knock(by_name["ticket"], "GET", "stranger").word == SIGN_IN
    assert "tickets_ticket" in world.knock(by_name["ticket_close"], "POST", "client").written
    assert row_for("admin:a_b_add", "GET", {("admin:*", "GET"): 1, ("admin:*_add", "GET"): 2}) == 2

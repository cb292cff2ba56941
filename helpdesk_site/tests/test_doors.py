"""The doors of the house: who gets in (T01, T02), and that only a POST with a token changes anything (T18)."""

import logging
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from helpdesk_site.cast import raise_cast

from .doors import METHODS, NO_METHOD, NOT_FOUND, PERSONS, REACHED, SIGN_IN, World, doors

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
    "ticket_new", "ticket_new_in", "contact", "contact_in",
    "leave", "attachment_by_mail",  # by the link of a letter
    "draft_save", "upload",  # kept under the session's own secret until the person has signed in
}  # fmt: skip
WRITES_ON_GET = {  # T18: the exceptions, each with its reason
    "guest_way_in": "exchanges the token of a letter for a session, which is what the link is for",
}
WITHOUT_OUR_TOKEN = {  # T18: the exceptions, each with its reason
    "leave": "mail programs post it for their reader (RFC 8058); what counts is the signed link",
}
HARMLESS = {"django_session", "usersessions_usersession"}  # signs of being here, no change of anything


@cache
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


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One world for all doors: each knock puts everything back."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    logging.disable(logging.WARNING)  # thousands are refused here; each would be written to three logs
    with django_db_blocker.unblock(), media, transaction.atomic():
        yield World(raise_cast(password=None))
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def name(door):
    return door.name


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_a_door_opens_for_whom_the_table_says_and_looking_changes_nothing(door, world):
    """T01, T18, S7, S119: every URL and method with the whole cast; a GET writes no row."""
    table = permissions()
    said = {method: row_for(door.name, method, table) for method in METHODS}
    assert None not in said.values(), f"docs/permissions.md has no row for {door.name}"
    knocks = {method: {who: world.knock(door, method, who) for who in PERSONS} for method in METHODS}
    assert {method: {who: knock.word for who, knock in row.items()} for method, row in knocks.items()} == said
    written = set().union(*(knock.written for knock in knocks["GET"].values())) - HARMLESS
    assert not written or door.name in WRITES_ON_GET


def test_the_table_names_no_door_that_is_gone():
    """T01."""
    names = {door.name for door in DOORS}
    assert [pattern for pattern, _how in permissions() if not any(fnmatchcase(name, pattern) for name in names)] == []


def test_a_stranger_is_asked_to_sign_in_unless_the_door_is_public():
    """T02: the table, which the walk above holds to the truth, opens to strangers what is listed here, no more."""
    table = permissions()
    open_doors = {
        door.name for door in DOORS for method in METHODS if row_for(door.name, method, table)["stranger"] == REACHED
    }
    assert open_doors == PUBLIC


@pytest.mark.parametrize("door", [door for door in DOORS if "number" in door.wanted], ids=name)
def test_a_pass_opens_no_other_ticket(door, world):
    """T01, S7: Greta's pass before the doors of Anna's ticket."""
    for method in METHODS:
        knock = world.knock(door, method, "guest", before=world.ticket)
        assert knock.word in (NOT_FOUND, NO_METHOD, SIGN_IN)


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_a_form_without_the_token_is_refused(door, world):
    """T18, SECURITY V3: nobody's browser can be made to act for them."""
    if door.name in WITHOUT_OUR_TOKEN:
        return
    assert world.knock(door, "POST", "operator", enforce_csrf_checks=True).status == 403


def test_the_walk_sees_what_it_looks_for(world):
    """The control: the walk reaches pages, refusals and writes."""
    by_name = {door.name: door for door in DOORS}
    assert world.knock(by_name["ticket"], "GET", "client").word == REACHED
    assert world.knock(by_name["ticket"], "GET", "other client").word == NOT_FOUND
    assert world.knock(by_name["ticket"], "GET", "stranger").word == SIGN_IN
    assert "tickets_ticket" in world.knock(by_name["ticket_close"], "POST", "client").written
    assert row_for("admin:a_b_add", "GET", {("admin:*", "GET"): 1, ("admin:*_add", "GET"): 2}) == 2

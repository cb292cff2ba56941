"""Every field a page reads, at every door, with what no form of ours would send: an answer, never an error (T19)."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.cache import cache as short_memory
from django.db import transaction
from django.test import override_settings

from departments.policy import forget
from helpdesk_site.cast import raise_cast

from .doors import SIGN_IN, World, doors, leads_to

pytestmark = [pytest.mark.django_db, pytest.mark.long]

READ = re.compile(r"""(?:\bGET|\bPOST|asked\(\w+\)|\bdata|\bfields)(?:\.get|\.getlist|\.pop)?[([]\s*"(\w+)\"""")
DOORS = [door for door in {door.name: door for door in doors()}.values() if not door.is_admin]
VALUES = ["\0", "٣", str(2**63 - 1), "nan", "-1", "1e400", "٣٤:٥٦", "9999-12-31T23:59", "x" * 600, "%", "' --"]


def kinds_of(form):
    return [kind for below in form.__subclasses__() for kind in (below, *kinds_of(below))]


def names_read():
    """The names of every field that views read by hand and that forms declare."""
    found = {name for kind in kinds_of(forms.BaseForm) for name in getattr(kind, "base_fields", ())}
    for folder in ("tickets", "accounts", "departments", "mail", "helpdesk_site", "engine"):
        for path in (Path(settings.BASE_DIR) / folder).rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts):
                found |= set(READ.findall(path.read_text()))
    return sorted(found - {"csrfmiddlewaretoken", "form_key"})


@pytest.fixture
def world(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path), transaction.atomic():
        yield World(raise_cast(password=None))


def answers(world, value):
    """(door, method, status) of what every door answers to an operator whose every field has this value."""
    fields = dict.fromkeys(names_read(), value)
    for door in DOORS:
        for method in ("get", "post"):
            short_memory.clear()
            client = world.client("operator")
            with transaction.atomic():
                address = world.address(door, world.ticket, "operator")
                response = getattr(client, method)(address, fields)
                transaction.set_rollback(True)
            forget()
            yield door.name, method, SIGN_IN if leads_to(response, "account_login") else response.status_code


def failing(world, value):
    """What failed, once it is sure that the operator was let in."""
    found = list(answers(world, value))
    assert sum(status == SIGN_IN for _door, _method, status in found) < 10
    return [answer for answer in found if answer[2] != SIGN_IN and answer[2] >= 500]


def test_the_names_of_the_fields_are_found():
    """The control: of forms, of addresses, and of what views read themselves."""
    assert {"q", "t", "message", "status", "subject", "before", "after", "words"} <= set(names_read())
    assert len(DOORS) > 150


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:12])
def test_no_door_stumbles_over_what_no_form_sends(world, value):
    """T19: NUL, digits of other scripts, numbers beyond every column, no number, the end of time."""
    assert failing(world, value) == []

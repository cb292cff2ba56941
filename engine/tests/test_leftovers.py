"""Files that are to go for good are gone after the commit, and only then (T21)."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from engine import leftovers
from engine.models import Leftover


@pytest.fixture
def stored():
    return storages["attachments"].save("leftovers/one", ContentFile(b"words"))


class Stop(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_discarded_file_goes_with_the_commit(stored):
    with transaction.atomic():
        leftovers.discard("attachments", stored, "")
        assert storages["attachments"].exists(stored)
    assert not storages["attachments"].exists(stored)
    assert not Leftover.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_stays_when_its_act_is_rolled_back(stored):
    with pytest.raises(Stop), transaction.atomic():
        leftovers.discard("attachments", stored)
        raise Stop
    assert storages["attachments"].exists(stored) and leftovers.sweep() == 0


@pytest.mark.django_db
def test_what_a_dead_process_left_is_swept_once(stored):
    """The row is committed, the process died before it deleted the file."""
    Leftover.objects.create(storage="attachments", name=stored)
    assert leftovers.sweep() == 1 and not storages["attachments"].exists(stored)
    assert leftovers.sweep() == 0


@pytest.mark.django_db
def test_a_file_that_is_gone_already_is_no_trouble():
    Leftover.objects.create(storage="letters", name="no/such")
    assert leftovers.sweep() == 1

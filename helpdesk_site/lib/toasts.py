"""Short messages at the foot of the page, with Undo where an act can be taken back (DESIGN, part 6)."""
from typing import NamedTuple

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.utils.functional import cached_property

UNDO = "undo"


class Storage(FallbackStorage):
    """Django's own, opened when something is said or read: most answers to a script do neither."""

    def __init__(self, request):
        BaseStorage.__init__(self, request)
        self._used_storages = set()

    @cached_property
    def storages(self):
        return [of(self.request) for of in self.storage_classes]


class Undo(NamedTuple):
    url: str
    seconds: int


def toast(request, text, *, undo_url="", seconds=60):
    """Tell the person what was done, on this page or the next. `undo_url` takes it back by POST within `seconds`."""
    tags = f"{UNDO} {seconds} {undo_url}" if undo_url else ""
    messages.success(request, text, extra_tags=tags)


def undo_of(message):
    """The Undo a message carries, or None."""
    word, _space, rest = (getattr(message, "extra_tags", "") or "").partition(" ")
    if word != UNDO:
        return None
    seconds, _space, url = rest.partition(" ")
    return Undo(url, int(seconds))

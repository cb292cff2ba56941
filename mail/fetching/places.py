"""Mails in a mailbox, before they are ours."""
from typing import NamedTuple

from ..models import IncomingMail, KnownPlace

LARGEST = 50_000_000  # bytes of one mail; of a longer one the beginning is taken
CHUNK = 500


class Place(NamedTuple):
    """A mail in a mailbox: what the server calls it, the number it is known by in our store, and its size."""

    key: str
    uid: int
    size: int

    @property
    def is_whole(self):
        """Whether all of it is taken; else it stays in the mailbox."""
        return self.size <= LARGEST


def stored(line, places):
    """The numbers of those mails that are in our store already, from here or by another way."""
    here = {"mailbox": line.mailbox, "folder": line.folder, "uid_validity": line.uid_validity}
    uids = [place.uid for place in places]
    chunks = [uids[start : start + CHUNK] for start in range(0, len(uids), CHUNK)]
    rows = [model.objects.filter(**here) for model in (IncomingMail, KnownPlace)]
    return {uid for chunk in chunks for row in rows for uid in row.filter(uid__in=chunk).values_list("uid", flat=True)}

"""The fields an operator may put into a letter: a fixed list, each with what it says (S148, S175). Their values come
from the tickets (`tickets.notices.letter_values`)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mail.models import Kind

# Letters about a ticket, in the order an operator meets them
KINDS = (
    Kind.RECEIPT, Kind.REPLY, Kind.CLOSED, Kind.REMINDER, Kind.AUTO_CLOSED, Kind.JOINED, Kind.MERGED, Kind.SPLIT,
    Kind.NEW_TICKET, Kind.CLIENT_REPLY, Kind.NOTE, Kind.ASSIGNED, Kind.FLAGGED, Kind.ESCALATED, Kind.CHANGED,
    Kind.WOKEN,
)  # fmt: skip
WITH_MESSAGE = (Kind.REPLY, Kind.CLIENT_REPLY, Kind.NEW_TICKET, Kind.NOTE, Kind.SPLIT)  # they bring it in full (S157)

JOINING = (Kind.MERGED, Kind.SPLIT)
TO_GUESTS = (Kind.RECEIPT, Kind.JOINED, *JOINING)  # they may be the first with a way in


@dataclass(frozen=True)
class Field:
    """One field. `kinds` are the letters in which it says something, empty for all. A block stands for several lines,
    an address may be where a link leads."""

    name: str
    words: str
    kinds: tuple = ()
    is_block: bool = False
    is_address: bool = False

    @property
    def written(self):
        return "{{" + self.name + "}}"

    def fits(self, kind):
        return not self.kinds or kind in self.kinds


FIELDS = {
    field.name: field
    for field in (
        Field("reader.first_name", _("First name of whoever reads the letter; [FIRSTNAME] is the same")),
        Field("reader.name", _("Their full name; [NAME] is the same")),
        Field("reader.email", _("Their address; [EMAIL] is the same")),
        Field("client.name", _("Name of the ticket’s client")),
        Field("actor", _("Who did it, as the reader may know them")),
        Field("moment", _("When, in the reader’s time zone")),
        Field("ticket.number", _("Number of the ticket")),
        Field("ticket.subject", _("Subject of the ticket")),
        Field("ticket.department", _("Department")),
        Field("ticket.status", _("Status, in the reader’s words")),
        Field("ticket.priority", _("Priority")),
        Field("ticket.assignee", _("Who looks after it")),
        Field("ticket.opened", _("When it was opened")),
        Field("ticket.link", _("Address of the ticket’s page"), is_address=True),
        Field("portal.name", _("Name of the portal")),
        Field("portal.link", _("Address of the portal"), is_address=True),
        Field("message", _("The message in full, with its author where there are several"), WITH_MESSAGE, True),
        Field("files", _("Its files, attached or as links"), WITH_MESSAGE, is_block=True),
        Field("button", _("The button that opens the ticket"), is_block=True),
        Field("facts", _("Where the ticket stands: number, department, status"), is_block=True),
        Field(
            "confirm.hint",
            _("For matters of an account: that it waits for a word in the portal"),
            (Kind.RECEIPT, Kind.NEW_TICKET),
        ),
        Field("guest.hint", _("For guests: what the link is, and to keep it"), TO_GUESTS),
        Field("origin", _("Numbers of the tickets merged, or of the one a part was split off"), JOINING),
        Field("rights", _("What whoever was added may do"), (Kind.JOINED,)),
        Field("ticket.reopen", _("What the client can still do"), (Kind.CLOSED, Kind.AUTO_CLOSED)),
        Field("ticket.idle", _("How long nobody has written, for example “5 days”"), (Kind.AUTO_CLOSED,)),
        Field("ticket.closes", _("When it will close"), (Kind.REMINDER,)),
        Field("rule", _("Name of the rule"), (Kind.ESCALATED,)),
        Field("snooze.note", _("Why the ticket was snoozed"), (Kind.WOKEN,)),
    )
}
BLOCKS = frozenset(name for name, field in FIELDS.items() if field.is_block)
ADDRESSES = frozenset(name for name, field in FIELDS.items() if field.is_address)
WAYS_IN = ("button", "ticket.link")  # one of them stands in every letter: a guest has no other way in (S7)


def of_kind(kind):
    """The fields that say something in this kind of letter."""
    return [field for field in FIELDS.values() if field.fits(kind)]

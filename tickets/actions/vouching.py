"""Whose words they are: staff accept a mail that policy did not, a client says who wrote a ticket (S69, C10, C23)."""

from django.utils.translation import gettext as _

from ..events import action, record
from ..models import Verb
from ..refused import Refused
from ._shared import locked
from .closing import close
from .replying import reply


@action
def take_mail(message, *, mail, reason, actor):
    """Note that somebody of staff accepted the mail behind a message or note, which was kept for this `reason`."""
    ticket = locked(message.ticket)
    record(ticket, Verb.MAIL_TAKEN, actor=actor, message=message, mail=mail.pk, reason=reason)
    return ticket


@action
def confirm(ticket, *, actor):
    """The client wrote it: the ticket waits no longer. Saying so twice changes nothing (S69)."""
    ticket = locked(ticket)
    if ticket.unconfirmed_since is None:
        return ticket
    ticket.unconfirmed_since = None
    record(ticket, Verb.CONFIRMED, actor=actor, saving=["unconfirmed_since"])
    return ticket


@action
def disown(ticket, *, written, actor):
    """Somebody else wrote it in the client's name: `written` says so to whoever looks after it, and it closes (S69)."""
    ticket = locked(ticket)
    if ticket.unconfirmed_since is None:
        raise Refused(_("This has been answered already."))
    ticket.unconfirmed_since = None
    record(ticket, Verb.DISOWNED, actor=actor, saving=["unconfirmed_since"])
    message = reply(ticket, author=actor, written=written, by_staff=False)
    return close(message.ticket, actor=actor)

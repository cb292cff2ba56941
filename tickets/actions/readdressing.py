"""A letter that reached nobody is sent again, perhaps to another address (S185)."""

from django.utils.translation import gettext as _

from accounts import people
from departments import addresses
from mail import outbox

from ..events import action, record
from ..models import Verb
from ..notices import notify
from ..refused import Refused
from ._shared import locked


@action
def send_again(ticket, *, mail):
    """Send a letter of this ticket again; one whose links were taken out of the outbox is written anew. Returns whether
    that was possible; one about a deleted message stays where it is."""
    locked(ticket)
    if mail.notifications.exclude(event__message__deleted_at=None).exists():
        return False
    return outbox.send_again(mail) or notify.write_again(mail) is not None


@action
def readdress(ticket, *, mail, address, actor, corrects=False):
    """Write a letter of this ticket anew, to another address; with `corrects` the address is the person's from now on,
    which is possible for guests alone. Raises Refused for what is no address of anybody else's. Returns the letter."""
    ticket = locked(ticket)
    address = outbox.clean_address(address).lower()
    if not address or addresses.is_ours(address):
        raise Refused(_("Enter an e-mail address such as name@example.com"))
    if corrects and not (mail.user and people.correct_address(mail.user, email=address)):
        raise Refused(_("This address cannot take the place of the old one. Send the mail there once."))
    letter = notify.write_again(mail, to="" if corrects else address)
    if letter is None:
        raise Refused(_("This mail cannot be sent again."))
    outbox.cancel(mail)
    row = letter.notifications.select_related("event__message").first()
    corrected = {"corrected": True} if corrects else {}
    record(
        ticket, Verb.READDRESSED, actor=actor, message=row.event.message, texts={"address": address}, mail=mail.pk,
        to=letter.user_id, **corrected,
    )  # fmt: skip
    return letter

"""People who take part in a ticket besides its client (S163): added by address, with a right to read or to reply."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import passes
from departments import addresses
from mail.models import Kind, OutgoingMail

from .. import access
from ..events import action, record
from ..models import Participant, Verb
from ..refused import Refused
from ._shared import locked

MOST_PEOPLE = 20  # of one ticket
INVITATIONS, HOUR = 3, timedelta(hours=1)  # to one address


@action
def add_participant(ticket, *, user, rights, actor):
    """Let somebody take part, or change what they may do. Raises Refused for those who are here in another role, and
    for addresses that are no person's. Returns the Participant."""
    ticket = locked(ticket)
    refuse_stranger(ticket, user)
    row = Participant.objects.filter(ticket=ticket, user=user).first()
    if row is None:
        return join(ticket, user, rights, actor)
    before = row.rights
    if before != rights or not row.notify:
        row.rights, row.notify = rights, True
        row.save(update_fields=["rights", "notify"])
        record(ticket, Verb.JOINED, actor=actor, to=user.pk, rights=rights, **{"from": before})
    return row


def refuse_stranger(ticket, user):
    """Raise Refused for whoever cannot take part."""
    if user.pk == ticket.client_id:
        raise Refused(_("%(address)s is the address of the ticket’s client.") % {"address": user.email})
    if not user.is_active or user.is_system or addresses.is_ours(user.email) or access.works_on(user, ticket):
        raise Refused(_("%(address)s cannot be added to this ticket.") % {"address": user.email})


def join(ticket, user, rights, actor):
    if Participant.objects.filter(ticket=ticket).count() >= MOST_PEOPLE:
        raise Refused(_("No more than %(n)s people can take part in a ticket.") % {"n": MOST_PEOPLE})
    row = Participant.objects.create(ticket=ticket, user=user, rights=rights)
    quiet = {"quiet": True} if is_invited_enough(user) else {}
    record(ticket, Verb.JOINED, actor=actor, to=user.pk, rights=rights, **quiet)
    return row


def is_invited_enough(user):
    """Whether an address got enough invitations this hour: nobody is flooded by being added (T11)."""
    sent = OutgoingMail.objects.filter(to_address=user.email, kind=Kind.JOINED)
    return sent.filter(created_at__gt=timezone.now() - HOUR)[:INVITATIONS].count() >= INVITATIONS


@action
def remove_participant(ticket, *, user, actor):
    """Take somebody off the ticket, by others or by themself; their passes to it open nothing any more. Returns whether
    they took part."""
    ticket = locked(ticket)
    deleted, _rows = Participant.objects.filter(ticket=ticket, user=user).delete()
    if not deleted:
        return False
    passes.revoke(user, ticket_number=ticket.number)
    record(ticket, Verb.PARTED, actor=actor, to=user.pk)
    return True


@action
def leave(what):
    """End what somebody is told of, as the link in their letter says (a `leaving.Leaving`). Twice is as once."""
    if what.ticket:
        remove_participant(what.ticket, user=what.user, actor=what.user)
    if what.membership:
        what.membership.notify = False
        what.membership.save(update_fields=["notify"])
    if what.place:
        wanted = [letter for letter in what.place.Letters if what.place.wants(letter)]
        what.place.want([letter for letter in wanted if letter != what.letters])

"""Whose ticket it is: hand it to another client (S164)."""

from django.contrib.auth import get_user_model
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts import passes
from accounts.models import Organisation, Service

from .. import access, exposure
from ..events import action, record
from ..lists import search
from ..models import EventContent, Participant, PendingReply, Verb
from ..refused import Refused
from ._shared import locked
from .opening import only_organisation

SAVED = ["client", "organisation", "service", "answer_to", "unconfirmed_since"]


@action
def change_client(ticket, *, to, actor, organisation=None, keep=False, across=False, expected=None):
    """Make `to` the ticket's client, in the name of `organisation` (theirs, when they belong to one alone).

    The former client loses sight of it, unless `keep` lets them take part. What is ordered by somebody else is no
    longer what it is about. Nobody is written to. `across` says that the actor has read who will see what, and wants
    it; `expected` is the id of the client the actor saw: a stale page is refused.

    Returns the ticket. Raises Refused for the client it has already, for people who cannot come in, for an organisation
    that is not theirs, and across clients where nobody may (as for merging, C12) or `across` is not said.
    """
    ticket = locked(ticket)
    former = ticket.client
    if expected is not None and former.pk != expected:
        raise Refused(_("The client was changed meanwhile. Look again before you change it."))
    refuse_client(ticket, to)
    organisation = organisation_for(to, organisation)
    refuse_crossing(ticket, to, organisation, actor=actor, across=across)
    before = {"client": former.pk, "organisation": ticket.organisation_id, "service": ticket.service_id}
    before["unconfirmed"] = ticket.unconfirmed_since and ticket.unconfirmed_since.isoformat()
    texts = {"answer_to": ticket.answer_to} if ticket.answer_to else {}
    took_part = Participant.objects.filter(ticket=ticket, user=to).values_list("rights", flat=True).first()
    Participant.objects.filter(ticket=ticket, user=to).delete()
    ticket.client, ticket.organisation = to, organisation
    ticket.service = service_of(ticket)
    ticket.answer_to, ticket.unconfirmed_since = "", None
    kept = keep and not access.works_on(former, ticket)
    if kept:
        Participant.objects.get_or_create(ticket=ticket, user=former)
    PendingReply.objects.filter(ticket=ticket).update(to=[])  # readers chosen among the former client's people
    record(
        ticket, Verb.CLIENT, actor=actor, saving=SAVED, texts=texts, before=before, kept=kept,
        after={"organisation": ticket.organisation_id}, took_part=took_part or "",
        **{"from": former.pk, "to": to.pk},
    )  # fmt: skip
    if not kept:
        passes.revoke(former, ticket_number=ticket.number)
    forget_people(ticket)
    search.reindex(ticket)
    return ticket


def refuse_client(ticket, to):
    """Raise Refused for whoever cannot be the client of this ticket."""
    if to.pk == ticket.client_id:
        raise Refused(_("This is already the ticket of %(person)s.") % {"person": to})
    if to.is_system or not to.is_active:
        raise Refused(_("%(person)s cannot sign in. Choose somebody who can.") % {"person": to})


def organisation_for(client, organisation):
    """The organisation in whose name a client has a ticket. Raises Refused for one they do not belong to."""
    if organisation is None:
        return only_organisation(client)
    if organisation.pk not in access.memberships_of(client):
        said = {"person": client, "organisation": organisation}
        raise Refused(_("%(person)s does not belong to %(organisation)s.") % said)
    return organisation


def refuse_crossing(ticket, to, organisation, *, actor, across):
    """Raise Refused where words of one client would come to another, and nobody may or has agreed to it."""
    if not exposure.of_changing(ticket, to, organisation).outside:
        return
    if not exposure.may_cross(actor, [ticket]):
        raise Refused(_("What one client wrote would be read by another. A lead may do that where policy lets it."))
    if not across:
        raise Refused(_("Read who will see what, and confirm it."))


def service_of(ticket):
    """What it is about, when that belongs to its client or organisation; else None."""
    service = ticket.service
    if service is None:
        return None
    theirs = service.user_id == ticket.client_id
    return service if theirs or service.organisation_id and service.organisation_id == ticket.organisation_id else None


def forget_people(ticket):
    """What was read of its people is no longer so."""
    ticket.__dict__.pop("_participants", None)


def change_taken_back(ticket, event, actor):
    """Undo of another client: as it was, unless it was changed again or the former client is gone."""
    before = event.data["before"]
    former = get_user_model().objects.filter(pk=before["client"], is_active=True).first()
    if former is None or ticket.client_id != event.data["to"]:
        return False
    later = ticket.client
    if event.data["kept"]:
        Participant.objects.filter(ticket=ticket, user=former).delete()
    if event.data["took_part"]:
        Participant.objects.get_or_create(ticket=ticket, user=later, defaults={"rights": event.data["took_part"]})
    ticket.client = former
    ticket.organisation = Organisation.objects.filter(pk=before["organisation"]).first()
    ticket.service = Service.objects.filter(pk=before["service"]).first()
    ticket.unconfirmed_since = before["unconfirmed"] and parse_datetime(before["unconfirmed"])
    ticket.answer_to = getattr(EventContent.objects.filter(event=event, name="answer_to").first(), "text", "")
    ticket.save(update_fields=SAVED)
    passes.let_in_again(former, ticket_number=ticket.number, since=event.at)
    forget_people(ticket)
    search.reindex(ticket)
    return True

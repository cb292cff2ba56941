"""Whose ticket it is: another client, found while typing (S164). A dialog that is a page of its own."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import SYSTEM_EMAIL, Organisation, User
from departments import addresses
from helpdesk_site.lib.text import clean_line

from .. import actions, exposure
from ..actions.clients import organisation_for, refuse_client
from ..events import one_click
from ..forms.desk import organisations_of
from ..forms.portal import ADDRESS_LIMIT
from ..lists import queries, queues
from ..refused import Refused
from .marking import ask, asking
from .properties import done


@dataclass
class Choice:
    """Who is to be the client (`to`, perhaps not known yet), in whose name, and what that shows to whom."""

    to: User = None
    value: str = ""  # as the form says it: an id, or a new address
    organisations: list = field(default_factory=list)
    organisation: Organisation = None
    shows: exposure.Exposure = field(default_factory=exposure.Exposure)
    contents: tuple = ()  # how many public messages and files
    may: bool = True

    @property
    def is_new(self):
        return self.to is not None and self.to.pk is None


@asking
def client(request, ticket):
    """Make somebody else the ticket's client. Asked twice where no script shows what the choice means."""
    asked = request.POST if request.method == "POST" else request.GET
    words, keep, refusal = clean_line(asked.get("q", ""))[:100], "keep" in asked, ""
    choice = Choice()
    try:
        choice = choice_of(ticket, asked, request.user)
        if request.method == "POST" and asked.get("read") == choice.value:
            return change(request, ticket, choice)
    except Refused as refused:
        refusal = str(refused)
    context = {
        "choice": choice,
        "words": words,
        "keep": keep,
        "people": [person for person in queries.people(words) if person.pk != ticket.client_id] if words else [],
        "address": new_address(words),
        "refusal": refusal,
    }
    return ask(request, "desk/client.html", ticket, title=_("Change client"), status=422 if refusal else 200, **context)


def choice_of(ticket, asked, user):
    """The Choice a form describes; an empty one where nobody was chosen. Raises Refused for whom it cannot be."""
    value = asked.get("to", "")
    if not value and "form_key" in asked:
        raise Refused(_("Choose the new client."))
    if not value:
        return Choice()
    to = person_named(value)
    refuse_client(ticket, to)
    offered = organisations_of(to) if to.pk else []
    organisation = next((row for row in offered if str(row.pk) == asked.get("organisation", "")), None)
    if organisation is None and "organisation" not in asked:
        organisation = next((row for row in offered if row.pk == ticket.organisation_id), None)
    organisation = organisation_for(to, organisation) if to.pk else None
    shows = exposure.of_changing(ticket, to, organisation, keep="keep" in asked)
    may = not shows.outside or exposure.may_cross(user, [ticket])
    return Choice(to, value, offered, organisation, shows, exposure.contents_of(ticket), may)


def person_named(value):
    """The person of an id, or a new one with this address, not saved yet. Raises Refused for neither."""
    found = User.objects.filter(pk=int(value)).exclude(email=SYSTEM_EMAIL).first() if queues.is_id(value) else None
    address = "" if found or queues.is_id(value) else new_address(value)
    if not found and not address:
        raise Refused(_("Choose one of the list."))
    return found or User(email=address)


def new_address(words):
    """The address somebody typed, if it is one and nobody has it; else ""."""
    address = User.objects.clean_email(words)[:ADDRESS_LIMIT]
    try:
        validate_email(address)
    except ValidationError:
        return ""
    taken = address == SYSTEM_EMAIL or addresses.is_ours(address) or User.objects.filter(email=address).exists()
    return "" if taken else address


def change(request, ticket, choice):
    sent = request.POST
    to = User.objects.guest_for(choice.to.email) if choice.is_new else choice.to
    with one_click() as click:
        actions.change_client(
            ticket,
            to=to,
            organisation=choice.organisation,
            keep="keep" in sent,
            across="across" in sent,
            expected=int(sent["was"]) if queues.is_id(sent.get("was", "")) else None,
            actor=request.user,
        )
    return done(request, ticket, click, _("%(person)s is the client now.") % {"person": to})

"""Clients as staff know them (S75, S76, S180): whose card somebody may open, what stands on it, how it is found."""

from urllib.parse import quote

from django.db.models import Q
from django.http import Http404

from accounts.models import Membership, Organisation, Service, User
from departments.policy import snapshot
from helpdesk_site.lib.paging import page_by_key

from .. import access
from ..conversation.around import MOST_EARLIER
from ..models import Ticket
from . import people

PAGE = 25  # tickets, or people found
MOST_MEMBERS = 100

COLUMNS = [
    "number", "subject", "department_id", "status_id", "category", "updated_at", "client__name", "client__email",
]  # fmt: skip


# --- Whose card -------------------------------------------------------------------------------------------------------


def client_for(viewer, pk):
    """The person with this id, if the viewer may open their card. Raises Http404 else."""
    return one_of(User.objects.filter(access.clients_seen(viewer)), pk)


def organisation_for(viewer, pk):
    """The organisation with this id, if the viewer may open its card. Raises Http404 else."""
    return one_of(Organisation.objects.filter(access.organisations_known(viewer)), pk)


def one_of(rows, pk):
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def found(viewer, words):
    """The first PAGE clients whose name, address or organisation holds these words, among those the viewer knows."""
    rows = User.objects.filter(people.named(words), access.clients_seen(viewer)).prefetch_related("organisations")
    return list(rows.order_by("name", "email")[: PAGE + 1])


# --- What stands on it ------------------------------------------------------------------------------------------------


def tickets_of(viewer, *, cursor="", **whose):
    """A page of the tickets of a `client` or an `organisation` that the viewer works on, the latest first."""
    rows = Ticket.objects.workable_by(viewer).listed().filter(**whose).values("id", *COLUMNS)
    return page_by_key(rows, order=["-updated_at"], cursor=cursor, size=PAGE)


def others_of(viewer, ticket, *, cursor=""):
    """The same of all tickets of a ticket's client and organisation, without itself (S160)."""
    theirs = Q(client=ticket.client_id)
    if ticket.organisation_id:
        theirs |= Q(organisation=ticket.organisation_id)
    rows = Ticket.objects.workable_by(viewer).listed().filter(theirs).exclude(pk=ticket.pk).values("id", *COLUMNS)
    return page_by_key(rows, order=["-updated_at"], cursor=cursor, size=PAGE)


def counted(viewer, **whose):
    """(how many tickets, how many of them open) the viewer works on, among the latest MOST_EARLIER + 1."""
    rows = Ticket.objects.workable_by(viewer).listed().filter(**whose).order_by("-updated_at", "-pk")
    found = list(rows.values_list("category", flat=True)[: MOST_EARLIER + 1])
    return len(found), sum(category != "closed" for category in found)


def billing_link(client):
    """Where the operator's own system shows this client, their invoices for example (S180); "" where none is set."""
    template = snapshot().portal.client_link
    return template.replace("{email}", quote(client.email, safe="")).replace("{id}", str(client.pk))


def services_of(client):
    """What the client and their organisations have ordered, in force first."""
    houses = Membership.objects.filter(user=client).values("organisation")
    rows = Service.objects.filter(Q(user=client) | Q(organisation__in=houses)).select_related("organisation")
    return list(rows.order_by("-is_active", "name")[:MOST_MEMBERS])


def memberships_of(client):
    return list(Membership.objects.filter(user=client).select_related("organisation").order_by("organisation__name"))


def members_of(organisation):
    """The memberships of an organisation: the client's contacts and sub-accounts (S180)."""
    rows = Membership.objects.filter(organisation=organisation).select_related("user")
    return list(rows.order_by("user__name", "user__email")[:MOST_MEMBERS])

"""What a merge or another client shows to whom, before anybody agrees to it (C12, S144, S164): who comes to read what,
and who no more."""

from dataclasses import dataclass, field

from django.contrib.auth import get_user_model

from accounts.models import Membership

from . import access, merged
from .models import Attachment, Message, Participant, Ticket


@dataclass(frozen=True)
class Exposure:
    """`gains` and `loses` are (person, tickets) in the order of names; `outside`: across clients or organisations."""

    gains: list = field(default_factory=list)
    loses: list = field(default_factory=list)
    outside: bool = False


def of_merging(tickets, into):
    """The Exposure of merging `tickets` (the survivor `into` among them). Three statements for all."""
    readers = readers_of(tickets)
    asked = {ticket.client_id for ticket in tickets}.union(*(taking_part(tickets)[ticket.pk] for ticket in tickets))
    after = readers[into.pk] | asked
    gains = {pk: [row for row in tickets if pk not in readers[row.pk]] for pk in after}
    before = set().union(*readers.values())
    loses = {pk: [row for row in tickets if pk in readers[row.pk]] for pk in before - after}
    people = get_user_model().objects.in_bulk([pk for pk, rows in {**gains, **loses}.items() if rows])
    return Exposure(named(gains, people), named(loses, people), is_outside(tickets, into))


def of_changing(ticket, to, organisation, *, keep=False):
    """The Exposure of giving a ticket to the client `to`, in the name of `organisation`, the former one taking part or
    not. It is outside where words of one client or organisation come to another; what we alone wrote, or somebody who
    has no account and no organisation, is nobody else's yet."""
    before = readers_of([ticket])[ticket.pk]
    after = readers_of([changed(ticket, to, organisation)])[ticket.pk] | ({ticket.client_id} if keep else set())
    people = get_user_model().objects.in_bulk(before ^ after)
    gains, loses = ({pk: [ticket] for pk in ids} for ids in (after - before, before - after))
    same_house = organisation is not None and organisation.pk == ticket.organisation_id
    return Exposure(named(gains, people), named(loses, people), not same_house and is_theirs(ticket))


def contents_of(ticket):
    """(how many public messages, how many files in them) whoever comes to read a ticket can read."""
    public = Message.objects.filter(ticket__in=merged.ids(ticket), is_note=False, deleted_at=None)
    return public.count(), Attachment.objects.filter(message__in=public.values("pk")).count()


def changed(ticket, to, organisation):
    return Ticket(pk=ticket.pk, client_id=to.pk, organisation_id=organisation and organisation.pk)


def is_theirs(ticket):
    """Whether somebody of the client's side wrote in it who has an account or an organisation."""
    if ticket.organisation_id is None and ticket.client.is_guest and not access.memberships_of(ticket.client):
        return False
    return Message.objects.filter(ticket__in=merged.ids(ticket), is_note=False, by_staff=False).exists()


def named(found, people):
    rows = [(people[pk], tickets) for pk, tickets in found.items() if tickets and pk in people]
    return sorted(rows, key=lambda row: (row[0].full_name, row[0].pk))


def is_outside(tickets, into):
    """Whether somebody outside the survivor's client and organisation would come to read it, or be read by it."""
    return any(apart(ticket, into) for ticket in tickets if ticket.pk != into.pk)


def apart(one, other):
    same_house = one.organisation_id is not None and one.organisation_id == other.organisation_id
    if one.client_id != other.client_id:
        return not same_house
    return None not in (one.organisation_id, other.organisation_id) and not same_house


def may_cross(user, tickets):
    """Whether `user` may merge these although they belong to others: where policy lets it, and leading everywhere."""
    return all(row.policy.merge_across and access.leads(user, row.department_id) for row in tickets)


def readers_of(tickets):
    """{ticket id: ids of the client's side who read it}: the sentence of access.own, the other way round."""
    joined = taking_part(tickets)
    houses = {row.organisation_id for row in tickets} - {None}
    members = {pk: set() for pk in houses}
    seen = Membership.objects.filter(organisation__in=houses, role__in=access.SEES_ALL) if houses else ()
    for row in seen:
        members[row.organisation_id].add(row.user_id)
    return {row.pk: {row.client_id} | joined[row.pk] | members.get(row.organisation_id, set()) for row in tickets}


def taking_part(tickets):
    found = {row.pk: set() for row in tickets}
    for ticket, user in Participant.objects.filter(ticket__in=tickets).values_list("ticket_id", "user_id"):
        found[ticket].add(user)
    return found

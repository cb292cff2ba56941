"""Every "who may" of the desk: the list question (a Q) and the door question (one ticket, or 404).

Both are answered from the same sentences (ARCHITECTURE, "Who sees what"); a test holds list and door against each other
for the whole cast. Views ask `abilities`, never who somebody is.
"""

from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.http import Http404

from accounts.models import SYSTEM_EMAIL, Membership
from departments.models import Policy, StaffPlace
from helpdesk_site.lib import tokens
from helpdesk_site.lib.prepared import Prepared, PreparedRows
from mail.models import IncomingMail

from . import found, merged
from .models import Participant, PendingReply, SavedView, Ticket

SEES_ALL = [Membership.Role.ALL, Membership.Role.ALL_REPLY, Membership.Role.ADMIN]
ANSWERS_ALL = [Membership.Role.ALL_REPLY, Membership.Role.ADMIN]


WITH = ("client", "assignee", "organisation", "service")  # what a ticket's page shows of it

places = Prepared(lambda user: StaffPlace.objects.filter(user=user).values("department_id", "role"))
memberships = PreparedRows(lambda user: Membership.objects.filter(user=user), having=("organisation",))

IN_TRASH = Q(hidden__in=[Ticket.Hidden.TRASH, Ticket.Hidden.GONE])  # for clients there are no such tickets (S155)

# --- The list question -----------------------------------------------------------------------------------------------


def visible(viewer):
    """A Q over tickets: what this viewer may see. Subqueries, never joins (PostgreSQL refuses DISTINCT with locks)."""
    if viewer.only_ticket:
        return Q(pk__in=RawSQL(merged.UP, [viewer.only_ticket])) & own(viewer.user)  # noqa: S611 - a value, never SQL
    user = viewer.user
    if user is None or not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.is_superuser:
        return Q()
    if user.is_staff:
        return Q(department_id__in=departments_of(user)) | own(user)
    return own(user)


def own(user):
    """A Q: the user's own tickets, the organisation's as the membership says, and those taken part in.

    One union of three indexed reads: an OR over subqueries would make PostgreSQL read every ticket.
    """
    mine = Ticket.objects.filter(client=user).values("pk")
    joined = Participant.objects.filter(user=user).values("ticket_id")
    theirs = Ticket.objects.filter(organisation_id__in=organisations_seen(user)).values("pk")
    return Q(pk__in=mine.union(joined, theirs, all=True)) & ~IN_TRASH


def departments_of(user):
    """Ids of the departments in which `user` has a place, read once per user object (S119)."""
    if not hasattr(user, "_department_places"):
        user._department_places = dict(places.rows(user.pk)) if user.is_staff else {}
    return list(user._department_places)


def workable(viewer):
    """A Q over tickets: those the viewer works on as staff, the list form of `works_on` (S119)."""
    user = viewer.user
    if not viewer.is_staff:
        return Q(pk__in=[])
    return Q() if user.is_superuser else Q(department_id__in=departments_of(user))


def leads(user, department_id):
    """Whether `user` leads that department; operators lead all."""
    departments_of(user)
    return user.is_superuser or user._department_places.get(department_id) == StaffPlace.Role.LEAD


def memberships_of(user):
    """The user's memberships by organisation id, read once per user object."""
    if not hasattr(user, "_memberships"):
        user._memberships = {row.organisation_id: row for row in memberships.models(user.pk)}
    return user._memberships


def organisations_seen(user):
    """Ids of the organisations all of whose tickets the user may see."""
    return [pk for pk, row in memberships_of(user).items() if row.role in SEES_ALL]


def organisations_listed(user):
    """Those organisations, for the switch above a list (S116)."""
    return [row.organisation for row in memberships_of(user).values() if row.role in SEES_ALL]


# --- The door question ------------------------------------------------------------------------------------------------


def ticket_for(viewer, number, *, to="see"):
    """The ticket with this number, if the viewer may do `to` with it.

    `to` is the name of an ability. Raises Http404 for no such ticket, out of sight, and not allowed alike (a stranger
    cannot tell them apart). A merged-away ticket is followed to its survivor, which is what the door then opens (S142).
    """
    return ticket_and_abilities(viewer, number, to=to)[0]


def ticket_and_abilities(viewer, number, *, to="see", having=WITH):
    """The ticket as by `ticket_for`, and what the viewer may do with it. `having`: what is read of it besides.

    One read by the number; `abilities` is the door's form of `visible`, and a test holds the two against each other.
    """
    clean = tokens.clean_number(number)
    ticket = found.by_number(clean, having) if clean else None
    if ticket is None:
        raise Http404
    if ticket.merged_into_id:
        ticket = merged.survivor(ticket, having)
    can = abilities(viewer, ticket)
    if not getattr(can, to):
        raise Http404
    return ticket, can


@dataclass(frozen=True)
class Abilities:
    """What one viewer may do with one ticket. Templates and forms ask these and nothing else."""

    see: bool = False
    reply: bool = False  # identity only: whether the state allows it is `reply_open`
    close: bool = False
    reopen: bool = False
    work: bool = False  # notes, status, assignee, priority, type, subject, flag: staff of its department
    lead: bool = False
    edit_messages: bool = False
    edit_notes: bool = False
    read_notes: bool = False
    confirm: bool = False  # say whether it was they who wrote it (S69)
    invite: bool = False  # let others take part, and take them off (S163)
    leave: bool = False  # take part no more
    rate: bool = False  # say how good a reply or the ticket's solution was (S171, C14)
    merge: bool = False  # join it with another one, and take that back (S139, S165)
    split: bool = False  # move messages to a ticket of their own (S158)
    trash: bool = False  # move the ticket to the trash (S133, S155)
    restore: bool = False  # take it out of the trash
    empty: bool = False  # delete it for good before its thirty days are over
    redact: bool = False  # take words out for good (C5)


def abilities(viewer, ticket):
    """The Abilities of `viewer` on `ticket`, or on where it lives on. Identity and policy only; state is checked by the
    action."""
    if ticket.merged_into_id:
        ticket = merged.survivor(ticket)
    user = viewer.user
    if viewer.only_ticket:
        mine = merged.is_part(ticket, viewer.only_ticket)
        can = _client(user, ticket) if mine else Abilities()
        return replace(can, confirm=can.see and may_confirm(user, ticket, by_pass=True))
    if user is None or not user.is_authenticated or not user.is_active:
        return Abilities()
    if works_on(user, ticket):
        return _staff(user, ticket)
    return _client(user, ticket)


def works_on(user, ticket):
    """Whether `user` is staff of the ticket's department."""
    return user.is_staff and (user.is_superuser or ticket.department_id in departments_of(user))


def _staff(user, ticket):
    history, lead = ticket.policy.history_policy, leads(user, ticket.department_id)
    deletes, lies_in_trash = history == Policy.History.REVISIONS, ticket.hidden == Ticket.Hidden.TRASH
    return Abilities(
        see=True,
        reply=True,
        close=True,
        reopen=True,
        work=True,
        lead=lead,
        edit_messages=history == Policy.History.REVISIONS,
        edit_notes=history in (Policy.History.REVISIONS, Policy.History.NOTES),
        read_notes=True,
        confirm=may_confirm(user, ticket),
        invite=True,
        merge=True,
        split=True,
        trash=deletes and not ticket.is_trashed,
        restore=lies_in_trash,
        empty=lies_in_trash and deletes and lead,
        redact=lead and ticket.hidden != Ticket.Hidden.GONE,
    )


def _client(user, ticket):
    return Abilities() if ticket.is_trashed else _of_client(user, ticket)


def knew(user, ticket):
    """Whether somebody could see a ticket of the trash before it lay there: their mail may follow it."""
    return works_on(user, ticket) or _of_client(user, ticket).see


def _of_client(user, ticket):
    if ticket.client_id == user.pk:
        close = may_close(ticket, author=True)
        rate = may_rate(ticket)
        return Abilities(see=True, reply=True, close=close, reopen=True, confirm=True, invite=True, rate=rate)
    membership = memberships_of(user).get(ticket.organisation_id) if ticket.organisation_id else None
    role = membership.role if membership else ""
    participant = next((row for row in participants_of(ticket) if row.user_id == user.pk), None)
    if not (participant or role in SEES_ALL):
        return Abilities()
    takes_part = bool(participant and participant.rights == Participant.Rights.REPLY)
    reply = role in ANSWERS_ALL or takes_part
    close = may_close(ticket, admin=role == Membership.Role.ADMIN, participant=takes_part)
    rate, leave = reply and may_rate(ticket), bool(participant)
    return Abilities(see=True, reply=reply, close=close, reopen=reply, invite=reply, leave=leave, rate=rate)


def participants_of(ticket):
    """Who takes part besides the client, read once per ticket object."""
    if not hasattr(ticket, "_participants"):
        ticket._participants = list(Participant.objects.filter(ticket=ticket).select_related("user").order_by("pk"))
    return ticket._participants


def may_close(ticket, *, author=False, admin=False, participant=False):
    """Whether a client in this relation may close the ticket, by policy (C8, S19, S113)."""
    policy = ticket.policy
    who = author or (admin and policy.admins_close) or (participant and policy.participants_close)
    if not who or policy.client_close == Policy.ClientClose.NEVER:
        return False
    return policy.client_close == Policy.ClientClose.ANY_TIME or ticket.first_reply_at is None


def may_rate(ticket):
    """Whether those who answer as clients are asked for ratings here at all (C14)."""
    return ticket.policy.rating_mode != Policy.Ratings.OFF


def held_reply(viewer, number, pk):
    """(ticket, reply) for the author of a reply that waits, wherever its ticket was moved since; None when it has gone.

    Raises Http404 for whoever neither works on the ticket nor wrote in it as staff.
    """
    clean, user = tokens.clean_number(number), viewer.user
    ticket = found.by_number(clean, WITH) if clean else None
    if ticket is None or not viewer.is_staff:
        raise Http404
    ticket = merged.survivor(ticket, WITH)
    row = PendingReply.objects.filter(ticket=ticket, pk=pk, author=user).first()
    if row is None and not works_on(user, ticket) and not ticket.messages.filter(author=user, by_staff=True).exists():
        raise Http404
    return ticket, row


# --- Mails in the import log ------------------------------------------------------------------------------------------


def mails_seen(viewer):
    """A Q over incoming mails: those of the departments the viewer works in, by `IncomingMail.desk`. What is nobody's,
    because it could not be read, is for those who lead; operators see all. A client sees none."""
    user = viewer.user
    if not viewer.is_staff:
        return Q(pk__in=[])
    if user.is_superuser:
        return Q()
    here = Q(desk__in=departments_of(user))
    return here | Q(desk=None) if leads_somewhere(user) else here


def leads_somewhere(user):
    """Whether `user` leads a department."""
    departments_of(user)
    return user.is_superuser or StaffPlace.Role.LEAD in user._department_places.values()


def may_write_replies(viewer, reply=None):
    """Whether the viewer may write predefined replies at the desk, or change this one: leads those of their departments
    alone, operators all."""
    user = viewer.user
    if not viewer.is_staff:
        return False
    if reply is None or user.is_superuser:
        return leads_somewhere(user)
    its = [row.pk for row in reply.departments.all()]
    return bool(its) and all(leads(user, pk) for pk in its)


def mail_for(viewer, pk):
    """The incoming mail with this id, if the viewer may see it. Raises Http404 else."""
    row = IncomingMail.objects.filter(mails_seen(viewer), pk=pk).select_related("mailbox", "decided_by").first()
    if row is None:
        raise Http404
    return row


def may_confirm(user, ticket, *, by_pass=False):
    """Whether somebody may say that they wrote a ticket, or did not: its client alone; by the link of a letter where
    policy asks for no sign-in (S69, C23)."""
    enough = not by_pass or ticket.policy.account_level != Policy.Level.PORTAL
    return bool(user) and ticket.client_id == user.pk and enough


# --- Departments a viewer may write to -------------------------------------------------------------------------------


def may_open_in(viewer, department):
    """Whether this viewer may open a ticket in the department by its link: public ones anybody (S121, S124)."""
    user = viewer.user
    signed_in = bool(user and user.is_authenticated and not viewer.only_ticket)
    return department.is_active and (department.is_public or signed_in)


def may_flag(ticket, user):
    """Whether a ticket may be flagged or assigned to `user`: somebody who works in its department."""
    return user.is_active and works_on(user, ticket)


# --- Clients and their organisations ----------------------------------------------------------------------------------


def clients_seen(viewer):
    """A Q over people: those whose card the viewer may open. Who have a ticket in a department the viewer works in;
    operators open everybody's. A client opens none, not even their own: staff's notes are on it."""
    user, people = viewer.user, ~Q(email=SYSTEM_EMAIL)
    if not viewer.is_staff:
        return Q(pk__in=[])
    if user.is_superuser:
        return people
    here = Ticket.objects.filter(client=OuterRef("pk"), department__in=departments_of(user))
    return people & Q(Exists(here))


def organisations_known(viewer):
    """The same over organisations."""
    user = viewer.user
    if not viewer.is_staff:
        return Q(pk__in=[])
    if user.is_superuser:
        return Q()
    return Q(Exists(Ticket.objects.filter(organisation=OuterRef("pk"), department__in=departments_of(user))))


# --- Saved views ------------------------------------------------------------------------------------------------------


def saved_views(viewer):
    """A Q over saved views: one's own, and those shared with a department one works in."""
    user = viewer.user
    if not viewer.is_staff:
        return Q(pk__in=[])
    shared = Q(department__isnull=False) if user.is_superuser else Q(department__in=departments_of(user))
    return Q(owner=user) | shared


def may_change_view(user, row):
    """Whether `user` may change a saved view for all who use it: its owner; of a shared one, who leads there."""
    return leads(user, row.department_id) if row.department_id else row.owner_id == user.pk


def view_for(viewer, pk, *, to="use"):
    """The saved view with this id, if the viewer may `to` "use" or "change" it. Raises Http404 else."""
    row = SavedView.objects.filter(saved_views(viewer), pk=pk).select_related("department").first()
    if row is None or (to == "change" and not may_change_view(viewer.user, row)):
        raise Http404
    return row

"""Who is told of an event, and why: the one place (ARCHITECTURE, "Events, notifications, outbox").

Each group of people is read by the sentence that also gives it sight (`access`), so nobody is told of what they may not
see: clients of the ticket by `access.own`, staff by `access.works_on`. A test holds the two against each other.
"""

from functools import cached_property

from django.contrib.auth import get_user_model
from django.db.models import Q

from accounts.models import Membership
from departments.models import StaffPlace

from .access import SEES_ALL
from .models import Flag, Notification, Participant, Verb

Reason = Notification.Reason


def recipients(event, circle):
    """{user: reason} of everybody to be told of `event`; `circle` is the Circle of its ticket.

    Nobody is told of their own act but by the receipt (S13); no inactive person, never the system, nobody without
    sight.
    """
    told = {}
    for reason, people in GROUPS.get(event.verb, nobody)(event, circle):
        for person in people:
            own_act = person.pk == event.actor_id and reason != Reason.RECEIPT
            if person.is_active and not person.is_system and not own_act:
                told.setdefault(person, reason)
    return told


class Circle:
    """The people around one ticket. Each group is one statement, read when an event first asks for it."""

    def __init__(self, ticket):
        self.ticket = ticket

    @cached_property
    def client(self):
        return [self.ticket.client]

    @cached_property
    def participants(self):
        """Those who take part and want mail (S163)."""
        rows = Participant.objects.filter(ticket=self.ticket, notify=True).select_related("user")
        return [row.user for row in rows]

    @cached_property
    def members(self):
        """Members of the client's organisation who see all its tickets and want to be told of them (S14, C12)."""
        if not self.ticket.organisation_id:
            return []
        rows = Membership.objects.filter(organisation=self.ticket.organisation_id, role__in=SEES_ALL, notify=True)
        return [row.user for row in rows.select_related("user")]

    @cached_property
    def notified_staff(self):
        """Staff with a place in the department who switched its notices on (S119, S126)."""
        rows = StaffPlace.objects.filter(department=self.ticket.department_id, notify=True, user__is_staff=True)
        return [row.user for row in rows.select_related("user")]

    @cached_property
    def assignee(self):
        """Who looks after the ticket, as long as they work in its department."""
        return self.staff([self.ticket.assignee_id])

    @cached_property
    def flagged(self):
        """Staff the ticket is flagged to (S166)."""
        return self.staff(Flag.objects.filter(ticket=self.ticket).values_list("user_id", flat=True))

    def staff(self, ids):
        """Those of `ids` who work in the ticket's department; operators work in all (S119)."""
        ids = [pk for pk in ids if pk]
        if not ids:
            return []
        here = StaffPlace.objects.filter(department=self.ticket.department_id).values("user_id")
        works = Q(is_superuser=True) | Q(pk__in=here)
        return list(get_user_model().objects.filter(works, is_staff=True, pk__in=ids))

    def still_sees(self, person, reason):
        """Whether somebody told for this reason has sight of it yet: asked again when a letter is written later."""
        groups = {Reason.PARTICIPANT: "participants", Reason.ORGANISATION: "members"}
        if reason in (Reason.CLIENT, Reason.RECEIPT):
            return person.is_active and person.pk == self.ticket.client_id
        if reason in groups:
            return person.is_active and person in getattr(self, groups[reason])
        return person.is_active and bool(self.staff([person.pk]))


# --- Who, by verb. Each gives (reason, people) in order: somebody in two groups is told by the first ------------------


def nobody(event, circle):
    return ()


def of_opening(event, circle):
    """The author's receipt, or the message itself when staff wrote first (S13, S168); the others get notice of it."""
    ticket = circle.ticket
    if event.actor_id != ticket.client_id:
        yield Reason.CLIENT, circle.client
    elif ticket.policy.opening_receipt or ticket.client.is_guest:  # C13; the pass is a guest's only way in (S7)
        yield Reason.RECEIPT, circle.client
    yield Reason.PARTICIPANT, circle.participants
    yield Reason.ORGANISATION, circle.members
    yield Reason.DEPARTMENT, circle.notified_staff


def of_reply(event, circle):
    """Our reply goes to the client's side; the client's goes to whoever looks after it, else to the department."""
    yield Reason.CLIENT, circle.client
    yield Reason.PARTICIPANT, circle.participants
    if event.message.by_staff:
        yield Reason.ORGANISATION, circle.members
    elif any(person.is_active for person in circle.assignee):
        yield Reason.ASSIGNEE, circle.assignee
    else:
        yield Reason.DEPARTMENT, circle.notified_staff


def of_note(event, circle):
    """Mentioned colleagues and those the ticket is flagged to; never anybody of the client's side (S161)."""
    yield Reason.MENTION, circle.staff(event.data.get("mentions", ()))
    yield Reason.FLAG, circle.flagged


def of_assignment(event, circle):
    yield Reason.ASSIGNEE, circle.staff([event.data["to"]])


def of_flag(event, circle):
    yield Reason.FLAG, circle.staff([event.data["to"]])


def of_closing(event, circle):
    """The client, unless the client closed it (S175)."""
    yield Reason.CLIENT, circle.client


def of_alert(event, circle):
    yield Reason.RULE, circle.staff(event.data["to"])


GROUPS = {
    Verb.OPENED: of_opening,
    Verb.REPLIED: of_reply,
    Verb.NOTED: of_note,
    Verb.ASSIGNED: of_assignment,
    Verb.FLAGGED: of_flag,
    Verb.CLOSED: of_closing,
    Verb.AUTO_CLOSED: of_closing,
    Verb.REMINDED: of_closing,
    Verb.ALERTED: of_alert,
}

"""Who is told of an event, and why: the one place (ARCHITECTURE, "Events, notifications, outbox").

Each group of people is read by the sentence that also gives it sight (`access`), so nobody is told of what they may not
see: clients of the ticket by `access.own`, staff by `access.works_on`. A test holds the two against each other.
"""

import json
from functools import cached_property
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import Q

from accounts.models import Membership, User
from departments.models import StaffPlace, Team
from departments.models.department import shown_unasked
from helpdesk_site.lib.prepared import Prepared, PreparedRows

from ..access import ANSWERS_ALL, SEES_ALL
from ..models import Flag, Notification, Participant, Snooze, Ticket, Verb, Watcher

Reason, Letters = Notification.Reason, User.Letters


class Ways(NamedTuple):
    """How somebody is told: by mail at once, under the bell, in the digest."""

    mail: bool
    bell: bool = False
    digest: bool = False


def recipients(event, circle):
    """{user: reason} of everybody to be told of `event` by mail; `circle` is the Circle of its ticket."""
    return {person: reason for person, reason, ways in told(event, circle) if ways.mail}


def told(event, circle):
    """[(user, reason, Ways)] of everybody to be told of `event` in some way.

    Nobody is told of their own act but by the receipt (S13); no inactive person, never the system, nobody without
    sight.
    """
    wanted = {}
    for reason, ids in GROUPS.get(event.verb, nobody)(event, circle):
        for pk in ids:
            if pk != event.actor_id or reason == Reason.RECEIPT:
                wanted.setdefault(pk, reason)
    people = circle.people(wanted)
    rows = ((people[pk], reason) for pk, reason in wanted.items() if may_be_told(people[pk], reason))
    rows = ((person, reason, circle.ways(person, event, reason)) for person, reason in rows)
    return [row for row in rows if any(row[2])]


def may_be_told(person, reason):
    """Whether letters reach this person; a place in a department is worth nothing to somebody who is no staff."""
    return person.is_active and not person.is_system and (person.is_staff or reason not in BY_PLACE)


def letter_of(event, reason):
    """Which of the letters one may do without this is (User.Letters, StaffPlace.Letters); "" for the others: an
    invitation, an answer one was chosen for, what a rule tells."""
    if reason in BY_PLACE:
        return OF_STAFF.get((event.verb, reason), "")
    if reason == Reason.RECEIPT:
        return Letters.RECEIPT
    if event.verb in (Verb.TOOK_IN, Verb.SPLIT):
        return ""
    what = "new_ticket" if event.verb == Verb.OPENED else "closing"
    if event.message and (event.message.by_staff or event.verb == Verb.REPLIED):
        what = "reply" if event.message.by_staff else "client_reply"
    letter = f"{reason}.{what}"
    return letter if letter in Letters.values else ""


BY_PLACE = {
    Reason.DEPARTMENT, Reason.ASSIGNEE, Reason.MENTION, Reason.FLAG, Reason.RULE, Reason.WATCHER, Reason.SNOOZER,
    Reason.TEAM, Reason.AUTHOR,
}  # fmt: skip


# What watchers are told of; a status that a reply brings along is told by the reply
WATCHED = (Verb.REPLIED, Verb.NOTED, Verb.STATUS, Verb.CLOSED, Verb.AUTO_CLOSED, Verb.REOPENED)
OF_STAFF = {
    (Verb.OPENED, Reason.DEPARTMENT): StaffPlace.Letters.NEW,
    (Verb.SPLIT, Reason.DEPARTMENT): StaffPlace.Letters.NEW,
    (Verb.REPLIED, Reason.DEPARTMENT): StaffPlace.Letters.REPLIES,
    (Verb.REPLIED, Reason.ASSIGNEE): StaffPlace.Letters.MINE,
    (Verb.NOTED, Reason.MENTION): StaffPlace.Letters.NOTES,
    (Verb.EDITED, Reason.MENTION): StaffPlace.Letters.NOTES,
    (Verb.NOTED, Reason.FLAG): StaffPlace.Letters.NOTES,
    (Verb.ASSIGNED, Reason.ASSIGNEE): StaffPlace.Letters.GIVEN,
    (Verb.FLAGGED, Reason.FLAG): StaffPlace.Letters.GIVEN,
    (Verb.TEAMED, Reason.TEAM): StaffPlace.Letters.GIVEN,
    (Verb.REPLIED, Reason.SNOOZER): StaffPlace.Letters.WOKEN,
    (Verb.WOKEN, Reason.SNOOZER): StaffPlace.Letters.WOKEN,
    (Verb.WOKEN, Reason.ASSIGNEE): StaffPlace.Letters.WOKEN,
    **{(verb, Reason.WATCHER): StaffPlace.Letters.WATCHED for verb in WATCHED},
}

READS = {Participant.Rights.READ.value, *(role.value for role in SEES_ALL if role not in ANSWERS_ALL)}

# Asked by every opening and every reply
switched_on = Prepared.of_sql(
    f"""
    SELECT '{Reason.PARTICIPANT.value}', user_id, rights FROM {Participant._meta.db_table}
    WHERE ticket_id = %s AND notify
    UNION ALL
    SELECT '{Reason.ORGANISATION.value}', user_id, role FROM {Membership._meta.db_table}
    WHERE organisation_id = %s AND notify AND role IN ({", ".join(f"'{role.value}'" for role in SEES_ALL)})
    UNION ALL
    SELECT CASE WHEN notify THEN '{Reason.DEPARTMENT.value}' ELSE '' END, user_id,
      '[' || CAST(unwanted AS text) || ',' || CAST(shown AS text) || ',' || CAST(gathered AS text) || ']'
    FROM {StaffPlace._meta.db_table} WHERE department_id = %s AND (notify OR CAST(unwanted AS text) <> '[]'
      OR CAST(shown AS text) <> '{json.dumps(shown_unasked())}' OR CAST(gathered AS text) <> '[]')
    UNION ALL
    SELECT '{Reason.WATCHER.value}', user_id, '' FROM {Watcher._meta.db_table} WHERE ticket_id = %s
    """,  # noqa: S608 - names and codes of our own
    slots=(int, int, int, int),
)


def working(ids, department):
    """Those of `ids` who are active staff and work in this department; operators work in all (S119)."""
    here = StaffPlace.objects.filter(department=department).values("user_id")
    works = Q(is_superuser=True) | Q(pk__in=here)
    return get_user_model().objects.filter(works, pk__in=ids, is_staff=True, is_active=True)


one_working = PreparedRows(lambda pk, department: working([pk], department), slots=(int, int))
FEW = 8
a_few = PreparedRows(lambda *pks: User.objects.filter(pk__in=pks), slots=(int,) * FEW)


def read(ids):
    """The people of these ids, one or more."""
    if len(ids) > FEW:
        return User.objects.filter(pk__in=ids)
    return a_few.models(*ids, *[ids[-1]] * (FEW - len(ids)))


class Wishes(NamedTuple):
    """What a member of staff wants in one department: the switch, and letters as in StaffPlace."""

    notify: bool
    unwanted: list
    shown: list
    gathered: list

    @property
    def of_all(self):
        """Whether they are told, in some way, of what comes to the department and to nobody in it."""
        return self.notify or bool(OF_ALL & {*self.shown, *self.gathered})


UNASKED = Wishes(notify=False, unwanted=[], shown=shown_unasked(), gathered=[])
OF_ALL = {StaffPlace.Letters.NEW, StaffPlace.Letters.REPLIES}


class Circle:
    """The people around one ticket, by id: two statements for all of them, a third where single staff are named."""

    def __init__(self, ticket):
        self.ticket = ticket
        self.readers = set()  # (id, reason) of those who may read it and not write
        self._wishes = {}
        self.known = {ticket.client_id: ticket.client} if "client" in ticket._state.fields_cache else {}

    @cached_property
    def switched_on(self):
        """{reason: ids} of those who want mail of this ticket by a switch, in one statement: people who take part
        (S163), members who see all of their organisation's tickets (S14, C12), staff of the department (S119, S126)."""
        ticket, found = self.ticket, {reason: [] for reason in Reason}
        here = ticket.pk, ticket.organisation_id or 0, ticket.department_id, ticket.pk
        for reason, pk, more in switched_on.rows(*here):
            if more.startswith("["):
                self._wishes[pk] = wishes = Wishes(bool(reason), *json.loads(more))
                reason = Reason.DEPARTMENT if wishes.of_all else ""
            if reason:
                found[Reason(reason)].append(pk)
            if more in READS:
                self.readers.add((pk, reason))
        return found

    @property
    def wishes(self):
        """{id: the Wishes of this member of staff in the department}, of those who have any."""
        return self.switched_on and self._wishes

    def ways(self, person, event, reason):
        """How this person is told: as their profile says, or a click in a letter (S126)."""
        letter = letter_of(event, reason)
        if reason not in BY_PLACE:
            unwanted = letter in person.unwanted and not (person.is_guest and letter == Letters.RECEIPT)
            return Ways(mail=not unwanted)
        if not letter:
            return Ways(mail=True, bell=True)
        wishes = self.wishes.get(person.pk, UNASKED)
        mail = letter not in wishes.unwanted and (wishes.notify or reason != Reason.DEPARTMENT)
        return Ways(mail, letter in wishes.shown, letter in wishes.gathered)

    @cached_property
    def watchers(self):
        """Staff who watch the ticket and still work in its department."""
        return self.staff(self.switched_on[Reason.WATCHER])

    @cached_property
    def flagged(self):
        """Staff the ticket is flagged to (S166)."""
        return self.staff(Flag.objects.filter(ticket=self.ticket).values_list("user_id", flat=True))

    def contacts(self, ids):
        """Those of `ids` who are members of the client's organisation with sight of all its tickets (S169, C12)."""
        members = Membership.objects.filter(organisation=self.ticket.organisation_id, role__in=SEES_ALL)
        return list(members.filter(user__in=ids).values_list("user_id", flat=True))

    def staff(self, ids):
        """Those of `ids` who work in the ticket's department."""
        ids, department = [pk for pk in ids if pk], self.ticket.department_id
        if not ids:
            return []
        found = one_working.models(ids[0], department) if len(ids) == 1 else working(ids, department)
        self.known |= {person.pk: person for person in found}
        return [person.pk for person in found]

    def people(self, ids):
        """{id: User} of these ids; who is known already is not read again."""
        missing = [pk for pk in ids if pk not in self.known]
        if missing:
            self.known |= {person.pk: person for person in read(missing)}
        return self.known

    def still_sees(self, person, reason):
        """Whether somebody told for this reason has sight of it yet: asked again when a letter is written later."""
        if not may_be_told(person, reason):
            return False
        if reason in (Reason.CLIENT, Reason.RECEIPT):
            return person.pk == self.ticket.client_id
        if reason in (Reason.PARTICIPANT, Reason.ORGANISATION):
            return person.pk in self.switched_on[reason]
        if reason == Reason.WATCHER:
            return person.pk in self.watchers
        if reason == Reason.CONTACT:
            return person.pk in self.contacts([person.pk])
        return bool(self.staff([person.pk]))


# --- Who, by verb. Each gives (reason, ids) in order: somebody in two groups is told by the first ------------------


def nobody(event, circle):
    return ()


def of_opening(event, circle):
    """The author's receipt, or the message itself when staff wrote first (S13, S168); the others get notice of it."""
    ticket = circle.ticket
    by_us = event.actor_id != ticket.client_id
    if by_us and "quiet" in event.data:  # of a call: the client knows of it
        yield Reason.DEPARTMENT, circle.switched_on[Reason.DEPARTMENT]
        return
    if by_us:
        yield Reason.CLIENT, [circle.ticket.client_id]
    elif "quiet" not in event.data and (ticket.policy.opening_receipt or ticket.client.is_guest):
        yield Reason.RECEIPT, [circle.ticket.client_id]  # C13; the pass is a guest's only way in (S7)
    if ticket.channel != Ticket.Channel.EMAIL:  # those in Cc have the mail itself
        yield Reason.PARTICIPANT, circle.switched_on[Reason.PARTICIPANT]
    if "unproven" not in event.data:
        yield Reason.ORGANISATION, circle.switched_on[Reason.ORGANISATION]
    yield Reason.DEPARTMENT, circle.switched_on[Reason.DEPARTMENT]


def of_reply(event, circle):
    """Our reply goes to the client's side, to the contacts we chose in the client's place (S169); the client's goes to
    whoever looks after it, else to the department, and whose snooze it ended. Those who watch are told of both. What
    comes to a ticket in spam is told to nobody."""
    if "quiet" in event.data:
        return
    yield from clients_side(event, circle)
    if event.message.by_staff:
        yield Reason.ORGANISATION, circle.switched_on[Reason.ORGANISATION]
    elif assignee := circle.staff([circle.ticket.assignee_id]):
        yield Reason.ASSIGNEE, assignee
    else:
        yield Reason.DEPARTMENT, circle.switched_on[Reason.DEPARTMENT]
    yield Reason.SNOOZER, circle.staff([event.data.get("woke")])
    yield Reason.WATCHER, circle.watchers


def clients_side(event, circle):
    """Its client, or the contacts chosen in the client's place, and who takes part."""
    client, chosen = circle.ticket.client_id, event.data.get("to") or [circle.ticket.client_id]
    yield Reason.CLIENT, [client] if client in chosen else []
    if contacts := [pk for pk in chosen if pk != client]:
        yield Reason.CONTACT, circle.contacts(contacts)
    yield Reason.PARTICIPANT, circle.switched_on[Reason.PARTICIPANT]


def of_edit(event, circle):
    """A corrected reply goes to its readers where its author asked for that; a note, to colleagues it calls now."""
    if event.data.get("mailed"):
        yield from clients_side(event, circle)
        yield Reason.ORGANISATION, circle.switched_on[Reason.ORGANISATION]
    yield Reason.MENTION, circle.staff(event.data.get("mentions", ()))


def of_note(event, circle):
    """Mentioned colleagues, those the ticket is flagged to and who watch it; never the client's side (S161)."""
    yield Reason.MENTION, circle.staff(event.data.get("mentions", ()))
    yield Reason.FLAG, circle.flagged
    yield Reason.WATCHER, circle.watchers


def of_assignment(event, circle):
    yield Reason.ASSIGNEE, circle.staff([event.data["to"]])


def of_team(event, circle):
    """The members of the team it was given to (S201)."""
    members = Team.members.through.objects.filter(team=event.data["to"]).values_list("user_id", flat=True)
    yield Reason.TEAM, circle.staff(members) if event.data["to"] else []


def of_flag(event, circle):
    yield Reason.FLAG, circle.staff([event.data["to"]])


def of_closing(event, circle):
    """The client, unless the client closed it (S175), and who watches it."""
    yield Reason.CLIENT, [circle.ticket.client_id]
    if event.verb in WATCHED:
        yield Reason.WATCHER, circle.watchers


def of_change(event, circle):
    yield Reason.WATCHER, circle.watchers


def of_waking(event, circle):
    """Whoever looks after it and whoever snoozed it, when its time has come; a client's message tells of itself."""
    if event.data.get("why") == Snooze.Ended.TIME:
        yield Reason.ASSIGNEE, circle.staff([circle.ticket.assignee_id])
        yield Reason.SNOOZER, circle.staff([event.data.get("by")])


def of_calling_off(event, circle):
    """Whoever wrote the reply that was not sent, as far as they work there."""
    yield Reason.AUTHOR, circle.staff([event.data["author"]])


def of_alert(event, circle):
    yield Reason.RULE, circle.staff(event.data["to"])


def of_joining(event, circle):
    """Somebody new is told how to come in (S163); other rights of somebody who is there already are no news."""
    if "from" not in event.data and "quiet" not in event.data:
        yield Reason.PARTICIPANT, [pk for pk in circle.switched_on[Reason.PARTICIPANT] if pk == event.data["to"]]


def of_merging(event, circle):
    """The clients of the merged tickets, where the one who merged them wanted it."""
    wanted = event.data["tell"]
    yield Reason.CLIENT, [pk for pk in wanted if pk == circle.ticket.client_id]
    yield Reason.PARTICIPANT, [pk for pk in circle.switched_on[Reason.PARTICIPANT] if pk in wanted]


def of_splitting(event, circle):
    """Of the new ticket: its client, where wanted, and the department it came to. The old one's know nothing new."""
    if "from" in event.data:
        yield Reason.CLIENT, event.data["tell"]
        yield Reason.DEPARTMENT, circle.switched_on[Reason.DEPARTMENT]


GROUPS = {
    Verb.OPENED: of_opening,
    Verb.REPLIED: of_reply,
    Verb.NOTED: of_note,
    Verb.EDITED: of_edit,
    Verb.ASSIGNED: of_assignment,
    Verb.TEAMED: of_team,
    Verb.FLAGGED: of_flag,
    Verb.CLOSED: of_closing,
    Verb.AUTO_CLOSED: of_closing,
    Verb.REMINDED: of_closing,
    Verb.STATUS: of_change,
    Verb.REOPENED: of_change,
    Verb.WOKEN: of_waking,
    Verb.UNSCHEDULED: of_calling_off,
    Verb.ALERTED: of_alert,
    Verb.JOINED: of_joining,
    Verb.TOOK_IN: of_merging,
    Verb.SPLIT: of_splitting,
}

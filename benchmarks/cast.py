"""Who takes part: people and tickets picked from a filled database, signed in by rows in its session table."""

import time
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count, F
from django.utils import timezone

from accounts.models import Membership, User
from accounts.sessions import SEEN_AT, SIGNED_IN_AT
from departments.models import Department, StaffPlace
from tickets.models import Participant, Presence, Ticket

CSRF = "b" * 32
LOOKED_AT = 20  # tickets a page of one ticket takes turns with
MANY = 200  # messages of the long ticket, or as near as there is one
MANY_TICKETS = 25
MANY_PRESENT = 40
FURTHER = 5  # people told besides the first, where that is measured


class Cast:
    """An agent of two departments, an operator who sees all, an organisation's administrator, and their tickets."""

    def __init__(self):
        self.cookies = {}
        self.agent = User.objects.get(email="agent-7@example.com")
        self.departments = list(StaffPlace.objects.filter(user=self.agent).values_list("department_id", flat=True))
        self.operator = operator()
        theirs = Ticket.objects.filter(department__in=self.departments)
        self.short = list(theirs.filter(last_number=4).order_by("-updated_at")[:LOOKED_AT])
        self.long = long_ticket(theirs)
        self.client = client_with_many()
        others = User.objects.filter(email__endswith="@example.net").exclude(pk=self.client.pk)
        self.openers = list(others.order_by("-pk")[:LOOKED_AT])  # not the one whose list is measured
        own = Ticket.objects.filter(client=self.client, last_number__range=(3, 5))
        self.own = list(own.order_by("-updated_at", "-pk")[:3])
        self.quiet, self.loud = Department.objects.filter(slug__in=["queue-1", "queue-2"]).order_by("slug")
        self.answered = open_tickets(self.departments, 120)
        self.followed = self.answered[len(self.answered) // 2 :]
        del self.answered[len(self.answered) // 2 :]
        self.accompanied = accompanied(self.agent)

    def __enter__(self):
        """Let FURTHER people be told: staff of the loud department, and participants of the followed tickets."""
        self.told = list(StaffPlace.objects.filter(department=self.loud).order_by("pk")[:FURTHER])
        StaffPlace.objects.filter(pk__in=[row.pk for row in self.told]).update(notify=True)
        taken = {self.client.pk, *(ticket.client_id for ticket in self.followed)}
        people = User.objects.filter(is_staff=False, is_active=True, email__endswith="@example.net")
        people = list(people.exclude(pk__in=taken).order_by("pk")[:FURTHER])
        self.joined = [Participant(ticket=ticket, user=person) for ticket in self.followed for person in people]
        Participant.objects.bulk_create(self.joined)
        self.present = present(self.accompanied)
        return self

    def __exit__(self, *_error):
        StaffPlace.objects.filter(pk__in=[row.pk for row in self.told]).update(notify=False)
        Participant.objects.filter(pk__in=[row.pk for row in self.joined]).delete()
        Presence.objects.filter(pk__in=[row.pk for row in self.present]).delete()

    def cookie(self, who, backend=settings.AUTHENTICATION_BACKENDS[0]):
        """The cookies of somebody's browser, signed in. The backend is what reads the person on each page."""
        if (who.pk, backend) not in self.cookies:
            session, csrf = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
            self.cookies[who.pk, backend] = f"{session}={session_of(who, backend)}; {csrf}={CSRF}"
        return self.cookies[who.pk, backend]


def operator():
    """Somebody who sees every department."""
    email = "operator-of-benchmarks@example.com"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_superuser(email, None, name="Olivia Operator")


def accompanied(agent):
    """Another agent of two departments; the others are in the tickets this one has before their eyes."""
    crowded = StaffPlace.objects.values("user").annotate(number=Count("pk")).filter(number=2).values("user")
    people = User.objects.filter(pk__in=crowded, email__startswith="agent-", is_active=True).exclude(pk=agent.pk)
    here = agent.places.values("department")
    return people.exclude(places__department__in=here).order_by("pk").first()


def present(somebody):
    """The rows of MANY_PRESENT colleagues who look at the tickets that stand first in this person's queue. They are
    dated ahead, so that they stay while the pages are measured."""
    mine = StaffPlace.objects.filter(user=somebody).values("department")
    first = Ticket.objects.filter(department__in=mine, awaiting=True, merged_into=None).order_by("queue_at", "pk")
    people = User.objects.filter(is_staff=True, email__startswith="agent-").exclude(pk=somebody.pk).order_by("pk")
    later = timezone.now() + timedelta(hours=3)
    modes = Presence.Mode.VIEWING, Presence.Mode.WRITING
    rows = [
        Presence(
            ticket=ticket, department_id=ticket.department_id, user=person, mode=modes[at % 5 == 0], at=later
        )
        for at, (ticket, person) in enumerate(zip(first[:MANY_PRESENT], people[:MANY_PRESENT], strict=False))
    ]
    Presence.objects.filter(user__in=[row.user_id for row in rows]).delete()
    return Presence.objects.bulk_create(rows)


def long_ticket(tickets):
    """The ticket nearest to MANY messages, from below."""
    return tickets.filter(last_number__lte=MANY).order_by("-last_number").first()


def client_with_many():
    """An administrator of an organisation with about as many tickets as a client has in three years at most."""
    some = list(Membership.objects.filter(role="admin").order_by("pk").values_list("user_id", flat=True)[:300])
    most = User.objects.filter(pk__in=some).annotate(number=Count("tickets")).filter(number__lte=MANY_TICKETS)
    return most.order_by("-number", "pk").first()


def open_tickets(departments, count):
    """Open tickets somebody looks after who works there, nobody else taking part: replies to them tell one person."""
    rows = Ticket.objects.filter(department__in=departments, assignee__isnull=False, merged_into=None)
    rows = rows.exclude(category="closed").filter(last_number__lte=80, participants=None)
    rows = rows.filter(assignee__places__department=F("department"))
    return list(rows.select_related("client", "assignee").order_by("pk")[:count])


def session_of(user, backend):
    """The key of a fresh session in which this person is signed in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())
    session.create()
    return session.session_key

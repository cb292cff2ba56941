"""The demo's team, with a ticket nobody of it has taken yet, and tickets made of a call and of a meeting."""

from datetime import timedelta

from django.utils import timezone

from departments.models import PredefinedReply, Team
from departments.policy import forget, snapshot
from tickets import actions
from tickets.colleagues import TEAM as TEAM_CODE
from tickets.models import Talk, Ticket
from tickets.writing import write

from .replies import HANDED_ON

TEAM = {"": "Server crew", "fr": "Équipe serveurs", "ru": "Серверная группа", "pt-br": "Equipe de servidores"}


def make_team(people, department):
    """A team of the department, which looks after one of its tickets and is given others by a predefined reply."""
    words = {"name": {code: name for code, name in TEAM.items() if code}}
    team = Team.objects.create(name=TEAM[""], department=department, words=words)
    team.members.add(people["sam"], people["lena"])
    PredefinedReply.objects.filter(name=HANDED_ON).update(assign=f"{TEAM_CODE}{team.pk}")
    forget()
    free = Ticket.objects.open().filter(department=department, assignee=None).order_by("pk").first()
    if free:
        actions.give_to_team(free, team=team, actor=people["lena"])


def note_talks(people, department):
    """A call that was noted, and a meeting that is still to be."""
    sam, now = people["sam"], timezone.now()
    note(
        sam, department, people["carl"], "phone", "How long backups are kept",
        "You asked how long we keep backups: thirty days, and a copy of each month for a year.",
        at=now - timedelta(hours=5), minutes=7, phone="+44 20 7946 0102",
    )  # fmt: skip
    note(
        sam, department, people["anna"], "conference", "Plan for the second shop",
        "We go through the plan for the second shop: domain, mailboxes, and when it moves.",
        at=now + timedelta(days=1), minutes=45, state=Talk.State.PENDING, link="https://meet.example.com/second-shop",
        pass_code="482 913",
    )  # fmt: skip


def note(author, department, client, channel, subject, text, **talk):
    return actions.open_ticket(
        department, client=client, author=author, assignee=author, subject=subject, written=write(text),
        channel=channel, talk=talk, quiet=True, status=snapshot().statuses_by_code["answered"],
    )  # fmt: skip

"""What the demo's staff spent their time on, and what of it is billed (S152)."""

from decimal import Decimal

from departments.models import Activity
from departments.policy import forget
from tickets import actions
from tickets.models import TimeEntry

ACTIVITIES = [  # name, in fr, ru, pt-br, billable, price of an hour
    ("Answering", "Réponse", "Ответ", "Resposta", False, None),
    ("Work on the server", "Travaux sur le serveur", "Работы на сервере", "Trabalho no servidor", True, Decimal(72)),
    ("Restoring a backup", "Restauration", "Восстановление", "Restauração", True, Decimal(48)),
]
NEXT = TimeEntry.Invoicing.NEXT


def make_activities():
    """What time is spent on, as the operator offers it."""
    for position, (name, fr, ru, pt, is_billable, hourly) in enumerate(ACTIVITIES):
        words = {"name": {"fr": fr, "ru": ru, "pt-br": pt}}
        Activity.objects.create(name=name, words=words, is_billable=is_billable, hourly=hourly, position=position)
    forget()


def spend(ticket, person, message):
    """Log the time of a reply with it: most of it answering, now and then work that is billed."""
    answering, server, restoring = Activity.objects.order_by("position")
    if "backup" in message.body.lower():
        actions.log_time(
            ticket, user=person, message=message, minutes=40, activity=restoring, is_billable=True, invoicing=NEXT,
            text="Backup of last night",
        )  # fmt: skip
    elif message.number % 4 == 0:
        actions.log_time(
            ticket, user=person, message=message, minutes=25, activity=server, is_billable=True, invoicing=NEXT,
        )  # fmt: skip
    elif message.pk % 5:
        minutes = 4 + (len(message.body) + message.pk * 7) % 23
        actions.log_time(ticket, user=person, message=message, minutes=minutes, activity=answering)

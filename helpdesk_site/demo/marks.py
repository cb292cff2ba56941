"""What hangs on the demo's tickets: tags, a checklist half done, one that is snoozed, one that is watched."""

from datetime import timedelta

from django.utils import timezone

from departments.models import ChecklistTemplate, Department
from departments.policy import forget
from tickets import actions
from tickets.models import CheckPoint, Tag, Ticket

TAGS = {  # beginning of a subject: its tags
    "Shop returns 502": "php, 502",
    "Move 14 mailboxes": "migration, mail",
    "WordPress update failed": "wordpress",
    "All sites on web-04": "web-04, outage",
    "Mail goes to spam": "mail",
    "Checkout webhook": "api",
    "SFTP access": "access",
    "Restore yesterday": "backup",
}
TONES = {"outage": "red", "migration": "violet", "api": "teal"}
MOVE = {  # language: name, points
    "": ("Move to another server", [
        "Back up", "Copy files and databases", "Test on the new server", "Switch the DNS", "Ask the client to test",
    ]),
    "fr": ("Changement de serveur", [
        "Sauvegarder", "Copier fichiers et bases", "Tester sur le nouveau serveur", "Basculer le DNS",
        "Demander au client de tester",
    ]),
    "ru": ("Перенос на другой сервер", [
        "Сделать копию", "Перенести файлы и базы", "Проверить на новом сервере", "Переключить DNS",
        "Попросить клиента проверить",
    ]),
    "pt-br": ("Mudança de servidor", [
        "Fazer backup", "Copiar arquivos e bancos", "Testar no novo servidor", "Trocar o DNS",
        "Pedir ao cliente que teste",
    ]),
}  # fmt: skip


def hang_marks(people):
    """Hang them on tickets that are there, by the people they are hung by."""
    sam, lena = people["sam"], people["lena"]
    for beginning, names in TAGS.items():
        for ticket in Ticket.objects.filter(subject__startswith=beginning):
            actions.tag(ticket, on=actions.tags_named(names), actor=sam)
    for name, tone in TONES.items():
        Tag.objects.filter(key=name).update(tone=tone)
    moved = open_one("Move 14 mailboxes")
    actions.put_list(moved, template=make_list(), actor=sam)
    for point in CheckPoint.objects.filter(ticket=moved)[:2]:
        actions.tick(point, actor=sam)
    actions.watch(moved, user=lena)
    until = timezone.now() + timedelta(days=2)
    actions.snooze(open_one("SFTP access"), until=until, note="The agency’s new key comes on Tuesday", actor=sam)


def make_list():
    """The department's list, in four languages."""
    name, points = MOVE[""]
    words = {
        "name": {code: row[0] for code, row in MOVE.items() if code},
        "points": {code: "\n".join(row[1]) for code, row in MOVE.items() if code},
    }
    row = ChecklistTemplate.objects.create(name=name, points="\n".join(points), words=words)
    row.departments.add(Department.objects.get(slug="support"))
    forget()
    return row


def open_one(beginning):
    return Ticket.objects.open().filter(subject__startswith=beginning).earliest("pk")

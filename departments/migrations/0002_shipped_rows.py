"""The statuses, priorities and types of a fresh portal. The words are frozen here; later changes are the operator's."""
from django.db import migrations

STATUSES = [
    ("open", "Open", "new", {"awaiting_reply": True}, {"fr": "Ouvert", "ru": "Открыто", "pt-br": "Aberto"}),
    ("customer-reply", "Customer-reply", "waits_staff", {"awaiting_reply": True},
     {"fr": "Réponse du client", "ru": "Ответ клиента", "pt-br": "Resposta do cliente"}),
    ("on-hold", "On hold", "waits_staff", {"awaiting_reply": True},
     {"fr": "En file d’attente", "ru": "В очереди", "pt-br": "Na fila"}),
    ("in-progress", "In progress", "in_progress", {}, {"fr": "En cours", "ru": "В работе", "pt-br": "Em andamento"}),
    ("answered", "Answered", "waits_client", {"auto_close": True, "pauses_clock": True},
     {"fr": "Répondu", "ru": "Отвечено", "pt-br": "Respondido"}),
    ("closed", "Closed", "closed", {"pauses_clock": True}, {"fr": "Fermé", "ru": "Закрыто", "pt-br": "Fechado"}),
]
PRIORITIES = [
    ("low", "Low", 10, {"fr": "Basse", "ru": "Низкий", "pt-br": "Baixa"}),
    ("medium", "Medium", 20, {"fr": "Moyenne", "ru": "Средний", "pt-br": "Média"}),
    ("high", "High", 30, {"fr": "Haute", "ru": "Высокий", "pt-br": "Alta"}),
    ("critical", "Critical", 40, {"fr": "Critique", "ru": "Критический", "pt-br": "Crítica"}),
]
TYPES = [
    ("consultation", "Question", {"fr": "Question", "ru": "Консультация", "pt-br": "Pergunta"}),
    ("wish", "Wish", {"fr": "Souhait", "ru": "Пожелание", "pt-br": "Sugestão"}),
    ("error", "Error", {"fr": "Erreur", "ru": "Ошибка", "pt-br": "Erro"}),
]


def write(apps, schema_editor):
    Status = apps.get_model("departments", "Status")
    Priority = apps.get_model("departments", "Priority")
    TicketType = apps.get_model("departments", "TicketType")
    for position, (code, name, category, flags, words) in enumerate(STATUSES, 1):
        row = {"name": name, "category": category, "position": position * 10, "words": {"name": words}, **flags}
        Status.objects.get_or_create(code=code, defaults=row)
    for code, name, level, words in PRIORITIES:
        row = {"name": name, "level": level, "words": {"name": words}}
        row |= {"is_default": code == "medium", "for_clients": code != "critical"}
        Priority.objects.get_or_create(code=code, defaults=row)
    for position, (code, name, words) in enumerate(TYPES, 1):
        TicketType.objects.get_or_create(
            code=code, defaults={"name": name, "position": position * 10, "words": {"name": words}}
        )


class Migration(migrations.Migration):
    dependencies = [("departments", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]

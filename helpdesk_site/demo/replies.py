"""What the demo's staff need not write twice: predefined replies in four languages, and their signatures; what they
have written for later."""

from datetime import timedelta

from django.utils import timezone

from departments.models import (
    Department,
    PredefinedReply,
    PredefinedText,
    PredefinedUse,
    Priority,
    ReplyCategory,
    Signature,
    Status,
)
from departments.policy import forget
from tickets import actions
from tickets.composing import drafts
from tickets.models import Draft, Message, Ticket
from tickets.writing import write

# key: (name in English, in fr, ru, pt-br, the drawer it lies in)
DRAWERS = {
    "hosting": ("Web hosting", "Hébergement web", "Хостинг", "Hospedagem", ""),
    "php": ("PHP versions and limits", "Versions et limites PHP", "Версии и лимиты PHP", "Versões e limites do PHP",
            "hosting"),
    "backups": ("Backups and restores", "Sauvegardes et restaurations", "Резервные копии", "Backups e restaurações",
                "hosting"),
    "money": ("Invoices and payments", "Factures et paiements", "Счета и платежи", "Faturas e pagamentos", ""),
    "all": ("For every department", "Pour tous les services", "Для всех отделов", "Para todos os departamentos", ""),
}  # fmt: skip

HANDED_ON = "Handed to the server crew"  # the team comes later (talks.make_team)
REPLIES = [
    {
        "name": "Fault fixed, please test", "drawer": "hosting", "in": ["support"], "uses": 48,
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nthe fault is fixed. Please try again and tell us if you still see it.",
            "fr": "Bonjour [FIRSTNAME],\n\nla panne est corrigée. Réessayez, et dites-nous si vous la voyez encore.",
            "ru": "[FIRSTNAME], здравствуйте!\n\nМы устранили неполадку. Проверьте, пожалуйста, и напишите, если она"
                  " осталась.",
            "pt-br": "Olá [FIRSTNAME],\n\na falha foi corrigida. Tente de novo e avise se ainda a vir.",
        },
    },
    {
        "name": "Asked to reproduce with cache off", "drawer": "hosting", "in": ["support"], "uses": 31,
        "also": {"tags": ["cache"]},
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nto rule out the cache, please turn it off and repeat the step:\n\n"
                  "1. Open the control panel, then **Cache**.\n2. Choose *Off for one hour*.\n3. Repeat what went"
                  " wrong, and tell us the time to the minute.",
            "fr": "Bonjour [FIRSTNAME],\n\npour exclure le cache, désactivez-le et recommencez :\n\n"
                  "1. Ouvrez le panneau, puis **Cache**.\n2. Choisissez *Désactivé pendant une heure*.\n3. Refaites"
                  " l’étape, et dites-nous l’heure à la minute près.",
            "ru": "[FIRSTNAME], здравствуйте!\n\nЧтобы исключить кэш, отключите его и повторите шаги:\n\n"
                  "1. Откройте панель управления, затем **Кэш**.\n2. Выберите *Выключить на час*.\n3. Повторите"
                  " действие и напишите время с точностью до минуты.",
            "pt-br": "Olá [FIRSTNAME],\n\npara descartar o cache, desligue-o e repita o passo:\n\n"
                     "1. Abra o painel e depois **Cache**.\n2. Escolha *Desligado por uma hora*.\n3. Repita o que"
                     " falhou e diga a hora exata, com os minutos.",
        },
    },
    {
        "name": "PHP memory limit raised", "drawer": "php", "in": ["support"], "uses": 12,
        "also": {"tags": ["php"]},
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nthe memory limit of **{{ticket.service}}** is 512 MB now. The change is in"
                  " force at once; nothing needs to be restarted.",
            "ru": "[FIRSTNAME], здравствуйте!\n\nЛимит памяти для **{{ticket.service}}** теперь 512 МБ. Изменение уже"
                  " действует, перезапускать ничего не нужно.",
        },
    },
    {
        "name": "Which PHP version is in use", "drawer": "php", "in": ["support"], "uses": 5,
        "texts": {"": "`php -v` on the server, or *Control panel → PHP* for each site."},
    },
    {
        "name": "Backup restored", "drawer": "backups", "in": ["support"], "uses": 9,
        "also": {"tags": ["backup"]},
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nthe backup of last night is restored to **{{ticket.service}}**. Files changed"
                  " since then are kept in the folder `before-restore` for 7 days.",
            "fr": "Bonjour [FIRSTNAME],\n\nla sauvegarde de la nuit dernière est restaurée sur **{{ticket.service}}**."
                  " Les fichiers modifiés depuis restent 7 jours dans le dossier `before-restore`.",
            "ru": "[FIRSTNAME], здравствуйте!\n\nНочная копия восстановлена на **{{ticket.service}}**. Файлы,"
                  " изменённые после неё, 7 дней хранятся в папке `before-restore`.",
            "pt-br": "Olá [FIRSTNAME],\n\no backup da última noite foi restaurado em **{{ticket.service}}**. Os"
                     " arquivos alterados depois ficam por 7 dias na pasta `before-restore`.",
        },
    },
    {
        "name": HANDED_ON, "drawer": "hosting", "in": ["support"], "uses": 14,
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nour server crew looks at it now and writes to you here, within the hour.",
            "fr": "Bonjour [FIRSTNAME],\n\nnotre équipe serveurs regarde et vous écrit ici, d’ici une heure.",
            "ru": "[FIRSTNAME], здравствуйте!\n\nЭтим занялись инженеры серверной группы: они ответят вам здесь в"
                  " течение часа.",
            "pt-br": "Olá [FIRSTNAME],\n\nnossa equipe de servidores está vendo isso e escreve aqui dentro de uma"
                     " hora.",
        },
    },
    {
        "name": "Invoice sent again", "drawer": "money", "in": ["billing"], "uses": 22,
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nthe invoice is attached once more. It went to [EMAIL] the first time, too:"
                  " please look into the spam folder, so that the next one reaches you.",
            "fr": "Bonjour [FIRSTNAME],\n\nvoici la facture une nouvelle fois. Elle était déjà partie à [EMAIL] :"
                  " regardez dans les indésirables, pour que la prochaine vous parvienne.",
            "ru": "[FIRSTNAME], здравствуйте!\n\nОтправляем счёт ещё раз. В первый раз он ушёл на [EMAIL]: загляните,"
                  " пожалуйста, в папку «Спам», чтобы следующий дошёл.",
            "pt-br": "Olá [FIRSTNAME],\n\nsegue a fatura mais uma vez. Ela já tinha ido para [EMAIL]: veja a pasta de"
                     " spam, para que a próxima chegue.",
        },
    },
    {
        "name": "Waiting for the bank", "drawer": "money", "in": ["billing"], "uses": 7,
        "also": {"status": "on-hold", "snooze_hours": 48},
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nwe see the payment at our bank, but not in our account yet. We look again in"
                  " two days; there is nothing for you to do.",
        },
    },
    {
        "name": "More details needed", "drawer": "all", "in": [], "uses": 40,
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nto find the cause we need a little more:\n\n1. What did you do, step by"
                  " step?\n2. What did you expect, and what happened?\n3. When was that, and is it always so?",
            "fr": "Bonjour [FIRSTNAME],\n\npour trouver la cause, il nous faut encore :\n\n1. Qu’avez-vous fait, étape"
                  " par étape ?\n2. Qu’attendiez-vous, et que s’est-il passé ?\n3. Quand, et est-ce toujours ainsi ?",
            "ru": "[FIRSTNAME], здравствуйте!\n\nЧтобы найти причину, нам нужно чуть больше сведений:\n\n1. Что вы"
                  " делали, шаг за шагом?\n2. Чего ожидали и что произошло?\n3. Когда это было и всегда ли так?",
            "pt-br": "Olá [FIRSTNAME],\n\npara encontrar a causa precisamos de mais detalhes:\n\n1. O que você fez,"
                     " passo a passo?\n2. O que esperava e o que aconteceu?\n3. Quando foi, e é sempre assim?",
        },
    },
    {
        "name": "Solved, closing", "drawer": "all", "in": [], "uses": 26,
        "also": {"status": "closed"},
        "texts": {
            "en": "Hello [FIRSTNAME],\n\nglad that it works again. We close {{ticket.number}}; an answer opens it once"
                  " more.",
            "fr": "Bonjour [FIRSTNAME],\n\ntant mieux si tout fonctionne. Nous fermons {{ticket.number}} ; une réponse"
                  " le rouvre.",
            "ru": "[FIRSTNAME], здравствуйте!\n\nРады, что всё снова работает. Закрываем {{ticket.number}}; ваш ответ"
                  " откроет его снова.",
            "pt-br": "Olá [FIRSTNAME],\n\nque bom que voltou a funcionar. Fechamos o {{ticket.number}}; uma resposta o"
                     " reabre.",
        },
    },
]  # fmt: skip

# (whose or "", department or "", language or "", text)
SIGNATURES = [
    ("", "", "", "{{agent.name}}\n{{agent.title}}\n{{ticket.department}}, {{portal.name}}"),
    ("", "billing", "", "{{agent.name}}\n{{ticket.department}}, {{portal.name}}\nMonday to Friday, 9:00 to 17:00"),
    ("sam", "", "", "Sam Whitlock\nServer engineer, {{portal.name}}"),
    ("sam", "", "ru", "Сэм Уитлок\nСистемный инженер, {{portal.name}}"),
]


def write_replies(people):
    """Lay out drawers, replies and signatures; twice changes nothing. `people` are the cast by name."""
    if ReplyCategory.objects.exists():
        return
    today = timezone.localdate()
    drawers = {}
    for position, (key, (name, fr, ru, pt, inside)) in enumerate(DRAWERS.items()):
        words = {"name": {"fr": fr, "ru": ru, "pt-br": pt}}
        drawers[key] = ReplyCategory.objects.create(
            name=name, words=words, position=position, inside=drawers.get(inside)
        )
    departments = {row.slug: row for row in Department.objects.all()}
    statuses = {row.code: row for row in Status.objects.all()}
    priorities = {row.code: row for row in Priority.objects.all()}
    for position, said in enumerate(REPLIES):
        also = dict(said.get("also", {}))
        also["status"], also["priority"] = statuses.get(also.get("status")), priorities.get(also.get("priority"))
        row = PredefinedReply.objects.create(
            name=said["name"], category=drawers[said["drawer"]], position=position, uses=said["uses"],
            used_at=timezone.now() - timedelta(hours=5 * position), **also,
        )  # fmt: skip
        row.departments.set(departments[slug] for slug in said["in"])
        count_lately(row, statuses, departments, today)
        PredefinedText.objects.bulk_create(
            PredefinedText(reply=row, language=language, text=text) for language, text in said["texts"].items()
        )
    for who, where, language, text in SIGNATURES:
        Signature.objects.create(user=people.get(who), department=departments.get(where), language=language, text=text)
    forget()


def count_lately(reply, statuses, departments, today):
    """Spread what was sent of late over days, departments and the statuses its tickets were in."""
    for at in range(min(reply.uses, 20)):
        place = list(reply.departments.all() or departments.values())
        PredefinedUse.objects.create(
            reply=reply, department=place[at % len(place)], day=today - timedelta(days=at * 2),
            status=statuses["open" if at % 3 else "customer-reply"], times=1 + at % 2,
        )  # fmt: skip


def write_for_later(people):
    """What Sam has changed, set for later, and begun: a version, a reply that waits, a draft."""
    sam, now = people["sam"], timezone.now()
    own = Message.objects.filter(author=sam, by_staff=True, is_note=False, ticket__channel="portal")
    fixed = own.filter(ticket__client__language="en").order_by("-pk").first()
    actions.edit_message(fixed, editor=sam, written=write(f"{fixed.body}\n\nIf it comes back, write to us here."))
    mine = Ticket.objects.open().filter(assignee=sam, snoozed_at=None, channel="portal", client__language="en")
    mine = mine.exclude(pk=fixed.ticket_id).order_by("-pk")
    waiting, begun = mine.filter(last_by_staff=True).first(), mine.filter(last_by_staff=False).first()
    words = write("Has it stayed quiet since? If we hear nothing by Friday, we take it as solved.")
    actions.hold_reply(waiting, author=sam, written=words, due_at=now + timedelta(days=3), is_later=True)
    place = drafts.place_of(Draft.Kind.REPLY, begun)
    drafts.put_aside(sam, place, "I have found the line in the log. Before I change it:\n\n1. Is the old address")

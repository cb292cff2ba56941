"""Complete synthetic tickets in bulk, for benchmarks: people, messages, events with a valid chain, search documents.

Rows go in by COPY on PostgreSQL and by executemany on SQLite, a chunk a transaction, past the actions but in their
exact shape: `verify_history` passes afterwards. The same seed gives the same texts.
"""

import json
import random
import uuid
from datetime import timedelta
from io import StringIO

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from audit import chain
from departments.models import Department, Priority, StaffPlace, Status
from departments.policy import forget
from helpdesk_site.lib import stems, text, tokens
from tickets.lists import search
from tickets.models import Message, Rating, Reading, Ticket, TicketEvent

CHUNK = 5_000  # tickets a transaction
YEARS = 3
DEPARTMENTS, AGENTS = 8, 40
CLOSED_SHARE, RATED_SHARE = 0.95, 0.2
WAITS_LONG = timedelta(days=200)  # nothing of a benchmark closes by itself while it runs
RARE, COMMON, REPLY_ONLY = "zyxomma", "certificate", "quokkafix"  # in about 20 tickets, in 10 %, only in replies
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeio"]
REAL = (
    "server mail domain invoice backup restore password database error page slow login account update order payment"
    " письмо сервер домен счёт ошибка сайт почта facture serveur domaine erreur sauvegarde servidor domínio fatura"
).split()
PARAGRAPHS = 2_500  # to choose from; fewer for less than five hundred tickets


class Filler:
    """Writes `count` tickets; `say` is told how far it is."""

    def __init__(self, *, count, seed, say):
        self.count, self.say = count, say
        self.chance = random.Random(seed)
        self.now = timezone.now()
        self.key = chain.current_key()
        self.key_id = chain.key_id(self.key)

    def run(self):
        """Write everything. Returns the number of tickets written."""
        self.library = Library(self.chance, size=min(PARAGRAPHS, 5 * self.count))
        self.statuses = {row.code: row for row in Status.objects.all()}
        self.priorities = list(Priority.objects.order_by("level"))
        self.hire()
        self.win_clients()
        self.numbers = set(Ticket.objects.values_list("number", flat=True))
        self.last = {model: last_id(model) for model in (Ticket, Message, TicketEvent, Rating)}
        rebuild = connection.vendor == "postgresql" and self.count >= 20_000
        if rebuild:
            run("SET statement_timeout = 0")
            run("DROP INDEX IF EXISTS tickets_searchpublic_words")
        for start in range(0, self.count, CHUNK):
            self.chunk(range(start, min(start + CHUNK, self.count)))
            self.say(f"{min(start + CHUNK, self.count):,} of {self.count:,} tickets")
        if rebuild:
            run("SET maintenance_work_mem = '1GB'")
            run("CREATE INDEX tickets_searchpublic_words ON tickets_searchpublic USING gin (words)")
        finish()
        return self.count

    def hire(self):
        """Eight departments and forty agents, each with two places."""
        self.departments = [department(number) for number in range(1, DEPARTMENTS + 1)]
        self.agents = {row.pk: [] for row in self.departments}
        for number in range(1, AGENTS + 1):
            agent = self.agent(number)
            for at in {number % DEPARTMENTS, (number * 3 + 1) % DEPARTMENTS}:
                place = self.departments[at]
                StaffPlace.objects.get_or_create(user=agent, department=place, defaults={"notify": False})
                self.agents[place.pk].append(agent.pk)
        forget()

    def agent(self, number):
        email = f"agent-{number}@example.com"
        found = User.objects.filter(email=email).first()
        return found or User.objects.create_user(email, None, name=f"Agent {number}", is_staff=True, undo_seconds=0)

    def win_clients(self):
        """A client per ten tickets, half of them in organisations of five with one administrator."""
        self.clients, self.organisations = [], {}
        wanted = max(1, self.count // 10)
        for start in range(0, wanted, CHUNK):
            made = User.objects.bulk_create(self.client() for _ in range(start, min(start + CHUNK, wanted)))
            self.clients += [(row.pk, f"{row.name} {row.email}") for row in made]
            joiners = made[: len(made) // 2]
            groups = [joiners[at : at + 5] for at in range(0, len(joiners), 5)]
            houses = Organisation.objects.bulk_create(Organisation(name=f"{group[0].name} Ltd") for group in groups)
            members = [
                Membership(organisation=house, user=person, role="own" if at else "admin")
                for house, group in zip(houses, groups, strict=True)
                for at, person in enumerate(group)
            ]
            Membership.objects.bulk_create(members)
            self.organisations |= {row.user_id: row.organisation_id for row in members}

    def client(self):
        first, last = ("".join(self.chance.choices(SYLLABLES, k=3)).capitalize() for _ in range(2))
        email = f"{first}.{last}.{self.chance.getrandbits(40):010x}@example.net".lower()
        joined = self.now - timedelta(days=365 * YEARS)
        return User(email=email, name=f"{first} {last}", password="!guest", date_joined=joined, language="en")  # noqa: S106

    @transaction.atomic
    def chunk(self, places):
        stories = [Story(self, place / self.count) for place in places]
        copy(Ticket._meta.db_table, columns_of(Ticket), [story.row for story in stories])
        copy(Message._meta.db_table, columns_of(Message), [row for story in stories for row in story.messages])
        copy(TicketEvent._meta.db_table, columns_of(TicketEvent), [row for story in stories for row in story.events])
        copy(Rating._meta.db_table, columns_of(Rating), [row for story in stories for row in story.ratings])
        if connection.vendor == "postgresql":
            copy(search.PUBLIC, ["ticket_id", "bytes", "words"], [story.document for story in stories])
        else:
            copy(search.PUBLIC, ["rowid", "words"], [story.document for story in stories])

    def next_id(self, model):
        self.last[model] += 1
        return self.last[model]

    def number(self):
        drawn = tokens.ticket_number()
        while drawn in self.numbers:
            drawn = tokens.ticket_number()
        self.numbers.add(drawn)
        return drawn


class Story:
    """One ticket from opening to its present state: `row`, `messages`, `events`, `ratings`, `document`.

    `age` runs from 0 (three years ago) to 1 (now); only young tickets may still be open.
    """

    def __init__(self, filler, age):
        self.filler, self.chance = filler, filler.chance
        self.pk, self.messages, self.events, self.ratings = filler.next_id(Ticket), [], [], []
        self.head, self.status, self.first_reply, self.waiting = "", "open", None, None
        self.department = self.chance.choice(filler.departments)
        self.client, names = self.chance.choice(filler.clients)
        self.agent = self.chance.choice(filler.agents[self.department.pk])
        self.priority = self.chance.choices(filler.priorities, [2, 6, 2, 1][: len(filler.priorities)])[0]
        self.number = filler.number()
        self.subject = self.chance.choice(filler.library.paragraphs)[0][: self.chance.randint(20, 70)].strip(" .")
        self.found = dict.fromkeys(stems.tokens(f"{self.number} {self.subject} {names}"))
        self.created = self.moment = filler.now - timedelta(days=365 * YEARS) * (1 - age) - timedelta(minutes=5)
        for turn in range(1, self.length() + 1):
            self.speak(turn)
        stays_open = age > 0.9 and self.chance.random() < (1 - CLOSED_SHARE) * 10
        self.rest() if stays_open else self.close()
        self.row, self.document = self.ticket_row(), self.document_row()

    def length(self):
        """Four messages on average; one in five hundred has many."""
        if self.chance.random() < 0.002:
            return self.chance.randint(60, 200)
        return int(self.chance.expovariate(1 / 3.2)) + 1

    def speak(self, turn):
        """Write message number `turn` and its events."""
        answers = turn > 1 and (turn % 2 == 0 if self.chance.random() < 0.9 else self.chance.random() < 0.5)
        author = self.agent if answers else self.client
        message, proof = self.write(turn, author, answers)
        if turn == 1:
            codes = {"department": self.department.slug, "status": "open", "priority": self.priority.code}
            self.event("opened", author, message, body=proof, **codes)
        else:
            self.event("replied", author, message, body=proof)
            self.enter("answered" if answers else "customer-reply", by=author)
        if answers and not self.first_reply:
            self.first_reply = self.moment
            self.event("assigned", author, **{"from": None, "to": author})
        self.waiting = None if answers else self.waiting or self.moment
        self.spoken, self.by_staff = self.moment, answers
        self.moment = min(self.moment + timedelta(minutes=self.chance.randint(3, 300)), self.filler.now)

    def write(self, turn, author, answers):
        """Add the message row. Returns its id and the fingerprint of its text."""
        parts = self.filler.library.some(turn, answers, self.filler.count)
        reference = f"{self.chance.getrandbits(40):010x}"
        body = "\n\n".join([*(part[0] for part in parts), f"Ref {reference}"])
        html = "".join(part[1] for part in parts) + f"<p>Ref {reference}</p>"
        for part in parts:
            self.found |= part[2]
        self.found[reference] = None
        salt, pk = f"{self.chance.getrandbits(128):032x}", self.filler.next_id(Message)
        spoken = (author, "portal", "markdown", body, html, text.RENDERER_VERSION, salt, self.moment)
        later = (None, None, None, None, None)  # edited, deleted, by whom; copied from, come by mail
        self.messages.append((pk, self.pk, turn, False, answers, *spoken, *later, "", "portal"))
        return pk, chain.fingerprint(body, salt)

    def event(self, verb, actor, message=None, **data):
        """Add one event at the end of the chain."""
        click = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        sequence = len(self.events) + 1
        told = {"ticket": self.pk, "sequence": sequence, "verb": verb, "actor": actor, "message": message}
        content = {**told, "data": data, "click": str(click), "at": self.moment.isoformat()}
        sealed = chain.seal(content, previous_hash=self.head, key=self.filler.key)
        ends = (json.dumps(data), click, self.moment, self.head, sealed, self.filler.key_id)
        self.events.append((self.filler.next_id(TicketEvent), self.pk, sequence, verb, actor, message, *ends))
        self.head = sealed

    def enter(self, status, *, by):
        if status != self.status:
            self.event("status", by, **{"from": self.status, "to": status})
            self.status = status

    def close(self):
        self.event("closed", self.client, **{"from": self.status, "to": "closed"})
        self.status, self.waiting, self.closed_at = "closed", None, self.moment
        if self.first_reply and self.chance.random() < RATED_SHARE:
            stars = self.chance.choices([1, 2, 3, 4, 5], [1, 1, 2, 5, 8])[0]
            self.event("rated", self.client, stars=stars)
            about = (self.pk, None, self.client, self.agent)
            self.ratings.append((self.filler.next_id(Rating), *about, stars, self.moment))

    def rest(self):
        """Stay open; some wait in other statuses."""
        self.closed_at = None
        if not self.by_staff and self.chance.random() < 0.3:
            self.enter(self.chance.choice(["on-hold", "in-progress"]), by=self.agent)

    def ticket_row(self):
        status = self.filler.statuses[self.status]
        assignee = self.agent if self.first_reply and self.chance.random() < 0.9 else None
        values = {
            "id": self.pk,
            "number": self.number,
            "subject": self.subject,
            "department_id": self.department.pk,
            "status_id": status.pk,
            "priority_id": self.priority.pk,
            "client_id": self.client,
            "organisation_id": self.filler.organisations.get(self.client),
            "assignee_id": assignee,
            "channel": "portal",
            "answer_to": "",
            "has_merged": False,
            "hidden": "",
            "category": status.category,
            "awaiting": status.awaiting_reply,
            "escalated": False,
            "created_at": self.created,
            "updated_at": self.closed_at or self.spoken,
            "last_message_at": self.spoken,
            "last_by_staff": self.by_staff,
            "waiting_since": self.waiting,
            "queue_at": self.waiting or self.spoken,
            "first_reply_at": self.first_reply,
            "closed_at": self.closed_at,
            "closed_by_id": self.client if self.closed_at else None,
            "close_at": self.spoken + WAITS_LONG if status.auto_close else None,
            "last_number": len(self.messages),
            "last_note": 0,
            "event_count": len(self.events),
            "head": self.head,
        }
        return tuple(values.get(column) for column in columns_of(Ticket))

    def document_row(self):
        if connection.vendor != "postgresql":
            return self.pk, " ".join(self.found)
        quoted = " ".join(f"'{word}'" for word in self.found)
        return self.pk, len(quoted.encode()) + len(self.found), quoted


class Library:
    """A pool of paragraphs (source, html, stems), each rendered and stemmed once; a message is a few of them."""

    def __init__(self, chance, *, size):
        self.chance = chance
        words = REAL + ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(6_000)]
        chance.shuffle(words)
        weights = [1 / (rank + 8) for rank in range(len(words))]
        self.paragraphs = [
            paragraph(" ".join(chance.choices(words, weights, k=chance.randint(25, 60))).capitalize() + ".")
            for _ in range(size)
        ]
        self.marked = {word: paragraph(f"It is about the {word} again.") for word in (RARE, COMMON, REPLY_ONLY)}

    def some(self, turn, answers, count):
        """The paragraphs of one message: 200 to 2,000 characters, with a marked word now and then."""
        parts = self.chance.choices(self.paragraphs, k=self.chance.choices([1, 2, 3, 5], [5, 4, 2, 1])[0])
        if turn == 1 and self.chance.random() < 0.1:
            parts.append(self.marked[COMMON])
        if turn == 1 and self.chance.random() < 20 / count:
            parts.append(self.marked[RARE])
        if answers and self.chance.random() < 20 / count:
            parts.append(self.marked[REPLY_ONLY])
        return parts


def paragraph(source):
    return source, text.render_markdown(source), dict.fromkeys(stems.tokens(source))


def department(number):
    names = {"name": f"Queue {number}", "position": 100 + number, "email": f"queue-{number}@example.com"}
    return Department.objects.get_or_create(slug=f"queue-{number}", defaults=names)[0]


def columns_of(model):
    return [field.column for field in model._meta.concrete_fields]


def last_id(model):
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def copy(table, columns, rows):
    """Write rows in bulk, by the fastest way the database has."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            stream = StringIO("\n".join("\t".join(map(copied, row)) for row in rows) + "\n")
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", stream)
        else:
            insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
            cursor.executemany(insert, [tuple(map(plain, row)) for row in rows])


def copied(value):
    """One value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return str(value)


def plain(value):
    """One value as SQLite keeps it."""
    if hasattr(value, "isoformat"):
        return str(value.replace(tzinfo=None))
    return value.hex if isinstance(value, uuid.UUID) else value


def finish():
    """Everything a big load leaves to do: sequences after explicit ids, and fresh statistics."""
    if connection.vendor != "postgresql":
        run("ANALYZE")
        return
    tables = [model._meta.db_table for model in (Ticket, Message, TicketEvent, Rating)]
    for table in tables:
        run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    for table in (*tables, *(model._meta.db_table for model in (User, Membership, Reading)), search.PUBLIC):
        run(f"VACUUM ANALYZE {table}")


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)

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
from tickets import search
from tickets.models import Message, Reading, Ticket, TicketEvent

CHUNK = 5_000
YEARS = 3
DEPARTMENTS, AGENTS = 8, 40
CLOSED_SHARE = 0.95
RARE, COMMON, REPLY_ONLY = "zyxomma", "certificate", "quokkafix"  # in ~20 tickets, in 10 %, only in replies
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeio"]
REAL = ["server", "mail", "domain", "invoice", "backup", "restore", "password", "database", "error", "page", "slow", "login", "account", "update", "order", "payment", "письмо", "сервер", "домен", "счёт", "ошибка", "сайт", "почта", "facture", "serveur", "domaine", "erreur", "sauvegarde", "servidor", "domínio", "fatura"]


class Library:
    """A pool of paragraphs, each rendered and stemmed once; a message is a few of them."""

    def __init__(self, chance):
        words = REAL + ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(6_000)]
        weights = [1 / (rank + 8) for rank in range(len(words))]
        chance.shuffle(words)
        self.paragraphs = []
        for _ in range(2_500):
            source = " ".join(chance.choices(words, weights, k=chance.randint(25, 60))).capitalize() + "."
            self.paragraphs.append(self.paragraph(source))
        self.marked = {word: self.paragraph(f"It is about the {word} again.") for word in (RARE, COMMON, REPLY_ONLY)}

    @staticmethod
    def paragraph(source):
        return source, text.render_markdown(source), stems.tokens(source)


class Filler:
    """Writes `count` tickets; `say` is told how far it is."""

    def __init__(self, *, count, seed, say):
        self.count, self.say = count, say
        self.chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.key = chain.current_key()
        self.key_id = chain.key_id(self.key)
        self.now = timezone.now()
        self.statuses = {row.code: row for row in Status.objects.all()}
        self.priorities = list(Priority.objects.order_by("level"))

    def run(self):
        """Write everything. Returns the number of tickets written."""
        self.library = Library(self.chance)
        self.people()
        self.numbers = set(Ticket.objects.values_list("number", flat=True))
        self.ids = {
            model: (model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
            for model in (Ticket, Message, TicketEvent)
        }
        rebuild = connection.vendor == "postgresql" and self.count >= 20_000
        if rebuild:
            self.sql("DROP INDEX IF EXISTS tickets_searchpublic_words")
        for start in range(0, self.count, CHUNK):
            self.chunk(start, min(CHUNK, self.count - start))
            self.say(f"{min(start + CHUNK, self.count):,} of {self.count:,} tickets")
        if rebuild:
            self.sql("SET maintenance_work_mem = '1GB'")
            self.sql("CREATE INDEX tickets_searchpublic_words ON tickets_searchpublic USING gin (words)")
        self.finish()
        return self.count

    # --- people ------------------------------------------------------------------------------------------------------

    def people(self):
        self.departments = []
        for number in range(1, DEPARTMENTS + 1):
            row, _made = Department.objects.get_or_create(
                slug=f"queue-{number}",
                defaults={"name": f"Queue {number}", "position": 100 + number, "email": f"queue-{number}@example.com"},
            )
            self.departments.append(row)
        self.agents = {row.pk: [] for row in self.departments}
        for number in range(1, AGENTS + 1):
            agent = User.objects.filter(email=f"agent-{number}@example.com").first() or User.objects.create_user(
                f"agent-{number}@example.com",
                "demo-helpdesk",
                name=f"Agent Number{number}",
                is_staff=True,
                undo_seconds=0,
            )
            for department in (
                self.departments[number % DEPARTMENTS],
                self.departments[(number * 3 + 1) % DEPARTMENTS],
            ):
                StaffPlace.objects.get_or_create(user=agent, department=department, defaults={"notify": False})
                self.agents[department.pk].append(agent.pk)
        forget()
        self.clients = []
        wanted = max(1, self.count // 10)
        joined = self.now - timedelta(days=365 * YEARS)
        for start in range(0, wanted, CHUNK):
            rows = []
            for _number in range(start, min(start + CHUNK, wanted)):
                name = (
                    "".join(self.chance.choices(SYLLABLES, k=3)).capitalize()
                    + " "
                    + "".join(self.chance.choices(SYLLABLES, k=3)).capitalize()
                )
                email = f"{name.replace(' ', '.').lower()}.{uuid.UUID(int=self.chance.getrandbits(128)).hex[:8]}@example.net"
                rows.append(
                    User(email=email, name=name, password="!guest", date_joined=joined, language="en", time_zone="UTC")
                )  # noqa: S106
            self.clients += [(row.pk, row.name, row.email) for row in User.objects.bulk_create(rows)]
        self.organisations = {}
        for start in range(0, len(self.clients) // 2, CHUNK):
            part = self.clients[start : min(start + CHUNK, len(self.clients) // 2)]
            groups = [part[at : at + 5] for at in range(0, len(part), 5)]
            made = Organisation.objects.bulk_create(Organisation(name=f"{group[0][1]} Ltd") for group in groups)
            members = [
                Membership(organisation=organisation, user_id=pk, role="admin" if not at else "own")
                for organisation, group in zip(made, groups, strict=True)
                for at, (pk, _name, _email) in enumerate(group)
            ]
            Membership.objects.bulk_create(members)
            self.organisations |= {member.user_id: member.organisation_id for member in members}

    # --- tickets -----------------------------------------------------------------------------------------------------

    @transaction.atomic
    def chunk(self, start, size):
        out = {name: [] for name in ("ticket", "message", "event", "document")}
        for offset in range(size):
            self.ticket(start + offset, out)
        self.copy(Ticket._meta.db_table, TICKET, out["ticket"])
        self.copy(Message._meta.db_table, MESSAGE, out["message"])
        self.copy(TicketEvent._meta.db_table, EVENT, out["event"])
        if connection.vendor == "postgresql":
            self.copy(search.PUBLIC, ["ticket_id", "bytes", "words"], out["document"])
        else:
            self.copy(search.PUBLIC, ["rowid", "words"], [(pk, words) for pk, _bytes, words in out["document"]])

    def ticket(self, at, out):
        chance, key = self.chance, self.key
        age = timedelta(days=365 * YEARS) * (1 - at / self.count)
        created = self.now - age - timedelta(minutes=5)
        client, client_name, client_email = chance.choice(self.clients)
        department = chance.choice(self.departments)
        priority = chance.choices(self.priorities, [2, 6, 2, 1][: len(self.priorities)])[0]
        agent = chance.choice(self.agents[department.pk])
        is_open = at / self.count > 0.9 and chance.random() < (1 - CLOSED_SHARE) * 10
        length = (
            min(200, max(1, int(chance.expovariate(1 / 3.2)) + 1))
            if chance.random() > 0.002
            else chance.randint(60, 200)
        )
        self.ids[Ticket] = pk = self.ids[Ticket] + 1
        number = tokens.ticket_number()
        while number in self.numbers:
            number = tokens.ticket_number()
        self.numbers.add(number)
        subject = self.chance.choice(self.library.paragraphs)[0][: chance.randint(20, 70)].strip(" .")
        state = {"sequence": 0, "head": "", "status": "open"}
        found = dict.fromkeys(stems.tokens(f"{number} {subject} {client_name} {client_email}"))
        moment, waiting, first_reply = created, created, None
        by_staff = False

        def event(verb, actor, moment, message=None, **data):
            self.ids[TicketEvent] = event_pk = self.ids[TicketEvent] + 1
            state["sequence"] += 1
            click = uuid.UUID(int=chance.getrandbits(128), version=4)
            content = {
                "ticket": pk, "sequence": state["sequence"], "verb": verb, "actor": actor, "message": message,
                "data": data, "click": str(click), "at": moment.isoformat(),
            }  # fmt: skip
            sealed = chain.seal(content, previous_hash=state["head"], key=key)
            out["event"].append(
                (
                    event_pk,
                    pk,
                    state["sequence"],
                    verb,
                    actor,
                    message,
                    json.dumps(data),
                    click,
                    moment,
                    state["head"],
                    sealed,
                    self.key_id,
                )
            )
            state["head"] = sealed

        for turn in range(1, length + 1):
            by_staff = turn % 2 == 0 if chance.random() < 0.9 else turn > 1 and chance.random() < 0.5
            parts = chance.choices(self.library.paragraphs, k=chance.choices([1, 2, 3, 5], [5, 4, 2, 1])[0])
            if turn == 1 and chance.random() < 0.1:
                parts.append(self.library.marked[COMMON])
            if turn == 1 and chance.random() < 20 / self.count:
                parts.append(self.library.marked[RARE])
            if by_staff and chance.random() < 40 / self.count:
                parts.append(self.library.marked[REPLY_ONLY])
            body = "\n\n".join(part[0] for part in parts) + f"\n\nRef {chance.getrandbits(40):010x}"
            html = "".join(part[1] for part in parts) + f"<p>Ref {body[-10:]}</p>"
            found |= dict.fromkeys(stem for part in parts for stem in part[2])
            found[body[-10:]] = None
            salt = f"{chance.getrandbits(128):032x}"
            author = agent if by_staff else client
            self.ids[Message] = message = self.ids[Message] + 1
            out["message"].append(
                (
                    message,
                    pk,
                    turn,
                    False,
                    by_staff,
                    author,
                    "portal",
                    "markdown",
                    body,
                    html,
                    text.RENDERER_VERSION,
                    salt,
                    moment,
                    None,
                    None,
                )
            )
            proof = chain.fingerprint(body, salt)
            if turn == 1:
                event(
                    "opened",
                    author,
                    moment,
                    message,
                    department=department.slug,
                    status="open",
                    priority=priority.code,
                    body=proof,
                )
            else:
                event("replied", author, moment, message, body=proof)
                follows = "answered" if by_staff else "customer-reply"
                if state["status"] != follows:
                    event("status", author, moment, **{"from": state["status"], "to": follows})
                    state["status"] = follows
                if by_staff and first_reply is None:
                    event("assigned", author, moment, **{"from": None, "to": agent})
                    first_reply = moment
            waiting = None if by_staff else waiting or moment
            spoken = moment
            moment += timedelta(minutes=chance.randint(3, 300))
            moment = min(moment, self.now)
        closed_at = None
        if not is_open:
            event("closed", client, moment, **{"from": state["status"], "to": "closed"})
            state["status"], closed_at, waiting = "closed", moment, None
        elif not by_staff and chance.random() < 0.3:
            follows = chance.choice(["on-hold", "in-progress"])
            event("status", agent, moment, **{"from": state["status"], "to": follows})
            state["status"] = follows
        status = self.statuses[state["status"]]
        updated = closed_at or spoken
        close_at = spoken + timedelta(days=200) if status.auto_close else None
        out["ticket"].append(
            (
                pk, number, subject, department.pk, status.pk, priority.pk, None, client, self.organisations.get(client), None,
                agent if first_reply and chance.random() < 0.9 else None, "portal", None, None, status.category, status.awaiting_reply, False,
                created, updated, spoken, by_staff, waiting, waiting or spoken, first_reply, closed_at, client if closed_at else None,
                None, close_at, None, length, 0, state["sequence"], state["head"],
            )
        )  # fmt: skip
        kept = list(found)
        words = " ".join(f"'{word}'" for word in kept) if connection.vendor == "postgresql" else " ".join(kept)
        out["document"].append((pk, sum(len(word.encode()) + 4 for word in kept), words))

    # --- rows --------------------------------------------------------------------------------------------------------

    def copy(self, table, columns, rows):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                stream = StringIO("\n".join("\t".join(map(_copied, row)) for row in rows) + "\n")
                cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", stream)
            else:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                    [tuple(map(_plain, row)) for row in rows],
                )  # noqa: S608

    def finish(self):
        """Everything a big load leaves to do: sequences after explicit ids, and fresh statistics."""
        if connection.vendor != "postgresql":
            self.sql("ANALYZE")
            return
        for model in (Ticket, Message, TicketEvent):
            table = model._meta.db_table
            self.sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
        for table in (
            *[model._meta.db_table for model in (Ticket, Message, TicketEvent, User, Membership, Reading)],
            search.PUBLIC,
        ):
            self.sql(f"VACUUM ANALYZE {table}")

    @staticmethod
    def sql(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def columns_of(model):
    return [field.column for field in model._meta.concrete_fields]


TICKET, MESSAGE, EVENT = columns_of(Ticket), columns_of(Message), columns_of(TicketEvent)


def _copied(value):
    """One value as COPY reads it."""
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return str(value)


def _plain(value):
    """One value as SQLite keeps it."""
    if hasattr(value, "isoformat"):
        return str(value.replace(tzinfo=None))
    return value.hex if isinstance(value, uuid.UUID) else value

"""Walks every door of the house: each URL, each method, with the whole cast (T01, T02, T18)."""

from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache as short_memory
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts import passes
from accounts.models import User
from departments.models import (
    Activity,
    ChecklistTemplate,
    LetterTemplate,
    PredefinedReply,
    ReplyCategory,
    Rule,
    Signature,
    Team,
)
from departments.policy import forget
from engine import heartbeats
from mail import blocking, intake
from mail.models import Mailbox, OutgoingMail
from tickets import actions
from tickets.actions import hold_reply
from tickets.models import Attachment, BulkJob, SavedView, Tag, TagGone, Ticket
from tickets.notices import leaving
from tickets.writing import write

from .signing_in import sign_in

PERSONS = ("stranger", "guest", "client", "other client", "agent", "other agent", "lead", "operator")
METHODS = ("GET", "POST")
REACHED, SIGN_IN, NOT_FOUND, FORBIDDEN, NO_METHOD = "yes", "sign in", "404", "403", "–"


@dataclass(frozen=True)
class Door:
    """One named URL."""

    name: str
    wanted: tuple = field(default=())  # the names of what its address is made of

    @property
    def is_admin(self):
        return self.name.startswith("admin:")


def doors(patterns=None, namespace=""):
    """Every URL of the house, by name."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if not isinstance(entry, URLPattern):
            yield from doors(entry.url_patterns, namespace + (f"{entry.namespace}:" if entry.namespace else ""))
        elif entry.name:
            yield Door(namespace + entry.name, tuple(entry.pattern.regex.groupindex))
        else:
            assert entry.default_args or namespace == "admin:", f"a URL without a name: {entry}"


class World:
    """A desk with one of everything, and each person in front of it.

    Anna's ticket in Technical support has a file, a reply of Sam's, a note, a reply that waits and letters.
    Greta, the guest, has a ticket of her own in Sales; hers is what a guest's doors are tried with.
    """

    def __init__(self, cast):
        self.cast = cast
        heartbeats.beat(heartbeats.SCHEDULER)
        cast.anna.picture.save("anna", ContentFile(b"RIFF"))
        Rule.objects.create(name="Waiting for days")
        LetterTemplate.objects.create(kind="reply", text="{{message}} {{button}}")
        Mailbox.objects.create(name="Support", host="127.0.0.1", port=1, username="support")  # where nobody answers
        self.reply = predefined_reply(cast.support)
        self.incoming = intake.store(b"From: dora@outside.example\r\n\r\nHello.\r\n", source="pipe")
        self.incoming.state, self.incoming.outcome, self.incoming.desk = "held", "rejected", cast.support.pk
        self.incoming.save()
        ChecklistTemplate.objects.create(name="Move", points="Back up")
        Activity.objects.create(name="Consulting")
        Team.objects.create(name="Mail servers", department=cast.support)
        self.tag = Tag.objects.create(name="php", key="php")
        self.gone = TagGone.objects.create(tag=999, name="gone", by=self.cast.lena)
        self.block = blocking.block("domain", "spam.example", by=cast.sam)
        self.ticket = opened(cast.support, cast.anna, attachments=[self.file()])
        self.loose_file = self.file(owner=f"user:{cast.anna.pk}")
        self.guests_ticket = opened(cast.sales, cast.greta)
        for ticket in (self.ticket, self.guests_ticket):
            actions.reply(fresh(ticket), author=cast.sam, written=write("Try again."), by_staff=True)
            actions.add_note(fresh(ticket), author=cast.sam, written=write("Looks like the cache."))
        self.merged, linked = opened(cast.support, cast.anna), opened(cast.support, cast.anna)
        actions.merge([self.ticket, self.merged], actor=cast.sam)
        self.link = actions.link(fresh(self.ticket), to=linked, kind="relates", actor=cast.sam)
        self.joined = {ticket.pk: self.taking_part(ticket) for ticket in (self.ticket, self.guests_ticket)}
        self.pending = hold_reply(fresh(self.ticket), author=cast.sam, written=write("Soon."), due_at=timezone.now())
        shared = {"owner": cast.lena, "department": cast.support}
        self.view = SavedView.objects.create(name="Waiting", query="view=open", **shared)
        self.job = BulkJob.objects.create(user=cast.sam, act="close", tickets=[self.ticket.pk], total=1)
        self.entry = actions.log_time(fresh(self.ticket), user=cast.sam, minutes=5)
        self.attached = Attachment.objects.filter(message__ticket=self.ticket).get()
        self.passes = {pk: passes.issue(cast.greta, Ticket.objects.get(pk=pk).number) for pk in self.joined}
        self.mail = OutgoingMail.objects.filter(reference__startswith=self.ticket.number).latest("pk")
        self.people = {
            "client": cast.anna,
            "other client": cast.carl,
            "agent": cast.sam,
            "other agent": cast.ben,
            "lead": cast.lena,
            "operator": cast.operator,
        }
        self.cookies = {person: self.sign_in(person).cookies for person in PERSONS}
        forget()

    @staticmethod
    def taking_part(ticket):
        person = User.objects.guest_for(f"with-{ticket.number}@example.com".lower())
        actions.add_participant(fresh(ticket), user=person, rights="reply", actor=ticket.client)
        return person

    @staticmethod
    def file(owner="user:0"):
        stored = storages["attachments"].save("doors/picture", ContentFile(b"not a real one"))
        fields = {"name": "picture.png", "content_type": "image/png", "size": 14, "sha256": "0" * 64}
        return Attachment.objects.create(stored_as=stored, thumbnail=stored, owner=owner, **fields)

    def address(self, door, ticket, person):
        known = {
            **self.about(ticket.pk),
            "slug": "sales" if person in ("guest", "stranger") else "support",
            "token": self.token_for(door, ticket),
            "hue": 210,
            "pk": self.cast.anna.pk,
            "version": "any",
            "content_type_id": ContentType.objects.get_for_model(Ticket).pk,
            "app_label": "tickets",
            "uidb36": "1",
            "key": "set-password",
        }
        if door.is_admin and door.wanted in (("object_id",), ("pk",)):
            known[door.wanted[0]] = self.row_for(door)
        return reverse(door.name, kwargs={name: known[name] for name in door.wanted})

    @cache
    def about(self, pk):
        """What the addresses of a ticket's doors are made of. Every knock puts everything back, so it stays true."""
        ticket = Ticket.objects.get(pk=pk)
        return {
            "number": ticket.number,
            "name": self.attached.name,
            "pending": self.pending.pk,
            "message": ticket.messages.exclude(is_note=True).latest("pk").pk,
            "numbered": ticket.last_number,
            "mail": self.mail.pk,
            "incoming": self.incoming.pk,
            "block": self.block.pk,
            "tag": self.tag.pk,
            "gone": self.gone.pk,
            "reply": self.reply.pk,
            "job": self.job.pk,
            "view": self.view.pk,
            "person": self.joined[pk].pk,
            "other": self.merged.number,
            "link": self.link.pk,
            "entry": self.entry.pk,
            "client": self.cast.anna.pk,
            "organisation": self.cast.quillmark.pk,
            "click": ticket.events.filter(actor=self.cast.sam).latest("sequence").click,
            "object_id": self.ticket.pk,
        }

    def token_for(self, door, ticket):
        if door.name == "leave":
            return leaving.address_for(self.joined[self.ticket.pk], "participant", self.ticket).split("/")[-2]
        if door.name == "upload_remove":
            return self.loose_file.token
        return self.attached.token if door.name.startswith("attachment") else self.passes[ticket.pk]

    @staticmethod
    def row_for(door):
        """The key of some row of the model this page of the admin shows."""
        label = door.name.removeprefix("admin:").rpartition("_")[0].partition("_")
        return apps.get_model(label[0], label[2]).objects.order_by("pk").values_list("pk", flat=True).first() or 0

    @staticmethod
    def sent(door, ticket):
        """What a form of this door says at least."""
        if door.name == "ticket_predefined_insert":
            return {"reply": PredefinedReply.objects.values_list("pk", flat=True).first()}
        return {"place": f"reply/{ticket.number}"} if door.name in ("draft_save", "draft_elsewhere", "upload") else {}

    def client(self, person, **options):
        """The browser of this person, signed in already, as nobody has used it yet."""
        client = self.browser(person, **options)
        client.cookies.clear()
        for name, cookie in self.cookies[person].items():
            client.cookies[name] = cookie.value
        return client

    @cache
    def browser(self, person, **options):
        """Kept for all doors: a new one sets up all middleware before its first page."""
        return Client(raise_request_exception=False, **options)

    def sign_in(self, person):
        client = Client()
        if person == "guest":
            token = passes.issue(self.cast.greta, self.guests_ticket.number)
            client.get(reverse("guest_way_in", args=[token]))
        elif person != "stranger":
            sign_in(client, self.people[person])
        return client

    def knock(self, door, method, person, *, before=None, **options):
        """Try the door and put everything back. Returns what happened, in one word, and what was written to."""
        short_memory.clear()
        client = self.client(person, **options)
        ticket = before or (self.guests_ticket if person == "guest" else self.ticket)
        with transaction.atomic():
            address = self.address(door, ticket, person)
            asked = []
            with connection.execute_wrapper(kept_in(asked)):
                response = client.get(address) if method == "GET" else client.post(address, self.sent(door, ticket))
                while leads_to(response, "admin:login"):
                    response = client.get(response.url)
                list(response) if response.streaming else None
            transaction.set_rollback(True)
        written = tables_written(asked)
        if written - {"django_session"}:
            forget()
        return SimpleNamespace(
            word=in_one_word(response), status=response.status_code, written=written, response=response
        )


def in_one_word(response):
    """`yes` for everything a door answers to those it lets in, mistakes in a form included."""
    if leads_to(response, "account_login"):
        return SIGN_IN
    if leads_to(response, "admin:index"):
        return NOT_FOUND  # the admin's way to say that there is no such row
    refused = {404: NOT_FOUND, 403: FORBIDDEN, 405: NO_METHOD}
    if response.status_code in refused:
        return refused[response.status_code]
    assert response.status_code < 500, response.status_code
    return REACHED


def leads_to(response, name):
    return response.status_code in (301, 302) and response.url.partition("?")[0] == reverse(name)


def kept_in(asked):
    """What keeps the text of each statement, which is quicker than what Django logs of it."""

    def keep(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    return keep


def tables_written(asked):
    """The tables that were written to."""
    found = set()
    for sql in asked:
        words = sql.split(maxsplit=3)
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            found.add(words[1 if words[0] == "UPDATE" else 2].strip('"'))
    return found


def predefined_reply(department):
    drawer = ReplyCategory.objects.create(name="Servers")
    row = PredefinedReply.objects.create(name="Fixed", category=drawer)
    row.departments.set([department])
    row.texts.create(text="Hello [FIRSTNAME], it is fixed.")
    Signature.objects.create(text="{{agent.name}}")
    return row


def opened(department, client, **more):
    return actions.open_ticket(
        department, client=client, author=client, subject="Shop returns 502", written=write("The cart."), **more
    )


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)

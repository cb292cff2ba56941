"""Plays the stories through the real actions, at the times they happened."""

import contextlib
import io
from datetime import timedelta
from email.utils import format_datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import Membership, User
from departments.models import Department, Policy, Portal
from departments.policy import forget, snapshot
from mail import intake
from mail.models import IncomingMail, OutgoingMail
from mail.parsing import parse
from tickets import access, actions
from tickets.composing import mentions
from tickets.events import one_click
from tickets.inbound import taking
from tickets.keeping import files
from tickets.models import Reading, Ticket
from tickets.writing import write

from ..cast import raise_cast
from .letters import LETTERS
from .marks import hang_marks
from .people import CLIENTS, MEMBERS_OF_FERNHOLLOW
from .replies import write_for_later, write_replies
from .stories import ANSWERS, LOG, SHORT, STORIES, THANKS
from .talks import make_team, note_talks
from .times import make_activities, spend


class Stage:
    """The desk on which the demo is played. `load()` plays everything once."""

    def __init__(self):
        self.now = timezone.now().replace(microsecond=0)
        self.people, self.support = {}, None

    def load(self):
        """Write the demo world into an empty portal. Returns how many tickets there are; 0 when it was there."""
        with transaction.atomic():
            self.meet_people()
            if Ticket.objects.exists():
                return 0
            make_activities()
            self.ask_for_stars()
            plays = [(story["hours"], self.play, story) for story in STORIES]
            plays += [(4 + at * 37 % 700, self.play_short, row) for at, row in enumerate(SHORT)]
            for hours, play, story in sorted(plays, key=lambda row: -row[0]):
                play(story, start=self.now - timedelta(hours=hours))
            self.read_some()
            self.hold_letters()
            write_replies(self.people)
            hang_marks(self.people)
            make_team(self.people, self.support)
            note_talks(self.people, self.support)
            write_for_later(self.people)
            OutgoingMail.objects.waiting().update(state=OutgoingMail.State.SENT, sent_at=F("due_at"))
            User.objects.update(date_joined=self.now - timedelta(days=400))
        return Ticket.objects.count()

    @staticmethod
    def ask_for_stars():
        """Both for replies and for closed tickets, so that both are seen."""
        portal = Portal.get()
        portal.rating_mode = Policy.Ratings.BOTH
        portal.save(update_fields=["rating_mode"])
        forget()

    def meet_people(self):
        cast = raise_cast()
        self.people = {name: person for name, person in vars(cast).items() if isinstance(person, User)}
        self.support = cast.support
        for key, (name, email, language, zone) in CLIENTS.items():
            fields = {"name": name, "language": language, "time_zone": zone, "password": "!guest"}
            self.people[key], _made = User.objects.get_or_create(email=email, defaults=fields)
        for key in MEMBERS_OF_FERNHOLLOW:
            Membership.objects.get_or_create(organisation=cast.fernhollow, user=self.people[key])

    def hold_letters(self):
        """Mails that the settings do not take by themselves, in the log of incoming mail."""
        for hours, head, words in reversed(LETTERS):
            at = self.now - timedelta(hours=hours)
            lines = [f"{name}: {value}" for name, value in {**head, "Date": format_datetime(at)}.items()]
            row = intake.store("\r\n".join([*lines, "", *words.split("\n"), ""]).encode(), source="pipe")
            if intake.take(row):
                taking.act(parse(intake.open_raw(row)), row)
                IncomingMail.objects.filter(pk=row.pk).update(received_at=at, handled_at=at)

    # --- One story ---------------------------------------------------------------------------------------------------

    def play(self, story, *, start):
        client = self.people[story["who"]]
        department = Department.objects.get(slug=story["in"])
        codes = snapshot()
        with clock_at(start):
            ticket = actions.open_ticket(
                department,
                client=client,
                author=client,
                subject=story["subject"],
                written=write(story["text"]),
                attachments=self.files(story.get("files", ()), client, department),
                priority=by_code(codes.priorities, story.get("priority", "medium")),
                type=by_code(codes.types, story.get("type", "consultation")),
                proven=story["who"] != "greta",  # a guest only types her address
            )
        moment = start
        for minutes, who, what, text, *more in story["turns"]:
            moment = min(moment + timedelta(minutes=minutes), self.now - timedelta(minutes=1))
            ticket.refresh_from_db()
            with clock_at(moment):
                getattr(self, what)(ticket, self.people[who], text, *more)

    def play_short(self, row, *, start):
        who, where, subject, text, ends = row
        client = self.people[who]
        worker = self.people[{"sales": "lena", "billing": "ben", "support": "sam"}[where]]
        turns = []
        if ends not in ("open", "on-hold"):
            turns.append((45, worker_name(self.people, worker), "say", ANSWERS[client.language]))
        if ends == "customer-reply":
            turns.append((90, who, "say", THANKS[client.language]))
        if ends in ("in-progress", "on-hold"):
            turns.append((20, worker_name(self.people, worker), "status", ends))
        if ends == "closed":
            turns.append((600, who, "close", ""))
        self.play({"who": who, "in": where, "subject": subject, "text": text, "turns": turns}, start=start)

    # --- What may happen in a turn ------------------------------------------------------------------------------------

    def say(self, ticket, person, text, names=()):
        by_staff = access.works_on(person, ticket)
        files = self.files(names, person, ticket.department, by_staff=by_staff)
        with one_click():
            message = actions.reply(ticket, author=person, written=write(text), by_staff=by_staff, attachments=files)
            if by_staff:
                spend(ticket, person, message)

    def note(self, ticket, person, text):
        called = mentions.people_in(text, ticket)
        actions.add_note(ticket, author=person, written=write(text), mentions=called)

    def take(self, ticket, person, _text):
        actions.assign(ticket, to=person, actor=person)

    def status(self, ticket, person, code):
        actions.set_status(ticket, status=snapshot().statuses_by_code[code], actor=person)

    def flag(self, ticket, person, name):
        actions.flag(ticket, to=self.people[name], actor=person)

    def close(self, ticket, person, _text):
        actions.close(ticket, actor=person)

    def rate(self, ticket, person, stars):
        """The last reply; once the ticket is closed, how it was solved."""
        last = None if ticket.is_closed else ticket.messages.filter(by_staff=True, is_note=False).latest("number")
        actions.rate(ticket, stars=int(stars), actor=person, message=last)

    def auto_close(self, ticket, person, _text):
        Ticket.objects.filter(pk=ticket.pk).update(close_at=timezone.now())
        actions.auto_close(ticket, actor=person, now=timezone.now())

    # --- Files and reading --------------------------------------------------------------------------------------------

    def files(self, names, person, department, *, by_staff=False):
        owner = f"user:{person.pk}"
        return [files.store(made(name), owner=owner, policy=department.policy, by_staff=by_staff) for name in names]

    def read_some(self):
        """Anna has read all but her newest answers, so that her list shows both kinds of rows."""
        for ticket in Ticket.objects.filter(client=self.people["anna"]).order_by("-updated_at")[2:]:
            Reading.objects.create(ticket=ticket, user=self.people["anna"], number=ticket.last_number, at=self.now)


@contextlib.contextmanager
def clock_at(moment):
    """Let `timezone.now()` say `moment`. For the demo's single thread only."""
    real, timezone.now = timezone.now, lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def by_code(rows, code):
    return next(row for row in rows.values() if row.code == code)


def worker_name(people, person):
    return next(name for name, somebody in people.items() if somebody == person)


def made(name):
    """A small real file of the kind its name says."""
    if name.endswith(".png"):
        return SimpleUploadedFile(name, picture(name))
    if name.endswith(".pdf"):
        return SimpleUploadedFile(name, pdf(name))
    return SimpleUploadedFile(name, LOG.encode())


def picture(name):
    """A drawing that could be a screenshot: a window with the file's name and a line that falls."""
    image = Image.new("RGB", (960, 600), "#f4f6fa")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 920, 560), fill="#ffffff", outline="#c9cfda", width=2)
    draw.rectangle((40, 40, 920, 96), fill="#e7ebf3")
    for at, colour in enumerate(("#e5656b", "#e3b341", "#5bb974")):
        draw.ellipse((60 + at * 28, 60, 76 + at * 28, 76), fill=colour)
    draw.text((180, 60), name, fill="#3b4252", font_size=20)
    points = [(90 + step * 30, 180 + (step * 53 % 61) + (250 if step > 14 else step * 4)) for step in range(27)]
    draw.line(points, fill="#2f62c9", width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def pdf(name):
    """A page of PDF with the file's name on it."""
    page = Image.new("RGB", (595, 842), "white")
    ImageDraw.Draw(page).text((60, 60), name, fill="black", font_size=24)
    out = io.BytesIO()
    page.save(out, "PDF")
    return out.getvalue()

"""What the tests of the conversation share: policies, files, forms as a browser sends them, counted statements."""

import io
import itertools
import re
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def set_policy(cast):
    """`set_policy(support, closed_reply="refuse")`: what an operator sets, known at once."""
    from departments.policy import forget

    def change(row, **settings):
        for name, value in settings.items():
            setattr(row, name, value)
        row.save(update_fields=list(settings))
        forget()

    return change


@pytest.fixture
def picture():
    """`picture()`: the bytes of a real PNG; `picture(size=(64, 48))` of a larger one."""

    def draw(size=None):
        if size is None:
            return PNG
        from PIL import Image

        out = io.BytesIO()
        Image.new("RGB", size, "teal").save(out, "PNG")
        return out.getvalue()

    return draw


@pytest.fixture
def file():
    """`file("log.txt", b"…")`: a file as a browser sends it."""

    def make(name="log.txt", content=b"a line of a log\n", kind="application/octet-stream"):
        return SimpleUploadedFile(name, content, kind)

    return make


@pytest.fixture
def statements(django_assert_num_queries):
    """`with statements() as seen:` what the database was asked; `len(seen)` leaves out BEGIN and SAVEPOINT."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    class Seen(CaptureQueriesContext):
        def __len__(self):
            return len([q for q in self.captured_queries if not re.match(r"(RELEASE )?SAVEPOINT|BEGIN", q["sql"])])

        def writing(self):
            said = [q["sql"] for q in self.captured_queries]
            return [sql for sql in said if re.match(r"\s*(INSERT|UPDATE|DELETE)", sql)]

    @contextmanager
    def counting():
        with Seen(connection) as seen:
            yield seen

    return counting


@pytest.fixture
def by_pass(client_of):
    """`by_pass(ticket)`: the browser of the ticket's client, come in by the link in their mail (S7)."""
    from accounts import passes

    def come_in(ticket, user=None):
        browser = client_of(None)
        token = passes.issue(user or ticket.client, ticket.number)
        answer = browser.get(f"/g/{token}/")
        assert answer.status_code == 302 and answer.url == f"/t/{ticket.number}/"
        return browser

    return come_in


@pytest.fixture
def uploaded():
    """`uploaded(browser, place, file(…))`: the answer to one file sent while typing."""

    def send(browser, place, one):
        return browser.post(f"/drafts/upload/?place={place}", {"file": one})

    return send


@pytest.fixture
def drawer(db):
    """Where predefined replies lie."""
    from departments.models import ReplyCategory

    return ReplyCategory.objects.create(name="Web hosting", words={"name": {"ru": "Хостинг"}})


@pytest.fixture
def lay(drawer):
    """`lay("Fixed", "Hello [FIRSTNAME]", support, ru="…", status=…)`: a predefined reply, offered at once."""
    from departments.models import PredefinedReply
    from departments.policy import forget

    def make(name, text=None, *departments, inside=None, texts=None, **about):
        row = PredefinedReply.objects.create(name=name, category=inside or drawer, **about)
        row.departments.set(departments)
        for language, words in {**({"": text} if text else {}), **(texts or {})}.items():
            row.texts.create(language=language, text=words)
        forget()
        return row

    return make


# --- Mail in ----------------------------------------------------------------------------------------------------------

OUR_SERVER = "mx.example.com"


@dataclass
class Arrived:
    """What became of one mail: its row in the raw store, the ticket it is in now, and the letters it caused."""

    row: object
    ticket: object
    letters: list

    @property
    def outcome(self):
        return self.row.outcome

    @property
    def reason(self):
        return self.row.reason

    @property
    def message(self):
        """The message or note that the mail became."""
        return self.row.messages.get()

    def letters_to(self, person):
        return [mail for mail in self.letters if mail.to_address == getattr(person, "email", person)]


@pytest.fixture
def checking(cast):
    """Our mail server says who wrote: only then is a sender proven (C23)."""
    from departments.models import Portal
    from departments.policy import forget

    Portal.get()
    Portal.objects.update(authserv_id=OUR_SERVER)
    forget()


@pytest.fixture
def mail(cast):
    """`mail(anna, subject=…, text=…, verdict="pass")`: the bytes of a mail, with any `headers` besides."""
    serial = itertools.count(1)

    def write(sender, *, to=None, subject="Help", text="It burns.", verdict="", headers=(), name=""):
        address = getattr(sender, "email", sender)
        said = {
            "From": f"{name} <{address}>" if name else address,
            "To": to or cast.support.email,
            "Subject": subject,
            "Message-ID": f"<m{next(serial)}@outside.example>",
            "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
        }
        if verdict:
            said["Authentication-Results"] = f"{OUR_SERVER}; dmarc={verdict} header.from={address.partition('@')[2]}"
        said |= dict(headers)
        lines = [f"{key}: {value}" for key, value in said.items() if value is not None]
        return "\r\n".join([*lines, "", *text.split("\n"), ""]).encode()

    return write


@pytest.fixture
def arrive(cast, mail):
    """`arrive(raw)` or `arrive(anna, text=…)`: a mail is stored, read and done; what became of it."""
    from mail import intake
    from mail.models import OutgoingMail
    from tickets.inbound import taking
    from tickets.models import Ticket

    def receive(given, *, to=None, **words):
        raw = given if isinstance(given, bytes) else mail(given, to=to, **words)
        last = OutgoingMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        row = intake.store(raw, source="pipe", envelope_to=[to] if to else [])
        if intake.take(row):
            taking.handle(row)
        row.refresh_from_db()
        ticket = Ticket.objects.filter(number=row.reference.partition("#")[0]).first()
        return Arrived(row, ticket, list(OutgoingMail.objects.filter(pk__gt=last).order_by("pk")))

    return receive


@pytest.fixture
def letter_to(cast):
    """`letter_to(anna, ticket)`: the last letter about a ticket to somebody, as it went out."""
    from mail.models import OutgoingMail

    def find(person, ticket):
        rows = OutgoingMail.objects.filter(to_address=person.email, reference__startswith=ticket.number)
        return rows.order_by("-pk").first()

    return find

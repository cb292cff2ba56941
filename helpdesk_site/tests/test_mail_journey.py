"""Issue: mail in → ticket → reply → mail out → reply by mail → same ticket, between real servers (S15, S182, S198)."""

import random
import subprocess
import sys
import time
from datetime import timedelta
from email import message_from_bytes
from email.policy import compat32

import pytest
from django.conf import settings
from django.utils import timezone

from departments.models import Department
from engine.models import Lease
from helpdesk_site.testing import environment_of_this_database
from mail import delivery, fetching
from mail.models import TAKEN_TOO_LONG, IncomingMail
from mail.tests.conftest import server  # noqa: F401 - fixture
from mail.tests.mailboxes import connect, dovecot, program, provider  # noqa: F401 - fixtures
from tickets.inbound import taking
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.imap, pytest.mark.django_db(transaction=True)]

FIRST = """From: Anna Petrova <anna@example.com>
To: support@example.com
Subject: =?utf-8?B?0JzQsNCz0LDQt9C40L0g0L3QtSDRgNCw0LHQvtGC0LDQtdGC?=
Message-ID: <first@shop.example>
Date: Mon, 02 Nov 2026 10:00:00 +0300
MIME-Version: 1.0
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: 8bit

Магазин отвечает 502.
"""
ANSWER = """From: Anna Petrova <anna@example.com>
To: {to}
Subject: Re: {subject}
Message-ID: <second@shop.example>
In-Reply-To: {id}
References: {references} {id}
Date: Mon, 02 Nov 2026 11:00:00 +0300
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Теперь работает, спасибо!

2 ноября 2026 г., 10:30, Support пишет:
> {quoted}
"""


@pytest.fixture
def let_in(connect, support):  # noqa: F811
    """`let_in()`: what lies in the department's mailbox is fetched and read."""
    mailbox = connect()
    support.mailbox = mailbox
    support.save(update_fields=["mailbox"])

    def run():
        fetching.fetch(mailbox)
        return taking.take_in()

    return run


def letter_to(address, server):  # noqa: F811
    """The last letter that reached the client's mail server for this address, parsed."""
    delivery.sweep(grace=timedelta(0))
    content = [raw for _sender, recipient, raw in server.letters if recipient == address][-1]
    return message_from_bytes(content, policy=compat32)


def test_a_client_who_never_opens_the_browser_is_served(
    cast, anna, sam, say, program, server, let_in  # noqa: F811
):
    """A Russian mail in an old character set, our reply, and the client's answer to that: one conversation."""
    program.put(FIRST.replace("\n", "\r\n").encode("koi8-r"))
    assert let_in() == 1
    ticket = Ticket.objects.get(client=anna, channel="email")
    assert ticket.subject == "Магазин не работает"
    assert ticket.messages.get().body == "Магазин отвечает 502."
    receipt = letter_to(anna.email, server)
    assert receipt["In-Reply-To"] == "<first@shop.example>" and receipt["Auto-Submitted"] == "auto-replied"

    say(ticket, sam, "The database was restarted.")
    ours = letter_to(anna.email, server)
    assert "<first@shop.example>" in f"{ours['In-Reply-To']} {ours['References']}" and ours["Auto-Submitted"] is None

    answer = ANSWER.format(
        to="support@example.com", subject="?", id=ours["Message-ID"], references="<first@shop.example>",
        quoted="The database was restarted.",
    )  # fmt: skip
    program.put(answer.replace("\n", "\r\n").encode())
    assert let_in() == 1
    ticket.refresh_from_db()
    last = ticket.messages.last()
    assert (last.author, last.body, last.channel) == (anna, "Теперь работает, спасибо!", "email")
    assert "The database was restarted." in last.quoted
    assert ticket.shown_status.code == "customer-reply"
    assert Ticket.objects.filter(client=anna).count() == 1 and Message.objects.count() == 3
    assert let_in() == 0


READER = (
    "from mail import fetching\n"
    "from mail.models import Mailbox\n"
    "from tickets.inbound import taking\n"
    "while True:\n"
    "    fetching.fetch(Mailbox.objects.get())\n"
    "    taking.take_in()\n"
)
KILLS, MAILS = 30, 300


@pytest.mark.kill
def test_fetcher_and_reader_killed_thirty_times_make_exactly_one_message_of_each_mail(
    program, let_in  # noqa: F811
):
    """T05, Done-when 2: three hundred mails of thirty clients, who each open a ticket and answer nine times."""
    Department.objects.filter(slug="support").update(email_new="anyone")
    chance = random.Random(482913)
    waiting = [by_mail(client, number) for number in range(10) for client in range(30)]
    for kill in range(KILLS):
        program.put(*waiting[kill * 10 : kill * 10 + 10])
        before = Message.objects.count()
        reader = subprocess.Popen([sys.executable, "-c", f"import django; django.setup()\n{READER}"],
                                  cwd=settings.BASE_DIR, env=environment_of_this_database())  # fmt: skip
        wait_until(lambda: Message.objects.count() >= before + chance.randint(1, 8), reader)  # noqa: B023
        time.sleep(chance.uniform(0, 0.03))
        reader.kill()
        reader.wait()
        Lease.objects.all().delete()  # a dead fetcher's lease, and a dead reader's mails, are free after minutes
        IncomingMail.objects.filter(state="taken").update(claimed_at=timezone.now() - TAKEN_TOO_LONG)
        IncomingMail.objects.update(attempts=0)  # three kills over one mail would rightly set it aside
    for _ in range(10):
        let_in()
        IncomingMail.objects.filter(state="taken").update(claimed_at=timezone.now() - TAKEN_TOO_LONG)
    assert set(IncomingMail.objects.values_list("state", flat=True)) == {"done"}
    wanted = sorted(f"Words {number} of client {client}." for number in range(10) for client in range(30))
    assert sorted(Message.objects.values_list("body", flat=True)) == wanted
    assert Ticket.objects.count() == 30


def by_mail(client, number):
    """The client's mail of this number; each but the first answers the one before."""
    before = f"In-Reply-To: <{client}.{number - 1}@shop.example>\r\n" if number else ""
    return (
        f"From: Client {client} <client{client}@shop.example>\r\nTo: support@example.com\r\nSubject: The shop\r\n"
        f"Message-ID: <{client}.{number}@shop.example>\r\n{before}\r\nWords {number} of client {client}.\r\n"
    ).encode()


def wait_until(true, reader):
    ends = time.monotonic() + 20
    while not true() and time.monotonic() < ends:
        assert reader.poll() is None
        time.sleep(0.005)

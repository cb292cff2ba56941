"""What comes into the outbox and what does not (T12), and that a page never waits for a broker."""
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from mail import delivery, outbox
from mail.letter import build
from mail.models import OutgoingFile, OutgoingMail
from mail.signals import mail_failed

from .conftest import forget_kicks, free_port, kicks


@pytest.fixture(autouse=True)
def quiet_broker(db):
    forget_kicks()

# Rows first


@pytest.mark.django_db(transaction=True)
def test_no_letter_without_its_transaction(write):
    """ARCHITECTURE: rollback inside the action: no message, no event, no mail, and no kick."""
    with pytest.raises(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError("the action stumbled")
    assert not OutgoingMail.objects.exists() and not kicks()


@pytest.mark.django_db(transaction=True)
def test_the_letters_of_one_click_are_one_message_to_the_broker(write):
    with transaction.atomic():
        mails = [write(to=f"client{number}@example.com") for number in range(3)]
        assert not kicks()
    [message] = kicks()
    assert "mail.tasks.deliver" in message
    write()
    assert len(kicks()) == 2
    assert len(mails) == 3


@pytest.mark.django_db(transaction=True)
def test_clicks_that_are_done_together_may_share_their_message_to_the_broker(write):
    """A batch of mails is read: it is sent at the end, also where the last of them stumbled, and never lost."""
    with pytest.raises(RuntimeError), outbox.one_kick():
        first, second = write(), write()
        with outbox.one_kick():
            third = write()
        assert not kicks()
        raise RuntimeError
    [message] = kicks()
    assert all(str(mail.pk) in message for mail in (first, second, third))
    write()
    assert len(kicks()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_rolled_back_takes_only_its_own_letters_along(write, server):
    from mail import tasks

    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            write(to="lost@example.com")
            raise RuntimeError
        kept = write(to="kept@example.com")
    assert len(kicks()) == 1
    tasks.deliver(kept.pk, kept.pk + 1000)
    assert [recipient for _, recipient, _ in server.letters] == ["kept@example.com"]


@pytest.mark.django_db(transaction=True)
def test_a_letter_for_later_is_not_kicked_now(write):
    write(due_at=timezone.now() + timedelta(minutes=10))
    assert not kicks()


def test_a_dead_broker_never_reaches_the_page(another_process, server):
    """ARCHITECTURE: broker down after commit: reply saved, page fine; the sweeper sends."""
    page = another_process(
        "from mail import outbox\n"
        "mail = outbox.enqueue(to='anna@example.com', kind='reply', subject='Hello', text='It works.')\n"
        "print('page served', mail.state)\n",
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
    )
    said, complaints = page.communicate(timeout=60)
    assert said == "page served queued\n", complaints
    assert "The broker took no kick" in complaints
    assert delivery.sweep(at=timezone.now() + timedelta(minutes=2)) == {"sent": 1}
    assert len(server.letters) == 1


# Cleaning


def test_what_ends_a_line_is_taken_out_of_every_header(write):
    """T12: CR, LF, NUL and lone surrogates from people never come near a header."""
    evil = "Hello\r\nBcc: all@example.com\x00\ud800"
    mail = write(
        subject=evil, to_name=evil, from_name=evil, reply_to=f"a@example.com\r\n{evil}", in_reply_to=evil,
        references=[evil, "<a@b>"], headers={"List-Id": evil, "Bcc": "x@example.com", "Bad\r\nName": "x", "from": "y"},
        reference=evil, kind="reply",
    )  # fmt: skip
    letter = message_from_bytes(build(mail).content)
    assert letter["Bcc"] is None and letter["Reply-To"] is None and letter["In-Reply-To"] is None
    assert letter["References"] == "<a@b>"
    assert mail.subject.startswith("Hello Bcc: all@example.com") and "\x00" not in mail.subject
    assert list(mail.headers) == ["List-Id"]


@given(subject=st.text(), name=st.text(), text=st.text(), value=st.text())
def test_no_words_of_anybody_break_a_letter(subject, name, text, value):
    """T12, as a property: any text at all gives a letter with exactly the headers we wrote."""
    row = OutgoingMail(
        pk=1, message_id="<a@b>", kind="reply", to_address="anna@example.com", from_address="s@example.com",
        subject=outbox.clean_line(subject)[:500], to_name=outbox.clean_line(name)[:200],
        from_name=outbox.clean_line(name)[:200], text=outbox.clean_input(text),
        headers=outbox.clean_headers({"X-Thing": value}),
    )  # fmt: skip
    row._prefetched_objects_cache = {"files": OutgoingFile.objects.none()}
    content = build(row).content
    head, _, _ = content.partition(b"\r\n\r\n")
    assert content.isascii() and b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    names = {line.partition(b":")[0] for line in head.split(b"\r\n") if not line[:1].isspace()}
    assert names <= {
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"X-Thing", b"MIME-Version", b"Content-Type",
        b"Content-Transfer-Encoding",
    }  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "@example.com", "anna@example.com\r\nBcc: x@example.com", "a b@example.com",
     '"a b"@example.com', "a@b@example.com", "anna@example.com, carl@example.com", "system@localhost.invalid",
     "анна@example.com", "x" * 400 + "@example.com", "anna@exa\x00mple.com"],
)  # fmt: skip
def test_an_address_that_is_none_fails_its_letter_and_not_the_reply(
    address, write, django_capture_on_commit_callbacks
):
    told = []
    mail_failed.connect(lambda sender, mail, **kwargs: told.append(mail), weak=False, dispatch_uid="bad address")
    with django_capture_on_commit_callbacks(execute=True):
        mail = write(to=address)
    mail_failed.disconnect(dispatch_uid="bad address")
    assert (mail.state, mail.trouble) == ("failed", "bad_address") and told == [mail]
    assert not OutgoingMail.objects.waiting().exists()


def test_an_address_that_is_none_is_not_sent_to_again(write):
    assert not outbox.send_again(write(to="anna"))


@pytest.mark.parametrize("address", ["anna@example.com", "a.n+a_1@sub.example.com", "user@пример.рф", "o'h@a.org"])
def test_an_address_that_is_one_is_taken(address, write):
    assert write(to=f" {address} ").state == "queued"


def test_a_floor_above_that_stumbles_over_a_bad_address_does_not_break_the_page(
    write, django_capture_on_commit_callbacks, caplog
):
    def stumble(**kwargs):
        raise RuntimeError

    mail_failed.connect(stumble)
    with django_capture_on_commit_callbacks(execute=True):
        write(to="nobody")
    mail_failed.disconnect(stumble)
    assert "could not take in" in caplog.text


def test_the_sender_is_the_department_or_the_site(write, settings):
    settings.DEFAULT_FROM_EMAIL = "Example Hosting <support@hosting>"
    assert (write().from_name, write().from_address) == ("Example Hosting", "support@hosting")
    mail = write(from_name="Billing", from_address="billing@example.com")
    assert (mail.from_name, mail.from_address) == ("Billing", "billing@example.com")
    assert write(from_address="not an address").from_address == "support@hosting"
    assert write(from_address="Billing <billing@example.com>").from_address == "billing@example.com"


def test_references_are_ids_only_each_once_the_first_and_the_newest_kept():
    ids = [f"<m{number}@example.com>" for number in range(60)]
    kept = outbox.clean_references(["junk", *ids, "<m3@example.com>", "<half", "<a b@c>"])
    assert kept == [ids[0], *ids[-20:]]
    assert outbox.clean_references(" ".join(ids[:2])) == ids[:2]


# How automatic a letter is


@pytest.mark.parametrize(
    ("kind", "submitted", "precedence"),
    [("reply", None, None), ("receipt", "auto-replied", "bulk"), ("assigned", "auto-generated", "bulk"),
     ("client_reply", "auto-generated", "bulk"), ("account", "auto-generated", None),
     ("guest_pass", "auto-generated", None)],
)  # fmt: skip
def test_robots_are_asked_for_silence_and_people_are_not(write, kind, submitted, precedence):
    """RFC 3834, mail/RULES: own automatic mail says so."""
    letter = message_from_bytes(build(write(kind=kind)).content)
    assert (letter["Auto-Submitted"], letter["Precedence"]) == (submitted, precedence)
    assert letter["X-Auto-Response-Suppress"] == ("All" if submitted else None)


# Message-IDs


def test_our_message_ids_are_fresh_and_known_again(settings):
    """mail/RULES 3: own ids carry a keyed hash; without it anybody can hit ticket N."""
    settings.SITE_HOSTNAME = "Support.Example.com"
    one, two = outbox.new_message_id("KTR-482913#3"), outbox.new_message_id("KTR-482913#3")
    assert one != two and one.startswith("<ktr-482913.3.") and one.endswith("@support.example.com>")
    assert outbox.is_ours(one) and outbox.is_ours(one.strip("<>").upper())
    assert outbox.thread_id("KTR-482913") == outbox.thread_id("KTR-482913")
    assert outbox.is_ours(outbox.thread_id("KTR-482913"))
    assert not outbox.is_ours(one.replace("ktr-482913", "ktr-482914"))
    assert not outbox.is_ours("<ktr-482913.3.abcdef@support.example.com>")
    assert not any(outbox.is_ours(junk) for junk in ("", "<>", None, "<a@b>", "<" * 500))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]
    assert outbox.is_ours(one)
    settings.SECRET_KEY_FALLBACKS = []
    assert not outbox.is_ours(one)


def test_a_host_without_a_dot_gets_one(settings):
    settings.SITE_HOSTNAME = "desk"
    assert outbox.new_message_id().endswith("@desk.localdomain>")


def test_a_given_message_id_is_kept_and_junk_replaced(write):
    assert write(message_id="<given@example.com>").message_id == "<given@example.com>"
    assert outbox.is_ours(write(message_id="junk\r\n", reference="KTR-482913").message_id)


# Changing one's mind


def test_only_a_waiting_letter_can_be_taken_back(write):
    mail = write(secret=True)
    OutgoingMail.objects.update(state="sending")
    assert not outbox.cancel(mail) and mail.state == "sending"
    OutgoingMail.objects.update(state="retry")
    assert outbox.cancel(mail) and (mail.state, mail.text) == ("cancelled", "")


def test_send_again_queues_a_failed_letter_under_its_old_message_id(write, server):
    server.says["rcpt"] = ["550 mailbox full"]
    mail = write()
    delivery.deliver([mail.pk])
    before = mail.message_id
    mail.refresh_from_db()
    assert outbox.send_again(mail)
    assert (mail.state, mail.trouble, mail.answer, mail.attempts) == ("queued", "", "", 0)
    assert delivery.deliver([mail.pk]) == {"sent": 1}
    assert message_from_bytes(server.content[0])["Message-ID"] == before


def test_send_again_does_nothing_to_a_letter_on_its_way(write):
    mail = write()
    OutgoingMail.objects.update(state="sending")
    assert not outbox.send_again(mail)


def test_what_the_page_says_of_a_letter(write):
    """ARCHITECTURE: each message shows its mail's state to staff."""
    mail = write()
    assert (str(mail.shown_state), mail.shown_at, mail.is_finished) == ("Waiting to be sent", mail.due_at, False)
    mail.state, mail.sent_at = "sent", timezone.now()
    assert mail.is_finished and mail.shown_at == mail.sent_at
    assert str(mail.shown_state) == "Delivered to the mail server"
    assert (mail.shown_kind, mail.shown_subject) == ("Reply to a client", "[KTR-482913] Hello")
    mail.secret, mail.kind = True, "newsletter"
    assert mail.shown_subject == "newsletter"

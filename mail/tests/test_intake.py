"""The raw store: each mail is kept before it is read, once, and given out once (T05)."""
import hashlib
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from mail import intake
from mail.models import IncomingMail, Mailbox
from mail.parsing import Address, Letter
from mail.signals import mail_arrived

from .conftest import at_once

pytestmark = pytest.mark.django_db


def raw(subject="The cart answers 502", message_id="<1@client.example>", **headers):
    """A mail from Anna as it comes over the wire."""
    lines = {"From": "Anna <anna@example.com>", "To": "support@example.com", "Subject": subject, **headers}
    if message_id:
        lines["Message-ID"] = message_id
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\nSince this morning.\r\n".encode()


@pytest.fixture
def mailbox():
    return Mailbox.objects.create(name="Support", host="imap.example.com", username="support")


@pytest.fixture
def told():
    """The mails that were told of."""
    rows = []

    def hear(row, **kwargs):
        rows.append(row.pk)

    mail_arrived.connect(hear)
    yield rows
    mail_arrived.disconnect(hear)


def files():
    root = Path(storages["letters"].path(""))
    return [path for path in root.rglob("*") if path.is_file()]


# Storing (T05)


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_three_times_is_one(told):
    rows = {intake.store(raw(), source="pipe").pk for _ in range(3)}
    assert rows == {IncomingMail.objects.get().pk}
    assert told == list(rows), "and is told of once"
    assert intake.open_raw(IncomingMail.objects.get()) == raw()


def test_the_same_mail_in_two_folders_is_one(mailbox):
    for folder, uid in (("INBOX", 7), ("Spam", 9)):
        intake.store(raw(), source="mailbox", mailbox=mailbox, folder=folder, uid_validity=1, uid=uid)
    row = IncomingMail.objects.get()
    assert (row.folder, row.uid) == ("INBOX", 7)


def test_without_a_message_id_the_bytes_tell_a_mail_from_another():
    for subject in ("One", "Two", "One"):
        intake.store(raw(subject, message_id=""), source="pipe")
    assert list(IncomingMail.objects.values_list("message_id", "copy_of")) == [("", None)] * 2


def test_one_message_id_over_other_bytes_is_kept_as_a_copy():
    first = intake.store(raw(), source="pipe")
    others = [intake.store(raw(**{"X-Way": way}), source="lmtp") for way in ("a", "b")]
    assert [row.copy_of for row in others] == [first, first]


def test_other_bytes_from_the_same_place_are_kept_too(mailbox):
    """A server that gives a UID away twice breaks its word; we lose nothing for it."""
    place = {"source": "mailbox", "mailbox": mailbox, "folder": "INBOX", "uid_validity": 1, "uid": 7}
    intake.store(raw(), **place)
    other = intake.store(raw("Another", message_id="<2@client.example>"), **place)
    assert other.uid is None and IncomingMail.objects.count() == 2


def test_who_else_a_mail_was_for_is_added():
    intake.store(raw(), source="lmtp", envelope_to=["support@example.com"])
    row = intake.store(raw(), source="lmtp", envelope_to=["sales@example.com", "support@example.com"])
    assert row.envelope_to == ["support@example.com", "sales@example.com"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_store_one():
    rows = at_once(lambda number: intake.store(raw(), source="pipe", envelope_to=[f"{number}@example.com"]).pk, 6)
    assert len(set(rows)) == 1
    assert len(IncomingMail.objects.get().envelope_to) == 6
    assert len(files()) >= 1 and not [path for path in files() if path.suffix == ".part"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_message_id_make_one_first():
    at_once(lambda number: intake.store(raw(**{"X-Way": number}), source="pipe"), 6)
    assert IncomingMail.objects.filter(copy_of=None).count() == 1
    assert IncomingMail.objects.count() == 6


def test_the_file_is_ours_alone_and_named_by_its_content():
    row = intake.store(raw(), source="pipe")
    path = Path(storages["letters"].path(row.stored_as))
    assert path.name == row.content_hash == hashlib.sha256(raw()).hexdigest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "step", ["os.fsync", "os.replace", "mail.intake._sync", "mail.intake.peek_message_id", "mail.intake._tell_of"]
)
def test_after_a_crash_at_any_step_the_next_try_stores_it_once(step, monkeypatch):
    """T05: the process dies within this step; the way in offers the mail again."""

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    mail = raw(f"Crash in {step}")
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(step, die)
        intake.store(mail, source="pipe")
    row = intake.store(mail, source="pipe")
    assert IncomingMail.objects.get() == row
    assert intake.open_raw(row) == mail


def test_a_full_disk_leaves_no_row_and_no_rest(monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    name = hashlib.sha256(raw("Never stored")).hexdigest()
    folder = Path(storages["letters"].path(f"{name[:2]}/{name}")).parent
    before = set(folder.glob("*"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        intake.store(raw("Never stored"), source="lmtp")
    assert set(folder.glob("*")) == before and not IncomingMail.objects.exists()


def test_a_half_written_file_is_written_anew():
    name = hashlib.sha256(raw("Half")).hexdigest()
    path = Path(storages["letters"].path(f"{name[:2]}/{name}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"From: Anna")
    assert intake.open_raw(intake.store(raw("Half"), source="pipe")) == raw("Half")


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"Message-ID: <a@b>\r\n", "<a@b>"),
        (b"message-id:<a@b>\n", "<a@b>"),
        (b"Subject: x\nMESSAGE-ID:\n <a@b>\nTo: y\n", "<a@b>"),
        (b"Subject: x\n Message-ID: <no@no>\n", ""),
        (b"Subject: x\n\nMessage-ID: <no@no>\n", ""),
        (b"Message-ID: a@b (comment)\n", "<a@b>"),
        (b"Message-ID: <a b>\n", ""),
        (b"Message-ID: \xff\xfe\n", ""),
        (b"Message-ID: <\xff\x00@b>\n", "<\ufffd@b>"),
        (b"Message-ID: <" + b"a" * 300 + b"@b>\n", "<" + "a" * 254),
        (b"Message-ID: " + b"<" * 60_000 + b"\n", ""),
        (b"From someone Mon Jan  1\nMessage-ID: <a@b>\n", "<a@b>"),
        (b"\r\n\r\nMessage-ID: <a@b>\r\n", "<a@b>"),
        (b"", ""),
        (b"\x00" * 100, ""),
    ],
)
def test_the_message_id_is_seen_without_parsing(head, found):
    assert intake.peek_message_id(head) == found


def test_a_mail_of_any_bytes_is_stored():
    for mail in (b"", b"\x00", b"\xff" * 1000, b"Message-ID: <\xed\xa0\x80@x>\n\n"):
        assert intake.open_raw(intake.store(mail, source="pipe")) == mail


# Giving out


def some(count):
    return [intake.store(raw(message_id=f"<{number}@x>"), source="pipe") for number in range(count)]


def test_a_mail_waits_behind_an_older_one_until_that_is_read():
    """The older one's kick is enough for both."""
    first, second = some(2)
    assert not intake.waits_before(first) and intake.waits_before(second)
    assert intake.claim() == [first]
    assert not intake.waits_before(second)


def test_mails_are_given_out_oldest_first_and_once():
    rows = some(5)
    assert intake.claim(2) == rows[:2]
    assert intake.claim(9) == rows[2:]
    assert intake.claim(9) == []


@pytest.mark.django_db(transaction=True)
def test_many_readers_never_get_the_same_mail():
    some(12)
    given = at_once(lambda number: [row.pk for row in intake.claim(5)], 6)
    flat = [pk for pks in given for pk in pks]
    assert len(flat) == len(set(flat))


def test_a_mail_left_behind_is_given_out_again_after_ten_minutes_and_alone():
    rows = some(3)
    intake.claim(3)
    now = timezone.now()
    assert intake.claim(3, at=now + timedelta(minutes=9)) == []
    later = now + timedelta(minutes=11)
    assert [len(intake.claim(3, at=later)) for _ in rows] == [1, 1, 1]


def test_after_three_attempts_a_mail_is_set_aside():
    (row,) = some(1)
    now = timezone.now()
    for attempt in range(3):
        assert intake.claim(at=now + timedelta(minutes=11 * attempt)) == [row]
    assert intake.claim(at=now + timedelta(minutes=60)) == []
    row.refresh_from_db()
    assert (row.state, row.outcome, row.reason) == ("quarantined", "quarantined", "gave_up")
    assert intake.run_again(row) and intake.claim() == [row]


def test_what_became_of_a_mail_is_noted():
    some(1)
    (row,) = intake.claim()
    written = timezone.now()
    letter = Letter(sender=Address("Anna", "anna@example.com"), subject="The cart", date=written)
    intake.finish(row, outcome="created", reference="KTR-482913#1", letter=letter, trust="verified")
    row = IncomingMail.objects.get()
    assert (row.state, row.outcome, row.reference, row.trust) == ("done", "created", "KTR-482913#1", "verified")
    assert (row.sender_address, row.sender_name, row.subject) == ("anna@example.com", "Anna", "The cart")
    assert row.sent_at == written and row.handled_at


def test_who_lost_a_mail_to_another_cannot_finish_it():
    """Exactly once: the act for the mail is rolled back together with its note."""
    some(1)
    (slow,) = intake.claim()
    (quick,) = intake.claim(at=timezone.now() + timedelta(minutes=11))
    for end in (
        lambda: intake.finish(slow, outcome="created"),
        lambda: intake.hold(slow, reason="x"),
        lambda: intake.quarantine(slow, "x"),
    ):
        with pytest.raises(intake.Lost), transaction.atomic():
            end()
    intake.finish(quick, outcome="appended")
    with pytest.raises(intake.Lost):
        intake.finish(quick, outcome="appended")


def test_a_mail_whose_act_was_rolled_back_is_still_ours():
    """T05: its note went with the act, so it can be put back at once."""
    some(1)
    (row,) = intake.claim()
    with pytest.raises(RuntimeError), transaction.atomic():
        intake.finish(row, outcome="created")
        raise RuntimeError
    intake.put_back(row, "The database went away.")
    assert IncomingMail.objects.get().trouble == "The database went away."
    assert intake.claim(at=timezone.now() + timedelta(minutes=2)) == [row]


def test_a_held_mail_can_be_taken_once_and_a_finished_one_never():
    some(1)
    (row,) = intake.claim()
    intake.hold(row, reason="unknown_sender")
    assert (row.state, row.outcome) == ("held", "quarantined")
    twin = IncomingMail.objects.get()
    assert intake.take(row) and not intake.take(twin)
    intake.finish(row, outcome="created")
    assert not intake.take(row) and not intake.run_again(row)


def test_a_mail_put_back_waits_a_minute():
    some(1)
    (row,) = intake.claim()
    intake.put_back(row, "The database restarts.")
    assert intake.claim() == []
    assert intake.claim(at=timezone.now() + timedelta(minutes=2)) == [row]


@pytest.mark.parametrize(
    ("outcome", "again"),
    [("ignored", True), ("rejected", True), ("quarantined", True), ("created", False), ("appended", False)],
)
def test_only_a_mail_without_effect_runs_again(outcome, again):
    some(1)
    (row,) = intake.claim()
    assert not intake.run_again(row), "it is being read"
    intake.finish(row, outcome=outcome, reason="blocked")
    assert intake.run_again(row) is again
    assert (row.state, row.reason) == (("new", "") if again else ("done", "blocked"))

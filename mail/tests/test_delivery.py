"""From the outbox to a real mail server, whatever that server does (T06, ARCHITECTURE's table of failures)."""
import threading
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from mail import delivery, outbox
from mail.models import STUCK, OutgoingMail
from mail.signals import mail_failed

from .conftest import at_once

DAY = timedelta(days=1)


@pytest.fixture
def failures():
    """The letters that the floors above were told of."""
    told = []

    def hear(sender, mail, **kwargs):
        told.append(mail)

    mail_failed.connect(hear)
    yield told
    mail_failed.disconnect(hear)


def fresh(mail):
    return OutgoingMail.objects.get(pk=mail.pk)


# It works


def test_a_letter_goes_to_its_one_recipient_and_keeps_the_servers_words(server, write):
    """S157: the whole reply goes out; the page can say where it is."""
    mail = write(from_name="Billing", from_address="billing@example.com")
    assert delivery.deliver([mail.pk]) == {"sent": 1}
    [(sender, recipient, content)] = server.letters
    assert (sender, recipient) == ("billing@example.com", "anna@example.com")
    assert b"It works." in content
    mail = fresh(mail)
    assert mail.state == "sent" and mail.sent_at and mail.attempts == 1
    assert mail.answer == "250 2.0.0 queued as 1"


def test_delivering_twice_sends_once(server, write):
    """T06, T07."""
    mail = write()
    assert delivery.deliver([mail.pk, mail.pk]) == {"sent": 1, "skipped": 1}
    assert delivery.deliver([mail.pk]) == {"skipped": 1}
    assert delivery.sweep(at=timezone.now() + DAY) == {}
    assert len(server.letters) == 1


def test_one_connection_serves_a_batch(server, write):
    for number in range(5):
        write(to=f"client{number}@example.com")
    assert delivery.sweep(grace=timedelta(0)) == {"sent": 5}
    assert server.connections == 1


def test_a_long_batch_dials_anew_before_the_server_tires(server, write, monkeypatch):
    monkeypatch.setattr("mail.post.LETTERS_A_LINE", 2)
    for _ in range(5):
        write()
    assert delivery.sweep(grace=timedelta(0)) == {"sent": 5}
    assert server.connections == 3


def test_the_sweep_leaves_the_quick_path_its_minute_and_the_command_does_not(server, write, capsys):
    write()
    assert delivery.sweep() == {}
    assert delivery.sweep(at=timezone.now() + timedelta(seconds=61)) == {"sent": 1}
    write()
    call_command("deliver_email")
    call_command("deliver_email")
    assert capsys.readouterr().out == "sent: 1\nnothing was due\n"


def test_a_letter_not_before_a_moment_waits_for_it(server, write):
    mail = write(due_at=timezone.now() + DAY)
    assert delivery.deliver([mail.pk]) == {"skipped": 1}
    assert delivery.sweep(at=timezone.now() + DAY - timedelta(minutes=5)) == {}
    assert delivery.sweep(at=timezone.now() + DAY + timedelta(minutes=5)) == {"sent": 1}


def test_a_cancelled_letter_stays(server, write):
    mail = write()
    assert outbox.cancel(mail)
    assert delivery.deliver([mail.pk]) == {"skipped": 1}
    assert server.letters == [] and fresh(mail).state == "cancelled"


def test_the_sweep_is_bounded_and_takes_the_longest_waiting_first(server, write, monkeypatch):
    monkeypatch.setattr("mail.delivery.BATCH", 3)
    now = timezone.now()
    for minutes in (5, 50, 20, 40, 30):
        write(to=f"since{minutes}@example.com", due_at=now - timedelta(minutes=minutes))
    assert delivery.due(now, most=3) == [
        OutgoingMail.objects.get(to_address=f"since{minutes}@example.com").pk for minutes in (50, 40, 30)
    ]


def test_what_the_sweep_looks_at_is_found_by_index_however_much_was_sent(server, write, django_assert_num_queries):
    with django_assert_num_queries(3):
        delivery.due(timezone.now())
    for _ in range(3):
        write()
    with django_assert_num_queries(3):
        assert len(delivery.due(timezone.now() + DAY)) == 3


# The server says no


def test_a_refusal_fails_the_letter_with_the_servers_words_and_tells_the_floors_above(server, write, failures):
    """ARCHITECTURE: SMTP 5xx, failed, shown on the message, the ticket comes back to staff."""
    server.says["rcpt"] = "550 5.1.1 No such user here"
    mail = write(reference="KTR-482913#3")
    assert delivery.deliver([mail.pk]) == {"failed": 1}
    mail = fresh(mail)
    assert (mail.state, mail.trouble, mail.answer) == ("failed", "refused", "550 5.1.1 No such user here")
    assert [told.reference for told in failures] == ["KTR-482913#3"]
    assert delivery.sweep(at=timezone.now() + DAY) == {}


@pytest.mark.parametrize("step", ["mail", "rcpt", "before keeping"])
def test_a_letter_refused_at_any_step_leaves_the_connection_to_the_next(server, write, step):
    server.says[step] = ["554 not this one"]
    first, second = write(), write()
    assert delivery.deliver([first.pk, second.pk]) == {"failed": 1, "sent": 1}
    assert fresh(first).state == "failed" and fresh(second).state == "sent"
    assert server.connections == 1


def test_later_means_later_with_growing_pauses_and_the_same_message_id(server, write, failures):
    """Greylisting: 4xx, retry with back-off."""
    server.says["rcpt"] = ["451 4.7.1 Greylisted"] * 3
    mail = write()
    now, pauses = timezone.now(), []
    for _ in range(3):
        assert delivery.deliver([mail.pk], at=now) == {"retry": 1}
        assert delivery.deliver([mail.pk], at=now) == {"skipped": 1}
        mail = fresh(mail)
        assert (mail.trouble, mail.answer) == ("delayed", "451 4.7.1 Greylisted")
        pauses.append((mail.retry_at - now) / timedelta(minutes=1))
        now = mail.retry_at
    assert 0.8 <= pauses[0] <= 1.2 and 4 <= pauses[1] <= 6 and 12 <= pauses[2] <= 18
    assert delivery.sweep(at=now) == {"sent": 1}
    assert message_from_bytes(server.content[0])["Message-ID"] == mail.message_id
    assert fresh(mail).attempts == 4 and failures == []


def test_after_two_days_of_later_it_is_given_up(server, write, failures):
    server.says["rcpt"] = "451 come back"
    mail, now, attempts = write(), timezone.now(), 0
    while fresh(mail).state in ("queued", "retry"):
        delivery.deliver([mail.pk], at=now)
        attempts += 1
        now = fresh(mail).retry_at or now
    mail = fresh(mail)
    assert (mail.state, mail.trouble, mail.answer) == ("failed", "expired", "451 come back")
    assert timedelta(days=2) < now - mail.due_at < timedelta(days=3)
    assert 8 <= attempts <= 15 and len(failures) == 1


# The server is in a bad way


def test_a_server_that_is_down_costs_no_letter_an_attempt(no_server, write, failures):
    mails = [write() for _ in range(3)]
    assert delivery.sweep(grace=timedelta(0)) == {"unreachable": 3}
    for mail in map(fresh, mails):
        assert (mail.state, mail.trouble, mail.attempts) == ("retry", "unreachable", 0)
        assert "refused" in mail.answer.lower() and mail.retry_at > timezone.now()
    assert failures == []


def test_days_without_a_server_lose_nothing(no_server, server, write, settings):
    """SMTP down: nothing lost. The letters of two weeks go out when it is back."""
    there, settings.EMAIL_URL = settings.EMAIL_URL, "smtp://127.0.0.1:1"
    write()
    now = timezone.now()
    for day in range(14):
        assert delivery.sweep(at=now + (day + 1) * DAY) == {"unreachable": 1}
    settings.EMAIL_URL = there
    assert delivery.sweep(at=now + 15 * DAY) == {"sent": 1}
    assert len(server.letters) == 1


def test_a_server_that_hangs_is_not_waited_for_for_ever(server, write, settings):
    settings.MAIL_TIMEOUT = 0.3
    server.says["rcpt"] = ["hang"]
    first, second = write(), write()
    assert delivery.deliver([first.pk, second.pk]) == {"retry": 1, "sent": 1}
    assert fresh(first).trouble == "broken_off"


@pytest.mark.parametrize("step", ["mail", "rcpt", "before keeping"])
def test_a_server_that_dies_half_way_gets_the_letter_again(server, write, step):
    server.says[step] = ["die"]
    mail = write()
    assert delivery.deliver([mail.pk]) == {"retry": 1}
    assert fresh(mail).trouble == "broken_off"
    assert delivery.sweep(at=timezone.now() + timedelta(minutes=2)) == {"sent": 1}
    assert len(server.letters) == 1


def test_a_server_that_dies_after_taking_the_letter_gets_the_same_message_id(server, write):
    """Exactly once as far as SMTP allows: the double can be known as one."""
    server.says["data"] = ["die"]
    mail = write()
    assert delivery.deliver([mail.pk]) == {"retry": 1}
    assert delivery.sweep(at=timezone.now() + timedelta(minutes=2)) == {"sent": 1}
    first, second = map(message_from_bytes, server.content)
    assert first["Message-ID"] == second["Message-ID"] == mail.message_id
    assert first["Date"] == second["Date"]


def test_two_broken_lines_in_a_row_end_the_batch(server, write):
    """A server that dies at each letter costs two of them an attempt, not two hundred."""
    server.says["before keeping"] = "die"
    mails = [write() for _ in range(6)]
    assert delivery.sweep(grace=timedelta(0)) == {"retry": 2, "unreachable": 4}
    assert [fresh(mail).attempts for mail in mails] == [1, 1, 0, 0, 0, 0]


def test_a_server_that_says_goodbye_is_dialled_again(server, write):
    server.says["mail"] = ["421 4.4.2 shutting down"]
    first, second = write(), write()
    assert delivery.deliver([first.pk, second.pk]) == {"retry": 1, "sent": 1}
    assert fresh(first).trouble == "delayed" and server.connections == 2


def test_a_wrong_password_is_the_servers_trouble_not_the_letters(server, write, settings):
    settings.EMAIL_URL = settings.EMAIL_URL.replace("smtp://", "smtp://support:wrong@")
    mail = write()
    assert delivery.deliver([mail.pk]) == {"unreachable": 1}
    assert fresh(mail).attempts == 0


def test_a_server_without_encryption_gets_nothing_when_encryption_was_asked(server, write, settings):
    """SECURITY V12: no silent fallback to plain text."""
    settings.EMAIL_URL = settings.EMAIL_URL.replace("smtp://", "smtp+tls://")
    mail = write()
    assert delivery.deliver([mail.pk]) == {"unreachable": 1}
    assert server.letters == [] and fresh(mail).state == "retry"


def test_only_two_conversations_at_once_so_that_the_workers_threads_are_never_all_taken(server, write):
    mail = write()
    with delivery.a_line(patience=0), delivery.a_line(patience=0):
        assert delivery.sweep(at=timezone.now() + DAY) == {}
        assert fresh(mail).state == "queued"
    assert delivery.sweep(at=timezone.now() + DAY) == {"sent": 1}


# The sender is in a bad way


def test_a_letter_of_a_dead_sender_is_swept_after_a_quarter_of_an_hour(server, write):
    """ARCHITECTURE: worker dies mid-send, the row is swept after 15 minutes; same Message-ID."""
    mail = write()
    now = timezone.now()
    delivery.claim(mail.pk, at=now)
    assert delivery.sweep(at=now + STUCK - timedelta(seconds=5)) == {}
    assert delivery.sweep(at=now + STUCK + timedelta(seconds=5)) == {"sent": 1}
    assert fresh(mail).attempts == 2


def test_a_slow_sender_does_not_write_over_what_a_second_one_noted(write):
    mail = write()
    now = timezone.now()
    slow = delivery.claim(mail.pk, at=now)
    delivery.claim(mail.pk, at=now + 2 * STUCK)
    delivery.later(slow, "delayed", "451 too late", at=now + 2 * STUCK)
    delivery.give_up(slow, "refused", "550 too late")
    assert (fresh(mail).state, fresh(mail).answer) == ("sending", "")


def test_a_letter_that_kills_each_sender_ends(server, write, failures):
    mail = write()
    now = timezone.now()
    for attempt in range(delivery.MOST_ATTEMPTS):
        assert delivery.claim(mail.pk, at=now + attempt * 2 * STUCK)
    assert delivery.sweep(at=now + 3 * DAY) == {"failed": 1}
    assert fresh(mail).trouble == "expired" and server.letters == [] and len(failures) == 1


def test_a_letter_that_cannot_be_built_fails_and_never_stops_the_batch(server, write, failures):
    """T12: BadHeaderError and its kin end in a quarantined row."""
    poison, good = write(), write()
    OutgoingMail.objects.filter(pk=poison.pk).update(subject="Hello\r\nBcc: all@example.com")
    assert delivery.sweep(grace=timedelta(0)) == {"failed": 1, "sent": 1}
    assert fresh(poison).trouble == "cannot_build" and fresh(good).state == "sent"
    assert failures == [poison]


def test_a_floor_above_that_stumbles_does_not_make_the_letter_go_round(server, write, caplog):
    def stumble(sender, mail, **kwargs):
        raise RuntimeError("the ticket is gone")

    server.says["rcpt"] = "550 no"
    mail = write()
    mail_failed.connect(stumble)
    try:
        assert delivery.deliver([mail.pk]) == {"failed": 1}
    finally:
        mail_failed.disconnect(stumble)
    assert fresh(mail).state == "failed" and "Nobody took in" in caplog.text


# Secrets and files


def test_a_secret_is_blanked_once_its_letter_is_out(server, write):
    """ARCHITECTURE: one that carries a secret is blanked after sending."""
    mail = write(text="token-1234", html="<p>token-1234</p>", secret=True)
    delivery.deliver([mail.pk])
    assert b"token-1234" in server.content[0]
    assert (fresh(mail).text, fresh(mail).html) == ("", "")
    assert not outbox.send_again(fresh(mail))


def test_a_secret_is_blanked_when_its_letter_fails_and_kept_while_it_is_tried(server, write):
    server.says["rcpt"] = ["451 later", "550 no"]
    mail = write(text="token-1234", secret=True)
    delivery.deliver([mail.pk])
    assert fresh(mail).text
    delivery.deliver([mail.pk], at=fresh(mail).retry_at)
    assert fresh(mail).state == "failed" and not fresh(mail).text


def test_files_go_along_and_one_that_is_gone_is_named(server, write):
    """S151, C19: files go with the mail; a missing one does not hold it back."""
    kept = storages["attachments"].save("kept", ContentFile(b"\x89PNG picture"))
    files = [
        outbox.File("Снимок экрана.png", "image/png", 12, kept),
        outbox.File("lost.txt", "text/plain", 5, "gone/for/good"),
    ]
    mail = write(files=files, html="<html><body><p>It works.</p></body></html>", language="fr")
    assert delivery.deliver([mail.pk]) == {"sent": 1}
    assert fresh(mail).trouble == "without_files"
    letter = message_from_bytes(server.content[0])
    [picture] = [part for part in letter.walk() if part.get_content_disposition() == "attachment"]
    assert picture.get_filename() == "Снимок экрана.png"
    assert picture.get_payload(decode=True) == b"\x89PNG picture"
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            assert "lost.txt" in part.get_payload(decode=True).decode()


def test_a_file_that_cannot_be_read_now_is_tried_later(server, write, settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "attachments": {**settings.STORAGES["attachments"]}}
    folder = tmp_path / "a-folder"
    folder.mkdir()
    settings.STORAGES["attachments"]["OPTIONS"] = {"location": str(tmp_path)}
    mail = write(files=[outbox.File("a.txt", "text/plain", 1, "a-folder")])
    assert delivery.deliver([mail.pk]) == {"retry": 1}
    assert fresh(mail).trouble == "unreadable" and server.letters == []


# Into files


def test_without_a_server_each_letter_is_one_readable_file(folder, write):
    mail = write(text="Ваша заявка принята.\n", html="<p>Ваша заявка принята.</p>", to="anna@example.com")
    assert delivery.deliver([mail.pk]) == {"sent": 1}
    [file] = folder.iterdir()
    assert file.name.endswith("-reply-anna@example.com.eml") and fresh(mail).answer == file.name
    assert "Ваша заявка принята." in file.read_text() and "\r" not in file.read_text()
    OutgoingMail.objects.update(state="queued")
    delivery.deliver([mail.pk])
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_written_holds_the_letters_back(settings, write, tmp_path):
    settings.EMAIL_URL, settings.MAIL_FOLDER = "", tmp_path / "file"
    settings.MAIL_FOLDER.write_text("in the way")
    mail = write()
    assert delivery.deliver([mail.pk]) == {"unreachable": 1}
    assert fresh(mail).state == "retry"


# Side by side


@pytest.mark.django_db(transaction=True)
def test_eight_senders_at_once_send_each_letter_once(server, write, settings, monkeypatch):
    """T06: two deliverers concurrently send once; on both databases a claim has one winner."""
    monkeypatch.setattr(delivery, "lines", threading.BoundedSemaphore(8))
    mails = [write(to=f"client{number}@example.com") for number in range(24)]
    ids = [mail.pk for mail in mails]
    at_once(lambda number: delivery.deliver(ids[number:] + ids[:number]), 8)
    assert sorted(recipient for _, recipient, _ in server.letters) == sorted(mail.to_address for mail in mails)
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_without_the_condition_in_the_update_letters_would_go_out_twice(server, write):
    """The control: the race above is real. Senders that look first and write afterwards all win."""
    mail = write()
    looked = threading.Barrier(2)

    def careless(number):
        found = OutgoingMail.objects.filter(pk=mail.pk, state="queued").exists()
        looked.wait()
        OutgoingMail.objects.filter(pk=mail.pk).update(state="sending")
        return found

    assert at_once(careless, 2) == [True, True]

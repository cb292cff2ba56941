"""Mailboxes on a real server: what is there comes in once, whatever happens in between (T05, Done-when 2)."""
import itertools
import os
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from imap_tools.utils import encode_folder

from engine.models import Lease
from mail import fetching, intake
from mail.fetching import places, visits
from mail.fetching.dialing import is_never
from mail.models import IncomingMail, Mailbox

from .dovecot import PASSWORD, free_ports
from .servers import Peer, babbles, drips, hangs_up, script, silent
from .test_intake import raw

pytestmark = pytest.mark.django_db
Problem = fetching.Problem
numbers = itertools.count()


def elsewhere(port, **given):
    """A mailbox on a server that is no mail server, or not ours."""
    plain = {"name": f"Elsewhere {next(numbers)}", "host": "127.0.0.1", "security": "none", "username": "support"}
    mailbox = Mailbox(**{**plain, "port": port, **given})
    mailbox.secret = "wrong"
    mailbox.save()
    return mailbox


def mails(count, start=0):
    return [raw(f"Mail {number}", message_id=f"<{number}@client.example>") for number in range(start, start + count)]


def fetch(mailbox):
    mailbox.refresh_from_db()
    return fetching.fetch(mailbox)


def subjects():
    rows = IncomingMail.objects.order_by("pk")
    return [intake.open_raw(row).partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for row in rows]


SEEN = rb"\Seen"


# IMAP


@pytest.mark.imap
def test_mails_come_in_oldest_first_byte_for_byte_and_are_marked_as_read(program, connect):
    """T05."""
    mailbox = connect()
    program.put(*mails(3))
    assert fetch(mailbox) == 3
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2"]
    row = IncomingMail.objects.earliest("pk")
    assert intake.open_raw(row) == mails(1)[0]
    assert (row.source, row.mailbox, row.folder, row.state) == ("mailbox", mailbox, "INBOX", "new")
    assert program.flags() == [{SEEN}] * 3
    assert fetch(mailbox) == 0
    mailbox.refresh_from_db()
    assert mailbox.checked_at and not mailbox.problem


@pytest.mark.imap
def test_a_mail_somebody_else_has_read_already_comes_in_too(program, connect):
    mailbox = connect()
    assert fetch(mailbox) == 0
    program.put(*mails(2))
    program.read_all()
    assert fetch(mailbox) == 2


@pytest.mark.imap
def test_of_a_mailbox_seen_for_the_first_time_only_unread_mails_come_in(program, connect):
    program.put(*mails(2), flags=r"(\Seen)")
    program.put(*mails(1, start=2))
    mailbox = connect()
    assert fetch(mailbox) == 1
    assert subjects() == ["Mail 2"]


@pytest.mark.imap
def test_mails_are_moved_when_they_are_stored(program, connect):
    program.put(*mails(2))
    assert fetch(connect(after="move", moved_to="Done")) == 2
    assert (program.count(), program.count("Done")) == (0, 2)


@pytest.mark.imap
def test_mails_are_deleted_when_they_are_stored_and_no_others(program, connect):
    program.put(*mails(1), flags=r"(\Deleted)")
    program.put(*mails(1, start=1))
    assert fetch(connect(after="delete")) == 1
    assert subjects() == ["Mail 1"]
    assert program.count() == 1, "what somebody else has marked is not ours to take away"


@pytest.mark.imap
def test_the_same_mail_in_two_folders_is_one(program, connect):
    """T05."""
    program.put(*mails(1))
    program.put(*mails(1), folder="Spam")
    inbox, spam = connect(), connect(name="Spam", folder="Spam")
    assert (fetch(inbox), fetch(spam)) == (1, 1)
    assert IncomingMail.objects.count() == 1
    assert fetch(spam) == 0


@pytest.mark.imap
def test_a_folder_made_anew_brings_nothing_twice_and_loses_nothing(program, connect):
    """UIDVALIDITY: the numbers mean nothing any more."""
    mailbox = connect(folder="Spam")
    program.put(*mails(2), folder="Spam")
    assert fetch(mailbox) == 2
    program.make_anew("Spam")
    program.put(*mails(3), folder="Spam", flags=r"(\Seen)")
    fetch(mailbox)
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2"]
    program.put(*mails(1, start=3), folder="Spam")
    assert fetch(mailbox) == 1


@pytest.mark.imap
def test_a_folder_with_a_name_of_any_letters_is_found(program, connect):
    name = encode_folder("Почта & été")
    program.line.create(name)
    program.put(*mails(1), folder=name)
    assert fetch(connect(folder="Почта & été")) == 1


@pytest.mark.imap
@pytest.mark.parametrize(
    "mail", [b"\r\n", b"x", b'Subject: "\\\r\n\r\n"\\)\r\n', b"A: " + b"x" * 100_000 + b"\r\n\r\n", b"\xff\x01\r\n"]
)
def test_a_mail_of_any_bytes_comes_in(mail, program, connect):
    """T25."""
    program.put(mail)
    for kind in ("imap", "pop3"):
        assert isinstance(fetch(connect(kind=kind, name=kind)), int)
    row = IncomingMail.objects.earliest("pk")
    assert intake.open_raw(row) == mail


@pytest.mark.imap
def test_of_a_mail_that_is_too_large_the_beginning_comes_in_and_the_mail_stays(program, connect, monkeypatch):
    """C9: nothing is dropped."""
    monkeypatch.setattr(places, "LARGEST", 1000)
    program.put(raw() + b"x" * 5000)
    assert fetch(connect(after="delete")) == 1
    row = IncomingMail.objects.get()
    assert (row.size, row.cut_from) == (1000, len(raw()) + 5000)
    program.line.select("INBOX")
    program.line.store("1", "-FLAGS", r"(\Seen)")  # as if the fetcher had died before it marked the mail
    program.line.close()
    assert fetch(Mailbox.objects.get()) == 0
    assert program.flags() == [{SEEN}]


# Exactly once (T05)


@pytest.mark.imap
@pytest.mark.parametrize(
    "step", ["mail.fetching.imap.Imap.done", "mail.fetching.imap.Imap.remember", "mail.intake.peek_message_id"]
)
@pytest.mark.parametrize("after", ["seen", "move", "delete"])
@pytest.mark.django_db(transaction=True)
def test_after_a_crash_at_any_step_each_mail_is_there_once(step, after, program, connect, monkeypatch):
    """T05: the fetcher dies in this step, at the second mail."""
    mailbox = connect(after=after, moved_to="Done")
    program.put(*mails(3))
    calls = itertools.count(1)

    def die(*args, **kwargs):
        if next(calls) == (1 if step.endswith("remember") else 2):
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    module, _, name = step.rpartition(".")
    holder = {"mail.fetching.imap.Imap": fetching.visits.Imap, "mail.intake": intake}[module]
    original = getattr(holder, name)
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(holder, name, die)
        fetch(mailbox)
    fetch(mailbox)
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2"]
    assert program.count("Done") == (3 if after == "move" else 0)
    assert program.flags() == ([{SEEN}] * 3 if after == "seen" else [])


@pytest.mark.imap
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_the_mail_in_the_mailbox(program, connect, monkeypatch):
    mailbox = connect(after="delete")
    program.put(raw("Never seen before: disk"))

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        trouble = fetch(mailbox)
    assert (trouble.problem, trouble.answer) == (Problem.STORING, "No space left on device")
    assert program.count() == 1 and not IncomingMail.objects.exists()
    Mailbox.objects.update(retry_at=None)
    assert fetch(mailbox) == 1 and program.count() == 0


@pytest.mark.imap
def test_who_fetches_at_the_same_time_waits_for_another_turn(program, connect):
    mailbox = connect()
    program.put(*mails(1))
    Lease.objects.create(name=f"mailbox:{mailbox.pk}", holder="another", until=timezone.now() + timedelta(minutes=1))
    assert fetch(mailbox) == 0 and not IncomingMail.objects.exists()


@pytest.mark.imap
def test_a_full_mailbox_keeps_no_other_waiting(program, connect, monkeypatch):
    monkeypatch.setattr(visits, "BUDGET", -1)
    mailbox = connect()
    program.put(*mails(2))
    assert fetch(mailbox) == 0
    program.put(*mails(1, start=2), flags=r"(\Seen)")
    monkeypatch.undo()
    assert fetch(mailbox) == 3


# POP3


@pytest.mark.imap
@pytest.mark.parametrize(("after", "left"), [("seen", 2), ("delete", 0)])
def test_mails_come_in_over_pop3_once(after, left, program, connect):
    """T05."""
    mailbox = connect(kind="pop3", after=after)
    program.put(*mails(2))
    assert fetch(mailbox) == 2
    assert fetch(mailbox) == 0
    assert subjects() == ["Mail 0", "Mail 1"]
    assert intake.open_raw(IncomingMail.objects.earliest("pk")) == mails(1)[0]
    assert program.count() == left


@pytest.mark.imap
@pytest.mark.parametrize("kind", ["pop3", "imap"])
def test_a_mail_that_came_by_another_way_is_read_once_where_it_stays(kind, program, connect, monkeypatch):
    """T05: its place is remembered; or it would be downloaded each minute for ever."""
    mailbox = connect(kind=kind)
    intake.store(mails(1)[0], source="pipe")
    program.put(*mails(2))
    assert fetch(mailbox) == 2
    monkeypatch.setattr(places, "LARGEST", -1)  # whatever is read now would be cut
    program.line.select("INBOX")
    program.line.store("1:*", "-FLAGS", r"(\Seen)")
    assert fetch(mailbox) == 0
    assert sorted(subjects()) == ["Mail 0", "Mail 1"] and not IncomingMail.objects.exclude(cut_from=None).exists()


@pytest.mark.imap
def test_a_pop3_mail_with_dots_and_endless_lines_comes_in_byte_for_byte(program, connect):
    """T25: poplib alone refuses lines over 2 kB."""
    mail = raw() + b".\r\n..\r\n.x\r\n" + b"." * 3_000_000 + b"\r\n" + b"y" * 100_000 + b"\r\n"
    program.put(mail)
    assert fetch(connect(kind="pop3")) == 1
    assert intake.open_raw(IncomingMail.objects.get()) == mail


@pytest.mark.imap
def test_of_a_pop3_mail_that_is_too_large_the_beginning_comes_in(program, connect, monkeypatch):
    """C9."""
    monkeypatch.setattr(places, "LARGEST", 1000)
    monkeypatch.setattr("mail.fetching.pop3.HEAD", 1)
    program.put(raw() + b"x\r\n" * 5000)
    assert fetch(connect(kind="pop3", after="delete")) == 1
    assert IncomingMail.objects.get().cut_from == len(raw()) + 15_000
    assert program.count() == 1


@pytest.mark.imap
@pytest.mark.django_db(transaction=True)
def test_a_pop3_line_that_breaks_deletes_nothing_and_doubles_nothing(program, connect, monkeypatch):
    mailbox = connect(kind="pop3", after="delete")
    program.put(*mails(2))

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(fetching.visits.Pop3, "remember", die)
        fetch(mailbox)
    assert program.count() == 2
    fetch(mailbox)
    assert subjects() == ["Mail 0", "Mail 1"] and program.count() == 0


# Encryption and sign-in


@pytest.mark.imap
@pytest.mark.parametrize("kind", ["imap", "pop3"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_line_is_encrypted_and_the_certificate_checked(kind, security, program, connect, monkeypatch):
    """SECURITY V12."""
    dovecot = program.dovecot
    port = getattr(dovecot, f"{kind}s" if security == "tls" else kind)
    mailbox = connect(kind=kind, security=security, port=port, host="localhost")
    program.put(*mails(1))
    assert fetch(mailbox).problem == Problem.CERTIFICATE
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.authority))
    assert fetch(mailbox) == 1


@pytest.mark.imap
@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_a_wrong_password_is_told_and_the_account_is_left_alone_for_a_while(kind, program, connect):
    mailbox = connect(kind=kind, secret="wrong")
    assert fetch(mailbox).problem == Problem.SIGN_IN
    mailbox.refresh_from_db()
    assert mailbox.get_problem_display() == "The mail server refused the user name or the password."
    assert mailbox.answer and PASSWORD not in mailbox.answer
    assert mailbox.retry_at > timezone.now() + timedelta(minutes=5)


@pytest.mark.imap
def test_an_access_token_is_bought_with_the_refresh_token_and_kept(program, connect, provider, settings):
    """XOAUTH2, SECURITY V10."""
    settings.MAIL_OAUTH = {"google": f"{provider.url}/token", "microsoft": f"{provider.url}/{{tenant}}/token"}
    provider.whose, provider.more, provider.answer = program.name, {}, None
    provider.asked.clear()
    mailbox = connect(auth="google", secret="refresh-me", client_id="portal")
    mailbox.client_secret = "app-secret"
    mailbox.save(update_fields=["sealed_client_secret"])
    program.put(*mails(1))
    assert (fetch(mailbox), fetch(mailbox)) == (1, 0)
    assert provider.asked == [
        "grant_type=refresh_token&refresh_token=refresh-me&client_id=portal&client_secret=app-secret"
    ], "once: the token lasts an hour"


@pytest.mark.imap
def test_a_new_refresh_token_replaces_the_old_one(program, connect, provider, settings):
    settings.MAIL_OAUTH = {"microsoft": f"{provider.url}/{{tenant}}/token"}
    provider.whose, provider.more, provider.answer = program.name, {"refresh_token": "refresh-next"}, None
    mailbox = connect(auth="microsoft", secret="refresh-me", client_id="portal", kind="pop3", tenant="a/../b")
    assert fetch(mailbox) == 0
    mailbox.refresh_from_db()
    assert mailbox.secret == "refresh-next"
    assert "POP.AccessAsUser.All" in provider.asked[-1]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((400, '{"error": "invalid_grant", "error_description": "Token has been revoked."}'), Problem.TOKEN),
        ((500, "<html>"), Problem.PROVIDER),
        ((429, "{}"), Problem.PROVIDER),
        ((200, "[]"), Problem.PROVIDER),
        ((302, "{}"), Problem.PROVIDER),
    ],
)
@pytest.mark.imap
def test_a_provider_that_gives_no_token_is_told(answer, problem, connect, provider, settings):
    settings.MAIL_OAUTH = {"google": f"{provider.url}/token"}
    provider.answer = answer
    trouble = fetch(connect(auth="google", secret="refresh-me"))
    assert trouble.problem == problem
    assert "refresh-me" not in trouble.answer
    assert answer[0] != 400 or "Token has been revoked." in trouble.answer


@pytest.mark.imap
def test_a_secret_whose_key_is_gone_is_told(connect, settings):
    mailbox = connect()
    settings.FIELD_ENCRYPTION_KEYS = ["another key of at least thirty-two characters"]
    assert fetch(mailbox).problem == Problem.SEALED


@pytest.mark.imap
def test_a_folder_that_is_not_there_is_told(connect):
    assert fetch(connect(folder="Nowhere")).problem == Problem.FOLDER


@pytest.mark.imap
def test_mails_that_cannot_be_moved_come_in_all_the_same_and_it_is_told(program, connect):
    mailbox = connect(after="move", moved_to="Nowhere")
    program.put(*mails(3))
    assert fetch(mailbox).problem == Problem.NOT_MARKED
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2"] and program.count() == 3
    program.line.create("Nowhere")
    assert fetch(mailbox) == 0
    assert program.count("Nowhere") == 3 and IncomingMail.objects.count() == 3


# Servers that fail


@pytest.mark.parametrize("kind", ["imap", "pop3"])
@pytest.mark.parametrize(
    ("behave", "security", "problem"),
    [
        (silent, "none", Problem.HUNG),
        (silent, "tls", Problem.HUNG),
        (drips, "none", Problem.HUNG),
        (hangs_up, "none", Problem.UNREACHABLE),
        (hangs_up, "tls", Problem.UNREACHABLE),
        (babbles, "none", Problem.PROTOCOL),
        (babbles, "tls", Problem.NO_TLS),
    ],
)
def test_a_server_that_fails_is_told_and_costs_little_time(behave, security, problem, kind, settings, monkeypatch):
    settings.MAIL_TIMEOUT = 0.5
    monkeypatch.setattr(visits, "LONGEST", 1)
    peer = Peer(behave)
    try:
        mailbox = elsewhere(peer.port, kind=kind, security=security)
        assert fetch(mailbox).problem == problem
    finally:
        peer.close()
    mailbox.refresh_from_db()
    assert mailbox.problem == problem and mailbox.failures == 1 and mailbox.retry_at > timezone.now()


def test_nobody_at_that_port_and_a_name_nobody_knows_are_told():
    (port,) = free_ports(1)
    assert fetch(elsewhere(port)).problem == Problem.UNREACHABLE
    assert fetch(elsewhere(143, host="mail.nowhere.example")).problem == Problem.NO_HOST
    assert fetch(elsewhere(143, host="a" * 100 + ".example")).problem == Problem.NO_HOST


@pytest.mark.parametrize("host", ["169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "[fe80::1]", "fe80::1%lo"])
def test_the_portal_calls_no_address_where_machines_keep_their_secrets(host):
    """T13: the metadata of clouds."""
    assert fetch(elsewhere(80, host=host)).problem in (Problem.FORBIDDEN, Problem.NO_HOST)


@pytest.mark.parametrize(
    ("address", "never"),
    [
        ("169.254.169.254", True), ("fe80::1", True), ("fe80::1%eth0", True), ("::ffff:169.254.169.254", True),
        ("64:ff9b::a9fe:a9fe", True), ("::a9fe:a9fe", True), ("fd00:ec2::254", True), ("100.100.100.200", True),
        ("224.0.0.1", True), ("255.255.255.255", True), ("0.0.0.0", True), ("::", True), ("ff02::1", True),
        ("127.0.0.1", False), ("::1", False), ("10.0.0.5", False), ("192.168.1.2", False), ("fd12:3456::1", False),
        ("203.0.113.7", False), ("2001:db8::25", False), ("64:ff9b::cb00:7107", False),
    ],
)  # fmt: skip
def test_where_no_mail_server_lives(address, never):
    """T13."""
    assert is_never(address) is never


IMAP = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
    "SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 3] ok\r\n{tag} OK [READ-WRITE] done\r\n",
    "SEARCH": b"* SEARCH 1 2\r\n{tag} OK done\r\n",
    "RFC822.SIZE": b"* 1 FETCH (UID 1 RFC822.SIZE 30)\r\n* 2 FETCH (RFC822.SIZE 30 UID 2)\r\n{tag} OK done\r\n",
}


def scripted(**answers):
    words = {name.replace("_", " "): answer for name, answer in answers.items()}
    return Peer(script(b"* OK ready\r\n", {**words, **IMAP}))


def test_a_mail_that_is_gone_meanwhile_or_comes_in_quotes_stops_nothing():
    peer = scripted(**{
        "FETCH 1 (BODY": b"{tag} OK nothing there\r\n",
        "FETCH 2 (BODY": b'* 2 FETCH (UID 2 BODY[] "Subject: \\"x\\"")\r\n{tag} OK done\r\n',
    })
    mailbox = elsewhere(peer.port)
    assert fetch(mailbox) == 1
    assert intake.open_raw(IncomingMail.objects.get()) == b'Subject: "x"'
    peer.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 BODY[] {100}\r\nSubject: half",
        b"* 1 FETCH (UID 1 BODY[] {999999999999}\r\nSubject: half",
        b"{tag} BAD what\r\n",
        b"{tag} NO [INUSE] later\r\n",
        b"\xff\xfe\x00\r\n",
        b"* BYE go away\r\n",
    ],
)
def test_half_a_mail_is_no_mail(answer, settings):
    """The bytes end in the middle: nothing is stored, nothing is marked."""
    settings.MAIL_TIMEOUT = 0.5

    peer = scripted(BODY=answer)
    assert isinstance(fetch(elsewhere(peer.port)), fetching.Trouble)
    assert not IncomingMail.objects.exists()
    peer.close()


@pytest.mark.parametrize(
    "answers",
    [
        {"SEARCH": b"* SEARCH one two\r\n{tag} OK done\r\n"},
        {"RFC822.SIZE": b"* 1 FETCH NIL\r\n{tag} OK done\r\n"},
        {"SELECT": b"{tag} OK [READ-ONLY] look but do not touch\r\n"},
        {"SELECT": b"* OK [UIDVALIDITY x]\r\n{tag} OK done\r\n"},
        {"LOGIN": b"* OK " + b"x" * 100_000 + b"\r\n{tag} OK done\r\n"},
    ],
)
def test_a_server_that_answers_nonsense_harms_nobody(answers):
    peer = Peer(script(b"* OK ready\r\n", {**answers, **{k: v for k, v in IMAP.items() if k not in answers}}))
    mailbox = elsewhere(peer.port)
    fetch(mailbox)
    assert not IncomingMail.objects.exists()
    peer.close()


@pytest.mark.imap
def test_one_mailbox_that_fails_stops_no_other(program, connect, settings, monkeypatch):
    settings.MAIL_TIMEOUT = 0.5
    monkeypatch.setattr(visits, "LONGEST", 1)
    peers = [Peer(behave) for behave in (silent, hangs_up, babbles)]
    for peer in peers:
        elsewhere(peer.port)
    mailbox = connect()
    program.put(*mails(2))
    found = fetching.fetch_all()
    assert found.pop(mailbox) == 2
    assert [type(answer) for answer in found.values()] == [fetching.Trouble] * 3
    assert fetching.fetch_all() == {mailbox: 0}, "the others rest"
    for peer in peers:
        peer.close()


def test_the_pauses_grow_up_to_an_hour_and_end_with_the_trouble():
    (port,) = free_ports(1)
    mailbox = elsewhere(port)
    pauses = []
    for _ in range(9):
        begun = timezone.now()
        fetch(mailbox)
        mailbox.refresh_from_db()
        pauses.append(round((mailbox.retry_at - begun).total_seconds() / 60))
    assert pauses[0] == 1 and pauses[:7] == sorted(pauses[:7]) and all(54 <= pause <= 66 for pause in pauses[6:])
    visits.note_well(mailbox)
    mailbox.refresh_from_db()
    assert (mailbox.problem, mailbox.answer, mailbox.failures, mailbox.retry_at) == ("", "", 0, None)


def test_a_mailbox_that_is_switched_off_or_rests_is_left_alone():
    now = timezone.now()
    elsewhere(1, is_active=False)
    elsewhere(1, retry_at=now + timedelta(minutes=5))
    assert fetching.fetch_all(at=now) == {}


# The test an operator makes, and the command


@pytest.mark.imap
@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_trying_a_mailbox_out_counts_and_changes_nothing(kind, program, connect):
    program.put(*mails(2))
    program.put(*mails(1, start=2), flags=r"(\Seen)")
    mailbox = connect(kind=kind, after="delete")
    found = fetching.try_out(mailbox)
    assert found == (3, 2 if kind == "imap" else 3)
    assert program.count() == 3 and program.flags()[0] == set() and not IncomingMail.objects.exists()


@pytest.mark.imap
def test_trying_a_mailbox_out_finds_a_folder_that_will_be_missing(connect):
    with pytest.raises(fetching.Trouble) as told:
        fetching.try_out(connect(after="move", moved_to="Nowhere"))
    assert told.value.problem == Problem.NO_OTHER_FOLDER


def test_trying_a_mailbox_out_ends_however_slow_the_server_is(monkeypatch):
    monkeypatch.setattr(visits, "TEST", 1)
    peer = Peer(drips)
    with pytest.raises(fetching.Trouble) as told:
        fetching.try_out(elsewhere(peer.port))
    assert told.value.problem == Problem.HUNG
    peer.close()


@pytest.mark.imap
def test_the_command_tells_of_each_mailbox(program, connect, capsys):
    (port,) = free_ports(1)
    mailbox, broken = connect(), elsewhere(port, retry_at=timezone.now() + timedelta(hours=1))
    program.put(*mails(2))
    with pytest.raises(CommandError):
        call_command("fetch_email")
    said = capsys.readouterr().out
    assert f"{mailbox.name}: 2 taken in" in said
    assert f"{broken.name}: The mail server could not be reached." in said
    call_command("fetch_email", mailbox.name)
    with pytest.raises(CommandError, match="no mailbox named Nobody"):
        call_command("fetch_email", "Nobody")

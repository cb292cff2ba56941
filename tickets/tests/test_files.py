"""Files: what is taken, how it is stored, and how it is served: never run, never shown to whoever may not read it."""

import errno
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from accounts.viewer import Viewer
from tickets import access, actions
from tickets.composing import drafts
from tickets.keeping import files
from tickets.models import Attachment, Ticket
from tickets.writing import write

pytestmark = pytest.mark.django_db
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 64


@pytest.fixture
def place(ticket):
    return f"reply/{ticket.number}"


@pytest.fixture
def stored(support, file):
    """`stored("a.log", …)`: a loose file of Anna's, stored by the function itself."""

    def keep(name="a.log", content=b"a line\n", owner="user:1", by_staff=False):
        return files.store(file(name, content), owner=owner, policy=support.policy, by_staff=by_staff)

    return keep


@pytest.fixture
def new_on_disk():
    """`new_on_disk()`: what lies in the storage since the test began."""

    def listing():
        root = storages["attachments"].location
        return {os.path.join(folder, name) for folder, _dirs, names in os.walk(root) for name in names}

    before = listing()
    return lambda: listing() - before


# --- Storing ----------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_whole_under_a_name_nobody_guesses(stored):
    """S56; SECURITY, files: random name without suffix, 0600, digest and kind from the bytes."""
    row = stored("Bericht März.pdf", b"%PDF-1.7 ...")
    path = storages["attachments"].path(row.stored_as)
    assert Path(path).read_bytes() == b"%PDF-1.7 ..."
    assert (row.name, row.content_type, row.size) == ("Bericht März.pdf", "application/pdf", 12)
    assert len(row.sha256) == 64 and "." not in row.stored_as and "März" not in row.stored_as
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_picture_gets_a_thumbnail_and_other_files_none(stored, picture):
    assert stored("a.png", picture((640, 480))).thumbnail
    assert not stored("a.log").thumbnail


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.log", b"", "is empty"),
        ("run.exe", EXE, "program"),
        ("shell.php", b"<?php system($_GET['c']);", "program"),
        ("shell.php.jpg", b"\xff\xd8\xff\xe0", "program"),
        ("SHELL.PHP5", b"<?php", "program"),
        ("holiday.jpg", EXE, "program"),
        ("holiday.jpg", b"<html><script>alert(1)</script>", "not contain what its name says"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not contain what its name says"),
        ("report.pdf", b"PK\x03\x04" + b"x" * 50, "not contain what its name says"),
        ("page.html", b"<html></html>", "files of this type"),
        ("drawing.svg", b"<svg/>", "files of this type"),
        ("nosuffix", b"text", "files of this type"),
        (".htaccess", b"AddType", "program"),
        ("x.js", b"alert(1)", "program"),
    ],
)
def test_what_may_not_be_sent_is_refused_with_the_reason(stored, new_on_disk, name, content, said):
    """C9, S108, S177, Bad input: wrong types, PHP anywhere in a name, programs under another name, names that lie."""
    with pytest.raises(files.BadFile) as refused:
        stored(name, content)
    assert said in str(refused.value)
    assert not Attachment.objects.exists() and not new_on_disk()


def test_a_picture_under_another_pictures_name_is_taken(stored, picture):
    """Phones save PNG as .jpg every day."""
    assert stored("screenshot.jpg", picture()).content_type == "image/png"


def test_staff_send_any_type_but_no_program(stored):
    """S178, and the never-list holds for all."""
    assert stored("data.xyz", b"\x01\x02", by_staff=True)
    with pytest.raises(files.BadFile):
        stored("run.exe", EXE, by_staff=True)


def test_a_file_over_the_limit_is_refused_and_one_at_it_is_taken(stored, support, set_policy):
    """C9: size in kB."""
    set_policy(support, client_file_size=1)
    assert stored("a.log", b"x" * 1000)
    with pytest.raises(files.BadFile) as refused:
        stored("b.log", b"x" * 1001)
    assert "larger than 1\u00a0kB" in str(refused.value)


def test_types_and_counts_are_the_departments(client_of, anna, ticket, support, set_policy, file):
    """C9, S177: five pictures here."""
    set_policy(support, client_file_types="jpg png", client_file_count=1, client_file_size=500)
    browser = client_of(anna)
    page = browser.get(f"/t/{ticket.number}/").text
    assert "Up to 1 file, 500\u00a0kB. Types: jpg, png." in page
    answer = browser.post(f"/t/{ticket.number}/reply/", {"message": "x", "attachments": file("a.log")})
    assert answer.status_code == 422 and "files of this type" in answer.text


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.txt", "a\u202egpj.txt", "C:\\x\\y.txt", "a\r\nX: y.txt", "😀" * 200 + ".txt"]
)
def test_a_name_is_only_a_name(stored, name):
    """SECURITY: names are cleaned before they are filtered."""
    kept = stored(name).name
    assert kept.endswith(".txt") and not set(kept) & set("/\\\r\n\u202e") and len(kept) <= 120


def test_a_picture_that_is_a_bomb_is_a_file_without_a_thumbnail(stored):
    """Bad input: 65,000 x 65,000 pixels in a few bytes."""
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xfd\xe8\x00\x00\xfd\xe8\x08\x02\x00\x00\x00\x00\x00\x00\x00"
    row = stored("bomb.png", head + b"\x00" * 100)
    assert row.content_type == "image/png" and not row.thumbnail


def test_a_full_disk_is_an_error_of_the_form_and_leaves_nothing_behind(
    client_of, anna, ticket, file, new_on_disk, monkeypatch
):
    """SECURITY, disk full: ENOSPC → form error; the text stays."""

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = client_of(anna).post(f"/t/{ticket.number}/reply/", {"message": "typed", "attachments": file()})
    assert answer.status_code == 422
    assert "no room for files" in answer.text and "typed" in answer.text
    assert not Attachment.objects.exists() and not new_on_disk()


# --- Uploading while typing -------------------------------------------------------------------------------------------


def test_an_upload_says_what_it_is_and_how_to_take_it_back(client_of, anna, place, uploaded, file, picture):
    browser = client_of(anna)
    said = uploaded(browser, place, file("a.png", picture((64, 48))))
    answer = said.json()
    assert said.status_code == 201
    assert (answer["name"], answer["kind"]) == ("a.png", "image/png") and answer["size"] > 0
    assert browser.get(answer["thumb"]).status_code == 200
    assert browser.post(answer["remove_url"]).status_code == 204
    assert not Attachment.objects.exists()


def test_a_refused_upload_says_why(client_of, anna, place, uploaded, file):
    answer = uploaded(client_of(anna), place, file("run.exe", EXE))
    assert answer.status_code == 422 and "program" in answer.json()["error"]
    assert client_of(anna).post(f"/drafts/upload/?place={place}").status_code == 422


def test_more_uploads_than_one_message_carries_are_refused(client_of, anna, place, uploaded, file, support, set_policy):
    set_policy(support, client_file_count=2)
    browser = client_of(anna)
    answers = [uploaded(browser, place, file(f"{at}.log")).status_code for at in range(3)]
    assert answers == [201, 201, 422]


def test_more_files_than_allowed_come_back_with_the_form(client_of, anna, ticket, file, support, set_policy):
    set_policy(support, client_file_count=2)
    answer = client_of(anna).post(
        f"/t/{ticket.number}/reply/", {"message": "x", "attachments": [file(f"{at}.log") for at in range(3)]}
    )
    assert answer.status_code == 422 and "Only 2 files" in answer.text
    assert ticket.messages.count() == 1


def test_django_stops_at_twenty_files(client_of, anna, ticket, file):
    """Bad input: number of files; DATA_UPLOAD_MAX_NUMBER_FILES."""
    many = [file(f"{at}.log") for at in range(21)]
    assert client_of(anna).post(f"/t/{ticket.number}/reply/", {"message": "x", "attachments": many}).status_code == 400
    assert not Attachment.objects.exists()


def test_nobody_attaches_or_removes_somebody_elses_upload(client_of, anna, olga, ticket, place, uploaded, file):
    token = uploaded(client_of(anna), place, file()).json()["id"]
    browser = client_of(olga)
    assert browser.post(f"/drafts/upload/{token}/remove/").status_code == 404
    browser.post(f"/t/{ticket.number}/reply/", {"message": "mine now", "uploads": token})
    assert not ticket.messages.get(number=2).attachments.exists()
    assert Attachment.objects.get().message is None


def test_a_file_of_a_message_is_not_taken_back(client_of, anna, ticket, place, uploaded, file):
    """S46: nobody deletes what was sent."""
    browser = client_of(anna)
    token = uploaded(browser, place, file()).json()["id"]
    browser.post(f"/t/{ticket.number}/reply/", {"message": "x", "uploads": token})
    assert browser.post(f"/drafts/upload/{token}/remove/").status_code == 404
    files.forget(Attachment.objects.all())
    assert Attachment.objects.count() == 1


def test_a_flood_of_uploads_by_strangers_stops(client_of, cast, uploaded, file, monkeypatch):
    """SECURITY, V2."""
    monkeypatch.setattr("tickets.throttle.UPLOADS_BY_IP", 3)
    browser = client_of(None)
    answers = [uploaded(browser, "new/sales", file(f"{at}.log")).status_code for at in range(5)]
    assert answers == [201, 201, 201, 429, 429]


def test_forgotten_uploads_are_deleted_after_two_days_and_the_rest_stays(stored, ticket, anna):
    lost, kept = stored("lost.log"), stored("kept.log")
    actions.reply(ticket, author=anna, written=write("x"), by_staff=False, attachments=[kept])
    assert files.forget_loose() == 0
    assert files.forget_loose(timezone.now() + timedelta(days=3)) == 1
    assert list(Attachment.objects.all()) == [kept]
    assert lost.pk != kept.pk


# --- Serving ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def attached(ticket, anna, stored):
    """`attached("a.log", b"…")`: the address of a file of Anna's second message."""

    def send(name="a.log", content=b"a line\n", note_by=None):
        row = stored(name, content, by_staff=bool(note_by))
        if note_by:
            actions.add_note(ticket, author=note_by, written=write("n"), attachments=[row])
        else:
            actions.reply(ticket, author=anna, written=write("x"), by_staff=False, attachments=[row])
        return f"/attachments/{row.token}/{row.name}"

    return send


def test_whoever_reads_the_message_reads_its_file_and_nobody_else(
    client_of, anna, olga, sam, operator, carl, ben, attached
):
    """T14, S7: client, administrator, agent; not another client, not another department; a stranger signs in."""
    address = attached()
    for person in (anna, olga, sam, operator):
        assert b"".join(client_of(person).get(address).streaming_content) == b"a line\n"
    for person in (carl, ben):
        assert client_of(person).get(address).status_code == 404
    assert client_of(None).get(address).url.startswith("/accounts/login/?next=/attachments/")


def test_a_file_that_is_not_there_is_like_one_that_is_not_yours(client_of, carl, attached):
    address = attached()
    none = "/attachments/00000000-0000-4000-8000-000000000000/a.log"
    assert client_of(carl).get(address).status_code == client_of(carl).get(none).status_code == 404
    assert client_of(None).get(none).status_code == 302


def test_a_guest_reads_the_files_of_the_ticket_of_the_pass_only(
    by_pass, client_of, attached, ticket, open_ticket, anna
):
    address, other = attached(), open_ticket(client=anna)
    assert by_pass(ticket).get(address).status_code == 200
    assert by_pass(other).get(address).status_code == 404


def test_a_notes_file_is_for_staff_only(client_of, anna, sam, attached):
    """S161, T14."""
    address = attached(note_by=sam)
    assert client_of(sam).get(address).status_code == 200
    assert client_of(anna).get(address).status_code == 404


def test_a_loose_file_is_for_whoever_uploaded_it(client_of, anna, olga, sam, place, uploaded, file, picture):
    browser = client_of(anna)
    token = uploaded(browser, place, file("a.png", picture((64, 48)))).json()["id"]
    for door in (f"/attachments/{token}/a.png", f"/attachments/{token}/small/a.png"):
        assert browser.get(door).status_code == 200
        assert client_of(olga).get(door).status_code == client_of(sam).get(door).status_code == 404


def test_a_file_of_a_reply_that_waits_is_for_those_who_work_there(
    client_of, anna, sam, lena, ticket, place, uploaded, file
):
    browser = client_of(sam)
    token = uploaded(browser, place, file()).json()["id"]
    browser.post(f"/t/{ticket.number}/reply/", {"message": "soon", "uploads": token})
    assert client_of(lena).get(f"/attachments/{token}/log.txt").status_code == 200
    assert client_of(anna).get(f"/attachments/{token}/log.txt").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.log", b"a line\n", "text/plain"),
        ("a.txt", b"<html><script>alert(1)</script>", "application/octet-stream"),
        ("a.txt", b"<svg onload=alert(1)>", "application/octet-stream"),
        ("a.xml", b"<?xml version='1.0'?><x/>", "application/octet-stream"),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
    ],
)
def test_a_file_is_saved_and_never_run(client_of, anna, attached, name, content, kind):
    """T14: attachment, nosniff, a sandbox of its own, private; `?inline` makes nothing of it."""
    address = attached(name, content)
    for query in ("", "?inline"):
        answer = client_of(anna).get(address + query)
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"].startswith("private")


def test_a_picture_may_be_shown_when_asked_for(client_of, anna, attached, picture):
    """T14: four kinds of pictures, by their bytes."""
    address = attached("a.png", picture((64, 48)))
    browser = client_of(anna)
    assert browser.get(address)["Content-Disposition"].startswith("attachment")
    assert browser.get(address + "?inline")["Content-Disposition"] == 'inline; filename="a.png"'
    small = browser.get(address.replace("/a.png", "/small/a.png"))
    assert small["Content-Type"] == "image/webp" and small["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_name_of_any_letters_survives_the_header(client_of, anna, attached):
    """T14, RFC 6266."""
    address = attached('отчёт "май".txt', b"x")
    assert "filename*=UTF-8''%D0%BE" in client_of(anna).get(address)["Content-Disposition"]


def test_only_get_reads_a_file(client_of, anna, attached):
    assert client_of(anna).post(attached()).status_code == 405


def test_a_web_server_in_front_may_send_it(client_of, anna, attached, settings):
    """The check stays ours, the bytes are nginx's."""
    address = attached()
    settings.ACCEL_PREFIX = "/protected/"
    answer = client_of(anna).get(address)
    row = Attachment.objects.get()
    assert answer["X-Accel-Redirect"] == f"/protected/{row.stored_as}" and answer.content == b""


def test_list_and_door_agree_on_files(cast, client_of, attached, ticket):
    """Whoever may see the ticket reads the file, and nobody else."""
    address = attached()
    for name in ("anna", "olga", "carl", "greta", "ben", "sam", "lena", "operator"):
        person = getattr(cast, name)
        listed = Ticket.objects.visible_to(Viewer(person)).filter(pk=ticket.pk).exists()
        assert listed == access.abilities(Viewer(person), ticket).see
        assert (client_of(person).get(address).status_code == 200) == listed, name


def test_a_draft_forgotten_for_two_months_goes_with_its_files(client_of, anna, place, uploaded, file):
    uploaded(client_of(anna), place, file())
    assert drafts.forget_old() == 0
    assert drafts.forget_old(timezone.now() + timedelta(days=61)) == 1
    assert not Attachment.objects.exists()

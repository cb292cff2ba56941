"""Words are taken out for good: afterwards they are found nowhere, and the history verifies (C5, T20, T21)."""

import email
import json
import re
import unicodedata
from base64 import b64encode
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.viewer import Viewer
from departments.models import Policy, StaffPlace
from helpdesk_site.lib.redaction import BLOCK, Words
from mail import erasing, intake
from mail.models import IncomingMail, OutgoingMail
from tickets import access, actions
from tickets.automation import digests
from tickets.events import one_click
from tickets.keeping import files, history, redacting
from tickets.lists import search
from tickets.models import (
    Attachment,
    BulkJob,
    CheckPoint,
    Draft,
    EventContent,
    Message,
    MessageRevision,
    Ticket,
    TicketEvent,
    TimeEntry,
    Verb,
)
from tickets.refused import Refused
from tickets.writing import write

pytestmark = pytest.mark.django_db
SECRET = "hunter2"


# --- Looking for words everywhere -------------------------------------------------------------------------------------


def flat(value):
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", value)).casefold()


def everything_written():
    """Every value of every table, search tables and what stands behind them included, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if isinstance(value, bytes | memoryview):
                        yield f"{table}.{name}", bytes(value).decode("utf-8", "ignore")
                    elif value is not None:
                        yield f"{table}.{name}", value if isinstance(value, str) else json.dumps(value, default=str)


def everything_stored():
    """Every file of both storages, as it stands and with its parts decoded."""
    for storage in ("attachments", "letters"):
        for path in Path(storages[storage].location).rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                yield f"{storage}/{path.name}", data.decode("utf-8", "ignore")
                for part in email.message_from_bytes(data).walk():
                    payload = part.get_payload(decode=True) or b""
                    yield f"{storage}/{path.name} decoded", payload.decode("utf-8", "ignore")


def places_of(words):
    """Where some words are found: the tables and files by name."""
    wanted = flat(words)
    return sorted({place for place, text in [*everything_written(), *everything_stored()] if wanted in flat(text)})


@pytest.fixture(autouse=True)
def own_storage(tmp_path, settings):
    """Nothing of other tests lies there."""
    own = {}
    for name in ("attachments", "letters"):
        options = {**settings.STORAGES[name].get("OPTIONS", {}), "location": tmp_path / name}
        own[name] = {**settings.STORAGES[name], "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, **own}


@pytest.fixture
def redact(django_capture_on_commit_callbacks):
    """`redact(ticket, "words", lena)`: taken out, and what follows the commit done."""

    def do(ticket, words, by, **more):
        with django_capture_on_commit_callbacks(execute=True):
            actions.redact(Ticket.objects.get(pk=ticket.pk), words=Words(words), actor=by, **more)

    return do


def again(row):
    return type(row).objects.get(pk=row.pk)


def upload(ticket, name, data):
    return files.store(ContentFile(data, name=name), owner="x", policy=ticket.policy, by_staff=True)


def full_world(cast, open_ticket, say, arrive, words):
    """A ticket in which the words stand wherever they can."""
    ticket = open_ticket(subject=f"About {words}"[:200], text=f"My password is {words}. Really: **{words}**.")
    message = say(ticket, cast.sam, f"> {words}\n\nI see `{words}`.", attachments=[
        upload(ticket, "note.txt", f"file of {words}".encode()), upload(ticket, "innocent.txt", b"nothing here"),
    ])  # fmt: skip
    actions.edit_message(message, editor=cast.lena, written=write(f"I saw {words}, then."))
    actions.add_note(again(ticket), author=cast.sam, written=write(f"Note: {words}"))
    actions.set_subject(again(ticket), subject=f"Still {words}"[:200], actor=cast.sam)
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = cast.anna.email, cast.support.email, "<full@outside.example>"
    made["Subject"] = f"Re: [{ticket.number}] {' '.join(words.split())}"
    made.set_content(f"It is {words}\n\nOn Monday Sam wrote:\n> {words}\n", cte="base64")
    made.add_alternative(f"<p>It is <b>{words[:2]}</b>{words[2:]}</p>", subtype="html", cte="quoted-printable")
    made.add_attachment(f"log: {words}".encode(), maintype="text", subtype="plain", filename="log.txt")
    arrive(made.as_bytes())
    ticket = again(ticket)
    actions.hold_reply(ticket, author=cast.sam, written=write(f"Soon: {words}"), due_at=timezone.now())
    place = f"reply/{ticket.number}"
    Draft.objects.create(owner="user:1", kind="reply", place=place, fields={"message": f"draft {words}"})
    CheckPoint.objects.create(ticket=ticket, text=f"check {words}"[:200])
    TimeEntry.objects.create(ticket=ticket, user=cast.sam, text=f"time {words}"[:200], day=timezone.now().date())
    return again(ticket)


def test_afterwards_the_words_are_found_nowhere(cast, open_ticket, say, arrive, redact, client_of):
    """T21, the promise: not in any column, index or stored file, whoever looks."""
    ticket = full_world(cast, open_ticket, say, arrive, SECRET)
    before = places_of(SECRET)
    expected = {
        "tickets_message.body", "tickets_message.html", "tickets_message.quoted", "tickets_messagerevision.body",
        "tickets_ticket.subject", "tickets_eventcontent.text", "tickets_draft.fields", "tickets_pendingreply.body",
        "tickets_checkpoint.text", "tickets_timeentry.text", "mail_outgoingmail.text", "mail_outgoingmail.html",
        "mail_outgoingmail.subject", "mail_incomingmail.subject",
    }  # fmt: skip
    assert expected <= set(before) and any(place.startswith("letters/") for place in before)
    assert any("search" in place for place in before) and any(place.startswith("attachments/") for place in before)
    redact(ticket, SECRET, cast.lena)
    assert places_of(SECRET) == []
    assert history.verify() is None
    page = client_of(cast.anna).get(f"/t/{ticket.number}/").content.decode()
    assert SECRET not in page and page.count(BLOCK) >= 3
    assert search.matching(Ticket.objects.all(), "password").filter(pk=ticket.pk).exists()
    assert not search.matching(Ticket.objects.all(), SECRET, notes=True).exists()


def test_it_reaches_what_repeats_the_ticket_elsewhere(cast, open_ticket, redact, set_policy):
    """T21: digests, sent or waiting; jobs with what they posted and why they failed; drafts of another page; a snooze,
    a call, the name of a file."""
    ticket = open_ticket(subject=f"About {SECRET}")
    other = open_ticket(subject="Another one")
    StaffPlace.objects.filter(user=cast.sam).update(gathered=["given", "note"])
    for row in (ticket, other):
        actions.assign(again(row), to=cast.sam, actor=cast.lena)
    assert digests.send_due(timezone.now() + timedelta(days=2)) == 1
    actions.snooze(again(ticket), until=timezone.now() + timedelta(days=1), actor=cast.sam, note=f"ask {SECRET}")
    actions.add_points(again(ticket), texts=[f"Call {SECRET}"], actor=cast.sam)
    kept = {"user": cast.sam, "state": "done", "tickets": [ticket.pk, other.pk], "finished_at": timezone.now()}
    why = f"1 point of the checklist is still open: Call {SECRET}"
    BulkJob.objects.create(act="incident", params={"incident": f"It was {SECRET}.", "ids": [1]}, **kept)
    BulkJob.objects.create(act="close", failed=[[ticket.number, why], [other.number, "Merged."]], **kept)
    fields = {"message": "x", "elsewhere": f"on the phone {SECRET}"}
    Draft.objects.create(owner="user:1", kind="note", place=f"note/{ticket.number}", fields=fields)
    file = upload(ticket, f"{SECRET}.txt", b"nothing here")
    actions.reply(again(ticket), author=cast.sam, written=write("See the file."), by_staff=True, attachments=[file])
    found = {place.partition(".")[0] for place in places_of(SECRET)}
    assert {"mail_outgoingmail", "mail_outgoingfile", "tickets_bulkjob", "tickets_draft", "tickets_snooze"} <= found
    redact(ticket, SECRET, cast.lena)
    assert places_of(SECRET) == []
    digest = OutgoingMail.objects.get(kind="digest")
    assert "Another one" in digest.text and ticket.number in digest.text and BLOCK in digest.text
    assert BulkJob.objects.get(act="close").failed[1] == [other.number, "Merged."]
    assert history.verify() is None


def test_it_reaches_new_tickets_typed_for_the_client_and_follow_ups_with_their_files(cast, ticket, say, redact):
    """T21: at the desk and in the portal. Another client's are left alone."""
    say(ticket, cast.anna, f"The code is {SECRET}.")
    fields, follow = {"message": f"About the code {SECRET}"}, {"follow": ticket.number}
    for place, more in ((f"open/{cast.anna.pk}", {}), (f"open/{cast.anna.pk}/{ticket.number}", follow)):
        row = Draft.objects.create(owner="user:1", kind="open", place=place, fields=fields | more)
        Attachment.objects.filter(pk=upload(ticket, "code.txt", SECRET.encode()).pk).update(draft=row)
    Draft.objects.create(owner="user:2", kind="new", place="new/support", fields=fields | follow)
    other = Draft.objects.create(owner="user:1", kind="open", place=f"open/{cast.anna.pk}0", fields=fields)
    redact(ticket, SECRET, cast.lena)
    assert again(other).fields == fields
    other.delete()
    assert places_of(SECRET) == [] and set(Attachment.objects.values_list("stored_as", flat=True)) == {""}


def test_what_somebody_types_meanwhile_is_redacted_and_kept(ticket):
    """Read before, written after: nothing that was typed between is lost, nor a draft that was sent missed."""
    fields = {"message": f"The code is {SECRET}"}
    row = Draft.objects.create(owner="user:1", kind="note", place=f"note/{ticket.number}", fields=fields)
    Draft.objects.filter(pk=row.pk).update(fields={"message": f"The code is {SECRET}, and it works"})
    redacting.out_of_draft(row, Words(SECRET))
    assert SECRET not in again(row).fields["message"] and again(row).fields["message"].endswith(", and it works")
    Draft.objects.all().delete()
    redacting.out_of_draft(row, Words(SECRET))
    assert not Draft.objects.exists()


def test_jobs_and_digests_of_other_tickets_are_left_alone(cast, open_ticket, redact):
    ticket, other = open_ticket(text=f"It is {SECRET}."), open_ticket(subject=f"Also {SECRET}")
    StaffPlace.objects.filter(user=cast.sam).update(gathered=["given"])
    actions.assign(again(other), to=cast.sam, actor=cast.lena)
    digests.send_due(timezone.now() + timedelta(days=2))
    BulkJob.objects.create(
        user=cast.sam, act="incident", params={"incident": f"It was {SECRET}."}, state="done",
        tickets=[other.pk], finished_at=timezone.now(),
    )  # fmt: skip
    redact(ticket, SECRET, cast.lena)
    assert SECRET in OutgoingMail.objects.get(kind="digest").text
    assert SECRET in BulkJob.objects.get().params["incident"]


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Co", "Cn", "Cf"])
WORDS = st.text(LETTERS, min_size=4, max_size=12) | st.sampled_from(
    ["a.*b+(c)?[d]", "p@ss word", "💥🔑 open", "naïve café", "Пароль 77", "<b>bold</b>", "100% \\d{3}", "密码是一二三"]
)


FEW = settings(
    max_examples=6, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)  # fmt: skip


@FEW
@given(words=WORDS)
def test_it_holds_for_any_words(cast, open_ticket, say, arrive, redact, words):
    """T21 as a property: regex characters, tags, emoji, accents, any script."""
    all_places_lose(words, cast, open_ticket, say, arrive, redact)


@pytest.mark.long
@settings(FEW, max_examples=100)
@given(words=WORDS)
def test_it_holds_for_any_words_at_length(cast, open_ticket, say, arrive, redact, words):
    """T21, many more of them."""
    all_places_lose(words, cast, open_ticket, say, arrive, redact)


def all_places_lose(words, cast, open_ticket, say, arrive, redact):
    words = f"{words.strip().strip('<>')}qzxj"  # what stands nowhere by chance, nor at the end of a tag
    with transaction.atomic():
        ticket = full_world(cast, open_ticket, say, arrive, words)
        assert len(places_of(words)) > 8
        redact(ticket, words, cast.operator)
        left = places_of(words)
        verified = history.verify([ticket.number])
        transaction.set_rollback(True)
    assert left == [] and verified is None


# --- What is left, and what tells of it -------------------------------------------------------------------------------


def test_the_event_keeps_a_hash_and_no_way_to_try_words_against_it(ticket, cast, redact):
    """C5: leaving a hash stub; the salts are thrown away with the words."""
    first = ticket.first_message
    redact(ticket, "cart answers", cast.lena)
    message = again(first)
    assert message.body == "The [redacted] 502." and message.salt != first.salt
    event = ticket.events.latest("sequence")
    assert (event.verb, event.actor, event.message) == (Verb.REDACTED, cast.lena, first)
    assert len(event.data["texts"]["words"]) == 64 and event.data["count"] == 1
    assert not EventContent.objects.filter(event=event).exists() and "cart" not in json.dumps(event.data)
    assert history.verify() is None


def test_a_text_changed_after_it_is_found_still(ticket, cast, redact):
    """T20: the redaction is accounted for, and nothing else is."""
    redact(ticket, "cart answers", cast.lena)
    Message.objects.filter(ticket=ticket).update(body="The [redacted] 503.")
    assert "text of its message was changed" in str(history.verify([ticket.number]))


def test_a_file_that_holds_them_leaves_a_stub_with_its_hash(ticket, cast, say, redact, client_of, by_pass):
    upload_of = upload(ticket, "secret.txt", b"the word is hunter2")
    message = say(ticket, cast.sam, "See the file.", attachments=[upload_of])
    redact(ticket, SECRET, cast.lena)
    row = again(upload_of)
    assert (row.name, row.stored_as, row.sha256) == (BLOCK, "", upload_of.sha256)
    assert not storages["attachments"].exists(upload_of.stored_as)
    for browser in (client_of(cast.anna), client_of(cast.lena), by_pass(ticket)):
        assert browser.get(f"/attachments/{row.token}/x").status_code == 404
        assert BLOCK in browser.get(f"/t/{ticket.number}/").content.decode()
    assert history.verify() is None and again(message).body == "See the file."


def test_a_file_that_was_chosen_goes_whatever_it_holds(ticket, cast, say, redact):
    one, other = upload(ticket, "a.zip", b"PK packed"), upload(ticket, "b.zip", b"PK packed too")
    say(ticket, cast.sam, "Two files.", attachments=[one, other])
    redact(ticket, "", cast.lena, chosen=[one.pk])
    assert again(one).stored_as == "" and storages["attachments"].exists(again(other).stored_as)
    assert not redacting.find(redacting.scope_of(ticket, by=cast.lena), Words(""))


def test_a_file_of_a_mail_goes_out_of_the_raw_mail_too(arrive, cast, redact):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = cast.anna.email, cast.support.email, "A picture"
    made.set_content("Here it is.")
    made.add_attachment(b"\x00\x01private", maintype="application", subtype="pdf", filename="p.log")
    made.add_attachment(b"a line\n", maintype="text", subtype="plain", filename="keep.log")
    ticket = arrive(made.as_bytes()).ticket
    row = next(one for one in Attachment.objects.filter(message__ticket=ticket) if one.name == "p.log")
    redact(ticket, "", cast.lena, chosen=[row.pk])
    raw = intake.open_raw(IncomingMail.objects.get())
    assert b64encode(b"\x00\x01private")[:10] not in raw and b"keep.log" in raw and b"Here it is." in raw


@pytest.mark.parametrize(
    ("name", "may"), [("anna", False), ("sam", False), ("ben", False), ("lena", True), ("operator", True)]
)
def test_only_those_who_lead_may(ticket, cast, name, may):
    assert access.abilities(Viewer(getattr(cast, name)), ticket).redact == may


def test_words_of_two_letters_and_words_that_stand_nowhere_are_refused(ticket, cast, redact):
    for words in ("ab", "nowhere to be found", "", "redacted"):
        with pytest.raises(Refused):
            redact(ticket, words, cast.lena)
    assert not TicketEvent.objects.filter(verb=Verb.REDACTED).exists()


def test_policy_never_stops_it(ticket, cast, set_policy, redact):
    """C5: where nobody changes messages, the law may still want words to go."""
    set_policy(cast.support, history_policy=Policy.History.LOCKED)
    redact(ticket, "cart answers", cast.lena)
    assert "cart" not in again(ticket.first_message).body


def test_it_reaches_the_copies_of_messages_split_off(ticket, open_ticket, cast, say, redact):
    """S158: one text, two tickets; the other's own words stay where the person does not lead."""
    message = say(ticket, cast.anna, f"Take {SECRET} and the invoice.")
    new = actions.split(again(ticket), messages=[message], subject="Invoice", department=cast.billing, actor=cast.lena)
    copy = new.messages.get(is_note=False)
    redact(ticket, SECRET, cast.lena)
    assert again(copy).body == again(message).body == f"Take {BLOCK} and the invoice."
    assert history.verify() is None and places_of(SECRET) == []


def test_a_copy_that_was_merged_on_is_found_no_more_where_it_is_read(ticket, open_ticket, cast, say, redact):
    """C5: nor by the words that its survivor is found by; that one's own words stay."""
    message = say(ticket, cast.anna, f"Take {SECRET} and the invoice.")
    said = {"messages": [message], "subject": "Invoice", "department": cast.support, "actor": cast.sam}
    new, other = actions.split(again(ticket), **said), open_ticket(text="An ocelot walks.")
    actions.merge([new, other], into=other, actor=cast.sam)
    assert list(search.matching(Ticket.objects.filter(pk=other.pk), SECRET)) == [other]
    redact(ticket, SECRET, cast.lena)
    assert places_of(SECRET) == [] and not list(search.matching(Ticket.objects.all(), SECRET))
    assert list(search.matching(Ticket.objects.all(), "ocelot")) == [other] and history.verify() is None


def test_it_reaches_merged_tickets(open_ticket, cast, redact):
    old, young = open_ticket(text=f"It is {SECRET}."), open_ticket(text=f"{SECRET} again.")
    actions.merge([old, young], into=old, actor=cast.lena)
    redact(young, SECRET, cast.lena)
    assert places_of(SECRET) == [] and history.verify() is None


def test_another_ticket_with_the_same_words_is_left_alone(ticket, open_ticket, cast, say, redact):
    """Words are taken out of this ticket, not of the portal."""
    say(ticket, cast.sam, SECRET)
    other = open_ticket(client=cast.carl, text=f"Mine is {SECRET} too.")
    redact(ticket, SECRET, cast.lena)
    assert SECRET in again(other.first_message).body


def test_a_letter_that_waits_goes_out_without_them(ticket, cast, say, redact):
    say(ticket, cast.sam, f"Your code: {SECRET}")
    redact(ticket, SECRET, cast.lena)
    letter = OutgoingMail.objects.filter(kind="reply").latest("pk")
    assert letter.state == "queued" and BLOCK in letter.text and BLOCK in letter.html and SECRET not in letter.html


def test_versions_lose_them_even_where_the_text_no_longer_says_them(ticket, cast, say, redact):
    """C5: edited away is not gone; redacted is."""
    message = say(ticket, cast.sam, f"It is {SECRET}.")
    actions.edit_message(message, editor=cast.sam, written=write("It is secret."))
    OutgoingMail.objects.all().delete()
    redact(ticket, SECRET, cast.lena)
    assert MessageRevision.objects.get().body == f"It is {BLOCK}." and places_of(SECRET) == []
    assert ticket.events.latest("sequence").verb == Verb.REDACTED and history.verify() is None


def test_a_mail_whose_words_are_not_found_in_it_gives_way_to_a_stub(arrive, cast, redact):
    """The message says them, the raw mail hides them in a way nobody looks into."""
    ticket = arrive(cast.anna, text="Hello there.").ticket
    message = ticket.first_message
    Message.objects.filter(pk=message.pk).update(html=f"<p>{SECRET}</p>")
    redact(ticket, SECRET, cast.lena)
    assert b"x-redacted: whole" in intake.open_raw(IncomingMail.objects.get())


def test_the_same_mail_fetched_again_brings_nothing_back(arrive, mail, cast, redact):
    raw = mail(cast.anna, text=f"It is {SECRET}.")
    ticket = arrive(raw).ticket
    redact(ticket, SECRET, cast.lena)
    intake.store(raw, source="pipe")
    assert places_of(SECRET) == []
    assert not erasing.holds(intake.open_raw(IncomingMail.objects.get()), Words(SECRET))


def test_undoing_an_edit_brings_no_words_back(ticket, cast, say, redact):
    message = say(ticket, cast.sam, f"It is {SECRET}.")
    with one_click() as click:
        actions.edit_message(message, editor=cast.sam, written=write("It is secret."))
    redact(ticket, SECRET, cast.lena)
    actions.undo(click.id, actor=cast.sam)
    assert places_of(SECRET) == [] and history.verify() is None


def test_redacting_in_the_trash_and_deleting_for_good_afterwards(ticket, cast, redact):
    actions.trash(ticket, actor=cast.lena)
    redact(ticket, "cart answers", cast.lena)
    actions.empty(again(ticket), actor=cast.lena)
    assert history.verify() is None

"""The import log in Django admin: every mail with what became of it, its bytes, and another try; nothing else."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mail import intake, reasons
from mail.models import IncomingMail, Mailbox

from .test_intake import raw

LIST = "admin:mail_incomingmail_changelist"


@pytest.fixture
def desk(client_of, operator):
    return client_of(operator)


@pytest.fixture
def mail(db):
    return intake.store(raw(), source="pipe", envelope_to=["support@example.com"])


def ended(row, **how):
    IncomingMail.objects.filter(pk=row.pk).update(**how)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("code", "words"), [("authenticated", "Authenticated mail"), ("unverified", "Unverified mail"), ("", "")]
)
def test_who_vouches_for_a_mail_is_said_in_words(desk, mail, code, words):
    """C23: "codes in the database, words in templates"."""
    page = desk.get(reverse("admin:mail_incomingmail_change", args=[ended(mail, trust=code).pk])).content.decode()
    assert words in page and not (code and f">{code}<" in page)


def test_the_operator_sees_what_became_of_each_mail(desk, mail, ticket):
    ended(
        mail, state="done", outcome="appended", reference=f"{ticket.number}#2", sender_name="Anna <b>",
        sender_address="anna@example.com", subject="<script>x",
    )  # fmt: skip
    for address in (reverse(LIST), reverse("admin:mail_incomingmail_change", args=[mail.pk])):
        page = desk.get(address).content.decode()
        for words in ("Added to a ticket", "anna@example.com", "&lt;script&gt;x"):
            assert words in page
        assert f'<a href="/t/{ticket.number}/">{ticket.number}#2</a>' in page
    assert "Anna &lt;b&gt; &lt;anna@example.com&gt;" in page


def test_a_reason_is_told_in_words_and_one_without_words_as_it_is(desk, mail):
    ended(mail, state="quarantined", outcome="quarantined", reason="gave_up", trouble="Traceback <i>")
    page = desk.get(reverse("admin:mail_incomingmail_change", args=[mail.pk])).content.decode()
    assert "Reading it failed three times." in page and "Traceback &lt;i&gt;" in page
    ended(mail, reason="made_up_later")
    assert "made_up_later" in desk.get(reverse(LIST)).content.decode()
    reasons.name({"made_up_later": "Words of the floor above."})
    assert "Words of the floor above." in desk.get(reverse(LIST)).content.decode()
    reasons._words.pop("made_up_later")


@pytest.mark.parametrize(
    ("words", "found"),
    [("anna@example.com", 1), ("ANNA@example.com", 1), ("ktr-482913", 2), ("[KTR-482913]", 2), ("KTR-4829", 0),
     ("<1@client.example>", 1), ("anna", 0), ("", 3)],
)  # fmt: skip
def test_the_search_finds_by_address_number_and_message_id(words, found, desk, mail):
    ended(mail, reference="KTR-482913#1", sender_address="anna@example.com")
    ended(intake.store(raw(message_id="<2@x>"), source="pipe"), reference="KTR-482913")
    ended(intake.store(raw(message_id="<3@x>"), source="pipe"), reference="BCD-111111")
    assert desk.get(reverse(LIST), {"q": words}).context["cl"].result_count == found


def test_the_filters_narrow_and_a_made_up_one_does_no_harm(desk, mail):
    ended(intake.store(raw(message_id="<2@x>"), source="lmtp"), state="held", outcome="quarantined", reason="gave_up")
    for given, found in (
        ({"state__exact": "held"}, 1), ({"source__exact": "pipe"}, 1), ({"source__exact": "form"}, 0),
        ({"outcome__exact": "quarantined"}, 1), ({"reason__exact": "gave_up"}, 1),
    ):  # fmt: skip
        assert desk.get(reverse(LIST), given).context["cl"].result_count == found


def test_the_list_asks_the_same_whatever_it_shows(desk, mail):
    """T27: one and three rows cost the same."""
    box = Mailbox.objects.create(name="Support", host="imap.example.com", username="support")
    desk.get(reverse(LIST))
    counts = []
    for start in (2, 4):
        for number in (start, start + 1):
            intake.store(raw(message_id=f"<{number}@x>"), source="mailbox", mailbox=box, folder="INBOX", uid=number)
        with CaptureQueriesContext(connection) as asked:
            desk.get(reverse(LIST))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_raw_mail_is_saved_and_never_shown(desk, db):
    """T14: HTML of a stranger."""
    evil = intake.store(b"Content-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n", source="pipe")
    answer = desk.get(reverse("admin:mail_incomingmail_raw", args=[evil.pk]))
    assert answer.content == intake.open_raw(evil)
    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Disposition"] == f'attachment; filename="mail-{evil.pk}.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"] and "no-store" in answer["Cache-Control"]


def test_a_mail_whose_file_is_gone_is_not_found(desk, mail):
    ended(mail, stored_as="no/such")
    assert desk.get(reverse("admin:mail_incomingmail_raw", args=[mail.pk])).status_code == 404


def test_read_again_takes_what_had_no_effect(desk, mail):
    held = ended(intake.store(raw(message_id="<2@x>"), source="pipe"), state="held", outcome="quarantined", reason="x")
    ended(mail, state="done", outcome="created")
    answer = desk.post(reverse(LIST), {"action": "run_again", "_selected_action": [mail.pk, held.pk]}, follow=True)
    page = answer.content.decode()
    assert "1 mail is read again." in page and "1 mail was left alone" in page
    assert set(IncomingMail.objects.values_list("pk", "state")) == {(mail.pk, "done"), (held.pk, "new")}


def test_nothing_is_added_changed_or_deleted_here(desk, mail):
    change = reverse("admin:mail_incomingmail_change", args=[mail.pk])
    assert desk.get(reverse("admin:mail_incomingmail_add")).status_code == 403
    assert desk.post(reverse("admin:mail_incomingmail_delete", args=[mail.pk]), {"post": "yes"}).status_code == 403
    assert desk.post(change, {"subject": "Another"}).status_code == 403
    desk.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [mail.pk], "post": "yes"})
    assert IncomingMail.objects.get().subject == ""


@pytest.mark.parametrize("who", ["anna", "greta", "ben", "lena", None])
def test_the_log_is_the_operators_alone(who, client_of, cast, mail):
    browser = client_of(getattr(cast, who) if who else None)
    ended(mail, state="held", sender_address="anna@example.com")
    for answer in (
        browser.get(reverse(LIST)),
        browser.get(reverse("admin:mail_incomingmail_raw", args=[mail.pk])),
        browser.post(reverse(LIST), {"action": "run_again", "_selected_action": [mail.pk]}),
    ):
        assert answer.status_code in (302, 403, 404) and b"Since this morning" not in answer.content
    assert IncomingMail.objects.get().state == "held"


def test_from_the_log_it_is_one_click_to_where_a_mail_is_decided(desk, mail, client_of, operator):
    """Accepting, adding to a ticket and blocking are done at the desk, where operators may do them too."""
    page = desk.get(reverse("admin:mail_incomingmail_change", args=[mail.pk])).content.decode()
    door = reverse("desk_mail", args=[mail.pk])
    assert f'<a href="{door}">' in page and desk.get(door).status_code == 200


def test_a_long_subject_does_not_blow_up_the_list(desk, mail):
    ended(mail, state="done", outcome="ignored", subject="very " * 90)
    page = desk.get(reverse(LIST)).content.decode()
    shown = page.partition('class="field-short"')[2].partition("</td>")[0]
    assert "very very" in shown and len(shown) < 250

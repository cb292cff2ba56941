"""Django's and allauth's own letters go through the outbox like all others, and leave no secret behind."""
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail

from mail import delivery
from mail.backend import OutboxBackend
from mail.models import OutgoingMail


@pytest.fixture(autouse=True)
def ours(settings):
    """pytest-django puts Django's own test backend in place; here we want ours."""
    settings.EMAIL_BACKEND = "mail.backend.OutboxBackend"


def test_a_call_to_send_mail_is_a_row_and_nothing_is_sent_yet(cast, server):
    """ARCHITECTURE: no mail is sent without a row."""
    assert send_mail("Set a new password", "https://x/key-1234", None, ["Anna Bell <anna@example.com>"]) == 1
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.secret, mail.to_address, mail.to_name) == ("account", True, "anna@example.com", "Anna Bell")
    assert mail.user == cast.anna and server.letters == []
    delivery.deliver([mail.pk])
    mail.refresh_from_db()
    assert mail.state == "sent" and mail.text == "" and b"key-1234" in server.content[0]


def test_each_recipient_gets_a_letter_of_their_own(db):
    """Nobody reads in a letter who else got it."""
    message = EmailMultiAlternatives(
        "Hello", "Text", "Desk <desk@example.com>", ["anna@example.com"], bcc=["carl@example.com"], cc=["nobody"],
        reply_to=["Desk <answers@example.com>"], headers={"X-Thing": "yes"},
    )  # fmt: skip
    message.attach_alternative("<p>HTML</p>", "text/html")
    assert OutboxBackend().send_messages([message]) == 1
    anna = OutgoingMail.objects.get(to_address="anna@example.com")
    assert (anna.text, anna.html, anna.reply_to) == ("Text", "<p>HTML</p>", "answers@example.com")
    assert (anna.from_name, anna.from_address, anna.headers["X-Thing"]) == ("Desk", "desk@example.com", "yes")
    assert OutgoingMail.objects.get(to_address="carl@example.com").state == "queued"
    assert OutgoingMail.objects.get(to_address="nobody").state == "failed"


def test_a_message_of_html_alone_is_kept_as_html(db):
    message = EmailMessage("Hello", "<p>HTML</p>", None, ["anna@example.com"])
    message.content_subtype = "html"
    message.send()
    mail = OutgoingMail.objects.get()
    assert (mail.text, mail.html) == ("", "<p>HTML</p>")


def test_files_are_refused_aloud_not_dropped_in_silence(db):
    message = EmailMessage("Hello", "", None, ["anna@example.com"], attachments=[("a.txt", "content", "text/plain")])
    with pytest.raises(ImproperlyConfigured):
        message.send()

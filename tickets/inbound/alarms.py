"""Alarms to operators: mail came or went in numbers that no person sends (T11), or a mailbox keeps failing."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.links import absolute
from departments.policy import snapshot
from mail import outbox
from mail.models import Kind, OutgoingMail
from mail.render import known_language, known_zone, render_letter

HOUR = timedelta(hours=1)


def raise_alarm(code, about=""):
    """Write to every operator, unless the same alarm was raised within the hour. `code`: "sender" or "answers";
    `about`: whose mail it is."""
    reference = f"alarm:{code}:{about}"[:80]
    if not written_of_late(reference):
        tell_operators(
            lambda: [words(code, about), _("Nothing is lost: look at the import log and decide what to do.")],
            button=gettext_lazy("Open the import log"),
            url=absolute("admin:mail_incomingmail_changelist"),
            reference=reference,
        )


def written_of_late(reference):
    """How many letters went to operators about this within the hour."""
    return OutgoingMail.objects.filter(reference=reference, created_at__gt=timezone.now() - HOUR).count()


def operators():
    return get_user_model().objects.filter(is_superuser=True, is_active=True)


def tell_operators(paragraphs, *, button, url, reference):
    """Write to every operator; `paragraphs` is asked for the sentences in the language and zone of each."""
    for operator in operators():
        with override(known_language(operator.language)), timezone.override(known_zone(operator.zone)):
            write(operator, paragraphs(), str(button), url, reference)


def write(operator, paragraphs, button, url, reference):
    portal = snapshot().portal
    context = {
        "subject_line": _("Mail alarm of %(portal)s") % {"portal": portal.name},
        "paragraphs": paragraphs,
        "button": button,
        "url": url,
        "portal_name": portal.name,
        "foot": _("%(portal)s wrote this to you as one of its operators.") % {"portal": portal.name},
    }
    letter = render_letter("answer", context, operator.language, operator.zone)
    outbox.enqueue(
        to=operator.email,
        user=operator,
        kind=Kind.ALARM,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=operator.language,
        reference=reference,
    )


def words(code, about):
    if code == "sender":
        return _("%(sender)s sent so many mails within an hour that the rest is held back.") % {"sender": about}
    return _("So many automatic mails went out within an hour that no more are sent for now.")

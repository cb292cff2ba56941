"""Alarms to operators: mail came or went in numbers that no person sends (T11). One letter an hour for each."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.links import absolute
from departments.policy import snapshot
from mail import outbox
from mail.models import Kind, OutgoingMail
from mail.render import known_language, render_letter

QUIET = timedelta(hours=1)


def raise_alarm(code, about=""):
    """Write to every operator, unless the same alarm was raised within the hour. `code`: "sender" or "answers";
    `about`: whose mail it is."""
    reference = f"alarm:{code}:{about}"[:80]
    known = OutgoingMail.objects.filter(reference=reference, created_at__gt=timezone.now() - QUIET)
    if known.exists():
        return
    for operator in get_user_model().objects.filter(is_superuser=True, is_active=True):
        with override(known_language(operator.language)):
            write(operator, code, about, reference)


def write(operator, code, about, reference):
    portal = snapshot().portal
    context = {
        "subject_line": _("Mail alarm of %(portal)s") % {"portal": portal.name},
        "paragraphs": [words(code, about), _("Nothing is lost: look at the import log and decide what to do.")],
        "button": _("Open the import log"),
        "url": absolute("admin:mail_incomingmail_changelist"),
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

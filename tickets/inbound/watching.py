"""Mailboxes that keep failing: operators are told once, and once more when all is well again (issue: ways in)."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.links import absolute
from mail.models import Mailbox

from . import alarms

REFERENCE = "alarm:mailboxes"
LETTERS = 4  # to each operator within an hour, whatever happens


@transaction.atomic
def watch_mailboxes(*, at=None):
    """Write to operators of mailboxes that have failed for long, and of those that are well again, all in one letter.

    What is not told for so many letters went out lately is told later.
    """
    now = at or timezone.now()
    if alarms.written_of_late(REFERENCE) >= LETTERS * max(1, alarms.operators().count()):
        return
    failing = [box for box in Mailbox.objects.failing(at=now) if noted(box, told=None, now=now)]
    told = Mailbox.objects.exclude(alarmed_at=None).filter(failing_since=None)
    well = [box for box in told if noted(box, told=box.alarmed_at, now=None) and box.is_active]
    if failing or well:
        alarms.tell_operators(
            lambda: [*map(trouble_of, failing), *map(recovery_of, well), *advice(failing)],
            button=gettext_lazy("Open the mailboxes"),
            url=absolute("admin:mail_mailbox_changelist"),
            reference=REFERENCE,
        )


def noted(mailbox, *, told, now):
    """Whether it is ours to tell of this mailbox: of two workers at once one writes."""
    return Mailbox.objects.filter(pk=mailbox.pk, alarmed_at=told).update(alarmed_at=now) == 1


def trouble_of(mailbox):
    since = date_format(timezone.localtime(mailbox.failing_since), "DATETIME_FORMAT")
    said = _("The mailbox “%(name)s” (%(user)s) has failed since %(since)s. %(problem)s") % {
        "name": mailbox.name, "user": mailbox.username, "since": since, "problem": mailbox.get_problem_display(),
    }  # fmt: skip
    return f"{said} ({mailbox.answer})" if mailbox.answer else said


def recovery_of(mailbox):
    return _("The mailbox “%(name)s” (%(user)s) is well again.") % {"name": mailbox.name, "user": mailbox.username}


def advice(failing):
    """What to do, where something is to be done."""
    return [_("Mails wait there until it is mended, and come in then by themselves.")] if failing else []

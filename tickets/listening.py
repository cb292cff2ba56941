"""What tickets hear from the floors below (ARCHITECTURE, "Floors"): connected in apps.py."""

import re

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from accounts.viewer import Viewer
from mail import intake
from mail.models import OutgoingMail

from . import access, actions, found, kicks
from .models import Notification, PendingReply, Ticket, Watcher
from .retiming import retime

# Enhanced status codes (RFC 3463, 7505), and no part of an IP address
NOBODY = re.compile(r"(?<![\d.])5\.(?:1\.(?:1|2|3|6|10)|2\.1|4\.4)(?!\.?\d)")  # no such address, or switched off
SOMEBODY = re.compile(r"(?<![\d.])(?:4\.\d\.\d{1,3}|5\.(?:2\.[2-4]|[367]\.\d{1,3}))(?!\.?\d)")  # full, or our text


def mail_failed(sender, mail, **kwargs):
    """A letter was given up: its ticket says so, and comes back to us when the client waits in vain."""
    rows = Notification.objects.filter(mail=mail).select_related("event__ticket", "event__message").order_by("pk")
    row = rows.first()
    if mail.user_id and reaches_nobody(mail):
        flagged = get_user_model().objects.filter(pk=mail.user_id, email=mail.to_address, bounced_at=None)
        flagged.update(bounced_at=timezone.now())
    if row:
        system = get_user_model().objects.system()
        actions.bring_back(row.event.ticket, mail=mail, message=row.event.message, actor=system)


def reaches_nobody(mail):
    """Whether a letter failed because there is no such address, not because of what it said (RFC 3463)."""
    if NOBODY.search(mail.answer):
        return mail.trouble in (OutgoingMail.Trouble.BOUNCED, OutgoingMail.Trouble.REFUSED)
    return mail.trouble == OutgoingMail.Trouble.BOUNCED and not SOMEBODY.search(mail.answer)


def mail_arrived(sender, row, **kwargs):
    """A mail lies in the raw store: it is read now, or by the sweep. Of several that wait the oldest had its kick."""
    if not intake.waits_before(row):
        kicks.take_in()


def settings_changed(sender, departments, statuses, **kwargs):
    """An operator saved settings: what statuses mean and when tickets are due is worked out anew."""
    retime(departments, statuses)


@transaction.atomic
def work_taken(sender, user, by=None, **kwargs):
    """Somebody works in fewer departments, or nowhere: the open tickets they looked after there are anybody's again,
    what they watched there is no news of theirs any more, and what waits to be sent there is called off."""
    now = get_user_model().objects.get(pk=user.pk)  # read anew: a user remembers the places it was asked for
    Watcher.objects.filter(user=now).exclude(ticket__in=Ticket.objects.workable_by(Viewer(now)).values("pk")).delete()
    waiting, theirs = PendingReply.objects.filter(author=now), Ticket.objects.open().filter(assignee=now)
    found.ends_locked([*waiting.values_list("ticket", flat=True), *theirs.values_list("pk", flat=True)])  # in one order
    for row in waiting.order_by("pk"):
        actions.call_off_of_leaver(row)
    actor, freed = by or get_user_model().objects.system(), 0
    for ticket in theirs.order_by("pk").iterator():
        if not access.may_flag(ticket, now):
            actions.assign(ticket, to=None, actor=actor)
            freed += 1
    return freed


def sight_asked(sender, viewer, ticket_number, **kwargs):
    """A signed-in person followed a guest's link: whether they may see that ticket as themself."""
    return Ticket.objects.filter(access.visible(viewer), number=ticket_number).exists()

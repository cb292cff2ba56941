"""The digest: one letter that lists what a person wants to be told of, but not each time (settings in the profile).

Each thing is a Notification row with the time its digest goes. A person's rows that are due make one letter and are
done in the same transaction: running twice sends once (T07). What they no longer work on is left out.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from accounts.links import absolute
from departments.policy import snapshot
from mail import outbox
from mail.models import Kind
from mail.render import known_language, render_letter

from ..lists import bell
from ..models import Notification
from ..notices.recipients import Circle
from .due import each

MOST = 100  # lines of one letter; it says that there are more


def send_due(now=None):
    """Send the digests that are due. Returns how many letters."""
    now = now or timezone.now()
    return each("digests", due(now), "digest_due_at", lambda row: send(row.user, now=now))


def due(now):
    return Notification.objects.filter(digest_due_at__lte=now).select_related("user")


@transaction.atomic
def send(person, *, now):
    """Write one letter of everything that is due for this person. Returns whether there was anything to tell."""
    rows = due(now).filter(user=person).select_for_update(of=["self"]).order_by("pk")
    rows = list(rows.select_related("event__ticket", "user"))
    told = still_seen(rows)
    if told:
        write(person, told)
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(digest_due_at=None)
    return bool(told)


def still_seen(rows):
    """Those of the rows whose reader has sight of the ticket yet."""
    circles = {row.event.ticket_id: Circle(row.event.ticket) for row in rows}
    return [
        row
        for row in rows
        if not row.event.ticket.is_trashed and circles[row.event.ticket_id].still_sees(row.user, row.reason)
    ]


def write(person, told):
    """Put the letter into the outbox."""
    language, ids = known_language(person.language), [row.pk for row in told]
    with translation.override(language), timezone.override(person.zone):
        lines = bell.lines_of(list(bell.rows_of(Notification.objects.filter(pk__in=ids).order_by("-pk"))))
        context = {
            "portal_name": snapshot().portal.name,
            "tickets": by_ticket(lines[:MOST]),
            "number": len(lines),
            "more": max(0, len(lines) - MOST),
            "url": absolute("desk_bell"),
            "settings_url": f"{absolute('profile')}#notices-h",
        }
    letter = render_letter("digest", context, language, person.zone)
    outbox.enqueue(
        to=person.email,
        to_name=person.name,
        user=person,
        kind=Kind.DIGEST,
        undeliverable=person.bounced_at is not None,
        language=language,
        **letter._asdict(),
    )


def by_ticket(lines):
    """[(number, subject, address, its lines in order)], the ticket with the latest first."""
    found = {}
    for line in lines:
        found.setdefault(line.number, []).append(line)
    return [
        (number, own[0].subject, settings.BASE_URL + own[0].url.partition("#")[0], own[::-1])
        for number, own in found.items()
    ]

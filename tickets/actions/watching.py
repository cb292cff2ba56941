"""Watching: staff who are told of everything that happens to a ticket. No change of the ticket: it leaves no event."""

from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk_site.lib import rows

from .. import access
from ..models import Mention, Watcher
from ..refused import Refused


def watch(ticket, *, user):
    """Be told of the ticket from now on. Raises Refused for somebody who does not work on it."""
    if not access.may_flag(ticket, user):
        raise Refused(_("%(person)s does not work in this department.") % {"person": user})
    rows.insert_if_free(Watcher(ticket=ticket, user=user), "user", "ticket")


def stop_watching(ticket, *, user):
    """Be told no more. Returns whether the person watched."""
    deleted, _rows = Watcher.objects.filter(ticket=ticket, user=user).delete()
    return bool(deleted)


def call(ticket, *, people, by):
    """A note calls these colleagues by name: they find the ticket among their mentions, and watch it (S161)."""
    for person in people:
        if person.pk != by.pk and access.may_flag(ticket, person):
            watch(ticket, user=person)
            news = {"is_unread": True, "at": timezone.now()}
            Mention.objects.update_or_create(ticket=ticket, user=person, defaults=news)

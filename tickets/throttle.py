"""How often strangers may do what costs us or annoys others: counted in the cache, per hour (SECURITY, V2)."""

import logging
import time

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib.http import client_ip
from helpdesk_site.lib.tokens import hash_token

log = logging.getLogger(__name__)
HOUR = 3600

TICKETS_BY_IP, TICKETS_BY_ADDRESS = 20, 5
UPLOADS_BY_IP, DRAFTS_BY_IP = 100, 600
PEOPLE_BY_CLIENT = 30
TOO_MANY_FILES = _("Too many files were sent from here in the last hour. Sign in, or try again later.")
TOO_MANY_TICKETS = _("Too many tickets were opened from here in the last hour. Sign in, or try again later.")

TOO_MANY_PEOPLE = _("You added many people in the last hour. Try again later, or ask us to add them.")


def too_many_tickets(request, email):
    """Whether this visitor, or anybody for this address, has opened enough tickets this hour."""
    by_ip = over("ticket-ip", client_ip(request), most=TICKETS_BY_IP)
    return over("ticket-address", email.strip().lower(), most=TICKETS_BY_ADDRESS) or by_ip


def too_many_uploads(request):
    return not request.viewer and over("upload-ip", client_ip(request), most=UPLOADS_BY_IP)


def too_many_drafts(request):
    return not request.viewer and over("draft-ip", client_ip(request), most=DRAFTS_BY_IP)


def too_many_people(viewer, count):
    """Whether somebody of the client's side has let enough people take part this hour: each of them gets mail."""
    if viewer.is_staff:
        return False
    return any(over("people", str(viewer.user.pk), most=PEOPLE_BY_CLIENT) for _each in range(count))


def over(what, who, *, most):
    """Count one more for `who` this hour; whether that is more than `most`. A cache that fails counts nothing."""
    key = f"throttle:{what}:{hash_token(who)[:24]}:{int(time.time()) // HOUR}"
    try:
        cache.add(key, 0, HOUR)
        return cache.incr(key) > most
    except Exception:
        log.warning("the throttle could not count", extra={"throttle": what}, exc_info=True)
        return False

"""How long somebody stays signed in, and how a sign-in ends (SECURITY, sessions; T17).

Idle: 8 hours for staff, 14 days for clients. Absolute: 7 and 30 days. The moments lie in the session itself, so a page
costs no query for it; the last one is written anew every five minutes at most.
"""

import time
from importlib import import_module

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

HOUR, DAY = 3600, 24 * 3600
IDLE = {"staff": 8 * HOUR, "client": 14 * DAY}
ABSOLUTE = {"staff": 7 * DAY, "client": 30 * DAY}
TOUCH_EVERY = 300
UNATTENDED = "HTTP_X_UNATTENDED"  # the header sent with the refresh of the queue and with presence

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"


def begin(sender, *, request, user, **_kwargs):
    """Note when this session was signed in; heard from Django at every sign-in, whichever door it used."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())


def end_others(sender, *, request, user, **_kwargs):
    """After a new password nobody but whoever set it stays signed in (T17)."""
    end_all(user, but=request.session.session_key or "")
    get_adapter(request).forgive_failures(request, email=user.email)


def is_over(session, user):
    """Whether this session has been idle or alive for too long. One that does not say when it began is over."""
    kind, now = "staff" if user.is_staff else "client", time.time()
    idle, alive = now - session.get(SEEN_AT, 0), now - session.get(SIGNED_IN_AT, 0)
    return idle > IDLE[kind] or alive > ABSOLUTE[kind]


def touch(request):
    """Remember that the person was here just now. What the script asks by the clock shows that nobody was."""
    if UNATTENDED in request.META or time.time() - request.session.get(SEEN_AT, 0) < TOUCH_EVERY:
        return
    request.session[SEEN_AT] = int(time.time())
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def end_all(user, *, but=""):
    """Sign the person out everywhere, except for the session with the key `but`."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    theirs = UserSession.objects.filter(user=user).exclude(session_key=but)
    for key in theirs.values_list("session_key", flat=True):
        store.delete(key)
    theirs.delete()


def forget_over():
    """Delete sessions that are over from the database, and what the list of devices says of them."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()

"""Guest passes: a random, expiring token opens one ticket for one person (S7). Only its hash is kept."""
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from engine.once import claim
from helpdesk_site.lib import rows
from helpdesk_site.lib.tokens import hash_token, new_token

from . import letters
from .models import GuestPass, User

DAYS = 30
MOST_LINKS = 10  # in one letter
SESSION_KEY = "guest_pass"


def issue(user, ticket_number, *, days=DAYS):
    """Make a pass and return its token. This is the only time anybody sees it: it goes into a letter to `user`."""
    token, made = prepare(user, ticket_number, days=days)
    rows.insert(made)
    return token


def prepare(user, ticket_number, *, days=DAYS):
    """The token and the pass, which the caller inserts: with others, where one act writes several letters."""
    token = new_token()
    made = GuestPass(user=user, ticket_number=ticket_number, token_hash=hash_token(token), expires_at=in_days(days))
    return token, made


def redeem(token):
    """The pass this token opens, or None when it is unknown, expired or revoked, or its person may not come in."""
    if not isinstance(token, str) or not token:
        return None
    return valid().filter(token_hash=hash_token(token)).first()


def in_session(request):
    """The pass this browser came in with, or None."""
    pk = request.session.get(SESSION_KEY)
    return valid().filter(pk=pk).first() if pk else None


def extend(guest_pass):
    """Let a pass that is used live on: thirty days from the last visit, written once a day at most."""
    now = timezone.now()
    if guest_pass.used_at and now - guest_pass.used_at < timedelta(days=1):
        return
    guest_pass.used_at = now
    guest_pass.expires_at = max(guest_pass.expires_at, in_days(DAYS))
    guest_pass.save(update_fields=["used_at", "expires_at"])


@transaction.atomic
def send_fresh(email):
    """Write new passes to somebody who had some, in one letter; to anybody else nothing (T16). The old ones stay."""
    claim()
    had = GuestPass.objects.filter(user__email=User.objects.clean_email(email), user__is_active=True, revoked_at=None)
    numbers = list(dict.fromkeys(had.order_by("-id").values_list("ticket_number", flat=True)[:200]))[:MOST_LINKS]
    if numbers:
        user = User.objects.get(email=User.objects.clean_email(email))
        letters.fresh_links(user, links=[(number, issue(user, number)) for number in numbers])


def revoke(user, *, ticket_number=""):
    """Close the person's passes, or only those to one ticket."""
    passes = GuestPass.objects.filter(user=user, revoked_at=None)
    if ticket_number:
        passes = passes.filter(ticket_number=ticket_number)
    passes.update(revoked_at=timezone.now())


def let_in_again(user, *, ticket_number, since):
    """Open the passes to one ticket that were closed at `since` or later: the closing was taken back."""
    closed = GuestPass.objects.filter(user=user, ticket_number=ticket_number, revoked_at__gte=since)
    closed.update(revoked_at=None)


def forget_over():
    """Delete passes that expired a year ago. Until then they let their guest ask for a fresh one."""
    GuestPass.objects.filter(expires_at__lt=in_days(-365)).delete()


def valid():
    """Passes that open something now, with their people."""
    return GuestPass.objects.select_related("user").filter(
        expires_at__gt=timezone.now(), revoked_at=None, user__is_active=True
    )


def in_days(days):
    return timezone.now() + timedelta(days=days)

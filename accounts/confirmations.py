"""Proving an address: a letter with a link goes there, and only following it changes anything (T15, S7).

The answer on the page is the same for an address we know, one we do not, and a guest's (T16); only the letter differs,
and that is read by the address's owner alone.
"""
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from engine.once import claim
from helpdesk_site.lib.tokens import hash_token, new_token

from . import letters, passes, sessions
from .models import Confirmation, User

SIGN_UP, NEW_ADDRESS, INVITATION = Confirmation.Purpose
LIFETIME = {SIGN_UP: timedelta(days=3), NEW_ADDRESS: timedelta(hours=1), INVITATION: timedelta(days=3)}


@transaction.atomic
def ask_sign_up(email, *, name, password):
    """Write to `email` that somebody wants to sign up. Returns what waits for the answer, or None.

    A guest's address gets the same letter as a new one. Whoever already has a password, or may not sign in, is told so.
    """
    claim()
    hashed = make_password(password)  # in every case, so that the time taken says nothing
    user = User.objects.filter(email=email).first()
    if user is not None and not may_get_password(user):
        letters.already_known(user)
        return None
    waiting, token = wait_for(SIGN_UP, email=email, name=name, password=hashed)
    letters.confirm_sign_up(email, name=name, token=token)
    return waiting


@transaction.atomic
def finish_sign_up(waiting):
    """Set the waiting password on the user with this address, made now or a guest until now, tickets and all (S7).

    Returns the user, or None when somebody was quicker. Every other sign-up waiting for the address ends here. The
    person is locked first, so that two confirmations for one address wait for each other and never for both.
    """
    user = User.objects.guest_for(waiting.email)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not taken(waiting) or not may_get_password(user):
        transaction.set_rollback(True)
        return None
    Confirmation.objects.filter(purpose=SIGN_UP, email=waiting.email).delete()
    user.password, user.name = waiting.password, waiting.name or user.name
    user.save(update_fields=["password", "name"])
    return user


@transaction.atomic
def ask_new_address(user, *, email):
    """Write to the new address that this person wants to move there. Somebody else's address gets a word of warning."""
    claim()
    Confirmation.objects.filter(purpose=NEW_ADDRESS, user=user).delete()
    owner = User.objects.filter(email=email).first()
    if owner is not None:
        letters.address_in_use(owner)
        return
    _waiting, token = wait_for(NEW_ADDRESS, email=email, user=user)
    letters.confirm_new_address(user, email=email, token=token)


def finish_new_address(waiting):
    """Move the person to the proven address and tell the old one. Returns False when it is somebody's by now."""
    try:
        with transaction.atomic():
            if not taken(waiting):
                return False
            user, old = waiting.user, waiting.user.email
            user.email, user.bounced_at = waiting.email, None
            user.save(update_fields=["email", "bounced_at"])
            passes.revoke(user)  # whoever reads the old mailbox reads no ticket any more
            letters.address_changed(user, old=old)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def invite(user):
    """Write to somebody whose account an operator made: a link to set a password, good for three days."""
    Confirmation.objects.filter(purpose=INVITATION, user=user).delete()
    _waiting, token = wait_for(INVITATION, email=user.email, user=user)
    letters.invitation(user, token=token)


@transaction.atomic
def finish_invitation(waiting, *, password):
    """Set the password the invited person chose. Returns False when the link was used meanwhile."""
    if not taken(waiting):
        return False
    waiting.user.set_password(password)
    waiting.user.save(update_fields=["password"])
    sessions.end_all(waiting.user)
    return True


def open_with(token, *, purpose, user=None):
    """What this token confirms, for this purpose (and this person), or None (T15)."""
    if not isinstance(token, str) or not token:
        return None
    found = Confirmation.objects.select_related("user").filter(
        token_hash=hash_token(token), purpose=purpose, expires_at__gt=timezone.now()
    )
    waiting = (found.filter(user=user) if user else found).first()
    return waiting if waiting is None or is_good_for(waiting) else None


def is_good_for(waiting):
    """What was asked for a person ends when they may not sign in, or have another address by now."""
    user = waiting.user
    return user is None or user.is_active and (waiting.purpose == NEW_ADDRESS or waiting.email == user.email)


def wait_for(purpose, **what):
    """Store what waits for an address; return it and its token, which is told once, in the letter."""
    token = new_token()
    waiting = Confirmation.objects.create(
        purpose=purpose, token_hash=hash_token(token), expires_at=timezone.now() + LIFETIME[purpose], **what
    )
    return waiting, token


def forget_over():
    """Delete what was never confirmed in time. Returns how many."""
    return Confirmation.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def taken(waiting):
    """Use it up. False when another request did so first."""
    deleted, _by_model = Confirmation.objects.filter(pk=waiting.pk).delete()
    return bool(deleted)


def may_get_password(user):
    """Guests may: they have none yet and may come in."""
    return user.is_active and user.is_guest

"""What is done to people: they are never deleted here, they stop being able to come in."""
from django.db import transaction

from . import passes, sessions
from .models import User
from .signals import work_taken


@transaction.atomic
def deactivate(user, *, by=None):
    """Close the door: no sign-in, no open session, no pass. Returns how many tickets they looked after are free."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user)
    passes.revoke(user)
    return free_work(user, by=by)


@transaction.atomic
def leave_the_desk(user, *, by=None):
    """Staff no more: signed out everywhere; as a client they may come back. Returns how many tickets are free."""
    sessions.end_all(user)
    return free_work(user, by=by)


def free_work(user, *, by=None):
    """Let the floors above free what this person looked after and may not see any more. Returns how many tickets."""
    return sum(freed or 0 for _receiver, freed in work_taken.send(User, user=user, by=by))


def activate(user):
    """Let the person sign in again. Old sessions and passes stay closed."""
    user.is_active = True
    user.save(update_fields=["is_active"])


def reached(user):
    """Mail from this person's address arrived: whatever came back before, somebody reads there."""
    if user.bounced_at:
        user.bounced_at = None
        user.save(update_fields=["bounced_at"])


def correct_address(user, *, email):
    """Give a guest another address, because nobody is reached at the old one. Whoever has a password does that
    themself. Returns whether it was done: not when the address is somebody's."""
    email = User.objects.clean_email(email)
    if user.is_staff or not user.is_guest or User.objects.filter(email=email).exists():
        return False
    user.email, user.bounced_at = email, None
    user.save(update_fields=["email", "bounced_at"])
    return True


def may_see_picture(viewer, person):
    """Staff see everybody's; anyone sees their own, the staff's, and those of their organisation."""
    if viewer.is_staff or viewer.user == person or person.is_staff:
        return not viewer.is_stranger
    if viewer.is_stranger or viewer.is_guest_pass:
        return False
    return person.memberships.filter(organisation__memberships__user=viewer.user).exists()

"""Who is looking: a signed-in person, a guest by pass, or a stranger."""
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from .models import User


@dataclass(frozen=True)
class Viewer:
    """A person as `access` asks about them. `only_ticket` narrows to one ticket and never widens (S7)."""

    user: User | AnonymousUser
    only_ticket: str = ""

    def __bool__(self):
        """Somebody, and not a stranger."""
        return not self.is_stranger

    @property
    def is_stranger(self):
        """Neither signed in nor here by a pass."""
        return self.user.pk is None

    @property
    def is_guest_pass(self):
        """Here by a pass: sees that one ticket, as a client, whoever the person is otherwise."""
        return bool(self.only_ticket)

    @property
    def is_staff(self):
        """Signed in and staff, not switched off; a pass never opens the desk."""
        return self.user.is_staff and self.user.is_active and not self.is_guest_pass


STRANGER = Viewer(AnonymousUser())

"""Leaving what one is told of by a link in the letter: one click, no sign-in (S163; RFC 2369, RFC 8058).

The link is signed and says whose it is and what it ends. It ends letters and nothing else, so it needs no more.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import get_user_model

from accounts.links import absolute
from accounts.models import Membership
from departments.models import StaffPlace
from helpdesk_site.lib import tokens

from ..models import Notification, Ticket

Reason = Notification.Reason
PURPOSE, GOOD_FOR = "leave", timedelta(days=400)


@dataclass(frozen=True)
class Leaving:
    """What a link ends: `user` takes part in `ticket` no more, or is told of the tickets of `membership` no more, or
    gets no more of the `letters` (a StaffPlace.Letters) of `place`."""

    user: object
    ticket: object = None
    membership: object = None
    place: object = None
    letters: object = None


def address_for(user, reason, ticket, letters=""):
    """The link that ends letters to `user` for this reason; "" where they come with the ticket, or by a rule.
    `letters` say which, to staff (`recipients.letter_of`); an operator may have no place to keep that with."""
    what = {Reason.PARTICIPANT: ("ticket", ticket.pk), Reason.ORGANISATION: ("organisation", ticket.organisation_id)}
    if letters in StaffPlace.Letters.values and not (user.is_superuser and reason != Reason.DEPARTMENT):
        what = {reason: (letters, ticket.department_id)}
    return absolute("leave", tokens.sign(PURPOSE, [user.pk, *what[reason]])) if reason in what else ""


def leaving_of(token):
    """The Leaving that a link stands for; None for one that is forged, too old, or of something that is gone."""
    value = tokens.unsign(PURPOSE, token, GOOD_FOR)
    if value is None:
        return None
    pk, what, key = value
    user = get_user_model().objects.filter(pk=pk).first()
    if user is None:
        return None
    if what == "ticket":
        ticket = Ticket.objects.filter(pk=key).first()
        return ticket and Leaving(user, ticket=ticket)
    if what == "organisation":
        row = Membership.objects.select_related("organisation").filter(user=user, organisation=key).first()
        return row and Leaving(user, membership=row)
    row = StaffPlace.objects.select_related("department").filter(user=user, department=key).first()
    return row and Leaving(user, place=row, letters=StaffPlace.Letters(what))

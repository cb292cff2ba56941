"""Rating a reply of staff, or how a closed ticket was solved (S171, C14)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ratings
from ..events import action, record
from ..models import STARS, Message, Rating, Ticket, Verb
from ..refused import Refused
from ._shared import homes_of, locked

TRASHED = (Ticket.Hidden.TRASH, Ticket.Hidden.GONE)


@action
def rate(ticket, *, stars, actor, message=None):
    """Keep that `actor`, of the client's side, gives from 1 to 5 stars to a reply, or to how the closed ticket was
    solved. Said again it changes, for a week. Returns the Rating. Raises Refused where nothing is to be rated (any
    more)."""
    if stars not in STARS:
        raise Refused(_("Choose between one star and five."))
    home, ticket = homes_of(message) if message else (None, locked(ticket))
    home = home or ticket
    if message:
        message.refresh_from_db()
    given = Rating.objects.filter(ticket=home, message=message, user=actor).first()
    refuse(ticket, message, given, by=actor)
    anew = given and not message and ratings.is_of_before(given, ticket.closed_at)
    if given and given.stars == stars and not anew:
        return given
    before = {"was": given.stars} if given and not anew else {}
    row = given or Rating(ticket=home, message=message, user=actor)
    row.stars, row.agent_id = stars, message.author_id if message else ticket.assignee_id
    row.at = timezone.now() if anew or not given else row.at
    row.save()
    record(home, Verb.RATED, actor=actor, message=message, stars=stars, **before)
    return row


def refuse(ticket, message, given, *, by):
    """Raise Refused, in words, unless this may be rated by this person as it stands."""
    if message is None and not ratings.asks_when_closed(ticket):
        raise Refused(_("A ticket is rated once it is closed."))
    if message and not (ratings.asks_for_replies(ticket) and is_theirs_to_rate(message, by)):
        raise Refused(_("This message cannot be rated."))
    if not ratings.may_change(given, None if message else ticket.closed_at):
        raise Refused(_("A rating can be changed for a week."))


def is_theirs_to_rate(message, user):
    """Whether it is a reply of staff, by somebody else, that stands in no other ticket by now."""
    if not ratings.is_reply(message, message.author) or message.author_id == user.pk:
        return False
    return not Message.objects.filter(origin=message).exclude(ticket__hidden__in=TRASHED).exists()

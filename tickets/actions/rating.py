"""Rating a reply of staff, or how a closed ticket was solved (S171, C14)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import ratings
from ..events import action, record
from ..models import STARS, Rating, Verb
from ..refused import Refused
from ._shared import homes_of, locked
from .splitting import moved_away


@action
def rate(ticket, *, stars, actor, message=None):
    """Keep that `actor`, of the client's side, gives from 1 to 5 stars to a reply, or to how the closed ticket was
    solved. Said again it changes, for a week. Returns the Rating. Raises Refused where nothing is to be rated (any
    more)."""
    if stars not in STARS:
        raise Refused(_("Choose between one star and five."))
    if message:
        home, ticket = homes_of(message)
        message.refresh_from_db(fields=["deleted_at"])
    else:
        home = ticket = locked(ticket)
    what = {"ticket": home, "message": message, "user": actor}
    given = Rating.objects.filter(**what).first()
    refuse(ticket, message, given, by=actor)
    anew = given is None or (message is None and ratings.is_of_before(given, ticket.closed_at))
    if not anew and given.stars == stars:
        return given
    whose = message.author_id if message else ticket.assignee_id
    first = {"agent_id": whose, "at": timezone.now()} if anew else {}
    row, _made = Rating.objects.update_or_create(**what, defaults={"stars": stars, **first})
    record(home, Verb.RATED, actor=actor, message=message, stars=stars, **({} if anew else {"was": given.stars}))
    return row


def refuse(ticket, message, given, *, by):
    """Raise Refused, in words, unless this may be rated by this person as it stands."""
    if message is None and not ratings.asks_when_closed(ticket):
        raise Refused(_("A ticket is rated once it is closed."))
    if message and not (ratings.asks_for_replies(ticket) and is_theirs_to_rate(ticket, message, by)):
        raise Refused(_("This message cannot be rated."))
    if not ratings.may_change(given, None if message else ticket.closed_at):
        raise Refused(_("A rating can be changed for a week."))


def is_theirs_to_rate(ticket, message, user):
    """Whether it is a reply of staff, by somebody else, that has not got a ticket of its own by now."""
    theirs = ratings.is_reply(message, message.author) and message.author_id != user.pk
    return theirs and message.pk not in moved_away(ticket)

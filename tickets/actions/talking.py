"""The call, chat or meeting a ticket was made of (S80, S97-S99): noted with it, corrected later."""

from django.utils.translation import gettext as _

from ..events import action, record
from ..models import Talk, Verb
from ..refused import Refused
from ..talks import TALKS
from ._shared import locked

FIELDS = ("at", "minutes", "phone", "state", "link", "pass_code")


@action
def change_talk(ticket, *, actor, **said):
    """Correct what is known of the talk, by Talk's fields. The history names the fields, never their contents: a pass
    code stays between us and the client. Returns the Talk. Raises Refused for a ticket that was made of none."""
    ticket = locked(ticket)
    if ticket.channel not in TALKS:
        raise Refused(_("This ticket was made of no call, chat or meeting."))
    talk = Talk.objects.filter(ticket=ticket).first() or Talk(ticket=ticket)
    changed = [name for name in FIELDS if name in said and getattr(talk, name) != said[name]]
    if not changed:
        return talk
    state = talk.state
    for name in changed:
        setattr(talk, name, said[name])
    talk.save()
    states = {"from": state, "to": talk.state} if "state" in changed else {}
    record(ticket, Verb.TALKED, actor=actor, changed=changed, **states)
    return talk

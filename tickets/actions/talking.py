"""The call, chat or meeting a ticket was made of (S80, S97-S99): noted with it, corrected later."""

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ..events import action, record
from ..models import EventContent, Talk, TicketEvent, Verb
from ..refused import Refused
from ..talks import TALKS
from ._shared import locked

FIELDS = ("at", "minutes", "phone", "state", "link", "pass_code")


@action
def change_talk(ticket, *, actor, **said):
    """Correct what is known of the talk, by Talk's fields. The history names the fields and keeps what they said, for
    Undo alone: a pass code stays between us and the client. Returns the Talk. Raises Refused for a ticket that was made
    of none."""
    ticket = locked(ticket)
    if ticket.channel not in TALKS:
        raise Refused(_("This ticket was made of no call, chat or meeting."))
    talk = Talk.objects.filter(ticket=ticket).first() or Talk(ticket=ticket)
    changed = [name for name in FIELDS if name in said and getattr(talk, name) != said[name]]
    if not changed:
        return talk
    before = {name: getattr(talk, name) for name in changed}
    for name in changed:
        setattr(talk, name, said[name])
    talk.save()
    states = {"from": before["state"], "to": talk.state} if "state" in changed else {}
    texts = {"before": json.dumps(before, cls=DjangoJSONEncoder)}
    record(ticket, Verb.TALKED, actor=actor, texts=texts, changed=changed, **states)
    return talk


def take_back(ticket, event, actor):
    """Undo of the last change: each field as it was, unless words were taken out of it since."""
    talk, last = Talk.objects.filter(ticket=ticket).first(), TicketEvent.objects.filter(ticket=ticket, verb=Verb.TALKED)
    if talk is None or last.order_by("-sequence").first().pk != event.pk:
        return False
    try:
        before = json.loads(event.contents.get(name="before").text)
    except (EventContent.DoesNotExist, ValueError):
        return False
    for name, value in before.items():
        setattr(talk, name, parse_datetime(value) if name == "at" and value else value)
    talk.save()
    return True

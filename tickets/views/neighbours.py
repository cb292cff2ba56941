"""What somebody of staff is told of linked tickets when they close one: a warning, never a refusal."""

from django.contrib import messages as notices

from .. import access
from ..actions.linking import warnings
from ..models import Verb


def warn(request, ticket, events):
    """After an act whose events closed a ticket: say what is still open around it. Clients learn nothing of links."""
    closed = any(event.verb == Verb.CLOSED and event.ticket_id == ticket.pk for event in events)
    if closed and not request.viewer.only_ticket and access.works_on(request.user, ticket):
        for sentence in warnings(ticket):
            notices.warning(request, sentence)

"""Replies that wait, for their authors: called back, or sent at once, wherever the ticket was moved since."""

from functools import wraps

from django.contrib import messages as notices
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engine.once import once
from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number

from .. import access, actions, drafts, predefined
from ..models import Draft, Ticket
from ..refused import Refused
from .doors import for_somebody, kept_page
from .properties import answer


def own_reply(view):
    """A POST door to a reply that waits, for its author. What cannot be done any more is said on the next page."""

    @require_POST
    @for_somebody
    @once
    @wraps(view)
    def opened(request, number, pending):
        ticket, row = access.held_reply(request.viewer, number, pending)
        try:
            if row is None:
                raise Refused(_("The reply has already been sent."))
            return view(request, ticket, row)
        except Refused as refused:
            notices.error(request, str(refused))
            return answer(request, ticket)

    return opened


@own_reply
def call_back(request, ticket, row):
    """Undo a reply within its seconds; its text is in the box again, before what was typed since."""
    written, files = actions.call_back(row, actor=request.user)
    place = drafts.place_of(Draft.Kind.REPLY, ticket)
    since = drafts.saved(request, place)
    written = "\n\n".join(filter(None, [written, since and since.fields.get("message")]))
    files += drafts.kept_files(request, place)
    drafts.keep(request, place, {"message": written} | predefined.typed_again(row), uploads=files)
    if not access.works_on(request.user, ticket):
        return redirect("ticket_kept", ticket.number)
    toast(request, _("Not sent. Your text is in the box again."))
    return redirect(f"{reverse('ticket', args=[ticket.number])}#reply")


@own_reply
def send_now(request, ticket, row):
    """Send a waiting reply at once."""
    message = actions.release(row, now=row.due_at)
    toast(request, _("Reply sent."))
    if message is None or not access.works_on(request.user, ticket):
        return answer(request, ticket)
    return redirect(f"{reverse('ticket', args=[ticket.number])}#{message.anchor}")


@require_safe
@for_somebody
def kept(request, number):
    """What this person wrote to a ticket that has left their departments since: not sent, and not lost."""
    viewer, number = request.viewer, clean_number(number)
    if not number or not viewer.is_staff:
        raise Http404
    page = kept_page(request, number)
    if Ticket.objects.workable_by(viewer).filter(number=number).exists():
        return redirect(f"{reverse('ticket', args=[number])}#reply")
    return page

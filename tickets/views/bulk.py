"""What staff do to many tickets at once, from the list (S133, T19)."""

from urllib.parse import urlencode

from django.contrib import messages as notices
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_POST

from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.toasts import toast

from .. import actions, queues
from ..events import one_click
from ..forms_desk import chosen_colleague, chosen_status
from ..refused import Refused
from .desk import staff_only

CLOSED = ngettext_lazy("%(n)s ticket closed.", "%(n)s tickets closed.", "n")
ASSIGNED = ngettext_lazy("%(n)s ticket assigned to %(to)s.", "%(n)s tickets assigned to %(to)s.", "n")
RELEASED = ngettext_lazy("Nobody looks after %(n)s ticket now.", "Nobody looks after %(n)s tickets now.", "n")
STATUS = ngettext_lazy("%(n)s ticket is now %(to)s.", "%(n)s tickets are now %(to)s.", "n")
MISSED = ngettext_lazy("%(n)s ticket could not be found.", "%(n)s tickets could not be found.", "n")


@require_POST
@staff_only
@once
def bulk(request):
    """Close, assign or set the status of the tickets ticked, as one click that can be taken back as a whole."""
    numbers = set(request.POST.getlist("t"))
    found = queues.selected(request.viewer, sorted(numbers))
    failed = [MISSED % {"n": len(numbers) - len(found)}] if len(found) < len(numbers) else []
    try:
        act, said, to = bulk_act(request)
    except Refused as refused:
        notices.error(request, str(refused))
        return redirect(safe_next(request, "desk"))
    with one_click() as click:
        failed += [failure for failure in (bulk_one(act, ticket) for ticket in found) if failure]
    tell(request, found, click, said, to, failed)
    return redirect(safe_next(request, "desk"))


def bulk_act(request):
    """(what to do with each ticket, how to say that it was done, to whom or what). Raises Refused (T19)."""
    sent, me = request.POST, request.user
    if "close" in sent:
        return lambda ticket: actions.close(ticket, actor=me), CLOSED, None
    if "assign" in sent:
        person = chosen_colleague(sent["assign"], me=me)
        return lambda ticket: actions.assign(ticket, to=person, actor=me), ASSIGNED if person else RELEASED, person
    status = chosen_status(sent.get("status", ""))
    return lambda ticket: actions.set_status(ticket, status=status, actor=me), STATUS, status


def bulk_one(act, ticket):
    """Act on one ticket of many. Returns why it could not be done, "" when it was."""
    try:
        act(ticket)
    except Refused as refused:
        return f"{ticket.number}: {refused}"
    return ""


def tell(request, found, click, said, to, failed):
    """Say what was done, with Undo, and what was not."""
    changed = {event.ticket_id for event in click.events}
    if changed:
        first = next(ticket for ticket in found if ticket.pk in changed)
        back = urlencode({"next": safe_next(request, "desk")})
        undo_url = f"{reverse('ticket_undo', args=[first.number, click.id])}?{back}"
        toast(request, said % {"n": len(changed), "to": to}, undo_url=undo_url)
    elif not failed:
        notices.info(request, _("Nothing to change.") if found else _("Select tickets first."))
    for sentence in failed[:5]:
        notices.error(request, sentence)

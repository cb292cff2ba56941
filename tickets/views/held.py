"""Replies that wait, for their authors: called back, or sent at once, wherever the ticket was moved since."""

from functools import wraps

from django.contrib import messages as notices
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engine.once import once
from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number

from .. import access, actions
from ..composing import drafts, filling, guard
from ..forms.writing import LaterForm
from ..lists import queries
from ..models import Ticket
from ..refused import Refused
from ..writing import write
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

    def put_before(typed):
        return {"message": "\n\n".join(filter(None, [written, typed.get("message")]))} | drafts.typed_again(row)

    drafts.change(request, drafts.place_of_waiting(row), put_before, uploads=files)
    if not access.works_on(request.user, ticket):
        return redirect("ticket_kept", ticket.number)
    toast(request, _("Not sent. Your text is in the box again."))
    return redirect(f"{reverse('ticket', args=[ticket.number])}#reply")


@own_reply
def send_now(request, ticket, row):
    """Send a waiting reply at once."""
    message = actions.release(row, now=row.due_at)
    if message:
        toast(request, _("Reply sent."))
    elif not access.works_on(request.user, ticket):
        notices.info(request, _("It was not sent. Your text is in the ticket as a note for those who work on it now."))
    else:
        notices.info(request, _("It was not sent: something is new here. Your text is in the box again."))
    if message is None or not access.works_on(request.user, ticket):
        return answer(request, ticket)
    return redirect(f"{reverse('ticket', args=[ticket.number])}#{message.anchor}")


@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
@once
def later(request, number, pending):
    """Another text or time for a reply set for later, on its own page."""
    ticket, row = access.held_reply(request.viewer, number, pending)
    if row is None or not row.is_later or not access.works_on(request.user, ticket):
        notices.error(request, _("This reply does not wait any more."))
        return answer(request, ticket)
    form, refusal = LaterForm(request.POST or None, initial={"message": row.body, "at": row.due_at}), ""
    if request.method == "POST" and form.is_valid():
        try:
            return changed(request, ticket, row, form.cleaned_data)
        except Refused as refused:
            refusal = refused
    context = {
        "ticket": ticket, "form": form, "refusal": str(refusal), "page_title": _("Change the reply that waits"),
        "stopped": refusal if isinstance(refusal, guard.Stopped) else None, "rail": queries.rail(request.viewer),
        "back_url": ticket.get_absolute_url(),
    }  # fmt: skip
    return render(request, "desk/later.html", context, status=422 if request.method == "POST" else 200)


def changed(request, ticket, row, said):
    """Keep the new text and time, if the guard lets it through."""
    words = filling.merged(said["message"], ticket, agent=request.user)
    guard.refuse(words, ticket, meant=request.POST.get("meant", ""))
    row = actions.change_later(row, author=request.user, written=write(words), due_at=said["at"])
    moment = formats.date_format(timezone.localtime(row.due_at), "DATETIME_FORMAT")
    toast(request, _("Your reply goes on %(moment)s.") % {"moment": moment})
    return redirect("ticket", ticket.number)


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

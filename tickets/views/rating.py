"""Stars for a reply, or for how a closed ticket was solved (S171, C14). The same value said twice changes nothing, so
these forms carry no key; they are asked for with and without script."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number

from .. import access, actions, merged, ratings
from ..models import STARS, Message
from .doors import for_somebody


@require_POST
@for_somebody
def rate(request, number, numbered=None):
    """Keep the stars for the message `numbered` of this ticket, or for the ticket. The script gets the form again, as
    it stands now; who sends it without is led back to where it is."""
    ticket = access.ticket_for(request.viewer, number, to="rate")
    message = None if numbered is None else message_of(number, numbered)
    given = actions.rate(ticket, stars=stars_in(request), actor=request.viewer.user, message=message)
    merged.at_home(ticket, [message] if message else [])
    if request.htmx:
        asked = ratings.Asked(given.stars, is_open=True)
        context = {"ticket": ticket, "message": message, "asked": asked}
        return render(request, "conversation/_rate.html", context)
    toast(request, _("Thank you for your rating."))
    anchor = message.anchor if message else "rating"
    return redirect(f"{reverse('ticket', args=[ticket.number])}#{anchor}")


def message_of(number, numbered):
    """The public message of that number, of the ticket it was written under. Raises Http404 for none."""
    rows = Message.objects.filter(ticket__number=clean_number(number), number=numbered, is_note=False)
    message = rows.select_related("author").first()
    if message is None:
        raise Http404
    return message


def stars_in(request):
    """From 1 to 5; 0 for anything else."""
    said = request.POST.get("stars", "")
    return int(said) if said in map(str, STARS) else 0

"""Who takes part in a ticket besides its client: added, taken off, leaving by themselves (S163)."""

from django.contrib import messages as notices
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from engine.once import once
from helpdesk_site.lib.toasts import toast

from .. import access, actions, throttle
from ..events import one_click
from ..forms.portal import PeopleForm
from ..models import Participant
from ..notices import leaving
from ..refused import Refused
from .doors import for_somebody


@require_POST
@for_somebody
@once
def add(request, number):
    """Let people take part, by their addresses; all of them or none."""
    ticket = access.ticket_for(request.viewer, number, to="invite")
    form = PeopleForm(request.POST)
    if not form.is_valid():
        notices.error(request, " ".join(form.errors.get("addresses", [_("Choose what they may do.")])))
    elif throttle.too_many_people(request.viewer, len(form.cleaned_data["addresses"])):
        notices.error(request, str(throttle.TOO_MANY_PEOPLE))
    else:
        try:
            added = add_all(ticket, form.cleaned_data["addresses"], form.cleaned_data["rights"], request.viewer.user)
            toast(request, ngettext("%(n)s person takes part.", "%(n)s people take part.", added) % {"n": added})
        except Refused as refused:
            notices.error(request, str(refused))
    return redirect(f"{reverse('ticket', args=[ticket.number])}#people")


def add_all(ticket, addresses, rights, actor):
    with one_click():
        for address in addresses:
            user = get_user_model().objects.guest_for(address, language=ticket.client.language)
            actions.add_participant(ticket, user=user, rights=rights, actor=actor)
    return len(addresses)


@require_POST
@for_somebody
@once
def remove(request, number, person):
    """Take somebody off, or leave."""
    ticket, can = access.ticket_and_abilities(request.viewer, number)
    me = request.viewer.user
    if not (can.invite or can.leave and person == me.pk):
        raise Http404
    row = Participant.objects.filter(ticket=ticket, user=person).select_related("user").first()
    if row is None:
        raise Http404
    actions.remove_participant(ticket, user=row.user, actor=me)
    if access.abilities(request.viewer, fresh(ticket)).see:
        toast(request, _("%(person)s takes part no more.") % {"person": row.user.full_name})
        return redirect(f"{reverse('ticket', args=[ticket.number])}#people")
    return gone(request, leaving.Leaving(me, ticket=ticket))


def fresh(ticket):
    """The same ticket, nothing known of its people."""
    ticket.__dict__.pop("_participants", None)
    return ticket


@login_not_required
@csrf_exempt  # RFC 8058: the mail program sends the click; what counts is the signed link
@require_http_methods(["GET", "POST"])
def leave(request, token):
    """The link in a letter. GET asks, for programs follow links; POST does it, once and for all who ask again."""
    what = leaving.leaving_of(token)
    if what is None:
        return render(request, "portal/left.html", {"what": None}, status=410)
    if request.method == "GET":
        return render(request, "portal/leave.html", {"what": what})
    actions.leave(what)
    return gone(request, what)


def gone(request, what):
    return render(request, "portal/left.html", {"what": what})

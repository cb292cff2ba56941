"""What several doors do first: let somebody in, or a stranger to the sign-in, with what was typed kept for later."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from departments.models import Department
from helpdesk_site.lib.tokens import clean_number

from .. import drafts, throttle
from ..forms import WithFiles
from ..models import Draft, Ticket

WRITTEN_AT = {"ticket_reply": Draft.Kind.REPLY, "ticket_note": Draft.Kind.NOTE}


def for_somebody(view):
    """Decorator of a ticket's doors: for people signed in and for guests by their pass, who are not signed in.

    A stranger signs in first and comes back, whether there is such a ticket or not. What they sent is kept as a draft:
    most likely their sign-in has expired.
    """

    @login_not_required
    @wraps(view)
    def door(request, number, *args, **kwargs):
        if request.viewer:
            return view(request, number, *args, **kwargs)
        number = clean_number(number)
        if not number:
            raise Http404
        kind = WRITTEN_AT.get(request.resolver_match.url_name)
        if request.method == "POST" and kind:
            keep_for_later(request, f"{kind}/{number}", policy=department_of(number).policy)
        return sign_in_first(request, reverse("ticket", args=[number]))

    return door


def department_of(number):
    """The department of that ticket; one with the site's policy when there is no such ticket. Tells nobody which."""
    ticket = Ticket.objects.filter(number=number).first()
    return ticket.shown_department if ticket else Department()


def sign_in_first(request, back_to):
    """To the sign-in and back. htmx is told to load the page, not to put it into a corner of this one."""
    answer = redirect_to_login(back_to)
    return HttpResponseClientRedirect(answer.url) if request.headers.get("HX-Request") else answer


def keep_for_later(request, place, *, policy):
    """Keep what a stranger sent, text and files, under their session's secret, which survives signing in."""
    if throttle.too_many_drafts(request):
        return
    form = WithFiles(request, policy=policy)
    form.full_clean()  # stores the files; what is wrong with one is said when it is sent again
    if form.uploads or request.POST.get("message", "").strip():
        drafts.keep(request, place, request.POST, uploads=form.uploads)
        messages.info(request, _("Sign in to send it. What you typed is kept."))

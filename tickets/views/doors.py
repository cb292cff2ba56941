"""What several doors do first: let somebody in, or a stranger to the sign-in, with what was typed kept for later."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from departments.models import Department
from helpdesk_site.lib.tokens import clean_number

from .. import throttle
from ..composing import drafts
from ..forms.portal import WithFiles
from ..lists import queries
from ..models import Draft, Ticket

WRITTEN_AT = {"ticket_reply": Draft.Kind.REPLY, "ticket_note": Draft.Kind.NOTE, "message_edit": Draft.Kind.EDIT}


def for_somebody(view):
    """Decorator of a ticket's doors: for people signed in and for guests by their pass, who are not signed in.

    A stranger signs in first and comes back, whether there is such a ticket or not. What they sent is kept as a draft:
    most likely their sign-in has expired. So is what staff wrote to a ticket that is none for them: most likely it has
    left their departments meanwhile. It is no less of a 404.
    """

    @login_not_required
    @wraps(view)
    def door(request, number, *args, **kwargs):
        place = place_written(request, number, **kwargs) if request.method == "POST" else ""
        if request.viewer:
            try:
                return view(request, number, *args, **kwargs)
            except Http404:
                if place and request.viewer.is_staff and (number := clean_number(number)):
                    return not_sent(request, place, number)
                raise
        number = clean_number(number)
        if not number:
            raise Http404
        if place:
            keep_for_later(request, place, policy=department_of(number).policy)
        changes = place.startswith(Draft.Kind.EDIT)
        return sign_in_first(request, request.path if changes else reverse("ticket", args=[number]))

    return door


def place_written(request, number, *, message="", **_more):
    """Where what this request sends was typed; "" for a door through which nothing is written, and for no place."""
    kind = WRITTEN_AT.get(request.resolver_match.url_name)
    place = f"{kind}/{message if kind == Draft.Kind.EDIT else clean_number(number)}"
    return place if drafts.parse(place) else ""


def department_of(number):
    """The department of that ticket; one with the site's policy when there is no such ticket. Tells nobody which."""
    ticket = Ticket.objects.filter(number=number).first()
    return ticket.shown_department if ticket else Department()


def sign_in_first(request, back_to):
    """To the sign-in and back. htmx is told to load the page, not to put it into a corner of this one."""
    answer = redirect_to_login(back_to)
    return HttpResponseClientRedirect(answer.url) if request.headers.get("HX-Request") else answer


def not_sent(request, place, number):
    """What staff wrote to a ticket they do not see (any more): kept, and shown to them alone."""
    words = keep_words(request, place, policy=department_of(number).policy)
    if not words:
        raise Http404
    return kept_page(request, number, also=[place], status=404)


def kept_page(request, number, *, also=(), status=200):
    """What this person typed to that ticket, reply, note and changes of messages, and no word of the ticket itself; 404
    for nothing."""
    places = [f"{Draft.Kind.REPLY}/{number}", f"{Draft.Kind.NOTE}/{number}", *drafts.changes_in(request, number)]
    places = list(dict.fromkeys([*places, *also]))
    found = [draft for place in places if (draft := drafts.saved(request, place))]
    if not found:
        raise Http404
    text = "\n\n".join(filter(None, (draft.fields.get("message") for draft in found)))
    files = [file for place in places for file in drafts.kept_files(request, place)]
    context = {"number": number, "text": text, "files": files, "rail": queries.rail(request.viewer)}
    return render(request, "desk/kept.html", context, status=status)


def keep_for_later(request, place, *, policy):
    """Keep what a stranger sent, text and files, under their session's secret, which survives signing in."""
    if keep_words(request, place, policy=policy):
        messages.info(request, _("Sign in to send it. What you typed is kept."))


def keep_words(request, place, *, policy):
    """Keep words and files of a form as the draft of this place. Returns whether there were any."""
    if throttle.too_many_drafts(request):
        return False
    form = WithFiles(request, policy=policy)
    form.full_clean()  # stores the files; what is wrong with one is said when it is sent again
    has_words = bool(form.uploads or request.POST.get("message", "").strip())
    if has_words:
        drafts.keep(request, place, request.POST, uploads=form.uploads)
    return has_words

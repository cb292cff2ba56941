"""A ticket that staff open for somebody (S168, S183)."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import SYSTEM_EMAIL, User
from engine.once import once
from helpdesk_site.lib.text import clean_line, render_markdown, shown
from helpdesk_site.lib.toasts import toast

from .. import access, actions, queries, queues
from ..forms_desk import NewTicketForm
from ..models import Ticket
from ..writing import write
from .desk import staff_only


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@once
def new(request):
    """Open a ticket for a client, or for any name and address; they are told by mail (S168, S183)."""
    follow = followed(request)
    client = client_named(request) or (follow and follow.client)
    follow = follow if follow and client == follow.client else None
    form = NewTicketForm(request, client=client, initial=first_words(follow))
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        ticket = opened_by_staff(form, request.user, follow)
        toast(
            request,
            _("%(number)s is open. %(client)s is told by mail.") % {"number": ticket.number, "client": ticket.client},
        )
        return redirect("ticket", ticket.number)
    words = clean_line(request.GET.get("person", ""))[:100]
    preview = "preview" in request.POST and form["message"].value()
    context = {
        "form": form,
        "client": client,
        "follow": follow,
        "words": words,
        "people": queries.people(words) if words else [],
        "limits": form.limits,
        "preview": shown(render_markdown(preview)) if preview else "",
        "rail": queries.rail(request.viewer),
    }
    invalid = request.method == "POST" and "preview" not in request.POST
    return render(request, "desk/new.html", context, status=422 if invalid else 200)


def followed(request):
    """The ticket this one is to follow (`?follow=`), if the person works on it; else None (C17, S114)."""
    number = request.POST.get("follow") or request.GET.get("follow") or ""
    try:
        return access.ticket_for(request.viewer, number, to="work") if number else None
    except Http404:
        return None


def first_words(follow):
    """What a follow-up begins with: the subject and department of the ticket it follows."""
    if follow is None:
        return None
    about = {"subject": follow.subject, "department": follow.shown_department.slug}
    return about | ({"organisation": str(follow.organisation_id)} if follow.organisation_id else {})


def client_named(request):
    """The person the ticket is for, when one was chosen."""
    pk = request.POST.get("client") or request.GET.get("client", "")
    return User.objects.filter(pk=int(pk)).exclude(email=SYSTEM_EMAIL).first() if queues.is_id(pk) else None


def opened_by_staff(form, author, follow=None):
    """Open the ticket a valid form describes, perhaps as the follow-up of another one of the same client."""
    said = form.cleaned_data
    return actions.open_ticket(
        said["department"],
        client=form.client(),
        author=author,
        subject=said["subject"],
        written=write(said["message"]),
        attachments=form.uploads,
        priority=said.get("priority"),
        type=said.get("type"),
        status=said.get("status"),
        assignee=said.get("assignee"),
        organisation=said.get("organisation"),
        channel=Ticket.Channel.STAFF,
        follow_up_of=follow,
    )


@require_safe
@staff_only
def people(request):
    """Who fits the letters typed so far: a fragment for the page that opens a ticket."""
    words = clean_line(request.GET.get("person", ""))[:100]
    return render(request, "desk/_people.html", {"people": queries.people(words) if words else [], "words": words})

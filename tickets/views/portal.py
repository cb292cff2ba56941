"""The client's own pages: home, my tickets, and opening one (S9-S13, S16, S20, S53-S57, S86-S93, S116)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import zones
from accounts.models import User
from departments.policy import snapshot
from engine.once import once
from helpdesk_site.lib import text
from helpdesk_site.lib.tokens import clean_number

from .. import access, actions, words
from ..composing import drafts, guiding
from ..conversation import quoting
from ..forms.portal import OpenForm
from ..inbound import refusing
from ..inbound.opening import wants_word
from ..inbound.senders import Sender
from ..lists import queries, queries_client
from ..models import Draft
from ..writing import write
from . import client_rows
from .doors import keep_for_later, sign_in_first

OPENED = "opened"  # session key: {number: address} of what a stranger opened here, for the page that says so
OPENED_KEPT = 10


@login_not_required
@require_safe
def home(request):
    """What needs me; for strangers and guests, the ways in (S53, S54)."""
    viewer = request.viewer
    if not viewer or viewer.is_guest_pass:
        public = [card for card in cards() if card["row"].is_public]
        return render(request, "portal/welcome.html", {"departments": public})
    if viewer.is_staff:
        return redirect("desk")
    for_me, for_support, closed = (client_rows.draw(words.dressed(rows)) for rows in queries_client.home_lists(viewer))
    return render(
        request, "portal/home.html",
        {"for_me": for_me, "for_support": for_support, "closed": closed, "waiting": len(for_me)},
    )  # fmt: skip


@login_not_required
@require_safe
def tickets(request):
    """My tickets, or those of an organisation: searched, filtered, page by page (S16, S20, S86-S93, S116)."""
    viewer = request.viewer
    if not viewer:
        return sign_in_first(request, request.get_full_path())
    if viewer.is_guest_pass:
        return redirect("ticket", viewer.only_ticket)
    organisations = access.organisations_listed(viewer.user)
    wanted = queries_client.asked(request.GET, organisations=organisations)
    page = queries_client.page(viewer, wanted, request.GET.get("cursor", ""))
    client_rows.draw(words.dressed(page.rows), with_client=wanted.organisation is not None)
    own, shown = queries_client.counts(viewer.user, wanted.organisation)
    context = {
        "page": page,
        "wanted": wanted,
        "tabs": tabs(wanted, shown),
        "waiting": own["waiting"],
        "scopes": organisations,
        "statuses": words.status_choices(),
        "departments": [row for row in snapshot().departments.values() if not row.is_hidden],
    }
    return render(request, "portal/tickets.html", context)


def tabs(wanted, counts):
    """The states above the list, with how many tickets are in each."""
    named = {
        "": pgettext("tickets", "All"),
        "waiting": _("Waiting for your reply"),
        "open": pgettext("tickets", "Open"),
        "closed": pgettext("tickets", "Closed"),
    }
    return [
        {
            "state": state or None,
            "words": word,
            "count": queries.shown_count(counts[state or "all"]) or "0",
            "hot": state == "waiting" and counts["waiting"],
            "current": state == wanted.state,
        }
        for state, word in named.items()
    ]


# --- Opening a ticket -------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def departments(request):
    """First choose the department, among those this viewer may use (S10, S121, S124)."""
    return render(request, "portal/departments.html", {"departments": cards(), "follow": followed(request)})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request, slug):
    """The form of one department; sent, it opens the ticket (S11-S13, S55-S57)."""
    department = taking_tickets(slug)
    place = drafts.place_of(Draft.Kind.NEW, department)
    if not access.may_open_in(request.viewer, department):
        if request.method == "POST":
            keep_for_later(request, place, policy=department.policy)
        return sign_in_first(request, request.get_full_path())
    if request.method != "POST":
        draft = drafts.saved(request, place)
        return opening_page(request, department, blank_form(request, department, draft), draft)
    form = OpenForm(request, department)
    valid = form.is_valid()
    if "preview" in request.POST or not valid:
        draft = drafts.keep(request, place, request.POST, uploads=form.uploads)
        return opening_page(request, department, form, draft, status=200 if "preview" in request.POST else 422)
    ticket = open_from(request, department, form)
    drafts.drop(request, place)
    return redirect("ticket_sent", ticket.number)


def taking_tickets(slug):
    """The department at this address. Raises Http404 when there is none, or it takes no tickets."""
    for row in snapshot().departments.values():
        if row.slug == slug and row.is_active:
            return row
    raise Http404


def blank_form(request, department, draft):
    """The form as it was left, or with what is known: whom it follows (S110), who a guest is."""
    follow, viewer = followed(request), request.viewer
    initial = draft.fields if draft else {}
    if follow and not initial.get("message"):
        initial = {**follow_up_text(request, follow), **initial}
    if viewer.is_guest_pass:
        initial = {"name": viewer.user.name, "email": viewer.user.email, **initial}
    form = OpenForm(request, department, initial=initial)
    form.uploads = drafts.kept_files(request, drafts.place_of(Draft.Kind.NEW, department))
    return form


def opening_page(request, department, form, draft, *, status=200):
    typed = form["message"].value() or ""
    written = typed if "preview" in request.POST else ""
    context = {
        "department": department,
        "form": form,
        "rules": text.shown(text.render_markdown(department.said("writing_rules"))),
        "follow": followed(request),
        "preview": text.shown(text.render_markdown(written)) if written else "",
        "many_tasks": guiding.reads_like_many(typed),
        "place": drafts.place_of(Draft.Kind.NEW, department),
        **drafts.seen_in(draft),
    }
    return render(request, "portal/new.html", context, status=status)


def open_from(request, department, form):
    """Open the ticket a valid form asks for, in the name of whoever is signed in, else of the address given."""
    given, stranger = form.cleaned_data, form.person is None
    known = User.objects.filter(email=given["email"]).first() if stranger else form.person
    client = form.person or guest(request, given)
    proven = client == request.viewer.user
    ticket = actions.open_ticket(
        department,
        client=client,
        author=client,
        subject=given["subject"],
        written=write(given["message"]),
        attachments=form.uploads,
        priority=given.get("priority"),
        type=given.get("type"),
        service=given.get("service"),
        organisation=given.get("organisation"),
        follow_up_of=followed(request),
        proven=proven,
        quiet=not proven and not refusing.may_write_to(client.email),
        unconfirmed=not proven and wants_word(department, Sender(client.email, client.name, known), known is not None),
    )
    if stranger:
        remembered = {**request.session.get(OPENED, {}), ticket.number: given["email"]}
        request.session[OPENED] = dict(list(remembered.items())[-OPENED_KEPT:])
    return ticket


def guest(request, given):
    """The person with this address, made when unknown. Nobody is signed in, and no page says which it was (T16)."""
    return User.objects.guest_for(
        given["email"], name=given["name"], language=get_language() or "", time_zone=zones.of_browser(request)
    )


def cards():
    """The departments to choose from: not hidden, and open for tickets. Strangers see the clients' too, and sign in."""
    shown = [row for row in snapshot().departments.values() if row.is_active and not row.is_hidden]
    return [{"row": row, "name": str(row), "description": row.said("description")} for row in shown]


def followed(request):
    """The ticket this one is to follow (`?follow=`), if the viewer may see it; else None (S110, S114)."""
    number = clean_number(request.POST.get("follow") or request.GET.get("follow") or "")
    if not number or not request.viewer:
        return None
    try:
        return access.ticket_for(request.viewer, number)
    except Http404:
        return None


def follow_up_text(request, ticket):
    """What a follow-up begins with: the subject, what was written and refused there, and the last message, quoted."""
    kept = drafts.saved(request, drafts.place_of(Draft.Kind.REPLY, ticket))
    said = ticket.messages.filter(is_note=False, deleted_at=None).select_related("author")
    last, quoted = said.order_by("-number").first(), ""
    if last:
        who = quoting.known_as(last, last.author, ticket)
        quoted = text.quote(last.body[:2000], quoting.line_of(f"{ticket.number} #{last.number}", who))
    begun = kept.fields.get("message", "") if kept else ""
    return {"subject": ticket.subject, "message": quoted + begun}


@login_not_required
@require_safe
def sent(request, number):
    """A clear confirmation with the number (S12, S57). A stranger sees it where the ticket was opened, and no more."""
    number = clean_number(number)
    address, ticket = request.session.get(OPENED, {}).get(number, ""), None
    if not address:
        if not request.viewer:
            return sign_in_first(request, request.path)
        ticket = access.ticket_for(request.viewer, number)
        address = ticket.client.email
    return render(request, "portal/sent.html", {"number": number, "address": address, "ticket": ticket})

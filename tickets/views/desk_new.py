"""A ticket that staff open for somebody (S168, S183), perhaps made of a call, a chat or a meeting (S80)."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import SYSTEM_EMAIL, User
from departments.models import Department, Team
from engine.once import once
from helpdesk_site.lib.text import clean_line, render_markdown, shown
from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number
from mail.render import known_language

from .. import access, actions, talks
from ..actions.opening import default_priority
from ..composing import drafts, filling, guard
from ..events import one_click
from ..forms.desk import NewTicketForm
from ..forms.talks import TalkForm
from ..lists import queries, queues
from ..models import Ticket
from ..writing import write
from .desk import staff_only
from .doors import keep_for_later, sign_in_first


class About(NamedTuple):
    """Whom a new ticket is for, the one it follows, and where it is typed: for this client alone."""

    client: User | None
    follow: Ticket | None
    place: str


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request):
    """Open a ticket for a client, or for any name and address; they are told by mail (S168, S183). What is typed is
    kept while it is typed, until the ticket is open or it is begun anew."""
    if not request.user.is_authenticated:
        return sign_in(request)
    return opening(request)


def sign_in(request):
    """To the sign-in and back; what a stranger sent is kept for them: most likely their sign-in has expired."""
    if request.method == "POST" and not request.viewer:
        place = drafts.place_of_opening(client_named(request), follow_asked(request))
        keep_for_later(request, place, policy=Department().policy)
    return sign_in_first(request, request.get_full_path())


@staff_only
def opening(request):
    about = about_of(request)
    if "anew" in request.POST:
        drafts.drop(request, about.place)
        return redirect(request.get_full_path())
    draft = drafts.saved(request, about.place) if request.method != "POST" else None
    begun = draft.fields if draft else {}
    channel = channel_of(request, begun)
    known = (first_words(about.follow) or {}) | begun
    form = NewTicketForm(request, client=about.client, initial=known, channel=channel)
    talk = talk_form(request, channel, about.client, begun)
    valid = all([form.is_valid(), talk is None or talk.is_valid()])
    if request.method != "POST":
        form.uploads = drafts.kept_files(request, about.place)
        return opening_page(request, about, form, talk, draft, channel=channel)
    stopped = None
    if valid and "preview" not in request.POST:
        try:
            answer = opened(request, form, about.follow, channel=channel, talk=talk)
            drafts.drop(request, about.place)
            return answer
        except guard.Stopped as refused:
            stopped = refused
    draft = drafts.keep(request, about.place, request.POST, uploads=form.uploads)
    status = 409 if stopped else 200 if "preview" in request.POST else 422
    return opening_page(request, about, form, talk, draft, channel=channel, stopped=stopped, status=status)


def opening_page(request, about, form, talk, draft, *, channel, stopped=None, status=200):
    words = clean_line(request.GET.get("person", ""))[:100]
    preview = "preview" in request.POST and form["message"].value()
    begun = draft.fields if draft else {}
    context = {
        "form": form,
        "talk": talk,
        "channel": channel,
        "channels": [(code, words, f"?{address(about.client, about.follow, code)}") for code, words in CHANNELS],
        "tell": "tell" in begun if begun.get("channel") == channel else channel == talks.CONFERENCE,
        "client": about.client,
        "follow": about.follow,
        "words": words,
        "people": queries.people(words) if words else [],
        "limits": form.limits,
        "preview": shown(render_markdown(preview)) if preview else "",
        "stopped": stopped,
        "place": about.place,
        "is_begun": request.method != "POST" and bool(form.uploads or any(begun.get(name) for name in drafts.SAID)),
        "rail": queries.rail(request.viewer),
        **drafts.seen_in(draft),
    }
    return render(request, "desk/new.html", context, status=status)


def opened(request, form, follow, *, channel, talk):
    """Open the ticket and go there. Raises Stopped where its text should not go to the client."""
    tells, text = talk is None or "tell" in request.POST, filled(request, form)
    with one_click():
        ticket = opened_by_staff(form, request.user, follow, text=text, channel=channel, talk=talk, tells=tells)
    words = _("%(number)s is open. %(client)s is told by mail.") if tells else _("%(number)s is open.")
    toast(request, words % {"number": ticket.number, "client": ticket.client})
    return redirect("ticket", ticket.number)


def filled(request, form):
    """The text with its fields filled in as far as they are known before there is a ticket (S148). Raises Stopped."""
    said = form.cleaned_data
    email = said.get("email", "")
    client = form.person or User.objects.filter(email=email).first() or User(email=email, name=said["name"])
    ticket = Ticket(
        client=client, subject=said["subject"], department=said["department"], organisation=said.get("organisation"),
        priority=said.get("priority") or default_priority(), created_at=timezone.now(),
    )  # fmt: skip
    words = filling.merged(said["message"], ticket, agent=request.user)
    guard.refuse(words, ticket, meant=request.POST.get("meant", ""))
    return words


CHANNELS = [
    (Ticket.Channel.STAFF, gettext_lazy("We write first")),
    *((code, Ticket.Channel(code).label) for code in talks.TALKS),
]


def channel_of(request, begun=None):
    """How it reached us (`?channel=`, else as in what was `begun`): a talk, or we write first."""
    asked = request.POST.get("channel") or request.GET.get("channel") or (begun or {}).get("channel")
    return asked if asked in talks.TALKS else Ticket.Channel.STAFF


def address(client, follow, channel):
    """The query of this page for another channel."""
    about = {"client": client.pk if client else "", "follow": follow.number if follow else "", "channel": channel}
    return urlencode({name: value for name, value in about.items() if value})


def talk_form(request, channel, client, begun):
    """The form of a talk's own fields, as they were `begun`; None where we write first. A call is most likely just
    over."""
    if channel not in talks.TALKS:
        return None
    known = {"phone": client.phone if client else ""}
    if channel != talks.CONFERENCE:
        known["at"] = timezone.now()
    return TalkForm(request.POST if request.method == "POST" else None, channel=channel, initial=known | begun)


def about_of(request):
    follow = followed(request)
    client = client_named(request) or (follow and follow.client)
    follow = follow if follow and client == follow.client else None
    return About(client, follow, drafts.place_of_opening(client, follow_asked(request) if follow else ""))


def follow_asked(request):
    """The number of the ticket this one is to follow (`?follow=`), "" for none."""
    return clean_number(request.POST.get("follow") or request.GET.get("follow") or "")


def followed(request):
    """That ticket, if the person works on it; else None (C17, S114)."""
    number = follow_asked(request)
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


def opened_by_staff(form, author, follow=None, *, text, channel=Ticket.Channel.STAFF, talk=None, tells=True):
    """Open the ticket valid forms describe, perhaps as the follow-up of another one of the same client; `text` is its
    message, filled in. A talk without words is named, and begins, in the client's language (S89)."""
    said, client = form.cleaned_data, form.client()
    subject, message = said["subject"], text
    if talk is not None:
        with translation.override(known_language(client.language)), timezone.override(client.zone):
            subject = subject or talks.subject(channel, client)
            message = message or talks.first_words(channel, talk.cleaned_data["at"])
    to = said["assignee"]
    ticket = actions.open_ticket(
        said["department"],
        client=client,
        author=author,
        subject=subject,
        written=write(message),
        attachments=form.uploads,
        priority=said.get("priority"),
        type=said.get("type"),
        status=said.get("status"),
        assignee=to if isinstance(to, User) else None,
        organisation=said.get("organisation"),
        channel=channel,
        follow_up_of=follow,
        talk=talk and talk.cleaned_data,
        quiet=not tells,
    )
    return actions.give_to_team(ticket, team=to, actor=author) if isinstance(to, Team) else ticket


@require_safe
@staff_only
def people(request):
    """Who fits the letters typed so far: a fragment for the page that opens a ticket."""
    words = clean_line(request.GET.get("person", ""))[:100]
    channel = channel_of(request)
    context = {"people": queries.people(words) if words else [], "words": words}
    return render(request, "desk/_people.html", context | ({"channel": channel} if channel in talks.TALKS else {}))

"""One conversation, shared by clients, guests and staff; only the page around it differs (ARCHITECTURE, six)."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.models import Policy
from departments.policy import snapshot
from engine.once import once
from helpdesk_site.lib import text
from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number

from .. import access, actions, ratings, talks, words
from ..actions import reopens_until, reply_refusal
from ..composing import drafts, filling, guard, predefined
from ..conversation import quoting, reading, split_off, thread
from ..events import one_click
from ..forms.desk import chosen_readers
from ..forms.portal import ReplyForm
from ..forms.times import time_kept
from ..forms.writing import time_chosen
from ..lists import queries_client
from ..models import Draft, Ticket
from ..refused import Refused
from ..writing import write
from . import desk, desk_ticket, neighbours
from .doors import for_somebody

FOR_CLIENTS = ("organisation", "service")  # read with a ticket; people are known or read at once (thread.people_of)

# --- Reading ----------------------------------------------------------------------------------------------------------


@require_safe
@for_somebody
def ticket(request, number):
    """The conversation, for whoever may see it (S17-S19, S72, S94, S105, S106). A merged-away one leads on (S142), and
    one that was split off leads back where that was taken back."""
    having = access.WITH if request.viewer.is_staff else FOR_CLIENTS
    try:
        ticket, can = access.ticket_and_abilities(request.viewer, number, having=having)
    except Http404:
        return redirect("ticket", access.ticket_for(request.viewer, split_off.old_number(number)).number)
    if ticket.number != clean_number(number):
        return redirect("ticket", ticket.number)
    return page(request, ticket, can=can)


@require_POST
@for_somebody
def seen(request, number):
    """What was shown is read: said by the page's script, or by the button where there is none. GET changes nothing."""
    ticket = access.ticket_for(request.viewer, number)
    upto = request.POST.get("number", "")
    reading.mark_read(ticket, request.viewer.user, int(upto) if upto.isdecimal() and len(upto) < 8 else 0)
    if request.viewer.is_staff:
        reading.mark_mentions_read(ticket, request.viewer.user)
        reading.mark_notices_read(ticket, request.viewer.user)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect("ticket", ticket.number)


@require_POST
@for_somebody
def preview(request, number):
    """What a reply will look like: a fragment."""
    ticket, can = access.ticket_and_abilities(request.viewer, number, to="reply")
    message = request.POST.get("message", "")
    written = filling.merged(message, ticket, agent=request.viewer.user) if can.work else message
    return HttpResponse(text.shown(text.render_markdown(written)))


# --- Writing ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
@once
def reply(request, number):
    """Answer, as a client or as staff (S18, S22, S26, S29). What cannot be sent stays on the page as it was typed; who
    loads that page again is led to the ticket, where it is kept."""
    ticket, can = access.ticket_and_abilities(request.viewer, number, to="reply")
    if request.method != "POST":
        return redirect("ticket", ticket.number)
    place = drafts.place_of(Draft.Kind.REPLY, ticket)
    form = ReplyForm(request, policy=ticket.policy, by_staff=can.work)
    valid = form.is_valid()
    if "preview" in request.POST or not valid:
        drafts.keep(request, place, request.POST, uploads=form.uploads)
        return page(request, ticket, can=can, form=form, status=200 if "preview" in request.POST else 422)
    try:
        if can.work:
            refuse_merged(ticket, number)
        answer = answer_as_staff(request, ticket, form) if can.work else answer_as_client(request, ticket, form, can)
    except Refused as refused:
        drafts.keep(request, place, request.POST, uploads=form.uploads)
        return page(request, fresh(ticket), can=can, form=form, refused=refused, status=409)
    drafts.drop(request, place)
    return answer


def refuse_merged(ticket, number):
    """Raise Refused when the page it was written on showed a ticket that was merged into this one since."""
    if ticket.number != clean_number(number):
        said = {"number": clean_number(number), "survivor": ticket.number}
        raise Refused(_("%(number)s was merged into %(survivor)s while you were writing. Read it, then send.") % said)


def answer_as_client(request, ticket, form, can):
    """Send the reply; with “Send and close” close the ticket in the same click. Leads to the new message."""
    user, written = request.viewer.user, write(form.cleaned_data["message"])
    with one_click():
        message = actions.reply(ticket, author=user, written=written, by_staff=False, attachments=form.uploads)
        if "close" in request.POST and can.close:
            actions.close(message.ticket, actor=user)
        reading.mark_read(message.ticket, user)
    return redirect(f"{reverse('ticket', args=[message.ticket.number])}#{message.anchor}")


def answer_as_staff(request, ticket, form):
    """Send the reply, or hold it: until the time its author chose, or for the seconds in which they may take it back.
    Then go where they like."""
    user = request.viewer.user
    own = ticket.client_id == user.pk  # an agent's own request is answered as a client
    words = filling.merged(form.cleaned_data["message"], ticket, agent=user)
    offers, kept = predefined.sent(request.POST, ticket)
    after = predefined.after(offers, kept, ticket) | ({} if own else time_kept(request.POST))
    status = status_after(request, ticket, predefined.status_of(offers, kept, ticket))
    if not own:
        guard.refuse(words, ticket, meant=request.POST.get("meant", ""), status=status)
    said = {
        "author": user,
        "written": write(words),
        "attachments": form.uploads,
        "status": status,
        "seen": desk_ticket.seen_of(request),
        "to": [] if own else chosen_readers(request.POST.getlist("to"), ticket),
    }
    later = time_chosen(request.POST, ticket.client)
    if later and own:
        raise Refused(_("Your own request is answered at once."))
    if later or (user.undo_seconds and not own):
        due_at = later or timezone.now() + timedelta(seconds=user.undo_seconds)
        pending = actions.hold_reply(ticket, due_at=due_at, after=after, is_later=bool(later), **said)
        say_held(request, pending)
        return desk.go_on(request, ticket)
    with one_click() as click:
        message = actions.reply(ticket, by_staff=not own, **said)
        if after:
            actions.carry_out(message.ticket, after, actor=user, message=message)
    toast(request, _("Reply sent."))
    neighbours.warn(request, message.ticket, click.events)
    return desk.go_on(request, message.ticket, anchor=message.anchor)


def say_held(request, pending):
    """A toast with Undo: when the reply goes."""
    take_back = reverse("ticket_call_back", args=[pending.ticket.number, pending.pk])
    if not pending.is_later:
        toast(request, _("Your reply is on its way."), undo_url=take_back, seconds=request.user.undo_seconds)
        return
    moment = formats.date_format(timezone.localtime(pending.due_at), "DATETIME_FORMAT")
    toast(request, _("Your reply goes on %(moment)s.") % {"moment": moment}, undo_url=take_back)


def status_after(request, ticket, of_predefined):
    """The status chosen from the menu, else a predefined reply's, else the main button's."""
    chosen = snapshot().statuses_by_code.get(request.POST.get("status", ""))
    usual = chosen is None or chosen.pk == ticket.policy.status_after_staff.pk
    return of_predefined or chosen if usual else chosen


@require_POST
@for_somebody
@once
def close(request, number):
    """Close the ticket, by whoever may (S19, S113, S185); a minute to think better of it."""
    ticket, can = access.ticket_and_abilities(request.viewer, number)
    if not can.close:
        refuse_closing(request.viewer, ticket)
    with one_click() as click:
        actions.close(ticket, actor=request.viewer.user)
    return done(request, ticket, click, _("The ticket is closed."))


def refuse_closing(viewer, ticket):
    """404 for whoever may not close it; a client whose page still shows the button, for support has answered since,
    is told to look again (C8)."""
    if ticket.client_id == viewer.user.pk and ticket.policy.client_close == Policy.ClientClose.BEFORE_REPLY:
        raise Refused(_("The status was changed meanwhile. Look again before you change it."))
    raise Http404


@require_POST
@for_somebody
@once
def reopen(request, number):
    """Open a closed ticket again without a message, where policy lets clients (C3)."""
    ticket, can = access.ticket_and_abilities(request.viewer, number, to="reopen")
    with one_click() as click:
        actions.reopen(ticket, actor=request.viewer.user, by_staff=can.work)
    return done(request, ticket, click, _("The ticket is open again."))


def done(request, ticket, click, sentence):
    """Back to the ticket, with Undo when something was done."""
    if click.events:
        toast(request, sentence, undo_url=reverse("ticket_undo", args=[ticket.number, click.id]))
        neighbours.warn(request, ticket, click.events)
    return redirect("ticket", ticket.number)


# --- The page ---------------------------------------------------------------------------------------------------------


def fresh(ticket):
    """The ticket as it stands now, with its people: somebody was quicker."""
    return Ticket.objects.select_related("client", "assignee", "organisation", "follow_up_of").get(pk=ticket.pk)


def page(request, ticket, *, can, form=None, refused=None, status=200):
    """The ticket as this viewer sees it: the desk's page for whoever works on it, else the client's."""
    if can.work:
        return desk_ticket.ticket_page(request, ticket, can, form=form, refused=refused, status=status)
    context = client_context(request, request.viewer, ticket, can, form) | {"refusal": str(refused or "")}
    return render(request, "conversation/ticket.html", context, status=status)


def client_context(request, viewer, ticket, can, form=None):
    """What the client's page shows to `viewer`; what is being typed is of whoever asks alone."""
    place, asks = drafts.place_of(Draft.Kind.REPLY, ticket), viewer is request.viewer
    around = queries_client.around(ticket, viewer.user, writers=drafts.names_of(request) if asks else (), place=place)
    before, closed_reason = request.GET.get("before", ""), reply_refusal(ticket)
    before = int(before) if before.isdecimal() and len(before) < 8 else 0
    talk = thread.for_client(viewer, ticket, around=around, rates=can.rate, before=before)
    ticket.client, assignee = talk.people[ticket.client_id], talk.people.get(ticket.assignee_id)
    return {
        "ticket": ticket,
        "can": can,
        "mine": ticket.client_id == viewer.user.pk,
        "thread": talk,
        "receipt": around.receipt,
        "talks": talks.shown(viewer, ticket),
        "status_word": words.client_status(ticket),
        "status_tone": ticket.shown_status.colour,
        "department": str(ticket.shown_department),
        "assignee": assignee and words.staff_name(assignee, ticket.shown_department),
        "assignee_role": assignee and words.staff_role(assignee, ticket.shown_department),
        "participants": thread.taking_part(viewer, ticket, talk, can) if around.has_participants else [],
        "rating": ratings.of_ticket(ticket, around.ratings.get(None)) if can.rate else None,
        "linked": queries_client.linked(viewer, ticket) if around.has_links else [],
        "waiting": around.waiting,
        "can_write": can.reply and not closed_reason,
        "chatting": ticket.policy.chat_hint and thread.is_chatting(talk.rows, timezone.now()),
        "closed_reason": closed_reason,
        "closed_by_me": ticket.closed_by_id == viewer.user.pk,
        "reopens_until": reopens_until(ticket),
        "follow_up_url": follow_up_url(viewer, ticket),
        "form": form or blank_reply(request, ticket, around, place),
        "preview": previewed(request),
        "place": place,
        "draft_at": around.draft_at or "",
        "elsewhere": (around.draft or {}).get("elsewhere", ""),
    }


def follow_up_url(viewer, ticket):
    """Where a follow-up begins: the same department's form, or the cards if this viewer may not write there (S110)."""
    department = ticket.shown_department
    here = access.may_open_in(viewer, department)
    form = reverse("ticket_new_in", args=[department.slug]) if here else reverse("ticket_new")
    return f"{form}?follow={ticket.number}"


def blank_reply(request, ticket, around, place):
    """The reply form as it was left, or with the message that was asked to be quoted (S63; without script)."""
    message = (around.draft or {}).get("message", "")
    if found := "quote" in request.GET and quoting.asked(ticket, request.GET["quote"], language=get_language()):
        message = quoting.below(message, found[1])
    form = ReplyForm(request, policy=ticket.policy, initial={"message": message})
    form.uploads = drafts.kept_files(request, place) if around.draft is not None else []
    return form


def previewed(request):
    written = request.POST.get("message", "") if "preview" in request.POST else ""
    return text.shown(text.render_markdown(written)) if written else ""

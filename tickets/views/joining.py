"""Merging tickets and taking it back (S134, S139-S144, S165): dialogs, each a page of its own."""

from dataclasses import dataclass, field

from django.contrib import messages as notices
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.numbers import Number
from helpdesk_site.lib.text import clean_line
from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number

from .. import access, actions, exposure, merged
from ..actions.merging import MOST, oldest
from ..actions.unmerging import latest_merge, may_take_back
from ..events import one_click
from ..lists import joinable, queries
from ..models import Ticket
from ..refused import Refused
from .desk import staff_only
from .doors import for_somebody

dialog = require_http_methods(["GET", "HEAD", "POST"])


@dataclass
class Choice:
    """What somebody is about to merge: the `tickets`, which of them stays (`into`), and who will see what."""

    tickets: list = field(default_factory=list)
    into: object = None
    shows: exposure.Exposure = field(default_factory=exposure.Exposure)
    may: bool = True

    @property
    def others(self):
        return [row for row in self.tickets if row != self.into]

    @property
    def sentence(self):
        """What becomes of them."""
        count = sum(row.last_number for row in self.others)
        said = {"n": Number(count), "others": ", ".join(row.number for row in self.others), "into": self.into.number}
        return ngettext(
            "The message of %(others)s moves into %(into)s in order of time. %(others)s leads there from now on.",
            "The %(n)s messages of %(others)s move into %(into)s in order of time. %(others)s leads there from now on.",
            count,
        ) % said  # fmt: skip

    @property
    def leaves(self):
        """The departments that will no longer work on it."""
        return sorted({str(row.shown_department) for row in self.others} - {str(self.into.shown_department)})


def choice_of(request, tickets, keep):
    """The Choice of these tickets; `keep` is the number of the one that is to stay, else the one opened first."""
    if len(tickets) < 2:
        return Choice(tickets)
    into = next((row for row in tickets if row.number == keep), None) or oldest(tickets)
    shows = exposure.of_merging(tickets, into)
    return Choice(tickets, into, shows, not shows.outside or exposure.may_cross(request.user, tickets))


def asked(request):
    return request.POST if request.method == "POST" else request.GET


# --- One ticket with another ------------------------------------------------------------------------------------------


@dialog
@for_somebody
@once
def merge(request, number):
    """Merge this ticket with another one of those the person works on (S165)."""
    ticket = access.ticket_for(request.viewer, number, to="merge")
    tickets = [ticket, *other_chosen(request, ticket)]
    choice = choice_of(request, tickets, keep_of(asked(request).get("keep", ""), tickets))
    words = clean_line(asked(request).get("q", ""))[:100]
    context = {
        "ticket": ticket,
        "choice": choice,
        "words": words,
        "offered": joinable.found(request.viewer, ticket, words) if words else [],
        "page_title": _("Merge %(number)s with another ticket") % {"number": ticket.number},
        "back_url": ticket.get_absolute_url(),
    }
    if not words:
        context["offered"] = joinable.of_same_client(request.viewer, ticket)
    context["offered"] += [row for row in choice.tickets[1:] if row not in context["offered"]]
    return merge_or_ask(request, choice, context)


def other_chosen(request, ticket):
    """The other ticket of the form, else the one whose number was typed, if the person works on it."""
    asked_for = asked(request).get("other", "") or clean_number(asked(request).get("q", ""))
    try:
        other = access.ticket_for(request.viewer, asked_for, to="merge") if asked_for else None
    except Http404:
        other = None
    return [other] if other and other != ticket else []


def keep_of(asked_for, tickets):
    """The number of the ticket that is to stay: of “this”, of “other”, or a number itself."""
    places = {"this": 0, "other": 1}
    place = places.get(asked_for)
    return asked_for if place is None else tickets[place].number if place < len(tickets) else ""


# --- Several of the list ----------------------------------------------------------------------------------------------


@dialog
@staff_only
@once
def merge_many(request):
    """Merge the tickets ticked in the list (S134)."""
    numbers = list(dict.fromkeys(asked(request).getlist("t")))[: MOST + 1]
    tickets = joinable.chosen(request.viewer, numbers)
    choice = choice_of(request, tickets, asked(request).get("keep", ""))
    back = safe_next(request, reverse("desk"))
    if len(tickets) < 2:
        notices.info(request, _("Select at least two tickets to merge them."))
        return redirect(back)
    said = {"n": len(tickets)}
    title = ngettext("Merge %(n)s ticket", "Merge %(n)s tickets", len(tickets)) % said
    context = {"choice": choice, "many": True, "missing": len(numbers) - len(tickets), "page_title": title}
    return merge_or_ask(request, choice, context | {"back_url": back})


def merge_or_ask(request, choice, context):
    """Merge as the form says; else the page, with what there is to know before."""
    refusal = ""
    if request.method == "POST":
        try:
            return merge_now(request, choice)
        except Refused as refused:
            refusal = str(refused)
    context |= {"refusal": refusal, "rail": queries.rail(request.viewer), "sent": request.method == "POST"}
    context["tell"] = "tell" in request.POST or request.method != "POST"
    return render(request, "desk/merge.html", context, status=422 if refusal else 200)


def merge_now(request, choice):
    sent = request.POST
    if len(choice.tickets) < 2:
        raise Refused(_("Choose another ticket to merge with."))
    with one_click() as click:
        into = actions.merge(
            choice.tickets, into=choice.into, actor=request.user, across="across" in sent, tell="tell" in sent
        )
    said = {"others": ", ".join(row.number for row in choice.others), "number": into.number}
    undo_url = reverse("ticket_undo", args=[into.number, click.id])
    toast(request, _("%(others)s was merged into %(number)s.") % said, undo_url=undo_url)
    return redirect("ticket", into.number)


# --- Out again --------------------------------------------------------------------------------------------------------


@dialog
@for_somebody
@once
def unmerge(request, number, other):
    """Take a merged ticket out again: everything as before, or later its own messages alone."""
    ticket = access.ticket_for(request.viewer, number, to="merge")
    row = Ticket.objects.filter(number=other, pk__in=merged.family(ticket)).first()
    if row is None:
        raise Http404
    event = latest_merge(ticket, row) if row.merged_into_id == ticket.pk else None
    whole = bool(event) and may_take_back(event, ticket)
    refusal = ""
    if request.method == "POST":
        try:
            return take_out(request, ticket, row, event if whole else None)
        except Refused as refused:
            refusal = str(refused)
    context = {
        "ticket": ticket,
        "row": row,
        "whole": whole,
        "others": [pair[1] for pair in event.data["tickets"]] if whole else [],
        "page_title": _("Take %(number)s out again") % {"number": row.number},
        "back_url": ticket.get_absolute_url(),
        "refusal": refusal,
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/unmerge.html", context, status=422 if refusal else 200)


def take_out(request, ticket, row, event):
    """Undo the whole merge where that can be, else let one ticket go."""
    if event:
        actions.unmerge(event, actor=request.user)
        toast(request, _("Taken back: everything is as before the merge."))
        return redirect("ticket", ticket.number)
    actions.detach(row, actor=request.user)
    toast(request, _("%(number)s is a ticket of its own again.") % {"number": row.number})
    return redirect("ticket", row.number if access.works_on(request.user, row) else ticket.number)

"""The picker of predefined replies: a list that opens in the box one writes in, and a page where there is no script
(S147, S156)."""

from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engine.once import once
from helpdesk_site.lib import text
from helpdesk_site.lib.toasts import toast

from .. import access
from ..composing import drafts, predefined
from ..forms.portal import ReplyForm
from ..lists import queries
from ..models import Draft
from .doors import for_somebody

BEGINNING = 80  # characters of a text that are shown of it


class Row:
    """One reply as the picker shows it, filled in for the ticket."""

    def __init__(self, offer, ticket, agent):
        self.offer, self.department = offer, ticket.department_id
        self.filled = predefined.filled(offer, ticket, agent=agent)
        self.text, self.language, self.is_in_other = self.filled.text, self.filled.language, self.filled.is_in_other
        self.empty = self.filled.empty

    @property
    def beginning(self):
        return text.excerpt(self.text.replace("**", ""), BEGINNING)

    @property
    def language_name(self):
        return get_language_info(self.language)["name_translated"]

    @cached_property
    def also(self):
        return predefined.also([self.offer], self.department)

    @property
    def also_words(self):
        return ", ".join(one.words for one in self.also if one.code)

    @property
    def empty_words(self):
        return ", ".join(f"{{{{{name}}}}}" for name in self.empty)


@require_safe
@for_somebody
def choose(request, number):
    """What can be put in: suggested for this ticket and the drawers, one drawer, or what was searched for."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    box, in_picker = box_of(request.GET), request.headers.get("X-Requested-With") == "fetch"
    here = f"{reverse('ticket_predefined', args=[ticket.number])}?{urlencode({'box': box})}"
    context = listed(request, ticket, here) | {
        "ticket": ticket,
        "box": box,
        "here": here,
        "in_picker": in_picker,
        "may_write": access.may_write_replies(request.viewer),
    }
    if in_picker:
        return render(request, "desk/_predefined.html", context)
    context |= {"back_url": back_to(ticket, box), "rail": queries.rail(request.viewer)}
    return render(request, "desk/predefined.html", context)


def listed(request, ticket, here):
    """What the page lists, by what was asked for."""
    offers, typed = predefined.offered(ticket), text.clean_line(request.GET.get("q", "")[:200])
    drawer = predefined.drawer(request.GET.get("in", ""), offers)
    if typed:
        groups, drawers = [(_("Found"), predefined.found(offers, typed))], []
    elif drawer:
        groups = [(str(drawer), [offer for offer in offers if offer.row.category_id == drawer.pk])]
        drawers = predefined.drawers(offers, drawer.pk)
    else:
        groups, drawers = [(_("Suggested for this ticket"), predefined.suggested(ticket))], predefined.drawers(offers)
    above = drawer.inside_id if drawer else None
    return {
        "typed": typed,
        "way": [pgettext("predefined replies", "All"), *predefined.way_to(drawer)][:-1] if drawer and not typed else [],
        "back": f"{here}&in={above}" if above else here,
        "groups": [(title, [Row(offer, ticket, request.user) for offer in rows]) for title, rows in groups],
        "drawers": drawers,
        "starred": not typed and not drawer,
        "nothing": not drawers and not any(rows for _title, rows in groups),
    }


@require_POST
@for_somebody
def keep(request, number):
    """Without script: keep what was typed, then choose a reply for it; or make one of it, for those who may."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    box = box_of(request.POST, "save") if "save" in request.POST else box_of(request.POST)
    form = ReplyForm(request, policy=ticket.policy, by_staff=True)
    form.full_clean()  # stores the files
    drafts.keep(request, drafts.place_of(box, ticket), request.POST, uploads=form.uploads)
    if "save" in request.POST:
        return redirect(f"{reverse('desk_reply_new')}?{urlencode({'from': ticket.number, 'box': box})}")
    return redirect(f"{reverse('ticket_predefined', args=[ticket.number])}?{urlencode({'box': box})}")


@require_POST
@for_somebody
@once
def insert(request, number):
    """Without script: put a reply below what was typed, and go back to it."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    box, offers = box_of(request.POST), predefined.chosen([request.POST.get("reply", "")], ticket)
    if not offers:
        raise Http404
    said = predefined.filled(offers[0], ticket, agent=request.user).text
    also = predefined.also(offers, ticket.department_id)
    codes = [one.code for one in also if one.code] if box == Draft.Kind.REPLY else []  # of a note: who wants it

    def put_below(typed):
        return typed | {
            "message": "\n\n".join(filter(None, [typed.get("message", "").rstrip("\n"), said])),
            "predefined": "\n".join([*predefined.typed_in(typed, "predefined"), str(offers[0].pk)]),
            "also": "\n".join(dict.fromkeys([*predefined.typed_in(typed, "also"), *codes])),
        }

    drafts.change(request, drafts.place_of(box, ticket), put_below)
    toast(request, _("Put in: %(name)s.") % {"name": offers[0].row.name})
    return redirect(back_to(ticket, box))


def box_of(data, name="box"):
    """Which of the two boxes it is for."""
    return Draft.Kind.NOTE if data.get(name) == Draft.Kind.NOTE else Draft.Kind.REPLY


def back_to(ticket, box):
    return f"{reverse('ticket', args=[ticket.number])}#{'pane-note' if box == Draft.Kind.NOTE else 'reply'}"

"""A ticket's page as those who work on it see it."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from departments.policy import snapshot, status_rules

from .. import access, colleagues, found, merged, states, talks
from ..actions import Crossed
from ..composing import drafts
from ..composing.guard import Stopped
from ..conversation import desk_thread, links, quoting
from ..conversation.marks import checklists
from ..forms.writing import later_of, offered
from ..keeping import files
from ..lists import clients, queries, queues
from ..models import Draft
from . import lines, menus, rows, trashed
from .desk import heading, list_left, remember
from .panes import Pane


def ticket_page(request, ticket, can, *, form=None, pane="reply", refused=None, status=200):
    """A ticket as those who work on it see it (S6, S75, S76, S145, S161, S167, S197).

    `form` is a bound form whose text is shown again in its `pane`; `refused` says why it was not sent.
    """
    if ticket.is_trashed:
        return trashed.page(request, ticket, form=form, refusal=str(refused or ""), status=status)
    thread = desk_thread.build(request.viewer, ticket, writers=drafts.names_of(request), before=earlier_than(request))
    context = head_context(request, ticket, can=can, closing=closing(request, ticket, thread), **about(thread))
    context |= conversation(request, ticket, can, thread)
    context |= composer(request, ticket, thread, form, pane) | why_not(refused)
    context |= inspector(request.viewer, ticket, thread)
    context["rail"] = queries.rail(request.viewer, current=heading(list_left(request))[1])
    response = render(request, "desk/ticket.html", context, status=status)
    if request.came_from_list:  # of several windows with a list each, the one this ticket was opened in
        remember(response, list_left(request))
    return response


def earlier_than(request):
    """The id of the message whose predecessors were asked for; 0 for the latest ones."""
    before = request.GET.get("before", "")
    return int(before) if queues.is_id(before) else 0


def conversation(request, ticket, can, thread):
    """What was written and what happened, and the tickets it may go on from."""
    return {
        "thread": thread,
        "lines": lines.draw(request, thread, ticket, can),
        "follow_up_of": followed(request.viewer, ticket),
        "may_belong": named(request.viewer, thread.may_belong),
    }


def composer(request, ticket, thread, form, pane):
    """The boxes to write in, as they were left or came back, and what can be chosen beside them."""
    limits, asked = files.limits(ticket.policy, by_staff=True), request.GET.get("quote", "")
    typed, after = thread.typed.get(Draft.Kind.REPLY, {}), request.POST.get("after")
    quoted = quoting.asked(ticket, asked, language=quoting.language_of(ticket), with_notes=True)
    return {
        "composer": [
            Pane(kind, request, ticket, thread, form if pane == kind else None, place, limits, quoted)
            for kind, place in places(ticket).items()
        ],
        "first_pane": quoted[0] if quoted else pane,
        "chosen_readers": request.POST.getlist("to") or typed.get("to", "").split("\n"),
        "meant": request.POST.get("meant", ""),
        "status_sent": request.POST.get("status", ""),
        "later": offered(ticket.client, timezone.now()),
        "later_at": request.POST.get("later_at", ""),
        "later_sent": later_of(request.POST),
        "unsent": typed.get("unsent", ""),
        "after_options": menus.options(
            User.After.choices, current=after if after in User.After.values else request.user.after_reply
        ),
        "after_status": ticket.policy.status_after_staff,
    }


def places(ticket):
    """{kind: where its draft is kept} of the two boxes."""
    return {kind: drafts.place_of(kind, ticket) for kind in (Draft.Kind.REPLY, Draft.Kind.NOTE)}


def why_not(refused):
    """Why what was written was not sent; empty where it was, or nothing was."""
    return {
        "refusal": str(refused or ""),
        "newer": refused.newer if isinstance(refused, Crossed) else (),
        "stopped": refused if isinstance(refused, Stopped) else None,
    }


def inspector(viewer, ticket, thread):
    """What stands beside: the client, their other tickets, what belongs to this one, its options and its log."""
    others = queries.others(viewer, ticket)
    return {
        "others": rows.beside(others[: queries.OTHERS], ticket),
        "more_others": len(others) > queries.OTHERS,
        "type_options": type_options(ticket),
        "billing": clients.billing_link(ticket.client),
        "family": list(merged.family(ticket).values()),
        "open_parts": links.open_parts(thread.links),
        "talks": talks.shown(viewer, ticket, by_staff=True),
        "log": lines.log(thread.log),
    }


def closing(request, ticket, thread):
    """The status somebody is asked about, for points of the checklist are open; "" for none."""
    row = snapshot().statuses_by_code.get(request.GET.get("closing", ""))
    return row.code if row and not ticket.is_closed and thread.marks.open else ""


def about(thread):
    """What the head takes from the page's thread."""
    return {"flagged": thread.flagged, "present": thread.present, "marks": thread.marks}


def head_context(request, ticket, *, can=None, flagged=None, present=None, marks=None, closing=None):
    """What the head of a ticket's page shows; asked for alone after a change."""
    if flagged is None:
        flagged, present, marks = desk_thread.for_head(request.viewer, ticket)
    return {
        "ticket": ticket,
        "can": can or access.abilities(request.viewer, ticket),
        "menus": head_menus(request.user, ticket, flagged),
        "team": colleagues.teams().get(ticket.team_id),
        "flagged": flagged,
        "present": present,
        "marks": marks,
        "watched": any(person.pk == request.user.pk for person in marks.watchers),
        "woken": marks.woken(ticket),
        "snooze_again": may_snooze_again(marks.woken(ticket)),
        "closing": closing,
        "checklists": checklists(ticket.department_id),
        "seen": f"{ticket.last_number}.{ticket.last_note}",
        "back_url": f"{reverse('desk')}?{list_left(request).address}",
    }


def may_snooze_again(woken):
    """Whether the moment it was snoozed until is still to come, as when its client wrote before (FIELD 1.2)."""
    return bool(woken) and (woken.until is None or woken.until > timezone.now())


def head_menus(me, ticket, flagged):
    """What the menus of the head and of the composer offer for this ticket."""
    known, people = snapshot(), colleagues.of_department(ticket.department_id)
    statuses = statuses_after(ticket)
    return {
        "status": menus.statuses(statuses, current=ticket.shown_status, closes="c"),
        "send": menus.statuses(statuses, current=ticket.policy.status_after_staff),
        "assign": menus.people("assignee", people, current=ticket.assignee_id, apart={me.pk}),
        "teams": menus.teams("assignee", {ticket.department_id}, current=ticket.team_id),
        "many": len(people) > menus.MANY,
        "flag": menus.people("to", people, apart={me.pk, *(user.pk for user in flagged)}),
        "mine": me in flagged,
        "flag_options": menus.flag_options(people),
        "priority": menus.priorities(active(known.priorities), current=ticket.shown_priority),
        "department": menus.departments(active(known.departments), current=ticket.shown_department),
    }


def active(rows):
    return [row for row in rows.values() if row.is_active]


def statuses_after(ticket):
    """The statuses this ticket may be put into, its own among them."""
    department = ticket.shown_department
    return [
        row
        for row in queues.offered_statuses()
        if row.pk == ticket.status_id or states.may_follow(ticket.category, status_rules(row, department).category)
    ]


def type_options(ticket):
    """The types it may be given, its own among them; "" where there are none."""
    rows = [row for row in snapshot().types.values() if row.is_active or row.pk == ticket.type_id]
    current = ticket.shown_type
    return menus.options([(row.code, row.said()) for row in rows], current=current and current.code) if rows else ""


def followed(viewer, ticket):
    """The ticket this one follows, if the viewer may see it (S110, S114)."""
    first = ticket.follow_up_of if ticket.follow_up_of_id else None
    return first if first and access.abilities(viewer, first).see else None


def named(viewer, number):
    """The ticket a mail named whose sender may not see it: (number, its address where the viewer works on it)."""
    ticket = found.by_number(number) if number else None
    if ticket is None:
        return None
    return number, ticket.get_absolute_url() if access.works_on(viewer.user, ticket) else ""


def seen_of(request):
    """(last message, last note) the author of a reply had before their eyes; None when the form does not say."""
    return seen_in(request.POST)


def seen_in(sent):
    number, _dot, note = sent.get("seen", "").partition(".")
    return (int(number), int(note)) if queues.is_id(number) and queues.is_id(note) else None

"""Splitting a ticket: its messages with boxes to tick, and the new ticket beside them (S158, S159)."""

from django import forms
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from departments.models import Team
from departments.policy import snapshot
from engine.once import once
from helpdesk_site.lib.toasts import toast

from .. import access, actions, merged
from ..actions.splitting import moved_away
from ..conversation import desk_thread
from ..events import one_click
from ..forms.desk import GivenToField
from ..forms.portal import SUBJECT_LIMIT, LineField, RowField
from ..lists import queries, queues
from ..models import Message, Participant
from ..refused import Refused
from . import splittable
from .doors import for_somebody
from .joining import dialog


class SplitForm(forms.Form):
    """What becomes of the messages that are ticked. `people` are those of the old ticket who take part here, too."""

    def __init__(self, data, ticket, viewer, **more):
        super().__init__(data, auto_id="split_%s", **more)
        known, departments = snapshot(), [row for row in snapshot().departments.values() if row.is_active]
        self.fields["subject"] = LineField(label=_("Subject"), max_length=SUBJECT_LIMIT, initial=ticket.subject)
        self.offer("department", _("Department"), departments, key="slug", initial=ticket.shown_department.slug)
        priorities = [row for row in known.priorities.values() if row.is_active]
        self.offer("priority", _("Priority"), priorities, initial=ticket.shown_priority.code)
        types, none = [row for row in known.types.values() if row.is_active], pgettext("ticket type", "None")
        self.offer("type", _("Type"), types, empty=none, required=False)
        self.fields["assignee"] = GivenToField([row.pk for row in departments])
        joined = Participant.objects.filter(ticket=ticket).select_related("user").order_by("pk")
        if choices := [(str(row.user_id), row.user.email) for row in joined]:
            self.fields["people"] = forms.MultipleChoiceField(
                label=_("Keep informed"), choices=choices, initial=[value for value, _name in choices], required=False,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        self.fields["tell"] = forms.BooleanField(
            label=_("Tell the client that the question has its own ticket"), required=False, initial=True
        )

    def offer(self, name, label, rows, *, key="code", empty="", required=True, initial=None):
        if rows:
            self.fields[name] = RowField(rows, key=key, empty=empty, label=label, required=required, initial=initial)


@dialog
@for_somebody
@once
def split(request, number):
    """Choose messages and give them a ticket of their own; then on to it."""
    ticket = access.ticket_for(request.viewer, number, to="split")
    form = SplitForm(request.POST if request.method == "POST" else None, ticket, request.viewer)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            return split_now(request, ticket, form.cleaned_data)
        except Refused as refused:
            refusal = str(refused)
    before = request.GET.get("before", "")
    before = int(before) if queues.is_id(before) else 0
    thread = desk_thread.build(request.viewer, ticket, before=before)
    ticked = set(request.POST.getlist("m") or request.GET.getlist("m"))
    context = {
        "ticket": ticket,
        "form": form,
        "refusal": refusal,
        "thread": thread,
        "rows": splittable.rows(thread, moved=moved_away(ticket), ticked=ticked),
        "picked": len(ticked),
        "page_title": _("Split %(number)s") % {"number": ticket.number},
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/split.html", context, status=422 if request.method == "POST" else 200)


def split_now(request, ticket, said):
    ids = [int(value) for value in request.POST.getlist("m") if queues.is_id(value)]
    chosen = list(Message.objects.filter(pk__in=ids, ticket__in=merged.ids(ticket), deleted_at=None))
    to = said["assignee"]
    with one_click() as click:
        new = actions.split(
            ticket,
            messages=chosen,
            subject=said["subject"],
            department=said["department"],
            priority=said.get("priority"),
            type=said.get("type"),
            assignee=to if isinstance(to, User) else None,
            people=[int(pk) for pk in said.get("people", ())],
            tell=said["tell"],
            actor=request.user,
        )
        if isinstance(to, Team):
            new = actions.give_to_team(new, team=to, actor=request.user)
    words = ngettext("%(n)s message moved to %(number)s.", "%(n)s messages moved to %(number)s.", len(chosen))
    here = access.works_on(request.user, new)
    undo_url = reverse("ticket_undo", args=[ticket.number, click.id]) + f"?next={ticket.get_absolute_url()}"
    toast(request, words % {"n": len(chosen), "number": new.number}, undo_url=undo_url)
    return redirect("ticket", new.number if here else ticket.number)

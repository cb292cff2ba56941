"""Predefined replies as those who lead write them, at the desk: no admin is needed for that (S147, S156)."""

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from departments import reply_fields
from departments.models import PredefinedReply
from engine.once import once
from helpdesk_site.lib.text import clean_line
from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number

from .. import access
from ..composing import drafts, predefined
from ..forms.replies import PredefinedForm
from ..lists import queries
from ..models import Ticket
from .predefined import box_of


def for_leads(view):
    """A door for those who lead a department; 404 for everybody else."""

    def opened(request, *args, **kwargs):
        if not access.may_write_replies(request.viewer):
            raise Http404
        return view(request, *args, **kwargs)

    return opened


@require_safe
@for_leads
def replies(request):
    """All that may be looked at here, with how often and when each was sent last."""
    rows = list(
        seen_by(request.viewer)
        .select_related("category", "status", "priority")
        .prefetch_related("departments", "texts")
        .order_by("category__position", "category__name", "position", "name")
    )
    typed = clean_line(request.GET.get("q", "")[:200])
    if typed:
        offers = [offer_of(row) for row in rows if row.texts.all()]
        rows = [offer.row for offer in predefined.found(offers, typed)]
    for row in rows:
        row.also = predefined.also([offer_of(row)], only_place(row))
        row.may_change = access.may_write_replies(request.viewer, row)
    return render(request, "desk/replies.html", {"rows": rows, "typed": typed, "rail": queries.rail(request.viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
@once
def new(request):
    """A new one; with `from` and `box`, of what was typed there."""
    draft, ticket = typed_before(request)
    more = {"texts": {"": draft}, "initial": {"departments": [ticket.department_id] if ticket else []}}
    return form_page(request, PredefinedReply(), title=_("New predefined reply"), ticket=ticket, **more)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
@once
def change(request, reply):
    """Change one that is offered in the viewer's departments alone."""
    row = get_object_or_404(seen_by(request.viewer), pk=reply)
    if not access.may_write_replies(request.viewer, row):
        raise Http404
    return form_page(request, row, title=row.name)


# --- Below the doors --------------------------------------------------------------------------------------------------


def seen_by(viewer):
    """The replies that are offered in one of the viewer's departments, or everywhere."""
    user = viewer.user
    if user.is_superuser:
        return PredefinedReply.objects.all()
    places = PredefinedReply.departments.through.objects
    here = places.filter(department__in=access.departments_of(user)).values("predefinedreply")
    return PredefinedReply.objects.filter(Q(pk__in=here) | ~Q(pk__in=places.values("predefinedreply")))


def offer_of(row):
    texts = {one.language: one.text for one in row.texts.all()}
    return predefined.Offer(row, row.category, texts, frozenset(place.pk for place in row.departments.all()))


def only_place(row):
    """The id of the department a reply is offered in; None where there are several, or all."""
    ids = [place.pk for place in row.departments.all()]
    return ids[0] if len(ids) == 1 else None


def typed_before(request):
    """(what the viewer is typing on a ticket, that ticket), as the picker sent them here; ("", None) else."""
    number = clean_number(request.GET.get("from", ""))
    ticket = Ticket.objects.workable_by(request.viewer).filter(number=number).first() if number else None
    draft = drafts.saved(request, drafts.place_of(box_of(request.GET), ticket)) if ticket else None
    return (draft.fields.get("message", "") if draft else ""), ticket


def form_page(request, row, *, title, ticket=None, **more):
    user = request.user
    led = None if user.is_superuser else [pk for pk in access.departments_of(user) if access.leads(user, pk)]
    form = PredefinedForm(request.POST or None, instance=row, departments=led, **more)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
        toast(request, _("Saved: %(name)s.") % {"name": form.instance.name})
        return redirect("ticket", ticket.number) if ticket else redirect("desk_replies")
    context = {"form": form, "page_title": title, "ticket": ticket, "fields": reply_fields.FIELDS.values()}
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/reply.html", context | {"rail": queries.rail(request.viewer)}, status=status)

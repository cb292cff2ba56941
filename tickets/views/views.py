"""Saved views: kept, changed, shared, ordered, counted; and the columns one person wants for a list (S131)."""

from hashlib import sha256

from django.core.cache import cache
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.toasts import toast

from .. import access
from ..forms.views import ColumnsForm, ViewForm
from ..lists import queries, queues, saved
from ..refused import Refused
from . import columns, filters
from .desk import asked_of, staff_only

COUNTED_FOR = 60  # seconds the numbers of a person's views are kept
ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_only
def views(request):
    """All saved views this person may use: which stand in the rail, in what order."""
    context = {"views": saved.listed(request.viewer), "rail": queries.rail(request.viewer)}
    for row in context["views"]:
        row.words = filters.in_words(asked_of(row.query, request.viewer))
    return render(request, "desk/views.html", context)


@ask_or_do
@staff_only
@once
def new(request):
    """Keep the list one has before oneself under a name."""
    asked = asked_of(request.META["QUERY_STRING"], request.viewer)
    form = view_form(request, asked)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = saved.save(
                request.viewer, name=said["name"], asked=asked, columns=said["columns"],
                department=said.get("department"),
            )  # fmt: skip
            toast(request, _("Saved: %(name)s.") % {"name": row})
            return redirect(f"{reverse('desk')}?view=saved-{row.pk}")
        except Refused as refused:
            form.add_error(None, str(refused))
    return view_page(request, form, asked, title=_("Save this view"))


@ask_or_do
@staff_only
@once
def change(request, view):
    """Change a view: its name, who sees it, its columns; and its filters, where the list shows others now."""
    row = access.view_for(request.viewer, view, to="change")
    asked = asked_of(request.META["QUERY_STRING"] or f"view=saved-{row.pk}", request.viewer)
    form = view_form(request, asked, row=row)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            saved.change(
                row, name=said["name"], department=said.get("department"), columns=said["columns"],
                asked=asked if asked.changed else None,
            )  # fmt: skip
            toast(request, _("Saved: %(name)s.") % {"name": row})
            return redirect(f"{reverse('desk')}?view=saved-{row.pk}")
        except Refused as refused:
            form.add_error(None, str(refused))
    return view_page(request, form, asked, title=_("Change this view"), row=row)


def view_form(request, asked, *, row=None):
    """The form of a view; what is shared with a department stays among those one leads."""
    led = [each for each in queues.departments_of(request.viewer) if access.leads(request.user, each.pk)]
    shown = columns.known(row.columns if row else asked.saved.columns if asked.saved else ()) or columns.USUAL
    initial = {"columns": shown}
    if row:
        initial |= {"name": row.name, "department": row.department and row.department.slug}
    offered = [(code, column.label) for code, column in columns.COLUMNS.items()]
    return ViewForm(request.POST or None, initial=initial, columns=offered, departments=led)


def view_page(request, form, asked, *, title, row=None):
    context = {
        "form": form,
        "row": row,
        "words": filters.in_words(asked),
        "page_title": title,
        "back_url": f"{reverse('desk')}?{asked.address}",
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/view.html", context, status=422 if form.errors else 200)


@ask_or_do
@staff_only
@once
def delete(request, view):
    """Delete a view for all who use it, once asked: it cannot be undone."""
    row = access.view_for(request.viewer, view, to="change")
    if request.method == "POST":
        row.delete()
        toast(request, _("Deleted: %(name)s.") % {"name": row})
        return redirect("desk_views")
    context = {"row": row, "page_title": _("Delete this view?"), "back_url": reverse("desk_views")}
    return render(request, "desk/view_delete.html", context | {"rail": queries.rail(request.viewer)})


# --- One person's own -------------------------------------------------------------------------------------------------


@require_POST
@staff_only
def pin(request, view):
    """Let it stand in one's own rail, or (`off`) not."""
    saved.pin(request.viewer, access.view_for(request.viewer, view), "off" not in request.POST)
    return redirect(safe_next(request, reverse("desk_views")))


@require_POST
@staff_only
def move(request, view):
    """Move it up in one's own order, or (`down`) down."""
    saved.move(request.viewer, access.view_for(request.viewer, view), 1 if "down" in request.POST else -1)
    return redirect(safe_next(request, reverse("desk_views")))


@ask_or_do
@staff_only
@once
def choose(request):
    """The columns and the order this person wants for one list; no colleague's list changes."""
    asked = asked_of(request.META["QUERY_STRING"], request.viewer)
    back = f"{reverse('desk')}?{asked.address}"
    if request.method == "POST" and "usual" in request.POST:
        saved.choose(request.viewer, asked, columns=(), sort="")
        return redirect(back)
    form = columns_form(request, asked)
    if request.method == "POST" and form.is_valid():
        saved.choose(
            request.viewer, asked, columns=form.cleaned_data["columns"], sort=form.cleaned_data.get("sort", "")
        )
        return redirect(back)
    context = {"form": form, "page_title": _("Columns"), "back_url": back, "rail": queries.rail(request.viewer)}
    return render(request, "desk/columns.html", context, status=422 if form.errors else 200)


def columns_form(request, asked):
    chosen, sort = saved.choice_of(request.viewer, asked)
    shown = columns.shown(asked, {asked.key: (chosen, sort)}, many_departments=True)
    offered = [(code, column.label) for code, column in columns.COLUMNS.items()]
    sorts = [(code, label) for code, label in offered if code in asked.sorts]
    return ColumnsForm(request.POST or None, initial={"columns": shown, "sort": sort}, columns=offered, sorts=sorts)


# --- Counts -----------------------------------------------------------------------------------------------------------


@require_safe
@staff_only
def counts(request):
    """The numbers of the saved views in the rail, asked for after the page: it does not wait for them."""
    rows = [row for row in saved.listed(request.viewer) if row.is_pinned]
    about = repr([sorted(access.departments_of(request.user)), [(row.pk, row.query) for row in rows]])
    key = f"views:{request.user.pk}:{sha256(about.encode()).hexdigest()[:24]}"
    numbers = cache.get(key)
    if numbers is None:
        numbers = queries.counts_of(request.viewer, [(row.pk, asked_of(row.query, request.viewer)) for row in rows])
        cache.set(key, numbers, COUNTED_FOR)
    shown = [(pk, queries.shown_count(number)) for pk, number in numbers]
    return render(request, "desk/_view_counts.html", {"counts": shown})

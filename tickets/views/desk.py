"""The doors of the desk: the queue, a ticket as staff see it, opening one for a client."""

from functools import wraps

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from helpdesk_site.lib.http import safe_next

from .. import colleagues, queries, queues
from . import rows
from .filters import chips

QUEUE_COOKIE = "queue"  # the address of the list a person looked at last: where "next ticket" goes on
REFRESH = (0, 30, 60, 120, 300, 900)  # seconds (S132)


def staff_only(view):
    """A door for staff; to everybody else the page does not exist."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        if not request.viewer.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return opened


# --- The queue --------------------------------------------------------------------------------------------------------


@require_GET
@staff_only
def queue(request):
    """The queue: a view, its filters and its order, all said by the address (S81, S129-S131)."""
    asked = queues.read(request.GET, request.viewer)
    response = render(request, "desk/queue.html", queue_context(request.viewer, asked))
    if len(asked.address) < 1500:
        response.set_cookie(QUEUE_COOKIE, asked.address, httponly=True, samesite="Lax", secure=settings.HTTPS)
    if request.GET.get("reload") == "on" and request.user.refresh_seconds:
        response["Refresh"] = request.user.refresh_seconds  # asked for by a browser without scripts (S132)
    return response


def queue_context(viewer, asked):
    """What the queue's page shows."""
    counted = queries.counts(viewer)
    page = queues.page(viewer, asked)
    flagged = queues.flagged(viewer) if queues.shows_flagged(asked) and not page.previous else []
    rows.dress([*flagged, *page.rows], viewer)
    title, current = heading(asked)
    return {
        "asked": asked,
        "page": page,
        "flagged": flagged,
        "title": title,
        "heads": heads(asked),
        "total": queries.shown_count(getattr(counted, asked.view, 0)) if not asked.is_filtered else "",
        "rail": queries.rail(viewer, current=current, counted=counted),
        "chips": chips(viewer, asked, counted),
        "colleagues": colleagues.of_departments([row.pk for row in queues.departments_of(viewer)]),
        "statuses": queues.offered_statuses(),
        "refresh_choices": [(seconds, refresh_words(seconds)) for seconds in REFRESH],
        "refresh_now": refresh_words(viewer.user.refresh_seconds),
    }


def heads(asked):
    """The headings of the table, each with whether a click on it sorts this list (S130, T19)."""
    rows = [
        ("priority", _("Priority"), "c-prio", True),
        ("number", _("Number"), "c-id", False),
        ("subject", _("Subject"), "c-sub", False),
        ("client", _("Client"), "c-client", False),
        ("department", _("Department"), "c-dept", False),
        ("status", _("Status"), "c-status", False),
        ("waiting", _("Waiting"), "c-sla", False),
        ("assignee", _("Assignee"), "c-who", True),
        ("updated", _("Updated"), "c-time r", False),
    ]
    return [
        {"field": field, "label": label, "cls": cls, "hidden": hidden, "sorts": field in asked.sorts}
        for field, label, cls, hidden in rows
    ]


def heading(asked):
    """(title, row of the rail) of a list."""
    if asked.words:
        return _("Search: %(words)s") % {"words": asked.words}, ""
    department = queues.only_department(asked)
    if department:
        return department.said("name"), f"department:{department.slug}"
    return str(queues.VIEWS[asked.view].name), asked.view


def refresh_words(seconds):
    """How often the list is fetched anew, in words."""
    if not seconds:
        return _("Only when I ask")
    if seconds < 60:
        return ngettext("Every %(n)s second", "Every %(n)s seconds", seconds) % {"n": seconds}
    return ngettext("Every %(n)s minute", "Every %(n)s minutes", seconds // 60) % {"n": seconds // 60}


@require_POST
@staff_only
def refresh(request):
    """Remember how often this person wants the queue fetched anew (S132)."""
    chosen = request.POST.get("seconds", "")
    if chosen.isascii() and chosen.isdigit() and int(chosen) in REFRESH:
        request.user.refresh_seconds = int(chosen)
        request.user.save(update_fields=["refresh_seconds"])
    return redirect(safe_next(request, "desk"))


def new(request):
    raise Http404


def bulk(request):
    raise Http404


def people(request):
    raise Http404


def ticket_page(request, ticket, can, **more):
    raise Http404

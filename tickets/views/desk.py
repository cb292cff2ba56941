"""The desk's list of tickets, and the way from one ticket to the next."""

from dataclasses import replace
from datetime import UTC, timedelta
from functools import lru_cache, wraps

from django.conf import settings
from django.contrib import messages as notices
from django.http import Http404, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from departments.policy import snapshot
from engine.once import came_from
from helpdesk_site.lib.http import safe_next

from .. import access, bulk, colleagues
from ..forms.marking import moments
from ..lists import live, queries, queues, tagged
from . import columns, filters, menus, rows

QUEUE_COOKIE = "queue"  # the address of the list a person looked at last: where "next ticket" goes on
ADDRESS_LIMIT = 1500
MOST_TAGS = 200  # proposed while one is typed
SAID_FOR = timedelta(minutes=2)  # how long the desk tells what became of an act on many tickets
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


@require_safe
@staff_only
def queue(request):
    """The queue: a view, its filters and its order, all said by the address (S81, S129-S131). Asked for again while
    nothing has changed, it says so and nothing else (S132)."""
    now = live.now(request.viewer, request.get_full_path())
    tag = f'"{now.mark}"'
    if now.mark and request.META.get("HTTP_IF_NONE_MATCH") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    asked = queues.read(request.GET, request.viewer)
    context = queue_context(request.viewer, asked, present=now.present)
    asked = context["asked"]
    context |= {"more": filters.more(request, asked), "said_anew": queues.FIELDS[1:-1]} | saved_context(request, asked)
    response = render(request, "desk/queue.html", context | {"tag": tag})
    response["ETag"] = tag
    if request.headers.get("X-Requested-With") != "fetch":  # not refreshed by a clock, perhaps in another window
        remember(response, asked)
    if request.GET.get("reload") == "on" and request.user.refresh_seconds:
        response["Refresh"] = request.user.refresh_seconds  # asked for by a browser without scripts (S132)
    return response


def saved_context(request, asked):
    """What the page of a saved view says of it: what of its filters is not there, whether this person may change it."""
    if not asked.saved:
        return {}
    lost = [f"{filters.name_of_field(name)} “{value}”" for name, value in queues.lost(asked.saved, request.viewer)]
    return {"lost": lost, "may_change": access.may_change_view(request.user, asked.saved)}


def queue_context(viewer, asked, *, present=()):
    """What the queue's page shows; `present` as `live.now` says it."""
    seen = f"{timezone.now().timestamp():.6f}"  # before anything is read: what comes meanwhile was not seen
    counted = queries.counts_of_list(viewer)
    asked = as_chosen(asked, counted.choices)
    departments = [row.pk for row in queues.departments_of(viewer)]
    codes = columns.shown(asked, counted.choices, many_departments=len(departments) > 1)
    page = queues.page(viewer, asked, columns=codes)
    apart = counted.flagged and queues.shows_flagged(asked) and not page.previous
    flagged = queues.flagged(viewer, columns=codes) if apart else []
    title, current = heading(asked)
    rows.draw([*flagged, *page.rows], columns=codes, me=viewer.user.pk, present=present)
    return {
        "asked": asked,
        "seen": seen,
        "page": page,
        "flagged": flagged,
        "title": title,
        "heads": columns.heads(asked, codes),
        "total": queries.shown_count(total_of(asked, counted)),
        "rail": queries.rail(viewer, current=current, counted=counted),
        "job": job_line(counted.job),
        "mails": counted.mails and queries.shown_count(counted.mails),
        "chips": filters.chips(viewer, asked, counted),
        "tag_meant": tagged.known().get(asked.words.casefold()) if asked.words else None,
        "menus": bulk_menus(viewer.user, departments),
        "refresh_items": refresh_items(viewer.user.refresh_seconds, get_language()),
        "refresh_now": refresh_words(viewer.user.refresh_seconds),
    }


def total_of(asked, counted):
    """How many tickets a list has, where the rail counts just those: of all drafts it counts more."""
    return 0 if asked.is_filtered or asked.view == "drafts" else getattr(counted, asked.view, 0)


def bulk_menus(me, departments):
    """What can be done to many tickets."""
    people, known = colleagues.of_departments(departments), snapshot()
    return {
        "assign": menus.people("assign", people, apart={me.pk}),
        "teams": menus.teams("assign", set(departments)),
        "many": len(people) > menus.MANY,
        "status": menus.statuses(queues.offered_statuses()),
        "moments": moments(timezone.now()),
        "tags": [tag.name for tag in tagged.known().values()][:MOST_TAGS],
        "priority": menus.priorities([row for row in known.priorities.values() if row.is_active]),
        "department": menus.departments([row for row in known.departments.values() if row.is_active]),
    }


def job_line(job):
    """The id of the last act on many tickets while there is something to say of it: it runs, or has ended just now and
    was too large to be told at once, or left something undone. None else."""
    if not job:
        return None
    pk, _done, total, state, some_failed, ended = job
    if state in bulk.UNFINISHED:
        return pk
    if total <= bulk.AT_ONCE and not some_failed:
        return None
    ended = parse_datetime(ended)
    ended = ended if timezone.is_aware(ended) else ended.replace(tzinfo=UTC)
    return pk if timezone.now() - ended < SAID_FOR else None


def as_chosen(asked, choices):
    """The list in the order this person chose for it, where the address says none."""
    _columns, sort = choices.get(asked.key, ((), ""))
    if not sort or ("sort" in asked.changed if asked.saved else asked.sort):
        return asked
    return replace(asked, sort=sort)


def heading(asked):
    """(title, row of the rail) of a list."""
    if asked.saved:
        return asked.saved.name, queries.key_of(view=asked.key)
    if asked.words:
        return _("Search: %(words)s") % {"words": asked.words}, ""
    department = queues.only_department(asked)
    if department:
        return department.said("name"), queries.key_of(department=department.slug)
    return str(queues.VIEWS[asked.view].name), queries.key_of(view=asked.view)


@lru_cache(maxsize=64)
def refresh_items(current, language):
    """The choices of how often the list is fetched anew."""
    choices = [(seconds, refresh_words(seconds)) for seconds in REFRESH]
    return render_to_string("desk/_refresh_items.html", {"choices": choices, "current": current})


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
    if chosen in map(str, REFRESH):
        request.user.refresh_seconds = int(chosen)
        request.user.save(update_fields=["refresh_seconds"])
    return redirect(safe_next(request, "desk"))


# --- From one ticket to the next --------------------------------------------------------------------------------------


def remember(response, asked):
    """Let `list_left` say this list from now on."""
    if len(asked.address) <= ADDRESS_LIMIT:
        response.set_cookie(QUEUE_COOKIE, asked.address, httponly=True, samesite="Lax", secure=settings.HTTPS)


def list_left(request):
    """The list whose link led here, else the one this person looked at last, to go back to and on in; their queue when
    there is none. Read once a request."""
    if not hasattr(request, "list_left"):
        path, _question, query = came_from(request).partition("?")
        request.came_from_list = path == reverse("desk")
        address = query if request.came_from_list else request.COOKIES.get(QUEUE_COOKIE, "")
        request.list_left = asked_of(address, request.viewer)
    return request.list_left


def asked_of(address, viewer):
    """The list a query means that comes as text: from a cookie, a form, a saved view."""
    return queues.read(queues.query_of(address[:ADDRESS_LIMIT]), viewer)


def go_on(request, ticket, *, anchor=""):
    """Where somebody goes after a reply: stay, next ticket, or back to the list; remembered (S153)."""
    after = request.POST.get("after", "")
    if after in User.After.values and after != request.user.after_reply:
        request.user.after_reply = after
        request.user.save(update_fields=["after_reply"])
    if request.user.after_reply == User.After.NEXT:
        return redirect("desk_next", ticket.number)
    if request.user.after_reply == User.After.QUEUE:
        return redirect(f"{reverse('desk')}?{list_left(request).address}")
    return redirect(reverse("ticket", args=[ticket.number]) + (f"#{anchor}" if anchor else ""))


@require_safe
@staff_only
def following(request, number, back=False):
    """The ticket after (or before) this one in the list the person came from; at its end, the list."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    asked = list_left(request)
    found = queues.next_after(request.viewer, asked, ticket, back=back)
    if found:
        return redirect("ticket", found)
    notices.info(request, _("This was the first of the list.") if back else _("This was the last of the list."))
    return redirect(f"{reverse('desk')}?{asked.address}")

"""What staff do to many tickets at once, from the list, and how far it is (S133-S135, T19)."""

from datetime import UTC, datetime

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from departments.policy import snapshot
from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.numbers import Number
from helpdesk_site.lib.toasts import toast

from .. import access, bulk_acts
from .. import bulk as many
from ..actions.merging import MOST as MOST_MERGED
from ..composing import predefined
from ..conversation import thread
from ..lists import queries, queues
from ..models import BulkJob, Ticket
from ..refused import Refused
from ..writing import write
from .desk import asked_of, staff_only

KEPT = ("t", "every", "list", "seen", "next")  # what says which tickets are meant, from one page to the next
PREVIEWED = 10


@require_POST
@staff_only
@once
def bulk(request):
    """Act on the tickets ticked, or on all of the list, as one click that can be taken back as a whole."""
    back = safe_next(request, reverse("desk"))
    if "merge" in request.POST:
        return redirect(merge_page(request.POST.getlist("t"), back))
    try:
        name, params = bulk_acts.asked_for(request.POST, request.user)
    except Refused as refused:
        notices.error(request, str(refused))
        return redirect(back)
    ids, missing = chosen(request)
    if not ids and not missing:
        notices.info(request, _("Select tickets first."))
        return redirect(back)
    job = many.start(request.viewer, name, params, ids, seen=seen(request.POST), failed=missing)
    tell(request, job, back)
    return redirect(back)


def merge_page(numbers, back):
    """Where tickets are merged: of many, those that one merge takes, and one more so that it says so."""
    pairs = [("t", number) for number in sorted(queues.clean(numbers))[: MOST_MERGED + 1]]
    return f"{reverse('desk_merge')}?{urlencode([*pairs, ('next', back)])}"


def chosen(request):
    """(ids of the tickets a form means, [number, why] of those that are not there): the ticked, or the whole list."""
    if "every" in request.POST:
        asked = asked_of(request.POST.get("list", ""), request.viewer)
        return queues.ids(request.viewer, asked, most=many.MOST), []
    numbers = request.POST.getlist("t")
    found = queues.selected(request.viewer, numbers)
    gone = sorted(queues.clean(numbers) - set(found))
    lost = len(set(numbers)) - len(found) - len(gone)  # no numbers at all
    why = _("There is no such ticket in your departments.")
    return list(found.values()), [[number, why] for number in gone] + [["", why]] * lost


def seen(sent):
    """When the list was drawn, as its form says; None when it does not, or lies about the future."""
    try:
        moment = datetime.fromtimestamp(float(sent.get("seen", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment <= timezone.now() else None


def tell(request, job, back):
    """Say what was done, with Undo, and what was not."""
    undo_url = f"{reverse('desk_bulk_undo', args=[job.pk])}?{urlencode({'next': back})}"
    if not many.is_small(job):
        toast(request, _("%(act)s: it is done in the background.") % {"act": many.told(job).name})
        return
    if job.failed:
        notices.error(request, failures(job))
    if job.changed:
        toast(request, many.sentence(job), undo_url=undo_url if many.undo_seconds(job) else "")
    elif not job.failed:
        notices.info(request, _("Nothing to change."))


def failures(job):
    """Why some could not be done, in one sentence; of several the line above the list leads to the reasons."""
    n, known = len(job.failed), set(Ticket.objects.filter(pk__in=job.tickets).values_list("number", flat=True))
    lost = [number for number, _why in job.failed if number not in known]
    if len(lost) == n:
        return ngettext("%(n)s ticket could not be found.", "%(n)s tickets could not be found.", n) % {"n": Number(n)}
    if n == 1:
        return _("%(number)s: %(why)s") % dict(zip(("number", "why"), job.failed[0], strict=True))
    return ngettext("%(n)s ticket could not be done.", "%(n)s tickets could not be done.", n) % {"n": Number(n)}


# --- A reply to many --------------------------------------------------------------------------------------------------


@require_POST
@staff_only
def reply(request):
    """Choose a predefined reply for many, and read what each client would get, before it is sent to all (S147)."""
    ids, _missing = chosen(request)
    if not ids:
        notices.info(request, _("Select tickets first."))
        return redirect(safe_next(request, reverse("desk")))
    offer = offer_of(request.POST.get("chosen", ""))
    shown = (
        previews(request.viewer, ids, lambda ticket: bulk_acts.words_for(ticket, offer, request.user)) if offer else []
    )
    context = {
        "ids": ids,
        "offer": offer,
        "offers": [] if offer else offers_for(request.viewer, ids),
        "previews": shown,
        "sent": len(ids) - sum(1 for _ticket, _html, why in shown if why),
        "more": max(0, len(ids) - PREVIEWED),
        **(besides(request.viewer, ids, offer) if offer else {}),
        "kept": [(name, value) for name in KEPT for value in request.POST.getlist(name)],
        "back": safe_next(request, reverse("desk")),
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/bulk_reply.html", context)


def offer_of(value):
    try:
        return bulk_acts.chosen_offer(value) if value else None
    except Refused:
        return None


def offers_for(viewer, ids):
    """The predefined replies offered where any of these tickets is, in drawers."""
    places = queues.departments_among(viewer, ids)
    offers = [offer for offer in predefined.shelf().offers.values() if any(map(offer.is_for, places))]
    return sorted(offers, key=lambda offer: (offer.drawer.position, str(offer.drawer), offer.drawer.pk))


def besides(viewer, ids, offer):
    """What a reply does besides with these tickets, and where what of it is left out: [(department, why)]."""
    places = [place for place in queues.departments_among(viewer, ids) if offer.is_for(place)]
    known = [(place, one) for place in places for one in predefined.also([offer], place)]
    departments = snapshot().departments
    return {
        "also": ", ".join(dict.fromkeys(one.words for _place, one in known if one.code)),
        "left_out": [(departments[place], one.words) for place, one in known if not one.code],
    }


def previews(viewer, ids, words):
    """[(ticket, what its client would get by `words`, why it would not be sent)] of the first few."""
    found = []
    for ticket in queues.first_among(viewer, ids, most=PREVIEWED):
        try:
            found.append((ticket, thread.text.shown(write(words(ticket)).html), ""))
        except Refused as refused:
            found.append((ticket, "", str(refused)))
    return found


# --- All of a list ----------------------------------------------------------------------------------------------------


@require_safe
@staff_only
def count(request):
    """How many tickets a list has, in words for its box; counted up to the most one job takes."""
    asked = asked_of(request.GET.urlencode(), request.viewer)
    number = len(queues.ids(request.viewer, asked, most=many.MOST + 1))
    return HttpResponse(whole_list(number))


def whole_list(number):
    """“All 1,234 tickets of this list.”"""
    if number > many.MOST:
        return _("The first %(n)s tickets of this list") % {"n": Number(many.MOST)}
    words = ngettext("The %(n)s ticket of this list", "All %(n)s tickets of this list", number)
    return words % {"n": Number(number)}


# --- A job ------------------------------------------------------------------------------------------------------------


def own_job(request, pk):
    """The job with this id, of the person who asks. Raises Http404 for anybody else's."""
    job = BulkJob.objects.filter(pk=pk, user=request.user).select_related("user").first()
    if job is None:
        raise Http404
    return job


@require_safe
@staff_only
def job(request, job):
    """How far an act on many tickets is, what could not be done and why, and the way back."""
    row = own_job(request, job)
    context = shown(row, request.viewer) | {"rail": {} if request.htmx else queries.rail(request.viewer)}
    return render(request, "desk/_bulk_job.html" if request.htmx else "desk/bulk_job.html", context)


@require_safe
@staff_only
def line(request, job):
    """The same in a line, for the desk while it runs."""
    return render(request, "desk/_bulk_line.html", shown(own_job(request, job), request.viewer))


def shown(job, viewer):
    """What a page shows of a job; of tickets that are out of sight by now the number alone."""
    numbers = [number for number, _why in job.failed if number]
    rows = Ticket.objects.filter(number__in=numbers, pk__in=job.tickets)
    known = {ticket.number: ticket for ticket in rows.filter(access.visible(viewer))}
    unchanged = job.done - job.changed - rows.count()
    failed, is_stopped = list(job.failed), job.state == BulkJob.State.STOPPED
    why = failed.pop()[1] if is_stopped and failed and not failed[-1][0] else ""
    return {
        "job": job,
        "runs": job.state in many.UNFINISHED,
        "is_back": job.state in (BulkJob.State.UNDOING, BulkJob.State.UNDONE),
        "unchanged": max(0, unchanged) if job.state == BulkJob.State.DONE else 0,
        "left": job.total - job.done,
        "told": many.told(job),
        "why_stopped": why,
        "failed": [(number, known.get(number), why) for number, why in failed],
        "undo_seconds": many.undo_seconds(job),
    }


def own_act(view):
    """A POST door to one's own job; what is too late is said (Refused)."""

    @require_POST
    @staff_only
    @once
    def opened(request, job):
        row = own_job(request, job)
        try:
            if answer := view(request, row):
                return answer
        except Refused as refused:
            notices.error(request, str(refused))
        return redirect(safe_next(request, reverse("desk_bulk_job", args=[row.pk])))

    return opened


@own_act
def undo(request, job):
    """Take back all of it, or what is done of it so far."""
    row = many.undo(job)
    if row.failed and len(row.failed) >= row.changed:
        sent = _("The reply has already been sent.")
        why = _("Somebody changed this since. Look again before you change it.")
        raise Refused(sent if {why for _number, why in row.failed} == {sent} else why)
    if row.params.get("due_at"):
        return in_the_box_again(request, row)
    toast(request, _("Taken back.") if row.state == BulkJob.State.UNDONE else _("It is being taken back."))
    return None


def in_the_box_again(request, job):
    """Where the post to an incident was written, with its text."""
    toast(request, _("Not sent. Your text is in the box again."))
    if job.failed:
        notices.error(request, failures(job))
    incident = Ticket.objects.get(pk=job.params["of"])
    return redirect(f"{reverse('ticket_incident', args=[incident.number])}?{urlencode({'again': job.pk})}")


@own_act
def stop(request, job):
    """Leave the rest as it is."""
    many.stop(job)
    toast(request, _("Stopped."))

"""What is being typed: drafts, uploads, previews. All by POST; a stranger's belong to their session."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from departments.models import Department
from departments.policy import snapshot
from engine import once
from helpdesk_site.lib import text
from helpdesk_site.lib.tokens import clean_number

from .. import access, throttle
from ..composing import drafts
from ..forms.desk import home_of
from ..forms.portal import TEXT_LIMIT, WithFiles
from ..keeping import files
from ..lists import queries
from ..models import Attachment, Draft, Message, Ticket
from .changing import changeable
from .desk import staff_only
from .doors import department_of

MOST = 200


@login_not_required
@require_POST
def save(request):
    """Keep what is being typed. A form that was sent already is not kept again by a letter that comes late; what the
    same person typed on another page since is kept beside it, and offered to this one with 409 (DESIGN 6, Autosave)."""
    place, _department = place_asked(request)
    if throttle.too_many_drafts(request):
        return HttpResponse(status=429)
    if once.was_sent(request):
        return HttpResponse(status=204)
    draft = drafts.keep(request, place, request.POST)
    if draft.crossed:
        return JsonResponse({"message": draft.fields["elsewhere"], "at": draft.updated_at.isoformat()}, status=409)
    drafts.forget_empty(request, place)
    return HttpResponse(status=204, headers={"X-Draft-At": draft.updated_at.isoformat()})


@login_not_required
@require_POST
def elsewhere(request):
    """Put what was typed on another page below what is in this box (`elsewhere` is “take”), or forget it (S6)."""
    place, department = place_asked(request)
    kind, what = drafts.parse(place)
    if kind != Draft.Kind.NEW and not request.viewer:
        raise Http404
    by_staff = kind == Draft.Kind.OPEN or writes_as_staff(request, department)
    form = WithFiles(request, policy=department.policy, by_staff=by_staff)
    form.full_clean()  # stores the files
    drafts.settle(request, place, take=request.POST.get("elsewhere") == "take", uploads=form.uploads)
    if kind in (Draft.Kind.REPLY, Draft.Kind.NOTE):
        return redirect(f"{reverse('ticket', args=[what])}#{f'pane-{kind}' if by_staff else 'reply'}")
    return redirect(page_of(kind, what, request.POST))


@login_not_required
@require_POST
def upload(request):
    """Take one file for what is being typed: {id, name, size, kind, thumb, remove_url}, or {error} with 422."""
    place, department = place_asked(request)
    if drafts.parse(place)[0] == Draft.Kind.EDIT:  # changes a text alone
        raise Http404
    if throttle.too_many_uploads(request):
        return refused(throttle.TOO_MANY_FILES, status=429)
    file = request.FILES.get("file")
    if file is None:
        return refused(_("Choose a file first."))
    owner, by_staff = drafts.owner_of(request), writes_as_staff(request, department)
    try:
        most = files.limits(department.policy, by_staff=by_staff).count
        if len(drafts.kept_files(request, place)) >= most:
            raise files.BadFile(files.too_many(most))
        stored = files.store(file, owner=owner, policy=department.policy, by_staff=by_staff)
    except files.BadFile as bad:
        return refused(str(bad))
    drafts.hang(request, place, stored)
    return JsonResponse(files.shown(stored), status=201)


@login_not_required
@require_POST
def remove(request, token):
    """Take back a file that went with no message yet."""
    mine = Attachment.objects.filter(message=None, pending=None, owner__in=drafts.names_of(request))
    files.forget([get_object_or_404(mine, token=token)])
    return HttpResponse(status=204)


@login_not_required
@require_POST
def preview(request):
    """What a text will look like: a fragment, drawn and cleaned as when it is sent."""
    if throttle.too_many_drafts(request):
        return HttpResponse(status=429)
    written = request.POST.get("message", "")
    if len(written) > TEXT_LIMIT:
        return HttpResponse(status=422)
    return HttpResponse(text.shown(text.render_markdown(written)))


@require_safe
@staff_only
def mine(request):
    """Everything I have typed and not sent: on tickets, on those that have left my departments too, and new ones."""
    rows = list(drafts.of_person(request.user)[:MOST])
    for row in rows:
        kind, row.what = drafts.parse(row.place)
        row.number = clean_number(row.fields.get("number", "") if kind == Draft.Kind.EDIT else row.what)
    numbers = {row.number for row in rows}
    seen = Ticket.objects.filter(access.visible(request.viewer), number__in=numbers).in_bulk(field_name="number")
    departments = {row.slug: row for row in snapshot().departments.values()}
    for row in rows:
        row.ticket, row.department = seen.get(row.number), departments.get(row.what)
        row.words = text.excerpt(row.fields.get("message") or row.fields.get("elsewhere", ""), 160)
        if row.kind in (Draft.Kind.NEW, Draft.Kind.OPEN):
            row.page = page_of(row.kind, row.what, row.fields)
    rail = queries.rail(request.viewer, current=queries.key_of(view="drafts"))
    return render(request, "desk/drafts.html", {"rows": rows, "rail": rail})


# --- Below the doors --------------------------------------------------------------------------------------------------


def page_of(kind, what, fields):
    """Where a change of a message or a new ticket is typed; `fields` say for whom it is."""
    if kind == Draft.Kind.EDIT:
        return reverse("message_edit", args=[number_of(what), what])
    asked = {name: fields[name] for name in ("client", "follow", "channel") if fields.get(name)}
    page = reverse("desk_new") if kind == Draft.Kind.OPEN else reverse("ticket_new_in", args=[what])
    return f"{page}?{urlencode(asked)}" if asked else page


def number_of(message):
    """The number of the ticket a message (its id) was written under."""
    return get_object_or_404(Message.objects.select_related("ticket"), pk=message).ticket.number


def place_asked(request):
    """(place, department) of what is being typed; 404 for a place that is none, or where the person may not write.

    A stranger may have been signed in a minute ago: their text is kept for any place, and read only where they may.
    """
    place = request.GET.get("place") or request.POST.get("place") or ""
    parsed = drafts.parse(place)
    if parsed is None:
        raise Http404
    kind, what = parsed
    if kind == Draft.Kind.NEW:
        return place, get_object_or_404(Department, slug=what, is_active=True)
    if not request.viewer:
        return place, department_of(what)
    if kind == Draft.Kind.EDIT:
        return place, changeable(request.viewer, number_of(what), int(what))[0].shown_department
    if kind == Draft.Kind.OPEN and not request.viewer.is_staff:
        raise Http404
    if kind == Draft.Kind.OPEN:
        return place, home_of(request.viewer)
    ticket = access.ticket_for(request.viewer, what, to="work" if kind == Draft.Kind.NOTE else "reply")
    return f"{kind}/{ticket.number}", ticket.shown_department  # of the survivor, where it was merged meanwhile


def writes_as_staff(request, department):
    """Whether staff limits hold: for those who work there (S178)."""
    user = request.viewer.user
    return request.viewer.is_staff and (user.is_superuser or department.pk in access.departments_of(user))


def refused(sentence, *, status=422):
    return JsonResponse({"error": str(sentence)}, status=status)

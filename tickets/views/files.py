"""Files, served after the same check as their ticket and never as something a browser may run (T14)."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from helpdesk_site.lib.files import is_inline
from helpdesk_site.lib.http import content_disposition

from .. import access
from ..composing import drafts
from ..keeping import file_links
from ..models import Attachment
from .doors import sign_in_first

PLAIN = "application/octet-stream"
AS_TEXT = frozenset({"text/html", "image/svg+xml", "application/xml", "application/xhtml+xml"})


@login_not_required
@require_safe
def attachment(request, token, name):
    """The file itself: saved, never shown, but for pictures asked for with `?inline` (the page's own light box)."""
    row = find(token)
    if not may_read(request, row):
        return refuse(request)
    way = "inline" if "inline" in request.GET and is_inline(row.content_type) else "attachment"
    kind = PLAIN if row.content_type in AS_TEXT else row.content_type
    return deliver(row.stored_as, kind=kind, disposition=content_disposition(way, row.name))


@login_not_required
@require_safe
def by_mail(request, token, name):
    """The file behind a link in a letter, for whoever has the letter; until the link is over (C19)."""
    row = file_links.opened_by(token)
    if row is None:
        return render(request, "portal/file_over.html", status=410)
    kind = PLAIN if row.content_type in AS_TEXT else row.content_type
    return deliver(row.stored_as, kind=kind, disposition=content_disposition("attachment", row.name))


@login_not_required
@require_safe
def thumbnail(request, token, name):
    """The small picture we made of a picture."""
    row = find(token)
    if not may_read(request, row):
        return refuse(request)
    if not row.thumbnail:
        raise Http404
    return deliver(row.thumbnail, kind="image/webp", disposition="inline")


def find(token):
    rows = Attachment.objects.select_related("message__ticket", "pending__ticket")
    return rows.filter(token=token).first()


def may_read(request, row):
    """A message's file: whoever reads the message. One still waiting: who works on the ticket, or who uploaded it."""
    if row is None or not row.stored_as:
        return False
    if row.message:
        can = access.abilities(request.viewer, row.message.ticket)
        return can.read_notes if row.message.is_note or row.message.deleted_at else can.see
    if row.pending:
        return access.abilities(request.viewer, row.pending.ticket).work
    return bool(row.owner) and row.owner in drafts.names_of(request)


def refuse(request):
    """404 for whoever is in, whether there is such a file or not; strangers may sign in first."""
    if request.viewer:
        raise Http404
    return sign_in_first(request, request.path)


def deliver(stored_as, *, kind, disposition):
    response = handed_over(stored_as) if settings.ACCEL_PREFIX else read(stored_as)
    response["Content-Type"] = kind
    response["Content-Disposition"] = disposition
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def read(stored_as):
    try:
        return FileResponse(storages["attachments"].open(stored_as))
    except FileNotFoundError:
        raise Http404


def handed_over(stored_as):
    """The web server reads the file itself (nginx: an `internal` location with this prefix)."""
    response = HttpResponse()
    response["X-Accel-Redirect"] = f"{settings.ACCEL_PREFIX}{stored_as}"
    return response

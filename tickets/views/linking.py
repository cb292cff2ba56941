"""Links between tickets at the desk: made and taken off; the post to all tickets of an incident, and closing them."""

from datetime import timedelta

from django.contrib import messages as notices
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from engine.once import once
from helpdesk_site.lib.numbers import Number
from helpdesk_site.lib.text import clean_input, clean_line
from helpdesk_site.lib.toasts import toast
from helpdesk_site.lib.tokens import clean_number, hash_token

from .. import access, actions, bulk, bulk_acts
from ..actions.linking import open_neighbours
from ..events import one_click
from ..lists import joinable, queries, queues
from ..models import BulkJob, TicketLink
from ..refused import Refused
from ..writing import write
from .bulk import previews
from .doors import for_somebody
from .joining import dialog
from .properties import answer, done, working

Kind, State = TicketLink.Kind, BulkJob.State
LONGEST = 20_000  # characters of a post to many
WAYS = {  # what the form offers: (kind, read backwards), as said of this ticket
    "relates": (Kind.RELATES, False, pgettext_lazy("this ticket …", "is related to")),
    "blocked": (Kind.BLOCKS, True, pgettext_lazy("this ticket …", "is blocked by")),
    "blocks": (Kind.BLOCKS, False, pgettext_lazy("this ticket …", "blocks")),
    "duplicates": (Kind.DUPLICATES, False, pgettext_lazy("this ticket …", "is a duplicate of")),
    "part": (Kind.PARENT, True, pgettext_lazy("this ticket …", "is a part of")),
    "parent": (Kind.PARENT, False, pgettext_lazy("this ticket …", "has as a part")),
    "caused": (Kind.INCIDENT, True, pgettext_lazy("this ticket …", "is caused by the incident")),
    "incident": (Kind.INCIDENT, False, pgettext_lazy("this ticket …", "is the incident behind")),
}


@dialog
@for_somebody
@once
def link(request, number):
    """Link this ticket with another one of those the person works on."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    asked = request.POST if request.method == "POST" else request.GET
    words, refusal = clean_line(asked.get("q", ""))[:100], ""
    if request.method == "POST":
        try:
            return link_now(request, ticket)
        except Refused as refused:
            refusal = str(refused)
    context = {
        "ticket": ticket,
        "words": words,
        "offered": joinable.found(request.viewer, ticket, words) if words else [],
        "ways": [(code, label) for code, (_kind, _back, label) in WAYS.items()],
        "way": asked.get("way", ""),
        "chosen": asked.get("other", "") or clean_number(words),
        "page_title": _("Link %(number)s with another ticket") % {"number": ticket.number},
        "back_url": ticket.get_absolute_url(),
        "refusal": refusal,
        "rail": queries.rail(request.viewer),
    }
    if not words:
        context["offered"] = joinable.of_same_client(request.viewer, ticket)
    return render(request, "desk/link.html", context, status=422 if refusal else 200)


def link_now(request, ticket):
    way, asked_for = WAYS.get(request.POST.get("way", "")), request.POST.get("other", "")
    if way is None:
        raise Refused(_("Choose one of the list."))
    try:
        other = access.ticket_for(request.viewer, asked_for, to="work")
    except Http404:
        raise Refused(_("You work on no ticket with this number.") if asked_for else _("Choose a ticket."))
    kind, back, _label = way
    one, to = (other, ticket) if back else (ticket, other)
    with one_click() as click:
        actions.link(one, to=to, kind=kind, actor=request.user)
    return done(request, ticket, click, _("Linked with %(number)s.") % {"number": other.number})


@working
def unlink(request, ticket, link):
    """Take a link of this ticket off."""
    row = TicketLink.objects.select_related("ticket", "other").filter(pk=link).first()
    if row is None or ticket.pk not in (row.ticket_id, row.other_id):
        raise Http404
    with one_click() as click:
        actions.unlink(row, actor=request.user)
    return done(request, ticket, click, _("The link is off."))


# --- An incident and its tickets --------------------------------------------------------------------------------------


@dialog
@for_somebody
@once
def incident(request, number):
    """Write the same answer to every open ticket of an incident; more than a few are done in the background. It is read
    first as it will be sent, and can be called back as any reply of its writer."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    rows, here = theirs(request, ticket), "here" in request.POST and has_reader(ticket)
    to = [*rows, ticket] if here else rows
    text, refusal, shown = clean_input(request.POST.get("message", "")), "", []
    if request.method != "POST":
        text, here = first_words(request, ticket)
    if request.method == "POST":
        refusal = wrong_with(text, rows)
        if not refusal:
            shown = previews(
                request.viewer, [row.pk for row in to], lambda row: bulk_acts.post_for(row, text, request.user)
            )
    sent = len(to) - sum(1 for _row, _html, why in shown if why)
    if shown and sent and request.POST.get("read") == hash_token(text):
        return told(request, ticket, posted(request, ticket, text, to))
    context = {
        "ticket": ticket,
        "rows": rows,
        "text": text,
        "has_reader": has_reader(ticket),
        "here": here,
        "previews": shown,
        "read": hash_token(text),
        "sent": sent,
        "more": max(0, len(to) - len(shown)),
        "page_title": _("Answer all tickets of incident %(number)s") % {"number": ticket.number},
        "back_url": ticket.get_absolute_url(),
        "refusal": refusal,
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/incident.html", context, status=422 if refusal else 200)


def has_reader(ticket):
    """Whether somebody of the outside waits in the incident itself."""
    return not ticket.is_closed and not ticket.client.is_staff


def first_words(request, ticket):
    """(text, whether its own client gets it) the form begins with: as in an own post that was called back (`?again=`
    its job), else empty."""
    again = request.GET.get("again", "")
    jobs = BulkJob.objects.filter(user=request.user, act="incident", state__in=[State.UNDOING, State.UNDONE])
    job = jobs.filter(pk=again).first() if queues.is_id(again) else None
    return (job.params["incident"], ticket.pk in job.tickets) if job else ("", True)


def posted(request, ticket, text, to):
    """Set it on its way: it goes when its writer cannot take it back any more. The incident keeps what was said: as a
    reply where its own client gets it, else as a note."""
    wait, ids = request.user.undo_seconds, [row.pk for row in to]
    due_at = timezone.now() + timedelta(seconds=wait) if wait else None
    params = {"incident": text, "of": ticket.pk, "due_at": due_at.timestamp() if due_at else None}
    with transaction.atomic():
        bulk.locked([ticket.pk, *ids])
        job = bulk.start(request.viewer, "incident", params, ids)
        n = job.changed if bulk.is_small(job) else job.total
        if n and ticket not in to:
            with one_click(job.click):
                note_posted(ticket, text, n, by=request.user, due_at=due_at)
    return job


def note_posted(ticket, text, n, *, by, due_at):
    """Keep in the incident what went to `n` others, when it goes."""
    head = ngettext("Sent to %(n)s ticket of this incident:", "Sent to %(n)s tickets of this incident:", n)
    said = "\n".join(f"> {line}" for line in text.strip().split("\n"))
    written = write(f"{head % {'n': Number(n)}}\n\n{said}")
    if due_at:
        actions.hold_note(ticket, author=by, written=written, due_at=due_at)
    else:
        actions.add_note(ticket, author=by, written=written)


def theirs(request, ticket):
    """The open tickets of an incident that this person works on."""
    rows = open_neighbours(ticket, kind=Kind.INCIDENT) | open_neighbours(ticket, kind=Kind.PARENT)
    return list(rows.filter(access.workable(request.viewer)).select_related("client"))


def wrong_with(text, rows):
    if not rows:
        return _("No open ticket is linked to this incident.")
    if not text.strip():
        return _("Write your message")
    return _("The text is too long.") if len(text) > LONGEST else ""


@working
def close_linked(request, ticket):
    """Close the open tickets of an incident, or the open parts of a whole, with it."""
    rows = theirs(request, ticket)
    if not rows:
        notices.info(request, _("Nothing to change."))
        return answer(request, ticket)
    return told(request, ticket, bulk.start(request.viewer, "close", {}, [row.pk for row in rows]))


def told(request, ticket, job):
    """Back to the ticket, with what the job did; a long one shows how far it is."""
    if job.state in bulk.UNFINISHED:
        return redirect("desk_bulk_job", job.pk)
    seconds = bulk.undo_seconds(job)
    if job.changed:
        undo_url = reverse("desk_bulk_undo", args=[job.pk]) if seconds else ""
        toast(request, bulk.sentence(job), undo_url=undo_url, seconds=seconds)
    for number, why in job.failed[:5]:
        notices.error(request, f"{number}: {why}" if number else why)
    return redirect("ticket", ticket.number)

"""The import log at the desk: every mail of one's departments, what became of it, what to make of it (C10, S135)."""

from functools import wraps

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engine.once import once
from helpdesk_site.lib.http import content_disposition, safe_next
from helpdesk_site.lib.numbers import Number
from helpdesk_site.lib.toasts import toast
from mail import blocking, intake
from mail.models import BlockedSender

from .. import access, actions, merged
from ..conversation import mailed
from ..events import one_click
from ..forms.desk import BlockForm, chosen_department
from ..inbound import accepting, looking, reasons
from ..lists import incoming, queries, queues
from ..models import Message, Verb
from ..refused import Refused
from .desk import staff_only
from .doors import for_somebody


def one_mail(view):
    """A POST door to one mail, for whoever sees it. What cannot be done is said on its page (Refused)."""

    @require_POST
    @staff_only
    @once
    @wraps(view)
    def opened(request, incoming):
        row = access.mail_for(request.viewer, incoming)
        try:
            return view(request, row)
        except Refused as refused:
            notices.error(request, str(refused))
            return redirect("desk_mail", row.pk)

    return opened


# --- Looking ----------------------------------------------------------------------------------------------------------


@require_safe
@staff_only
def mails(request):
    """The log: what is held, what could not be read, what was refused or had no effect, or all of it."""
    asked = incoming.read(request.GET)
    context = {
        "asked": asked,
        "page": incoming.page(request.viewer, asked),
        "views": [(name, words, f"?{asked.address_of(name)}") for name, (words, _which) in incoming.VIEWS.items()],
        "rail": queries.rail(request.viewer, current="mails"),
    }
    for row in context["page"].rows:
        row.why = reasons.of(row.reason).what if row.reason else ""
        row.number = row.reference.partition("#")[0]
    return render(request, "desk/mails.html", context)


@require_safe
@staff_only
def mail(request, incoming):
    """One mail: what it says, why it ended as it did, and what can be made of it."""
    row = access.mail_for(request.viewer, incoming)
    return mail_page(request, row)


def mail_page(request, row, *, form=None, status=200):
    look, decidable = looking.at(row), accepting.may_be_decided(row)
    departments = [each for each in queues.departments_of(request.viewer) if each.is_active]
    context = {
        "row": row,
        "look": look,
        "letter": look.letter,
        "reason": reasons.of(row.reason) if row.reason else None,
        "number": row.reference.partition("#")[0],
        "decidable": decidable,
        "departments": departments,
        "form": form or BlockForm(address=row.sender_address),
        "blocked": blocking.blocking_of(row.sender_address),
        "rail": queries.rail(request.viewer, current="mails"),
    }
    return render(request, "desk/mail.html", context, status=status)


@require_safe
@staff_only
def source(request, incoming):
    """The mail as it came, to be saved: never shown, and nothing in it is run (T14)."""
    row = access.mail_for(request.viewer, incoming)
    try:
        response = HttpResponse(intake.open_raw(row), content_type="text/plain; charset=utf-8")
    except OSError:
        raise Http404
    return as_file(response, f"mail-{row.pk}.eml")


@require_safe
@for_somebody
def whole(request, number, message):
    """All a mail said, new and repeated, as plain text: for whoever reads its message."""
    ticket, can = access.ticket_and_abilities(request.viewer, number)
    row = Message.objects.filter(ticket__in=merged.ids(ticket), pk=message).first()
    if row is None or ((row.is_note or row.deleted_at) and not can.read_notes):
        raise Http404
    response = HttpResponse(mailed.whole(row), content_type="text/plain; charset=utf-8")
    return as_file(response, f"{ticket.number}-{row.number}.txt", way="inline")


def as_file(response, name, *, way="attachment"):
    response["Content-Disposition"] = content_disposition(way, name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


# --- Deciding ---------------------------------------------------------------------------------------------------------


@one_mail
def accept(request, row):
    """Make it a new ticket of its sender, in the department chosen."""
    done = accepting.accept(row, department=chosen_department(request.POST.get("department", "")), by=request.user)
    return to_ticket(request, row, done, _("The mail is now ticket %(number)s."))


@one_mail
def append(request, row):
    """Add it to a ticket this person works on."""
    try:
        ticket = access.ticket_for(request.viewer, request.POST.get("number", ""), to="work")
    except Http404:
        raise Refused(_("You work on no ticket with this number."))
    done = accepting.append(row, ticket=ticket, by=request.user)
    return to_ticket(request, row, done, _("The mail was added to %(number)s."))


def to_ticket(request, row, done, words):
    """To the ticket a mail became part of; back to the mails where it went to others."""
    toast(request, words % {"number": done.ticket.number})
    here = access.works_on(request.user, done.ticket)
    return redirect(f"{done.ticket.get_absolute_url()}#{done.message.anchor}") if here else redirect("desk_mails")


@one_mail
def again(request, row):
    """Read it anew: its reason may be gone."""
    if not intake.run_again(row):
        raise Refused(_("This mail is being read, or already has a ticket."))
    toast(request, _("The mail is read again in a moment."))
    return redirect("desk_mail", row.pk)


@one_mail
def block(request, row):
    """Keep out its sender from now on, and put aside what waits of them (S135)."""
    form = BlockForm(request.POST, address=row.sender_address)
    if not form.is_valid():
        return mail_page(request, row, form=form, status=422)
    held = form.block(by=request.user)
    count = accepting.put_aside(incoming.waiting_from(request.viewer, row.sender_address), by=request.user)
    tell_of_block(request, held, count)
    return redirect("desk_mails")


def tell_of_block(request, held, count=0, *, click=None, ticket=None):
    """Say that a block holds, with the way to take it back; with the ticket, where it went to the trash."""
    words = _("Mail from %(who)s is kept out now.") % {"who": held.value}
    if count:
        words += f" {how_many_aside(count)}"
    whole = click and any(event.verb == Verb.TRASHED for event in click.events)
    undo_url = reverse("ticket_undo", args=[ticket.number, click.id]) if whole else ""
    toast(request, words, undo_url=undo_url or reverse("desk_unblock", args=[held.pk]))


@require_POST
@staff_only
def unblock(request, block):
    """Let in again whom this person blocked; operators lift any block."""
    row = BlockedSender.objects.filter(pk=block).first()
    if row is None or not (request.user.is_superuser or row.made_by_id == request.user.pk):
        raise Http404
    blocking.lift(row)
    toast(request, _("Mail from %(who)s comes in again.") % {"who": row.value})
    return redirect(safe_next(request, "desk_mails"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
@once
def block_client(request, number):
    """Keep out the sender of a mail ticket from now on; close it, or move it to the trash, if wanted (S135)."""
    ticket, can = access.ticket_and_abilities(request.viewer, number, to="work")
    form = BlockForm(request.POST or None, address=ticket.client.email)
    if request.method == "POST" and form.is_valid():
        becomes = request.POST.get("ticket", "")
        with one_click() as click:
            held = form.block(by=request.user)
            if becomes == "trash" and can.trash:
                actions.trash(ticket, actor=request.user, block=held)
            elif becomes == "close":
                actions.close(ticket, actor=request.user)
        count = accepting.put_aside(incoming.waiting_from(request.viewer, ticket.client.email), by=request.user)
        tell_of_block(request, held, count, click=click, ticket=ticket)
        return redirect("ticket", ticket.number)
    context = {"ticket": ticket, "can": can, "form": form, "rail": queries.rail(request.viewer)}
    about = {"page_title": _("Block sender"), "back_url": ticket.get_absolute_url()}
    return render(request, "desk/block.html", context | about, status=422 if form.is_bound else 200)


@require_POST
@staff_only
@once
def aside(request):
    """Let the mails ticked have no effect."""
    rows = [row for row in incoming.chosen(request.viewer, request.POST.getlist("m")) if row.outcome != "ignored"]
    count = accepting.put_aside([row for row in rows if accepting.may_be_decided(row)], by=request.user)
    toast(request, how_many_aside(count)) if count else notices.info(request, _("There was nothing to put aside."))
    return redirect(safe_next(request, "desk_mails"))


def how_many_aside(count):
    return ngettext("%(n)s mail was put aside.", "%(n)s mails were put aside.", count) % {"n": Number(count)}

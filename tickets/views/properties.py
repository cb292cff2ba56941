"""What staff do to one ticket, a POST each: fetch through access, act, back to the page with Undo (S137, S162)."""

from functools import wraps

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from departments.models import Category
from departments.policy import status_rules
from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.text import clean_line
from helpdesk_site.lib.toasts import toast
from mail.models import OutgoingMail

from .. import access, actions, merged
from ..actions.undoing import REVERSIBLE
from ..composing import drafts, guard, mentions, predefined
from ..conversation import desk_thread
from ..events import one_click
from ..forms.desk import (
    NO_TEAM,
    chosen_colleague,
    chosen_department,
    chosen_priority,
    chosen_status,
    chosen_team,
    chosen_type,
    status_seen,
)
from ..forms.portal import SUBJECT_LIMIT, ReplyForm
from ..forms.times import time_sent
from ..lists import queries
from ..models import Draft, Presence, Ticket
from ..refused import Refused
from ..writing import write
from . import desk_ticket, lines, neighbours
from .doors import for_somebody


def working(view):
    """A POST door to one ticket for those who work on it. What the state forbids is said on the page (Refused)."""

    @require_POST
    @for_somebody
    @once
    @wraps(view)
    def opened(request, number, *args, **kwargs):
        ticket = access.ticket_for(request.viewer, number, to="work")
        try:
            return view(request, ticket, *args, **kwargs)
        except Refused as refused:
            notices.error(request, str(refused))
            return answer(request, ticket)

    return opened


# --- Where the ticket stands ------------------------------------------------------------------------------------------


@working
def status(request, ticket):
    """Another status, saved at once (S137); refused when the page was stale."""
    row = chosen_status(request.POST.get("status", ""))
    expected = status_seen(request.POST.get("expected", ""))
    if closes(row, ticket) and "anyway" not in request.POST and actions.open_points(ticket)[0]:
        return asks_first(request, ticket, row)
    with one_click() as click:
        actions.set_status(ticket, status=row, actor=request.user, expected=expected)
    return done(request, ticket, click, _("Status: %(status)s.") % {"status": row})


def closes(status, ticket):
    """Whether this status would close a ticket that is open."""
    return not ticket.is_closed and status_rules(status, ticket.shown_department).category == Category.CLOSED


def asks_first(request, ticket, status):
    """Points of the checklist are open: say so once, with a button that closes all the same."""
    if not request.htmx:
        return redirect(f"{reverse('ticket', args=[ticket.number])}?closing={status.code}")
    return render(request, "desk/_changed.html", desk_ticket.head_context(request, ticket, closing=status.code))


@working
def assign(request, ticket):
    """Give the ticket to somebody of its department, to a team (S4), or to nobody."""
    value = request.POST.get("assignee", "")
    if value == NO_TEAM or chosen_team(value):
        return give_to_team(request, ticket, chosen_team(value))
    person = chosen_colleague(value, me=request.user)
    with one_click() as click:
        actions.assign(ticket, to=person, actor=request.user)
    words = _("Assigned to %(person)s.") % {"person": person} if person else _("Nobody looks after it now.")
    return done(request, ticket, click, words)


def give_to_team(request, ticket, team):
    with one_click() as click:
        actions.give_to_team(ticket, team=team, actor=request.user)
    words = _("Given to the team %(team)s.") % {"team": team} if team else _("It is no team’s any more.")
    return done(request, ticket, click, words)


@working
def priority(request, ticket):
    """How urgent it is (S3, S204)."""
    row = chosen_priority(request.POST.get("priority", ""))
    with one_click() as click:
        actions.set_priority(ticket, priority=row, actor=request.user)
    return done(request, ticket, click, _("Priority: %(priority)s.") % {"priority": row})


@working
def department(request, ticket):
    """Move it to where it belongs (S33)."""
    row = chosen_department(request.POST.get("department", ""))
    with one_click() as click:
        actions.move(ticket, to=row, actor=request.user)
    return done(request, ticket, click, _("Moved to %(department)s.") % {"department": row})


@working
def type(request, ticket):
    """What kind of request it is (S55)."""
    row = chosen_type(request.POST.get("type", ""))
    with one_click() as click:
        actions.set_type(ticket, type=row, actor=request.user)
    return done(request, ticket, click, _("Type: %(type)s.") % {"type": row or pgettext("ticket type", "none")})


@working
def subject(request, ticket):
    """A subject that is found half a year later."""
    words = clean_line(request.POST.get("subject", ""))[:SUBJECT_LIMIT]
    with one_click() as click:
        actions.set_subject(ticket, subject=words, actor=request.user)
    return done(request, ticket, click, _("Subject changed."))


@working
def flag(request, ticket):
    """Flag it to somebody, who is mailed (S166); `off` takes that person's flag off."""
    off = "off" in request.POST
    person = chosen_colleague(request.POST.get("off" if off else "to", ""), me=request.user) or request.user
    with one_click() as click:
        (actions.unflag if off else actions.flag)(ticket, to=person, actor=request.user)
    words = _("The flag for %(person)s is off.") if off else _("Flagged for %(person)s.")
    return done(request, ticket, click, words % {"person": person})


@require_POST
@for_somebody
def undo(request, number, click):
    """Take back what this person did with one click (DESIGN 2.6). A click on many tickets is undone whole."""
    ticket = access.ticket_for(request.viewer, number)
    try:
        actions.undo(click, actor=request.viewer.user)
        toast(request, _("Taken back."))
    except Refused as refused:
        notices.error(request, str(refused))
    return redirect(safe_next(request, reverse("ticket", args=[ticket.number])))


def done(request, ticket, click, sentence):
    """Back to where the person was, with Undo where an act can be taken back; nothing is said when nothing changed."""
    if click.events:
        can_undo = all(event.verb in REVERSIBLE for event in click.events)
        undo_url = reverse("ticket_undo", args=[ticket.number, click.id]) if can_undo else ""
        toast(request, sentence, undo_url=undo_url)
        neighbours.warn(request, ticket, click.events)
    return answer(request, ticket, events=click.events)


def answer(request, ticket, *, events=()):
    """The head of the ticket's page and what is new in its thread, for the script; else the page anew."""
    here = reverse("ticket", args=[ticket.number])
    ticket = Ticket.objects.select_related(*access.WITH).get(pk=ticket.pk)
    if not access.abilities(request.viewer, ticket).work:
        notices.info(request, _("The ticket has left your departments."))
        return go(request, reverse("desk"))
    if not request.htmx:
        return redirect(safe_next(request, here))
    told = lines.events(desk_thread.told_now(request.viewer, ticket, events))
    return render(request, "desk/_changed.html", desk_ticket.head_context(request, ticket) | {"told": told})


def go(request, url):
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


# --- Notes ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
@once
def note(request, number):
    """An internal note, colleagues called by @name, perhaps with a flag (S161, S166, S197). No client ever sees it. Who
    loads a refused one again is led to the ticket."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    if request.method != "POST":
        return redirect("ticket", ticket.number)
    can, place = access.abilities(request.viewer, ticket), drafts.place_of(Draft.Kind.NOTE, ticket)
    form = ReplyForm(request, policy=ticket.policy, by_staff=True)
    valid = form.is_valid()
    if "preview" in request.POST or not valid:
        drafts.keep(request, place, request.POST, uploads=form.uploads)
        return desk_ticket.ticket_page(request, ticket, can, form=form, pane="note", status=200 if valid else 422)
    try:
        row, words = noted(request, ticket, form)
    except Refused as refused:
        drafts.keep(request, place, request.POST, uploads=form.uploads)
        return desk_ticket.ticket_page(request, ticket, can, form=form, pane="note", refused=refused, status=409)
    drafts.drop(request, place)
    toast(request, words)
    return redirect(f"{reverse('ticket', args=[ticket.number])}#{row.anchor}")


def noted(request, ticket, form):
    """(the note, what to say of it): added, colleagues called, perhaps flagged, with what was ticked of a predefined
    one, in one click."""
    written = write(form.cleaned_data["message"])
    flagged = chosen_colleague(request.POST.get("flag", ""), me=request.user)
    called, spent = mentions.people_in(written.body, ticket, by=request.user), time_sent(request.POST)
    put, ticked = predefined.sent(request.POST, ticket)
    also, status = predefined.after(put, ticked, ticket), predefined.status_of(put, ticked, ticket)
    guard.refuse_open(ticket, status)
    with one_click() as click:
        row = actions.add_note(ticket, author=request.user, written=written, attachments=form.uploads, mentions=called)
        if flagged:
            actions.flag(ticket, to=flagged, actor=request.user)
        if spent:
            actions.log_time(row.ticket, user=request.user, message=row, **spent)
        if status:
            actions.set_status(row.ticket, status=status, actor=request.user)
        actions.carry_out(row.ticket, also, actor=request.user, message=row)
    neighbours.warn(request, row.ticket, click.events)
    return row, note_words(called, flagged)


def note_words(called, flagged):
    if called:
        return _("Note added; %(people)s called.") % {"people": ", ".join(str(person) for person in called)}
    return _("Note added, and flagged for %(person)s.") % {"person": flagged} if flagged else _("Note added.")


# --- Its mails --------------------------------------------------------------------------------------------------------


@working
def send_again(request, ticket, mail):
    """Send a letter of this ticket again (S185)."""
    if actions.send_again(ticket, mail=mail_of(ticket, mail)):
        toast(request, _("The mail is sent again."))
    else:
        notices.error(request, _("This mail cannot be sent again."))
    return redirect(safe_next(request, reverse("ticket", args=[ticket.number])))


@working
def readdress(request, ticket, mail):
    """Send it to another address; of a guest, keep that one from now on (S185)."""
    actions.readdress(
        ticket,
        mail=mail_of(ticket, mail),
        address=clean_line(request.POST.get("address", "")),
        corrects="corrects" in request.POST,
        actor=request.user,
    )
    toast(request, _("The mail is sent to the other address."))
    return redirect(reverse("ticket", args=[ticket.number]))


def mail_of(ticket, pk):
    """A letter of this ticket. Raises Http404 for any other."""
    of = {"notifications__event__ticket__in": merged.ids(ticket)}
    row = OutgoingMail.objects.filter(pk=pk, **of).select_related("user").first()
    if row is None:
        raise Http404
    return row


# --- Presence ---------------------------------------------------------------------------------------------------------


@require_POST
@for_somebody
def presence(request, number):
    """I am here, or I am writing: said every 15 seconds; the answer is who else is (S6)."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    mode = Presence.Mode.WRITING if request.POST.get("mode") == Presence.Mode.WRITING else Presence.Mode.VIEWING
    row = Presence(ticket=ticket, department_id=ticket.department_id, user=request.user, mode=mode, at=timezone.now())
    renewed = ["department", "mode", "at"]
    Presence.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["ticket", "user"], update_fields=renewed
    )
    here = [(person, writes) for _pk, person, writes in queries.present([ticket.pk], but=request.user)]
    seen = desk_ticket.seen_in(request.GET)
    context = {"ticket": ticket, "present": here, "news": seen and ticket.last_number > seen[0]}
    return HttpResponse(render(request, "desk/_presence.html", context).content.strip())

"""What staff hang on a ticket: tags, watching, points to tick, a snooze, the mark of spam. Each a door of its own."""

from functools import wraps

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engine.once import once
from helpdesk_site.lib.toasts import toast

from .. import access, actions, colleagues
from ..composing import mentions
from ..conversation import marks
from ..events import one_click
from ..forms.marking import SnoozeForm, headings_in, ids_in, moments, points_in
from ..lists import queries, tagged
from ..models import CheckPoint, Tag, Ticket
from ..refused import Refused
from .doors import for_somebody
from .properties import answer, done, working


def asking(view):
    """A door with a page of its own: GET asks, POST does it, for those who work on the ticket."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @for_somebody
    @once
    @wraps(view)
    def opened(request, number, *args, **kwargs):
        ticket = access.ticket_for(request.viewer, number, to="work")
        return view(request, ticket, *args, **kwargs)

    return opened


def ask(request, template, ticket, *, title, status=200, **context):
    """A small task on its own page, which the script shows as a dialog."""
    about = {"ticket": ticket, "page_title": title, "back_url": ticket.get_absolute_url()}
    return render(request, template, about | {"rail": queries.rail(request.viewer)} | context, status=status)


# --- Tags -------------------------------------------------------------------------------------------------------------


@asking
def tags(request, ticket):
    """Which words stand on the ticket: those ticked, and new ones by typing them (several at once)."""
    refusal = ""
    if request.method == "POST":
        try:
            return tagged_now(request, ticket)
        except Refused as refused:
            refusal = str(refused)
    on = set(ticket.tags.values_list("pk", flat=True))
    rows = sorted(tagged.known().values(), key=lambda tag: (tag.pk not in on, tag.key))
    leads = access.leads_somewhere(request.user)
    context = {"leads": leads, "tags": rows, "on": on, "typed": request.POST.get("add", ""), "refusal": refusal}
    return ask(request, "desk/tags.html", ticket, title=_("Tags"), status=422 if refusal else 200, **context)


def tagged_now(request, ticket):
    """Put on what was ticked or typed, take off what was unticked; what others changed meanwhile stays."""
    wanted, was = set(ids_in(request.POST.getlist("tag"))), set(ids_in(request.POST.getlist("was")))
    with one_click() as click:
        new = actions.tags_named(request.POST.get("add", ""))
        on = [*Tag.objects.filter(pk__in=wanted - was), *new]
        off = Tag.objects.filter(pk__in=was - wanted).exclude(pk__in=[tag.pk for tag in new])
        actions.tag(ticket, on=on, off=off, actor=request.user)
    tagged.forget()
    return done(request, ticket, click, _("Tags changed."))


# --- Watching, and who can be called by name --------------------------------------------------------------------------


@working
def watch(request, ticket):
    """Be told of everything that happens to it, or (`off`) no more."""
    if "off" in request.POST:
        actions.stop_watching(ticket, user=request.user)
        toast(request, _("You watch this ticket no more."))
    else:
        actions.watch(ticket, user=request.user)
        toast(request, _("You watch this ticket: you are told of replies, notes and changes of its status."))
    return answer(request, ticket)


@require_safe
@for_somebody
def callable_colleagues(request, number):
    """Whom a note can call by @name: the list the script offers while somebody types (S161)."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    people = [person for person in colleagues.of_department(ticket.department_id) if person.pk != request.user.pk]
    return render(request, "desk/_callable.html", {"people": mentions.with_words(people)})


# --- Checklist --------------------------------------------------------------------------------------------------------


@working
def check(request, ticket):
    """Tick and untick points, as the boxes of the list stand."""
    shown, ticked = set(ids_in(request.POST.getlist("point"))), set(ids_in(request.POST.getlist("done")))
    with one_click() as click:
        for point in CheckPoint.objects.filter(ticket=ticket, pk__in=shown):
            if bool(point.done_at) != (point.pk in ticked):
                (actions.tick if point.pk in ticked else actions.untick)(point, actor=request.user)
    return list_again(request, ticket, click)


@working
def add_points(request, ticket):
    """A new point, or all of a list the department keeps."""
    chosen = request.POST.get("list", "")
    template = next((row for row in marks.checklists(ticket.department_id) if str(row.pk) == chosen), None)
    with one_click() as click:
        if template:
            actions.put_list(ticket, template=template, actor=request.user)
        else:
            texts, heading = [request.POST.get("text", "")], request.POST.get("list_name", "")
            actions.add_points(ticket, texts=texts, heading=heading, actor=request.user)
    return list_again(request, ticket, click, at="id_point")


def list_again(request, ticket, click, *, at="checklist"):
    """The list alone for the script, with how far it is; else the page, `at` it or in the field for the next point."""
    if not request.htmx:
        return redirect(f"{reverse('ticket', args=[ticket.number])}#{at}")
    return answer(request, ticket, events=click.events)


@asking
def checklist(request, ticket):
    """The words and order of the points, and which are not wanted any more; the headings of the lists, and another."""
    refusal = ""
    if request.method == "POST":
        try:
            with one_click() as click:
                change_list(ticket, points_in(request.POST), actor=request.user)
                change_headings(ticket, request.POST, actor=request.user)
            return done(request, ticket, click, _("Checklist changed."))
        except Refused as refused:
            refusal = str(refused)
    points = list(CheckPoint.objects.filter(ticket=ticket))
    ready = [] if points else marks.checklists(ticket.department_id)
    context = {"lists": marks.lists_of(points), "refusal": refusal, "checklists": ready}
    return ask(request, "desk/checklist.html", ticket, title=_("Checklist"), status=422 if refusal else 200, **context)


def change_list(ticket, rows, *, actor):
    known = {point.pk: point for point in CheckPoint.objects.filter(ticket=ticket)}
    rows = [row for row in rows if row.pk in known]
    for row in rows:
        if row.is_removed:
            actions.remove_point(known[row.pk], actor=actor)
        else:
            actions.rename_point(known[row.pk], text=row.text, actor=actor)
    actions.reorder_points(ticket, order=[row.pk for row in rows if not row.is_removed], actor=actor)


def change_headings(ticket, sent, *, actor):
    lists = {one.heading: one.points for one in marks.lists_of(CheckPoint.objects.filter(ticket=ticket))}
    for heading, to in headings_in(sent):
        points = [point.pk for point in lists.get(heading, ())]
        actions.rename_list(ticket, points=points, to=to, actor=actor)
    first, name = sent.get("new_text", ""), sent.get("new_list", "")
    if name.strip() and not first.strip():
        raise Refused(_("Write the first point of the new list."))
    actions.add_points(ticket, texts=[first], heading=name, actor=actor)


# --- Snooze -----------------------------------------------------------------------------------------------------------


@asking
def snooze(request, ticket):
    """Put it aside until a moment or the client's word, and say why."""
    form, refusal = SnoozeForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            with one_click() as click:
                until, note = form.cleaned_data["until"], form.cleaned_data["note"]
                actions.snooze(ticket, until=until, note=note, actor=request.user)
            return done(request, ticket, click, _("The ticket is snoozed."))
        except Refused as refused:
            refusal = str(refused)
    bad = request.method == "POST"
    context = {"form": form, "moments": moments(timezone.now()), "refusal": refusal}
    return ask(request, "desk/snooze.html", ticket, title=_("Snooze"), status=422 if bad else 200, **context)


@working
def snooze_again(request, ticket):
    """Back to sleep until the same moment, after a client's “thank you” woke it (FIELD 1.2)."""
    last = getattr(Ticket.objects.select_related("snooze").get(pk=ticket.pk), "snooze", None)
    if last is None:
        raise Refused(_("This ticket was not snoozed."))
    with one_click() as click:
        actions.snooze(ticket, until=last.until, note=last.note, actor=request.user)
    return done(request, ticket, click, _("The ticket is snoozed."))


@working
def wake(request, ticket):
    """Back into the queue at once."""
    with one_click() as click:
        actions.wake(ticket, actor=request.user)
    return done(request, ticket, click, _("The ticket is back."))


# --- Spam -------------------------------------------------------------------------------------------------------------


@working
def spam(request, ticket):
    """Out of every list, without a word to its sender; `off` brings it back."""
    off = "off" in request.POST
    with one_click() as click:
        (actions.unmark_spam if off else actions.mark_spam)(ticket, actor=request.user)
    return done(request, ticket, click, _("It is no spam: back where it was.") if off else _("Marked as spam."))

"""Changing what was written: a message edited, deleted, brought back, words taken out of it (S154, S155, S197, C5)."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engine.once import once
from helpdesk_site.lib.differing import difference
from helpdesk_site.lib.redaction import Words
from helpdesk_site.lib.text import clean_input
from helpdesk_site.lib.toasts import toast

from .. import access, actions, merged
from ..actions.deleting import takes_all
from ..composing import drafts, guard, mentions
from ..conversation import thread
from ..events import one_click
from ..forms.portal import TextForm
from ..keeping import redacting
from ..lists import queries, queues
from ..models import Attachment, Draft, Message
from ..refused import Refused
from ..writing import write
from .doors import for_somebody
from .marking import ask
from .properties import working

MOST_VERSIONS = 50
MOST_WORDS = 1_000  # characters to be taken out
asking = require_http_methods(["GET", "HEAD", "POST"])


def message_for(viewer, number, pk, *, to="work"):
    """(ticket, message, abilities), for somebody who may do `to` on the ticket in whose thread it stands; 404 else."""
    ticket, can = access.ticket_and_abilities(viewer, number, to=to)
    message = Message.objects.select_related("author").filter(ticket__in=merged.ids(ticket), pk=pk).first()
    if message is None:
        raise Http404
    if message.ticket_id == ticket.pk:
        message.ticket = ticket
    merged.at_home(ticket, [message])
    return ticket, message, can


def changeable(viewer, number, pk):
    """(ticket, message) for somebody who may change the message. Where policy locks it, there is no such page (C5)."""
    ticket, message, can = message_for(viewer, number, pk)
    if not (can.edit_notes if message.is_note else can.edit_messages):
        raise Http404
    return ticket, message


def back_to(ticket, message):
    return redirect(f"{reverse('ticket', args=[ticket.number])}#{message.anchor}")


# --- Editing ----------------------------------------------------------------------------------------------------------


@asking
@for_somebody
@once
def edit(request, number, message):
    """Change a text; the old one stays a version of it. Whoever comes second sees the difference, and keeps theirs.
    What is typed is kept while it is typed, until it is saved or thrown away."""
    ticket, message = changeable(request.viewer, number, message)
    place, status = drafts.place_of(Draft.Kind.EDIT, message), 200
    if "cancel" in request.POST:
        drafts.drop(request, place)
        return back_to(ticket, message)
    if request.method != "POST":
        draft = drafts.saved(request, place)
        return edit_page(request, ticket, message, draft, **begun(message, draft))
    form = TextForm(request.POST)
    if "preview" in request.POST:
        more = {"preview": thread.text.shown(write(request.POST.get("message", "")).html)}
    elif not form.is_valid():
        more, status = {"error": ", ".join(form.errors["message"])}, 422
    else:
        try:
            answer = edited(request, ticket, message, form.cleaned_data["message"])
            drafts.drop(request, place)
            return answer
        except guard.Stopped as stopped:
            more, status = {"stopped": stopped}, 409
        except Refused as refused:
            message.refresh_from_db()
            more, status = refusal_of(refused, message, request.POST["message"]), 409
    draft = drafts.keep(request, place, request.POST)
    return edit_page(request, ticket, message, draft, status=status, **more)


def begun(message, draft):
    """What the page says of a change that was begun before; {} for none, or one that changes nothing by now."""
    fields = draft.fields if draft else {}
    text = fields.get("message", "")
    if not text or text == message.body:
        return {}
    if version_of(fields) not in (None, message.revisions.count()):
        return refusal_of(actions.Overtaken(), message, text)
    return {"is_begun": True}


def version_of(fields):
    """Of how many versions the text was the next when it was read; None where nobody says it."""
    version = fields.get("version", "")
    return int(version) if queues.is_id(version) else None


def refusal_of(refused, message, text):
    """What the page says of a change that was not saved: what differs, where somebody else was quicker."""
    more = {"pieces": difference(message.body, text)} if isinstance(refused, actions.Overtaken) else {}
    return {"refusal": str(refused), **more}


def edit_page(request, ticket, message, draft, *, status=200, **more):
    """The form with what was sent, else with what was typed before, else with the message as it stands."""
    fields = request.POST if request.method == "POST" else draft.fields if draft else {}
    context = {
        "ticket": ticket,
        "message": message,
        "text": fields.get("message", "") if request.method == "POST" else fields.get("message") or message.body,
        "version": message.revisions.count(),
        "mailed": "mailed" in fields,
        "place": drafts.place_of(Draft.Kind.EDIT, message),
        "rail": queries.rail(request.viewer),
        **drafts.seen_in(draft),
    }
    return render(request, "desk/edit.html", context | more, status=status)


def edited(request, ticket, message, text):
    """Save the text and go back to it, with Undo unless it went by mail."""
    mailed = "mailed" in request.POST
    if message.by_staff and not message.is_note:
        guard.refuse(text, ticket, meant=request.POST.get("meant", ""))
    with one_click() as click:
        actions.edit_message(
            message,
            editor=request.user,
            written=write(text),
            version=version_of(request.POST),
            mentions=mentions.people_in(text, ticket, by=request.user) if message.is_note else (),
            mailed=mailed,
        )
    if not click.events:
        toast(request, _("Nothing was changed."))
    elif mailed:
        toast(request, _("Changed, and mailed once more. The old text is kept among its versions."))
    else:
        undo_url = reverse("ticket_undo", args=[ticket.number, click.id])
        toast(request, _("Changed. The old text is kept among its versions."), undo_url=undo_url)
    return back_to(ticket, message)


@require_safe
@for_somebody
def versions(request, number, message):
    """A message as it is, what each change took out and put in, and how it was written (C5)."""
    ticket, message, can = message_for(request.viewer, number, message)
    older = list(message.revisions.select_related("editor").order_by("-id")[:MOST_VERSIONS])
    after = [message.body, *(row.body for row in older)]
    changes = [
        {
            "pieces": difference(row.body, text),
            "html": thread.text.shown(row.html),
            "editor": row.editor,
            "at": row.replaced_at,
        }
        for row, text in zip(older, after, strict=False)
    ]
    context = {"ticket": ticket, "message": message, "html": thread.shown(message), "changes": changes, "can": can}
    return render(request, "desk/versions.html", context | {"rail": queries.rail(request.viewer)})


# --- Deleting ---------------------------------------------------------------------------------------------------------


@asking
@for_somebody
@once
def delete(request, number, message):
    """Ask, and delete: the first message takes its ticket to the trash, which the page says (S155)."""
    ticket, message = changeable(request.viewer, number, message)
    whole, refusal = takes_all(message, message.ticket), ""
    if request.method == "POST":
        try:
            return deleted(request, ticket, message, whole)
        except Refused as refused:
            refusal = str(refused)
    title = _("Move %(number)s to the trash") % {"number": ticket.number} if whole else None
    return ask(
        request, "desk/delete.html", ticket, title=title or _("Delete %(label)s") % {"label": message.label},
        status=409 if refusal else 200, message=message, whole=whole, refusal=refusal,
    )  # fmt: skip


def deleted(request, ticket, message, whole):
    with one_click() as click:
        actions.delete_message(message, actor=request.user)
    undo_url = reverse("ticket_undo", args=[ticket.number, click.id]) if click.events else ""
    if whole:
        toast(request, _("%(number)s is in the trash.") % {"number": ticket.number}, undo_url=undo_url)
        return redirect("ticket", ticket.number)
    toast(request, _("%(label)s was deleted.") % {"label": message.label}, undo_url=undo_url)
    return back_to(ticket, message)


@working
def undelete(request, ticket, message):
    """Show a deleted message again."""
    ticket, message = changeable(request.viewer, ticket.number, message)
    actions.undelete_message(message, actor=request.user)
    toast(request, _("%(label)s is there again.") % {"label": message.label})
    return back_to(ticket, message)


# --- Redacting --------------------------------------------------------------------------------------------------------


@asking
@for_somebody
@once
def redact(request, number, message):
    """Words to take out for good, where they stand, and the taking out: for those who lead."""
    ticket, message, _can = message_for(request.viewer, number, message, to="redact")
    written = clean_input(request.POST.get("words", ""))[:MOST_WORDS]
    words, refusal, there = Words(written), "", None
    chosen = chosen_files(request, ticket)
    if request.method == "POST":
        try:
            if "sure" in request.POST:
                return redacted(request, ticket, message, words, chosen)
            there = looked_for(request, ticket, words, chosen)
        except Refused as refused:
            refusal = str(refused)
    return ask(
        request, "desk/redact.html", ticket, title=_("Take words out for good"), status=422 if refusal else 200,
        message=message, written=written, there=there, refusal=refusal, chosen=chosen,
        choices=redacting.files_of(redacting.scope_of(ticket, by=request.user)), **shown_of(there),
    )  # fmt: skip


def looked_for(request, ticket, words, chosen):
    """The redacting.Found. Raises Refused for what the action would refuse."""
    if words.flat and words.too_short:
        raise Refused(_("Choose at least three characters: shorter words stand everywhere."))
    there = redacting.find(redacting.scope_of(ticket, by=request.user), words, chosen=chosen)
    if not there:
        raise Refused(_("These words stand nowhere in this ticket."))
    return there


def shown_of(there):
    """What the page says of where the words stand."""
    if there is None:
        return {}
    known = {row.ticket_id for row, _count in there.messages}
    numbers = dict(Message.objects.filter(ticket__in=known).values_list("ticket", "ticket__number"))
    rows = [(numbers[row.ticket_id], row.label, count) for row, count in there.messages]
    others = len(there.versions) + there.others + len(there.tickets)
    return {"rows": rows, "mails": len(there.letters) + len(there.mails), "others": others}


def redacted(request, ticket, message, words, chosen):
    actions.redact(ticket, words=words, actor=request.user, chosen=chosen)
    toast(request, _("Taken out for good."))
    return back_to(ticket, message)


def chosen_files(request, ticket):
    """The ids of the files of this ticket that were ticked."""
    ids = [int(value) for value in request.POST.getlist("file") if queues.is_id(value)]
    mine = Attachment.objects.filter(pk__in=ids, message__ticket__in=merged.ids(ticket))
    return set(mine.values_list("pk", flat=True))

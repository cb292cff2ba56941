"""The client's card at the desk (S75, S76, S180): the person, their organisation, what they ordered, their tickets, and
notes that staff keep about them. Nothing of it is ever shown to a client."""

from allauth.core import ratelimit
from django.contrib import messages as notices
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import confirmations, letters
from accounts.models import Organisation, User
from engine.once import once
from helpdesk_site.lib.http import safe_next
from helpdesk_site.lib.text import clean_input, clean_line
from helpdesk_site.lib.toasts import toast

from .. import access, ratings
from ..lists import clients, queries
from . import rows
from .desk import staff_only
from .doors import for_somebody

LONGEST = 10_000  # signs of notes


# --- Looking ----------------------------------------------------------------------------------------------------------


@require_safe
@staff_only
def search(request):
    """Find a client by name, address or organisation."""
    words = clean_line(request.GET.get("q", ""))[:100]
    people = clients.found(request.viewer, words) if words else []
    context = {
        "words": words,
        "people": people[: clients.PAGE],
        "more": len(people) > clients.PAGE,
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/clients.html", context)


@require_safe
@staff_only
def card(request, client):
    """Everything about one client, and their tickets in the viewer's departments."""
    return shown(request, clients.client_for(request.viewer, client))


def shown(request, client, *, typed=None, status=200):
    """The card. `typed` are notes that were not saved, because a colleague changed them meanwhile."""
    page = clients.tickets_of(request.viewer, client=client, cursor=request.GET.get("cursor", ""))
    rated, average = ratings.of_client(request.viewer, client)
    context = {
        "client": client,
        "rated": rated,
        "average": average,
        "billing": clients.billing_link(client),
        "memberships": clients.memberships_of(client),
        "services": clients.services_of(client),
        "page": with_looks(page),
        "counted": clients.counted(request.viewer, client=client),
        "most": clients.MOST_EARLIER,
        "typed": typed,
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/client_card.html", context, status=status)


@require_safe
@staff_only
def house(request, organisation):
    """An organisation: its members and what they may, its notes, its tickets in the viewer's departments."""
    return shown_organisation(request, clients.organisation_for(request.viewer, organisation))


def shown_organisation(request, row, *, typed=None, status=200):
    page = clients.tickets_of(request.viewer, organisation=row, cursor=request.GET.get("cursor", ""))
    members = clients.members_of(row)
    known = User.objects.filter(access.clients_seen(request.viewer), pk__in=[member.user_id for member in members])
    context = {
        "organisation": row,
        "members": members,
        "known": set(known.values_list("pk", flat=True)),
        "services": list(row.services.all()[: clients.MOST_MEMBERS]),
        "page": with_looks(page),
        "counted": clients.counted(request.viewer, organisation=row),
        "most": clients.MOST_EARLIER,
        "typed": typed,
        "rail": queries.rail(request.viewer),
    }
    return render(request, "desk/organisation_card.html", context, status=status)


def with_looks(page):
    """A page of `clients` whose rows have their status and department as they are shown."""
    rows.named(page.rows)
    return page


@require_safe
@for_somebody
def others(request, number):
    """More of the other tickets of a ticket's client and organisation: a piece for its page (S160), else a page."""
    ticket = access.ticket_for(request.viewer, number, to="work")
    page = with_looks(clients.others_of(request.viewer, ticket, cursor=request.GET.get("cursor", "")))
    context = {"ticket": ticket, "page": page, "others": page.rows}
    if request.htmx:
        rows.beside(page.rows, ticket)
        return render(request, "desk/_others.html", context)
    return render(request, "desk/others.html", context | {"rail": queries.rail(request.viewer)})


# --- Notes on the client ----------------------------------------------------------------------------------------------


@require_POST
@staff_only
@once
def notes(request, client):
    """Keep what staff should know of a client."""
    client = clients.client_for(request.viewer, client)
    if keep_notes(request, User, client.pk, "staff_notes"):
        return redirect(safe_next(request, reverse("desk_client", args=[client.pk])))
    client.refresh_from_db(fields=["staff_notes"])
    return shown(request, client, typed=request.POST.get("notes", ""), status=409)


@require_POST
@staff_only
@once
def organisation_notes(request, organisation):
    """Keep what staff should know of an organisation."""
    row = clients.organisation_for(request.viewer, organisation)
    if keep_notes(request, Organisation, row.pk, "notes"):
        return redirect(safe_next(request, reverse("desk_organisation", args=[row.pk])))
    row.refresh_from_db(fields=["notes"])
    return shown_organisation(request, row, typed=request.POST.get("notes", ""), status=409)


@transaction.atomic
def keep_notes(request, model, pk, name):
    """Save the notes in the field `name` of a row, unless somebody changed them since the page was drawn. Returns
    whether they stand; the change is in the operator's log."""
    row = model.objects.select_for_update().get(pk=pk)
    said = clean_input(request.POST.get("notes", "")).strip()[:LONGEST]
    was = clean_input(request.POST.get("was", "")).strip()
    if getattr(row, name) == said:
        return True
    if clean_input(getattr(row, name)).strip() != was:
        notices.error(request, _("A colleague changed the notes meanwhile. Put yours in with theirs."))
        return False
    setattr(row, name, said)
    row.save(update_fields=[name])
    told(request, row, [{"changed": {"fields": [str(model._meta.get_field(name).verbose_name)]}}])
    toast(request, _("Notes saved."))
    return True


def told(request, row, change):
    """One line of the operator's log, as the administration writes it."""
    LogEntry.objects.log_actions(request.user.pk, [row], CHANGE, change)


# --- Signing in -------------------------------------------------------------------------------------------------------


@require_POST
@staff_only
@once
def password(request, client):
    """Send the client a link to choose a (new) password (S180). It goes to their own address, some times an hour."""
    client = clients.client_for(request.viewer, client)
    if client.is_staff or not client.is_active:
        raise Http404
    if not ratelimit.consume(request, action="reset_password", key=client.email):
        notices.error(request, _("They got several links just now. Wait a while."))
        return redirect("desk_client", client.pk)
    if client.is_guest:
        confirmations.invite(client)
    else:
        letters.reset_password(client)
    told(request, client, _("Link to choose a password sent"))
    toast(request, _("A link to choose a password is on its way to %(address)s.") % {"address": client.email})
    return redirect("desk_client", client.pk)

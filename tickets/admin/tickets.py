"""Tickets, messages, attachments and events in Django admin: lists through `visible_to`, texts read-only.

What can be done here are actions of the desk. An agent sees only the departments they work in (S119).
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.paginator import Paginator
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.viewer import Viewer
from departments.policy import snapshot

from .. import access, actions
from ..automation import timers
from ..events import one_click
from ..lists import queries, search
from ..models import Attachment, Message, Ticket, TicketEvent, Verb
from ..refused import Refused

MOST_LISTED = 1000  # rows a list of the admin reaches; narrow it by search or filter for more


class CappedPaginator(Paginator):
    """Pages over the first MOST_LISTED rows: a large table is never counted and never skipped through."""

    @cached_property
    def count(self):
        return self.object_list.order_by()[:MOST_LISTED].count()


class ReadOnly(admin.ModelAdmin):
    """To look at. Nothing is added, changed or deleted here; what is seen is what the viewer may see."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return self.visible(super().get_queryset(request), worked_on(request))

    def visible(self, rows, tickets):
        """The rows of this model that belong to `tickets`, a queryset."""
        return rows.filter(ticket__in=tickets)

    @admin.display(description=_("ticket"))
    def on_desk(self, row):
        ticket = row if isinstance(row, Ticket) else row.ticket
        return format_html('<a href="{}">{}</a>', reverse("ticket", args=[ticket.number]), ticket.number)


def worked_on(request):
    """The tickets of the departments in which the asking person works; operators see all."""
    user = request.user
    tickets = Ticket.objects.visible_to(Viewer(user))
    if user.is_superuser:
        return tickets
    return tickets.filter(department_id__in=access.departments_of(user), merged_into=None)  # those are read elsewhere


class TicketActionForm(ActionForm):
    """What the actions of the list need to know besides which tickets."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    priority = forms.ChoiceField(label=_("Priority"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = snapshot()
        statuses = [(row.code, row.said()) for row in known.statuses.values() if row.is_active]
        self.fields["status"].choices = [("", "–"), *statuses]
        self.fields["priority"].choices = [("", "–"), *((row.code, row.said()) for row in known.priorities.values())]


@admin.register(Ticket)
class TicketAdmin(ReadOnly):
    list_display = [
        "number",
        "subject",
        "on_desk",
        "client",
        "department",
        "status",
        "priority",
        "assignee",
        "updated_at",
    ]
    list_filter = ["department", "status", "priority", "type", "channel", "escalated"]
    list_select_related = ["client", "department", "status", "priority", "assignee"]
    search_fields = ["number"]
    search_help_text = _("Number, person, or words of subject and messages")
    ordering = ["-updated_at", "-id"]
    action_form = TicketActionForm
    actions = ["close", "assign_to_me", "set_status", "set_priority"]
    fieldsets = [
        (None, {"fields": ["number", "on_desk", "subject", "client", "organisation", "service"]}),
        (_("Where it stands"), {"fields": ["department", "status", "priority", "type", "assignee", "escalated"]}),
        (_("When"), {"fields": ["created_at", "updated_at", "first_reply_at", "closed_at", "close_at", "remind_at"]}),
        (_("How it came"), {"fields": ["channel", "proven", "follow_up_of", "merged_into"]}),
    ]
    readonly_fields = ["on_desk", "proven"]

    def visible(self, rows, tickets):
        return tickets

    def get_search_results(self, request, queryset, search_term):
        return (search.matching(queryset, search_term, notes=True) if search_term.strip() else queryset), False

    def get_urls(self):
        closing = path("closing/", self.admin_site.admin_view(self.closing), name="tickets_ticket_closing")
        return [closing, *super().get_urls()]

    def has_change_permission(self, request, obj=None):
        """The list's actions need it; the page of a ticket stays read-only."""
        return obj is None and self.has_module_permission(request)

    def closing(self, request):
        """What auto-close would close now, before anybody waits for it (C1)."""
        found = timers.to_close_now(worked_on(request))
        context = {
            **self.admin_site.each_context(request),
            "title": _("What would close now"),
            "opts": self.opts,
            "tickets": found[:50],
            "said": queries.shown_count(found.order_by()[: queries.MOST + 1].count()) or "0",
        }
        return TemplateResponse(request, "admin/tickets/closing.html", context)

    @admin.display(description=_("client’s address is proven"), boolean=True)
    def proven(self, ticket):
        """Not where somebody who was not signed in typed it (S7)."""
        return not ticket.events.filter(verb=Verb.OPENED, data__has_key="unproven").exists()

    @admin.action(description=_("Close"))
    def close(self, request, queryset):
        each(self, request, queryset, lambda ticket: actions.close(ticket, actor=request.user))

    @admin.action(description=_("Assign to me"))
    def assign_to_me(self, request, queryset):
        each(self, request, queryset, lambda ticket: actions.assign(ticket, to=request.user, actor=request.user))

    @admin.action(description=_("Set the status chosen beside"))
    def set_status(self, request, queryset):
        status = snapshot().statuses_by_code.get(request.POST.get("status", ""))
        if status is None:
            return messages.error(request, _("Choose a status beside the action first."))
        return each(self, request, queryset, lambda one: actions.set_status(one, status=status, actor=request.user))

    @admin.action(description=_("Set the priority chosen beside"))
    def set_priority(self, request, queryset):
        code = request.POST.get("priority", "")
        priority = next((row for row in snapshot().priorities.values() if row.code == code), None)
        if priority is None:
            return messages.error(request, _("Choose a priority beside the action first."))
        return each(
            self, request, queryset, lambda one: actions.set_priority(one, priority=priority, actor=request.user)
        )


def each(model_admin, request, queryset, act):
    """Do it to each chosen ticket the person works on, as one click; say how many, and why not the others."""
    done, refusals = 0, []
    for ticket in queryset:
        if not access.abilities(Viewer(request.user), ticket).work:
            raise Http404
        try:
            with one_click():
                act(ticket)
            done += 1
        except Refused as refused:
            refusals.append(f"{ticket.number}: {refused}")
    messages.info(request, ngettext("%(n)d ticket changed.", "%(n)d tickets changed.", done) % {"n": done})
    for refusal in refusals[:10]:
        messages.warning(request, refusal)


@admin.register(Message)
class MessageAdmin(ReadOnly):
    list_display = ["label", "on_desk", "author", "is_note", "channel", "created_at"]
    list_filter = ["is_note", "by_staff", "channel"]
    list_select_related = ["author", "ticket"]
    search_fields = ["ticket__number"]
    search_help_text = _("Ticket number, or words of the ticket")
    ordering = ["-id"]
    fields = ["on_desk", "label", "author", "is_note", "channel", "created_at", "edited_at", "body"]
    readonly_fields = ["on_desk", "label"]

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(ticket__in=search.matching(worked_on(request), search_term, notes=True)), False


@admin.register(Attachment)
class AttachmentAdmin(ReadOnly):
    list_display = ["name", "on_desk", "content_type", "size", "created_at"]
    list_select_related = ["message__ticket"]
    search_fields = ["name"]
    search_help_text = _("Name of the file")
    ordering = ["-id"]
    fields = ["name", "file", "on_desk", "content_type", "size", "sha256", "created_at"]
    readonly_fields = ["on_desk", "file"]

    def visible(self, rows, tickets):
        return rows.filter(message__ticket__in=tickets)

    @admin.display(description=_("ticket"))
    def on_desk(self, row):
        number = row.message.ticket.number
        return format_html('<a href="{}#{}">{}</a>', reverse("ticket", args=[number]), row.message.anchor, number)

    @admin.display(description=_("file"))
    def file(self, row):
        return format_html('<a href="{}">{}</a>', reverse("attachment", args=[row.token, row.name]), _("Download"))


@admin.register(TicketEvent)
class EventAdmin(ReadOnly):
    list_display = ["at", "on_desk", "verb", "actor", "sequence"]
    list_filter = ["verb"]
    list_select_related = ["ticket", "actor"]
    search_fields = ["ticket__number"]
    search_help_text = _("Ticket number")
    ordering = ["-id"]
    fields = ["on_desk", "sequence", "verb", "actor", "at", "message", "data", "previous_hash", "hash", "key_id"]
    readonly_fields = ["on_desk"]

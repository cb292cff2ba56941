"""Statuses, priorities and types: rows an operator edits; the code knows their category and level only."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib.worded_forms import word_fields, worded_form

from ..models import Category, Priority, Status, TicketType
from .shared import OperatorsOnly, tell_of

WAITS_ON_US = {Category.NEW, Category.WAITS_STAFF, Category.IN_PROGRESS, Category.PAUSED}


class StatusForm(worded_form(Status)):
    def clean(self):
        """A status settles into another one, not into itself, and only after some minutes."""
        said = super().clean()
        into, after = said.get("settles_into"), said.get("settles_after")
        if into and into == self.instance:
            raise ValidationError({"settles_into": _("Choose another status.")})
        if after and not into:
            raise ValidationError({"settles_into": _("Choose what it turns into, or set the minutes to 0.")})
        return said


class Coded(OperatorsOnly):
    """A row with a code that stands in addresses: fixed once it exists."""

    prepopulated_fields = {"code": ["name"]}

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "code"] if obj else self.readonly_fields

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def is_used(self, obj):
        return obj.tickets.exists()


@admin.register(Status)
class StatusAdmin(Coded):
    form = StatusForm
    list_display = [
        "name",
        "category",
        "client_label",
        "awaiting_reply",
        "auto_close",
        "settles",
        "position",
        "is_active",
    ]
    list_editable = ["position"]
    list_filter = ["category", "is_active"]
    list_select_related = ["settles_into"]
    search_fields = ["name", "code", "client_label"]
    empty_choices = {"colour": _("as its category"), "settles_into": _("stays as it is")}
    fieldsets = [
        (_("Its words"), {"fields": ["name", "client_label", "code"]}),
        (
            _("What it means"),
            {
                "fields": ["category", "colour", "awaiting_reply", "auto_close", "pauses_clock"],
                "description": _("The category decides what the portal does; the name is only a name."),
            },
        ),
        (_("Turns by itself"), {"fields": [("settles_into", "settles_after")]}),
        (_("In the menus"), {"fields": ["position", "is_active"]}),
        (_("In other languages"), {"classes": ["collapse"], "fields": word_fields(Status)}),
    ]

    def save_model(self, request, status, form, change):
        """Save, and warn of a status that waits for us and closes by itself (C2)."""
        super().save_model(request, status, form, change)
        if status.auto_close and status.category in WAITS_ON_US:
            messages.warning(request, _("Tickets in this status wait for us, and will still close by themselves."))

    def tell(self, row):
        tell_of(Status, statuses=[row])

    def is_used(self, obj):
        return super().is_used(obj) or obj.code in SHIPPED

    @admin.display(description=_("turns by itself into"))
    def settles(self, status):
        if not (status.settles_into and status.settles_after):
            return ""
        return _("%(status)s after %(minutes)s min") % {"status": status.settles_into, "minutes": status.settles_after}


SHIPPED = {"open", "customer-reply", "on-hold", "in-progress", "answered", "closed"}


@admin.register(Priority)
class PriorityAdmin(Coded):
    form = worded_form(Priority)
    list_display = ["name", "level", "is_default", "for_clients", "is_active"]
    list_editable = ["level"]
    search_fields = ["name", "code"]
    fieldsets = [
        (None, {"fields": ["name", "code", "level", "is_default", "for_clients", "is_active"]}),
        (_("In other languages"), {"classes": ["collapse"], "fields": word_fields(Priority)}),
    ]

    def save_model(self, request, priority, form, change):
        """One priority is the default: choosing it takes the mark from the others."""
        super().save_model(request, priority, form, change)
        if priority.is_default:
            Priority.objects.exclude(pk=priority.pk).filter(is_default=True).update(is_default=False)


@admin.register(TicketType)
class TicketTypeAdmin(Coded):
    form = worded_form(TicketType)
    list_display = ["name", "department", "for_clients", "position", "is_active"]
    empty_choices = {"department": _("stays where it is opened")}
    list_editable = ["position"]
    list_select_related = ["department"]
    search_fields = ["name", "code"]
    fieldsets = [
        (None, {"fields": ["name", "code", "department", "for_clients", "position", "is_active"]}),
        (_("In other languages"), {"classes": ["collapse"], "fields": word_fields(TicketType)}),
    ]

"""What time is spent on, and what an hour of it costs (S152)."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib.worded_forms import word_fields, worded_form

from ..models import Activity
from .shared import OperatorsOnly


@admin.register(Activity)
class ActivityAdmin(OperatorsOnly):
    form = worded_form(Activity)
    list_display = ["name", "hourly", "is_billable", "position", "is_active"]
    list_editable = ["position", "is_active"]
    list_filter = ["is_active", "is_billable"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "hourly", "is_billable", "position", "is_active"]}),
        (_("In other languages"), {"classes": ["collapse"], "fields": word_fields(Activity)}),
    ]

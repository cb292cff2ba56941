"""Lists of points that staff put on tickets."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib.worded_forms import word_fields, worded_form

from ..models import ChecklistTemplate
from .shared import OperatorsOnly


@admin.register(ChecklistTemplate)
class ChecklistAdmin(OperatorsOnly):
    form = worded_form(ChecklistTemplate)
    list_display = ["name", "position", "is_active"]
    list_editable = ["position"]
    list_filter = ["departments", "is_active"]
    search_fields = ["name", "points"]
    filter_horizontal = ["departments"]
    fieldsets = [
        (None, {"fields": ["name", "points", "departments", "position", "is_active"]}),
        (_("In other languages"), {"classes": ["collapse"], "fields": word_fields(ChecklistTemplate)}),
    ]

    def is_used(self, obj):
        """Tickets keep their own copy of the points."""
        return False

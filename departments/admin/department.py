"""Departments, arranged for an operator (S2, S118-S124)."""

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import people
from accounts.admin import tell_freed
from helpdesk_site.lib.worded_forms import word_fields, worded_form

from ..models import Department, StaffPlace, StatusInDepartment
from .forms import PolicyForm
from .shared import POLICY_FIELDSETS, Presettable, SaysEmpty, tell_of


class PlaceInline(admin.TabularInline):
    model = StaffPlace
    extra = 1
    autocomplete_fields = ["user"]
    verbose_name_plural = _("who works here")

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.base_fields["user"].help_text = _("Staff see only the departments in which they have a place.")
        return formset


class StatusInline(SaysEmpty, admin.TabularInline):
    model = StatusInDepartment
    empty_choices = dict.fromkeys(["category", "auto_close", "settles_into"], _("as the status says"))
    extra = 0
    verbose_name_plural = _("statuses that mean something else here")
    classes = ["collapse"]


@admin.register(Department)
class DepartmentAdmin(Presettable):
    form = worded_form(Department, PolicyForm)
    list_display = ["name", "email", "who", "staff_shown", "is_active", "seen_by_clients"]
    list_filter = ["is_public", "is_hidden", "is_active"]
    list_display_links = ["name"]
    search_fields = ["name", "slug", "email", "description"]
    search_help_text = _("Name, address or description")
    ordering = ["position", "id"]
    prepopulated_fields = {"slug": ["name"]}
    empty_choices = {"mailbox": _("none: the mail server hands mail over")}
    inlines = [PlaceInline, StatusInline]
    fieldsets = [
        (_("What clients read"), {"fields": ["name", "description", ("icon", "tone"), "position", "slug"]}),
        (
            _("Who may write"),
            {
                "fields": ["is_public", "is_hidden", "is_active", "account_matters"],
                "description": _(
                    "What is public has the form for guests and the contact form, whatever is set for mail: that is"
                    " under “Incoming mail”."
                ),
            },
        ),
        (_("Mail"), {"fields": ["email", "mailbox"]}),
        (_("Beside the form"), {"fields": ["service_level_url", "writing_rules"]}),
        (
            _("In other languages"),
            {
                "classes": ["collapse"],
                "fields": word_fields(Department),
                "description": _("Empty: the words above."),
            },
        ),
        *POLICY_FIELDSETS,
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(staff_count=Count("places"))

    def save_related(self, request, form, formsets, change):
        """Whoever works here no more lets go of the tickets they looked after here."""
        before = set(form.instance.staff.all()) if change else set()
        super().save_related(request, form, formsets, change)
        for person in before - set(form.instance.staff.all()):
            tell_freed(request, person, people.free_work(person, by=request.user))

    def tell(self, row):
        tell_of(Department, departments=[row])

    @admin.display(description=pgettext_lazy("how many", "staff"), ordering="staff_count")
    def staff_shown(self, department):
        return department.staff_count

    @admin.display(description=_("who writes"))
    def who(self, department):
        words = _("Anybody") if department.is_public else _("Clients only")
        return _("%(who)s, by link only") % {"who": words} if department.is_hidden else words

    @admin.display(description=_("in the portal"))
    def seen_by_clients(self, department):
        return format_html(
            '<a href="{}">{}</a>', reverse("ticket_new_in", args=[department.slug]), _("See it as a client")
        )

    def view_on_site(self, department):
        return reverse("ticket_new_in", args=[department.slug])

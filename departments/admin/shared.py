"""What every page of the operator's has in common."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from .. import presets
from ..policy import forget
from ..signals import settings_changed

POLICY_FIELDSETS = [
    (
        _("Which status follows"),
        {
            "classes": ["collapse"],
            "fields": [
                "status_new", "status_after_client", "status_after_staff", "status_when_assigned", "status_closed",
                "claim_on_reply",
            ],
        },
    ),
    (
        _("Closing and opening again"),
        {
            "classes": ["collapse"],
            "fields": [
                "auto_close_after", "auto_close_reminder", "auto_close_notice", "closed_reply", "closed_reply_mail",
                "closed_reply_days", "client_close", "admins_close", "participants_close",
            ],
        },
    ),
    (
        _("Incoming mail"),
        {
            "classes": ["collapse"],
            "fields": ["email_new", "email_reply", "cc_joins", "account_level", "group_minutes", "chat_hint"],
        },
    ),
    (
        _("Files"),
        {
            "classes": ["collapse"],
            "fields": [
                "client_file_types", ("client_file_count", "client_file_size"), ("staff_file_count", "staff_file_size"),
                "files_to_clients", "files_to_staff",
            ],
        },
    ),
    (
        _("Opening a ticket"),
        {"classes": ["collapse"], "fields": ["service_required", "opening_receipt"]},
    ),
    (
        _("What people see"),
        {
            "classes": ["collapse"],
            "fields": [
                "queue_clock", "client_statuses", "staff_names", "rating_mode", "history_policy", "merge_across",
            ],
        },
    ),
]  # fmt: skip


class SaysEmpty:
    """A form of the admin whose empty choices say what they mean: `empty_choices` has the words of each field."""

    empty_choices = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field, words = super().formfield_for_dbfield(db_field, request, **kwargs), self.empty_choices.get(db_field.name)
        if not field or not words:
            return field
        if isinstance(field, forms.NullBooleanField):
            field.widget = forms.Select(choices=[("unknown", words), ("true", _("yes")), ("false", _("no"))])
        elif isinstance(field, forms.ModelChoiceField):
            field.empty_label = words
        else:
            field.choices = [("", words), *db_field.flatchoices]
        return field


class LabelledCells(SaysEmpty, admin.ModelAdmin):
    """Fields changed in the list say what they are: the heading of a column is no label to a screen reader."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in self.list_editable:
            field.widget.attrs["aria-label"] = field.label
        return field


class OperatorsOnly(LabelledCells):
    """Configured by operators. Every save is known to this process at once and heard by the floors above."""

    list_per_page = 50
    show_full_result_count = False

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        forget()
        transaction.on_commit(lambda: self.tell(form.instance))

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        forget()

    def tell(self, row):
        """Say upstairs what was saved."""

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not self.is_used(obj))

    def is_used(self, obj):
        """Whether tickets or their history name this row: then it is switched off, not deleted."""
        return True

    def get_actions(self, request):
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found


class Presettable(OperatorsOnly):
    """Adds the page that shows what a preset would change, and changes it."""

    change_form_template = "admin/departments/with_presets.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_presets"
        return [
            path("<int:object_id>/presets/", self.admin_site.admin_view(self.presets), name=name),
            *super().get_urls(),
        ]

    def presets(self, request, object_id):
        """GET shows the differences of the chosen preset; POST writes them."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        target = get_object_or_404(self.model, pk=object_id)
        here = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        code = (request.POST if request.method == "POST" else request.GET).get("preset")
        code = code if code in presets.PRESETS else "default"
        preset = presets.PRESETS[code]
        if request.method == "POST":
            presets.apply(target, preset)
            self.log_change(request, target, [{"changed": {"fields": [f"preset: {code}"]}}])
            transaction.on_commit(lambda: self.tell(target))
            messages.success(request, _("The preset “%(name)s” is in force.") % {"name": preset.name})
            return redirect(here)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Presets: %(target)s") % {"target": target},
            "opts": self.opts,
            "target": target,
            "here": here,
            "presets": presets.PRESETS,
            "chosen": code,
            "preset": preset,
            "changes": presets.changes(target, preset),
        }
        return TemplateResponse(request, "admin/departments/presets.html", context)


def tell_of(model, *, departments=None, statuses=None):
    settings_changed.send(sender=model, departments=departments, statuses=statuses)

"""Escalation rules, written by choosing, not by typing codes (S176). The page says what a rule would do now."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from departments.admin.shared import LabelledCells
from departments.models import Department, Priority, Rule, RuleAction, RuleCondition, Status, Team

from ..automation import rules

Field, Do = RuleCondition.Field, RuleAction.Do
ROLES = [
    ("assignee", _("whoever looks after it")),
    ("leads", _("the leads")),
    ("department", _("everybody of the department")),
]


class ConditionForm(forms.ModelForm):
    """A condition with its values as ticks, grouped by what they belong to."""

    values = forms.MultipleChoiceField(label=_("is one of"), widget=forms.SelectMultiple(attrs={"size": 8}))

    class Meta:
        model = RuleCondition
        fields = ["position", "field", "values"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["values"].choices = [
            (_("Status"), [(row.code, row.said()) for row in Status.objects.all()]),
            (_("Priority"), [(row.code, row.said()) for row in Priority.objects.all()]),
            (_("Looked after by somebody"), [("yes", _("yes")), ("no", _("no"))]),
        ]

    def clean(self):
        said = super().clean()
        own = {
            Field.STATUS: set(Status.objects.values_list("code", flat=True)),
            Field.PRIORITY: set(Priority.objects.values_list("code", flat=True)),
            Field.ASSIGNED: {"yes", "no"},
        }.get(said.get("field"), set())
        if own and not set(said.get("values", [])) <= own:
            raise ValidationError({"values": _("Choose values that belong to what you chose beside.")})
        return said


class ActionForm(forms.ModelForm):
    """An action with a field for each kind of value; only the one that belongs to the act is used."""

    department = forms.ModelChoiceField(
        Department.objects.all(), label=_("department"), required=False, to_field_name="slug"
    )
    status = forms.ModelChoiceField(Status.objects.all(), label=_("status"), required=False, to_field_name="code")
    priority = forms.ModelChoiceField(Priority.objects.all(), label=_("priority"), required=False, to_field_name="code")
    roles = forms.MultipleChoiceField(
        label=_("people by role"), choices=ROLES, required=False, widget=forms.CheckboxSelectMultiple
    )
    people = forms.ModelMultipleChoiceField(
        User.objects.filter(is_staff=True, is_active=True), label=_("people"), required=False
    )
    team = forms.ModelChoiceField(
        Team.objects.select_related("department"), label=_("team"), required=False, to_field_name="pk"
    )
    text = forms.CharField(label=_("text"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    USES = {
        Do.MOVE: "department", Do.STATUS: "status", Do.PRIORITY: "priority", Do.FLAG: "people", Do.ASSIGN: "people",
        Do.MAIL: "people", Do.REPLY: "text", Do.NOTE: "text", Do.TAG: "text", Do.TEAM: "team",
    }  # fmt: skip

    class Meta:
        model = RuleAction
        fields = ["position", "do"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        uses, value = self.USES.get(self.instance.do), self.instance.value
        if uses == "people":
            words = value.split()
            self.initial.setdefault("roles", [word for word in words if not word.isdecimal()])
            self.initial.setdefault("people", [int(word) for word in words if word.isdecimal()])
        elif uses:
            self.initial.setdefault(uses, value)

    def clean(self):
        said = super().clean()
        uses = self.USES.get(said.get("do"))
        if uses == "people":
            value = " ".join([*said.get("roles", []), *(str(person.pk) for person in said.get("people") or [])])
        else:
            chosen = said.get(uses)
            value = getattr(chosen, "slug", "") or getattr(chosen, "code", "") or getattr(chosen, "pk", chosen) or ""
        if uses and not value:
            raise ValidationError({uses: _("Say with what.")})
        self.instance.value = str(value)
        return said


class ConditionInline(admin.TabularInline):
    model = RuleCondition
    form = ConditionForm
    extra = 0


class ActionInline(admin.StackedInline):
    model = RuleAction
    form = ActionForm
    extra = 0
    fieldsets = [
        (
            None,
            {"fields": [("position", "do"), ("department", "status", "priority", "team"), ("roles", "people"), "text"]},
        )
    ]


@admin.register(Rule)
class RuleAdmin(LabelledCells):
    list_display = ["name", "is_active", "since", "after_minutes", "position"]
    list_editable = ["position"]
    list_filter = ["is_active", "departments"]
    search_fields = ["name"]
    filter_horizontal = ["departments"]
    readonly_fields = ["would_do"]
    inlines = [ConditionInline, ActionInline]
    fieldsets = [
        (None, {"fields": ["name", ("is_active", "would_do"), "departments"]}),
        (_("When"), {
            "fields": [("since", "after_minutes")],
            "description": _("Wall time, nights and weekends included. Each rule acts once on each wait."),
        }),
        (_("Order"), {"fields": ["position"]}),
    ]  # fmt: skip

    @admin.display(description=_("now"))
    def would_do(self, rule):
        """On how many tickets it would act at this moment, switched on or not."""
        if not rule.pk:
            return _("Save it first, switched off: then it says here on how many tickets it would act.")
        count = rules.preview(rule)
        if count > rules.MOST_SHOWN:
            return _("would act on more than %(n)d tickets now") % {"n": rules.MOST_SHOWN}
        return ngettext("would act on %(n)d ticket now", "would act on %(n)d tickets now", count) % {"n": count}

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        transaction.on_commit(rules.reconsider)

    def delete_model(self, request, rule):
        super().delete_model(request, rule)
        transaction.on_commit(rules.reconsider)

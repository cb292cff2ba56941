"""Teams: colleagues of one department to whom a ticket can be given (S4, S48)."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from helpdesk_site.lib.worded_forms import word_fields, worded_form

from ..models import StaffPlace, Team
from .shared import OperatorsOnly


class TeamForm(forms.ModelForm):
    members = forms.ModelMultipleChoiceField(
        User.objects.filter(is_staff=True, is_active=True).order_by("name", "email"),
        label=_("members"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those who work in the department."),
    )

    class Meta:
        model = Team
        fields = ["name", "department", "members", "is_active"]

    def clean(self):
        """Nobody is in a team of a department they do not work in; operators work in all."""
        said = super().clean()
        department, members = said.get("department") or self.instance.department_id, said.get("members") or []
        if department and members:
            here = set(StaffPlace.objects.filter(department=department).values_list("user_id", flat=True))
            strangers = [str(person) for person in members if not (person.is_superuser or person.pk in here)]
            if strangers:
                names = {"people": ", ".join(strangers)}
                self.add_error("members", _("%(people)s: no place in this department.") % names)
        return said


@admin.register(Team)
class TeamAdmin(OperatorsOnly):
    form = worded_form(Team, TeamForm)
    list_display = ["name", "department", "shown_members", "is_active"]
    list_filter = ["department", "is_active"]
    list_select_related = ["department"]
    search_fields = ["name", "members__name", "members__email"]
    fieldsets = [
        (None, {"fields": ["name", "department", "members", "is_active"]}),
        (_("In other languages"), {"classes": ["collapse"], "fields": word_fields(Team)}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("members")

    @admin.display(description=_("members"))
    def shown_members(self, team):
        return ", ".join(person.full_name for person in team.members.all())

    def get_readonly_fields(self, request, obj=None):
        """A team stays in its department: its tickets are there."""
        return ["department"] if obj else []

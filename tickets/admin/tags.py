"""Tags, for operators: as leads change them at the desk."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from departments.admin.shared import OperatorsOnly

from .. import actions
from ..actions.tagging import clean_name
from ..lists import tagged
from ..models import Tag
from ..refused import Refused


class TagForm(forms.ModelForm):
    def clean_name(self):
        """One spelling of each word."""
        try:
            name = clean_name(self.cleaned_data["name"])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from None
        if not name or "," in name:
            raise forms.ValidationError(_("Enter a name without a comma."))
        if Tag.objects.filter(key=name.casefold()).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is such a tag already."))
        self.instance.key = name.casefold()
        return name


@admin.register(Tag)
class TagAdmin(OperatorsOnly):
    form = TagForm
    list_display = ["name", "tone"]
    list_filter = ["tone"]
    search_fields = ["name"]
    empty_choices = {"tone": pgettext_lazy("colour", "None")}
    fields = ["name", "tone"]

    def save_model(self, request, tag, form, change):
        if change:
            actions.change_tag(tag, name=tag.name, tone=tag.tone)
        else:
            super().save_model(request, tag, form, change)
        tagged.forget()

    def delete_model(self, request, tag):
        actions.delete_tag(tag, actor=request.user)
        tagged.forget()

    def is_used(self, obj):
        return False

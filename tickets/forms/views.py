"""The forms of saved views: a name, who else uses it, its columns; and the columns one person wants (S131, T19)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..models import SavedView
from .portal import LineField, RowField


class ColumnsForm(forms.Form):
    """Which columns a list has, and by what it is sorted unasked. The subject is always there."""

    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sort = forms.ChoiceField(label=gettext_lazy("Sorted by"), required=False)

    def __init__(self, *args, columns, sorts=(), **more):
        super().__init__(*args, **more)
        self.fields["columns"].choices = [(code, label) for code, label in columns if code != "subject"]
        self.fields["sort"].choices = [("", _("As usual")), *sorts]
        if not sorts:
            del self.fields["sort"]


class ViewForm(ColumnsForm):
    """A saved view: its name, and the department it is shared with, of those somebody leads."""

    name = LineField(
        label=pgettext_lazy("of a view", "Name"),
        max_length=SavedView._meta.get_field("name").max_length,
        error_messages={"required": gettext_lazy("Enter a name")},
    )
    field_order = ["name", "department", "columns"]

    def __init__(self, *args, departments, **more):
        super().__init__(*args, **more)
        if departments:
            names = {"label": gettext_lazy("Who sees it"), "empty": _("Only me"), "required": False}
            self.fields["department"] = RowField(departments, key="slug", **names)
        self.order_fields(self.field_order)

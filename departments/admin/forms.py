"""Forms an operator reads: settings that say what "empty" means."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..models import Portal
from ..models.policy import DEFAULTS, STATUS_DEFAULTS
from ..policy import snapshot


class PolicyForm(forms.ModelForm):
    """A form over Policy fields that says beside each empty one what holds then (the site's value, or the default)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, default in DEFAULTS.items():
            if name in self.fields:
                self.say_what_empty_means(name, self.fallback(name, default))
        for name, code in STATUS_DEFAULTS.items():
            if name in self.fields:
                self.fields[name].empty_label = self.fallback_status(name, code) or _("stays as it is")

    def is_site(self):
        return isinstance(self.instance, Portal)

    def fallback(self, name, default):
        value = None if self.is_site() else getattr(snapshot().portal, name)
        return default if value in (None, "") else value

    def fallback_status(self, name, code):
        known = snapshot()
        row = None if self.is_site() else known.statuses.get(getattr(known.portal, f"{name}_id"))
        row = row or known.statuses_by_code.get(code)
        return row and self.words(row.said("name"))

    def words(self, value):
        return (_("default: %(value)s") if self.is_site() else _("as the site: %(value)s")) % {"value": value}

    def say_what_empty_means(self, name, value):
        field, column = self.fields[name], self._meta.model._meta.get_field(name)
        if isinstance(field, forms.NullBooleanField):
            said = self.words(_("yes") if value else _("no"))
            field.widget = forms.Select(choices=[("unknown", said), ("true", _("yes")), ("false", _("no"))])
        elif column.choices:
            said = self.words(dict(column.flatchoices).get(value, value))
            field.choices = [("", said), *column.flatchoices]
        else:
            field.widget.attrs["placeholder"] = str(self.words(value)) if value != "" else ""

    def clean_client_file_types(self):
        """Endings, told apart by spaces or commas, with or without a dot; never a program's (C9)."""
        from helpdesk_site.lib.files import FORBIDDEN

        typed = (self.cleaned_data["client_file_types"] or "").replace(",", " ").lower().split()
        endings = list(dict.fromkeys(word.lstrip("*.") for word in typed))
        refused = [word for word in endings if word in FORBIDDEN or not word.isalnum()]
        if refused:
            raise ValidationError(_("Not taken from anybody: %(types)s.") % {"types": ", ".join(refused)})
        return " ".join(endings)

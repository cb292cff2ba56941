"""Forms over rows whose texts may be given per language: a field for each text and language."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

OTHER_LANGUAGES = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def word_field(field, language):
    """The name of a form field for `field` in `language`: "name__pt_br"."""
    return f"{field}__{language.replace('-', '_')}"


def word_fields(model):
    """The form field names of all translations of a model, for a fieldset."""
    return [word_field(field, language) for field in model.worded_fields for language, _name in OTHER_LANGUAGES]


def worded_form(model, base=forms.ModelForm):
    """A form class for a Worded model with one text field for each worded field and language."""
    fields = {}
    for name in model.worded_fields:
        column = model._meta.get_field(name)
        long = column.get_internal_type() == "TextField"
        for language, language_name in OTHER_LANGUAGES:
            fields[word_field(name, language)] = forms.CharField(
                label=_("%(field)s, in %(language)s") % {"field": column.verbose_name, "language": language_name},
                required=False,
                max_length=column.max_length,
                widget=forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput(attrs={"class": "vTextField"}),
            )
    return type(f"{model.__name__}Form", (WordedForm, base), fields)


class WordedForm:
    """Reads and writes `words` through the fields of worded_form()."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self._meta.model.worded_fields:
            for language, _name in OTHER_LANGUAGES:
                self.initial.setdefault(
                    word_field(field, language), self.instance.words.get(field, {}).get(language, "")
                )

    def save(self, commit=True):
        self.instance.words = {
            field: {
                language: text
                for language, _name in OTHER_LANGUAGES
                if (text := self.cleaned_data.get(word_field(field, language), "").strip())
            }
            for field in self._meta.model.worded_fields
        }
        return super().save(commit)

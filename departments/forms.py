"""What staff fill in about themselves on this floor."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Signature
from .policy import forget
from .reply_fields import FIELDS, IN_SIGNATURES

LONGEST = Signature._meta.get_field("text").max_length
LANGUAGES = [("", gettext_lazy("Signature")), *settings.LANGUAGES]


class SignatureForm(forms.Form):
    """A person's own signature for all departments: one for everybody, and others for readers of a language (S146)."""

    def __init__(self, *args, user, **more):
        super().__init__(*args, prefix="signature", **more)
        self.user = user
        said = dict(own(user).values_list("language", "text"))
        for code, name in LANGUAGES:
            label = _("For readers of %(language)s") % {"language": name} if code else name
            self.fields[code or "any"] = forms.CharField(
                label=label, required=False, max_length=LONGEST, initial=said.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 3} | ({"lang": code} if code else {})),
            )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        self.rows = []
        for code, _name in LANGUAGES:
            row = Signature(user=self.user, language=code, text=cleaned.get(code or "any", ""))
            try:
                row.clean()
            except ValidationError as wrong:
                self.add_error(code or "any", wrong.message_dict["text"])
            self.rows.append(row)
        return cleaned

    def save(self):
        """Keep what is written, delete what is not."""
        for row in self.rows:
            same = own(self.user).filter(language=row.language)
            if row.text:
                same.update(text=row.text) or row.save()
            else:
                same.delete()
        forget()

    @property
    def known(self):
        """The fields a signature may hold, as they are written."""
        return [FIELDS[name].written for name in IN_SIGNATURES]

    @property
    def main(self):
        return self["any"]

    @property
    def others(self):
        """The fields for readers of one language."""
        return [self[code] for code, _name in LANGUAGES if code]

    @property
    def has_others(self):
        return any(field.value() for field in self.others)


def own(user):
    """The person's own signatures for all departments; one for a single department is an operator's to give."""
    return Signature.objects.filter(user=user, department=None)

"""What staff note of a call, chat or meeting (S97-S99)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Talk
from ..models.work import DAY
from ..talks import FIELDS
from .portal import LineField


class TalkForm(forms.Form):
    """The fields of one kind of talk; `at` is in the time zone of whoever types."""

    at = forms.DateTimeField(
        label=_("When (your time)"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Enter a date and a time")},
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=DAY)
    phone = LineField(label=_("Phone number"), required=False, max_length=40)
    state = forms.ChoiceField(
        label=_("State of the call"), required=False, choices=[("", _("Not said")), *Talk.State.choices]
    )
    link = forms.URLField(
        label=_("Link to the meeting"),
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages={"invalid": _("Enter an address such as https://meet.example.com/room")},
    )
    pass_code = LineField(
        label=_("Pass code"),
        required=False,
        max_length=60,
        help_text=_("The client reads it while the ticket is open."),
    )

    def __init__(self, *args, channel, **more):
        super().__init__(*args, **more)
        for name in [name for name in self.fields if name not in FIELDS[channel]]:
            del self.fields[name]

    def clean_link(self):
        """An address of a page: whoever reads it will follow it."""
        link = self.cleaned_data["link"]
        if link and not link.lower().startswith(("https://", "http://")):
            raise forms.ValidationError(self.fields["link"].error_messages["invalid"])
        return link

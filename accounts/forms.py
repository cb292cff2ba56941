"""Forms about people. Each field is named here; whatever else is posted is not read (T19)."""
from copy import copy

from allauth.account import forms as allauth
from allauth.account.fields import PasswordField, SetPasswordField
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk_site.lib.files import reencode_picture
from helpdesk_site.lib.text import clean_line

from . import letters, zones
from .models import User
from .passwords import LengthValidator

MOST_TYPED = 1000  # hashing a megabyte helps nobody; what is too long is said by the validator
PICTURE_LIMIT = 5 * 1024 * 1024
REFRESH = [
    (0, _("Only when I ask")),
    (30, _("Every 30 seconds")),
    (60, _("Every minute")),
    (120, _("Every 2 minutes")),
    (300, _("Every 5 minutes")),
    (900, _("Every 15 minutes")),
]
AS_BROWSER = ("auto", _("As my browser says"))
UNDO = [
    (0, pgettext_lazy("time to undo", "None")),
    (5, _("5 seconds")),
    (10, _("10 seconds")),
    (20, _("20 seconds")),
    (30, _("30 seconds")),
]


class AddressField(forms.EmailField):
    """An e-mail address as it is stored: in small letters."""

    def __init__(self, **options):
        options.setdefault("label", _("E-mail address"))
        options.setdefault("error_messages", {"required": _("Enter an e-mail address.")})
        super().__init__(max_length=254, **options)
        self.widget.attrs.update({"autocomplete": "email", "inputmode": "email"})

    def clean(self, value):
        return super().clean(value).lower()


class NameField(forms.CharField):
    """A person's name: one line, without control characters."""

    def __init__(self, **options):
        options.setdefault("error_messages", {"required": _("Enter your name.")})
        super().__init__(label=_("Your name"), max_length=120, **options)
        self.widget.attrs["autocomplete"] = "name"

    def to_python(self, value):
        return clean_line(super().to_python(value))


class LoginForm(allauth.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"] = password_field(_("Password"), autocomplete="current-password")
        self.fields["remember"].label = _("Keep me signed in on this device")
        self.order_fields(["login", "password", "remember"])


class SignUpForm(forms.Form):
    name = NameField()
    email = AddressField()
    password1 = forms.CharField()  # drawn below: its help is read when the form is made

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"] = password_field(_("Password"), help_text=LengthValidator().get_help_text())

    def clean(self):
        """The password is weighed against what was typed here, never against what we know of the address (T16)."""
        said = super().clean()
        if "password1" in said:
            try:
                validate_password(said["password1"], User(email=said.get("email", ""), name=said.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return said


class ConfirmForm(forms.Form):
    """Proves that who reads the mailbox is who chose the password, where the browser does not show it."""

    password = forms.CharField()

    def __init__(self, *args, waiting, **kwargs):
        super().__init__(*args, **kwargs)
        self.waiting = waiting
        self.fields["password"] = password_field(
            _("The password you chose"), help_text=_("You signed up in another browser, so we ask for it once more.")
        )

    def clean_password(self):
        if not check_password(self.cleaned_data["password"], self.waiting.password):
            raise forms.ValidationError(_("This is not the password that was chosen when signing up."))
        return self.cleaned_data["password"]


class ChangePasswordForm(allauth.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["oldpassword"] = password_field(_("Your password now"), autocomplete="current-password")
        self.fields["password1"] = new_password_field(self.user)


class ResetPasswordForm(forms.Form):
    """Answers the same for every address; the letter says what is the case (T16)."""

    email = AddressField()

    def save(self, request):
        user = User.objects.filter(email=self.cleaned_data["email"]).first()
        if user is None or user.is_system:
            letters.no_account(self.cleaned_data["email"])
        elif user.is_active:
            letters.reset_password(user)
        else:
            with letters.reading(user):
                letters.closed(user)


class ResetPasswordKeyForm(allauth.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["password1"] = new_password_field(self.user)


class NewPasswordForm(forms.Form):
    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"] = new_password_field(user)


class UserTokenForm(allauth.UserTokenForm):
    """A link to set a password opens nothing for somebody who may not sign in."""

    def _get_user(self, uidb36):
        user = super()._get_user(uidb36)
        return user if user is not None and user.is_active else None


class NewAddressForm(forms.Form):
    email = AddressField(label=_("New e-mail address"))
    password = forms.CharField()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"] = password_field(_("Your password"), autocomplete="current-password")

    def clean_email(self):
        if self.cleaned_data["email"] == self.user.email:
            raise forms.ValidationError(_("This is already your address."))
        return self.cleaned_data["email"]

    def clean_password(self):
        if not self.user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError(_("This is not your password."))
        return self.cleaned_data["password"]


class FreshLinkForm(forms.Form):
    email = AddressField()


class PictureField(forms.FileField):
    """A picture from a person, made anew as a small square; nothing of the original stays, metadata least of all."""

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/gif,image/webp"})

    def to_python(self, value):
        file = super().to_python(value)
        if file is None:
            return None
        if file.size > PICTURE_LIMIT:
            raise forms.ValidationError(_("This file is larger than 5 MB. Choose a smaller picture."))
        try:
            return reencode_picture(file)
        except ValueError as error:
            raise forms.ValidationError(str(error))


class AsBrowser(forms.TypedChoiceField):
    """A choice that may be left to the browser, which is stored as nothing."""

    def __init__(self, **options):
        super().__init__(coerce=lambda value: "" if value == AS_BROWSER[0] else value, **options)

    def prepare_value(self, value):
        return value or AS_BROWSER[0]


class ProfileForm(forms.ModelForm):
    """Who I am and how I want to read. What an operator decides (address, staff, places) is not here."""

    name = NameField()
    new_picture = PictureField(
        label=pgettext_lazy("of a person", "Picture"),
        required=False,
        help_text=_("JPEG, PNG, GIF or WebP, up to 5 MB."),
    )
    remove_picture = forms.BooleanField(label=_("Remove my picture"), required=False)
    language = AsBrowser(label=_("Language"), choices=[AS_BROWSER, *settings.LANGUAGES])
    time_zone = AsBrowser(label=_("Time zone"), choices=lambda: [AS_BROWSER, *zones.choices()])

    class Meta:
        model = User
        fields = ["name", "phone", "language", "time_zone", "theme"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.picture:
            del self.fields["remove_picture"]


class StaffProfileForm(ProfileForm):
    """What staff choose besides: their role and how the desk behaves."""

    refresh_seconds = forms.TypedChoiceField(label=_("Refresh the queue"), choices=REFRESH, coerce=int)
    undo_seconds = forms.TypedChoiceField(label=_("Time to undo a reply"), choices=UNDO, coerce=int)

    class Meta(ProfileForm.Meta):
        fields = [*ProfileForm.Meta.fields, "title", "refresh_seconds", "undo_seconds", "after_reply", "newest_first",
                  "single_keys", "runs_timer"]  # fmt: skip


def profile_form(user, *args):
    """The form for this person, with what only staff choose where they are staff.

    It works on a copy: what is refused must not show as the person's name in the head of the page.
    """
    return (StaffProfileForm if user.is_staff else ProfileForm)(*args, instance=copy(user))


def password_field(label, *, autocomplete="new-password", help_text=""):
    field = PasswordField(
        label=label, autocomplete=autocomplete, help_text=help_text, max_length=MOST_TYPED,
        error_messages={"required": _("Enter a password.")},
    )  # fmt: skip
    field.widget.attrs.pop("placeholder", None)
    return field


def new_password_field(user):
    help_text = LengthValidator().help_for(user)
    field = SetPasswordField(
        label=_("New password"), help_text=help_text, max_length=MOST_TYPED,
        error_messages={"required": _("Choose a password.")},
    )  # fmt: skip
    field.widget.attrs.pop("placeholder", None)
    field.user = user
    return field

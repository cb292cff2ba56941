"""The forms a client fills in: a new ticket and a reply. What nobody offered is ignored (T19)."""

import re

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SYSTEM_EMAIL, Membership, Service
from departments.policy import snapshot
from helpdesk_site.lib.files import size_words
from helpdesk_site.lib.prepared import PreparedRows
from helpdesk_site.lib.text import clean_input, clean_line

from .. import throttle
from ..access import memberships_of
from ..actions.opening import default_priority
from ..composing import drafts
from ..keeping import files
from ..models import Participant

TEXT_LIMIT = 1024 * 1024  # bytes of one message: long is welcome (S43), endless is a mistake
FEW = 6  # choices that stand on the page as cards; more are a list to open
SUBJECT_LIMIT = 200
ADDRESS_LIMIT = 254  # of an e-mail address, by RFC 5321 and in the table of people
MOST_SERVICES = 200
MOST_AT_ONCE = 20  # people added by one form

ordered = PreparedRows(
    lambda user: Service.objects.filter(
        Q(user=user) | Q(organisation__in=Membership.objects.filter(user=user).values("organisation")), is_active=True
    ).order_by("name", "pk")[:MOST_SERVICES]
)


# --- Fields -----------------------------------------------------------------------------------------------------------


class LineField(forms.CharField):
    """One line of text, without control, zero-width or direction characters."""

    def to_python(self, value):
        return clean_line(str(value or "")[:10_000])


class TextField(forms.CharField):
    """What somebody wrote, as typed, but for what no database holds. Only invisible characters are no text."""

    widget = forms.Textarea
    default_error_messages = {"too_long": gettext_lazy("The text is longer than %(limit)s. Put the rest into a file.")}

    def __init__(self, **options):
        super().__init__(strip=False, **options)

    def to_python(self, value):
        text = clean_input(value or "")
        return text if clean_line(text[:2000]) or clean_line(text) else ""

    def validate(self, value):
        super().validate(value)
        if len(value.encode()) > TEXT_LIMIT:
            said = self.error_messages["too_long"] % {"limit": size_words(TEXT_LIMIT)}
            raise forms.ValidationError(said, code="too_long")


class RowField(forms.ChoiceField):
    """One of a few rows, by its key; `cleaned_data` holds the row, or None."""

    def __init__(self, rows, *, key="code", empty="", name=str, **options):
        self.rows = {str(getattr(row, key)): row for row in rows}
        choices = [("", empty)] if empty else []
        super().__init__(choices=[*choices, *((value, name(row)) for value, row in self.rows.items())], **options)

    def clean(self, value):
        return self.rows.get(super().clean(value))

    @property
    def offers(self):
        """(key, row) of what is offered, for a page that draws the choices itself."""
        return self.rows.items()


# --- Forms ------------------------------------------------------------------------------------------------------------


class WithFiles(forms.Form):
    """A form whose message carries files: new ones (`attachments`) and tokens of what was uploaded before (`uploads`).

    Cleaning stores the new ones, before any transaction; a file that is not taken is an error of the form, and all that
    are right wait in `uploads` for the action, or for the next try.
    """

    attachments = forms.Field(required=False, widget=forms.FileInput)

    def __init__(self, request, *, policy, by_staff=False, **more):
        super().__init__(request.POST if request.method == "POST" else None, **more)
        self.request, self.by_staff = request, by_staff
        self.limits = files.limits(policy, by_staff=by_staff)
        self.policy, self.uploads = policy, []

    def clean(self):
        for sentence in self.take_files():
            self.add_error("attachments", sentence)
        return super().clean()

    def take_files(self):
        """Gather and store the files of this request into `uploads`. Yields a sentence for each one not taken."""
        removed = set(self.request.POST.getlist("uploads_removed"))
        tokens = [token for token in self.request.POST.getlist("uploads")[:100] if token not in removed]
        self.uploads = files.loose(tokens, owners=drafts.names_of(self.request))
        too_many = len(self.uploads) > self.limits.count
        for upload in self.request.FILES.getlist("attachments"):
            if len(self.uploads) >= self.limits.count:
                too_many = True
                break
            try:
                self.uploads.append(self.store(upload))
            except files.BadFile as bad:
                yield str(bad)
        if too_many:
            yield files.too_many(self.limits.count)

    def store(self, upload):
        if throttle.too_many_uploads(self.request):
            raise files.BadFile(throttle.TOO_MANY_FILES)
        owner = drafts.owner_of(self.request)
        return files.store(upload, owner=owner, policy=self.policy, by_staff=self.by_staff)

    def kept(self):
        """The files that wait, as templates/_files.html lists them."""
        return [files.shown(row) for row in self.uploads]


class TextForm(forms.Form):
    """The text of a message alone: what an edit changes."""

    message = TextField(error_messages={"required": gettext_lazy("Write your message")})


class ReplyForm(TextForm, WithFiles):
    """A reply, or an internal note: a text and its files."""

    field_order = ["message", "attachments"]


class Stranger(forms.Form):
    """Who writes, where nobody has signed in: a name and an address."""

    name = LineField(
        label=gettext_lazy("Your name"), max_length=120, error_messages={"required": gettext_lazy("Enter your name")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=ADDRESS_LIMIT,
        error_messages={
            "required": gettext_lazy("Enter your e-mail address"),
            "invalid": gettext_lazy("Enter an e-mail address such as name@example.com"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class OpenForm(Stranger, WithFiles):
    """A new ticket (S10, S11, S34, S44, S55, S59, S204). Strangers say who they are."""

    subject = LineField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("One line that says what is wrong, for example “Contact form does not send”."),
        max_length=SUBJECT_LIMIT,
        error_messages={"required": gettext_lazy("Enter a subject")},
    )
    message = TextField(
        label=gettext_lazy("Your message"), error_messages={"required": gettext_lazy("Write your message")}
    )
    field_order = ["organisation", "service", "name", "email", "type", "subject", "priority", "message", "attachments"]

    def __init__(self, request, department, **more):
        super().__init__(request, policy=department.policy, **more)
        known = snapshot()
        self.person = request.viewer.user if request.viewer and not request.viewer.is_guest_pass else None
        self.offer("type", _("What is it?"), [row for row in known.types.values() if row.is_active and row.for_clients])
        levels = sorted((row for row in known.priorities.values() if row.is_active and row.for_clients), key=urgency)
        self.offer("priority", _("How urgent is it for you?"), levels)
        self.fields["priority"].initial = default_priority().code
        if self.person:
            del self.fields["name"], self.fields["email"]
            self.offer("organisation", _("For whom is it?"), self.organisations(), key="pk", empty=_("For me alone"))
            self.offer_services(must_choose=department.policy.service_required)
        self.order_fields(self.field_order)

    def offer(self, name, label, rows, *, key="code", empty=""):
        """Add a choice where there is one."""
        if rows:
            self.fields[name] = RowField(rows, key=key, empty=empty, label=label, required=False)

    def offer_services(self, *, must_choose):
        """Ask whoever has ordered something what it is about; where there is one service only, it is chosen (S34)."""
        rows = self.services()
        nothing = "" if len(rows) <= FEW else "–"  # cards begin with none chosen, a longer list needs a line for it
        empty = nothing if must_choose else _("Something else")
        self.offer("service", _("Which service is it about?"), rows, key="pk", empty=empty)
        if rows and must_choose:
            field = self.fields["service"]
            field.required, field.initial = True, rows[0].pk if len(rows) == 1 else None
            field.error_messages["required"] = _("Choose the service it is about")

    def organisations(self):
        """Those the person may open it for; whoever belongs to one only is not asked."""
        rows = [row.organisation for row in memberships_of(self.person).values()]
        return rows if len(rows) > 1 else []

    def services(self):
        """What the person or one of their organisations has ordered (S34)."""
        return ordered.models(self.person.pk)

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if email == SYSTEM_EMAIL:
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return email

    def clean(self):
        cleaned = super().clean()
        email = cleaned.get("email")
        sent = email and not self.errors and "preview" not in self.request.POST
        if sent and throttle.too_many_tickets(self.request, email):
            raise forms.ValidationError(throttle.TOO_MANY_TICKETS)
        return cleaned


def urgency(priority):
    return priority.level


# --- People who take part ---------------------------------------------------------------------------------------------


class PeopleForm(forms.Form):
    """Whom to let take part, by address (S163): several are told apart by commas, spaces or lines."""

    addresses = forms.CharField(
        max_length=6000, error_messages={"required": gettext_lazy("Enter an e-mail address")}
    )
    rights = forms.ChoiceField(choices=Participant.Rights.choices)

    def clean_addresses(self):
        """The addresses, each once, in small letters. A display name beside one is left out."""
        typed = re.split(r"[,;\s]+", self.cleaned_data["addresses"])
        words = [word.strip("<>\"'()").lower() for word in typed if "@" in word]
        wrong = [word for word in words if len(word) > ADDRESS_LIMIT or not is_address(word)]
        if wrong or not words:
            named = {"address": clean_line((wrong or typed)[0])[:80]}
            raise forms.ValidationError(_("%(address)s is no e-mail address.") % named)
        return list(dict.fromkeys(words))[:MOST_AT_ONCE]


def is_address(word):
    try:
        validate_email(word)
    except forms.ValidationError:
        return False
    return word != SYSTEM_EMAIL

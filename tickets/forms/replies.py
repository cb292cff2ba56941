"""The form of a predefined reply: at the desk, for those who lead, and in the admin (S147, S156)."""

from functools import cached_property

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from departments import reply_fields
from departments.models import Department, PredefinedReply, PredefinedText, Priority, ReplyCategory, Status
from departments.policy import forget, snapshot
from helpdesk_site.lib.text import clean_input, clean_line

from .. import colleagues
from ..composing import assigning
from ..models import Tag
from .portal import LineField

Assign = PredefinedReply.Assign
MOST_TAGS = 10
LONGEST = 20_000  # characters of a text
TAG_LENGTH = Tag._meta.get_field("name").max_length
LANGUAGES = [("", pgettext_lazy("language", "any")), *settings.LANGUAGES]


class TagsField(forms.CharField):
    """Names of tags, told apart by commas; each once, cleaned as a tag is."""

    def __init__(self, **options):
        said = gettext_lazy("Told apart by commas. They are put on the ticket when the reply is sent.")
        super().__init__(required=False, **{"label": gettext_lazy("Tags"), "help_text": said, **options})

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        names = value if isinstance(value, list) else str(value or "").split(",")
        return list(dict.fromkeys(name for name in map(clean_line, names) if name))

    def validate(self, value):
        if len(value) > MOST_TAGS or any(len(name) > TAG_LENGTH for name in value):
            said = _("At most %(count)s tags, each of %(length)s characters.")
            raise forms.ValidationError(said % {"count": MOST_TAGS, "length": TAG_LENGTH})


class AssignField(forms.ChoiceField):
    """Whom sending a reply gives the ticket to: whoever sends it, nobody, a colleague or a team."""

    def __init__(self, **options):
        super().__init__(label=gettext_lazy("Assign"), choices=Assign.choices, required=False, **options)

    def offer(self, departments, *, kept=""):
        """Offer the people and teams of these departments (ids), and what was chosen before, gone or not."""
        named, teams = snapshot().departments, colleagues.teams().values()
        teams = [row for row in teams if row.is_active and row.department_id in departments]
        teams = [(f"{colleagues.TEAM}{row.pk}", f"{row} · {named[row.department_id]}") for row in teams]
        people = [(str(row.pk), row.full_name) for row in colleagues.of_departments(departments)]
        self.choices = [*Assign.choices, (_("Teams"), teams), (_("People"), people)]
        if not self.valid_value(kept):
            self.choices = [(kept, assigning.words(kept)), *self.choices]


def with_colleague_there(form, cleaned):
    """What a form says, with an error where whom it assigns to is of none of its departments."""
    code, places = cleaned.get("assign", ""), cleaned.get("departments") or ()
    reasons = [assigning.refusal(code, place.pk) for place in places]
    if reasons and all(reasons) and not assigning.refusal(code):
        said = _("Choose somebody of these departments: %(who)s is of none of them.")
        form.add_error("assign", said % {"who": colleagues.named(code)})
    return cleaned


class PredefinedForm(forms.ModelForm):
    """A predefined reply with its text in each language, for somebody who leads `departments` (None: an operator)."""

    new_category = LineField(label=gettext_lazy("Or a new category"), max_length=80, required=False)
    assign = AssignField()
    tags = TagsField()

    class Meta:
        model = PredefinedReply
        fields = [
            "name", "category", "departments", "is_active", "status", "priority", "assign", "tags", "snooze_hours",
        ]  # fmt: skip
        widgets = {"departments": forms.CheckboxSelectMultiple}

    def __init__(self, *args, departments, texts=None, **more):
        super().__init__(*args, **more)
        self.fields["category"].required = False
        self.fields["category"].queryset = ReplyCategory.objects.order_by("position", "name")
        self.fields["status"].queryset = Status.objects.filter(is_active=True)
        self.fields["priority"].queryset = Priority.objects.filter(is_active=True)
        for name in ("status", "priority"):
            self.fields[name].empty_label = Assign.KEEP.label
        offered = list(snapshot().departments) if departments is None else departments
        self.fields["assign"].offer(offered, kept=self.instance.assign)
        if departments is not None:
            self.fields["departments"].queryset = Department.objects.filter(pk__in=departments)
            self.fields["departments"].required = True
            self.fields["departments"].help_text = _("It is offered on their tickets.")
        said = texts or {}
        if self.instance.pk:
            said = dict(self.instance.texts.values_list("language", "text")) | said
        for code, name in LANGUAGES:
            self.fields[text_field(code)] = forms.CharField(
                label=_("Text, in %(language)s") % {"language": name} if code else _("Text, for any language"),
                required=False, strip=False, max_length=LONGEST, initial=said.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 8} | ({"lang": code} if code else {})),
            )  # fmt: skip

    def clean(self):
        cleaned = with_colleague_there(self, super().clean())
        if not cleaned.get("category") and not cleaned.get("new_category"):
            self.add_error("category", _("Choose a category, or name a new one."))
        texts = {code: clean_input(cleaned.get(text_field(code))).strip("\n") for code, _name in LANGUAGES}
        for code, written in texts.items():
            for field in reply_fields.unknown(written):
                said = _("There is no field %(field)s. Choose one from the list.") % {"field": field}
                self.add_error(text_field(code), said)
        self.texts = {code: written for code, written in texts.items() if written.strip()}
        if not self.texts:
            self.add_error(text_field(""), _("Write the text in one language at least."))
        return cleaned

    def save(self, commit=True):
        """The reply with its texts; a category named anew is made."""
        if not self.instance.category_id or self.cleaned_data["new_category"]:
            name = self.cleaned_data["new_category"]
            self.instance.category = self.cleaned_data["category"] or ReplyCategory.objects.create(name=name)
        row = super().save(commit)
        row.texts.exclude(language__in=self.texts).delete()
        for code, written in self.texts.items():
            PredefinedText.objects.update_or_create(reply=row, language=code, defaults={"text": written})
        forget()
        return row

    @property
    def texts_shown(self):
        """The bound fields of the texts that say something, that for any language first; the others are folded."""
        return [field for field in self.text_fields if field.value() or field.errors or field.name == "text"]

    @property
    def texts_folded(self):
        return [field for field in self.text_fields if field not in self.texts_shown]

    @cached_property
    def text_fields(self):
        return [self[text_field(code)] for code, _name in LANGUAGES]


def text_field(language):
    """The name of the form field of a text: "text", "text_pt_br"."""
    return f"text_{language.replace('-', '_')}" if language else "text"

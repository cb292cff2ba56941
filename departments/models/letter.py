"""Letters in an operator's own words, by kind, department and language (S123, S175)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib import merging
from helpdesk_site.lib.text import clean_input, clean_line

from ..letter_fields import ADDRESSES, BLOCKS, FIELDS, KINDS, WAYS_IN, WITH_MESSAGE

NOT_IN_A_SUBJECT = BLOCKS | ADDRESSES  # several lines, or a way in that nobody else should read


class LetterTemplate(models.Model):
    """The words of one kind of letter. The closest holds: the department's before everybody's, the reader's language
    before any. Without one the letter reads as shipped."""

    kind = models.CharField(_("letter"), max_length=30, choices=[(kind.value, kind.label) for kind in KINDS])
    department = models.ForeignKey(
        "departments.Department",
        models.CASCADE,
        verbose_name=_("department"),
        null=True,
        blank=True,
        related_name="letters",
        help_text=_("Empty: all departments without a template of their own."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: all languages without a template of their own."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True, help_text=_("Empty: as shipped."))
    text = models.TextField(
        _("text"), help_text=_("Why the letter came and where to answer is added below it, in every letter.")
    )
    html = models.TextField(_("HTML"), blank=True, help_text=_("Empty: made from the text."))

    class Meta:
        ordering = ["kind", "department__position", "language"]
        verbose_name = _("letter template")
        verbose_name_plural = _("letter templates")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "department", "language"], name="lettertemplate_once", condition=~Q(department=None),
                violation_error_message=_("There is a template for this letter, department and language already."),
            ),
            models.UniqueConstraint(
                fields=["kind", "language"], name="lettertemplate_of_all_once", condition=Q(department=None),
                violation_error_message=_("There is a template for this letter and language already."),
            ),
        ]  # fmt: skip

    def __str__(self):
        parts = [self.get_kind_display(), self.department, self.get_language_display() if self.language else ""]
        return " · ".join(str(part) for part in parts if part)

    def clean(self):
        """Refuses fields that do not exist or say nothing here, and letters without what they are for."""
        self.subject, self.text = clean_line(self.subject), clean_input(self.text).strip("\n")
        self.html = merging.clean(self.html, ADDRESSES).strip()
        wrong = {name: self.what_is_wrong(name) for name in ("subject", "text", "html")}
        if wrong := {name: sentences for name, sentences in wrong.items() if sentences}:
            raise ValidationError(wrong)

    def what_is_wrong(self, part):
        """Sentences on one of the three parts; none when it can be sent."""
        written = getattr(self, part)
        found = [
            _("There is no field %(field)s. Choose one from the list.") % {"field": words}
            for words in merging.strangers(written, FIELDS)
        ]
        names = [name for name in merging.fields(written) if name in FIELDS]
        found += [
            _("%(field)s says nothing in this letter. Take it out.") % {"field": FIELDS[name].written}
            for name in names
            if self.kind and not FIELDS[name].fits(self.kind) or part == "subject" and name in NOT_IN_A_SUBJECT
        ]
        if part == "html":
            found += [
                _("%(field)s cannot stand inside a tag.") % {"field": FIELDS[name].written}
                for name in merging.inside_tags(written, ADDRESSES)
                if name in FIELDS
            ]
        return found + (self.what_is_missing(names) if part != "subject" and written else [])

    def what_is_missing(self, names):
        missing = []
        if not set(WAYS_IN) & set(names):
            missing.append(_("Put in {{button}} or {{ticket.link}}: a guest has no other way to the ticket."))
        if self.kind in WITH_MESSAGE and "message" not in names:
            missing.append(_("Put in {{message}}: this letter brings it."))
        return missing

"""What staff need not write twice: predefined replies in categories, and signatures (S146, S147, S156)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk_site.lib.text import clean_input
from helpdesk_site.lib.worded import Worded

from ..reply_fields import IN_SIGNATURES, KNOWN, unknown
from .department import Department
from .sorting import Priority, Status, TicketType


class ReplyCategory(Worded):
    """A drawer of predefined replies; one may lie inside another."""

    name = models.CharField(_("name"), max_length=80)
    inside = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="parts", verbose_name=_("inside")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("category of predefined replies")
        verbose_name_plural = _("categories of predefined replies")

    def clean(self):
        """Refuses a drawer that lies inside itself."""
        around, seen = self.inside, {self.pk}
        while around is not None:
            if around.pk in seen:
                raise ValidationError({"inside": _("It cannot lie inside itself.")})
            seen.add(around.pk)
            around = around.inside


class PredefinedReply(models.Model):
    """A text in one or more languages, and what sending it does besides. Offered in its departments, or everywhere."""

    class Assign(models.TextChoices):
        """Besides these, a colleague or a team, as menus name them: "12", "team-3"."""

        KEEP = "", _("leave it as it is")
        ME = "me", _("to whoever sends it")
        NOBODY = "nobody", _("to nobody")

    category = models.ForeignKey(ReplyCategory, models.CASCADE, related_name="replies", verbose_name=_("category"))
    name = models.CharField(_("name"), max_length=120, help_text=_("For staff: what it is found by."))
    departments = models.ManyToManyField(
        Department,
        blank=True,
        related_name="predefined_replies",
        verbose_name=_("departments"),
        help_text=_("None chosen: all."),
    )
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    # What happens when a reply that began with it is sent; empty leaves the ticket as it is
    status = models.ForeignKey(
        Status, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("status")
    )
    priority = models.ForeignKey(
        Priority, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("priority")
    )
    assign = models.CharField(_("assign"), max_length=24, blank=True, default=Assign.KEEP)  # an Assign, "12", "team-3"
    tags = models.JSONField(_("tags"), default=list, blank=True)  # names: tags live upstairs
    snooze_hours = models.PositiveSmallIntegerField(
        _("snooze, hours"),
        default=0,
        help_text=_("0: does not. The ticket comes back then, or when the client writes."),
    )
    uses = models.PositiveIntegerField(_("sent"), default=0, editable=False)
    used_at = models.DateTimeField(_("last sent"), null=True, editable=False)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("predefined reply")
        verbose_name_plural = _("predefined replies")

    def __str__(self):
        return self.name


class PredefinedText(models.Model):
    """The words of a predefined reply in one language, in Markdown with merge fields (S148)."""

    reply = models.ForeignKey(PredefinedReply, models.CASCADE, related_name="texts")
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: for every language without a text of its own."),
    )
    text = models.TextField(_("text"))

    class Meta:
        ordering = ["language"]
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["reply", "language"], name="predefinedtext_once")]

    def __str__(self):
        return self.get_language_display() if self.language else str(pgettext_lazy("language", "any"))

    def clean(self):
        """Refuses fields nobody knows: they would go out as they stand there."""
        self.text = clean_input(self.text).strip("\n")
        refuse_unknown(self.text, KNOWN)


class PredefinedUse(models.Model):
    """How often a predefined reply was sent on one day, and about what: what is offered first for tickets like it."""

    reply = models.ForeignKey(PredefinedReply, models.CASCADE, related_name="days")
    department = models.ForeignKey(Department, models.CASCADE, related_name="+")
    status = models.ForeignKey(Status, models.CASCADE, related_name="+")  # of the ticket before it was answered
    type = models.ForeignKey(TicketType, models.CASCADE, null=True, related_name="+")
    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "department", "day", "reply", "status", Coalesce("type", 0), name="predefineduse_once"
            )
        ]
        indexes = [models.Index(fields=["day"], name="predefineduse_day")]


class Signature(models.Model):
    """What stands below staff's replies in mail (S146). The closest holds: the person's own before the department's,
    one for the department before one for all, the reader's language before any."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="signatures",
        verbose_name=_("person"), help_text=_("Empty: everybody without one of their own."),
    )  # fmt: skip
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="signatures",
        verbose_name=_("department"), help_text=_("Empty: all departments."),
    )  # fmt: skip
    language = models.CharField(
        _("language"), max_length=10, blank=True, choices=settings.LANGUAGES, help_text=_("Empty: all languages.")
    )
    text = models.TextField(_("text"), max_length=2000)

    class Meta:
        ordering = ["user__name", "department__position", "language"]
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(Coalesce("user", 0), Coalesce("department", 0), "language", name="signature_once")
        ]

    def __str__(self):
        parts = [self.user, self.department, self.get_language_display() if self.language else ""]
        return " · ".join(str(part) for part in parts if part) or str(_("everybody"))

    def clean(self):
        """Refuses fields that a signature has no value for."""
        self.text = clean_input(self.text).strip()
        refuse_unknown(self.text, IN_SIGNATURES)


def refuse_unknown(text, known):
    """Raise ValidationError of the field `text` where it names fields that are none of the `known`."""
    said = _("There is no field %(field)s. Choose one from the list.")
    if wrong := [said % {"field": words} for words in unknown(text, known)]:
        raise ValidationError({"text": wrong})

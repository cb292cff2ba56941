"""How a department works: its teams, what its time is spent on, and what must not be forgotten."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib.worded import Worded

from .department import Department


class Team(Worded):
    """Colleagues of one department to whom a ticket can be given before one of them takes it."""

    name = models.CharField(_("name"), max_length=80)
    department = models.ForeignKey(Department, models.CASCADE, related_name="teams", verbose_name=_("department"))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="teams", verbose_name=_("members")
    )
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["department__position", "name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")


class Activity(Worded):
    """What time is spent on (S152)."""

    name = models.CharField(_("name"), max_length=80)
    is_billable = models.BooleanField(_("billable unless said otherwise"), default=False)
    hourly = models.DecimalField(
        _("price of an hour"), max_digits=10, decimal_places=2, null=True, blank=True,
        help_text=_("Empty: the amount is typed with each entry."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("order"), default=0, validators=[MaxValueValidator(999)])
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")


class ChecklistTemplate(Worded):
    """Points to put on a ticket at once, one a line."""

    worded_fields = ("name", "points")

    name = models.CharField(_("name"), max_length=80)
    departments = models.ManyToManyField(
        Department,
        blank=True,
        related_name="checklists",
        verbose_name=_("departments"),
        help_text=_("None chosen: all."),
    )
    points = models.TextField(_("points"), help_text=_("One a line."))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")

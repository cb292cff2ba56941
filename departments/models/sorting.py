"""What tickets are sorted by: statuses, priorities, types. All are rows an operator edits."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk_site.lib.worded import Worded


class Category(models.TextChoices):
    """What a status means to the code. Names of statuses are never compared (ARCHITECTURE, "Statuses are rows")."""

    NEW = "new", _("New")
    WAITS_STAFF = "waits_staff", _("Waits for staff")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITS_CLIENT = "waits_client", _("Waits for the client")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


class Tone(models.TextChoices):
    BLUE = "blue", _("Blue")
    VIOLET = "violet", _("Violet")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    PINK = "pink", _("Pink")
    GRAY = "gray", _("Gray")


class Status(Worded):
    """One state a ticket can be in, under the operator's own name."""

    worded_fields = ("name", "client_label")

    code = models.SlugField(_("code"), unique=True, help_text=_("Used in addresses; never shown. Fixed once in use."))
    name = models.CharField(_("name for staff"), max_length=60)
    client_label = models.CharField(
        _("name for clients"), max_length=60, blank=True, help_text=_("Empty: the words of its category.")
    )
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    colour = models.CharField(
        _("colour"), max_length=6, choices=Tone.choices, blank=True, help_text=_("Empty: as its category.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    awaiting_reply = models.BooleanField(
        _("waits for our reply"),
        default=False,
        help_text=_("Tickets in this status stand in the queue “Waiting for us”."),
    )
    auto_close = models.BooleanField(
        _("closes by itself"), default=False, help_text=_("After the idle time of the department.")
    )
    pauses_clock = models.BooleanField(_("pauses the service-level clock"), default=False)
    settles_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("turns by itself into")
    )
    settles_after = models.PositiveIntegerField(
        _("after minutes"), default=0, validators=[MaxValueValidator(60 * 24 * 30)], help_text=_("0 switches it off.")
    )
    is_active = models.BooleanField(_("offered to staff"), default=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("status")
        verbose_name_plural = _("statuses")


class StatusInDepartment(models.Model):
    """What is different about a status in one department (C2, C6, C7). Empty means: as the status says."""

    department = models.ForeignKey("departments.Department", models.CASCADE, related_name="status_rows")
    status = models.ForeignKey(Status, models.CASCADE, related_name="department_rows", verbose_name=_("status"))
    category = models.CharField(_("category here"), max_length=12, choices=Category.choices, blank=True)
    auto_close = models.BooleanField(_("closes by itself here"), null=True, blank=True)
    settles_into = models.ForeignKey(
        Status, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("turns here into")
    )
    settles_after = models.PositiveIntegerField(_("after minutes"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "status"], name="statusindepartment_once")]
        verbose_name = _("status in this department")
        verbose_name_plural = _("statuses in this department")

    def __str__(self):
        return str(self.status)


class Priority(Worded):
    """How urgent a ticket is; a higher level comes first."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    level = models.PositiveSmallIntegerField(
        _("urgency"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("1 is the least urgent. 10 low, 20 normal, 30 high, 40 critical as shipped."),
    )
    is_default = models.BooleanField(_("given to new tickets"), default=False)
    for_clients = models.BooleanField(_("offered to clients"), default=True)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["-level", "id"]
        verbose_name = _("priority")
        verbose_name_plural = _("priorities")


class TicketType(Worded):
    """What kind of request it is: a question, a wish, an error."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    for_clients = models.BooleanField(_("offered to clients"), default=True)
    department = models.ForeignKey(
        "departments.Department",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("goes to"),
        help_text=_("A ticket of this type is handed to this department when it is opened."),
    )
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("ticket type")
        verbose_name_plural = _("ticket types")

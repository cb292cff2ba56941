"""Senders whose mail is kept without effect (S135)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BlockedSenderQuerySet(models.QuerySet):
    def in_force(self, now=None):
        """Those that hold now: switched on, and not run out."""
        now = now or timezone.now()
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), is_active=True)


class BlockedSender(models.Model):
    """One address, domain or phrase. Mail it fits is kept in the import log and makes no ticket."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("address")
        DOMAIN = "domain", _("domain")
        PHRASE = "phrase", _("phrase in subject or text")

    kind = models.CharField(_("what"), max_length=7, choices=Kind.choices, default=Kind.ADDRESS)
    value = models.CharField(
        _("value"),
        max_length=320,
        help_text=_("someone@example.com, example.com with all below it, or words; case does not matter."),
    )
    why = models.CharField(_("why"), max_length=200, blank=True)
    is_active = models.BooleanField(
        _("in force"), default=True, help_text=_("Switch it off to let this mail in again; what it counted stays.")
    )
    expires_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty: for good."))
    hits = models.PositiveIntegerField(_("mails kept out"), default=0, editable=False)
    last_hit_at = models.DateTimeField(_("last one"), null=True, blank=True, editable=False)
    made_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = BlockedSenderQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("blocked sender")
        verbose_name_plural = _("blocked senders")
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="blockedsender_once")]

    def __str__(self):
        return self.value
